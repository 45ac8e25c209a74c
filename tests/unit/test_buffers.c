/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of empty files: that they have no reparse buffer, and when that is forgotten.
 * Whether an answer comes from memory is told by asking with a stat from before a change: the
 * kernel says what is there by now, memory what that stat stands for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/age.h"
#include "store/buffers.h"
#include "store/sidecar_attr.h"
#include "sys/sys.h"

#define LATER (5 * STORE_SECOND)

static char root[] = "/tmp/buffers.XXXXXX";
static char path[64];
static bool remembers; /* the file system is one of those that keep times */

/* The kernel's clock, as much ahead as a test wants. */
static int64_t ahead;
static int clock_ahead(clockid_t clock, struct timespec *now)
{
    int r = clock_gettime(clock, now);
    now->tv_sec += ahead / STORE_SECOND;
    now->tv_nsec += ahead % STORE_SECOND;
    if (now->tv_nsec >= STORE_SECOND) {
        now->tv_nsec -= STORE_SECOND;
        now->tv_sec++;
    }
    return r;
}

/* A new empty file, and what a stat says of it. */
static struct store_object make(const char *name, struct stat *st)
{
    (void)snprintf(path, sizeof(path), "%s/%s", root, name);
    int fd = sys_openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(sys_fstat(fd, st), 0);
    sys_close(fd);
    return (struct store_object){root, AT_FDCWD, path};
}

static long ask(const struct store_object *o, const struct stat *st)
{
    char value[16];
    return store_buffer_get(o, st, value, sizeof(value));
}

static void ask_until_known(const struct store_object *o, const struct stat *st)
{
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(ask(o, st), -ENODATA);
}

/* As another process does, that never heard of us. */
static void set_natively(const struct store_object *o)
{
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(setxattr(o->path, STORE_REPARSE, "12345678", 8, 0) == 0 ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static int setup(void **state)
{
    struct stat st;
    (void)state;
    if (mkdtemp(root) == NULL)
        return 1;
    atomic_store(&sys_clock, clock_ahead);
    ahead = LATER;
    struct store_object o = make("probe", &st);
    if (setxattr(o.path, STORE_REPARSE, "12345678", 8, 0) < 0)
        return 0;
    assert_int_equal(removexattr(o.path, STORE_REPARSE), 0);
    assert_int_equal(stat(o.path, &st), 0);
    ask_until_known(&o, &st);
    set_natively(&o);
    remembers = ask(&o, &st) == -ENODATA;
    return 0;
}

static int clean(void **state)
{
    char command[64];
    (void)state;
    (void)snprintf(command, sizeof(command), "rm -rf %s", root);
    return system(command);
}

static void a_known_file_is_not_asked_for_until_it_changes(void **state)
{
    struct stat before;
    struct stat after;
    (void)state;
    if (!remembers)
        skip(); /* this file system is asked each time */
    struct store_object o = make("known", &before);
    ask_until_known(&o, &before);
    set_natively(&o);
    assert_int_equal(ask(&o, &before), -ENODATA);
    assert_int_equal(stat(o.path, &after), 0);
    assert_int_equal(ask(&o, &after), 8);
    assert_int_equal(removexattr(o.path, STORE_REPARSE), 0);
    assert_int_equal(stat(o.path, &after), 0);
    assert_int_equal(ask(&o, &after), -ENODATA);
}

/* Within one tick of the clock a second change leaves the time as it is. */
static void a_young_file_is_asked_for_each_time(void **state)
{
    const int64_t ages[] = {0, STORE_YOUNG / 2, STORE_YOUNG - 1000000};
    struct stat st;
    (void)state;
    if (!remembers)
        skip(); /* this file system is asked each time */
    for (unsigned i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "young.%u", i);
        struct store_object o = make(name, &st);
        struct timespec now;
        assert_int_equal(clock_gettime(CLOCK_REALTIME_COARSE, &now), 0);
        ahead = st.st_ctim.tv_sec * STORE_SECOND + st.st_ctim.tv_nsec + ages[i] -
                (now.tv_sec * STORE_SECOND + now.tv_nsec);
        /* Whatever the clock did meanwhile, it has to be young. */
        ahead -= STORE_SECOND / 1000;
        ask_until_known(&o, &st);
        ahead = LATER;
        set_natively(&o);
        assert_int_equal(ask(&o, &st), 8);
    }
}

/* Times of a file system that keeps whole seconds say less. */
static void whole_seconds_settle_late(void **state)
{
    struct stat st = {.st_ctim = {.tv_sec = 1000, .tv_nsec = 0}};
    (void)state;
    assert_int_equal(store_settles_at(&st), 1000 * STORE_SECOND + STORE_YOUNG_COARSE);
    st.st_ctim.tv_nsec = 20000000; /* a tick of 10 ms, of a file system that keeps no more */
    assert_int_equal(store_settles_at(&st), 1000 * STORE_SECOND + 20000000 + STORE_YOUNG_COARSE);
    st.st_ctim.tv_nsec = 123456700;
    assert_int_equal(store_settles_at(&st), 1000 * STORE_SECOND + 123456700 + STORE_YOUNG);
}

static void a_marked_file_is_asked_for_each_time(void **state)
{
    struct stat st;
    (void)state;
    if (!remembers)
        skip(); /* this file system is asked each time */
    struct store_object o = make("marked", &st);
    st.st_mode |= STORE_MARK;
    ask_until_known(&o, &st);
    set_natively(&o);
    assert_int_equal(ask(&o, &st), 8);
}

/* Who asked by a path was told of what is there by now, which need not be what was looked at. */
static void what_took_its_place_says_nothing_of_it(void **state)
{
    char other[64];
    struct stat link;
    struct stat plain;
    (void)state;
    if (!remembers)
        skip(); /* this file system is asked each time */
    struct store_object o = make("plain", &plain);
    (void)snprintf(other, sizeof(other), "%s/plain", root);
    o = make("link", &link);
    set_natively(&o);
    assert_int_equal(stat(o.path, &link), 0);
    /* The stat is of the link, and then the other file is asked. */
    const struct store_object elsewhere = {root, AT_FDCWD, other};
    ask_until_known(&elsewhere, &link);
    assert_int_equal(ask(&o, &link), 8);
}

static void of_a_descriptor_the_first_answer_counts(void **state)
{
    struct stat before;
    struct stat after;
    (void)state;
    if (!remembers)
        skip(); /* this file system is asked each time */
    struct store_object o = make("open", &before);
    int fd = sys_openat(AT_FDCWD, o.path, O_RDONLY, 0);
    const struct store_object open = {root, fd, ""};
    assert_int_equal(ask(&open, &before), -ENODATA);
    set_natively(&o);
    assert_int_equal(ask(&open, &before), -ENODATA);
    assert_int_equal(sys_fstat(fd, &after), 0);
    assert_int_equal(ask(&open, &after), 8);
    sys_close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_file_is_not_asked_for_until_it_changes),
        cmocka_unit_test(a_young_file_is_asked_for_each_time),
        cmocka_unit_test(whole_seconds_settle_late),
        cmocka_unit_test(a_marked_file_is_asked_for_each_time),
        cmocka_unit_test(what_took_its_place_says_nothing_of_it),
        cmocka_unit_test(of_a_descriptor_the_first_answer_counts),
    };
    return cmocka_run_group_tests(tests, setup, clean);
}
