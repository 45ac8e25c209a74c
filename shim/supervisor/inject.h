/* SPDX-License-Identifier: MIT */
/*
 * System calls that a program makes because we say so: for what it can only do to itself, and not
 * by the words it has. The thread that waits for its call is traced for as long as that takes;
 * nothing of its memory is changed that it had before, and no other thread is stopped.
 */
#ifndef LXSHIM_SUPERVISOR_INJECT_H
#define LXSHIM_SUPERVISOR_INJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "supervisor/registers.h"
#include "supervisor/tracee.h"

struct injection {
    pid_t tid;
    bool i386; /* its call was one of 32-bit x86, and so will be those to come */
    registers saved;
    uint64_t mask;   /* its blocked signals */
    uint64_t stops;  /* signals that came meanwhile and cannot be blocked, one bit each */
    bool gone;       /* it was killed */
    bool is_another; /* it has become another program */
};

/*
 * Takes the caller out of its call, which is answered by that, and holds it. Returns 0; or -errno,
 * and the call still waits: -EPERM where somebody traces the program already, or we may not.
 */
int inject_start(struct injection *i, const struct tracee *t);

/*
 * Has it make a call, with the number and arguments that it has by the way the program came.
 * Returns the result: 0 of a successful execve too, after which there is
 * nothing to do but end; -ESRCH where it is gone.
 */
long inject_call(struct injection *i, long nr, const long args[6]);

/* Lets it go on with `result` for its own call. */
void inject_end(struct injection *i, long result);

#endif
