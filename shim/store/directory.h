/* SPDX-License-Identifier: MIT */
/* What can be asked of an open directory. */
#ifndef LXSHIM_STORE_DIRECTORY_H
#define LXSHIM_STORE_DIRECTORY_H

#include <stdbool.h>

#include "sys/dirents.h"
#include "sys/sys.h"

/*
 * False where a directory, opened just now and not read yet, surely has an entry but "." and "..":
 * one look, for who can live with an empty directory's answer.
 */
static inline bool store_directory_seems_empty(int fd)
{
    char buf[512] __attribute__((aligned(8)));
    long n = sys_getdents64(fd, buf, sizeof(buf));
    for (long at = 0; at < n; at += sys_dirent_at(buf, at)->length)
        if (!sys_dirent_is_dots(sys_dirent_at(buf, at)))
            return false;
    return n >= 0;
}

/* True where a directory, not read yet or read by store_directory_seems_empty alone, is empty. */
static inline bool store_directory_empty(int fd)
{
    char buf[512] __attribute__((aligned(8)));
    long n;
    while ((n = sys_getdents64(fd, buf, sizeof(buf))) > 0) {
        for (long at = 0; at < n; at += sys_dirent_at(buf, at)->length)
            if (!sys_dirent_is_dots(sys_dirent_at(buf, at)))
                return false;
    }
    return n == 0;
}

#endif
