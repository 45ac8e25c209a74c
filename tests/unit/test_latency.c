/* SPDX-License-Identifier: MIT */
/* What operations cost on clients of Windows' drives: the table of docs/design/latency.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/latency.h"

/* Microseconds at depth 3, and what another component adds. */
static void costs(const char *word, enum lx_cost cost, unsigned us, unsigned more)
{
    unsigned client = lx_latency_find(word);
    assert_true(client > 0);
    assert_int_equal(lx_latency_mean(client, cost, 3), us * UINT64_C(1000));
    assert_int_equal(lx_latency_mean(client, cost, 4), (us + more) * UINT64_C(1000));
}

static void figures_are_the_table_s(void **state)
{
    (void)state;
    costs("wsl1-1809", LX_COST_STAT, 220, 60);
    costs("wsl1-1809", LX_COST_CREATE, 450, 60);
    costs("wsl1-1809", LX_COST_RENAME, 450, 120);
    costs("9p-2020", LX_COST_STAT, 1000, 300);
    costs("9p-2020", LX_COST_MISSING, 700, 300);
    costs("9p-2020", LX_COST_OPEN, 1200, 300);
    costs("9p-2020", LX_COST_CREATE, 1740, 300);
    costs("9p-2020", LX_COST_RENAME, 2190, 600);
    costs("9p-2023", LX_COST_STAT, 600, 180);
    costs("9p-2023", LX_COST_UNLINK, 700, 180);
    costs("9p-2023", LX_COST_MKDIR, 630, 180);
    costs("9p-2023", LX_COST_LIST, 850, 180);
    costs("virtiofs-2026", LX_COST_STAT, 150, 50);
    costs("virtiofs-2026", LX_COST_RENAME, 450, 100);
}

static void a_descriptor_is_one_message(void **state)
{
    (void)state;
    unsigned client = lx_latency_find("9p-2023");
    assert_int_equal(lx_latency_mean(client, LX_COST_STAT, 0), 60000);
    assert_int_equal(lx_latency_mean(client, LX_COST_MISSING, 0), 60000);
    assert_int_equal(lx_latency_mean(lx_latency_find("virtiofs-2026"), LX_COST_STAT, 0), 50000);
}

static void luck_changes_a_call_and_not_the_sum(void **state)
{
    (void)state;
    uint64_t sum = 0;
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;
    unsigned client = lx_latency_find("9p-2020");
    for (uint64_t luck = 0; luck < 64; luck++) {
        uint64_t ns = lx_latency(client, LX_COST_STAT, 3, luck);
        assert_int_equal(ns, lx_latency(client, LX_COST_STAT, 3, luck + 64));
        sum += ns;
        least = ns < least ? ns : least;
        most = ns > most ? ns : most;
    }
    assert_in_range(sum, 63999000, 64001000);
    assert_in_range(least, 400000, 600000);
    assert_in_range(most, 1700000, 2300000);
}

static void directories_are_estimated_by_their_bits(void **state)
{
    (void)state;
    assert_int_equal(lx_cost_distinct(0), 0);
    assert_int_equal(lx_cost_distinct(1), 1);
    assert_int_equal(lx_cost_distinct(20), 20);
    /* Of 10,000 in 16,384 places some share one. */
    assert_in_range(lx_cost_distinct(7485), 9900, 10100);
    assert_true(lx_cost_distinct(LX_COST_BITS) > LX_COST_BITS);
}

static void who_is_no_client_is_none(void **state)
{
    (void)state;
    assert_int_equal(lx_latency_find("9p"), 0);
    assert_null(lx_latency_word(0));
    assert_null(lx_latency_word(100));
    for (unsigned i = 1; lx_latency_word(i) != NULL; i++)
        assert_true(lx_latency_find(lx_latency_word(i)) == i && lx_latency_evidence(i)[0] != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_the_table_s),
        cmocka_unit_test(a_descriptor_is_one_message),
        cmocka_unit_test(luck_changes_a_call_and_not_the_sum),
        cmocka_unit_test(directories_are_estimated_by_their_bits),
        cmocka_unit_test(who_is_no_client_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
