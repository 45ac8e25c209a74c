/* SPDX-License-Identifier: MIT */
/*
 * The mounts of a run that the kernel knows nothing of, as statmount and listmount have them: what
 * mountinfo says of them, by a number that is beyond the kernel's.
 */
#ifndef LXSHIM_VFS_OWNMOUNTS_H
#define LXSHIM_VFS_OWNMOUNTS_H

#include "fs/task.h"
#include "sys/mountinfo.h"

/* What is asked for, in the kernel's form: of its first size, then with a mount namespace. */
struct vfs_statmount {
    uint32_t size;
    uint32_t other; /* 0, where no namespace is named by a descriptor */
    uint64_t mount;
    uint64_t wanted; /* bits, see statmount.c */
    uint64_t space;  /* 0: the task's own */
};

#define VFS_STATMOUNT_FIRST 24 /* bytes of the first size */

/* One's number is this and the record's, which no other ever has. The kernel counts from 2^31. */
#define OWNMOUNTS_BASE (UINT64_C(1) << 62)

static inline bool ownmounts_is(uint64_t mount)
{
    return mount >= OWNMOUNTS_BASE && mount < OWNMOUNTS_BASE << 1;
}

#define OWNMOUNTS_TEXT (1u << 20) /* bytes of a mountinfo that has some */

struct ownmounts {
    size_t count;
    uint32_t number[LX_PLACE_MAX]; /* of records, in order */
    unsigned long first;           /* mountinfo's number of one is this and the record's */
    struct sys_span text;          /* mountinfo */
    char room[OWNMOUNTS_TEXT];
};

/* True for a question that may be about one: of the task's own namespace, in a run that shows. */
bool ownmounts_asks(const struct lx_task *t, const struct vfs_statmount *asked);

/* Finds them. False where the task's mountinfo has none. */
bool ownmounts_find(const struct lx_task *t, struct ownmounts *own);

/* True where one has that number; and mountinfo's number of it. */
bool ownmounts_has(const struct ownmounts *own, uint64_t mount);
unsigned long ownmounts_id(const struct ownmounts *own, uint64_t mount);

/* Finds the line of mountinfo's that begins with a number. */
bool ownmounts_line(const struct ownmounts *own, unsigned long id, struct sys_mount_line *line);

/* True where one mount is in another, at whatever depth, by mountinfo's numbers. */
bool ownmounts_within(const struct ownmounts *own, unsigned long id, unsigned long in);

/* mountinfo's number of a mount of the kernel's, or 0. */
unsigned long ownmounts_old_id(uint64_t mount);

/* The other way round: of any mount. 0 where there is none. */
uint64_t ownmounts_number(const struct ownmounts *own, unsigned long id);

#endif
