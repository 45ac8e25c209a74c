/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

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

static void a_string_ends_or_is_as_long_as_any_path(void **state)
{
    (void)state;
    static char text[3 * SYS_PAGE];
    assert_int_equal(sys_string("path", 7), 4);
    memset(text, 'x', sizeof(text) - 1);
    assert_int_equal(sys_string(text, 7), 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_readable_before_it_was_tried),
        cmocka_unit_test(what_was_readable_is_tried_again_at_another_moment),
        cmocka_unit_test(a_string_ends_or_is_as_long_as_any_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
