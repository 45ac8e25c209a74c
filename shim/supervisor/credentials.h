/* SPDX-License-Identifier: MIT */
/*
 * Whose permission a worker acts by. What it does for a caller it does with exactly what that has:
 * user and group ids (those for files, too), all its groups, and the capabilities that are in
 * effect. A worker that has no capability has nothing to take over: its command cannot have become
 * anybody else (no_new_privs).
 *
 * All of it is a worker's own, which has one thread and is at one call at a time.
 */
#ifndef LXSHIM_SUPERVISOR_CREDENTIALS_H
#define LXSHIM_SUPERVISOR_CREDENTIALS_H

#include "supervisor/tracee.h"

/*
 * True for a system call by which a caller changes what it has, by the number of its kind: these
 * are trapped, to be counted and passed on. An exec is another one.
 */
bool credentials_change_by(const struct tracee *t, int nr);

/*
 * At the beginning of a call. `changes`: how many such calls all callers have made; as long as it
 * is the same, and for the same tick of the clock, what was read of a thread is good.
 */
void credentials_begin(const struct tracee *t, uint32_t changes);

/* At the end of a call that may leave its caller with others: an exec. */
void credentials_forget(void);

/* Which of its ids a caller's call goes by. */
enum credentials {
    CREDENTIALS_IN_EFFECT,
    CREDENTIALS_REAL /* as access() does: those of whoever started the program */
};

/*
 * Takes over the caller's. Returns 0; -EPERM where some of them cannot be had, and then what has
 * been taken is no more than the caller has; or another -errno, and nothing is as it was.
 */
int credentials_take(const struct tracee *t, enum credentials which);

/* True where a call of the caller's is allowed just what one of ours is. */
bool credentials_are_ours(const struct tracee *t, enum credentials which);

/* Comes back to our own. */
void credentials_return(void);

/* True where the caller is in another user namespace than we are. */
bool credentials_are_elsewhere(const struct tracee *t);

/*
 * In a child that is there for one call: enters the caller's user namespace, for good, with its ids
 * as they are seen from here. `which` is what the call will be made with. Returns 0; or -errno, and
 * no capability of the caller's counts here from then on.
 */
int credentials_enter(const struct tracee *t, enum credentials which);

/* True where a security module knows the caller by another label than us. */
bool credentials_are_labelled(const struct tracee *t);

#endif
