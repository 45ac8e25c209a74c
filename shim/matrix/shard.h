/* SPDX-License-Identifier: MIT */
/* Which cells are one machine's, of several that share a matrix. */
#ifndef LXSHIM_MATRIX_SHARD_H
#define LXSHIM_MATRIX_SHARD_H

#include <stdbool.h>
#include <stddef.h>

struct shard {
    unsigned index; /* from 0 */
    unsigned total; /* 1: all cells are its own */
};

/*
 * Reads "I/N", from 1/N to N/N; "auto", which looks for an engine's variables; "auto/N", for an
 * engine that does not say how many there are. `variable` is getenv. False with *why in words.
 */
bool shard_read(const char *text, char *(*variable)(const char *), struct shard *out,
                const char **why);

/* True where a cell is a shard's: each has every so-manieth one. */
static inline bool shard_has(const struct shard *shard, size_t cell)
{
    return cell % shard->total == shard->index;
}

#endif
