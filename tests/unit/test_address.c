/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* What is read here has been mapped, of which the sanitizer says nothing. */
#define SYS_SANITIZED 0
#include "sys/address.h"

/* Moments of which the bits that a page's entry keeps are all clear, or all set. */
static const uint64_t moments[] = {0, UINT64_C(1) << 24, 1, 0xFFFFFF, UINT64_C(0xABC) << 24};
#define MOMENTS (sizeof(moments) / sizeof(moments[0]))

static void nothing_is_readable_before_it_was_tried(void **state)
{
    (void)state;
    for (size_t i = 0; i < MOMENTS; i++) {
        memset((void *)sys_pages, 0, sizeof(sys_pages));
        assert_false(sys_readable((const void *)(uintptr_t)8, 8, moments[i]));
        assert_false(sys_readable(NULL, 1, moments[i]));
        assert_int_equal(sys_string((const char *)(uintptr_t)8, moments[i]), -EFAULT);
    }
}

static void what_was_readable_is_tried_again_at_another_moment(void **state)
{
    (void)state;
    char *page = mmap(NULL, SYS_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(page, MAP_FAILED);
    for (size_t i = 0; i < MOMENTS; i++)
        assert_true(sys_readable(page, SYS_PAGE, moments[i]));
    assert_int_equal(munmap(page, SYS_PAGE), 0);
    for (size_t i = 0; i + 1 < MOMENTS; i++)
        if ((moments[i] & 0xFFFFFF) != (moments[MOMENTS - 1] & 0xFFFFFF))
            assert_false(sys_readable(page, 1, moments[i]));
}

/* That a page is remembered shows when it is gone: nobody asks again at that moment. */
static void two_pages_that_share_a_place_are_both_remembered(void **state)
{
    const size_t apart = (size_t)SYS_PAGES * SYS_PAGE;
    const size_t size = 2 * apart + SYS_PAGE;
    (void)state;
    char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(pages, MAP_FAILED);
    for (size_t other = apart; other < size; other += apart) {
        assert_true(sys_readable(pages, 1, other));
        assert_true(sys_readable(pages + other, 1, other));
        assert_int_equal(mprotect(pages, size, PROT_NONE), 0);
        assert_true(sys_readable(pages, 1, other));
        assert_true(sys_readable(pages + other, 1, other));
        assert_false(sys_readable(pages, 1, other + 1));
        assert_int_equal(mprotect(pages, size, PROT_READ), 0);
    }
    assert_int_equal(munmap(pages, size), 0);
}

static void a_string_ends_or_is_as_long_as_any_path(void **state)
{
    (void)state;
    static char text[3 * SYS_PAGE];
    assert_int_equal(sys_string("path", 7), 4);
    memset(text, 'x', sizeof(text) - 1);
    assert_int_equal(sys_string(text, 7), 4096);
}

/* How a path that begins at `s` is taken apart, by a look at each byte. */
static struct sys_parts parts(const char *s)
{
    struct sys_parts p = {0, 0};
    for (; s[p.length] != '\0'; p.length++)
        if (s[p.length] == '/')
            p.above = p.length + 1;
    return p;
}

static void assert_parts(const char *s, uint64_t moment)
{
    const struct sys_parts want = parts(s);
    const struct sys_parts exact = sys_parts_exactly(s, moment);
    const struct sys_parts got = sys_parts_of(s, moment);
    assert_int_equal(exact.length, want.length);
    assert_int_equal(exact.above, want.above);
    assert_int_equal(got.length, want.length);
    assert_int_equal(got.above, want.above);
}

/* Two pages that can be read, and behind them one that cannot. */
static char *two_pages(void)
{
    char *page =
        mmap(NULL, 3 * SYS_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(page, MAP_FAILED);
    assert_int_equal(mprotect(page + 2 * SYS_PAGE, SYS_PAGE, PROT_NONE), 0);
    return page;
}

/* Wherever a path begins and ends, and whatever is before and behind it: slashes, and more ends. */
static void a_path_is_taken_apart_wherever_it_lies(void **state)
{
    (void)state;
    static const char fills[] = {'x', '/', '\0'};
    char *page = two_pages();
    char *end = page + 2 * SYS_PAGE;
    for (size_t fill = 0; fill < sizeof(fills); fill++)
        for (size_t n = 0; n < 50; n++)
            for (size_t behind = 0; behind < 20; behind++)
                for (size_t slash = 0; slash <= n; slash++) {
                    /* At the end of what can be read, and across the border of two pages. */
                    char *const places[] = {end - 1 - behind - n,
                                            page + SYS_PAGE - (n + behind) % 64};
                    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
                        char *s = places[i];
                        memset(page + SYS_PAGE - 128, fills[fill], 256);
                        memset(end - 256, fills[fill], 256);
                        memset(s, 'a', n);
                        s[n] = '\0';
                        if (slash < n)
                            s[slash] = '/';
                        assert_parts(s, 7);
                    }
                }
    munmap(page, 3 * SYS_PAGE);
}

static void a_path_that_nobody_can_read_has_no_parts(void **state)
{
    (void)state;
    char *page = two_pages();
    char *end = page + 2 * SYS_PAGE;
    memset(page, 'x', 2 * SYS_PAGE);
    for (size_t n = 1; n < 40; n++) {
        assert_int_equal(sys_parts_of(end - n, 7).length, SYS_UNREADABLE);
        assert_int_equal(sys_parts_of(end - n, 7).length, SYS_UNREADABLE); /* known by now */
    }
    assert_int_equal(sys_parts_of(NULL, 7).length, SYS_UNREADABLE);
    assert_int_equal(sys_parts_of(end, 7).length, SYS_UNREADABLE);
    assert_int_equal(sys_parts_of(page, 7).length, 4096);
    munmap(page, 3 * SYS_PAGE);
}

/* For tools that tell of each byte that is read beyond what is there. */
static void who_reads_exactly_does_so_though_a_page_is_known(void **state)
{
    (void)state;
    char *page = two_pages();
    sys_read_exactly();
    for (unsigned i = 0; i < 2; i++) {
        assert_true(sys_page_readable((uintptr_t)page, 9));
        assert_false(sys_page_is_known((uintptr_t)page, 9));
    }
    assert_int_equal(munmap(page, 3 * SYS_PAGE), 0);
    assert_true(sys_page_readable((uintptr_t)page, 9)); /* it is remembered all the same */
    assert_false(sys_page_readable((uintptr_t)page, 10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_readable_before_it_was_tried),
        cmocka_unit_test(what_was_readable_is_tried_again_at_another_moment),
        cmocka_unit_test(two_pages_that_share_a_place_are_both_remembered),
        cmocka_unit_test(a_string_ends_or_is_as_long_as_any_path),
        cmocka_unit_test(a_path_is_taken_apart_wherever_it_lies),
        cmocka_unit_test(a_path_that_nobody_can_read_has_no_parts),
        cmocka_unit_test(who_reads_exactly_does_so_though_a_page_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
