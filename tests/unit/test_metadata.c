/* SPDX-License-Identifier: MIT */
/*
 * store/metadata: what is noted of a file, what is there in Windows' form, and until when it is
 * remembered. Whether an answer comes from memory is told by asking with a stat from before a
 * change: the kernel says what is there by now, memory what that stat stands for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/age.h"
#include "store/metadata.h"
#include "sys/sys.h"

#define LATER (5 * STORE_SECOND)

static char root[] = "/tmp/metadata.XXXXXX";
static char path[64];
static bool keeps;     /* the file system has user attributes */
static bool remembers; /* and is one of those that keep times */

/* The kernel's clock, as much ahead as a test wants. */
static int64_t ahead;
static int clock_ahead(clockid_t clock, struct timespec *now)
{
    int r = clock_gettime(clock, now);
    now->tv_sec += ahead / STORE_SECOND;
    return r;
}

static struct store_object make(const char *name, struct stat *st)
{
    (void)snprintf(path, sizeof(path), "%s/%s", root, name);
    int fd = sys_openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(sys_fstat(fd, st), 0);
    sys_close(fd);
    return (struct store_object){root, AT_FDCWD, path};
}

static struct store_metadata ask(const struct store_object *o, const struct stat *st)
{
    struct store_metadata m;
    assert_int_equal(store_metadata_get(o, st, &m), 0);
    return m;
}

static unsigned has(const struct store_object *o)
{
    struct stat st;
    assert_int_equal(stat(o->path, &st), 0);
    return ask(o, &st).has;
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
    keeps = setxattr(o.path, "user.probe", "1", 1, 0) == 0;
    assert_int_equal(stat(o.path, &st), 0);
    (void)ask(&o, &st);
    (void)ask(&o, &st);
    if (keeps)
        assert_int_equal(setxattr(o.path, STORE_METADATA, "1", 1, 0), 0);
    remembers = keeps && ask(&o, &st).has == 0;
    return 0;
}

static int clean(void **state)
{
    char command[64];
    (void)state;
    (void)snprintf(command, sizeof(command), "rm -rf %s", root);
    return system(command);
}

static void each_field_is_noted_by_itself(void **state)
{
    struct stat st;
    (void)state;
    if (!keeps)
        skip(); /* no user attributes here */
    struct store_object o = make("fields", &st);
    assert_int_equal(has(&o), 0);
    assert_int_equal(store_metadata_note(&o, NT_LX_MODE), 0);
    assert_int_equal(has(&o), NT_LX_MODE);
    assert_int_equal(store_metadata_note(&o, NT_LX_UID), 0);
    assert_int_equal(has(&o), NT_LX_MODE | NT_LX_UID);
    assert_int_equal(store_metadata_drop(&o, NT_LX_MODE), 0);
    assert_int_equal(has(&o), NT_LX_UID);
    assert_int_equal(store_metadata_note(&o, NT_LX_OWNED), 0);
    assert_int_equal(has(&o), NT_LX_OWNED);
    assert_int_equal(store_metadata_drop(&o, NT_LX_GID), 0);
    assert_int_equal(has(&o), NT_LX_MODE | NT_LX_UID);
    assert_int_equal(store_metadata_drop(&o, NT_LX_ALL), 0);
    assert_int_equal(has(&o), 0);
    assert_int_equal(listxattr(o.path, NULL, 0), 0);
}

static void windows_form_counts_first(void **state)
{
    struct stat st;
    const struct nt_lx lx = {.uid = 7, .mode = 0100600};
    (void)state;
    if (!keeps)
        skip(); /* no user attributes here */
    struct store_object o = make("form", &st);
    assert_int_equal(store_metadata_note(&o, NT_LX_OWNED), 0);
    assert_int_equal(store_metadata_set(&o, &lx, NT_LX_UID), 0);
    assert_int_equal(setxattr(o.path, "user.$LXMOD", "\x80\x81\0\0", 4, 0), 0);
    assert_int_equal(setxattr(o.path, "user.$lxgid", "1234", 4, 0), 0);
    assert_int_equal(stat(o.path, &st), 0);
    struct store_metadata m = ask(&o, &st);
    assert_int_equal(m.has, NT_LX_OWNED);
    assert_int_equal(m.lx.has, NT_LX_UID | NT_LX_MODE);
    assert_int_equal(m.lx.good, NT_LX_UID | NT_LX_MODE);
    assert_int_equal(m.lx.uid, 7);
    assert_int_equal(m.lx.mode, 0100600);
    assert_int_equal(store_metadata_drop(&o, NT_LX_UID), 0);
    assert_int_equal(has(&o), NT_LX_GID | NT_LX_MODE);
}

static void more_names_than_a_file_has(void **state)
{
    struct stat st;
    (void)state;
    if (!keeps)
        skip(); /* no user attributes here */
    struct store_object o = make("many", &st);
    for (unsigned i = 0; i < 24; i++) {
        char name[64];
        (void)snprintf(name, sizeof(name), "user.a-name-of-some-length.%u", i);
        assert_int_equal(setxattr(o.path, name, "", 0, 0), 0);
    }
    assert_int_equal(store_metadata_note(&o, NT_LX_MODE), 0);
    assert_int_equal(has(&o), NT_LX_MODE);
}

static void what_is_known_is_not_asked_for_until_it_changes(void **state)
{
    struct stat before;
    (void)state;
    if (!remembers)
        skip(); /* this file system is asked each time */
    struct store_object o = make("known", &before);
    assert_int_equal(ask(&o, &before).has, 0);
    assert_int_equal(ask(&o, &before).has, 0);
    assert_int_equal(setxattr(o.path, STORE_METADATA_MODE, "1", 1, 0), 0);
    assert_int_equal(ask(&o, &before).has, 0);
    assert_int_equal(has(&o), NT_LX_MODE);
}

/* At a path another file may come in between: one answer is none yet. */
static void one_answer_by_a_path_is_not_kept(void **state)
{
    struct stat before;
    (void)state;
    if (!remembers)
        skip(); /* this file system is asked each time */
    struct store_object o = make("once", &before);
    assert_int_equal(ask(&o, &before).has, 0);
    assert_int_equal(setxattr(o.path, STORE_METADATA_MODE, "1", 1, 0), 0);
    assert_int_equal(ask(&o, &before).has, NT_LX_MODE);
    o = make("open", &before);
    int fd = sys_openat(AT_FDCWD, o.path, O_RDONLY, 0);
    const struct store_object open = {root, fd, ""};
    assert_int_equal(ask(&open, &before).has, 0);
    assert_int_equal(setxattr(o.path, STORE_METADATA_MODE, "1", 1, 0), 0);
    assert_int_equal(ask(&open, &before).has, 0);
    sys_close(fd);
}

static void a_young_or_marked_file_is_asked_for_each_time(void **state)
{
    struct stat before;
    (void)state;
    if (!remembers)
        skip(); /* this file system is asked each time */
    for (unsigned marked = 0; marked < 2; marked++) {
        struct store_object o = make(marked ? "marked" : "young", &before);
        if (marked)
            before.st_mode |= STORE_MARK;
        ahead = marked ? LATER : 0;
        for (unsigned i = 0; i < 3; i++)
            assert_int_equal(ask(&o, &before).has, 0);
        ahead = LATER;
        assert_int_equal(setxattr(o.path, STORE_METADATA_MODE, "1", 1, 0), 0);
        assert_int_equal(ask(&o, &before).has, NT_LX_MODE);
    }
}

/* A run's memory has what another process has found; without it that would be asked for again. */
static void what_another_process_of_a_run_has_found_is_not_asked_for(void **state)
{
    const size_t count = 64;
    struct stat before;
    int status = -1;
    (void)state;
    if (!remembers)
        skip(); /* this file system is asked each time */
    _Atomic uint64_t *found = mmap(NULL, count * sizeof(*found), PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(found, MAP_FAILED);
    store_metadata_share(found, count);
    struct store_object o = make("shared", &before);
    pid_t child = fork();
    if (child == 0) {
        struct store_metadata m;
        _exit(store_metadata_get(&o, &before, &m) == 0 && store_metadata_get(&o, &before, &m) == 0
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(setxattr(o.path, STORE_METADATA_MODE, "1", 1, 0), 0);
    assert_int_equal(ask(&o, &before).has, 0);
    assert_int_equal(has(&o), NT_LX_MODE);
    store_metadata_share(NULL, 0);
    assert_int_equal(ask(&o, &before).has, NT_LX_MODE);
    munmap((void *)found, count * sizeof(*found));
}

/* Files that would have one place of memory have as many as there are ways. */
static void files_do_not_take_each_others_places(void **state)
{
    static const char *const names[STORE_METADATA_WAYS] = {"one", "two", "three", "four"};
    static _Atomic uint64_t found[STORE_METADATA_WAYS];
    struct stat before[STORE_METADATA_WAYS];
    int fds[STORE_METADATA_WAYS];
    (void)state;
    if (!remembers)
        skip(); /* this file system is asked each time */
    store_metadata_share(found, STORE_METADATA_WAYS);
    for (unsigned i = 0; i < STORE_METADATA_WAYS; i++) {
        struct store_object o = make(names[i], &before[i]);
        fds[i] = sys_openat(AT_FDCWD, o.path, O_RDONLY, 0);
        assert_int_equal(ask(&(struct store_object){root, fds[i], ""}, &before[i]).has, 0);
    }
    for (unsigned i = 0; i < STORE_METADATA_WAYS; i++) {
        const struct store_object open = {root, fds[i], ""};
        assert_int_equal(fsetxattr(fds[i], STORE_METADATA_MODE, "1", 1, 0), 0);
        assert_int_equal(ask(&open, &before[i]).has, 0);
        sys_close(fds[i]);
    }
    store_metadata_share(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_is_noted_by_itself),
        cmocka_unit_test(windows_form_counts_first),
        cmocka_unit_test(more_names_than_a_file_has),
        cmocka_unit_test(what_is_known_is_not_asked_for_until_it_changes),
        cmocka_unit_test(one_answer_by_a_path_is_not_kept),
        cmocka_unit_test(a_young_or_marked_file_is_asked_for_each_time),
        cmocka_unit_test(what_another_process_of_a_run_has_found_is_not_asked_for),
        cmocka_unit_test(files_do_not_take_each_others_places),
    };
    return cmocka_run_group_tests(tests, setup, clean);
}
