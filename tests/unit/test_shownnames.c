/* SPDX-License-Identifier: MIT */
/* Last names by which a run may show something of its own: as fnmatch finds them in every.def; and
 * in which directories it never does. */
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fs/procfs/files.h"

static const char *const names[] = {
#define FILE(directory, name, rule, when, write)                           name,
#define PLACE(directory, name, rule, kind)                                 name,
#define LACKS(directory, name, since)                                      name,
#define ABSENT(directory, name, rule)                                      name,
#define SINCE(directory, name, rule, since)                                name,
#define NODE(directory, name, eras, count, major, minor, mode, gid, error) name,
#include "fs/procfs/every.def"
};

static const char *const directories[] = {
#define FILE(directory, name, rule, when, write)                           directory,
#define PLACE(directory, name, rule, kind)                                 directory,
#define LACKS(directory, name, since)                                      directory,
#define ABSENT(directory, name, rule)                                      directory,
#define SINCE(directory, name, rule, since)                                directory,
#define NODE(directory, name, eras, count, major, minor, mode, gid, error) directory,
#include "fs/procfs/every.def"
};

#define NAMES (sizeof(names) / sizeof(names[0]))

/* A row's name in fnmatch's words: a star is a number, a question mark a letter. */
static void pattern_of(const char *name, char out[128])
{
    for (out[0] = '\0'; *name != '\0'; name++) {
        const char one[] = {*name, '\0'};
        strcat(out, *name == '*' ? "+([0-9])" : *name == '?' ? "[a-z]" : one);
    }
}

static bool is_expected(const char *name)
{
    char pattern[128];
    for (size_t i = 0; i < NAMES; i++) {
        pattern_of(names[i], pattern);
        if (fnmatch(pattern, name, FNM_EXTMATCH) == 0)
            return true;
    }
    return false;
}

/* One of those that a row's name stands for. */
static void sample(const char *name, char out[64])
{
    size_t n = 0;
    for (; *name != '\0'; name++) {
        int digits = *name == '*' ? 1 + rand() % 3 : 0;
        for (int i = 0; i < digits; i++)
            out[n++] = (char)('0' + rand() % 10);
        if (*name != '*')
            out[n++] = (char)(*name == '?' ? 'a' + rand() % 26 : *name);
    }
    out[n] = '\0';
}

static void test_every_name_is_found(void **state)
{
    char name[64];
    (void)state;
    for (size_t i = 0; i < NAMES; i++) {
        sample(names[i], name);
        assert_true(file_named(name, strlen(name)));
    }
}

static void test_no_other_name_is(void **state)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-.*?S";
    char name[64];
    unsigned others = 0;
    (void)state;
    for (int turn = 0; turn < 40000; turn++) {
        sample(names[(size_t)rand() % NAMES], name);
        size_t n = strlen(name);
        name[(size_t)rand() % n] = letters[(size_t)rand() % (sizeof(letters) - 1)];
        if (turn % 3 == 0)
            name[1 + (size_t)rand() % n] = '\0';
        bool is = is_expected(name);
        others += !is;
        if (file_named(name, strlen(name)) != is)
            fail_msg("%s: is %s among them", name, is ? "" : "not");
    }
    assert_true(others > 10000);
    assert_false(file_named("", 0));
}

/* Puts something in the place of a directory's stars. */
static void fill_in(const char *directory, const char *in, char out[128])
{
    for (out[0] = '\0'; *directory != '\0'; directory++) {
        const char one[] = {*directory, '\0'};
        strcat(out, *directory == '*' ? in : one);
    }
}

static void assert_within(const char *path, size_t n)
{
    if (!file_within(path, n))
        fail_msg("%.*s: nothing is in it", (int)n, path);
}

/* The directory of each, whatever its star stands for, and those around it: "/" for all of them. */
static void test_what_is_around_each_is_no_place_without(void **state)
{
    static const char *const stars[] = {"1",           "self",  "thread-self",
                                        "self/task/7", "class", "a/b/c"};
    char path[128];
    (void)state;
    for (size_t i = 0; i < NAMES; i++)
        for (size_t star = 0; star < sizeof(stars) / sizeof(stars[0]); star++) {
            fill_in(directories[i], stars[star], path);
            size_t n = strlen(path);
            for (; n > 0; n = (size_t)(strrchr(path, '/') - path), path[n] = '\0')
                assert_within(path, n);
        }
    assert_within("/", 1);
}

/* What is below one that may be hidden is hidden as well. */
static void test_what_is_below_is_none_either(void **state)
{
    char path[256];
    unsigned barred = 0;
    (void)state;
    for (size_t i = 0; i < NAMES; i++) {
        fill_in(directories[i], "7", path);
        strcat(strcat(strcat(path, "/"), names[i]), "/below");
        if (!file_bars(path, strlen(path)))
            continue;
        barred++;
        assert_within(path, strlen(path));
        assert_within(path, strlen(path) - sizeof("/below") + 1);
    }
    assert_true(barred > 3);
}

static void test_other_directories_are(void **state)
{
    static const char *const others[] = {
        "/home",        "/tmp",          "/usr/share",     "/usr/lib/python3",
        "/usr/libexec", "/usr/lib/wsl2", "/etc/ssl",       "/run/user/7",
        "/run/WSL2",    "/dev/shm",      "/processes",     "/p",
        "/r",           "/root",         "/srv/proc/self", "/mnt/c/etc",
        "/etcetera",    "/dev/network"};
    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (file_within(others[i], strlen(others[i])))
            fail_msg("%s: something is in it", others[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_name_is_found),
        cmocka_unit_test(test_no_other_name_is),
        cmocka_unit_test(test_what_is_around_each_is_no_place_without),
        cmocka_unit_test(test_what_is_below_is_none_either),
        cmocka_unit_test(test_other_directories_are),
    };
    srand(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
