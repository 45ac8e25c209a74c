/* SPDX-License-Identifier: MIT */
/*
 * VolFs: the name codecs of its two formats, names among them that no program of WSL has stored;
 * and what its mounts have not that a drive's have.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fs/filesystems.h"

/* What wslfs stores for ':': U+F03A. */
#define COLON_PRIVATE "\xEF\x80\xBA"

static void stored(const struct lx_names *names, const char *shown, const char *expected)
{
    char out[LX_NAME_BYTES + 1];
    long n = names->encode(NULL, NULL, shown, strlen(shown), out, sizeof(out));
    assert_int_equal(n, strlen(expected));
    assert_string_equal(out, expected);
}

static void shown(const struct lx_names *names, const char *name, const char *expected)
{
    char s[LX_NAME_BYTES + 1];
    strcpy(s, name);
    assert_int_equal(lx_name_decode(names, s, strlen(name)), strlen(expected));
    assert_string_equal(s, expected);
    /* What is shown otherwise than it is stored has to be looked at. */
    assert_int_equal(lx_name_suspect(names, name), strcmp(name, expected) != 0);
}

static void lxfs_stores_what_ntfs_refuses_as_a_number(void **state)
{
    const struct lx_names *lxfs = &lx_lxfs_names;
    (void)state;
    stored(lxfs, "plain", "plain");
    stored(lxfs, "a:b", "a#003Ab");
    stored(lxfs, "\x01\x1F", "#0001#001F");
    stored(lxfs, "\"*:<>?\\|", "#0022#002A#003A#003C#003E#003F#005C#007C");
    stored(lxfs, "#", "#0023");
    stored(lxfs, "\x7F\xC3\xA4 CON. ", "\x7F\xC3\xA4 CON. ");
    stored(lxfs, "\xFF" COLON_PRIVATE, "\xFF" COLON_PRIVATE);
    /* What looks like a stored name is another name. */
    stored(lxfs, "#003A", "#0023003A");
    stored(lxfs, "##", "#0023#0023");
}

static void lxfs_shows_nothing_but_what_it_stores(void **state)
{
    const struct lx_names *lxfs = &lx_lxfs_names;
    static const char *const odd[] = {"#0041", "#zzzz", "#003a", "#103A", "#003", "#",     "a#",
                                      "##",    "#002F", "#0000", "#00",   "#0",   "#007F", "#00:A"};
    (void)state;
    shown(lxfs, "a#003Ab", "a:b");
    shown(lxfs, "#0023003A", "#003A");
    shown(lxfs, "#0023#0023", "##");
    shown(lxfs, "##003A", "#:");
    shown(lxfs, "d#003A/#003C", "d:/<");
    shown(lxfs, "#003A#", ":#");
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        shown(lxfs, odd[i], odd[i]);
}

/* Each byte alone, and among others: what is stored is shown as it was, by kinds that say so. */
static void every_name_comes_back(void **state)
{
    static const struct lx_names *const both[] = {&lx_lxfs_names, &lx_wslfs_names};
    char s[LX_NAME_BYTES + 1];
    (void)state;
    for (size_t k = 0; k < 2; k++)
        for (int c = 1; c < 256; c++) {
            char name[] = {'x', (char)c, '#', (char)c, '\0'};
            if (c == '/')
                continue;
            long n = both[k]->encode(NULL, NULL, name, strlen(name), s, sizeof(s));
            assert_true(n > 0);
            bool other = strcmp(s, name) != 0;
            assert_int_equal((lx_name_kind(both[k], name, 4) & LX_NAME_RESPELLED) != 0, other);
            assert_int_equal(lx_name_suspect(both[k], s), other);
            assert_int_equal(lx_name_decode(both[k], s, (size_t)n), 4);
            assert_string_equal(s, name);
        }
}

static long length_stored(const struct lx_names *names, const char *part, unsigned times)
{
    char name[4 * LX_NAME_BYTES];
    char out[LX_NAME_BYTES + 1];
    size_t n = 0;
    for (unsigned i = 0; i < times; i++, n += strlen(part))
        memcpy(name + n, part, strlen(part));
    return names->encode(NULL, NULL, name, n, out, sizeof(out));
}

/* NTFS has room for 255 units: 51 colons. [WSL#3763] */
static void lxfs_has_no_room_for_many_escapes(void **state)
{
    (void)state;
    assert_int_equal(length_stored(&lx_lxfs_names, ":", 51), 255);
    assert_int_equal(length_stored(&lx_lxfs_names, ":", 52), -ENOENT);
    assert_int_equal(length_stored(&lx_lxfs_names, "#", 255), -ENOENT);
    assert_int_equal(length_stored(&lx_lxfs_names, "\xFF:", 43), -ENOENT);
    assert_int_equal(length_stored(&lx_lxfs_names, "x", 255), 255);
    /* Longer than any name of Linux', whatever a file system makes of it. */
    assert_int_equal(length_stored(&lx_lxfs_names, "x", 256), -ENAMETOOLONG);
    assert_int_equal(length_stored(&lx_lxfs_names, ":", 256), -ENAMETOOLONG);
    /* NTFS would hold it, and the backing does not. */
    assert_int_equal(length_stored(&lx_lxfs_names, "\xC3\xA4\xC3\xA4\xC3\xA4:", 24), -ENAMETOOLONG);
}

static void wslfs_stores_as_a_drive_does(void **state)
{
    const struct lx_names *wslfs = &lx_wslfs_names;
    static const char marked[] = "f\xEF\xA3\x90\xEF\xA3\x91";
    (void)state;
    stored(wslfs, "a:b", "a" COLON_PRIVATE "b");
    stored(wslfs, "#003A", "#003A");
    stored(wslfs, "\xFF", "\xFF");
    shown(wslfs, COLON_PRIVATE, ":");
    shown(wslfs, "\xEF\x80\xA3", "\xEF\x80\xA3"); /* U+F023: '#' is not stored so */
    assert_int_equal(length_stored(wslfs, ":", 85), 255);
    assert_int_equal(length_stored(wslfs, ":", 255), 255); /* as it is: see nt_name_store */
    assert_int_equal(length_stored(wslfs, ":", 256), -ENAMETOOLONG);
    /* What a drive ends the name of a pending deletion with says nothing here. */
    assert_int_equal(lx_name_kind(wslfs, marked, strlen(marked)) & LX_NAME_CONCEALED, 0);
}

static char directory[] = "/tmp/volfs.XXXXXX";

static void made(const char *name)
{
    char path[64];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    assert_int_equal(mknod(path, S_IFREG | 0600, 0), 0);
}

/* The name that is found in the directory for one that is typed; "" for none. */
static const char *found(enum lx_mount_type type, const char *name)
{
    static char out[LX_NAME_BYTES + 1];
    const struct lx_mount mount = {.type = (uint8_t)type};
    char encoded[LX_NAME_BYTES + 1];
    const struct lx_fs_type *fs = lx_filesystem(&mount);
    long n = fs->names->encode(NULL, &mount, name, strlen(name), encoded, sizeof(encoded));
    assert_null(fs->ops->search);
    n = lx_name_find_plain(fs->names, directory, encoded, (size_t)n, out, sizeof(out));
    out[n < 0 ? 0 : n] = '\0';
    return out;
}

/* A name that a listing shows leads to its file, however that came by it. */
static void what_linux_has_made_is_found(void **state)
{
    static const char *const plain[] = {"#0041", "#zzzz", "a#"};
    (void)state;
    assert_non_null(mkdtemp(directory));
    for (size_t i = 0; i < 3; i++) {
        made(plain[i]);
        assert_string_equal(found(LX_MOUNT_LXFS, plain[i]), plain[i]);
    }
    made("#003A"); /* is ":" */
    assert_string_equal(found(LX_MOUNT_LXFS, "#003A"), "");
    made("x:y");
    assert_string_equal(found(LX_MOUNT_LXFS, "x:y"), "x:y");
    assert_string_equal(found(LX_MOUNT_WSLFS, "x:y"), "x:y");
    assert_string_equal(found(LX_MOUNT_WSLFS, "none:"), "");
    assert_string_equal(found(LX_MOUNT_WSLFS, "a#"), ""); /* has one spelling */
    for (size_t i = 0; i < 5; i++) {
        char path[64];
        const char *name = i < 3 ? plain[i] : i == 3 ? "#003A" : "x:y";
        snprintf(path, sizeof(path), "%s/%s", directory, name);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(directory), 0);
}

static void no_rule_of_a_drive_holds_there(void **state)
{
    static const enum lx_mount_type both[] = {LX_MOUNT_LXFS, LX_MOUNT_WSLFS};
    static const struct lx_mount_texts texts = {.source = "C:", .target = "/a", .backing = "/b"};
    static char room[1024] __attribute__((aligned(8)));
    struct lx_mount *m = (struct lx_mount *)(void *)room;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct lx_mount like = lx_mount_blank(both[i]);
        like.case_option = LX_OFF;
        like.flags = LX_MOUNT_VOLUME_ROOT;
        like.file_mask = 022;
        assert_true(lx_mount_put(m, sizeof(room), &like, &texts) > 0);
        assert_false(lx_folds(m));
        assert_false(lx_masked_mode(m));
        assert_int_equal(lx_rule(m, LX_RULE_MOUNT_BOUNDARY), LX_EXDEV);
        assert_null(lx_filesystem(m)->ops->removal);
    }
    struct lx_mount like = lx_mount_blank(LX_MOUNT_DRVFS);
    like.case_option = LX_OFF;
    like.file_mask = 022;
    assert_true(lx_mount_put(m, sizeof(room), &like, &texts) > 0);
    assert_true(lx_folds(m));
    assert_true(lx_masked_mode(m));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lxfs_stores_what_ntfs_refuses_as_a_number),
        cmocka_unit_test(lxfs_shows_nothing_but_what_it_stores),
        cmocka_unit_test(every_name_comes_back),
        cmocka_unit_test(lxfs_has_no_room_for_many_escapes),
        cmocka_unit_test(wslfs_stores_as_a_drive_does),
        cmocka_unit_test(what_linux_has_made_is_found),
        cmocka_unit_test(no_rule_of_a_drive_holds_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
