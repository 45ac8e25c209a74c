/* SPDX-License-Identifier: MIT */
/*
 * The emulation as a library: lx_* on a task, in a plain program under the sanitizers. One mount in
 * place, one whose target does not exist and whose backing is elsewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/builder.h"
#include "vfs/mounts.h"
#include "vfs/ops.h"
#include "vfs/placement.h"
#include "vfs/walk.h"

static char root[64];
static char image[8192] __attribute__((aligned(8)));
static struct lx_policy policy;
static struct lx_task task = {.policy = &policy, .cwd = AT_FDCWD};

/* "<root>/" and a path; a few of them live at a time. */
static const char *at(const char *path)
{
    static char buf[8][PATH_MAX];
    static unsigned next;
    char *out = buf[next++ % 8];
    snprintf(out, PATH_MAX, "%s/%s", root, path);
    return out;
}

static void put(const char *path, const char *text)
{
    FILE *f = fopen(at(path), "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int set_up(void **state)
{
    struct lx_builder b;
    (void)state;
    strcpy(root, "/tmp/lxshim-unit.XXXXXX");
    assert_non_null(mkdtemp(root));
    mkdir(at("here"), 0755);
    mkdir(at("back"), 0755);
    mkdir(at("back/dir"), 0755);
    mkdir(at("out"), 0755);
    mkdir(at("mnt"), 0755);
    put("here/file", "in place");
    put("back/file", "behind");
    put("back/dir/deep", "deep");
    put("out/file", "outside");

    struct lx_image *head = lx_builder_start(&b, image, sizeof(image), 2, 1);
    struct lx_image_override *late = (struct lx_image_override *)(void *)(image + head->overrides);
    struct lx_mount *mounts = (struct lx_mount *)(void *)(image + head->mounts);
    lx_builder_mount(&b, &mounts[0], "C:\\here", at("here"), at("here"));
    lx_builder_mount(&b, &mounts[1], "D:", at("mnt/d"), at("back"));
    mounts[0].uid = mounts[1].uid = 1234;
    late->ops = UINT64_C(1) << LX_OP_MKDIR | UINT64_C(1) << LX_OP_LINK;
    late->path = lx_builder_string(&b, "late");
    late->delay_ms = 1;
    late->action = LX_OVERRIDE_ALLOW;
    lx_builder_overrides(&b);
    head->profile = lx_builder_string(&b, "drvfs");
    long size = lx_builder_end(&b);
    assert_true(size > 0);
    assert_int_equal(lx_policy_attach(&policy, head, (size_t)size), 0);
    return 0;
}

static int tear_down(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    return system(command);
}

static void reads(const char *path, const char *expected)
{
    char buf[64] = {0};
    long fd = lx_openat(&task, AT_FDCWD, path, O_RDONLY, 0);
    if (fd < 0)
        fail_msg("%s: %s", path, strerror((int)-fd));
    assert_true(read((int)fd, buf, sizeof(buf) - 1) >= 0);
    close((int)fd);
    assert_string_equal(buf, expected);
}

static long opens(const char *path)
{
    long fd = lx_openat(&task, AT_FDCWD, path, O_RDONLY, 0);
    if (fd >= 0)
        close((int)fd);
    return fd < 0 ? fd : 0;
}

/* Not by whom the kernel does not let, and as natively then. */
static void a_descriptor_is_linked(void **state)
{
    static const char *const names[] = {"here/linked", "here/lin:ked", "here/LINKED."};
    int fd = open(at("here/file"), O_RDONLY);
    int native = linkat(fd, "", AT_FDCWD, at("out/linked"), AT_EMPTY_PATH) < 0 ? -errno : 0;
    (void)state;
    assert_true(fd >= 0);
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        long r = lx_linkat(&task, fd, "", AT_FDCWD, at(names[i]), AT_EMPTY_PATH);
        assert_int_equal(r, native);
        if (r == 0)
            assert_int_equal(lx_unlinkat(&task, AT_FDCWD, at(names[i]), 0), 0);
    }
    unlink(at("out/linked"));
    close(fd);
}

static void paths_lead_to_their_mounts(void **state)
{
    (void)state;
    reads(at("here/file"), "in place");
    reads(at("mnt/d/file"), "behind");
    reads(at("mnt/d/dir/deep"), "deep");
    reads(at("mnt//d/./dir/../file"), "behind");
    reads(at("out/file"), "outside");
    assert_int_equal(opens(at("mnt/d/none")), -ENOENT);
    assert_int_equal(opens(at("mnt/d/file/x")), -ENOTDIR);
    assert_int_equal(opens(at("mnt/e")), -ENOENT);
    assert_int_equal(lx_where(&task, AT_FDCWD, at("here"), 0), 1);
    assert_int_equal(lx_where(&task, AT_FDCWD, at("mnt/d"), 0), 2);
    assert_int_equal(lx_where(&task, AT_FDCWD, at("back/dir"), 0), 2);
    assert_int_equal(lx_where(&task, AT_FDCWD, at("out"), 0), 0);
}

static void symlinks_cross_borders_both_ways(void **state)
{
    (void)state;
    assert_int_equal(symlink(at("mnt/d"), at("out/drive")), 0);
    assert_int_equal(symlink(at("mnt/d/dir"), at("back/absolute")), 0);
    assert_int_equal(symlink("../out", at("here/relative")), 0);
    assert_int_equal(symlink("../../here/file", at("back/up")), 0);
    reads(at("out/drive/file"), "behind");
    reads(at("out/drive/absolute/deep"), "deep");
    reads(at("mnt/d/absolute/../file"), "behind");
    /* `..` after a symlink goes where the symlink led. */
    reads(at("here/relative/../here/file"), "in place");
    reads(at("mnt/d/up"), "in place"); /* from <root>/mnt/d, not from <root>/back */
    /* Outside stays outside, though the path began inside. */
    struct stat st;
    assert_int_equal(lx_fstatat(&task, AT_FDCWD, at("here/relative/file"), &st, 0), 0);
    assert_int_equal(st.st_uid, getuid());
    assert_int_equal(lx_fstatat(&task, AT_FDCWD, at("here/file"), &st, 0), 0);
    assert_int_equal(st.st_uid, 1234);
}

static void loops_end(void **state)
{
    (void)state;
    assert_int_equal(symlink("loop2", at("here/loop1")), 0);
    assert_int_equal(symlink("loop1", at("here/loop2")), 0);
    assert_int_equal(opens(at("here/loop1")), -ELOOP);
    assert_int_equal(opens(at("here/loop1/x")), -ELOOP);
}

static void names_come_back_as_programs_spell_them(void **state)
{
    char buf[PATH_MAX];
    (void)state;
    assert_int_equal(lx_mkdirat(&task, AT_FDCWD, at("mnt/d/a:b"), 0755), 0);
    assert_int_equal(access(at("back/a\xEF\x80\xBA"
                               "b"),
                            F_OK),
                     0);
    long n = lx_realpath(&task, at("mnt/d/a:b"), buf);
    assert_true(n > 0);
    assert_string_equal(buf, at("mnt/d/a:b"));
    assert_true(lx_native_path(&task, AT_FDCWD, at("mnt/d/a:b"), buf, sizeof(buf), 0) > 0);
    assert_string_equal(buf, at("back/a\xEF\x80\xBA"
                                "b"));
    assert_int_equal(lx_unlinkat(&task, AT_FDCWD, at("mnt/d/a:b"), AT_REMOVEDIR), 0);
}

static void entries_of_mounts_are_busy(void **state)
{
    (void)state;
    assert_int_equal(lx_unlinkat(&task, AT_FDCWD, at("mnt/d"), AT_REMOVEDIR), -EBUSY);
    assert_int_equal(lx_unlinkat(&task, AT_FDCWD, at("here"), 0), -EISDIR);
    assert_int_equal(lx_renameat2(&task, AT_FDCWD, at("here"), AT_FDCWD, at("there"), 0), -EBUSY);
    assert_int_equal(lx_mkdirat(&task, AT_FDCWD, at("mnt/d"), 0755), -EEXIST);
    assert_int_equal(lx_renameat2(&task, AT_FDCWD, at("here/file"), AT_FDCWD, at("mnt/d/new"), 0),
                     -EXDEV);
}

static void the_walk_says_what_the_kernel_says(void **state)
{
    static const char *const paths[] = {
        "out/file",         "out/file/",  "out/file/x",      "out/none",
        "out/none/x",       "out/./file", "out/../out/file", "out/file/..",
        "none/../out/file", "out//file",  "out/.",           "out/..",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct stat native;
        struct stat ours;
        int n = stat(at(paths[i]), &native) == 0 ? 0 : -errno;
        long o = lx_fstatat(&task, AT_FDCWD, at(paths[i]), &ours, 0);
        if (n != o)
            fail_msg("%s: %d natively, %ld here", paths[i], n, o);
    }
}

/* Both ways to a path below a target, remembered placements and the walk: the same answers. */
static void same_both_ways(const char *path)
{
    struct lx_task walker = task;
    walker.caching = false;
    for (int flags = 0; flags <= AT_SYMLINK_NOFOLLOW; flags += AT_SYMLINK_NOFOLLOW) {
        struct stat fast = {0};
        struct stat slow = {0};
        char text[2][64] = {{0}, {0}};
        long f = lx_fstatat(&task, AT_FDCWD, path, &fast, flags);
        long s = lx_fstatat(&walker, AT_FDCWD, path, &slow, flags);
        if (f != s || (f == 0 && (fast.st_ino != slow.st_ino || fast.st_dev != slow.st_dev ||
                                  fast.st_uid != slow.st_uid)))
            fail_msg("%s: stat says %ld, walked to %ld", path, f, s);
        f = lx_openat(&task, AT_FDCWD, path, flags != 0 ? O_PATH | O_NOFOLLOW : O_RDONLY, 0);
        s = lx_openat(&walker, AT_FDCWD, path, flags != 0 ? O_PATH | O_NOFOLLOW : O_RDONLY, 0);
        if ((f < 0 ? f : 0) != (s < 0 ? s : 0))
            fail_msg("%s: open says %ld, walked to %ld", path, f, s);
        close((int)f);
        close((int)s);
        f = lx_readlinkat(&task, AT_FDCWD, path, text[0], sizeof(text[0]) - 1);
        s = lx_readlinkat(&walker, AT_FDCWD, path, text[1], sizeof(text[1]) - 1);
        if (f != s || strcmp(text[0], text[1]) != 0)
            fail_msg("%s: readlink says %ld, walked to %ld", path, f, s);
    }
}

static void below_a_target_both_ways_lead_to_the_same(void **state)
{
    char path[PATH_MAX];
    static const char *const below[] = {
        "",
        "/",
        "/.",
        "/./",
        "/..",
        "/../d",
        "/../e",
        "/file",
        "/file/",
        "/file/x",
        "/dir",
        "/dir/",
        "/dir/.",
        "/dir/..",
        "//dir//.//",
        "/dir/../file",
        "/dir/deep",
        "/dir/deep/",
        "/none",
        "/none/x",
        "/none/..",
        "/FILE",
        "/Dir/deep",
        "/a:b",
        "/a:b/x",
        "/a\xEF\x80\xBA"
        "b",
        "/.lxshim",
        "/..x",
        "/out/file",
        "/out/../file",
        "/in/deep",
        "/in/../file",
        "/root/file",
        "/root/dir/deep",
        "/higher/file",
        "/dir/up2/out/file",
        "/loop",
        "/loop/x",
        "/self/file",
        "/gone/x",
    };
    (void)state;
    assert_int_equal(symlink(at("out"), at("back/out")), 0);
    assert_int_equal(symlink("dir", at("back/in")), 0);
    assert_int_equal(symlink(at("mnt/d"), at("back/root")), 0);
    assert_int_equal(symlink("../../out", at("back/higher")), 0);
    assert_int_equal(symlink("../../..", at("back/dir/up2")), 0);
    assert_int_equal(symlink("loop", at("back/loop")), 0);
    assert_int_equal(symlink(at("back"), at("back/self")), 0);
    assert_int_equal(symlink("nowhere", at("back/gone")), 0);
    mkdir(at("back/a\xEF\x80\xBA"
             "b"),
          0755);
    for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
        snprintf(path, sizeof(path), "%s/mnt/d%s", root, below[i]);
        same_both_ways(path); /* once more with what the first time has shown */
        same_both_ways(path);
    }
    /* Longer than what is looked up in a buffer; a name, and a path, that cannot be. */
    for (size_t n = 200; n < PATH_MAX - strlen(root) - 8; n += n < 300 ? 1 : 997) {
        snprintf(path, sizeof(path), "%s/mnt/d/", root);
        for (size_t i = 0; i < n / 2; i++)
            strcat(path, "./");
        strcat(path, "file");
        same_both_ways(path);
        snprintf(path, sizeof(path), "%s/mnt/d/%.*d", root, (int)n, 0);
        same_both_ways(path);
    }
    assert_int_equal(lx_unlinkat(&task, AT_FDCWD, at("mnt/d/a:b"), AT_REMOVEDIR), 0);
}

/* The target is where its own path leads, and not where its spelling would have been. */
static void a_target_moves_with_its_parent(void **state)
{
    (void)state;
    reads(at("mnt/d/file"), "behind");
    assert_int_equal(lx_renameat2(&task, AT_FDCWD, at("mnt"), AT_FDCWD, at("moved"), 0), 0);
    assert_int_equal(opens(at("mnt/d/file")), -ENOENT);
    assert_int_equal(lx_symlinkat(&task, "out", AT_FDCWD, at("mnt")), 0);
    assert_int_equal(opens(at("mnt/d/file")), -ENOENT);
    reads(at("mnt/file"), "outside");
    assert_int_equal(lx_unlinkat(&task, AT_FDCWD, at("mnt"), 0), 0);
    assert_int_equal(lx_renameat2(&task, AT_FDCWD, at("moved"), AT_FDCWD, at("mnt"), 0), 0);
    placement_forget_all(); /* for a run of the tests in one tick */
    reads(at("mnt/d/file"), "behind");
}

/* Entries are made, renamed and removed in the backing, whichever way their names are given. */
static void entries_below_a_target_are_the_backings(void **state)
{
    struct stat st;
    (void)state;
    int fd = (int)lx_openat(&task, AT_FDCWD, at("mnt/d/new"), O_CREAT | O_EXCL | O_WRONLY, 0644);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(stat(at("back/new"), &st), 0);
    assert_int_equal(lx_linkat(&task, AT_FDCWD, at("mnt/d/new"), AT_FDCWD, at("back/two"), 0), 0);
    assert_int_equal(
        lx_renameat2(&task, AT_FDCWD, at("mnt/d/new"), AT_FDCWD, at("mnt/d/dir/new"), 0), 0);
    assert_int_equal(lx_renameat2(&task, AT_FDCWD, at("mnt/d/dir/new"), AT_FDCWD, at("out/new"), 0),
                     -EXDEV);
    assert_int_equal(lx_unlinkat(&task, AT_FDCWD, at("mnt/d/dir/new"), 0), 0);
    assert_int_equal(lx_unlinkat(&task, AT_FDCWD, at("mnt/d/two"), 0), 0);
    assert_int_equal(stat(at("back/two"), &st), -1);
    /* By a directory of its own, from a path of either spelling. */
    int dir = (int)lx_openat(&task, AT_FDCWD, at("mnt/d/dir"), O_RDONLY | O_DIRECTORY, 0);
    assert_true(dir >= 0);
    fd = (int)lx_openat(&task, dir, "deep", O_RDONLY, 0);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(lx_fstatat(&task, dir, "../file", &st, 0), 0);
    assert_int_equal(st.st_uid, 1234);
    close(dir);
}

static void classification_is_by_whole_components(void **state)
{
    (void)state;
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/hereabouts", root);
    assert_int_equal(mounts_classify(&policy, path, strlen(path)).mount, 0);
    struct placement v = mounts_classify(&policy, root, strlen(root));
    assert_int_equal(v.mount, 0);
    assert_true((v.flags & PLACEMENT_PARENT) != 0);
    v = mounts_classify(&policy, "/", 1);
    assert_true((v.flags & PLACEMENT_ANCESTOR) != 0 && (v.flags & PLACEMENT_PARENT) == 0);
    v = mounts_classify(&policy, at("here"), strlen(at("here")));
    assert_true(v.mount == 1 && (v.flags & PLACEMENT_ROOT) != 0);
}

/* Spellings that differ by a byte, wherever it is, or by their length, have other hashes. */
static void spellings_have_hashes_of_their_own(void **state)
{
    (void)state;
    char text[64];
    uint64_t seen[64 * 65];
    size_t n = 0;
    memset(text, 'a', sizeof(text));
    for (size_t length = 0; length < sizeof(text); length++) {
        seen[n++] = placement_hash(PLACEMENT_SEED_ROOT, text, length);
        for (size_t i = 0; i < length; i++) {
            text[i] = 'b';
            seen[n++] = placement_hash(PLACEMENT_SEED_ROOT, text, length);
            text[i] = 'a';
        }
        assert_true(placement_hash(1, text, length) != placement_hash(2, text, length));
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(seen[i] != seen[k]);
}

/* By words of 32 bits a hash is the same as by those of 64. */
static void folding_is_the_same_by_narrow_words(void **state)
{
    (void)state;
    uint64_t a = UINT64_C(0x0123456789abcdef);
    uint64_t b = ~UINT64_C(0);
    for (unsigned i = 0; i < 10000; i++) {
        assert_true(placement_fold(a, b) == placement_fold_narrowly(a, b));
        b = a ^ b << 7;
        a = placement_fold(a ^ i, PLACEMENT_SEED_ROOT) ^ (i % 3 == 0 ? ~UINT64_C(0) << 32 : 0);
    }
}

static void placements_are_forgotten(void **state)
{
    struct placement v = {1, 0};
    struct placement got;
    uint64_t hash;
    (void)state;
    uint64_t stamp = placement_stamp();
    placement_remember(42, stamp, v);
    assert_true(placement_recall(42, stamp, &got) && got.mount == 1);
    assert_false(placement_recall(43, stamp, &got));
    placement_forget_all();
    assert_false(placement_recall(42, placement_stamp(), &got));

    stamp = placement_stamp();
    placement_remember_fd(7, stamp, v, 99);
    assert_true(placement_recall_fd(7, stamp, &got, &hash) && hash == 99);
    placement_forget_fd(7);
    assert_false(placement_recall_fd(7, stamp, &got, &hash));
    placement_remember_fd(100000, stamp, v, 99);
    assert_false(placement_recall_fd(100000, stamp, &got, &hash));
    placement_vforks++;
    placement_remember_fd(7, stamp, v, 99);
    assert_false(placement_recall_fd(7, stamp, &got, &hash));
    placement_vforks--;
}

/* How many of n directories that are remembered at once are, afterwards. */
static unsigned remembered_of(unsigned n)
{
    const uint64_t stamp = placement_stamp();
    struct placement v = {1, 0};
    unsigned kept = 0;
    char name[24];
    for (unsigned turn = 0; turn < 2; turn++) {
        kept = 0;
        for (unsigned i = 0; i < n; i++) {
            snprintf(name, sizeof(name), "directory%u", i);
            const uint64_t hash = placement_hash(PLACEMENT_SEED_ROOT, name, strlen(name));
            if (placement_recall(hash, stamp, &v))
                kept++;
            else
                placement_remember(hash, stamp, v);
        }
    }
    placement_forget_all();
    return kept;
}

static void many_directories_have_more_room(void **state)
{
    const unsigned before = placement_unused;
    const struct placement_entry *end = placement_tables.directories + PLACEMENT_DIRECTORIES;
    (void)state;
    placement_unused = PLACEMENT_DIRECTORIES - 64;
    /* A few lie where descriptors begin, and nowhere else. */
    assert_true(remembered_of(8) >= 6);
    assert_int_equal(placement_unused, PLACEMENT_DIRECTORIES - 64);
    for (uint64_t hash = 0; hash < 4096; hash += 63)
        assert_true(end - placement_directory(hash) <= 64);
    /* The same two in one place do not go on in turns for ever. */
    const uint64_t stamp = placement_stamp();
    struct placement v = {1, 0};
    for (unsigned i = 0; i < 64; i++)
        placement_remember(5 + i % 2 * 64, stamp, v);
    assert_true(placement_recall(5, stamp, &v) && placement_recall(5 + 64, stamp, &v));
    assert_int_equal(placement_unused, PLACEMENT_DIRECTORIES - 256);
    assert_true(remembered_of(500) >= 300);
    assert_int_equal(placement_unused, 0);
    placement_unused = before;
}

static unsigned waits;

static void count_wait(const struct lx_task *asks)
{
    assert_ptr_equal(asks->owner, &waits);
    waits++;
}

/* Who answers for others hears that it will wait, before; and of no other call. */
static void a_delay_is_announced(void **state)
{
    struct lx_task other = task;
    (void)state;
    waits = 0;
    const struct lx_task_ops hooks = {.waits = count_wait};
    other.ops = &hooks;
    other.owner = &waits;
    assert_int_equal(lx_mkdirat(&other, AT_FDCWD, at("here/soon"), 0777), 0);
    assert_int_equal(waits, 0);
    assert_int_equal(lx_mkdirat(&other, AT_FDCWD, at("here/late"), 0777), 0);
    assert_int_equal(waits, 1);
    rmdir(at("here/soon"));
    rmdir(at("here/late"));
}

/* By their exact names, where nothing else is there, for whom the path means what it means to us.
 */
static void programs_stand_in_for_missing_ones(void **state)
{
    static const char name[] = "/bin/wslpath";
    struct lx_task other = task;
    struct stat st;
    (void)state;
    if (access(name, F_OK) == 0)
        skip();
    put("out/wslpath", "ours");
    assert_int_equal(opens(name), -ENOENT);
    policy.programs = strdup(at("out"));
    reads(name, "ours");
    assert_int_equal(lx_fstatat(&task, AT_FDCWD, name, &st, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(st.st_size, 4);
    assert_int_equal(lx_faccessat(&task, AT_FDCWD, name, R_OK, 0), 0);
    assert_int_equal(lx_faccessat(&task, AT_FDCWD, name, W_OK, 0), -EROFS);
    assert_int_equal(lx_openat(&task, AT_FDCWD, name, O_WRONLY, 0), -ENOENT);
    assert_int_equal(lx_unlinkat(&task, AT_FDCWD, name, 0), -ENOENT);
    assert_int_equal(opens("/bin/wslpatH"), -ENOENT);
    assert_int_equal(opens("/sbin/mount.drvfs"), -ENOENT); /* which is not among them */

    other.caching = false;
    other.on_behalf = true;
    long fd = lx_openat(&other, AT_FDCWD, name, O_RDONLY, 0);
    assert_true(fd >= 0);
    close((int)fd);
    assert_int_equal(lx_openat(&other, AT_FDCWD, "/bin/sh", O_RDONLY, 0), -LX_CONTINUE);
    other.root = root;
    assert_int_equal(lx_openat(&other, AT_FDCWD, name, O_RDONLY, 0), -ENOENT);
    other = task;
    other.seccomp_confined = true;
    assert_int_equal(lx_openat(&other, AT_FDCWD, name, O_RDONLY, 0), -ENOENT);
    free((char *)(uintptr_t)policy.programs);
    policy.programs = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_delay_is_announced),
        cmocka_unit_test(a_descriptor_is_linked),
        cmocka_unit_test(paths_lead_to_their_mounts),
        cmocka_unit_test(symlinks_cross_borders_both_ways),
        cmocka_unit_test(loops_end),
        cmocka_unit_test(below_a_target_both_ways_lead_to_the_same),
        cmocka_unit_test(a_target_moves_with_its_parent),
        cmocka_unit_test(entries_below_a_target_are_the_backings),
        cmocka_unit_test(names_come_back_as_programs_spell_them),
        cmocka_unit_test(entries_of_mounts_are_busy),
        cmocka_unit_test(the_walk_says_what_the_kernel_says),
        cmocka_unit_test(classification_is_by_whole_components),
        cmocka_unit_test(spellings_have_hashes_of_their_own),
        cmocka_unit_test(folding_is_the_same_by_narrow_words),
        cmocka_unit_test(placements_are_forgotten),
        cmocka_unit_test(many_directories_have_more_room),
        cmocka_unit_test(programs_stand_in_for_missing_ones),
    };
    int uncached = cmocka_run_group_tests(tests, set_up, tear_down);
    task.caching = true;
    return uncached + cmocka_run_group_tests(tests, set_up, tear_down);
}
