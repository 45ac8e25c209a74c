/* SPDX-License-Identifier: MIT */
/* nt/lxattr: the two attributes of lxfs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "nt/bytes.h"
#include "nt/lxattr.h"

/* A character device 5:1 of 1000:1001, with three times. */
static const uint8_t console[NT_LXATTRB_SIZE] = {
    0,    0,    1, 0, 0x90, 0x21, 0,    0,    0xe8, 0x03, 0,    0,    0xe9, 0x03,
    0,    0,    1, 0, 0x50, 0,    1,    0,    0,    0,    0xff, 0xc9, 0x9a, 0x3b,
    0,    0,    0, 0, 0x01, 0xca, 0x9a, 0x3b, 0,    0,    0,    0,    0x02, 0xca,
    0x9a, 0x3b, 0, 0, 0,    0,    0x03, 0xca, 0x9a, 0x3b, 0,    0,    0,    0};

static void reads_and_writes_each_field(void **state)
{
    struct nt_lxattrb a;
    uint8_t again[NT_LXATTRB_SIZE];
    (void)state;
    assert_true(nt_lxattrb_get(console, sizeof(console), &a));
    assert_int_equal(a.mode, 020620);
    assert_int_equal(a.uid, 1000);
    assert_int_equal(a.gid, 1001);
    assert_int_equal(a.major, 5);
    assert_int_equal(a.minor, 1);
    assert_int_equal(a.accessed.seconds, 1000000001);
    assert_int_equal(a.accessed.nanoseconds, 1);
    assert_int_equal(a.modified.seconds, 1000000002);
    assert_int_equal(a.modified.nanoseconds, 999999999);
    assert_int_equal(a.changed.seconds, 1000000003);
    assert_int_equal(a.changed.nanoseconds, 0);
    nt_lxattrb_put(&a, again);
    assert_memory_equal(again, console, sizeof(console));
}

static void what_is_damaged_is_none(void **state)
{
    static const struct {
        size_t at;
        uint32_t value;
    } damage[] = {{2, 2},           {4, 01000000},    {8, UINT32_MAX}, {12, UINT32_MAX},
                  {20, 1000000000}, {24, 1000000000}, {28, UINT32_MAX}};
    struct nt_lxattrb a;
    uint8_t value[NT_LXATTRB_SIZE + 1] = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
        memcpy(value, console, sizeof(console));
        if (damage[i].at == 2)
            nt_put16(value + 2, (uint16_t)damage[i].value);
        else
            nt_put32(value + damage[i].at, damage[i].value);
        assert_false(nt_lxattrb_get(value, sizeof(console), &a));
    }
    memcpy(value, console, sizeof(console));
    assert_false(nt_lxattrb_get(value, sizeof(console) + 1, &a));
    assert_false(nt_lxattrb_get(value, sizeof(console) - 1, &a));
    assert_false(nt_lxattrb_get(value, 0, &a));
}

/* Two attributes, "user.a" = "x" and "user.bc" = "". */
static const uint8_t two[] = {0,  0, 1, 0,                                                /* */
                              16, 0, 0, 0, 1, 0, 6, 'u', 's', 'e', 'r', '.', 'a', 'x', 0, /* */
                              0,  0, 0, 0, 0, 0, 0, 7,   'u', 's', 'e', 'r', '.', 'b', 'c', 0};

static void lists_are_read_and_written(void **state)
{
    uint8_t again[sizeof(two)];
    size_t used = 0;
    size_t last = 0;
    size_t at = 0;
    struct nt_lx_xattr x;
    (void)state;
    assert_int_equal(nt_lxxattr_next(two, sizeof(two), &at, &x), 1);
    assert_int_equal(x.name.n, 6);
    assert_memory_equal(x.name.at, "user.a", 6);
    assert_int_equal(x.value.n, 1);
    assert_memory_equal(x.value.at, "x", 1);
    used = (size_t)nt_lxxattr_put(again, sizeof(again), used, &last, &x);
    assert_int_equal(nt_lxxattr_next(two, sizeof(two), &at, &x), 1);
    assert_memory_equal(x.name.at, "user.bc", 7);
    assert_int_equal(x.value.n, 0);
    assert_int_equal(nt_lxxattr_put(again, sizeof(again) - 1, used, &last, &x), -ENOSPC);
    assert_int_equal(nt_lxxattr_put(again, sizeof(again), used, &last, &x), sizeof(two));
    assert_memory_equal(again, two, sizeof(two));
    assert_int_equal(nt_lxxattr_next(two, sizeof(two), &at, &x), 0);
    x.name.n = 256;
    assert_int_equal(nt_lxxattr_put(again, sizeof(again), 0, &last, &x), -EINVAL);
}

/* Decoders differ in whether attributes are aligned: a next one may begin right behind a value. */
static void the_next_one_is_where_its_offset_says(void **state)
{
    static const uint8_t tight[] = {0, 0, 1, 0, 9, 0, 0, 0,  1, 0, 1, 'a', 'x', /* */
                                    0, 0, 0, 0, 0, 0, 1, 'b'};
    size_t at = 0;
    struct nt_lx_xattr x;
    (void)state;
    assert_int_equal(nt_lxxattr_next(tight, sizeof(tight), &at, &x), 1);
    assert_int_equal(nt_lxxattr_next(tight, sizeof(tight), &at, &x), 1);
    assert_int_equal(x.name.at[0], 'b');
    assert_int_equal(nt_lxxattr_next(tight, sizeof(tight), &at, &x), 0);
}

static void what_is_out_of_a_list_is_refused(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
    } damage[] = {{2, 0}, {4, 12}, {4, 60}, {4, 255}, {8, 200}, {10, 0}, {10, 250}};
    struct nt_lx_xattr x;
    uint8_t value[sizeof(two)];
    (void)state;
    for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
        size_t at = 0;
        memcpy(value, two, sizeof(two));
        value[damage[i].at] = damage[i].value;
        assert_int_equal(nt_lxxattr_next(value, sizeof(value), &at, &x), -EINVAL);
    }
    for (size_t n = 0; n < 18; n++) {
        size_t at = 0;
        assert_int_equal(nt_lxxattr_next(two, n, &at, &x), -EINVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_each_field),
        cmocka_unit_test(what_is_damaged_is_none),
        cmocka_unit_test(lists_are_read_and_written),
        cmocka_unit_test(the_next_one_is_where_its_offset_says),
        cmocka_unit_test(what_is_out_of_a_list_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
