/* SPDX-License-Identifier: MIT */
/* What an override asks of a call beside operation and path, as far as that is arithmetic. */
#ifndef LXSHIM_POLICY_CONDITION_H
#define LXSHIM_POLICY_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/image.h"

/* One that asks nothing. */
#define LX_CONDITION_NONE                                                       \
    {                                                                           \
        .uid = {0, UINT64_MAX}, .fd = {0, UINT64_MAX}, .size = {0, UINT64_MAX}, \
        .offset = {0, UINT64_MAX},                                              \
    }

/* True where a range says something. */
static inline bool lx_range_says(const struct lx_image_range *r)
{
    return r->least != 0 || r->most != UINT64_MAX;
}

static inline bool lx_range_holds(const struct lx_image_range *r, uint64_t n)
{
    return r->least <= n && n <= r->most;
}

/* True where `size` bytes from `start` on touch the range; of no bytes none does. */
static inline bool lx_range_touches(const struct lx_image_range *r, uint64_t start, uint64_t size)
{
    return size > 0 && start <= r->most && (start >= r->least || r->least - start < size);
}

/* More of what calls are drawn by: FNV-1a of n bytes, begun by a seed. */
uint64_t lx_draw_more(uint64_t draw, const void *bytes, size_t n);

/* Which of LX_OCCURRENCES counts how often an operation has come on a path. */
uint32_t lx_draw_slot(const struct lx_image_condition *w, unsigned op, const char *path);

/*
 * True where the n-th time (from 0) that an operation comes on a path is one of those that are
 * drawn. The same of the same words in each run, whoever comes in which order.
 */
bool lx_draw(const struct lx_image_condition *w, unsigned op, const char *path, uint64_t n);

/*
 * How many bytes of `size` a call may still move where `before` were moved of those that it has to
 * let pass: less than `size` where they end in it, 0 where they have ended.
 */
uint64_t lx_bytes_left(const struct lx_image_condition *w, uint64_t before, uint64_t size);

#endif
