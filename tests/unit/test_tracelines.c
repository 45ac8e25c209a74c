/* SPDX-License-Identifier: MIT */
/* Lines of a trace that are left in memory, and taken from there in their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/tracelines.h"

static struct lx_trace_lines lines;

static int empty(void **state)
{
    (void)state;
    memset(&lines, 0, sizeof(lines));
    return 0;
}

/* Leaves lines of one letter each, from `from` on. */
static void leave(char from, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char letter = (char)(from + (char)i);
        assert_true(lx_trace_leave(&lines, &letter, 1));
    }
}

/* Takes what there is, as a text. */
static const char *take(bool all)
{
    static char text[LX_TRACE_LINES + 1];
    const struct lx_trace_line *taken[LX_TRACE_LINES];
    assert_true(lx_trace_take_begin(&lines, 1));
    assert_false(lx_trace_take_begin(&lines, 2));
    unsigned n = lx_trace_take(&lines, all, taken);
    for (unsigned i = 0; i < n; i++)
        text[i] = taken[i]->text[0];
    text[n] = '\0';
    lx_trace_take_end(&lines, n == 0 ? NULL : taken[n - 1]);
    return text;
}

static void lines_come_in_their_order_round_after_round(void **state)
{
    (void)state;
    assert_string_equal(take(false), "");
    for (unsigned i = 0; i < LX_TRACE_LINES; i++) {
        leave('a', 5);
        assert_true(lx_trace_left(&lines));
        assert_string_equal(take(false), "abcde");
        assert_false(lx_trace_left(&lines));
    }
}

static void what_is_full_takes_no_line(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < LX_TRACE_LINES; i++)
            leave('x', 1);
        assert_false(lx_trace_leave(&lines, "y", 1));
        assert_int_equal(strlen(take(false)), LX_TRACE_LINES);
    }
}

static void a_line_has_so_many_bytes(void **state)
{
    static char text[LX_LINE_ROOM + 1];
    (void)state;
    assert_true(lx_trace_leave(&lines, text, LX_LINE_ROOM));
    assert_false(lx_trace_leave(&lines, text, LX_LINE_ROOM + 1));
    /* Any program of the run may write there. */
    lines.line[0].length = UINT32_MAX;
    assert_int_equal(lx_trace_length(&lines.line[0]), LX_LINE_ROOM);
}

static void who_dies_amidst_holds_up_what_is_behind_until_the_end(void **state)
{
    (void)state;
    leave('a', 2);
    atomic_fetch_add(&lines.given, 1); /* a place is given, and nothing comes */
    leave('c', 2);
    assert_string_equal(take(false), "ab");
    assert_string_equal(take(false), "");
    assert_true(lx_trace_left(&lines));
    assert_string_equal(take(true), "cd");
    assert_false(lx_trace_left(&lines));
    leave('e', 1);
    assert_string_equal(take(false), "e");
}

static void after_the_end_no_line_is_left(void **state)
{
    (void)state;
    leave('a', 1);
    lx_trace_close(&lines);
    assert_false(lx_trace_leave(&lines, "b", 1));
    assert_true(lx_trace_left(&lines));
    assert_string_equal(take(true), "a");
    assert_false(lx_trace_left(&lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(lines_come_in_their_order_round_after_round, empty),
        cmocka_unit_test_setup(what_is_full_takes_no_line, empty),
        cmocka_unit_test_setup(a_line_has_so_many_bytes, empty),
        cmocka_unit_test_setup(who_dies_amidst_holds_up_what_is_behind_until_the_end, empty),
        cmocka_unit_test_setup(after_the_end_no_line_is_left, empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
