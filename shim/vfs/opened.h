/* SPDX-License-Identifier: MIT */
/*
 * Which descriptors of this process were opened as mount tables, so that whoever waits by one is
 * known by a look at one flag. What is closed stays here until somebody looks it up.
 */
#ifndef LXSHIM_VFS_OPENED_H
#define LXSHIM_VFS_OPENED_H

#include <stdatomic.h>
#include <stdbool.h>

/* True where one was opened at all. Set by opened_note, cleared by opened_forget. */
extern _Atomic bool opened_any;

static inline bool opened_is_any(void)
{
    return __builtin_expect(atomic_load_explicit(&opened_any, memory_order_relaxed), 0);
}

/* A descriptor is one. Of more than some the oldest is forgotten. */
void opened_note(int fd);

/* True for a descriptor that was noted. */
bool opened_has(int fd);

/* It says what is mounted by now, and whoever waits by it has not been told of that. */
void opened_renewed(int fd);

/* True where that is so, once. */
bool opened_untold(int fd);

/* It is no more. */
void opened_forget(int fd);

#endif
