/* SPDX-License-Identifier: MIT */
/* What getdents64 writes, record after record. */
#ifndef LXSHIM_SYS_DIRENTS_H
#define LXSHIM_SYS_DIRENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct sys_dirent {
    uint64_t ino;
    int64_t off;
    uint16_t length; /* of this record */
    uint8_t type;    /* DT_* */
    char name[];
};

static inline struct sys_dirent *sys_dirent_at(void *buf, long offset)
{
    return (struct sys_dirent *)(void *)((char *)buf + offset);
}

/* True for the names (n bytes) that every directory has: "." and "..". */
static inline bool sys_is_dots(const char *name, size_t n)
{
    return name[0] == '.' && (n == 1 || (n == 2 && name[1] == '.'));
}

static inline bool sys_dirent_is_dots(const struct sys_dirent *e)
{
    return e->name[0] == '.' && sys_is_dots(e->name, strlen(e->name));
}

#endif
