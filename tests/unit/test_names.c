/* SPDX-License-Identifier: MIT */
/* nt/names and nt/utf: the tables of the vendor's tests, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "nt/names.h"
#include "nt/utf.h"

static void escape_is(const char *name, const char *expected)
{
    char out[256];
    long n = nt_name_escape(name, strlen(name), out, sizeof(out));
    assert_int_equal(n, strlen(expected));
    assert_string_equal(out, expected);
}

static void unescape_all_is(const char *name, const char *expected)
{
    char buf[64];
    strcpy(buf, name);
    size_t n = nt_name_unescape_all(buf, strlen(buf));
    assert_int_equal(n, strlen(expected));
    assert_string_equal(buf, expected);
}

static void unescape_is(const char *name, const char *expected)
{
    char buf[256];
    strcpy(buf, name);
    size_t n = nt_name_unescape(buf, strlen(buf));
    assert_int_equal(n, strlen(expected));
    assert_string_equal(buf, expected);
}

static void the_escape_set_is_exact(void **state)
{
    (void)state;
    static const char illegal[] = "\"*:<>?\\|";
    for (int c = 1; c < 256; c++) {
        int expected = c < 0x20 || (c < 0x80 && strchr(illegal, c) != NULL);
        assert_int_equal(nt_char_illegal((unsigned char)c), expected);
    }
}

static void escaping_gives_the_published_bytes(void **state)
{
    (void)state;
    escape_is("plain", "plain");
    escape_is("", "");
    escape_is(":", "\xEF\x80\xBA");
    escape_is("\\", "\xEF\x81\x9C");
    escape_is("|", "\xEF\x81\xBC");
    escape_is("\b", "\xEF\x80\x88");
    escape_is("\x1f", "\xEF\x80\x9F");
    escape_is("a:b*c", "a\xEF\x80\xBA"
                       "b\xEF\x80\xAA"
                       "c");
    escape_is(" . %#\x7f", " . %#\x7f");
}

static void unescaping_touches_only_escapes(void **state)
{
    (void)state;
    /* The name of the vendor's own test: \ : 0x08, then six characters that stay. */
    unescape_is("\xEF\x81\x9C\xEF\x80\xBA\xEF\x80\x88"
                "\xE8\xAA\x9E\xEE\xBF\xBF\xEF\x80\xA5\xEF\x84\x80\xEF\xAC\x80\xEF\x80\xAF",
                "\\:\b\xE8\xAA\x9E\xEE\xBF\xBF\xEF\x80\xA5\xEF\x84\x80\xEF\xAC\x80\xEF\x80\xAF");
    unescape_is("\xEF\x80\x80", "\xEF\x80\x80"); /* U+F000 would be NUL */
    unescape_is("\xEF\x80", "\xEF\x80");         /* cut short */
    unescape_is("a/\xEF\x80\xBA/b", "a/:/b");
    unescape_is("\xEF\x80\xA5", "\xEF\x80\xA5"); /* U+F025 stands for nothing */
    unescape_all_is("\xEF\x80\xA5\xEF\x80\xBA", "%:");
    unescape_all_is("a\xEF\x83\xBFz", "a\xC3\xBFz"); /* U+F0FF */
    unescape_all_is("\xEF\x80\xAF\xEF\x80\x80", "\xEF\x80\xAF\xEF\x80\x80");
    unescape_all_is("\xEF\x84\x80", "\xEF\x84\x80"); /* U+F100 */
}

static void a_round_trip_changes_nothing(void **state)
{
    (void)state;
    char out[1024];
    char name[256];
    size_t n = 0;
    for (int c = 1; c < 256; c++)
        if (c != '/')
            name[n++] = (char)c;
    long escaped = nt_name_escape(name, n, out, sizeof(out));
    assert_true(escaped > (long)n);
    assert_int_equal(nt_name_unescape(out, (size_t)escaped), n);
    assert_memory_equal(out, name, n);
}

static void each_byte_that_is_none_is_replaced(void **state)
{
    (void)state;
    char out[256];
    assert_int_equal(nt_name_replace("a\xFF\xC3\xA4\xE2\x82", 6, out, sizeof(out)), 12);
    assert_string_equal(out, "a\xEF\xBF\xBD\xC3\xA4\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_int_equal(nt_name_replace("\xFF\xFF", 2, out, 7), -ENAMETOOLONG);
}

static void room_is_respected(void **state)
{
    (void)state;
    char out[8];
    memset(out, 'x', sizeof(out));
    assert_int_equal(nt_name_escape("a:", 2, out, 5), 4);
    assert_int_equal(nt_name_escape("a:", 2, out, 4), -ENAMETOOLONG);
    assert_int_equal(nt_name_escape("abc", 3, out, 4), 3);
    assert_int_equal(nt_name_escape("abcd", 4, out, 4), -ENAMETOOLONG);
    assert_int_equal(out[5], 'x');
}

static unsigned scan(const char *s)
{
    return nt_name_scan(s, strlen(s));
}

static void scanning_tells_what_a_name_needs(void **state)
{
    (void)state;
    assert_int_equal(scan("a/b.c"), 0);
    assert_int_equal(scan("a/b:c"), NT_ILLEGAL);
    assert_int_equal(scan("\xC3\xA9"), NT_HIGH);
    assert_int_equal(scan("\xEF\x80\xBA"), NT_HIGH | NT_PRIVATE);
    assert_int_equal(scan("\xEF\x80\xA5"), NT_HIGH | NT_ODD);
    assert_int_equal(scan("f" NT_PENDING_SUFFIX), NT_HIGH | NT_PRIVATE | NT_MARKED);
    assert_int_equal(scan("f" NT_PENDING_SUFFIX "x"), NT_HIGH | NT_PRIVATE | NT_MARKED);
}

static void pending_marks_are_seen(void **state)
{
    (void)state;
    assert_true(nt_name_pending("f" NT_PENDING_SUFFIX, 7));
    assert_false(nt_name_pending(NT_PENDING_SUFFIX "f", 7));
}

static void names_are_measured_in_utf16(void **state)
{
    (void)state;
    char name[800];
    memset(name, 'a', 256);
    assert_int_equal(nt_name_check(name, 255, 1, 1), 0);
    assert_int_equal(nt_name_check(name, 256, 1, 1), -ENAMETOOLONG);
    assert_int_equal(nt_name_check(name, 256, 1, 0), 0);
    for (int i = 0; i < 256; i++)
        memcpy(name + i * 3, "\xE8\xAA\x9E", 3);
    assert_int_equal(nt_name_check(name, 255 * 3, 1, 1), 0);
    assert_int_equal(nt_name_check(name, 256 * 3, 1, 1), -ENAMETOOLONG);
    assert_int_equal(nt_utf16_length("\xF0\x9F\x98\x80", 4), 2);
}

static void what_is_not_utf8_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\xFF",
        "\x80",
        "\xC3",
        "\xC0\x80",
        "\xC1\xBF",
        "\xE0\x80\x80",
        "\xED\xA0\x80",
        "\xE8\xAA",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xF0\x80\x80\x80",
        "a\xFF",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(nt_utf16_length(bad[i], strlen(bad[i])), -EINVAL);
        assert_int_equal(nt_name_check(bad[i], strlen(bad[i]), 1, 1), -EINVAL);
        assert_int_equal(nt_name_check(bad[i], strlen(bad[i]), 0, 1), 0);
    }
}

static void every_code_point_round_trips(void **state)
{
    (void)state;
    for (uint32_t code = 1; code <= 0x10FFFF; code++) {
        char buf[4];
        uint32_t back = 0;
        if (code >= 0xD800 && code < 0xE000)
            continue;
        int n = nt_utf8_encode(code, buf);
        if (nt_utf8_decode(buf, (size_t)n, &back) != n || back != code)
            fail_msg("U+%04X came back as U+%04X", code, back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_escape_set_is_exact),
        cmocka_unit_test(escaping_gives_the_published_bytes),
        cmocka_unit_test(unescaping_touches_only_escapes),
        cmocka_unit_test(a_round_trip_changes_nothing),
        cmocka_unit_test(each_byte_that_is_none_is_replaced),
        cmocka_unit_test(room_is_respected),
        cmocka_unit_test(scanning_tells_what_a_name_needs),
        cmocka_unit_test(pending_marks_are_seen),
        cmocka_unit_test(names_are_measured_in_utf16),
        cmocka_unit_test(what_is_not_utf8_is_refused),
        cmocka_unit_test(every_code_point_round_trips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
