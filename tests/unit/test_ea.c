/* SPDX-License-Identifier: MIT */
/* nt/ea: chains of extended attributes, and what those of WSL's say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "nt/bytes.h"
#include "nt/ea.h"

/* As Windows writes them for a file that is made with metadata: uid 3000, gid 3001, mode 0100644.
 */
static const uint8_t made[59] = {
    20, 0, 0, 0, 0, 6, 4, 0, '$', 'L', 'X', 'U', 'I', 'D', 0, 0xb8, 0x0b, 0, 0, 0, /* uid */
    20, 0, 0, 0, 0, 6, 4, 0, '$', 'L', 'X', 'G', 'I', 'D', 0, 0xb9, 0x0b, 0, 0, 0, /* gid */
    0,  0, 0, 0, 0, 6, 4, 0, '$', 'L', 'X', 'M', 'O', 'D', 0, 0xa4, 0x81, 0, 0};

static void reads_what_windows_writes(void **state)
{
    struct nt_ea ea;
    struct nt_lx lx = {.has = 0};
    size_t at = 0;
    unsigned count = 0;
    (void)state;
    for (; nt_ea_next(made, sizeof(made), &at, &ea) > 0; count++) {
        assert_int_equal(ea.size, 4);
        nt_lx_take(&lx, (enum nt_lx_field)nt_lx_field_of(ea.name, ea.name_length), ea.value,
                   ea.size);
    }
    assert_int_equal(count, 3);
    assert_int_equal(at, sizeof(made));
    assert_int_equal(lx.has, NT_LX_OWNED);
    assert_int_equal(lx.good, NT_LX_OWNED);
    assert_int_equal(lx.uid, 3000);
    assert_int_equal(lx.gid, 3001);
    assert_int_equal(lx.mode, 0100644);
}

static void writes_the_same(void **state)
{
    static const enum nt_lx_field order[] = {NT_LX_UID, NT_LX_GID, NT_LX_MODE};
    const struct nt_lx lx = {.uid = 3000, .gid = 3001, .mode = 0100644};
    uint8_t chain[sizeof(made)];
    size_t used = 0;
    size_t last = 0;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        uint8_t value[NT_LX_SIZE_MAX];
        const struct nt_ea ea = {.name = nt_lx_name(order[i]),
                                 .name_length = 6,
                                 .value = value,
                                 .size = nt_lx_put(&lx, order[i], value)};
        for (size_t room = used; room < sizeof(made) && i == 2; room++) {
            size_t kept = last;
            uint8_t small[sizeof(made)];
            memcpy(small, chain, used);
            assert_int_equal(nt_ea_put(small, room, used, &kept, &ea), -ENOSPC);
        }
        long n = nt_ea_put(chain, sizeof(chain), used, &last, &ea);
        assert_true(n > 0);
        used = (size_t)n;
    }
    assert_int_equal(used, sizeof(made));
    assert_memory_equal(chain, made, sizeof(made));
}

/* The vendor's own test says 4 of the 8 bytes that it gives a device. */
static void what_follows_the_last_value_is_ignored(void **state)
{
    uint8_t chain[] = {0,   0,   0, 0, 0, 6, 4, 0, '$', 'L', 'X', 'D',
                       'E', 'V', 0, 1, 0, 0, 0, 2, 0,   0,   0};
    struct nt_ea ea;
    struct nt_lx lx = {.has = 0};
    size_t at = 0;
    (void)state;
    assert_int_equal(nt_ea_next(chain, sizeof(chain), &at, &ea), 1);
    assert_int_equal(ea.size, 4);
    assert_int_equal(nt_ea_next(chain, sizeof(chain), &at, &ea), 0);
    nt_lx_take(&lx, NT_LX_DEVICE, ea.value, ea.size);
    assert_int_equal(lx.has, NT_LX_DEVICE);
    assert_int_equal(lx.good, 0);
}

/* On disk each entry has its size, in line, for the offset of the next one. */
static void as_ntfs_stores_them(void **state)
{
    uint8_t chain[sizeof(made) + 1] = {0};
    struct nt_ea ea;
    size_t at = 0;
    (void)state;
    memcpy(chain, made, sizeof(made));
    chain[40] = 20;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(nt_ea_next(chain, sizeof(chain), &at, &ea), 1);
        assert_int_equal(ea.size, 4);
    }
    assert_int_equal(nt_ea_next(chain, sizeof(chain), &at, &ea), 0);
    assert_int_equal(at, sizeof(chain));
}

static void broken(const uint8_t *chain, size_t n)
{
    struct nt_ea ea;
    size_t at = 0;
    int r;
    while ((r = nt_ea_next(chain, n, &at, &ea)) > 0)
        ;
    assert_int_equal(r, -EINVAL);
}

static void what_is_no_chain(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
    } damage[] = {
        {0, 21},   /* out of line */
        {0, 16},   /* into the value */
        {0, 60},   /* behind the end */
        {3, 0x80}, /* far behind it */
        {5, 0},    /* no name */
        {5, 255},  /* longer than the rest */
        {6, 200},  /* a value that is */
        {10, 0},   /* a NUL in the name */
        {14, 1},   /* none behind it */
        {40, 1},   /* the last goes on */
    };
    uint8_t chain[sizeof(made)];
    (void)state;
    for (size_t n = 1; n < sizeof(made); n++)
        if (n % 20 != 0) /* where an entry ends */
            broken(made, n);
    for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
        memcpy(chain, made, sizeof(made));
        chain[damage[i].at] = damage[i].value;
        broken(chain, sizeof(chain));
    }
}

static void what_no_chain_holds(void **state)
{
    uint8_t chain[512];
    char name[NT_EA_NAME_MAX + 1];
    size_t last = 0;
    struct nt_ea ea = {.name = name, .name_length = sizeof(name)};
    (void)state;
    memset(name, 'x', sizeof(name));
    assert_int_equal(nt_ea_put(chain, sizeof(chain), 0, &last, &ea), -EINVAL);
    ea.name_length = 0;
    assert_int_equal(nt_ea_put(chain, sizeof(chain), 0, &last, &ea), -EINVAL);
    ea.name_length = NT_EA_NAME_MAX;
    assert_int_equal(nt_ea_put(chain, sizeof(chain), 0, &last, &ea), 8 + NT_EA_NAME_MAX + 1);
    ea.size = NT_EA_VALUE_MAX + 1;
    assert_int_equal(nt_ea_put(chain, sizeof(chain), 0, &last, &ea), -EINVAL);
}

static struct nt_lx taken(enum nt_lx_field field, uint64_t number, size_t size)
{
    uint8_t value[9] = {0};
    struct nt_lx lx = {.has = 0};
    nt_put64(value, number);
    nt_lx_take(&lx, field, value, size);
    assert_int_equal(lx.has, field);
    return lx;
}

static void each_is_judged_by_itself(void **state)
{
    (void)state;
    assert_int_equal(taken(NT_LX_UID, 7, 4).good, NT_LX_UID);
    assert_int_equal(taken(NT_LX_UID, UINT32_MAX, 4).good, 0);
    assert_int_equal(taken(NT_LX_GID, UINT32_MAX, 4).good, 0);
    assert_int_equal(taken(NT_LX_GID, UINT32_MAX - 1, 4).good, NT_LX_GID);
    assert_int_equal(taken(NT_LX_MODE, 0107777, 4).good, NT_LX_MODE);
    assert_int_equal(taken(NT_LX_MODE, 0x10000 | 0100644, 4).good, 0);
    assert_int_equal(taken(NT_LX_DEVICE, UINT64_C(2) << 32 | 1, 8).minor, 2);
    assert_int_equal(taken(NT_LX_DEVICE, UINT64_C(2) << 32 | 1, 8).major, 1);
    static const enum nt_lx_field all[] = {NT_LX_UID, NT_LX_GID, NT_LX_MODE, NT_LX_DEVICE};
    for (size_t i = 0; i < 4; i++)
        for (size_t size = 0; size < 10; size++)
            assert_int_equal(taken(all[i], 0100644, size).good,
                             size == nt_lx_size(all[i]) ? all[i] : 0);
}

static void names_ignore_case(void **state)
{
    (void)state;
    assert_int_equal(nt_lx_field_of("$lxMod", 6), NT_LX_MODE);
    assert_int_equal(nt_lx_field_of("$LXDEV", 6), NT_LX_DEVICE);
    assert_int_equal(nt_lx_field_of("$LXMOD", 5), 0);
    assert_int_equal(nt_lx_field_of("LXATTRB", 7), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_windows_writes),
        cmocka_unit_test(writes_the_same),
        cmocka_unit_test(what_follows_the_last_value_is_ignored),
        cmocka_unit_test(as_ntfs_stores_them),
        cmocka_unit_test(what_is_no_chain),
        cmocka_unit_test(what_no_chain_holds),
        cmocka_unit_test(each_is_judged_by_itself),
        cmocka_unit_test(names_ignore_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
