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
 * What is known to be there of this thread's stack, as addresses; a thread's own. A signal handler
 * that writes it in between leaves what makes somebody look again, or what was true of its stack.
 */
extern SYS_HIDDEN _Thread_local struct sys_room {
    uintptr_t low;
    uintptr_t high;
} sys_room __attribute__((tls_model("initial-exec")));

/* Looks whether there is as much below an address of the stack. */
bool sys_room_look(uintptr_t at);

/* True where the caller has SYS_ROOM left. */
static inline bool sys_has_room(void)
{
    uintptr_t at = (uintptr_t)__builtin_frame_address(0);
    return __builtin_expect(at - SYS_ROOM >= sys_room.low && at < sys_room.high, 1) ||
           sys_room_look(at);
}

/* Says where the first thread's stack is, which the kernel makes longer: an address in it. */
void sys_room_first(void);

/*
 * Calls a function on a stack of its own, which is mapped for as long; on the caller's where none
 * can be had. Who is on a signal stack hears no signal meanwhile. Who leaves it by a jump leaves
 * the mapping.
 */
long sys_on_spare_stack(long (*call)(void *), void *with);

#endif
