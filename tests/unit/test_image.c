/* SPDX-License-Identifier: MIT */
/* policy/image, builder, policy and glob: what children read, and what they must refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/builder.h"
#include "policy/errnames.h"
#include "policy/glob.h"
#include "policy/policy.h"

static char image[8192] __attribute__((aligned(8)));

static size_t builtin(void)
{
    long n =
        lx_builtin_image(image, sizeof(image), "/home/u/proj", 1000, 100, "/tmp/trace", 1, "/p");
    assert_true(n > 0);
    return (size_t)n;
}

/* What a drive has of a rule, if it is a drive's, without a policy. */
static uint8_t carried(unsigned rule)
{
    bool carries = lx_rule_belongs((enum lx_rule)rule, LX_MOUNT_DRVFS);
    return carries ? (uint8_t)lx_rules[rule].fallback : LX_UNSAID;
}

static void the_builtin_default_is_what_the_manual_says(void **state)
{
    (void)state;
    struct lx_policy p;
    size_t n = builtin();
    assert_int_equal(lx_policy_attach(&p, (const struct lx_image *)(const void *)image, n), 0);
    assert_int_equal(lx_mounts(&p)->count, 1);
    const struct lx_mount *m = lx_mounts_at(lx_mounts(&p), 1);
    assert_string_equal(lx_target(m), "/home/u/proj");
    assert_true(lx_in_place(m));
    assert_string_equal(lx_source(m), "C:\\home\\u\\proj");
    assert_int_equal(m->flags & LX_MOUNT_VOLUME_ROOT, 0);
    assert_int_not_equal(m->flags & LX_MOUNT_NOATIME, 0);
    assert_int_equal(m->uid, 1000);
    assert_int_equal(m->gid, 100);
    assert_false(lx_folds(m));
    assert_false(lx_masked_mode(m));
    assert_string_equal(p.trace, "/tmp/trace");
    assert_true(p.trace_all);
    assert_false(p.observe);
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        assert_int_equal(lx_rule(m, (enum lx_rule)i), carried(i));
    assert_int_equal(lx_rule_of_run(&p, LX_RULE_IDENTITY_KERNEL), LX_OFF);
    assert_false(p.shows);
}

static void every_rule_is_well_formed(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LX_RULE_COUNT; i++) {
        const struct lx_rule_info *r = &lx_rules[i];
        assert_true(r->values >> r->fallback & 1);
        assert_true(__builtin_popcountll(r->values) >= 2);
        assert_true(strlen(r->summary) > 20 || r->summary[0] != '\0');
        assert_true(strlen(r->evidence) > 5);
        assert_int_equal(lx_rule_find(r->id), i);
        for (unsigned v = 0; v < LX_VALUE_COUNT; v++) {
            const char *word = lx_value_word((enum lx_value)v);
            enum lx_value found = lx_rule_value_find((enum lx_rule)i, word);
            assert_int_equal(found, r->values >> v & 1 ? v : LX_VALUE_COUNT);
        }
    }
    assert_int_equal(lx_rule_find("no.such"), LX_RULE_NONE);
}

/* Without tables of its own an image has those of the profile drvfs. */
static void rules_are_worked_out_by_axes(void **state)
{
    struct lx_axes axes;
    uint8_t rules[LX_RULE_COUNT];
    (void)state;
    builtin();
    const struct lx_image *head = (const struct lx_image *)(const void *)image;
    assert_null(lx_image_axes(head));
    lx_rules_work_out(head, LX_MOUNT_DRVFS, LX_NTFS, false, rules);
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        assert_int_equal(rules[i], carried(i));
    lx_rules_work_out(head, LX_MOUNT_DRVFS, LX_FAT32, false, rules);
    assert_int_equal(rules[LX_RULE_LINK_CREATE], LX_EPERM);
    lx_rules_work_out(head, LX_MOUNT_HOST, LX_NTFS, false, rules);
    assert_int_equal(rules[LX_RULE_LINK_CREATE], LX_UNSAID);
    /* What is stated wins over metadata, and that over the kind of the volume. */
    lx_axes_defaults(&axes);
    assert_true(lx_axes_check(&axes));
    axes.on[LX_ON_REFS][LX_RULE_SPECIAL_FIFO] = LX_EOPNOTSUPP;
    axes.stated[LX_RULE_SPECIAL_DEVICE] = LX_EPERM;
    lx_axes_work_out(&axes, LX_MOUNT_DRVFS, LX_REFS, true, rules);
    assert_int_equal(rules[LX_RULE_SPECIAL_FIFO], LX_ALLOW);
    assert_int_equal(rules[LX_RULE_SPECIAL_DEVICE], LX_EPERM);
    assert_int_equal(rules[LX_RULE_SYMLINK_CREATE], LX_EPERM);
    axes.base[LX_RULE_LINK_CREATE] = LX_UNSAID;
    assert_false(lx_axes_check(&axes));
    axes.base[LX_RULE_LINK_CREATE] = LX_PENDING;
    assert_false(lx_axes_check(&axes));
}

/* The words of the kinds and the axes are found again, and no others. */
static void kinds_and_axes_have_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LX_FILESYSTEMS; i++)
        assert_int_equal(lx_filesystem_find(lx_filesystem_word((enum lx_filesystem)i)), i);
    for (unsigned i = 0; i < LX_AXES; i++)
        assert_int_equal(lx_axis_find(lx_axis_word((enum lx_axis)i)), i);
    assert_int_equal(lx_filesystem_find("fat64"), LX_FILESYSTEMS);
    assert_int_equal(lx_axis_find("fat32"), LX_AXES);
    assert_int_equal(lx_filesystem_axis(LX_FAT32), LX_ON_FAT);
    assert_int_equal(lx_filesystem_shared(LX_REFS), LX_SMB);
    assert_int_equal(lx_filesystem_shared(LX_EXFAT), LX_EXFAT);
}

/* Every image that is damaged in one byte is refused, or is read without leaving the block. */
static void a_damaged_image_is_never_read_outside(void **state)
{
    (void)state;
    size_t n = builtin();
    char *copy = malloc(n);
    assert_non_null(copy);
    for (size_t at = 0; at < n; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            struct lx_policy p;
            const struct lx_mount *m;
            memcpy(copy, image, n);
            copy[at] = (char)(copy[at] ^ (1 << bit));
            if (lx_policy_attach(&p, (const struct lx_image *)(const void *)copy, n) == 0)
                for (unsigned i = 0; (m = lx_mounts_next(lx_mounts(&p), &i)) != NULL;)
                    assert_true(m->target_length + m->backing_length < 2 * n);
        }
    }
    for (size_t less = 0; less < n; less++)
        assert_int_equal(lx_image_check((const struct lx_image *)(const void *)copy, less),
                         -EINVAL);
    free(copy);
}

/* A scanner's lists, each time with another one of them leading out of the image. */
static void a_scanner_that_leads_out_of_the_image_is_refused(void **state)
{
    (void)state;
    for (unsigned wrong = 0; wrong <= 6; wrong++) {
        struct lx_builder b;
        struct lx_image_scanner scanner = {.least_ms = wrong == 1, .glob_count = 1};
        struct lx_image *made = lx_builder_start(&b, image, sizeof(image), 0, 0);
        uint32_t glob = wrong == 2 ? sizeof(image) : lx_builder_string(&b, "*.tmp");
        scanner.globs = lx_builder_block(&b, &glob, sizeof(glob)) + (wrong == 3 ? 4 : 0);
        scanner.event_count = wrong == 4 ? UINT32_MAX : 0;
        scanner.shares = wrong == 5 ? 8 : 7;
        made->scanner = lx_builder_block(&b, &scanner, sizeof(scanner)) + (wrong == 6 ? 4096 : 0);
        size_t size = (size_t)lx_builder_end(&b);
        assert_int_equal(lx_image_check(made, size), wrong == 0 ? 0 : -EINVAL);
    }
}

static void what_does_not_fit_is_an_error(void **state)
{
    (void)state;
    char small[200] __attribute__((aligned(8)));
    assert_int_equal(lx_builtin_image(small, sizeof(small), "/home/u/proj", 0, 0, NULL, 0, NULL),
                     -ENOSPC);
    assert_int_equal(lx_builtin_image(small, 10, "/home/u/proj", 0, 0, NULL, 0, NULL), -ENOSPC);
}

static void base64_round_trips(void **state)
{
    (void)state;
    unsigned char data[64];
    unsigned char back[64];
    char text[100];
    for (size_t n = 0; n < sizeof(data); n++) {
        for (size_t i = 0; i < n; i++)
            data[i] = (unsigned char)(i * 37 + n);
        long length = lx_base64_encode(data, n, text, sizeof(text));
        assert_int_equal(length, strlen(text));
        assert_int_equal(lx_base64_decode(text, back, sizeof(back)), n);
        assert_memory_equal(data, back, n);
    }
    assert_int_equal(lx_base64_decode("ab=c", back, sizeof(back)), -EINVAL);
    assert_int_equal(lx_base64_decode("AAAA", back, 2), -ENOSPC);
    assert_int_equal(lx_base64_encode(data, 3, text, 4), -ENOSPC);
}

static void globs_match_paths(void **state)
{
    (void)state;
    static const struct {
        const char *glob;
        const char *path;
        bool matches;
    } cases[] = {
        {"a.c", "a.c", true},
        {"a.c", "b.c", false},
        {"*.c", "a.c", true},
        {"*.c", "d/a.c", false},
        {"**.c", "d/a.c", true},
        {"**/a.c", "a.c", true},
        {"**/a.c", "x/y/a.c", true},
        {"**/a.c", "xa.c", false},
        {"d/**", "d/e/f", true},
        {"d/**", "d", false},
        {"?", "/", false},
        {"?", "x", true},
        {"[a-c]", "b", true},
        {"[!a-c]", "b", false},
        {"[]]", "]", true},
        {"[", "[", false},
        {"\\*", "*", true},
        {"\\*", "x", false},
        {"*a*b", "xaxbxab", true},
        {"**/n/*.j", "n/q.j", true},
        {"**/n/*.j", "a/n/b/q.j", false},
        {"", "", true},
        {"*", "", true},
        {"**", "a/b", true},
        {"a**b", "a/x/b", true},
        {"**/**/c", "a/b/c", true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (lx_glob_match(cases[i].glob, cases[i].path) != cases[i].matches)
            fail_msg("%s against %s", cases[i].glob, cases[i].path);
    assert_null(lx_glob_error("src/**/*.[ch]"));
    assert_non_null(lx_glob_error("[a"));
    assert_non_null(lx_glob_error("a\\"));
    assert_non_null(lx_glob_error(""));
    assert_non_null(lx_glob_error("/a"));
}

static void errnos_have_names(void **state)
{
    (void)state;
    assert_string_equal(lx_errno_name(EACCES), "EACCES");
    assert_int_equal(lx_errno_find("EACCES"), EACCES);
    assert_int_equal(lx_errno_find("ENOTSUP"), EOPNOTSUPP);
    assert_int_equal(lx_errno_find("ENOSUCH"), 0);
    assert_null(lx_errno_name(9999));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_builtin_default_is_what_the_manual_says),
        cmocka_unit_test(every_rule_is_well_formed),
        cmocka_unit_test(rules_are_worked_out_by_axes),
        cmocka_unit_test(kinds_and_axes_have_words),
        cmocka_unit_test(a_damaged_image_is_never_read_outside),
        cmocka_unit_test(a_scanner_that_leads_out_of_the_image_is_refused),
        cmocka_unit_test(what_does_not_fit_is_an_error),
        cmocka_unit_test(base64_round_trips),
        cmocka_unit_test(globs_match_paths),
        cmocka_unit_test(errnos_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
