/* SPDX-License-Identifier: MIT */
/* What a name meets in a directory: read each time while it is young, from memory when it rests. */
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

#include "nt/fold.h"
#include "nt/names.h"
#include "store/age.h"
#include "store/foldnames.h"
#include "store/sidecar_attr.h"
#include "sys/sys.h"

#define MANY 400 /* names, more than one block of the kernel's has */

static char root[] = "/tmp/foldnames.XXXXXX";
static char path[64];

/* The kernel's clock, as much ahead as a test wants: what is young by it, is at rest then. */
static int64_t ahead;
static int clock_ahead(clockid_t clock, struct timespec *now)
{
    int r = clock_gettime(clock, now);
    now->tv_sec += ahead;
    return r;
}

static const int64_t ages[] = {0, 5}; /* young, and at rest */
#define AGES (sizeof(ages) / sizeof(ages[0]))

static struct store_object directory(const char *name)
{
    (void)snprintf(path, sizeof(path), "%s/%s", root, name);
    assert_true(mkdir(path, 0755) == 0);
    return (struct store_object){root, AT_FDCWD, path};
}

static void make(const struct store_object *dir, const char *name)
{
    char file[PATH_MAX];
    (void)snprintf(file, sizeof(file), "%s/%s", dir->path, name);
    int fd = sys_openat(AT_FDCWD, file, O_WRONLY | O_CREAT | O_EXCL, 0644);
    assert_true(fd >= 0);
    sys_close(fd);
}

/* The same; where the clock tells of no time between, the directory is changed until it does. */
static void make_visibly(const struct store_object *dir, const char *name)
{
    struct stat before;
    struct stat after;
    assert_int_equal(stat(dir->path, &before), 0);
    make(dir, name);
    do {
        assert_int_equal(chmod(dir->path, 0755), 0);
        assert_int_equal(stat(dir->path, &after), 0);
    } while (after.st_ctim.tv_sec == before.st_ctim.tv_sec &&
             after.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
}

static long meets(const struct store_object *dir, const char *name)
{
    return store_fold_meets(dir, true, name, strlen(name), NULL);
}

static int setup(void **state)
{
    (void)state;
    atomic_store(&sys_clock, clock_ahead);
    return mkdtemp(root) == NULL;
}

static int clean(void **state)
{
    char command[64];
    (void)state;
    (void)snprintf(command, sizeof(command), "rm -rf %s", root);
    return system(command);
}

static void each_kind_of_entry(void **state)
{
    (void)state;
    struct store_object dir = directory("kinds");
    make(&dir, "exact");
    make(&dir, "Other");
    make(&dir, "removed" NT_PENDING_SUFFIX);
    make(&dir, "both");
    make(&dir, "BOTH");
    make(&dir, "\xC3\xA9t\xC3\xA9"); /* été */
    for (unsigned i = 0; i < AGES; i++) {
        ahead = ages[i];
        assert_int_equal(meets(&dir, "nothing"), 0);
        assert_int_equal(meets(&dir, "exact"), STORE_FOLD_SAME);
        assert_int_equal(meets(&dir, "other"), STORE_FOLD_OTHER);
        assert_int_equal(meets(&dir, "removed"), STORE_FOLD_WAITING);
        assert_int_equal(meets(&dir, "Removed"), 0); /* another name, as it is to the kernel */
        assert_int_equal(meets(&dir, "both"), STORE_FOLD_SAME | STORE_FOLD_OTHER);
        assert_int_equal(meets(&dir, "\xC3\x89T\xC3\x89"), STORE_FOLD_OTHER);
        assert_int_equal(meets(&dir, "\xC3\xA8t\xC3\xA9"), 0);
    }
}

static void a_change_is_met_at_once(void **state)
{
    (void)state;
    struct store_object dir = directory("changes");
    for (unsigned i = 0; i < AGES; i++) {
        char name[8];
        char other[8];
        ahead = ages[i];
        (void)snprintf(name, sizeof(name), "new%u", i);
        (void)snprintf(other, sizeof(other), "NEW%u", i);
        assert_int_equal(meets(&dir, other), 0);
        make_visibly(&dir, name);
        assert_int_equal(meets(&dir, other), STORE_FOLD_OTHER);
        assert_int_equal(meets(&dir, name), STORE_FOLD_SAME);
    }
}

static void a_flagged_directory_has_no_other(void **state)
{
    char name[32];
    bool flagged;
    (void)state;
    struct store_object dir = directory("flagged");
    make(&dir, "Other");
    make(&dir, "removed" NT_PENDING_SUFFIX);
    if (setxattr(dir.path, STORE_CASE, "1", 1, 0) < 0)
        skip(); /* it keeps no attributes */
    for (unsigned i = 0; i < AGES; i++) {
        ahead = ages[i];
        assert_int_equal(meets(&dir, "other"), 0);
        assert_int_equal(meets(&dir, "removed"), STORE_FOLD_WAITING);
        assert_int_equal(store_fold_meets(&dir, true, "other", 5, &flagged), 0);
        assert_true(flagged);
        /* The root of a volume ignores case whatever its flag says. */
        assert_int_equal(store_fold_meets(&dir, false, "other", 5, NULL), STORE_FOLD_OTHER);
    }
    ahead = 0;
    for (unsigned i = 0; i < MANY; i++) {
        (void)snprintf(name, sizeof(name), "Many%u", i);
        make(&dir, name);
        (void)snprintf(name, sizeof(name), "removed%u" NT_PENDING_SUFFIX, i);
        make(&dir, name);
    }
    for (unsigned i = 0; i < AGES; i++) {
        ahead = ages[i];
        for (unsigned n = 0; n < MANY; n++) {
            (void)snprintf(name, sizeof(name), "mANY%u", n);
            assert_int_equal(meets(&dir, name) & STORE_FOLD_OTHER, 0);
            (void)snprintf(name, sizeof(name), "removed%u", n);
            long r = meets(&dir, name);
            assert_true(r > 0 && (r & STORE_FOLD_WAITING) != 0 && (r & STORE_FOLD_OTHER) == 0);
        }
    }
}

static void all_of_a_large_directory_is_read(void **state)
{
    char name[32];
    bool flagged = true;
    (void)state;
    struct store_object dir = directory("large");
    for (unsigned i = 0; i < MANY; i++) {
        (void)snprintf(name, sizeof(name), "Many%u", i);
        make(&dir, name);
    }
    for (unsigned i = 0; i < AGES; i++) {
        ahead = ages[i];
        for (unsigned n = 0; n < MANY; n++) {
            (void)snprintf(name, sizeof(name), "mANY%u", n);
            assert_int_equal(store_fold_meets(&dir, true, name, strlen(name), &flagged),
                             STORE_FOLD_OTHER);
            assert_false(flagged);
        }
        assert_int_equal(meets(&dir, "mANY"), 0);
    }
}

/* Eight bytes are compared at once, where they are ASCII: short names, what is no letter, what is
 * more. */
static void how_a_name_begins_says_no_more_than_it_does(void **state)
{
    static const char *const names[] = {
        "a",
        "A",
        "a ",
        "aB",
        "a@",
        "a`",
        "a[c",
        "a{C",
        "abcdefgh",
        "ABCDEFGH",
        "abcdefghi",
        "ABCDEFG@",
        "abcdefg`",
        "abcdefg\xC3\xA9",
        "ABCDEFG\xC3\x89",
        "\xC3\xA9"
        "bcdefgh",
        "\xC3\x89"
        "bcdefgh",
        "\xE2\x84\xAA", /* the sign of Kelvin */
        "k",
        "a" NT_PENDING_SUFFIX,
        "abcdefgh" NT_PENDING_SUFFIX,
    };
    (void)state;
    ahead = 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char own[16];
        (void)snprintf(own, sizeof(own), "begins%zu", i);
        struct store_object dir = directory(own);
        make(&dir, names[i]);
        for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
            size_t n = strlen(names[k]);
            bool equal = nt_fold_equal(names[i], strlen(names[i]), names[k], n);
            bool waits =
                strncmp(names[i], names[k], n) == 0 && strcmp(names[i] + n, NT_PENDING_SUFFIX) == 0;
            long expected = i == k  ? STORE_FOLD_SAME
                            : equal ? STORE_FOLD_OTHER
                            : waits ? STORE_FOLD_WAITING
                                    : 0;
            if (meets(&dir, names[k]) != expected)
                fail_msg("%s in the presence of %s", names[k], names[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_entry),
        cmocka_unit_test(a_change_is_met_at_once),
        cmocka_unit_test(a_flagged_directory_has_no_other),
        cmocka_unit_test(all_of_a_large_directory_is_read),
        cmocka_unit_test(how_a_name_begins_says_no_more_than_it_does),
    };
    return cmocka_run_group_tests(tests, setup, clean);
}
