/* SPDX-License-Identifier: MIT */
/* Results of shards, put together again. */
#ifndef LXSHIM_MATRIX_MERGE_H
#define LXSHIM_MATRIX_MERGE_H

#include <jansson.h>
#include <stdbool.h>

#include "policy/arena.h"

/* Reads a file of lxshim matrix --report json. NULL with *why in words. */
json_t *merge_read(struct lx_arena *arena, const char *file, const char **why);

/* True where two documents are of one matrix: the same command, and the same cells. */
bool merge_fits(const json_t *one, const json_t *other);

/*
 * Puts documents together that fit. A cell that none has is missing; one that several have is in
 * "twice", with those of its results that differ: the worst of them counts. Returns a document.
 */
json_t *merge_all(json_t *const *documents, size_t count);

#endif
