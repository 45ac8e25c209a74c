/* SPDX-License-Identifier: MIT */
/* Where an operation begins that takes more of the stack than a small thread has: see sys/room.h.
 */
#ifndef LXSHIM_VFS_ROOM_H
#define LXSHIM_VFS_ROOM_H

#include "fs/task.h"
#include "sys/room.h"

/*
 * Calls a function where there is room for it. In a worker there is; and for a program that allows
 * nothing we add, nothing is mapped.
 */
static inline __attribute__((always_inline)) long vfs_with_room(const struct lx_task *t,
                                                                long (*call)(void *), void *with)
{
    bool ours = t->pid == 0 && !t->seccomp_confined;
    return __builtin_expect(ours && !sys_has_room(), 0) ? sys_on_spare_stack(call, with)
                                                        : call(with);
}

#endif
