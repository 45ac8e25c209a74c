/* SPDX-License-Identifier: MIT */
/* The cells of a matrix: an era each, which is a built-in profile, on a kind of volume. */
#ifndef LXSHIM_MATRIX_CELLS_H
#define LXSHIM_MATRIX_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/arena.h"
#include "policy/axes.h"

/* In place of an era: without lxshim, as what the others are compared with. */
#define CELL_NATIVE "native"

struct cell {
    const char *name;       /* "native", "wsl1-1903", "wsl1-1903/fat" */
    const char *era;        /* a profile's name, or CELL_NATIVE */
    const char *filesystem; /* a word; NULL: as the policy says */
};

struct cells {
    struct cell *list; /* in the arena that they were made with */
    size_t count;
};

/* What is wrong with a list of words: the word, what it should be, and the nearest that is, or
 * NULL. */
struct cells_problem {
    char word[64];
    const char *what; /* "era", "kind of volume", "client"; NULL: no cell is left */
    const char *nearest;
};

/*
 * Makes the cells of lists divided by commas. `eras`: names of profiles, beginnings of several
 * ("wsl1"), CELL_NATIVE, or "all", which is that and every profile that is an era of WSL.
 * `filesystems`: kinds of volumes, or "all"; NULL for what the policy says. `clients`: drvfs, 9p,
 * virtiofs, by which an era's drives are seen; NULL for all. Each cell is there once, in the order
 * of the profiles. False with what is wrong.
 */
bool cells_make(struct lx_arena *arena, const char *eras, const char *filesystems,
                const char *clients, struct cells *out, struct cells_problem *problem);

#endif
