/* SPDX-License-Identifier: MIT */
/*
 * The smallest set of items that makes something fail, by asking about sets of them. Pure: who asks
 * what costs a run answers. The answers decide what is asked next, and nothing else does, so that
 * a search whose answers are known goes the same way again.
 */
#ifndef LXSHIM_BISECT_SEARCH_H
#define LXSHIM_BISECT_SEARCH_H

#include "trial/trial.h"

struct bisect_search {
    size_t count;
    /* Whether it fails with the items of a set: `in` has `count` entries. */
    enum trial_answer (*ask)(void *context, const bool *in);
    void *context;
};

/*
 * Finds a set of which every item is needed: without any one of them it passes, as far as that
 * could be tested. It fails with all items and passes without any, which is not asked. Returns 0
 * with the set in `in`, or -ECANCELED where an answer was to stop, or -ENOMEM.
 *
 * One item among n costs log2(n) answers and one more; each further one that is needed beside it
 * costs as many and two.
 */
int bisect_search(const struct bisect_search *search, bool *in);

#endif
