/* SPDX-License-Identifier: MIT */
/* A call that its caller is made to make, with strings that it does not have. */
#ifndef LXSHIM_SUPERVISOR_FORCED_H
#define LXSHIM_SUPERVISOR_FORCED_H

#include "supervisor/inject.h"

/* Memory of the caller's, there for one call, that is filled from its beginning. */
struct scratch {
    const struct tracee *tracee;
    uint64_t start;
    size_t size;
    size_t used;
    bool failed;
    bool stays; /* it is the caller's from then on */
};

/* Puts n bytes or a string there. Returns where they lie. */
uint64_t scratch_put(struct scratch *s, const void *data, size_t n);
uint64_t scratch_string(struct scratch *s, const char *text);

/* Puts n of its pointers there, as large as they are to the caller. Returns where. */
uint64_t scratch_words(struct scratch *s, const uint64_t *words, size_t n);

/*
 * Has a caller that is held make a call, numbered and with arguments as 64-bit programs make it, by
 * the way it came. Returns its result or -errno: -ENOSYS for one that 32-bit programs make by
 * another form.
 */
long forced_call(struct injection *i, long nr, const long args[6]);

/* A caller that is held for some calls, with memory for their texts. */
struct held {
    struct injection injection;
    struct scratch scratch;
};

/* Takes a caller out of its call and holds it, with `room` bytes. 0; -EOPNOTSUPP: as force. */
int hold(struct held *h, const struct tracee *t, size_t room);

/* Has it make a call. Returns its result. */
long held_call(struct held *h, long nr, const long args[6]);

/* Takes the memory back, and lets it go on with `result` for the call it came with. */
void release(struct held *h, long result);

struct forced {
    const struct tracee *tracee;
    long nr;     /* the call's, and its arguments, as 64-bit programs make it: see compat.h */
    size_t room; /* bytes of scratch that are needed */

    /* Fills the scratch, and the arguments: what it puts there has its address by now. */
    void (*fill)(struct scratch *s, const void *what, long args[6]);

    /* In place of all that: what takes several calls, by forced_call. Returns the result. */
    long (*steps)(struct injection *i, struct scratch *s, const void *what);
    const void *what;
};

/*
 * Makes it. Returns the call's result, with *answered: the caller has it already. Else -EOPNOTSUPP:
 * somebody else traces the caller, or we may not.
 *
 * Of an exec that succeeds nothing is left, but where the memory is shared with somebody else's, as
 * after vfork: there the scratch stays.
 */
long force(const struct forced *f, bool *answered);

#endif
