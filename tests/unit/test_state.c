/* SPDX-License-Identifier: MIT */
/* A state that is damaged in any one place: it is refused, or a process can live with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>

#include "tests/fuzz/states.h"

static char image[4096] __attribute__((aligned(8)));

/* Takes `n` bytes of it, as a block of its own, so that a sanitizer sees every read beyond. */
static int take(const char *bytes, size_t n)
{
    static struct lx_policy policy;
    char *copy = malloc(n > 0 ? n : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, n);
    int r = lx_policy_attach(&policy, (const struct lx_image *)(const void *)copy, n);
    if (r == 0)
        states_use(&policy, copy);
    free(copy);
    return r;
}

static void a_state_is_taken_apart(void **state)
{
    struct lx_state s;
    (void)state;
    assert_int_equal(lx_state_parse("1-:QUJD", &s), 0);
    assert_string_equal(s.image, "QUJD");
    assert_null(s.file);
    assert_false(s.seccomp_confined);
    assert_int_equal(lx_state_parse("1q@/dev/shm/x", &s), 0);
    assert_string_equal(s.file, "/dev/shm/x");
    assert_null(s.image);
    assert_true(s.seccomp_confined);
    assert_null(s.giver);
#define DIGITS "0123456789abcdef0123456789abcdef0123456789abcdef"
    assert_int_equal(lx_state_parse("1-~" DIGITS ":QUJD", &s), 0);
    assert_memory_equal(s.giver, DIGITS ":", LX_GIVER_LENGTH + 1);
    assert_string_equal(s.image, "QUJD");
    assert_int_equal(lx_state_parse("1q~" DIGITS "@/dev/shm/x", &s), 0);
    assert_non_null(s.giver);
    assert_string_equal(s.file, "/dev/shm/x");
    static const char *const givers[] = {"1-~",
                                         "1-~:QUJD",
                                         "1-~" DIGITS,
                                         "1-~" DIGITS "@",
                                         "1-~" DIGITS "0:QUJD",
                                         "1-~" DIGITS "~" DIGITS ":QUJD",
                                         "1-~G123456789abcdef0123456789abcdef0123456789abcdef:A"};
    for (size_t i = 0; i < sizeof(givers) / sizeof(givers[0]); i++)
        if (lx_state_parse(givers[i], &s) != -EINVAL)
            fail_msg("\"%s\" is taken", givers[i]);
    static const char *const others[] = {"",     "1",    "1-",  "2-:QUJD", "1x:QUJD",
                                         "1-/x", "1-@x", "1-@", ":"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (lx_state_parse(others[i], &s) != -EINVAL)
            fail_msg("\"%s\" is taken", others[i]);
    char *large = malloc(LX_STATE_INLINE_MAX + 1);
    assert_non_null(large);
    memset(large, 'A', LX_STATE_INLINE_MAX);
    memcpy(large, "1-:", 3);
    large[LX_STATE_INLINE_MAX] = '\0';
    assert_int_equal(lx_state_parse(large, &s), -EINVAL);
    large[LX_STATE_INLINE_MAX - 1] = '\0';
    assert_int_equal(lx_state_parse(large, &s), 0);
    free(large);
}

static void a_state_cut_short_is_refused(void **state)
{
    (void)state;
    size_t n = states_sample(image, sizeof(image));
    assert_int_equal(take(image, n), 0);
    for (size_t less = 0; less < n; less++)
        assert_int_equal(take(image, less), -EINVAL);
}

static void every_bit_of_a_state_may_be_another(void **state)
{
    unsigned taken = 0;
    unsigned refused = 0;
    (void)state;
    size_t n = states_sample(image, sizeof(image));
    for (size_t at = 0; at < n; at++) {
        char right = image[at];
        for (unsigned bit = 0; bit <= 8; bit++) {
            image[at] = (char)(bit < 8 ? right ^ (1 << bit) : ~right);
            *(take(image, n) == 0 ? &taken : &refused) += 1;
        }
        image[at] = right;
    }
    assert_true(taken > 100);
    assert_true(refused > 100);
}

/* What no loader writes, and what a walk, or an answer, would come to grief on. */
static void words_that_lead_astray_are_refused(void **state)
{
    struct lx_builder b;
    static char large[3 * PATH_MAX] __attribute__((aligned(8)));
    static char path[PATH_MAX + 1];
    static const char *const bad[] = {"", "/", "c", "/c/", path};
    (void)state;
    memset(path, 'x', PATH_MAX);
    path[0] = '/';
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        for (unsigned which = 0; which < 4; which++) {
            struct lx_image *head = lx_builder_start(&b, large, sizeof(large), 1, 0);
            struct lx_mount *m = (struct lx_mount *)(void *)(large + head->mounts);
            lx_builder_mount(&b, m, "C:", which == 0 ? bad[i] : "/c", which == 1 ? bad[i] : "/c");
            m->bind_alias = which == 2 ? lx_builder_text(&b, m, bad[i]) : 0;
            m->symlinkroot = which == 3 ? lx_builder_text(&b, m, bad[i]) : 0;
            bool fits = which == 3 && bad[i][0] == '/'; /* text: any that is absolute */
            long n = lx_builder_end(&b);
            assert_true(n > 0);
            if (lx_image_check(head, (size_t)n) != (fits ? 0 : -EINVAL))
                fail_msg("\"%.8s\" as name %u", bad[i], which);
        }
    }
}

/* The same of a block of volumes: what a lookup, or a mount, would come to grief on. */
static void volumes_that_lead_astray_are_refused(void **state)
{
    static const struct {
        size_t at; /* in a volume, of a folder or share, or of the block itself */
        enum { BLOCK, VOLUME, FOLDER, SHARE } of;
        uint32_t value;
    } bad[] = {
        {offsetof(struct lx_volume, name), VOLUME, 0},
        {offsetof(struct lx_volume, name), VOLUME, UINT32_MAX},
        {offsetof(struct lx_volume, backing), VOLUME, 0},
        {offsetof(struct lx_volume, label), VOLUME, 1},
        {offsetof(struct lx_volume, rules), VOLUME, UINT32_MAX - 2},
        {offsetof(struct lx_volume, filesystem), VOLUME, LX_FILESYSTEMS},
        {offsetof(struct lx_volume, filesystem), VOLUME, 0xFF00},
        {offsetof(struct lx_folder, path), FOLDER, 0},
        {offsetof(struct lx_folder, parent), FOLDER, 3},
        {offsetof(struct lx_folder, volume), FOLDER, UINT32_MAX},
        {offsetof(struct lx_share, name), SHARE, UINT32_MAX},
        {offsetof(struct lx_share, volume), SHARE, 3},
        {offsetof(struct lx_volumes, size), BLOCK, 8},
        {offsetof(struct lx_volumes, size), BLOCK, UINT32_MAX},
        {offsetof(struct lx_volumes, count), BLOCK, UINT32_MAX},
        {offsetof(struct lx_volumes, folders), BLOCK, 0},
        {offsetof(struct lx_volumes, shares), BLOCK, 33},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        size_t n = states_sample(image, sizeof(image));
        const struct lx_image *head = (const struct lx_image *)(const void *)image;
        const struct lx_volumes *all = lx_image_volumes(head);
        const uint32_t from[] = {0, all->volumes, all->folders, all->shares};
        assert_int_equal(lx_image_check(head, n), 0);
        memcpy(image + head->volumes + from[bad[i].of] + bad[i].at, &bad[i].value,
               sizeof(bad[i].value));
        if (lx_image_check(head, n) != -EINVAL)
            fail_msg("%zu", i);
    }
}

static void numbers_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    size_t n = states_sample(image, sizeof(image));
    struct lx_image *head = (struct lx_image *)(void *)image;
    struct lx_mount *m = (struct lx_mount *)(void *)(image + head->mounts);
    struct lx_image_override *o = (struct lx_image_override *)(void *)(image + head->overrides);
    head->flags = LX_IMAGE_FLAGS + 1;
    assert_int_equal(lx_image_check(head, n), -EINVAL);
    head->flags = LX_IMAGE_FLAGS;
    m->flags = LX_MOUNT_FLAGS + 1;
    assert_int_equal(lx_image_check(head, n), -EINVAL);
    m->flags = LX_MOUNT_FLAGS;
    m->case_option = LX_EACCES;
    assert_int_equal(lx_image_check(head, n), -EINVAL);
    m->case_option = LX_FORCE;
    m->file_mask = m->dir_mask = (m->traits & LX_MOUNT_MASKED) != 0 ? 0 : 022;
    assert_int_equal(lx_image_check(head, n), -EINVAL); /* what was worked out says of another */
    lx_mount_settle(m);
    struct lx_mounts *mounted = (struct lx_mounts *)(void *)(image + head->mounted);
    mounted->masked = 1 - lx_masked_mode(m);
    assert_int_equal(lx_image_check(head, n), -EINVAL); /* so does what was counted */
    mounted->masked = lx_masked_mode(m);
    assert_int_equal(lx_image_check(head, n), 0);
    m->target_length++;
    assert_int_equal(lx_image_check(head, n), -EINVAL);
    m->target_length--;
    m->place = 2;
    assert_int_equal(lx_image_check(head, n), -EINVAL);
    m->place = 1;
    head->trace = head->stats = head->profile; /* a word, and no path */
    assert_int_equal(lx_image_check(head, n), -EINVAL);
    head->trace = 0;
    assert_int_equal(lx_image_check(head, n), -EINVAL);
    head->stats = 0;
    static const int32_t errors[] = {-1, INT32_MIN, 4096, INT32_MAX};
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        o->error = errors[i];
        assert_null(lx_image_override(head, 1));
        o->error = 0;
        o->when_errno = errors[i];
        assert_null(lx_image_override(head, 1));
        o->when_errno = 0;
    }
    assert_non_null(lx_image_override(head, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_is_taken_apart),
        cmocka_unit_test(a_state_cut_short_is_refused),
        cmocka_unit_test(every_bit_of_a_state_may_be_another),
        cmocka_unit_test(words_that_lead_astray_are_refused),
        cmocka_unit_test(volumes_that_lead_astray_are_refused),
        cmocka_unit_test(numbers_that_mean_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
