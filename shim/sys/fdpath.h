/* SPDX-License-Identifier: MIT */
/* The name /proc gives a descriptor, without stdio. */
#ifndef LXSHIM_SYS_FDPATH_H
#define LXSHIM_SYS_FDPATH_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Room for such a name, of any descriptor. */
#define SYS_FD_PATH 32

/* Writes a number in decimal, 11 bytes with the NUL at most. Returns its length. */
static inline size_t sys_decimal(unsigned value, char *out)
{
    char digits[12];
    size_t n = 0;
    size_t length;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    length = n;
    while (n > 0)
        *out++ = digits[--n];
    *out = '\0';
    return length;
}

/* Writes "/proc/self/fd/N" to out. */
static inline void sys_fd_path(int fd, char out[SYS_FD_PATH])
{
    static const char prefix[] = "/proc/self/fd/";
    memcpy(out, prefix, sizeof(prefix) - 1);
    sys_decimal((unsigned)fd, out + sizeof(prefix) - 1);
}

/* What the kernel says behind the name of what has none any more. */
#define SYS_DELETED " (deleted)"

/* True for such a name of n bytes. A file may be called so: it is no proof. */
static inline bool sys_is_deleted(const char *name, size_t n)
{
    const size_t tail = sizeof(SYS_DELETED) - 1;
    return n >= tail && memcmp(name + n - tail, SYS_DELETED, tail) == 0;
}

#endif
