/* SPDX-License-Identifier: MIT */
/* DrvFs mount options. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/options.h"

static struct lx_mount_options good(const char *text)
{
    struct lx_mount_options o;
    struct lx_option_error error;
    if (lx_options_parse(LX_MOUNT_DRVFS, text, &o, &error) != 0)
        fail_msg("\"%s\": %s at %zu", text, error.word, error.offset);
    return o;
}

static void bad(const char *text, size_t offset, size_t length, const char *suggestion)
{
    struct lx_mount_options o;
    struct lx_option_error error;
    assert_int_not_equal(lx_options_parse(LX_MOUNT_DRVFS, text, &o, &error), 0);
    assert_int_equal(error.offset, offset);
    assert_int_equal(error.length, length);
    assert_non_null(error.word);
    assert_non_null(error.expected);
    if (suggestion == NULL)
        assert_null(error.suggestion);
    else
        assert_string_equal(error.suggestion, suggestion);
}

static void a_mount_by_hand_belongs_to_root(void **state)
{
    struct lx_mount_options o = good("rw");
    (void)state;
    assert_int_equal(o.uid, 0);
    assert_int_equal(o.gid, 0);
    assert_int_equal(o.umask | o.fmask | o.dmask, 0);
    assert_false(o.metadata || o.readonly || o.noatime);
    assert_int_equal(o.case_option, LX_VALUE_COUNT);
    assert_null(o.symlinkroot);
}

static void reads_every_option(void **state)
{
    struct lx_mount_options o =
        good("metadata,uid=1000,gid=4294967294,umask=22,fmask=0111,dmask=7777,case=force,"
             "symlinkroot=/mnt/,fallback=2,ro,noatime");
    (void)state;
    assert_true(o.metadata && o.readonly && o.noatime);
    assert_int_equal(o.uid, 1000);
    assert_int_equal(o.gid, 4294967294u);
    assert_int_equal(o.umask, 022);
    assert_int_equal(o.fmask, 0111);
    assert_int_equal(o.dmask, 07777);
    assert_int_equal(o.case_option, LX_FORCE);
    assert_int_equal(o.symlinkroot_length, 5);
    assert_memory_equal(o.symlinkroot, "/mnt/", 5);
    assert_int_equal(good("case=off").case_option, LX_OFF);
    assert_int_equal(good("case=dir").case_option, LX_DIR);
}

static void the_last_counts(void **state)
{
    (void)state;
    assert_int_equal(good("uid=1,uid=2").uid, 2);
    assert_false(good("ro,rw").readonly);
    assert_true(good("rw,ro").readonly);
    assert_int_equal(good("case=dir,case=off").case_option, LX_OFF);
}

/* Every word of the list is taken: a flag as it stands, the others with a value. */
static void every_listed_option_is_taken(void **state)
{
    static const char *const values[] = {"1", "/", "dir"};
    struct lx_mount_options o;
    struct lx_option_error error;
    char text[64];
    size_t count = 0;
    (void)state;
    for (; lx_option_list[count].word[0] != '\0'; count++) {
        bool taken = lx_option_list[count].value[0] == '\0' &&
                     lx_options_parse(LX_MOUNT_DRVFS, lx_option_list[count].word, &o, &error) == 0;
        for (size_t i = 0; lx_option_list[count].value[0] != '\0' && i < 3; i++) {
            strcpy(text, lx_option_list[count].word);
            strcat(text, values[i]);
            taken |= lx_options_parse(LX_MOUNT_DRVFS, text, &o, &error) == 0;
        }
        if (!taken)
            fail_msg("%s is listed and not taken", lx_option_list[count].word);
    }
    assert_true(count > 40);
}

/* Every type has what mount(8) says for all of them, and a drive's own options it alone. */
static void what_is_no_drive_has_no_option_of_one(void **state)
{
    static const char *const drives[] = {"metadata", "uid=1", "case=dir", "fallback=1", "umask=22"};
    struct lx_mount_options o;
    struct lx_option_error error;
    (void)state;
    for (size_t i = 0; i < sizeof(drives) / sizeof(drives[0]); i++) {
        assert_int_equal(lx_options_parse(LX_MOUNT_DRVFS, drives[i], &o, &error), 0);
        assert_int_equal(lx_options_parse(LX_MOUNT_HOST, drives[i], &o, &error), -EINVAL);
        assert_string_equal(error.word, "unknown mount option");
        assert_string_equal(error.expected, "a flag of mount");
    }
    assert_int_equal(lx_options_parse(LX_MOUNT_HOST, "ro,noatime,nosuid", &o, &error), 0);
    assert_true(o.readonly && o.noatime);
    assert_int_equal(lx_options_parse(LX_MOUNT_HOST, "metadat", &o, &error), -EINVAL);
    assert_null(error.suggestion);
}

static void refuses_with_the_place_and_the_nearest(void **state)
{
    (void)state;
    bad("umsk=22", 0, 7, "umask=");
    bad("rw,metdata", 3, 7, "metadata");
    bad("rw,cached=mmap,uid=1", 3, 11, NULL);
    bad("uid=", 0, 4, NULL);
    bad("uid", 0, 3, "uid=");
    bad("uid=4294967295", 0, 14, NULL);
    bad("uid=18446744073709551616", 0, 24, NULL);
    bad("uid=-1", 0, 6, NULL);
    bad("uid=0x10", 0, 8, NULL);
    bad("uid=1 ", 0, 6, NULL);
    bad("umask=8", 0, 7, NULL);
    bad("umask=10000", 0, 11, NULL);
    bad("case=", 0, 5, NULL);
    bad("case=sensitive", 0, 14, NULL);
    bad("case=offf", 0, 9, NULL);
    bad("symlinkroot=", 0, 12, NULL);
    bad("symlinkroot=mnt", 0, 15, NULL);
    bad("fallback=3", 0, 10, NULL);
    bad("metadata=1", 0, 10, "metadata");
    bad("", 0, 0, NULL);
    bad("ro,,rw", 3, 0, NULL);
    bad("ro,", 3, 0, NULL);
    bad("ro, rw", 3, 3, "rw");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mount_by_hand_belongs_to_root),
        cmocka_unit_test(reads_every_option),
        cmocka_unit_test(the_last_counts),
        cmocka_unit_test(every_listed_option_is_taken),
        cmocka_unit_test(what_is_no_drive_has_no_option_of_one),
        cmocka_unit_test(refuses_with_the_place_and_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
