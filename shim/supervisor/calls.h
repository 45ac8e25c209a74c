/* SPDX-License-Identifier: MIT */
/* The system calls that are trapped, and what their arguments are. */
#ifndef LXSHIM_SUPERVISOR_CALLS_H
#define LXSHIM_SUPERVISOR_CALLS_H

#include <stdbool.h>
#include <stddef.h>

#include "sys/numbers.h"

struct supervise_call {
    int number;
    bool six; /* its sixth argument is its own, never the cookie: notified of whoever makes it */
    const char *name;
    const char *arguments; /* see calls.def */
    size_t size;
};

extern const struct supervise_call supervise_calls[];
extern const size_t supervise_call_count;

/* The one of that number, or NULL. */
const struct supervise_call *supervise_call_find(int number);

#endif
