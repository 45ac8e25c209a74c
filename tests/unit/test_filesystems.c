/* SPDX-License-Identifier: MIT */
/*
 * The registry of file systems, and their name codecs as vfs uses them: the host's, DrvFs', and one
 * that is made up here, which stores ':' as "#3A", as VolFs does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "fs/filesystems.h"
#include "nt/names.h"

static void each_can_do_what_vfs_takes_for_granted(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LX_MOUNT_TYPES; i++) {
        const struct lx_fs_type *fs = &lx_filesystems[i];
        const struct lx_names *n = fs->names;
        bool looks = false;
        for (unsigned c = 0; c < 256; c++)
            looks |= (n->bytes[c] & LX_NAME_SUSPECT) != 0;
        assert_int_equal(fs->word[0] != '\0', i != LX_MOUNT_HOST);
        assert_non_null(n->encode);
        assert_int_equal(n->bytes[0], 0);
        assert_int_equal(n->bytes['/'], 0);
        assert_int_equal(n->bytes['.'], 0);
        assert_true(!looks || n->look != NULL);
        assert_int_equal(n->lead != '\0', n->decode != NULL);
        assert_int_equal(n->bytes[(unsigned char)n->lead] & LX_NAME_SUSPECT,
                         n->lead == '\0' ? 0 : LX_NAME_SUSPECT);
        for (unsigned op = 0; op < LX_OP_COUNT; op++)
            assert_true(fs->ops->run[op] != NULL || lx_host_fs.run[op] != NULL);
        if (fs->ops->removal != NULL) {
            assert_non_null(fs->ops->removal->removed);
            assert_non_null(fs->ops->removal->ended);
            assert_non_null(fs->ops->removal->settle);
            assert_non_null(fs->ops->removal->idle);
        }
    }
}

static void what_is_outside_is_the_hosts(void **state)
{
    (void)state;
    const struct lx_mount drive = {.type = LX_MOUNT_DRVFS};
    assert_ptr_equal(lx_filesystem(NULL)->ops, &lx_host_fs);
    assert_ptr_equal(lx_filesystem(&drive)->ops, &lx_drvfs);
    assert_ptr_equal(lx_filesystem(&drive)->names, &lx_drvfs_names);
    assert_string_equal(lx_filesystem(&drive)->word, "drvfs");
}

static void the_hosts_names_are_kept(void **state)
{
    (void)state;
    static const char odd[] = "a:b\\\x01\xFF\xEF\x80\xBA" NT_PENDING_SUFFIX;
    char name[LX_NAME_BYTES + 2];
    char out[LX_NAME_BYTES + 1];
    assert_int_equal(lx_name_kind(&lx_host_names, odd, strlen(odd)), 0);
    assert_false(lx_name_suspect(&lx_host_names, odd));
    assert_true(lx_name_valid(&lx_host_names, 0, odd, strlen(odd)));
    strcpy(name, odd);
    assert_int_equal(lx_name_decode(&lx_host_names, name, strlen(odd)), strlen(odd));
    assert_string_equal(name, odd);
    assert_int_equal(lx_host_names.encode(NULL, NULL, odd, strlen(odd), out, sizeof(out)),
                     strlen(odd));
    assert_string_equal(out, odd);
    memset(name, 'x', sizeof(name));
    assert_int_equal(lx_name_keep(name, LX_NAME_BYTES, out, sizeof(out)), LX_NAME_BYTES);
    assert_int_equal(lx_name_keep(name, LX_NAME_BYTES + 1, out, sizeof(out)), -ENAMETOOLONG);
}

/* What vfs asks of a name in line is what a scan of all of it says. */
static void a_drives_kinds_are_those_of_a_scan(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "plain",
        "a:b",
        "d/a|b/c",
        "\xC3\xA4",
        "\xFF",
        "\xEF\x80\xBA",
        "\xEF\x80\xA5",
        "f" NT_PENDING_SUFFIX,
        "d" NT_PENDING_SUFFIX "/f",
        "\xEF\xBB\xBF",
        "a:\xEF\x80\xBA",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t n = strlen(names[i]);
        assert_int_equal(lx_name_kind(&lx_drvfs_names, names[i], n), nt_name_scan(names[i], n));
        assert_int_equal(lx_name_suspect(&lx_drvfs_names, names[i]),
                         (nt_name_scan(names[i], n) & (NT_PRIVATE | NT_ODD)) != 0);
    }
    for (int c = 1; c < 256; c++) {
        char one = (char)c;
        assert_int_equal(lx_name_kind(&lx_drvfs_names, &one, 1), nt_name_scan(&one, 1));
        assert_int_equal(lx_name_is_ascii(&one, 1), (nt_name_scan(&one, 1) & NT_HIGH) == 0);
    }
    assert_false(lx_name_valid(&lx_drvfs_names, LX_NAME_SUSPECT, "\xFF", 1));
    assert_true(lx_name_valid(&lx_drvfs_names, LX_NAME_SUSPECT, "\xC3\xA4", 2));
    assert_true(lx_name_valid(&lx_drvfs_names, 0, "\xFF", 1));
}

static void what_waits_to_be_deleted_has_its_name_before(void **state)
{
    (void)state;
    static const char waiting[] = "/d/f" NT_PENDING_SUFFIX;
    lx_fs_removed *removed = lx_drvfs.removal->removed;
    assert_null(lx_host_fs.removal);
    assert_int_equal(removed(waiting, strlen(waiting)), strlen("/d/f"));
    assert_int_equal(removed("/d/f", 4), 0);
    assert_int_equal(removed(waiting, strlen(waiting) - 1), 0);
}

static void the_length_of_a_character_is_told(void **state)
{
    (void)state;
    assert_int_equal(lx_name_character("a\xC3", 2), 1);
    assert_int_equal(lx_name_character("\xC3\xA4", 2), 2);
    assert_int_equal(lx_name_character("\xC3\xA4", 1), -EINVAL);
    assert_int_equal(lx_name_character("\xFF", 1), -EINVAL);
}

/* "#3A" for ':', and no other. */
static const uint8_t sharp_bytes[256] = {
    [':'] = LX_NAME_RESPELLED,
    ['#'] = LX_NAME_SUSPECT,
};

static unsigned sharp_look(const char *s, size_t n)
{
    unsigned kind = memchr(s, ':', n) == NULL ? 0 : LX_NAME_RESPELLED;
    return kind | LX_NAME_SUSPECT | (memmem(s, n, "#3A", 3) == NULL ? 0 : LX_NAME_STORED);
}

static size_t sharp_decode(char *s, size_t n)
{
    char *at = memmem(s, n, "#3A", 3);
    if (at == NULL)
        return n;
    *at = ':';
    memmove(at + 1, at + 3, (size_t)(s + n - at) - 3);
    s[n - 2] = '\0';
    return n - 2;
}

static const struct lx_names sharp = {
    .bytes = sharp_bytes, .look = sharp_look, .decode = sharp_decode, .lead = '#'};

static void another_codec_is_asked_for_its_own_words(void **state)
{
    (void)state;
    char name[] = "a#3Ab";
    assert_int_equal(lx_name_kind(&sharp, "a:b", 3), LX_NAME_RESPELLED);
    assert_int_equal(lx_name_kind(&sharp, "a\xEF\x80\xBA", 4), 0);
    assert_int_equal(lx_name_kind(&sharp, "a#b", 3), LX_NAME_SUSPECT);
    assert_int_equal(lx_name_kind(&sharp, name, 5), LX_NAME_SUSPECT | LX_NAME_STORED);
    assert_true(lx_name_suspect(&sharp, name));
    assert_false(lx_name_suspect(&sharp, "a#b"));
    assert_true(lx_name_valid(&sharp, LX_NAME_SUSPECT, "a#b", 3));
    assert_int_equal(lx_name_decode(&sharp, name, 5), 3);
    assert_string_equal(name, "a:b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_can_do_what_vfs_takes_for_granted),
        cmocka_unit_test(what_is_outside_is_the_hosts),
        cmocka_unit_test(the_hosts_names_are_kept),
        cmocka_unit_test(a_drives_kinds_are_those_of_a_scan),
        cmocka_unit_test(what_waits_to_be_deleted_has_its_name_before),
        cmocka_unit_test(the_length_of_a_character_is_told),
        cmocka_unit_test(another_codec_is_asked_for_its_own_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
