/* SPDX-License-Identifier: MIT */
/* Pending deletions: what is proved to be one, and what only has the name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "nt/names.h"
#include "store/hidden.h"
#include "store/holders.h"
#include "store/pending.h"
#include "store/scratch.h"
#include "store/waiting.h"
#include "sys/patience.h"
#include "sys/sys.h"

#define MARK NT_PENDING_SUFFIX

static char root[] = "/tmp/pending.XXXXXX";

static struct store_object object(const char *name)
{
    static char path[64][PATH_MAX];
    static unsigned turn;
    char *out = path[turn++ % 64];
    (void)snprintf(out, sizeof(path[0]), "%s/%s", root, name);
    return (struct store_object){root, AT_FDCWD, out};
}

/* Makes a file, and holds it: a descriptor. */
static int make(const char *name)
{
    int fd = sys_openat(AT_FDCWD, object(name).path, O_RDWR | O_CREAT | O_EXCL, 0644);
    assert_true(fd >= 0);
    return fd;
}

static bool exists(const char *name)
{
    struct stat st;
    return sys_fstatat(AT_FDCWD, object(name).path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void drop(const char *name)
{
    assert_int_equal(sys_unlinkat(AT_FDCWD, object(name).path, 0), 0);
}

static int setup(void **state)
{
    (void)state;
    return mkdtemp(root) == NULL;
}

static int clean(void **state)
{
    char command[64];
    (void)state;
    (void)snprintf(command, sizeof(command), "rm -rf %s", root);
    return system(command);
}

static enum store_pending look(const char *name)
{
    const struct store_object o = object(name);
    return store_pending_look(&o);
}

static void marked_and_finished(void **state)
{
    (void)state;
    int fd = make("f");
    const struct store_object o = object("f");
    assert_int_equal(store_pending_blocks(&o), 0);
    assert_int_equal(store_pending_mark(&o, false), 0);
    assert_false(exists("f"));
    assert_true(exists("f" MARK));
    assert_true(store_hidden_exists(root));
    assert_int_equal(store_pending_blocks(&o), S_IFREG);
    assert_int_equal(look("f" MARK), STORE_PENDING_HELD);
    assert_int_equal(store_pending_settle(root, false), 1);
    sys_close(fd);
    assert_int_equal(store_pending_settle(root, false), 0);
    assert_false(exists("f" MARK));
    assert_false(store_hidden_exists(root));
}

static void what_only_we_hold_goes_when_we_leave(void **state)
{
    (void)state;
    int fd = make("f");
    const struct store_object o = object("f");
    assert_int_equal(store_pending_mark(&o, false), 0);
    assert_int_equal(store_pending_settle(root, false), 1);
    assert_int_equal(store_pending_settle(root, true), 0);
    assert_false(exists("f" MARK));
    sys_close(fd);
}

/* Who lists a directory meets a name, looks at it, and may be behind whoever finishes it. */
static void what_somebody_else_finished_is_gone(void **state)
{
    (void)state;
    int fd = make("f");
    const struct store_object o = object("f");
    assert_int_equal(store_pending_mark(&o, false), 0);
    sys_close(fd);
    assert_int_equal(store_pending_settle(root, false), 0);
    assert_int_equal(look("f" MARK), STORE_PENDING_GONE);
}

/* How often a process has given the processor away of its own. */
static long pauses_of(pid_t pid)
{
    char name[48];
    char line[128];
    long n = -1;
    (void)snprintf(name, sizeof(name), "/proc/%d/status", (int)pid);
    FILE *f = fopen(name, "re");
    while (f != NULL && n < 0 && fgets(line, sizeof(line), f) != NULL)
        if (strncmp(line, "voluntary_ctxt_switches:", 24) == 0)
            n = strtol(line + 24, NULL, 10);
    if (f != NULL)
        (void)fclose(f);
    return n;
}

/*
 * What another process is told who asks for a name while we are in its way: what we are in the way
 * by is `in_the_way`, and goes once it has waited so often.
 */
static int answer_meanwhile(int (*ask)(void), int in_the_way, long pauses)
{
    int status;
    pid_t asks = fork();
    if (asks == 0) {
        sys_close(in_the_way);
        _exit(ask());
    }
    while (waitpid(asks, &status, WNOHANG) == 0 && in_the_way >= 0)
        if (pauses_of(asks) > pauses) {
            sys_close(in_the_way);
            in_the_way = -1;
        }
    if (in_the_way >= 0)
        sys_close(in_the_way);
    else
        assert_int_equal(waitpid(asks, &status, 0), asks);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int ask_whether_it_blocks(void)
{
    const struct store_object o = object("f");
    return store_pending_blocks(&o) == 0 ? 0 : 1;
}

static int ask_what_it_is(void)
{
    return (int)look("f" MARK);
}

/* Whoever finishes a deletion, or lists the directory, holds the file for a moment: nobody has it
 * open, so its name is free. */
static void who_only_probes_holds_nothing(void **state)
{
    static const struct {
        int (*ask)(void);
        int answer;
    } asked[] = {{ask_whether_it_blocks, 0}, {ask_what_it_is, STORE_PENDING_GONE}};
    (void)state;
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        const struct store_object o = object("f");
        const struct store_object marked = object("f" MARK);
        int fd = make("f");
        assert_int_equal(store_pending_mark(&o, false), 0);
        sys_close(fd);
        int claim = store_try_claim(marked.dfd, marked.path);
        assert_true(claim >= 0);
        assert_int_equal(answer_meanwhile(asked[i].ask, claim, 3), asked[i].answer);
        assert_false(exists("f" MARK));
    }
    assert_false(store_hidden_exists(root));
}

/* The same of whoever has the list, and is kept from a processor. */
static void who_has_the_list_holds_nothing(void **state)
{
    (void)state;
    const struct store_object o = object("f");
    int fd = make("f");
    assert_int_equal(store_pending_mark(&o, false), 0);
    sys_close(fd);
    int list = store_waiting_lock(root, STORE_WAITING_LATER);
    assert_true(list >= 0);
    assert_int_equal(answer_meanwhile(ask_whether_it_blocks, list, 2 * SYS_SHORT_PATIENCE), 0);
    assert_false(exists("f" MARK));
    assert_int_equal(store_pending_settle(root, false), 0);
    assert_false(store_hidden_exists(root));
}

/* Who makes the list has it locked before anything is in it; who was killed then has not. */
static void an_empty_list_is_of_who_has_it_locked(void **state)
{
    (void)state;
    int list = store_waiting_lock(root, STORE_WAITING_MADE);
    assert_true(list >= 0);
    store_hidden_tidy(root);
    assert_int_equal(store_pending_settle(root, false), 0);
    assert_true(store_hidden_exists(root));
    sys_close(list);
    assert_int_equal(store_pending_settle(root, false), 0);
    assert_false(store_hidden_exists(root));
}

static void a_name_proves_nothing(void **state)
{
    (void)state;
    const struct store_object dir = object("d" MARK);
    int fd = make("f" MARK);
    assert_int_equal(sys_mkdirat(AT_FDCWD, dir.path, 0755), 0);
    assert_int_equal(look("f" MARK), STORE_NOT_PENDING);
    assert_int_equal(look("d" MARK), STORE_NOT_PENDING);
    const struct store_object inside = object("d" MARK "/x");
    assert_false(store_pending_directory(&inside));
    sys_close(fd);
    assert_int_equal(look("f" MARK), STORE_NOT_PENDING);
    assert_int_equal(store_pending_settle(root, true), 0);
    assert_true(exists("f" MARK));
    drop("f" MARK);
    assert_int_equal(sys_unlinkat(AT_FDCWD, dir.path, AT_REMOVEDIR), 0);
}

static void a_taken_name_is_not_marked(void **state)
{
    (void)state;
    int other = make("f" MARK);
    int fd = make("f");
    const struct store_object o = object("f");
    assert_int_equal(store_pending_mark(&o, false), -EEXIST);
    assert_true(exists("f"));
    assert_int_equal(look("f" MARK), STORE_NOT_PENDING);
    assert_false(store_hidden_exists(root));
    sys_close(other);
    sys_close(fd);
    drop("f" MARK);
    drop("f");
}

/* A file by another name, in another directory, or another file by the name: not what was noted. */
static void a_note_is_of_one_file_by_one_name(void **state)
{
    (void)state;
    int fd = make("f");
    const struct store_object o = object("f");
    const struct store_object marked = object("f" MARK);
    const struct store_object moved = object("g" MARK);
    const struct store_object dir = object("d");
    const struct store_object below = object("d/f" MARK);
    assert_int_equal(store_pending_mark(&o, false), 0);
    sys_close(fd);
    assert_int_equal(sys_linkat(AT_FDCWD, marked.path, AT_FDCWD, moved.path, 0), 0);
    assert_int_equal(look("g" MARK), STORE_NOT_PENDING);
    assert_int_equal(sys_mkdirat(AT_FDCWD, dir.path, 0755), 0);
    assert_int_equal(sys_renameat2(AT_FDCWD, marked.path, AT_FDCWD, below.path, 0), 0);
    assert_int_equal(look("d/f" MARK), STORE_NOT_PENDING);
    sys_close(make("f" MARK));
    assert_int_equal(look("f" MARK), STORE_NOT_PENDING);
    assert_int_equal(store_pending_settle(root, true), 0);
    assert_true(exists("f" MARK) && exists("g" MARK) && exists("d/f" MARK));
    assert_false(store_hidden_exists(root));
    drop("f" MARK);
    drop("g" MARK);
    drop("d/f" MARK);
    assert_int_equal(sys_unlinkat(AT_FDCWD, dir.path, AT_REMOVEDIR), 0);
}

/* Who comes to the name between the look and the removal gets his file back. */
static void what_came_at_the_last_moment_is_given_back(void **state)
{
    (void)state;
    uint64_t number;
    struct store_identity id;
    int fd = make("f");
    const struct store_object o = object("f");
    const struct store_object marked = object("f" MARK);
    assert_int_equal(store_pending_mark(&o, false), 0);
    assert_int_equal(store_waiting_identify(&marked, &marked, &number, &id), 0);
    int list = store_waiting_lock(root, STORE_WAITING_LATER);
    assert_true(list >= 0);
    assert_true(store_waiting_noted(list, number, NULL));
    drop("f" MARK);
    sys_close(make("f" MARK));
    assert_int_equal(store_waiting_remove(list, &marked, number, &id), -ESTALE);
    assert_true(exists("f" MARK));
    store_waiting_unlock(root, list);
    sys_close(fd);
    assert_int_equal(store_pending_settle(root, false), 0);
    assert_true(exists("f" MARK));
    drop("f" MARK);
    assert_false(store_hidden_exists(root));
}

static void directories(void **state)
{
    (void)state;
    const struct store_object o = object("d");
    const struct store_object inside = object("d" MARK "/x");
    assert_int_equal(sys_mkdirat(AT_FDCWD, o.path, 0755), 0);
    int fd = sys_openat(AT_FDCWD, o.path, O_RDONLY | O_DIRECTORY, 0);
    assert_int_equal(store_pending_mark(&o, false), 0);
    assert_true(store_pending_directory(&inside));
    const struct store_object by_fd = {root, fd, "x"};
    assert_true(store_pending_directory(&by_fd));
    char path[PATH_MAX];
    size_t n = (size_t)snprintf(path, sizeof(path), "%s/d" MARK, root);
    assert_int_equal(store_pending_unmark(root, path, n), n - strlen(MARK));
    sys_close(fd);
    assert_int_equal(store_pending_settle(root, false), 0);
    assert_false(exists("d" MARK));
    assert_false(store_hidden_exists(root));
}

/* Only this drive's own is one, by whatever name it has come. */
static void the_hidden_directory_has_its_roots_identity(void **state)
{
    (void)state;
    char path[PATH_MAX];
    int hidden = store_hidden_make(root);
    assert_true(hidden >= 0);
    const struct store_object o = {root, hidden, ""};
    assert_true(store_object_path(&o, path) > 0);
    const char *name = store_leaf(path);
    assert_true(store_hidden_is_in(root, name));
    const struct store_object other = object("other");
    assert_int_equal(sys_mkdirat(AT_FDCWD, other.path, 0755), 0);
    assert_false(store_hidden_is_in(other.path, name));
    assert_false(store_hidden_exists(other.path));
    assert_false(store_hidden_is_in(root, ".lxshim" MARK "facts"));
    sys_close(hidden);
    assert_int_equal(sys_unlinkat(AT_FDCWD, other.path, AT_REMOVEDIR), 0);
    store_hidden_tidy(root);
    assert_false(store_hidden_exists(root));
}

static void scratch_files(void **state)
{
    char name[STORE_SCRATCH_NAME];
    char other[STORE_SCRATCH_NAME];
    (void)state;
    int fd = store_scratch_make(root, name);
    int left = store_scratch_make(root, other);
    assert_true(fd >= 0 && left >= 0);
    store_scratch_sweep(root); /* somebody writes to them */
    const struct store_object to = object("f");
    sys_close(make("f"));
    assert_int_equal(store_scratch_place(root, name, to.path), 0);
    struct stat there;
    struct stat meant;
    assert_int_equal(sys_fstatat(AT_FDCWD, to.path, &there, 0), 0);
    assert_int_equal(sys_fstat(fd, &meant), 0);
    assert_int_equal(there.st_ino, meant.st_ino);
    sys_close(fd);
    sys_close(left); /* as a killed process leaves one */
    assert_int_equal(store_pending_settle(root, false), 0);
    assert_false(store_hidden_exists(root));
    drop("f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marked_and_finished),
        cmocka_unit_test(what_only_we_hold_goes_when_we_leave),
        cmocka_unit_test(what_somebody_else_finished_is_gone),
        cmocka_unit_test(who_only_probes_holds_nothing),
        cmocka_unit_test(who_has_the_list_holds_nothing),
        cmocka_unit_test(an_empty_list_is_of_who_has_it_locked),
        cmocka_unit_test(a_name_proves_nothing),
        cmocka_unit_test(a_taken_name_is_not_marked),
        cmocka_unit_test(a_note_is_of_one_file_by_one_name),
        cmocka_unit_test(what_came_at_the_last_moment_is_given_back),
        cmocka_unit_test(directories),
        cmocka_unit_test(the_hidden_directory_has_its_roots_identity),
        cmocka_unit_test(scratch_files),
    };
    return cmocka_run_group_tests(tests, setup, clean);
}
