/* SPDX-License-Identifier: MIT */
/* Where things stand in a JSON text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/position.h"

/* A copy without room behind it, so that a memory checker sees whoever reads on. */
static struct lx_text text_of(const char *s)
{
    size_t n = strlen(s);
    char *copy = malloc(n > 0 ? n : 1);
    assert_non_null(copy);
    memcpy(copy, s, n);
    return (struct lx_text){copy, n};
}

static void expect(const char *s, const struct lx_step *steps, size_t count, const char *key,
                   const char *value)
{
    struct lx_text t = text_of(s);
    size_t at = lx_position_find(t, steps, count, true);
    size_t n = strlen(key);
    assert_true(at + n <= t.size);
    assert_memory_equal(t.at + at, key, n);
    at = lx_position_find(t, steps, count, false);
    n = strlen(value);
    assert_true(at + n <= t.size);
    assert_memory_equal(t.at + at, value, n);
    free((void *)(uintptr_t)t.at);
}

static void finds_members_and_items(void **state)
{
    static const char text[] = " {\"a\" : [1, {\"b\":\"}\", \"c\" :-2.5e+3} , [[]] ,\"last\"],\n"
                               "  \"x\":null, \"a b\": true}";
    (void)state;
    expect(text, NULL, 0, "{", "{");
    expect(text, (struct lx_step[]){{"a", 0}}, 1, "\"a\"", "[1");
    expect(text, (struct lx_step[]){{"a", 0}, {NULL, 0}}, 2, "1,", "1,");
    expect(text, (struct lx_step[]){{"a", 0}, {NULL, 1}, {"c", 0}}, 3, "\"c\"", "-2.5e+3}");
    expect(text, (struct lx_step[]){{"a", 0}, {NULL, 2}, {NULL, 0}}, 3, "[]", "[]");
    expect(text, (struct lx_step[]){{"a", 0}, {NULL, 3}}, 2, "\"last\"", "\"last\"");
    expect(text, (struct lx_step[]){{"x", 0}}, 1, "\"x\"", "null");
    expect(text, (struct lx_step[]){{"a b", 0}}, 1, "\"a b\"", "true");
}

static void reads_escapes_in_keys(void **state)
{
    static const char text[] =
        "{\"\\u0061\\n\\\"\\\\\\/\": 1, \"\\uD83D\\uDE00\": 2, \"\\u20ac\": 3, "
        "\"\\u00e4\": 4, \"\xC3\xA4x\": 5}";
    (void)state;
    expect(text, (struct lx_step[]){{"a\n\"\\/", 0}}, 1, "\"\\u0061", "1");
    expect(text, (struct lx_step[]){{"\xF0\x9F\x98\x80", 0}}, 1, "\"\\uD83D", "2");
    expect(text, (struct lx_step[]){{"\xE2\x82\xAC", 0}}, 1, "\"\\u20ac", "3");
    expect(text, (struct lx_step[]){{"\xC3\xA4", 0}}, 1, "\"\\u00e4", "4");
    expect(text, (struct lx_step[]){{"\xC3\xA4x", 0}}, 1, "\"\xC3\xA4x", "5");
}

static void what_is_not_there_is_at_the_end(void **state)
{
    struct lx_text t = text_of("{\"a\": [1, 2], \"ab\": {}}");
    (void)state;
    assert_int_equal(lx_position_find(t, (struct lx_step[]){{"b", 0}}, 1, false), t.size);
    assert_int_equal(lx_position_find(t, (struct lx_step[]){{"", 0}}, 1, false), t.size);
    assert_int_equal(lx_position_find(t, (struct lx_step[]){{"a", 0}, {NULL, 2}}, 2, false),
                     t.size);
    assert_int_equal(lx_position_find(t, (struct lx_step[]){{"a", 0}, {"a", 0}}, 2, false), t.size);
    assert_int_equal(lx_position_find(t, (struct lx_step[]){{NULL, 0}}, 1, false), t.size);
    free((void *)(uintptr_t)t.at);
}

static void counts_lines_and_bytes_from_one(void **state)
{
    struct lx_text t = text_of("ab\n\xC3\xA4\xC3\xB6x\n\ny");
    unsigned line;
    unsigned column;
    (void)state;
    lx_position_line(t, 0, &line, &column);
    assert_int_equal(line, 1);
    assert_int_equal(column, 1);
    lx_position_line(t, 2, &line, &column); /* the newline belongs to its line */
    assert_int_equal(line, 1);
    assert_int_equal(column, 3);
    lx_position_line(t, 7, &line, &column); /* the x, after two letters of two bytes */
    assert_int_equal(line, 2);
    assert_int_equal(column, 5);
    lx_position_line(t, t.size - 1, &line, &column);
    assert_int_equal(line, 4);
    assert_int_equal(column, 1);
    lx_position_line(t, 1000, &line, &column);
    assert_int_equal(line, 4);
    assert_int_equal(column, 2);
    free((void *)(uintptr_t)t.at);
}

static void finds_a_byte_inside_a_string(void **state)
{
    static const char s[] = "[\"a\\u0062c,\\t\\uD83D\\uDE00,z\"]";
    struct lx_text t = text_of(s);
    (void)state;
    assert_int_equal(lx_position_inside(t, 1, 0), 2);
    assert_int_equal(lx_position_inside(t, 1, 1), 3);            /* the escape of b */
    assert_int_equal(lx_position_inside(t, 1, 2), 9);            /* c */
    assert_int_equal(lx_position_inside(t, 1, 4), 11);           /* the tab */
    assert_int_equal(lx_position_inside(t, 1, 9), 25);           /* after four bytes of a smiley */
    assert_int_equal(lx_position_inside(t, 1, 100), t.size - 2); /* the closing quote */
    free((void *)(uintptr_t)t.at);
}

static void steps_to_the_next_item(void **state)
{
    struct lx_text t = text_of("[\n{\"a\":\n[]},\n\n2]");
    unsigned line = 2;
    size_t at;
    (void)state;
    at = lx_position_next(t, 2, &line);
    assert_int_equal(t.at[at], '2');
    assert_int_equal(line, 5);
    free((void *)(uintptr_t)t.at);
}

static void finds_the_token_that_ends(void **state)
{
    struct lx_text t = text_of("{\"a b\": tru, 12 }");
    (void)state;
    assert_int_equal(lx_position_token(t, 1), 0);
    assert_int_equal(lx_position_token(t, 6), 1);
    assert_int_equal(lx_position_token(t, 7), 6);
    assert_int_equal(lx_position_token(t, 11), 8);
    assert_int_equal(lx_position_token(t, 15), 13);
    assert_int_equal(lx_position_token(t, t.size), t.size - 1);
    free((void *)(uintptr_t)t.at);
}

/* Every function on every beginning of texts, valid or not: no read outside, and an end. */
static void stays_inside_what_is_no_json(void **state)
{
    static const char *const texts[] = {
        "{\"a\\u12\": [1, {\"b\": \"\\", "]]]}}}{\"a\":", "{\"a\":}", "{\"\\uD83D\\u", "[,,\"", "",
        "{\"a\" \"a\" \"a\":",           "\\\\\\\"\"\"",
    };
    const struct lx_step steps[] = {{"a", 0}, {NULL, 1}, {"b", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        for (size_t n = 0; n <= strlen(texts[i]); n++) {
            char *cut = strndup(texts[i], n);
            struct lx_text t = text_of(cut);
            unsigned line = 1;
            for (size_t count = 0; count <= 3; count++) {
                assert_true(lx_position_find(t, steps, count, true) <= t.size);
                assert_true(lx_position_find(t, steps, count, false) <= t.size);
            }
            for (size_t at = 0; at <= n; at++) {
                assert_true(lx_position_token(t, at) <= t.size);
                assert_true(lx_position_inside(t, at, 3) <= t.size);
                assert_true(lx_position_next(t, at, &line) <= t.size);
            }
            free((void *)(uintptr_t)t.at);
            free(cut);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_members_and_items),
        cmocka_unit_test(reads_escapes_in_keys),
        cmocka_unit_test(what_is_not_there_is_at_the_end),
        cmocka_unit_test(counts_lines_and_bytes_from_one),
        cmocka_unit_test(finds_a_byte_inside_a_string),
        cmocka_unit_test(steps_to_the_next_item),
        cmocka_unit_test(finds_the_token_that_ends),
        cmocka_unit_test(stays_inside_what_is_no_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
