/* SPDX-License-Identifier: MIT */
/* The smallest set that fails is found, whatever it is, and by few answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "bisect/search.h"

#define MOST 1000

/* Fails with all items of one of the causes; cannot be tested where `unresolved` says so. */
struct world {
    size_t count;
    size_t causes[3][5];
    size_t sizes[3];
    size_t cause_count;
    size_t asked;
    size_t stops; /* after so many answers; 0: never */
    size_t torn;  /* an item that cannot be tested without its neighbour; 0: none */
};

static bool has_all(const bool *in, const size_t *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!in[items[i]])
            return false;
    return true;
}

static enum trial_answer answer(void *context, const bool *in)
{
    struct world *w = context;
    w->asked++;
    if (w->stops != 0 && w->asked > w->stops)
        return TRIAL_STOP;
    if (w->torn != 0 && in[w->torn] != in[w->torn - 1])
        return TRIAL_SKIP;
    for (size_t i = 0; i < w->cause_count; i++)
        if (has_all(in, w->causes[i], w->sizes[i]))
            return TRIAL_FAIL;
    return TRIAL_PASS;
}

static int find(struct world *w, bool *in)
{
    const struct bisect_search search = {w->count, answer, w};
    w->asked = 0;
    return bisect_search(&search, in);
}

static size_t size_of(const bool *in, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += in[i];
    return n;
}

static size_t log2_of(size_t n)
{
    size_t log = 0;
    while (((size_t)1 << log) < n)
        log++;
    return log;
}

static void one_among_many_costs_its_logarithm(void **state)
{
    bool in[MOST];
    (void)state;
    for (size_t count = 1; count <= MOST; count += count < 40 ? 1 : 137)
        for (size_t at = 0; at < count; at += count < 40 ? 1 : 41) {
            struct world w = {.count = count, .causes = {{at}}, .sizes = {1}, .cause_count = 1};
            assert_int_equal(find(&w, in), 0);
            assert_int_equal(size_of(in, count), 1);
            assert_true(in[at]);
            assert_true(w.asked <= log2_of(count) + 1);
        }
}

static void up_to_five_that_are_needed_together(void **state)
{
    bool in[MOST];
    uint32_t random = 1;
    (void)state;
    for (size_t n = 2; n <= 5; n++)
        for (unsigned turn = 0; turn < 200; turn++) {
            struct world w = {.count = MOST, .sizes = {n}, .cause_count = 1};
            for (size_t i = 0; i < n; i++) {
                random = random * 1664525 + 1013904223;
                /* Beside each other, too. */
                w.causes[0][i] = turn % 4 == 0 ? 400 + i : i * (MOST / 5) + (random >> 8) % 200;
            }
            assert_int_equal(find(&w, in), 0);
            assert_int_equal(size_of(in, MOST), n);
            assert_true(has_all(in, w.causes[0], n));
            assert_true(w.asked <= n * (log2_of(MOST) + 1) + 2 * n);
        }
}

static void of_causes_that_each_suffice_one_is_found_whole(void **state)
{
    bool in[MOST];
    struct world w = {.count = MOST,
                      .causes = {{10, 700}, {500}, {3, 4, 650}},
                      .sizes = {2, 1, 3},
                      .cause_count = 3};
    (void)state;
    assert_int_equal(find(&w, in), 0);
    assert_int_equal(size_of(in, MOST), 1);
    assert_true(in[500]);
    w.causes[1][0] = 900;
    assert_int_equal(find(&w, in), 0);
    assert_int_equal(size_of(in, MOST), 3);
    assert_true(has_all(in, w.causes[2], 3));
}

/* What is needed is found beside what cannot be tested, and what need not be there is left out. */
static void what_cannot_be_tested_is_gone_around(void **state)
{
    bool in[MOST];
    (void)state;
    for (size_t torn = 1; torn < 100; torn++) {
        struct world w = {
            .count = 100, .causes = {{20, 50}}, .sizes = {2}, .cause_count = 1, .torn = torn};
        assert_int_equal(find(&w, in), 0);
        assert_true(has_all(in, w.causes[0], 2));
        assert_true(size_of(in, 100) <= 4); /* with the neighbours that cannot be taken away */
        assert_int_equal(answer(&w, in), TRIAL_FAIL);
    }
}

/* More items may let it pass again: what is found fails all the same. */
static enum trial_answer fickle(void *context, const bool *in)
{
    (void)context;
    return in[30] && !(in[20] && !in[10]) ? TRIAL_FAIL : TRIAL_PASS;
}

static void what_other_items_mask_is_found(void **state)
{
    bool in[100];
    const struct bisect_search search = {100, fickle, NULL};
    (void)state;
    assert_int_equal(bisect_search(&search, in), 0);
    assert_int_equal(size_of(in, 100), 1);
    assert_true(in[30]);
}

/* An answer that is missing ends the search, and the same answers lead there again. */
static void it_stops_where_it_is_told(void **state)
{
    bool in[MOST];
    struct world w = {.count = MOST, .causes = {{7, 300, 901}}, .sizes = {3}, .cause_count = 1};
    (void)state;
    assert_int_equal(find(&w, in), 0);
    size_t all = w.asked;
    for (w.stops = 1; w.stops < all; w.stops++) {
        assert_int_equal(find(&w, in), -ECANCELED);
        assert_int_equal(w.asked, w.stops + 1);
    }
    w.stops = all;
    assert_int_equal(find(&w, in), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_among_many_costs_its_logarithm),
        cmocka_unit_test(up_to_five_that_are_needed_together),
        cmocka_unit_test(of_causes_that_each_suffice_one_is_found_whole),
        cmocka_unit_test(what_cannot_be_tested_is_gone_around),
        cmocka_unit_test(what_other_items_mask_is_found),
        cmocka_unit_test(it_stops_where_it_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
