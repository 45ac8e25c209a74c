/* SPDX-License-Identifier: MIT */
/* The name /proc gives a descriptor, without stdio. */
#ifndef LXSHIM_SYS_FDPATH_H
#define LXSHIM_SYS_FDPATH_H

#include <stddef.h>
#include <string.h>

/* Room for such a name, of any descriptor. */
#define SYS_FD_PATH 32

/* Writes "/proc/self/fd/N" to out. */
static inline void sys_fd_path(int fd, char out[SYS_FD_PATH])
{
    static const char prefix[] = "/proc/self/fd/";
    char digits[12];
    size_t n = 0;
    unsigned value = (unsigned)fd;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    memcpy(out, prefix, sizeof(prefix) - 1);
    out += sizeof(prefix) - 1;
    while (n > 0)
        *out++ = digits[--n];
    *out = '\0';
}

#endif
