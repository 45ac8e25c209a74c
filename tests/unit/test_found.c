/* SPDX-License-Identifier: MIT */
/* What is below a directory, and what a list of directories says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "policy/path.h"
#include "policy/trusted.h"

static void a_path_is_within_a_directory_by_whole_names(void **state)
{
    static const struct {
        const char *path;
        const char *directory;
        const char *below; /* NULL: it is not within */
    } cases[] = {
        {"/a", "/a", ""},    {"/a/b", "/a", "b"}, {"/a/b/c", "/a", "b/c"}, {"/a/b/c", "/a/b", "c"},
        {"/ab", "/a", NULL}, {"/", "/a", NULL},   {"/a", "/a/b", NULL},    {"/b/a", "/a", NULL},
        {"/a", "/", "a"},    {"/", "/", ""},      {"/a/b", "/", "a/b"},    {"/a-b", "/a", NULL},
        {"/A", "/a", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool within = lx_path_within(cases[i].path, cases[i].directory);
        if (within != (cases[i].below != NULL))
            fail_msg("%s in %s", cases[i].path, cases[i].directory);
        if (within)
            assert_string_equal(lx_path_below(cases[i].path, cases[i].directory), cases[i].below);
    }
}

static bool has(const char *text, const char *directory)
{
    const struct lx_trusted list = {.text = text, .size = strlen(text)};
    return lx_trusted_has(&list, directory);
}

static void a_list_names_directories_by_whole_lines(void **state)
{
    (void)state;
    assert_true(has("/a\n", "/a"));
    assert_true(has("/a", "/a"));
    assert_true(has("# comment\n\n/b\n/a///\n", "/a"));
    assert_true(has("/\n", "/"));
    assert_true(has("///\n", "/"));
    assert_true(has("/with space \n", "/with space "));
    assert_false(has("", "/a"));
    assert_false(has("\n\n", "/a"));
    assert_false(has("# /a\n", "/a"));
    assert_false(has(" /a\n", "/a"));
    assert_false(has("a\n", "/a"));
    assert_false(has("/a/b\n", "/a"));
    assert_false(has("/a\n", "/a/b"));
    assert_false(has("/ab\n", "/a"));
    assert_false(has("/a\r\n", "/a"));
    assert_false(has("/a/*\n", "/a/b"));
    /* A NUL ends no line. */
    const struct lx_trusted list = {.text = "/a\0b\n/c\n", .size = 8};
    assert_false(lx_trusted_has(&list, "/a"));
    assert_true(lx_trusted_has(&list, "/c"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_within_a_directory_by_whole_names),
        cmocka_unit_test(a_list_names_directories_by_whole_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
