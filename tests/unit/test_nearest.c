/* SPDX-License-Identifier: MIT */
/* "did you mean": near enough, and not too far. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/nearest.h"

static const char *nearest(const char *word)
{
    static const char *const known[] = {"profile", "mounts",           "rules", "overrides", "mode",
                                        "trace",   "unlink.open_file", "uid="};
    struct lx_nearest search;
    lx_nearest_start(&search, word);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        lx_nearest_try(&search, known[i]);
    return lx_nearest_found(&search);
}

static void finds_what_was_meant(void **state)
{
    (void)state;
    assert_string_equal(nearest("profile"), "profile");
    assert_string_equal(nearest("profil"), "profile");   /* a letter lost */
    assert_string_equal(nearest("proffile"), "profile"); /* one too many */
    assert_string_equal(nearest("prophile"), "profile"); /* two wrong */
    assert_string_equal(nearest("rpofile"), "profile");  /* two swapped */
    assert_string_equal(nearest("PROFILE"), "profile");  /* case is no edit */
    assert_string_equal(nearest("rule"), "rules");
    assert_string_equal(nearest("uid"), "uid=");
}

static void a_swap_is_one_edit(void **state)
{
    struct lx_nearest search;
    (void)state;
    lx_nearest_start(&search, "ntfs");
    lx_nearest_try(&search, "nfts");
    assert_int_equal(search.distance, 1);
}

static void a_beginning_counts(void **state)
{
    (void)state;
    assert_string_equal(nearest("unlink"), "unlink.open_file");
    assert_string_equal(nearest("ove"), "overrides");
    assert_null(nearest("un"));
}

static void is_silent_where_nothing_is_near(void **state)
{
    char wide[200];
    (void)state;
    assert_null(nearest("xyzzy"));
    assert_null(nearest(""));
    memset(wide, 'p', sizeof(wide) - 1);
    wide[sizeof(wide) - 1] = '\0';
    assert_null(nearest(wide));
}

static void the_nearer_wins(void **state)
{
    struct lx_nearest search;
    (void)state;
    lx_nearest_start(&search, "traces");
    lx_nearest_try(&search, "races");
    lx_nearest_try(&search, "traced");
    lx_nearest_try(&search, "tracks");
    assert_string_equal(lx_nearest_found(&search), "races"); /* the first of equals */
    lx_nearest_try(&search, "traces");
    assert_string_equal(lx_nearest_found(&search), "traces");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_meant), cmocka_unit_test(a_swap_is_one_edit),
        cmocka_unit_test(a_beginning_counts),   cmocka_unit_test(is_silent_where_nothing_is_near),
        cmocka_unit_test(the_nearer_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
