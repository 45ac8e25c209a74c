/* SPDX-License-Identifier: MIT */
/* What is in the files that SysFs answers for. */
#include <fcntl.h>
#include <string.h>

#include "fs/procfs/pages.h"
#include "sys/fdpath.h"
#include "sys/sys.h"

/* How many lines of the kernel's /proc/cpuinfo begin a processor. */
static unsigned count_processors(void)
{
    static const char word[] = "processor\t";
    char block[4096];
    unsigned count = 0;
    size_t at = 0;    /* in a line */
    size_t alike = 0; /* bytes of it that are the word's */
    int fd = sys_openat(AT_FDCWD, "/proc/cpuinfo", O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return 0;
    for (long n; (n = sys_read(fd, block, sizeof(block))) > 0 || n == -EINTR;)
        for (long i = 0; i < n; i++) {
            if (at == alike && alike < sizeof(word) - 1 && block[i] == word[alike])
                count += ++alike == sizeof(word) - 1;
            at++;
            if (block[i] == '\n')
                at = alike = 0;
        }
    sys_close(fd);
    return count;
}

/* The processors that /proc/cpuinfo has, and no others. [vendor test SysFsDevicesSystemCpu] */
void page_processors(struct page *p)
{
    char last[12];
    unsigned count = kernel_is_wsl2(p->kernel) ? 0 : count_processors();
    if (count == 0)
        return;
    page_put(p, "0-", count == 1 ? 1 : 2);
    if (count > 1)
        page_put(p, last, sys_decimal(count - 1, last));
    page_put(p, "\n", 1);
}
