/* SPDX-License-Identifier: MIT */
/* What an override asks of a call beside operation and path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "policy/condition.h"

static void a_range_has_both_its_ends(void **state)
{
    (void)state;
    const struct lx_image_condition none = LX_CONDITION_NONE;
    const struct lx_image_range r = {4096, 8191};
    assert_false(lx_range_says(&none.uid));
    assert_true(lx_range_holds(&none.size, UINT64_MAX));
    assert_true(lx_range_says(&r));
    assert_true(lx_range_says(&(struct lx_image_range){0, 0}));
    assert_true(lx_range_holds(&r, 4096) && lx_range_holds(&r, 8191));
    assert_false(lx_range_holds(&r, 4095) || lx_range_holds(&r, 8192));
}

static void bytes_touch_a_range_by_one_of_them(void **state)
{
    (void)state;
    const struct lx_image_range r = {4096, 8191};
    assert_false(lx_range_touches(&r, 0, 4096));
    assert_true(lx_range_touches(&r, 0, 4097));
    assert_true(lx_range_touches(&r, 8191, 1));
    assert_false(lx_range_touches(&r, 8192, 1));
    assert_true(lx_range_touches(&r, 5000, 1));
    assert_false(lx_range_touches(&r, 5000, 0));
    assert_true(lx_range_touches(&r, 0, UINT64_MAX));
}

static void bytes_are_let_pass_until_they_are_used_up(void **state)
{
    (void)state;
    const struct lx_image_condition w = {.after_bytes = 100};
    assert_int_equal(lx_bytes_left(&w, 0, 60), 60);
    assert_int_equal(lx_bytes_left(&w, 60, 40), 40);
    assert_int_equal(lx_bytes_left(&w, 60, 60), 40);
    assert_int_equal(lx_bytes_left(&w, 100, 1), 0);
    assert_int_equal(lx_bytes_left(&w, UINT64_MAX, 1), 0);
}

/* How many of the calls on 1000 paths are drawn. */
static unsigned drawn(const struct lx_image_condition *w, unsigned op, uint64_t n)
{
    unsigned count = 0;
    char path[16];
    for (unsigned i = 0; i < 1000; i++) {
        (void)snprintf(path, sizeof(path), "dir/f%u", i);
        count += lx_draw(w, op, path, n);
    }
    return count;
}

static void as_many_are_drawn_as_the_chance_says(void **state)
{
    (void)state;
    struct lx_image_condition w = {.draw = 7};
    assert_int_equal(drawn(&w, 0, 0), 1000);
    for (unsigned tenths = 1; tenths < 10; tenths++) {
        w.chance = (uint32_t)(429496729.6 * tenths);
        for (unsigned op = 0; op < 4; op++)
            for (uint64_t n = 0; n < 3; n++)
                assert_in_range(drawn(&w, op, n), tenths * 100 - 60, tenths * 100 + 60);
    }
}

static void each_time_and_each_seed_is_another_draw(void **state)
{
    (void)state;
    struct lx_image_condition w = {.chance = UINT32_MAX / 2};
    unsigned times = 0;
    unsigned seeds = 0;
    unsigned ops = 0;
    for (unsigned i = 0; i < 1000; i++) {
        w.draw = lx_draw_more(0, "x", 1);
        bool first = lx_draw(&w, 1, "f", i);
        assert_int_equal(first, lx_draw(&w, 1, "f", i));
        times += first == lx_draw(&w, 1, "f", i + 1);
        ops += first == lx_draw(&w, 2, "f", i);
        w.draw = lx_draw_more(1, "x", 1);
        seeds += first == lx_draw(&w, 1, "f", i);
    }
    assert_in_range(times, 400, 600);
    assert_in_range(ops, 400, 600);
    assert_in_range(seeds, 400, 600);
    assert_true(lx_draw_slot(&w, 1, "f") < LX_OCCURRENCES);
    assert_int_not_equal(lx_draw_slot(&w, 1, "f"), lx_draw_slot(&w, 1, "g"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_has_both_its_ends),
        cmocka_unit_test(bytes_touch_a_range_by_one_of_them),
        cmocka_unit_test(bytes_are_let_pass_until_they_are_used_up),
        cmocka_unit_test(as_many_are_drawn_as_the_chance_says),
        cmocka_unit_test(each_time_and_each_seed_is_another_draw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
