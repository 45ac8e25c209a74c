/* SPDX-License-Identifier: MIT */
#include "supervisor/detach.h"

#include <fcntl.h>
#include <unistd.h>

/* Closes all descriptors but standard streams and those of the list. */
static void close_others(const int *keep, size_t count)
{
    unsigned from = 3;
    for (;;) {
        unsigned next = ~0U;
        for (size_t i = 0; i < count; i++)
            if (keep[i] >= 0 && (unsigned)keep[i] >= from && (unsigned)keep[i] < next)
                next = (unsigned)keep[i];
        if (next > from)
            close_range(from, next == ~0U ? next : next - 1, 0);
        if (next == ~0U)
            return;
        from = next + 1;
    }
}

void detach(const int *keep, size_t count)
{
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3 && null >= 0; fd++)
        dup2(null, fd);
    close_others(keep, count);
    (void)!chdir("/");
    setpgid(0, 0);
}
