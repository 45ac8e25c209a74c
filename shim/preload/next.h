/* SPDX-License-Identifier: MIT */
/*
 * The definition after ours, for the few names that cannot be built from system calls: those whose
 * objects are libc's own (FILE, DIR, a loaded library). None of them may be called in a signal
 * handler or a vfork child anyway, so that looking the symbol up at the first call is safe there.
 */
#ifndef LXSHIM_PRELOAD_NEXT_H
#define LXSHIM_PRELOAD_NEXT_H

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>

/* A pointer to the next definition; found once, by any thread. Never NULL: see next.c. */
void *lx_next(void *_Atomic *slot, const char *name);

#define NEXT(name)                                                           \
    ({                                                                       \
        static void *_Atomic slot_;                                          \
        void *next_ = atomic_load_explicit(&slot_, memory_order_relaxed);    \
        (__typeof__(&name))(next_ != NULL ? next_ : lx_next(&slot_, #name)); \
    })

#endif
