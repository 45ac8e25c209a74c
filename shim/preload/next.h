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

#include "sys/touched.h"

/* A pointer to the next definition; found once, by any thread. Never NULL: see next.c. */
void *lx_next(void *_Atomic *slot, const char *name);

#define NEXT(name) NEXT_AS(name, __typeof__(name))

/* The same of a name that has another one with 64-bit sizes, or times: see export.h. */
#if defined(__i386__)
#define NEXT_WIDE(name, wide)          NEXT_NAMED(#wide, __typeof__(name))
#define NEXT_WIDE_AS(name, wide, type) NEXT_NAMED(#wide, type)
#else
#define NEXT_WIDE(name, wide)          NEXT(name)
#define NEXT_WIDE_AS(name, wide, type) NEXT_AS(name, type)
#endif

/*
 * For a definition that asks the kernel by calls which the supervisor answers, though the library
 * will have the last word: called as if it took six arguments, of which the last is SYS_COOKIE. It
 * is in the register then that holds a system call's sixth argument, in the conventions of both
 * 64-bit architectures, and a function of fewer arguments ignores it. Where libc's uses the
 * register before its call, and on 32-bit x86, the call is the supervisor's as any other.
 */
#define NEXT_AS(name, type) NEXT_NAMED(#name, type)

#define NEXT_NAMED(text, type)                                            \
    ({                                                                    \
        static SYS_TOUCHED void *_Atomic slot_;                           \
        void *next_ = atomic_load_explicit(&slot_, memory_order_relaxed); \
        (type *)(next_ != NULL ? next_ : lx_next(&slot_, text));          \
    })

#endif
