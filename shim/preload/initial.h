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

#endif
