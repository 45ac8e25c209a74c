/* SPDX-License-Identifier: MIT */
#include "policy/nearest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LONGEST 64 /* longer than any known word: nothing is near to a longer one */

/* A prefix of so many letters is worth a suggestion, however much is missing. */
#define PREFIX 3

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static bool same(char a, char b)
{
    return lower(a) == lower(b);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Edits from a to b: insert, delete, replace, or swap two neighbours, each 1; letter case is free.
 * Both are at most LONGEST bytes.
 */
static size_t edits(const char *a, size_t n, const char *b, size_t m)
{
    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];

    for (size_t j = 0; j <= m; j++)
        above[j] = j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = above[j - 1] + !same(a[i - 1], b[j - 1]);
            best = least(best, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                best = least(best, before[j - 2] + 1);
            row[j] = best;
        }
        size_t *free_row = before;
        before = above;
        above = row;
        row = free_row;
    }
    return above[m];
}

void lx_nearest_start(struct lx_nearest *search, const char *word)
{
    *search = (struct lx_nearest){.word = word, .length = strlen(word), .distance = SIZE_MAX};
}

void lx_nearest_try(struct lx_nearest *search, const char *candidate)
{
    size_t m = strlen(candidate);
    size_t n = search->length;
    if (n == 0 || n > LONGEST || m > LONGEST)
        return;
    size_t distance = edits(search->word, n, candidate, m);
    size_t limit = ((n > m ? n : m) + 1) / 3;
    if (n >= PREFIX && n < m && strncmp(search->word, candidate, n) == 0)
        distance = least(distance, limit);
    /* Of two that are as near as each other the one that so short a word begins: "of" is "off". */
    bool nearer = distance < search->distance || (distance == search->distance && n < PREFIX &&
                                                  strncmp(search->word, candidate, n) == 0 &&
                                                  strncmp(search->word, search->best, n) != 0);
    if (distance <= limit && nearer) {
        search->best = candidate;
        search->distance = distance;
    }
}

const char *lx_nearest_found(const struct lx_nearest *search)
{
    return search->best;
}
