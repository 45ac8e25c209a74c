/* SPDX-License-Identifier: MIT */
#include "policy/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One block per allocation: simple, and a memory checker sees every overrun. */
struct lx_arena_block {
    struct lx_arena_block *before;
    _Alignas(16) char bytes[];
};

static _Noreturn void no_memory(void)
{
    static const char text[] = "lxshim: out of memory\n";
    (void)!write(2, text, sizeof(text) - 1);
    _exit(125);
}

void *lx_arena_alloc(struct lx_arena *arena, size_t n)
{
    struct lx_arena_block *block = calloc(1, sizeof(*block) + n);
    if (block == NULL)
        no_memory();
    block->before = arena->last;
    arena->last = block;
    return block->bytes;
}

char *lx_arena_string(struct lx_arena *arena, const char *s, size_t n)
{
    char *copy = lx_arena_alloc(arena, n + 1);
    memcpy(copy, s, n);
    return copy;
}

char *lx_arena_vformat(struct lx_arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (n < 0)
        no_memory();
    char *text = lx_arena_alloc(arena, (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, format, args);
    return text;
}

char *lx_arena_format(struct lx_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = lx_arena_vformat(arena, format, args);
    va_end(args);
    return text;
}

void lx_arena_join(struct lx_arena *to, struct lx_arena *from)
{
    struct lx_arena_block **first = &from->last;
    while (*first != NULL)
        first = &(*first)->before;
    *first = to->last;
    to->last = from->last;
    from->last = NULL;
}

void lx_arena_free(struct lx_arena *arena)
{
    while (arena->last != NULL) {
        struct lx_arena_block *block = arena->last;
        arena->last = block->before;
        free(block);
    }
}
