/* SPDX-License-Identifier: MIT */
/* The known word nearest to a mistyped one, for "did you mean". Pure. */
#ifndef LXSHIM_POLICY_NEAREST_H
#define LXSHIM_POLICY_NEAREST_H

#include <stddef.h>

struct lx_nearest {
    const char *word;
    size_t length; /* of word */
    const char *best;
    size_t distance; /* of best */
};

/* Begins a search for `word`. */
void lx_nearest_start(struct lx_nearest *search, const char *word);

/* Offers a known word. */
void lx_nearest_try(struct lx_nearest *search, const char *candidate);

/* The nearest of the words offered, or NULL where none is near enough to be what was meant. */
const char *lx_nearest_found(const struct lx_nearest *search);

#endif
