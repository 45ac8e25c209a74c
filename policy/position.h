/* SPDX-License-Identifier: MIT */
/*
 * Where in a JSON text something stands. The JSON reader keeps no positions; this finds them again
 * in a text it has already taken, by stepping over what is in between. Pure functions; every one
 * stays inside the text even where that is not valid JSON.
 */
#ifndef LXSHIM_POLICY_POSITION_H
#define LXSHIM_POLICY_POSITION_H

#include <stdbool.h>
#include <stddef.h>

/* One step down: to the member `key` of an object, or with key NULL to item `index` of an array. */
struct lx_step {
    const char *key;
    size_t index;
};

struct lx_text {
    const char *at;
    size_t size;
};

/*
 * Offset of the value that `count` steps lead to from the whole text, or with `key` of the key of
 * that member. The text's size where there is no such thing.
 */
size_t lx_position_find(struct lx_text text, const struct lx_step *steps, size_t count, bool key);

/*
 * Offset of byte `n` of the string whose opening quote is at `string`: the two differ where the
 * string has escapes.
 */
size_t lx_position_inside(struct lx_text text, size_t string, size_t n);

/* From the item at offset `at` to the next one of its array; *line moves along. */
size_t lx_position_next(struct lx_text text, size_t at, unsigned *line);

/* Offset where the token begins that ends right before offset `end`. */
size_t lx_position_token(struct lx_text text, size_t end);

/* Line and column of an offset, both from 1; columns count bytes. */
void lx_position_line(struct lx_text text, size_t offset, unsigned *line, unsigned *column);

#endif
