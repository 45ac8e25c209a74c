/* SPDX-License-Identifier: MIT */
/* nt/reparse: the bytes that Windows, WSL and others write, both ways, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nt/reparse.h"
#include "nt/utf16.h"

static uint8_t storage[8][512]; /* texts of one test, as UTF-16 */
static size_t stored;

static struct nt_bytes wide(const char *text)
{
    uint8_t *at = storage[stored++ % 8];
    long n = nt_utf8_to_utf16le(text, strlen(text), at, sizeof(storage[0]));
    assert_true(n >= 0);
    return (struct nt_bytes){at, (size_t)n};
}

static struct nt_bytes narrow(const char *text)
{
    return (struct nt_bytes){(const uint8_t *)text, strlen(text)};
}

/* "1d 00" and so on to bytes. */
static size_t bytes_of(const char *hex, uint8_t *out)
{
    size_t n = 0;
    char *end;
    for (const char *s = hex; *s != '\0'; s = end + (*end == ' '))
        out[n++] = (uint8_t)strtoul(s, &end, 16);
    return n;
}

static void text_is(struct nt_bytes got, const char *expected)
{
    char text[256];
    long n = nt_utf16le_to_utf8(got.at, got.n, text, sizeof(text));
    assert_int_equal(n, strlen(expected));
    assert_string_equal(text, expected);
}

static void decodes(const char *hex, struct nt_reparse *r)
{
    static uint8_t buffer[NT_REPARSE_MAX];
    size_t n = bytes_of(hex, buffer);
    assert_int_equal(nt_reparse_decode(buffer, n, r), 0);
}

static void refuses(int error, const char *hex)
{
    uint8_t buffer[512];
    struct nt_reparse r;
    size_t n = bytes_of(hex, buffer);
    int got = nt_reparse_decode(buffer, n, &r);
    if (got != error)
        fail_msg("%s: %d", hex, got);
}

static void encodes(const struct nt_reparse *r, const char *hex)
{
    uint8_t expected[512];
    uint8_t got[512];
    size_t n = bytes_of(hex, expected);
    assert_int_equal(nt_reparse_encode(r, got, sizeof(got)), n);
    assert_memory_equal(got, expected, n);
}

/* The link of the post about WSL's symlinks in Windows. */
#define LX_LINK \
    "1d 00 00 a0 14 00 00 00 02 00 00 00 74 65 73 74 5f 73 79 6d 6c 69 6e 6b 2e 74 78 74"

static void an_lx_symlink(void **state)
{
    (void)state;
    struct nt_reparse r;
    decodes(LX_LINK, &r);
    assert_int_equal(r.tag, NT_TAG_LX_SYMLINK);
    assert_int_equal(r.kind, NT_REPARSE_LX_SYMLINK);
    assert_int_equal(r.version, 2);
    assert_int_equal(r.data.n, 0x14);
    assert_int_equal(r.target.n, 16);
    assert_memory_equal(r.target.at, "test_symlink.txt", 16);
    r = (struct nt_reparse){
        .tag = NT_TAG_LX_SYMLINK, .version = 2, .target = narrow("test_symlink.txt")};
    encodes(&r, LX_LINK);
    /* A NUL of another writer's ends the target. */
    decodes("1d 00 00 a0 08 00 00 00 02 00 00 00 61 62 00 00", &r);
    assert_int_equal(r.target.n, 2);
    /* The earliest WSL kept the target in the file's data. */
    decodes("1d 00 00 a0 04 00 00 00 01 00 00 00", &r);
    assert_int_equal(r.version, 1);
    assert_int_equal(r.target.n, 0);
    encodes(&(struct nt_reparse){.tag = NT_TAG_LX_SYMLINK, .version = 1},
            "1d 00 00 a0 04 00 00 00 01 00 00 00");
    refuses(-EINVAL, "1d 00 00 a0 04 00 00 00 02 00 00 00");
    refuses(-EINVAL, "1d 00 00 a0 05 00 00 00 02 00 00 00 00");
    refuses(-EINVAL, "1d 00 00 a0 05 00 00 00 01 00 00 00 61");
    refuses(-EINVAL, "1d 00 00 a0 05 00 00 00 03 00 00 00 61");
    refuses(-EINVAL, "1d 00 00 a0 03 00 00 00 02 00 00");
}

#define RELATIVE                                       \
    "0c 00 00 a0 3c 00 00 00 18 00 18 00 00 00 18 00 " \
    "01 00 00 00 64 00 69 00 72 00 5c 00 66 00 69 00 " \
    "6c 00 65 00 2e 00 74 00 78 00 74 00 64 00 69 00 " \
    "72 00 5c 00 66 00 69 00 6c 00 65 00 2e 00 74 00 78 00 74 00"
#define DOT "0c 00 00 a0 10 00 00 00 02 00 02 00 00 00 02 00 01 00 00 00 2e 00 2e 00"
#define ABSOLUTE                                       \
    "0c 00 00 a0 3c 00 00 00 14 00 1c 00 00 00 14 00 " \
    "00 00 00 00 43 00 3a 00 5c 00 74 00 5c 00 61 00 " \
    "2e 00 74 00 78 00 74 00 5c 00 3f 00 3f 00 5c 00 " \
    "43 00 3a 00 5c 00 74 00 5c 00 61 00 2e 00 74 00 78 00 74 00"

static void symlink_is(const char *hex, const char *substitute, const char *print, bool relative)
{
    struct nt_reparse r;
    decodes(hex, &r);
    assert_int_equal(r.kind, NT_REPARSE_SYMLINK);
    text_is(r.substitute, substitute);
    text_is(r.print, print);
    assert_int_equal(r.relative, relative);
}

static void nt_symlinks(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *substitute, *print;
        bool relative;
    } links[] = {
        {RELATIVE, "dir\\file.txt", "dir\\file.txt", true},
        {DOT, ".", ".", true},
        {ABSOLUTE, "\\??\\C:\\t\\a.txt", "C:\\t\\a.txt", false},
    };
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        symlink_is(links[i].hex, links[i].substitute, links[i].print, links[i].relative);
        encodes(&(struct nt_reparse){.tag = NT_TAG_SYMLINK,
                                     .substitute = wide(links[i].substitute),
                                     .print = wide(links[i].print),
                                     .relative = links[i].relative},
                links[i].hex);
    }
    /* Others write the substitute name first, with NULs. */
    symlink_is("0c 00 00 a0 16 00 00 00 00 00 04 00 06 00 02 00 01 00 00 00 "
               "61 00 62 00 00 00 63 00 00 00",
               "ab", "c", true);
    /* No print name. */
    symlink_is("0c 00 00 a0 0e 00 00 00 00 00 02 00 00 00 00 00 01 00 00 00 61 00", "a", "", true);
}

static void malformed_symlinks(void **state)
{
    (void)state;
    refuses(-EINVAL, "0c 00 00 a0 0a 00 00 00 00 00 00 00 00 00 00 00 01 00"); /* too short */
    /* A name beyond the end, at an odd place, of an odd length, with a NUL, none at all. */
    refuses(-EINVAL, "0c 00 00 a0 0e 00 00 00 00 00 04 00 00 00 00 00 01 00 00 00 61 00");
    refuses(-EINVAL, "0c 00 00 a0 0e 00 00 00 04 00 02 00 00 00 00 00 01 00 00 00 61 00");
    refuses(-EINVAL, "0c 00 00 a0 0e 00 00 00 00 00 02 00 ff ff 02 00 01 00 00 00 61 00");
    refuses(-EINVAL, "0c 00 00 a0 10 00 00 00 01 00 02 00 00 00 00 00 01 00 00 00 61 00 62 00");
    refuses(-EINVAL, "0c 00 00 a0 0e 00 00 00 00 00 01 00 00 00 00 00 01 00 00 00 61 00");
    refuses(-EINVAL, "0c 00 00 a0 0e 00 00 00 00 00 02 00 00 00 00 00 01 00 00 00 00 00");
    refuses(-EINVAL, "0c 00 00 a0 0e 00 00 00 00 00 00 00 00 00 02 00 01 00 00 00 61 00");
    /* A flag nobody knows. */
    refuses(-EINVAL, "0c 00 00 a0 0e 00 00 00 00 00 02 00 00 00 00 00 02 00 00 00 61 00");
}

#define JUNCTION                                       \
    "03 00 00 a0 34 00 00 00 00 00 18 00 1a 00 10 00 " \
    "5c 00 3f 00 3f 00 5c 00 43 00 3a 00 5c 00 55 00 " \
    "73 00 65 00 72 00 73 00 00 00 43 00 3a 00 5c 00 " \
    "55 00 73 00 65 00 72 00 73 00 00 00"

static void mount_points(void **state)
{
    (void)state;
    struct nt_reparse r;
    static const char volume[] = "\\??\\Volume{01234567-89ab-cdef-0123-456789abcdef}\\";
    uint8_t buffer[512];
    decodes(JUNCTION, &r);
    assert_int_equal(r.kind, NT_REPARSE_MOUNT);
    text_is(r.substitute, "\\??\\C:\\Users");
    text_is(r.print, "C:\\Users");
    r = (struct nt_reparse){.tag = NT_TAG_MOUNT_POINT,
                            .substitute = wide("\\??\\C:\\Users"),
                            .print = wide("C:\\Users")};
    encodes(&r, JUNCTION);
    r = (struct nt_reparse){.tag = NT_TAG_MOUNT_POINT, .substitute = wide(volume)};
    long n = nt_reparse_encode(&r, buffer, sizeof(buffer));
    assert_int_equal(n, 8 + 8 + 2 * (sizeof(volume) - 1) + 4);
    assert_int_equal(nt_reparse_decode(buffer, (size_t)n, &r), 0);
    text_is(r.substitute, volume);
    assert_int_equal(r.print.n, 0);
    refuses(-EINVAL, "03 00 00 a0 06 00 00 00 00 00 00 00 00 00");
    refuses(-EINVAL, "03 00 00 a0 0a 00 00 00 00 00 04 00 00 00 00 00 61 00");
}

static void tags_that_say_it_all(void **state)
{
    (void)state;
    struct nt_reparse r;
    decodes("23 00 00 80 00 00 00 00", &r);
    assert_int_equal(r.tag, NT_TAG_AF_UNIX);
    assert_int_equal(r.kind, NT_REPARSE_EMPTY);
    static const uint32_t tags[] = {NT_TAG_AF_UNIX, NT_TAG_LX_FIFO, NT_TAG_LX_CHR, NT_TAG_LX_BLK};
    for (size_t i = 0; i < 4; i++) {
        char hex[64];
        snprintf(hex, sizeof(hex), "%02x 00 00 80 00 00 00 00", tags[i] & 0xFF);
        encodes(&(struct nt_reparse){.tag = tags[i]}, hex);
        snprintf(hex, sizeof(hex), "%02x 00 00 80 01 00 00 00 00", tags[i] & 0xFF);
        refuses(-EINVAL, hex);
    }
}

static void nfs_inodes(void **state)
{
    (void)state;
    struct nt_reparse r;
    static const char fifo[] = "14 00 00 80 08 00 00 00 46 49 46 4f 00 00 00 00";
    static const char chr[] =
        "14 00 00 80 10 00 00 00 43 48 52 00 00 00 00 00 01 00 00 00 03 00 00 00";
    static const char lnk[] = "14 00 00 80 0a 00 00 00 4c 4e 4b 01 00 00 00 00 61 00";
    decodes(fifo, &r);
    assert_true(r.nfs_type == NT_NFS_FIFO);
    encodes(&(struct nt_reparse){.tag = NT_TAG_NFS, .nfs_type = NT_NFS_FIFO}, fifo);
    decodes(chr, &r);
    assert_int_equal(r.major, 1);
    assert_int_equal(r.minor, 3);
    encodes(&(struct nt_reparse){.tag = NT_TAG_NFS, .nfs_type = NT_NFS_CHR, .major = 1, .minor = 3},
            chr);
    decodes(lnk, &r);
    text_is(r.target, "a");
    encodes(&(struct nt_reparse){.tag = NT_TAG_NFS, .nfs_type = NT_NFS_LNK, .target = wide("a")},
            lnk);
    refuses(-EINVAL, "14 00 00 80 04 00 00 00 46 49 46 4f");
    refuses(-EINVAL, "14 00 00 80 08 00 00 00 46 49 46 50 00 00 00 00"); /* no such type */
    refuses(-EINVAL, "14 00 00 80 0a 00 00 00 46 49 46 4f 00 00 00 00 00 00");
    refuses(-EINVAL, "14 00 00 80 0c 00 00 00 43 48 52 00 00 00 00 00 01 00 00 00");
    refuses(-EINVAL, "14 00 00 80 08 00 00 00 4c 4e 4b 01 00 00 00 00");
}

static void app_execution_aliases(void **state)
{
    (void)state;
    struct nt_reparse r = {.tag = NT_TAG_APPEXECLINK,
                           .version = 3,
                           .strings = {wide("A_1"), wide("A_1!App"), wide("C:\\a.exe"), wide("0")}};
    uint8_t buffer[512];
    long n = nt_reparse_encode(&r, buffer, sizeof(buffer));
    assert_int_equal(n, 8 + 4 + 2 * (4 + 8 + 9 + 2));
    assert_int_equal(nt_reparse_decode(buffer, (size_t)n, &r), 0);
    assert_int_equal(r.kind, NT_REPARSE_APPEXEC);
    text_is(r.strings[1], "A_1!App");
    text_is(r.strings[2], "C:\\a.exe");
    refuses(-EINVAL, "1b 00 00 80 04 00 00 00 03 00 00 00");
    refuses(-EINVAL, "1b 00 00 80 0c 00 00 00 04 00 00 00 00 00 00 00 00 00 00 00");
    refuses(-EINVAL, "1b 00 00 80 0a 00 00 00 03 00 00 00 00 00 00 00 00 00");
    decodes("1b 00 00 80 0c 00 00 00 03 00 00 00 00 00 00 00 00 00 00 00", &r);
    refuses(-EINVAL, "1b 00 00 80 0d 00 00 00 03 00 00 00 00 00 00 00 00 00 00 00 00");
}

static void tags_of_others(void **state)
{
    (void)state;
    struct nt_reparse r;
    static const char microsoft[] = "17 00 00 80 02 00 00 00 01 02";
    static const char foreign[] =
        "34 12 00 00 01 00 00 00 00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff 2a";
    decodes(microsoft, &r);
    assert_int_equal(r.kind, NT_REPARSE_OPAQUE);
    assert_int_equal(r.data.n, 2);
    encodes(&r, microsoft);
    decodes(foreign, &r);
    assert_int_equal(r.tag, 0x1234);
    assert_int_equal(r.guid[1], 0x11);
    assert_int_equal(r.guid[15], 0xff);
    assert_int_equal(r.data.n, 1);
    assert_int_equal(r.data.at[0], 0x2a);
    encodes(&r, foreign);
    /* No room for the GUID. */
    refuses(-EINVAL, "34 12 00 00 00 00 00 00 00 11 22 33");
}

static void headers(void **state)
{
    (void)state;
    refuses(-EINVAL, "17 00 00 80 00 00 00");
    refuses(-EINVAL, "17 00 00 80 01 00 00 00");
    refuses(-EINVAL, "17 00 00 80 00 00 00 00 01");
    refuses(-EPERM, "00 00 00 00 00 00 00 00");
    refuses(-EPERM, "01 00 00 00 00 00 00 00");
    refuses(-EPERM, "02 00 00 00 00 00 00 00");
    refuses(-EPERM, "17 00 01 80 00 00 00 00"); /* a reserved bit */
    uint8_t nothing;
    struct nt_reparse r;
    assert_int_equal(nt_reparse_decode(&nothing, 0, &r), -EINVAL);
}

static void sixteen_kilobytes_are_the_limit(void **state)
{
    (void)state;
    static uint8_t data[NT_REPARSE_MAX];
    static uint8_t buffer[NT_REPARSE_MAX + 1];
    struct nt_reparse r = {.tag = NT_TAG_WOF, .data = {data, NT_REPARSE_MAX - 8}};
    struct nt_reparse back;
    assert_int_equal(nt_reparse_encode(&r, buffer, sizeof(buffer)), NT_REPARSE_MAX);
    assert_int_equal(nt_reparse_decode(buffer, NT_REPARSE_MAX, &back), 0);
    assert_int_equal(back.data.n, NT_REPARSE_MAX - 8);
    assert_int_equal(nt_reparse_encode(&r, buffer, NT_REPARSE_MAX - 1), -ENOSPC);
    r.data.n++;
    assert_int_equal(nt_reparse_encode(&r, buffer, sizeof(buffer)), -EFBIG);
    buffer[4]++;
    assert_int_equal(nt_reparse_decode(buffer, NT_REPARSE_MAX + 1, &back), -EFBIG);
}

static void what_cannot_be_read_is_not_written(void **state)
{
    (void)state;
    uint8_t buffer[64];
    struct nt_reparse r = {.tag = NT_TAG_LX_SYMLINK, .version = 2};
    assert_int_equal(nt_reparse_encode(&r, buffer, sizeof(buffer)), -EINVAL);
    r = (struct nt_reparse){.tag = 2};
    assert_int_equal(nt_reparse_encode(&r, buffer, sizeof(buffer)), -EINVAL);
    r = (struct nt_reparse){.tag = NT_TAG_MOUNT_POINT};
    assert_int_equal(nt_reparse_encode(&r, buffer, sizeof(buffer)), -EINVAL);
}

static void tags_have_names(void **state)
{
    (void)state;
    assert_string_equal(nt_reparse_name(0xA000001D), "LX_SYMLINK");
    assert_string_equal(nt_reparse_name(0x80000023), "AF_UNIX");
    assert_null(nt_reparse_name(0x12345678));
    assert_true(nt_tag_surrogate(NT_TAG_LX_SYMLINK) && nt_tag_surrogate(NT_TAG_MOUNT_POINT));
    assert_false(nt_tag_surrogate(NT_TAG_AF_UNIX) || nt_tag_surrogate(NT_TAG_APPEXECLINK));
    assert_false(nt_tag_microsoft(0x1234));
}

static void utf16_both_ways(void **state)
{
    (void)state;
    static const char text[] = "a\xC3\xA9\xE8\xAA\x9E\xF0\x9F\x98\x80";
    static const uint8_t lone[] = {0x3D, 0xD8, 'x', 0};
    static const uint8_t low[] = {0x00, 0xDC};
    uint8_t utf16[32];
    char back[32];
    long n = nt_utf8_to_utf16le(text, strlen(text), utf16, sizeof(utf16));
    assert_int_equal(n, 10);
    assert_memory_equal(utf16 + 6, "\x3D\xD8\x00\xDE", 4);
    assert_int_equal(nt_utf16le_to_utf8(utf16, 10, back, sizeof(back)), strlen(text));
    assert_string_equal(back, text);
    assert_int_equal(nt_utf16le_to_utf8(lone, 4, back, sizeof(back)), 4);
    assert_string_equal(back, "\xEF\xBF\xBDx");
    assert_int_equal(nt_utf16le_to_utf8(low, 2, back, sizeof(back)), 3);
    assert_int_equal(nt_utf16le_to_utf8(utf16, 9, back, sizeof(back)), -EINVAL);
    assert_int_equal(nt_utf16le_to_utf8((const uint8_t[]){0, 0}, 2, back, sizeof(back)), -EINVAL);
    assert_int_equal(nt_utf16le_to_utf8(utf16, 10, back, strlen(text)), -ENAMETOOLONG);
    assert_int_equal(nt_utf8_to_utf16le(text, strlen(text), utf16, 9), -ENAMETOOLONG);
    assert_int_equal(nt_utf8_to_utf16le("\xFF", 1, utf16, 9), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_lx_symlink),
        cmocka_unit_test(nt_symlinks),
        cmocka_unit_test(malformed_symlinks),
        cmocka_unit_test(mount_points),
        cmocka_unit_test(tags_that_say_it_all),
        cmocka_unit_test(nfs_inodes),
        cmocka_unit_test(app_execution_aliases),
        cmocka_unit_test(tags_of_others),
        cmocka_unit_test(headers),
        cmocka_unit_test(sixteen_kilobytes_are_the_limit),
        cmocka_unit_test(what_cannot_be_read_is_not_written),
        cmocka_unit_test(tags_have_names),
        cmocka_unit_test(utf16_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
