/* SPDX-License-Identifier: MIT */
/* nt/dosattrib and nt/ntstatus: bytes as Samba and Wine write them; numbers and texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "nt/bytes.h"
#include "nt/dosattrib.h"
#include "nt/ntstatus.h"

#define CREATED UINT64_C(0x01dcaa54ae199c99)

/* Samba's own, attributes 0x420. */
static const uint8_t v5[24] = {0,    0, 5, 0, 5,    0,    0,    0,    0x11, 0,    0,    0,
                               0x20, 4, 0, 0, 0x99, 0x9c, 0x19, 0xae, 0x54, 0xaa, 0xdc, 0x01};

/* The same in a form for Samba, ksmbd and Wine. */
static const uint8_t ours[NT_DOSATTRIB_SIZE] = {
    0x30, 0x78, 0x30, 0x30, 0x30, 0x30, 0x34, 0x32, 0x30, 0,    3,    0,    3,
    0,    0,    0,    0x11, 0,    0,    0,    0x20, 4,    0,    0,    0,    0,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
    0,    0,    0,    0,    0,    0x99, 0x9c, 0x19, 0xae, 0x54, 0xaa, 0xdc, 0x01};

static void reads(const void *value, size_t n, unsigned version, uint32_t attributes,
                  uint64_t created)
{
    struct nt_dosattrib d;
    assert_int_equal(nt_dosattrib_decode(value, n, &d), 0);
    assert_int_equal(d.version, version);
    assert_true((d.valid & NT_HAS_ATTRIBUTES) != 0);
    assert_int_equal(d.attributes, attributes);
    assert_true(d.creation == created);
}

static void samba_version_5(void **state)
{
    (void)state;
    reads(v5, sizeof(v5), 5, 0x420, CREATED);
    struct nt_dosattrib d;
    for (size_t n = 0; n < sizeof(v5); n++)
        assert_int_equal(nt_dosattrib_decode(v5, n, &d), -EINVAL);
}

static void samba_version_4(void **state)
{
    (void)state;
    uint8_t v4[32] = {0, 0, 4, 0, 4, 0, 0, 0, 0x51};
    struct nt_dosattrib d;
    nt_put32(v4 + 12, 0x22);
    nt_put64(v4 + 16, 77);
    nt_put64(v4 + 24, CREATED);
    reads(v4, sizeof(v4), 4, 0x22, CREATED);
    assert_int_equal(nt_dosattrib_decode(v4, sizeof(v4), &d), 0);
    assert_true(d.itime == 77);
    assert_int_equal(d.valid, NT_HAS_ATTRIBUTES | NT_HAS_CREATION | NT_HAS_ITIME);
    assert_int_equal(nt_dosattrib_decode(v4, sizeof(v4) - 1, &d), -EINVAL);
}

static void samba_version_3(void **state)
{
    (void)state;
    /* With an empty text the fields begin at 8, with "0x20" at 12. */
    uint8_t v3[64] = {0, 0, 3, 0, 3, 0, 0, 0, 0x11, 0, 0, 0, 0x20};
    uint8_t text[64] = {'0', 'x', '2', '0', 0, 0, 3, 0, 3};
    nt_put64(v3 + 36, CREATED);
    reads(v3, 52, 3, 0x20, CREATED);
    memcpy(text + 12, v3 + 8, 44);
    reads(text, 56, 3, 0x20, CREATED);
    reads(ours, sizeof(ours), 3, 0x420, CREATED);
}

static void a_value_of_ours(void **state)
{
    (void)state;
    uint8_t out[NT_DOSATTRIB_SIZE];
    struct nt_dosattrib d = {
        .valid = NT_HAS_ATTRIBUTES | NT_HAS_CREATION, .attributes = 0x420, .creation = CREATED};
    assert_int_equal(nt_dosattrib_encode(&d, out), sizeof(ours));
    assert_memory_equal(out, ours, sizeof(ours));
    /* Wine reads it as a text. */
    assert_string_equal((const char *)out, "0x0000420");
    d.attributes = 0xABCDEF6;
    nt_dosattrib_encode(&d, out);
    reads(out, sizeof(out), 3, 0xABCDEF6, CREATED);
}

static void wine_text(void **state)
{
    (void)state;
    struct nt_dosattrib d;
    reads("0x6", 3, 0, 6, 0);
    reads("0x22", 5, 0, 0x22, 0);
    reads("0XfF", 4, 0, 0xFF, 0);
    static const char *const bad[] = {"",    "0x",  "6",  "0xg", "0x6 ", "0x123456789",
                                      "x06", "0x/", "0x@"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (nt_dosattrib_decode(bad[i], strlen(bad[i]), &d) != -EINVAL)
            fail_msg("%s", bad[i]);
}

static void what_is_neither(void **state)
{
    (void)state;
    struct nt_dosattrib d;
    uint8_t bad[24];
    memcpy(bad, v5, sizeof(bad));
    bad[4] = 4; /* two versions */
    assert_int_equal(nt_dosattrib_decode(bad, sizeof(bad), &d), -EINVAL);
    bad[2] = bad[4] = 9;
    assert_int_equal(nt_dosattrib_decode(bad, sizeof(bad), &d), -EINVAL);
    bad[2] = bad[4] = 2; /* an old one that nobody writes any more */
    assert_int_equal(nt_dosattrib_decode(bad, sizeof(bad), &d), -EINVAL);
}

static void statuses(void **state)
{
    (void)state;
    assert_string_equal(nt_status_name(0xC0000279), "STATUS_IO_REPARSE_TAG_NOT_HANDLED");
    assert_int_equal(nt_status_win32(NT_IO_REPARSE_TAG_NOT_HANDLED), 1920);
    assert_string_equal(nt_status_message(NT_IO_REPARSE_TAG_NOT_HANDLED),
                        "The file cannot be accessed by the system.");
    assert_int_equal(nt_status_win32(NT_SHARING_VIOLATION), 32);
    assert_int_equal(nt_status_win32(NT_DELETE_PENDING), 5);
    assert_string_equal(nt_status_message(NT_DELETE_PENDING), "Access is denied.");
    assert_null(nt_status_name(0xC0DE0000));
    assert_int_equal(nt_status_win32(0xC0DE0000), 317);
    assert_null(nt_win32_message(317));
    assert_string_equal(nt_status_message(NT_FILES_OPEN), "STATUS_FILES_OPEN");
}

static void statuses_of_errnos(void **state)
{
    (void)state;
    assert_int_equal(nt_status_of_errno(0), NT_SUCCESS);
    assert_int_equal(nt_status_of_errno(ENOENT), NT_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(nt_status_of_errno(ENOTEMPTY), NT_DIRECTORY_NOT_EMPTY);
    assert_int_equal(nt_status_of_errno(EPROTO), NT_IO_DEVICE_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samba_version_5), cmocka_unit_test(samba_version_4),
        cmocka_unit_test(samba_version_3), cmocka_unit_test(a_value_of_ours),
        cmocka_unit_test(wine_text),       cmocka_unit_test(what_is_neither),
        cmocka_unit_test(statuses),        cmocka_unit_test(statuses_of_errnos),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
