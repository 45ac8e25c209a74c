/* SPDX-License-Identifier: MIT */
/* Whom a scanner comes to, for how long, and what its tables do when they are full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/scanner.h"

#define EVENTS 20000u

/* An image with a scanner, a glob and an event behind it. */
struct made {
    struct lx_image image;
    struct lx_image_scanner scanner;
    uint32_t globs[2];
    uint64_t events[1];
    char glob[8];
};

static struct made image_with(uint32_t chance)
{
    struct made m = {.image = {.size = sizeof(m), .scanner = offsetof(struct made, scanner)},
                     .scanner = {.chance = chance,
                                 .globs = offsetof(struct made, globs),
                                 .events = offsetof(struct made, events)},
                     .globs = {offsetof(struct made, glob)},
                     .glob = "*.tmp"};
    return m;
}

static unsigned chosen(const struct made *m)
{
    unsigned n = 0;
    char path[16];
    for (unsigned i = 0; i < EVENTS; i++) {
        snprintf(path, sizeof(path), "f%u", i);
        n += lx_scan_chooses(&m->image, &m->scanner, lx_scan_event(path, 1));
    }
    return n;
}

static void a_share_of_all_events_is_chosen(void **state)
{
    (void)state;
    struct made m = image_with(0);
    assert_int_equal(chosen(&m), 0);
    m.scanner.chance = UINT32_MAX;
    assert_int_equal(chosen(&m), EVENTS);
    m.scanner.chance = UINT32_MAX / 20;
    for (m.scanner.seed = 0; m.scanner.seed < 5; m.scanner.seed++)
        assert_in_range(chosen(&m), EVENTS * 4 / 100, EVENTS * 6 / 100);
}

static void an_event_is_one_of_a_path_and_a_number(void **state)
{
    (void)state;
    assert_int_equal(lx_scan_event("a/b", 2), lx_scan_event("a/b", 2));
    assert_int_not_equal(lx_scan_event("a/b", 2), lx_scan_event("a/b", 3));
    assert_int_not_equal(lx_scan_event("a/b", 2), lx_scan_event("a/c", 2));
    struct made m = image_with(UINT32_MAX);
    m.scanner.event_count = 1;
    m.events[0] = lx_scan_event("a/b", 2);
    assert_true(lx_scan_chooses(&m.image, &m.scanner, lx_scan_event("a/b", 2)));
    assert_false(lx_scan_chooses(&m.image, &m.scanner, lx_scan_event("a/b", 1)));
    m.scanner.event_count = 0;
    m.scanner.left_out = 1;
    assert_false(lx_scan_chooses(&m.image, &m.scanner, lx_scan_event("a/b", 2)));
    assert_true(lx_scan_chooses(&m.image, &m.scanner, lx_scan_event("a/b", 1)));
}

static void short_times_are_the_more_likely(void **state)
{
    (void)state;
    const struct lx_image_scanner scanner = {.least_ms = 5, .most_ms = 2000};
    unsigned brief = 0;
    for (unsigned i = 0; i < EVENTS; i++) {
        uint32_t ms = lx_scan_duration(&scanner, i * UINT64_C(0x9e3779b97f4a7c15));
        assert_in_range(ms, 5, 2000);
        brief += ms < 20;
    }
    assert_in_range(brief, EVENTS * 45 / 100, EVENTS * 65 / 100);
    const struct lx_image_scanner fixed = {.least_ms = 7, .most_ms = 7};
    assert_int_equal(lx_scan_duration(&fixed, 3), 7);
}

static void a_file_keeps_its_place_and_the_oldest_makes_room(void **state)
{
    (void)state;
    struct lx_scans *scans = calloc(1, sizeof(*scans));
    assert_non_null(scans);
    assert_null(lx_scan_of(scans, lx_scan_file(1, 2)));
    struct lx_scan *mine = lx_scan_take(scans, lx_scan_file(1, 2));
    assert_ptr_equal(lx_scan_take(scans, lx_scan_file(1, 2)), mine);
    assert_ptr_equal(lx_scan_of(scans, lx_scan_file(1, 2)), mine);
    atomic_store(&mine->since, 1);
    atomic_store(&mine->left, 1);
    /* As many as there are places: each is there when it has just come. */
    for (uint64_t ino = 0; ino < UINT64_C(20) * LX_SCANS; ino++) {
        struct lx_scan *s = lx_scan_take(scans, lx_scan_file(9, ino));
        atomic_store(&s->since, ino + 2);
        assert_ptr_equal(lx_scan_of(scans, lx_scan_file(9, ino)), s);
    }
    assert_null(lx_scan_of(scans, lx_scan_file(1, 2)));
    free(scans);
}

static void events_of_a_path_are_counted(void **state)
{
    (void)state;
    char path[16];
    struct lx_scans *scans = calloc(1, sizeof(*scans));
    assert_non_null(scans);
    assert_int_equal(lx_scan_next(scans, "a"), 1);
    assert_int_equal(lx_scan_next(scans, "b"), 1);
    assert_int_equal(lx_scan_next(scans, "a"), 2);
    for (unsigned i = 0; i < 4 * LX_SCANS; i++) {
        snprintf(path, sizeof(path), "%u", i);
        assert_in_range(lx_scan_next(scans, path), 1, 1);
    }
    free(scans);
}

static void a_glob_chooses_among_paths(void **state)
{
    (void)state;
    struct made m = image_with(1);
    assert_true(lx_scan_wants(&m.image, &m.scanner, "a.c"));
    m.scanner.glob_count = 1;
    assert_true(lx_scan_wants(&m.image, &m.scanner, "a.tmp"));
    assert_false(lx_scan_wants(&m.image, &m.scanner, "a.c"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_of_all_events_is_chosen),
        cmocka_unit_test(an_event_is_one_of_a_path_and_a_number),
        cmocka_unit_test(short_times_are_the_more_likely),
        cmocka_unit_test(a_file_keeps_its_place_and_the_oldest_makes_room),
        cmocka_unit_test(events_of_a_path_are_counted),
        cmocka_unit_test(a_glob_chooses_among_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
