/* SPDX-License-Identifier: MIT */
/* The name /proc gives a descriptor, without stdio. */
#ifndef LXSHIM_SYS_FDPATH_H
#define LXSHIM_SYS_FDPATH_H

#include <stddef.h>
#include <string.h>

/* Writes "/proc/self/fd/N" to out; 32 bytes are enough. */
static inline void sys_fd_path(int fd, char *out)
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
