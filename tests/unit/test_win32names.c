/* SPDX-License-Identifier: MIT */
/* nt/win32names: reserved names, what is dropped, wildcards, 8.3 names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "nt/shortname.h"
#include "nt/times.h"
#include "nt/win32names.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void reserved_names(void **state)
{
    (void)state;
    static const char *const yes[] = {"con",    "NUL",    "Aux.txt",     "prn.a.b", "COM1",
                                      "lpt9.c", "NUL .x", "COM\xC2\xB9", "conin$",  "CONOUT$"};
    static const char *const no[] = {"conf", "com", "COM0", "com10",
                                     "xnul", "",    "con_", "lpt\xC2\xB4"};
    for (size_t i = 0; i < COUNT(yes); i++)
        if (!nt_win32_reserved(yes[i], strlen(yes[i])))
            fail_msg("%s", yes[i]);
    for (size_t i = 0; i < COUNT(no); i++)
        if (nt_win32_reserved(no[i], strlen(no[i])))
            fail_msg("%s", no[i]);
}

static void names_are_stripped_and_checked(void **state)
{
    (void)state;
    assert_int_equal(nt_win32_strip("foo. .", 6), 3);
    assert_int_equal(nt_win32_strip("...", 3), 0);
    assert_int_equal(nt_win32_strip(".a", 2), 2);
    assert_true(nt_win32_legal("a b.c", 5));
    for (const char *c = "<>:\"/\\|?*\x01\x1f"; *c != '\0'; c++)
        assert_false(nt_win32_legal(c, 1));
    assert_false(nt_win32_legal("", 0));
}

static void wildcards(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *name;
        bool match;
    } cases[] = {
        {"*", "a.b", true},
        {"*.*", "noext", true},
        {"*.txt", "A.TXT", true},
        {"*.txt", "a.txt2", false},
        {"a?c", "abc", true},
        {"abc??", "abc", true},
        {"a?.t", "a.t", true},
        {"*.", "noext", true},
        {"*.", "a.b", false},
        {"a.*", "a", true},
        {"f*k", "frisk", true},
        {"f*k", "frisks", false},
        {"\xC3\xA9?", "\xC3\x89x", true},
        {"?", "\xF0\x9F\x98\x80", true},
        {"a", "b", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (nt_wild_match(cases[i].pattern, cases[i].name) != cases[i].match)
            fail_msg("%s %s", cases[i].pattern, cases[i].name);
    /* A pattern that would take for ever if each star were tried with each other. */
    char pattern[201];
    char name[201];
    for (size_t i = 0; i < 200; i++) {
        pattern[i] = i % 2 == 0 ? '*' : 'a';
        name[i] = 'a';
    }
    pattern[199] = 'b';
    pattern[200] = name[200] = '\0';
    assert_false(nt_wild_match(pattern, name));
    name[199] = 'b';
    assert_true(nt_wild_match(pattern, name));
}

static void short_is(const char *name, unsigned count, const char *expected)
{
    char out[NT_SHORT_NAME] = "";
    size_t n = nt_short_name(name, strlen(name), count, out);
    assert_int_equal(n, strlen(expected));
    if (n > 0)
        assert_string_equal(out, expected);
}

static void number_is(const char *name, unsigned expected)
{
    assert_int_equal(nt_short_number(name, strlen(name)), expected);
}

static void short_numbers(void **state)
{
    (void)state;
    number_is("PROGRA~1", 1);
    number_is("a~12.htm", 12);
    number_is("git~1", 1);
    number_is("", 0);
    number_is("~", 0);
    number_is("name~", 0);
    number_is("name~x", 0);
    number_is("name~1x", 0);
    number_is("name~0", 0);
    number_is("name~123", 0);
    number_is("longername~1.txt", 0);
}

static void short_names(void **state)
{
    (void)state;
    short_is("Program Files", 1, "PROGRA~1");
    short_is("Program Files (x86)", 2, "PROGRA~2");
    short_is("file.txt", 1, "");
    short_is("index.html", 1, "INDEX~1.HTM");
    short_is("a+b c.text", 1, "A_BC~1.TEX");
    short_is(".profile", 1, "PROFIL~1");
    short_is("ab.html", 3, "AB74F4~3.HTM");
}

/* Names of music files whose 8.3 names somebody published. */
static void hashed_names(void **state)
{
    (void)state;
    short_is("Rammstein & Tatu - Moscow.mp3", 5, "RA8E17~1.MP3");
}

static void filetimes(void **state)
{
    (void)state;
    assert_true(nt_filetime(0, 0) == UINT64_C(116444736000000000));
    assert_true(nt_filetime(0, 199) == UINT64_C(116444736000000001));
    assert_true(nt_filetime(-NT_EPOCH_SECONDS - 1, 0) == 0);
    assert_true(nt_filetime_seconds(nt_filetime(1706135880, 5)) == 1706135880);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reserved_names), cmocka_unit_test(names_are_stripped_and_checked),
        cmocka_unit_test(wildcards),      cmocka_unit_test(short_names),
        cmocka_unit_test(short_numbers),  cmocka_unit_test(hashed_names),
        cmocka_unit_test(filetimes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
