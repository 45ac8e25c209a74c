/* SPDX-License-Identifier: MIT */
/* Where an operation begins that takes more of the stack than a small thread has: see sys/room.h.
 */
#ifndef LXSHIM_VFS_ROOM_H
#define LXSHIM_VFS_ROOM_H

#include "fs/task.h"
#include "sys/room.h"

/* The same for who may have none. In a worker there is some; and for a program that allows nothing
 * we add, nothing is mapped. */
static __attribute__((noinline, unused)) long vfs_find_room(const struct lx_task *t,
                                                            long (*call)(void *), void *with)
{
    bool ours = t->pid == 0 && !t->seccomp_confined;
    return ours && !sys_room_look(with) ? sys_on_spare_stack(call, with) : call(with);
}

/* Calls a function, with an object on the caller's stack, where there is room for it. */
static inline __attribute__((always_inline)) long vfs_with_room(const struct lx_task *t,
                                                                long (*call)(void *), void *with)
{
    return sys_room_is_known(with) ? call(with) : vfs_find_room(t, call, with);
}

#endif
