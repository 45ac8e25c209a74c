/* SPDX-License-Identifier: MIT */
/* Last names by which a run may show something of its own: as fnmatch finds them in every.def. */
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
            out[n++] = *name == '?' ? (char)('a' + rand() % 26) : *name;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_name_is_found),
        cmocka_unit_test(test_no_other_name_is),
    };
    srand(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
