/* SPDX-License-Identifier: MIT */
/*
 * VolFs: the name codecs of its two formats, names among them that no program of WSL has stored;
 * what its mounts have not that a drive's have; and what is kept of a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

#include "fs/filesystems.h"
#include "nt/names.h"
#include "store/volfs.h"

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
        const struct lx_fs_removal *removal = lx_filesystem(m)->ops->removal;
        assert_true(removal->nameless); /* whatever a file is called, it is not pending */
        assert_int_equal(removal->removed("a" NT_PENDING_SUFFIX, 1 + NT_PENDING_SUFFIX_LENGTH), 0);
    }
    struct lx_mount like = lx_mount_blank(LX_MOUNT_DRVFS);
    like.case_option = LX_OFF;
    like.file_mask = 022;
    assert_true(lx_mount_put(m, sizeof(room), &like, &texts) > 0);
    assert_true(lx_folds(m));
    assert_true(lx_masked_mode(m));
}

/* --- what is kept of a file ------------------------------------------------------------------ */

static char tree[] = "/tmp/volfs-tree.XXXXXX";
static char file[64];

static struct store_object object(void)
{
    return (struct store_object){tree, AT_FDCWD, file};
}

static struct stat facts(void)
{
    struct stat st;
    assert_int_equal(lstat(file, &st), 0);
    return st;
}

static struct nt_lxattrb shown_of(enum store_format format, struct store_volfs *v)
{
    const struct store_object o = object();
    const struct stat st = facts();
    struct nt_lxattrb a;
    store_volfs_get(&o, &st, format, v);
    store_volfs_show(&st, v, &a);
    return a;
}

/* A tree with a file in it; skipped where /tmp has no attributes. */
static int make_tree(void **state)
{
    (void)state;
    strcpy(tree + strlen(tree) - 6, "XXXXXX");
    if (mkdtemp(tree) == NULL)
        return -1;
    snprintf(file, sizeof(file), "%s/file", tree);
    return mknod(file, S_IFREG | 0640, 0);
}

static int remove_tree(void **state)
{
    (void)state;
    return unlink(file) | rmdir(tree);
}

static void a_tree_knows_how_often_it_was_mounted(void **state)
{
    struct store_tree t;
    char below[96];
    (void)state;
    assert_false(store_tree_of("/tmp", file, &t));
    store_tree_mount(tree, STORE_WSLFS, false);
    if (!store_tree_get(tree, &t))
        skip();
    assert_int_equal(t.format, STORE_WSLFS);
    assert_int_equal(t.mounted, 1);
    assert_false(t.streams);
    store_tree_mount(tree, STORE_LXFS, true);
    snprintf(below, sizeof(below), "%s/missing/further", tree);
    assert_true(store_tree_of("/tmp", below, &t));
    assert_int_equal(t.format, STORE_LXFS);
    assert_int_equal(t.mounted, 2);
    assert_true(t.streams);
    store_tree_drop(tree);
    assert_true(store_tree_get(tree, &t) && t.streams && t.format == STORE_LXFS);
    assert_true(store_tree_of(tree, tree, &t));
    assert_false(store_tree_of(file, file, &t)); /* no further up than that */
}

static void to_drop_what_is_remembered_counts_as_a_mount(void **state)
{
    struct store_tree t;
    (void)state;
    store_tree_drop(tree); /* of a directory that is no tree's root it makes none */
    assert_false(store_tree_get(tree, &t));
    store_tree_mount(tree, STORE_WSLFS, false);
    store_tree_drop(tree);
    if (!store_tree_get(tree, &t))
        skip();
    assert_int_equal(t.format, STORE_WSLFS);
    assert_int_equal(t.mounted, 2);
}

static void what_the_inode_can_be_is_kept_nowhere_else(void **state)
{
    const struct store_object o = object();
    struct store_volfs v;
    struct nt_lxattrb a = shown_of(STORE_LXFS, &v);
    (void)state;
    assert_int_equal(a.mode, S_IFREG | 0640);
    a.mode = S_IFREG | S_ISUID | 0604;
    assert_int_equal(store_volfs_put(&o, STORE_LXFS, &a), 0);
    assert_int_equal(facts().st_mode, S_IFREG | S_ISUID | 0604);
    assert_int_equal(listxattr(file, NULL, 0), 0);
    a.mode = S_IFREG | S_ISVTX | 0600; /* a bit of its own, and no mark */
    assert_int_equal(store_volfs_put(&o, STORE_LXFS, &a), 0);
    a = shown_of(STORE_LXFS, &v);
    assert_int_equal(a.mode, S_IFREG | S_ISVTX | 0600);
    assert_false(v.noted);
}

static void another_type_is_kept_in_windows_form(void **state)
{
    static const enum store_format both[] = {STORE_LXFS, STORE_WSLFS};
    const struct store_object o = object();
    struct store_volfs v;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct nt_lxattrb a = shown_of(both[i], &v);
        a.mode = S_IFCHR | 0620;
        a.major = 5;
        a.minor = 1;
        if (store_volfs_put(&o, both[i], &a) == -EOPNOTSUPP)
            skip();
        assert_true(S_ISREG(facts().st_mode));
        a = shown_of(both[i], &v);
        /* wslfs has types by reparse points: without one such a mode says nothing. */
        assert_int_equal(a.mode, both[i] == STORE_LXFS ? S_IFCHR | 0620 : S_IFREG);
        assert_int_equal(a.major, 5);
        assert_int_equal(a.minor, 1);
        a.mode = S_IFREG | 0644;
        assert_int_equal(store_volfs_put(&o, both[i], &a), 0);
        assert_int_equal(listxattr(file, NULL, 0), 0);
        assert_int_equal(facts().st_mode, S_IFREG | 0644);
    }
}

static void what_is_stripped_is_roots_and_counts_again_when_it_is_set(void **state)
{
    static const struct store_tree lxfs = {STORE_LXFS, 7, false};
    static const struct store_tree wslfs = {STORE_WSLFS, 8, false};
    static const uint8_t mode[] = {0x80, 0x81, 0, 0}; /* 0100600 */
    const struct store_object o = object();
    struct store_volfs v;
    struct nt_lxattrb a;
    (void)state;
    if (store_volfs_strip(&o, &lxfs, NT_LX_MODE, true) < 0)
        skip();
    a = shown_of(STORE_LXFS, &v);
    assert_int_equal(v.lacks, NT_LX_OWNED); /* lxfs has all or nothing */
    assert_int_equal(v.since, 7);
    assert_int_equal(a.mode, S_IFREG);
    assert_int_equal(a.uid, 0);
    assert_int_equal(facts().st_mode & 0777, 0640); /* nothing of it is lost */
    a.mode = S_IFREG | 0600;
    a.uid = getuid();
    a.gid = getgid();
    assert_int_equal(store_volfs_put(&o, STORE_LXFS, &a), 0);
    assert_int_equal(listxattr(file, NULL, 0), 0);
    assert_int_equal(store_volfs_strip(&o, &wslfs, NT_LX_MODE, false), 0);
    a = shown_of(STORE_WSLFS, &v);
    assert_int_equal(v.lacks, NT_LX_MODE);
    assert_int_equal(v.since, 0);
    assert_int_equal(a.mode, S_IFREG);
    assert_int_equal(a.uid, getuid());
    assert_int_equal(store_volfs_set(&o, &wslfs, "user.$LXMOD", NT_LX_MODE, mode, 3), 0);
    a = shown_of(STORE_WSLFS, &v);
    assert_int_equal(v.lacks, NT_LX_MODE); /* of another size: none */
    assert_int_equal(store_volfs_set(&o, &wslfs, "user.$LXMOD", NT_LX_MODE, mode, 4), 0);
    a = shown_of(STORE_WSLFS, &v);
    assert_int_equal(a.mode, S_IFREG | 0600);
    assert_int_equal(listxattr(file, NULL, 0), 0);
}

static void a_damaged_attribute_is_none(void **state)
{
    static const struct store_tree lxfs = {STORE_LXFS, 1, false};
    const struct store_object o = object();
    struct store_volfs v;
    (void)state;
    if (store_volfs_set(&o, &lxfs, STORE_LXATTRB, NT_LX_OWNED, "abc", 3) < 0)
        skip();
    (void)shown_of(STORE_LXFS, &v);
    assert_true(v.damaged);
    assert_int_equal(v.lacks, NT_LX_OWNED);
    assert_true(store_keeps_facts_in(STORE_LXATTRB));
    assert_true(store_keeps_facts_in(STORE_LACKS));
    assert_false(store_keeps_facts_in("user.LXATTRB.x"));
    assert_false(store_keeps_facts_in("security.capability"));
}

#define IN_TREE(test) cmocka_unit_test_setup_teardown(test, make_tree, remove_tree)

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
        IN_TREE(a_tree_knows_how_often_it_was_mounted),
        IN_TREE(to_drop_what_is_remembered_counts_as_a_mount),
        IN_TREE(what_the_inode_can_be_is_kept_nowhere_else),
        IN_TREE(another_type_is_kept_in_windows_form),
        IN_TREE(what_is_stripped_is_roots_and_counts_again_when_it_is_set),
        IN_TREE(a_damaged_attribute_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
