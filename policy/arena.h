/* SPDX-License-Identifier: MIT */
/*
 * Memory that is given back all at once: what loading a policy needs lives as long as the policy.
 * For the program only, never for the library.
 */
#ifndef LXSHIM_POLICY_ARENA_H
#define LXSHIM_POLICY_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct lx_arena {
    struct lx_arena_block *last;
};

/*
 * All of these return zeroed or filled memory and never NULL: a program that cannot have a few
 * kilobytes says so and exits 125, which is what every caller would do.
 */
void *lx_arena_alloc(struct lx_arena *arena, size_t n);
char *lx_arena_string(struct lx_arena *arena, const char *s, size_t n);
char *lx_arena_format(struct lx_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *lx_arena_vformat(struct lx_arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Moves everything that `from` has to another arena. */
void lx_arena_join(struct lx_arena *to, struct lx_arena *from);

/* Gives back everything; the arena is empty and may be used again. */
void lx_arena_free(struct lx_arena *arena);

#endif
