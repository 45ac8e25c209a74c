/* SPDX-License-Identifier: MIT */
/* nt/fold and nt/times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "nt/fold.h"
#include "nt/times.h"

static void one_to_one_upper_case(void **state)
{
    (void)state;
    static const struct {
        uint32_t from;
        uint32_t to;
    } pairs[] = {
        {'a', 'A'},       {'z', 'Z'},       {'A', 'A'},       {'[', '['},         {0xE9, 0xC9},
        {0xFF, 0x178},    {0xDF, 0xDF}, /* sharp s has no single upper case */
        {0x101, 0x100},   {0x1C6, 0x1C4},   {0x1C5, 0x1C4},   {0x3B1, 0x391},     {0x436, 0x416},
        {0x1E01, 0x1E00}, {0x1F00, 0x1F08}, {0xFF41, 0xFF21}, {0x10428, 0x10428}, {0x131, 0x131},
        {0x17F, 0x17F},   {0xB5, 0xB5},     {0x130, 0x130},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (nt_upcase(pairs[i].from) != pairs[i].to)
            fail_msg("U+%04X folds to U+%04X", pairs[i].from, nt_upcase(pairs[i].from));
}

static void folding_twice_is_folding_once(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x10000; c++)
        if (nt_upcase(nt_upcase(c)) != nt_upcase(c))
            fail_msg("U+%04X", c);
}

static int equal(const char *a, const char *b)
{
    int same = nt_fold_equal(a, strlen(a), b, strlen(b));
    if (same)
        assert_true(nt_fold_hash(a, strlen(a)) == nt_fold_hash(b, strlen(b)));
    return same;
}

static void names_compare_as_ntfs_does(void **state)
{
    (void)state;
    assert_true(equal("TestFile", "testfile"));
    assert_true(equal("\xC3\xA9t\xC3\xA9", "\xC3\x89T\xC3\x89"));
    assert_false(equal("a", "ab"));
    assert_false(equal("stra\xC3\x9F"
                       "e",
                       "STRASSE"));
    assert_false(equal("\xC3\xA9", "e\xCC\x81")); /* composed and decomposed */
    assert_true(equal("\xFF\xFE", "\xFF\xFE"));   /* not UTF-8: byte by byte */
    assert_false(equal("\xFF", "\xFE"));
    assert_true(equal("", ""));
    /* Both spellings of a character above U+FFFF stay apart: NTFS folds single units. */
    assert_false(equal("\xF0\x90\x90\xA8", "\xF0\x90\x90\x80"));
}

static int order(const char *a, const char *b)
{
    return nt_fold_compare(a, strlen(a), b, strlen(b));
}

static void names_sort_by_upper_cased_units(void **state)
{
    (void)state;
    assert_int_equal(order("a", "A"), 0);
    assert_true(order("a", "B") < 0 && order("B", "a") > 0);
    assert_true(order("z", "_") < 0); /* "_" comes after "Z" */
    assert_true(order("a", "ab") < 0 && order("ab", "a") > 0);
    assert_int_equal(order("\u00e9", "\u00c9"), 0);
    assert_true(order("Z", "\u00e4") < 0);
    /* Surrogates come before what is left of the first plane. */
    assert_true(order("\U00010428", "\uff41") < 0);
    assert_true(order("\U00010400", "\U00010428") < 0);
}

static void rounds_to(int64_t s, long ns, int64_t es, long ens)
{
    nt_time_round(&s, &ns);
    assert_true(s == es && ns == ens);
}

static void times_of_fat_are_seconds_and_days(void **state)
{
    (void)state;
    static const struct {
        int64_t s;
        long ns;
        int64_t even;
        int64_t day;
    } of[] = {{0, 0, 0, 0},
              {1, 0, 2, 0},
              {2, 0, 2, 0},
              {2, 1, 4, 0},
              {3, 999999999, 4, 0},
              {86399, 1, 86400, 0},
              {86400, 0, 86400, 86400}};
    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
        int64_t s = of[i].s;
        long ns = of[i].ns;
        nt_time_round_seconds(&s, &ns, 2);
        assert_true(s == of[i].even && ns == 0);
        s = of[i].s;
        ns = of[i].ns;
        nt_time_to_day(&s, &ns);
        assert_true(s == of[i].day && ns == 0);
    }
}

static void times_are_rounded_up_to_100ns(void **state)
{
    (void)state;
    rounds_to(5, 0, 5, 0);
    rounds_to(5, 1, 5, 100);
    rounds_to(5, 100, 5, 100);
    rounds_to(5, 123456701, 5, 123456800);
    rounds_to(5, 999999901, 6, 0);
    rounds_to(-1, 999999999, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_to_one_upper_case),
        cmocka_unit_test(folding_twice_is_folding_once),
        cmocka_unit_test(names_compare_as_ntfs_does),
        cmocka_unit_test(names_sort_by_upper_cased_units),
        cmocka_unit_test(times_are_rounded_up_to_100ns),
        cmocka_unit_test(times_of_fat_are_seconds_and_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
