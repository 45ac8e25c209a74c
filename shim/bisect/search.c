/* SPDX-License-Identifier: MIT */
#include "bisect/search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How many beginnings are tried in place of one that cannot be tested. */
#define DETOURS 8

struct work {
    const struct bisect_search *search;
    bool *set;       /* what is asked about */
    size_t *members; /* of the set that ddmin makes smaller */
    size_t count;
};

static enum trial_answer ask(const struct work *w)
{
    return w->search->ask(w->search->context, w->set);
}

/* With what is kept, and the first n items. */
static enum trial_answer ask_beginning(struct work *w, const bool *kept, size_t n)
{
    for (size_t i = 0; i < w->search->count; i++)
        w->set[i] = kept[i] || i < n;
    return ask(w);
}

/*
 * Asks about a beginning between two of which the shorter passes and the longer fails, the middle
 * one if that can be tested, and tells which in *n.
 */
static enum trial_answer ask_between(struct work *w, const bool *kept, size_t passes, size_t fails,
                                     size_t *n)
{
    size_t middle = passes + (fails - passes) / 2;
    for (size_t i = 0; i < DETOURS; i++) {
        size_t off = (i + 1) / 2;
        bool up = i % 2 == 1;
        if (up ? middle + off >= fails : middle < passes + 1 + off)
            continue;
        *n = up ? middle + off : middle - off;
        enum trial_answer answer = ask_beginning(w, kept, *n);
        if (answer != TRIAL_SKIP)
            return answer;
    }
    return TRIAL_SKIP;
}

/*
 * The shortest beginning that fails with what is kept: its last item is needed for that. *from is
 * that item's place, and *end the one behind it, or behind all of which it is one. Returns 0 or
 * -ECANCELED.
 */
static int shortest(struct work *w, const bool *kept, size_t *from, size_t *end)
{
    *from = 0;
    while (*end - *from > 1) {
        size_t n = 0;
        enum trial_answer answer = ask_between(w, kept, *from, *end, &n);
        if (answer == TRIAL_STOP)
            return -ECANCELED;
        if (answer == TRIAL_SKIP)
            return 0;
        if (answer == TRIAL_FAIL)
            *end = n;
        else
            *from = n;
    }
    return 0;
}

/*
 * Gathers what is needed, from behind: what is needed of a beginning that just fails is its last
 * item, and what is needed beside that is in front of it. *rough: more than that was taken.
 */
static int gather(struct work *w, bool *kept, bool *rough)
{
    size_t rest = w->search->count; /* with what is kept, that many fail */
    for (bool first = true; rest > 0; first = false) {
        enum trial_answer answer = first ? TRIAL_PASS : ask_beginning(w, kept, 0);
        if (answer == TRIAL_STOP)
            return -ECANCELED;
        if (answer == TRIAL_FAIL)
            return 0;
        size_t from;
        size_t end = rest;
        int r = shortest(w, kept, &from, &end);
        if (r < 0)
            return r;
        *rough |= end - from > 1;
        for (size_t i = from; i < end; i++)
            kept[i] = true;
        rest = from;
    }
    return 0;
}

/* Asks about the members of one part of n, or about all others. */
static enum trial_answer ask_part(struct work *w, size_t part, size_t n, bool others)
{
    size_t begin = part * w->count / n;
    size_t end = (part + 1) * w->count / n;
    memset(w->set, 0, w->search->count * sizeof(w->set[0]));
    for (size_t i = 0; i < w->count; i++)
        w->set[w->members[i]] = (i >= begin && i < end) != others;
    return ask(w);
}

/* Keeps the members that were asked about last. */
static void keep_asked(struct work *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->set[w->members[i]])
            w->members[n++] = w->members[i];
    w->count = n;
}

/* One round with n parts. Returns 1 where the set became smaller, 0, or -ECANCELED. */
static int round_of(struct work *w, size_t *n)
{
    for (unsigned others = 0; others < (*n > 2 ? 2 : 1); others++)
        for (size_t part = 0; part < *n; part++) {
            enum trial_answer answer = ask_part(w, part, *n, others != 0);
            if (answer == TRIAL_STOP)
                return -ECANCELED;
            if (answer != TRIAL_FAIL)
                continue;
            keep_asked(w);
            *n = others != 0 && *n > 3 ? *n - 1 : 2;
            return 1;
        }
    return 0;
}

/* Takes away what is not needed after all. [Zeller, Hildebrandt: ddmin] */
static int ddmin(struct work *w, bool rough)
{
    size_t n = rough ? 2 : w->count;
    while (w->count > 1) {
        int r = round_of(w, &n);
        if (r < 0)
            return r;
        if (r == 0 && n >= w->count)
            return 0;
        if (r == 0)
            n *= 2;
        if (n > w->count)
            n = w->count;
    }
    return 0;
}

int bisect_search(const struct bisect_search *search, bool *in)
{
    struct work w = {.search = search};
    bool rough = false;
    int r = -ENOMEM;
    w.set = calloc(search->count + 1, sizeof(w.set[0]));
    w.members = calloc(search->count + 1, sizeof(w.members[0]));
    memset(in, 0, search->count * sizeof(in[0]));
    if (w.set != NULL && w.members != NULL)
        r = gather(&w, in, &rough);
    for (size_t i = 0; r == 0 && i < search->count; i++)
        if (in[i])
            w.members[w.count++] = i;
    if (r == 0)
        r = ddmin(&w, rough);
    memset(in, 0, search->count * sizeof(in[0]));
    for (size_t i = 0; i < w.count; i++)
        in[w.members[i]] = true;
    free(w.set);
    free(w.members);
    return r;
}
