/* SPDX-License-Identifier: MIT */
/*
 * Room on the stack. To walk a path takes several buffers of PATH_MAX, and a thread may have been
 * given no more than PTHREAD_STACK_MIN, 16 KiB: natively a call takes nothing of it. Who lacks room
 * has his call made on a stack of our own.
 */
#ifndef LXSHIM_SYS_ROOM_H
#define LXSHIM_SYS_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "sys/hidden.h"

#define SYS_ROOM 49152u /* twice what any call that is made for a path was seen to take */

/*
 * What a look at where a directory is takes, twice. At its end glibc leaves a
 * thread's last 16 KiB (recalled, not looked up), and gives what lies deeper to the kernel, which
 * then interrupts every processor that another thread of the program runs on.
 */
#define SYS_ROOM_NEAR 12288u

/*
 * What is known of this thread's stack, as addresses: from `least` on, for `span` bytes, whoever is
 * there has SYS_ROOM below him. A thread's own.
 */
extern SYS_HIDDEN _Thread_local struct sys_room {
    uintptr_t least;
    uintptr_t span;
} sys_room __attribute__((tls_model("initial-exec")));

/* True where it is known that there is room below an object on the stack: a few instructions, as
 * every call asks. */
static inline bool sys_room_is_known(const void *local)
{
    return __builtin_expect((uintptr_t)local - sys_room.least < sys_room.span, 1);
}

/* Looks whether there is. */
bool sys_room_look(const void *local);

/* True where a thread other than the first has SYS_ROOM_NEAR below an object on its stack, and not
 * on a signal's: looks only there, and remembers it by itself. */
bool sys_room_look_near(const void *local);

/* Says where the first thread's stack is, which the kernel makes longer: an address in it. For
 * calls from above that it is looked. */
void sys_room_first(const void *began);

/*
 * Calls a function on a stack of its own, which is mapped for as long; on the caller's where none
 * can be had. Who is on a signal stack hears no signal meanwhile. Who leaves it by a jump leaves
 * the mapping.
 */
long sys_on_spare_stack(long (*call)(void *), void *with);

#endif
