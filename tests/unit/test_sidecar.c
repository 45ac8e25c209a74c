/* SPDX-License-Identifier: MIT */
/* Facts beside files: one writer, two at once, and who comes when they go. */
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

#include "store/hidden.h"
#include "store/sidecar.h"
#include "store/sidecar_attr.h"
#include "sys/sys.h"

#define SIZE   1000000
#define ROUNDS 40

static char root[] = "/tmp/sidecar.XXXXXX";

static struct store_object object(const char *name)
{
    static char path[8][64];
    static unsigned turn;
    char *out = path[turn++ % 8];
    (void)snprintf(out, sizeof(path[0]), "%s/%s", root, name);
    return (struct store_object){root, AT_FDCWD, out};
}

static void make(const char *name)
{
    int fd = sys_openat(AT_FDCWD, object(name).path, O_WRONLY | O_CREAT | O_EXCL, 0644);
    assert_true(fd >= 0);
    sys_close(fd);
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

static mode_t mode_of(const struct store_object *o)
{
    struct stat st;
    assert_int_equal(sys_fstatat(AT_FDCWD, o->path, &st, 0), 0);
    return st.st_mode & 07777;
}

static void as_xattrs_do(void **state)
{
    char value[16];
    char list[64];
    (void)state;
    make("one");
    struct store_object o = object("one");
    assert_int_equal(store_sidecar_get(&o, "user.a", value, sizeof(value)), -ENODATA);
    assert_int_equal(store_sidecar_list(&o, list, sizeof(list)), 0);
    assert_int_equal(store_sidecar_remove(&o, "user.a"), -ENODATA);
    assert_false(store_hidden_exists(root));

    assert_int_equal(store_sidecar_set(&o, "user.a", "first", 5), 0);
    assert_int_equal(mode_of(&o), 01644);
    assert_true(store_hidden_exists(root));
    assert_int_equal(store_sidecar_set(&o, "user.a", "12", 2), 0);
    assert_int_equal(store_sidecar_get(&o, "user.a", NULL, 0), 2);
    assert_int_equal(store_sidecar_get(&o, "user.a", value, 1), -ERANGE);
    assert_int_equal(store_sidecar_get(&o, "user.a", value, sizeof(value)), 2);
    assert_memory_equal(value, "12", 2);
    assert_int_equal(store_sidecar_set(&o, "user.b", "", 0), 0);
    assert_int_equal(store_sidecar_get(&o, "user.b", value, sizeof(value)), 0);
    assert_int_equal(store_sidecar_list(&o, NULL, 0), 14);
    assert_int_equal(store_sidecar_list(&o, list, 13), -ERANGE);
    assert_int_equal(store_sidecar_list(&o, list, sizeof(list)), 14);
    assert_int_equal(store_sidecar_remove(&o, "user.b"), 0);
    assert_int_equal(store_sidecar_list(&o, list, sizeof(list)), 7);
    assert_string_equal(list, "user.a");

    /* By a descriptor, and by one that cannot read. */
    int fd = sys_openat(AT_FDCWD, o.path, O_PATH | O_CLOEXEC, 0);
    o = (struct store_object){root, fd, ""};
    assert_int_equal(store_sidecar_get(&o, "user.a", value, sizeof(value)), 2);
    assert_int_equal(store_sidecar_set(&o, "user.a", "333", 3), 0);
    sys_close(fd);
    o = object("one");
    assert_int_equal(store_sidecar_get(&o, "user.a", value, sizeof(value)), 3);
}

static void follows_its_object(void **state)
{
    char key[STORE_SIDECAR_KEY];
    char again[STORE_SIDECAR_KEY];
    char value[16];
    (void)state;
    make("two");
    struct store_object from = object("two");
    struct store_object to = object("renamed");
    assert_int_equal(store_sidecar_set(&from, "user.a", "x", 1), 0);
    assert_int_equal(sys_renameat2(AT_FDCWD, from.path, AT_FDCWD, to.path, 0), 0);
    assert_int_equal(store_sidecar_get(&to, "user.a", value, sizeof(value)), 1);
    make("two"); /* of the same name, and another file */
    assert_int_equal(store_sidecar_get(&from, "user.a", value, sizeof(value)), -ENODATA);

    /* A second name keeps the facts; the mark is what tells of them. */
    assert_true(store_sidecar_about(&to, key));
    struct store_object other = object("other");
    assert_int_equal(sys_linkat(AT_FDCWD, to.path, AT_FDCWD, other.path, 0), 0);
    assert_false(store_sidecar_about(&other, again));
    assert_int_equal(sys_unlinkat(AT_FDCWD, other.path, 0), 0);
    to = object("renamed");
    assert_true(store_sidecar_about(&to, again));
    assert_string_equal(key, again);
    from = object("two");
    assert_false(store_sidecar_about(&from, again));

    store_sidecar_drop(root, key);
    assert_int_equal(store_sidecar_get(&to, "user.a", value, sizeof(value)), -ENODATA);
    store_sidecar_drop(root, key); /* of nothing */
}

static void has_no_place(void **state)
{
    char value[4];
    (void)state;
    /* On another file system than the root; in no drive; a symlink; a file that is not there. */
    struct store_object o = {root, AT_FDCWD, "/proc/self/status"};
    assert_true(store_sidecar_set(&o, "user.a", "x", 1) < 0);
    assert_int_equal(store_sidecar_get(&o, "user.a", value, sizeof(value)), -ENODATA);
    o = object("one");
    o.root = NULL;
    assert_int_equal(store_sidecar_set(&o, "user.a", "x", 1), -EOPNOTSUPP);
    assert_int_equal(store_sidecar_get(&o, "user.a", value, sizeof(value)), -ENODATA);
    o = object("missing");
    assert_int_equal(store_sidecar_set(&o, "user.a", "x", 1), -ENOENT);
    assert_int_equal(store_sidecar_get(&o, "user.a", value, sizeof(value)), -ENOENT);
    /* A device's numbers are its own: those of /dev/shm are not the drive's. */
    char shm[] = "/dev/shm/sidecar.XXXXXX";
    int fd = mkstemp(shm);
    if (fd >= 0) {
        o = (struct store_object){root, AT_FDCWD, shm};
        assert_int_equal(store_sidecar_set(&o, "user.a", "x", 1), -EOPNOTSUPP);
        close(fd);
        unlink(shm);
    }
}

/* A value of one letter, as long as no write is done at once by chance. `gone`: the errno that is
 * no mistake, or 0. */
/* The text of a root has any address: that of another's that was asked about before, too. */
static void another_drive_at_one_address(void **state)
{
    char other[] = "/tmp/sidecar.XXXXXX";
    char text[sizeof(root)];
    char file[sizeof(other) + 2];
    char key[STORE_SIDECAR_KEY];
    (void)state;
    assert_non_null(mkdtemp(other));
    snprintf(file, sizeof(file), "%s/f", other);
    strcpy(text, other);
    const struct store_object bare = {text, AT_FDCWD, file};
    assert_false(store_sidecar_about(&bare, key)); /* nothing is there, and that is remembered */
    make("f");
    const struct store_object o = object("f");
    assert_int_equal(store_sidecar_set(&o, "user.a", "1", 1), 0);
    strcpy(text, root);
    const struct store_object same = {text, AT_FDCWD, o.path};
    assert_true(store_sidecar_about(&same, key));
    store_sidecar_drop(root, key);
    assert_int_equal(rmdir(other), 0);
}

static void write_letter(char letter, long gone)
{
    static char value[SIZE];
    const struct store_object o = object("shared");
    memset(value, letter, sizeof(value));
    for (unsigned i = 0; i < ROUNDS; i++) {
        long r = store_sidecar_set(&o, "user.s", value, sizeof(value));
        if (r != 0 && r != gone)
            _exit(1);
    }
    _exit(0);
}

static void whole(const char *value, long n)
{
    assert_int_equal(n, SIZE);
    for (long i = 1; i < n; i++)
        if (value[i] != value[0])
            fail_msg("%c, and %c at %ld", value[0], value[i], i);
}

static void two_writers(void **state)
{
    static char value[SIZE];
    char list[256];
    pid_t writers[2];
    unsigned ended = 0;
    (void)state;
    make("shared");
    const struct store_object o = object("shared");
    memset(value, 'z', sizeof(value));
    assert_int_equal(store_sidecar_set(&o, "user.s", value, sizeof(value)), 0);
    for (int i = 0; i < 2; i++) {
        writers[i] = fork();
        if (writers[i] == 0)
            write_letter((char)('a' + i), 0);
    }
    while (ended < 2) {
        int status;
        long n = store_sidecar_get(&o, "user.s", value, sizeof(value));
        whole(value, n);
        if (waitpid(-1, &status, WNOHANG) > 0) {
            assert_int_equal(status, 0);
            ended++;
        }
    }
    assert_int_equal(store_sidecar_list(&o, list, sizeof(list)), sizeof("user.s"));
}

/* Who writes while another drops everything writes, or hears that the object is gone. */
static void writer_and_remover(void **state)
{
    char key[STORE_SIDECAR_KEY];
    static char value[SIZE];
    int status;
    (void)state;
    struct store_object o = object("shared");
    assert_true(store_sidecar_about(&o, key));
    pid_t writer = fork();
    if (writer == 0)
        write_letter('w', -ENOENT);
    while (waitpid(writer, &status, WNOHANG) == 0)
        store_sidecar_drop(root, key);
    assert_int_equal(status, 0);
    long n = store_sidecar_get(&o, "user.s", value, sizeof(value));
    if (n != -ENODATA)
        whole(value, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_xattrs_do), cmocka_unit_test(follows_its_object),
        cmocka_unit_test(has_no_place), cmocka_unit_test(another_drive_at_one_address),
        cmocka_unit_test(two_writers),  cmocka_unit_test(writer_and_remover),
    };
    return cmocka_run_group_tests(tests, setup, clean);
}
