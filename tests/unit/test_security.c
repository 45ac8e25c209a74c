/* SPDX-License-Identifier: MIT */
/* nt/security, nt/access and nt/inherit: descriptors as Windows and Samba write them, and what they
 * grant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "nt/access.h"

static const uint8_t users_sid[] = {1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x21, 2, 0, 0};
static const struct nt_bytes users = {users_sid, sizeof(users_sid)};
static const uint8_t owner_rights_sid[] = {1, 1, 0, 0, 0, 0, 0, 3, 4, 0, 0, 0};
static const struct nt_bytes owner_rights = {owner_rights_sid, sizeof(owner_rights_sid)};
static const struct nt_token elevated = {true};
static const struct nt_token filtered = {false};

static uint8_t acl[1024];
static size_t acl_size;

static void entry(uint8_t type, uint8_t flags, uint32_t mask, struct nt_bytes sid)
{
    const struct nt_ace ace = {.type = type, .flags = flags, .mask = mask, .sid = sid};
    assert_int_equal(nt_acl_add(&ace, acl, &acl_size, sizeof(acl)), 0);
}

/* What the entries so far grant; and begins anew. */
static uint32_t grants(const struct nt_token *token, struct nt_bytes owner)
{
    struct nt_security s = {.owner = owner, .dacl = {acl, acl_size}};
    return nt_access_granted(&s, token);
}

static int begin(void **state)
{
    (void)state;
    acl_size = 0;
    return 0;
}

static void without_a_dacl_all_is_granted(void **state)
{
    (void)state;
    const struct nt_security none = {.control = 0};
    const struct nt_security empty = {.dacl = nt_acl_empty};
    assert_int_equal(nt_access_granted(&none, &filtered), NT_FILE_ALL);
    assert_int_equal(nt_access_granted(&empty, &elevated), 0);
}

static void entries_count_in_their_order(void **state)
{
    (void)state;
    entry(NT_ACE_ALLOW, 0, NT_FILE_READ, nt_sid_user);
    entry(NT_ACE_DENY, 0, NT_READ_DATA | NT_WRITE_DATA, nt_sid_everyone);
    entry(NT_ACE_ALLOW, 0, NT_GENERIC_ALL, users);
    assert_int_equal(grants(&filtered, nt_sid_system), NT_FILE_ALL & ~NT_WRITE_DATA);
}

static void administrators_count_for_the_elevated(void **state)
{
    (void)state;
    entry(NT_ACE_ALLOW, 0, NT_FILE_ALL, nt_sid_administrators);
    assert_int_equal(grants(&elevated, nt_sid_system), NT_FILE_ALL);
    assert_int_equal(grants(&filtered, nt_sid_system), 0);
}

static void what_administrators_are_denied_the_filtered_are_too(void **state)
{
    (void)state;
    entry(NT_ACE_DENY, 0, NT_DELETE, nt_sid_administrators);
    entry(NT_ACE_ALLOW, 0, NT_FILE_ALL, nt_sid_everyone);
    assert_int_equal(grants(&filtered, nt_sid_system), NT_FILE_ALL & ~NT_DELETE);
}

static void an_owner_reads_and_writes_the_descriptor(void **state)
{
    (void)state;
    entry(NT_ACE_DENY, 0, NT_FILE_ALL, nt_sid_everyone);
    assert_int_equal(grants(&filtered, nt_sid_user), NT_READ_CONTROL | NT_WRITE_DAC);
    assert_int_equal(grants(&filtered, nt_sid_administrators), 0);
    assert_int_equal(grants(&elevated, nt_sid_administrators), NT_READ_CONTROL | NT_WRITE_DAC);
    entry(NT_ACE_ALLOW, 0, NT_READ_CONTROL, owner_rights);
    assert_int_equal(grants(&filtered, nt_sid_user), 0);
}

static void inherit_only_says_nothing_of_itself(void **state)
{
    (void)state;
    entry(NT_ACE_ALLOW, NT_ACE_INHERIT_ONLY | NT_ACE_OBJECT_INHERIT, NT_FILE_ALL, users);
    assert_int_equal(grants(&filtered, nt_sid_system), 0);
}

/* [vendor test DrvFsTestAccess] */
static void modes_of_the_vendors_files(void **state)
{
    (void)state;
    assert_int_equal(nt_access_mode(NT_FILE_READ | NT_DELETE, false), 0444);
    assert_int_equal(nt_access_mode(NT_FILE_WRITE | NT_READ_ATTRIBUTES | NT_READ_EA, false), 0222);
    assert_int_equal(nt_access_mode(NT_READ_DATA | NT_EXECUTE, false), 0555);
    assert_int_equal(nt_access_mode(NT_EXECUTE | NT_DELETE_CHILD | NT_WRITE_DATA, true), 0333);
    assert_int_equal(nt_access_mode(NT_FILE_READ | NT_DELETE, true), 0555);
    assert_int_equal(nt_access_mode(0, true), 0111);
    assert_int_equal(nt_access_mode(NT_APPEND_DATA, false), 0);
}

static void what_is_encoded_is_read_again(void **state)
{
    (void)state;
    uint8_t value[1024];
    struct nt_security back;
    entry(NT_ACE_DENY, 0, NT_READ_DATA, nt_sid_everyone);
    entry(NT_ACE_ALLOW, NT_ACE_OBJECT_INHERIT, NT_FILE_ALL, nt_sid_administrators);
    const struct nt_security s = {.control = NT_DACL_PROTECTED,
                                  .owner = nt_sid_user,
                                  .group = nt_sid_none,
                                  .dacl = {acl, acl_size}};
    long n = nt_ntacl_encode(&s, value, sizeof(value));
    assert_true(n > 0);
    assert_int_equal(nt_ntacl_decode(value, (size_t)n, &back), 0);
    assert_int_equal(back.control, NT_DACL_PROTECTED | NT_DACL_PRESENT | NT_SELF_RELATIVE);
    assert_true(nt_sid_equal(back.owner, nt_sid_user) && nt_sid_equal(back.group, nt_sid_none));
    assert_int_equal(back.dacl.n, acl_size);
    assert_memory_equal(back.dacl.at, acl, acl_size);
    for (size_t cut = 0; cut < (size_t)n; cut++)
        assert_int_equal(nt_ntacl_decode(value, cut, &back), -EINVAL);
    assert_int_equal(nt_ntacl_encode(&s, value, (size_t)n - 1), -ENOSPC);
    n = nt_security_encode(&s, 0, value, sizeof(value));
    assert_int_equal(nt_security_decode(value, (size_t)n, 0, &back), 0);
}

/* The descriptor of a value of Samba's whose place is known, in a value of that size. */
static void in_samba(unsigned version, size_t place, const char *word)
{
    uint8_t value[512] = {(uint8_t)version, 0, (uint8_t)version, 0};
    struct nt_security back;
    const struct nt_security s = {.owner = nt_sid_user, .dacl = nt_acl_empty};
    memcpy(value + 78, word, strlen(word));
    long n = nt_security_encode(&s, place, value, sizeof(value));
    assert_true(n > 0);
    assert_int_equal(nt_ntacl_decode(value, (size_t)n, &back), 0);
    assert_true(nt_sid_equal(back.owner, nt_sid_user) && back.dacl.n == nt_acl_empty.n);
}

static void sambas_versions(void **state)
{
    (void)state;
    struct nt_security back;
    uint8_t fifth[200] = {5, 0, 5};
    in_samba(1, 8, "");
    in_samba(2, 28, "");
    in_samba(3, 80, "");
    in_samba(4, 160, "posix_acl");
    assert_int_equal(nt_ntacl_decode(fifth, sizeof(fifth), &back), -EINVAL);
}

static void damaged_ones_are_refused(void **state)
{
    (void)state;
    uint8_t good[256];
    uint8_t bad[256];
    struct nt_security back;
    entry(NT_ACE_ALLOW, 0, NT_FILE_ALL, users);
    const struct nt_security s = {.owner = nt_sid_user, .dacl = {acl, acl_size}};
    size_t n = (size_t)nt_security_encode(&s, 0, good, sizeof(good));
    const struct {
        size_t at;
        uint8_t value;
    } damages[] = {
        {0, 2},                    /* revision */
        {3, 0},                    /* not self-relative */
        {4, 0xFF},                 /* the owner outside */
        {16, 0xFF},                /* the DACL outside */
        {20, 2},                   /* the SID's revision */
        {21, 16},                  /* more sub-authorities than there are */
        {n - acl_size, 9},         /* the ACL's revision */
        {n - acl_size + 2, 0xFF},  /* its size */
        {n - acl_size + 4, 2},     /* one entry more than there are */
        {n - acl_size + 8 + 2, 3}, /* the entry's size */
        {n - acl_size + 8 + 9, 9}, /* its SID's size */
    };
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        memcpy(bad, good, n);
        bad[damages[i].at] = damages[i].value;
        if (nt_security_decode(bad, n, 0, &back) != -EINVAL)
            fail_msg("damage %zu is not seen", i);
    }
}

struct kept {
    uint8_t flags;
    uint32_t mask;
};

/* The entries that something made in a directory with the ACL has; and begins anew. */
static void inherits(bool directory, size_t count, const struct kept *kept)
{
    uint8_t out[1024];
    struct nt_ace ace;
    size_t at = 0;
    long n =
        nt_acl_inherit((struct nt_bytes){acl, acl_size}, directory, nt_sid_user, out, sizeof(out));
    assert_true(n >= 0);
    for (size_t i = 0; i < count; i++) {
        assert_true(nt_acl_next((struct nt_bytes){out, (size_t)n}, &at, &ace));
        assert_int_equal(ace.flags, kept[i].flags);
        assert_int_equal(ace.mask, kept[i].mask);
    }
    assert_false(nt_acl_next((struct nt_bytes){out, (size_t)n}, &at, &ace));
    acl_size = 0;
}

#define OI NT_ACE_OBJECT_INHERIT
#define CI NT_ACE_CONTAINER_INHERIT
#define NP NT_ACE_NO_PROPAGATE
#define IO NT_ACE_INHERIT_ONLY
#define ID NT_ACE_INHERITED

static void what_is_made_inherits(void **state)
{
    (void)state;
    entry(NT_ACE_ALLOW, 0, 1, users);
    inherits(false, 0, NULL);
    entry(NT_ACE_ALLOW, OI | CI, 1, users);
    inherits(false, 1, (struct kept[]){{ID, 1}});
    entry(NT_ACE_ALLOW, OI | CI | IO, 1, users);
    inherits(true, 1, (struct kept[]){{ID | OI | CI, 1}});
    entry(NT_ACE_ALLOW, OI, 1, users);
    inherits(true, 1, (struct kept[]){{ID | OI | IO, 1}});
    entry(NT_ACE_ALLOW, OI | CI | NP, 1, users);
    inherits(true, 1, (struct kept[]){{ID, 1}});
    entry(NT_ACE_ALLOW, OI | NP, 1, users);
    inherits(true, 0, NULL);
    entry(NT_ACE_ALLOW, CI, 1, users);
    inherits(false, 0, NULL);
    entry(NT_ACE_ALLOW, OI | CI, NT_GENERIC_ALL, users);
    inherits(true, 2, (struct kept[]){{ID, NT_FILE_ALL}, {ID | OI | CI | IO, NT_GENERIC_ALL}});
}

static void creator_owner_is_whoever_makes_it(void **state)
{
    (void)state;
    uint8_t out[256];
    struct nt_ace ace;
    size_t at = 0;
    entry(NT_ACE_ALLOW, OI | CI | IO, NT_FILE_ALL, nt_sid_creator_owner);
    long n = nt_acl_inherit((struct nt_bytes){acl, acl_size}, false, nt_sid_user, out, sizeof(out));
    assert_true(nt_acl_next((struct nt_bytes){out, (size_t)n}, &at, &ace));
    assert_true(nt_sid_equal(ace.sid, nt_sid_user));
    inherits(true, 2, (struct kept[]){{ID, NT_FILE_ALL}, {ID | OI | CI | IO, NT_FILE_ALL}});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_a_dacl_all_is_granted, begin),
        cmocka_unit_test_setup(entries_count_in_their_order, begin),
        cmocka_unit_test_setup(administrators_count_for_the_elevated, begin),
        cmocka_unit_test_setup(what_administrators_are_denied_the_filtered_are_too, begin),
        cmocka_unit_test_setup(an_owner_reads_and_writes_the_descriptor, begin),
        cmocka_unit_test_setup(inherit_only_says_nothing_of_itself, begin),
        cmocka_unit_test_setup(modes_of_the_vendors_files, begin),
        cmocka_unit_test_setup(what_is_encoded_is_read_again, begin),
        cmocka_unit_test_setup(sambas_versions, begin),
        cmocka_unit_test_setup(damaged_ones_are_refused, begin),
        cmocka_unit_test_setup(what_is_made_inherits, begin),
        cmocka_unit_test_setup(creator_owner_is_whoever_makes_it, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
