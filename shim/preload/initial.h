/* SPDX-License-Identifier: MIT */
/*
 * The environment before libc has set environ. Functions of ours may be called by then: from
 * .preinit_array of the program, where its sanitizer starts.
 */
#ifndef LXSHIM_PRELOAD_INITIAL_H
#define LXSHIM_PRELOAD_INITIAL_H

#include <stddef.h>
#include <unistd.h>

/* ld.so's word for where the stack began; no other libc's loader has it. */
extern void *__libc_stack_end __attribute__((weak));

/* The environment as it is by now; NULL where there is none. */
static inline char **initial_environment(void)
{
    long *stack = &__libc_stack_end == NULL ? NULL : __libc_stack_end;
    if (environ != NULL || stack == NULL)
        return environ;
    return (char **)(stack + 1 + stack[0] + 1); /* behind their number, the arguments and a NULL */
}

/* Where the first thread's stack began, above all that its calls have there; where ld.so does not
 * say it, where the caller is. */
static inline const void *initial_stack(void)
{
    const void *began = &__libc_stack_end == NULL ? NULL : __libc_stack_end;
    return began != NULL ? began : __builtin_frame_address(0);
}

#endif
