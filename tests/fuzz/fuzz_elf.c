/* SPDX-License-Identifier: MIT */
/* Programs that somebody asks `lxshim doctor` about, or runs: damaged headers are told, and nothing
 * beyond what they hold is read. Both readers know a static program for one. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/elf.h"
#include "fs/unseen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    struct elf_facts facts;
    if (fd < 0)
        fd = memfd_create("program", MFD_CLOEXEC);
    check(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    int r = elf_read(fd, &facts);
    check(r == 0 || r == -ENOEXEC);
    check(memchr(facts.loader, '\0', sizeof(facts.loader)) != NULL);
    check(r != 0 || facts.bits == 32 || facts.bits == 64);
    uint8_t why = LX_OUTSIDE_UNKNOWN;
    if (unseen_head(data, size, &why) && why == LX_OUTSIDE_STATIC && r == 0 &&
        facts.kind != SYS_ELF_FOREIGN)
        check(facts.loader[0] == '\0');
    return 0;
}
