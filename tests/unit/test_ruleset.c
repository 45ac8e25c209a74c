/* SPDX-License-Identifier: MIT */
/* Sets of more rules than there are, and than a word has bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LX_RULESET_COUNT 200
#include "policy/ruleset.h"

_Static_assert(sizeof(struct lx_ruleset) == 4 * sizeof(uint64_t), "200 rules are four words");

static void a_rule_of_any_number_is_alone_in_its_set(void **state)
{
    (void)state;
    for (unsigned rule = 0; rule < LX_RULESET_COUNT; rule++) {
        struct lx_ruleset set;
        lx_ruleset_clear(&set);
        assert_false(lx_ruleset_any(&set));
        assert_int_equal(lx_ruleset_next(&set, 0), LX_RULESET_COUNT);
        lx_ruleset_add(&set, rule);
        assert_true(lx_ruleset_any(&set));
        for (unsigned other = 0; other < LX_RULESET_COUNT; other++) {
            assert_int_equal(lx_ruleset_has(&set, other), other == rule);
            assert_int_equal(lx_ruleset_next(&set, other), other <= rule ? rule : LX_RULESET_COUNT);
        }
        lx_ruleset_remove(&set, rule);
        assert_false(lx_ruleset_any(&set));
    }
}

static void they_come_in_their_order(void **state)
{
    (void)state;
    static const unsigned rules[] = {0, 1, 63, 64, 65, 127, 128, 191, 192, 199};
    const unsigned count = sizeof(rules) / sizeof(rules[0]);
    struct lx_ruleset even;
    struct lx_ruleset set;
    unsigned met = 0;
    lx_ruleset_clear(&even);
    lx_ruleset_clear(&set);
    for (unsigned i = 0; i < count; i++)
        lx_ruleset_add(i % 2 == 0 ? &even : &set, rules[i]);
    lx_ruleset_join(&set, &even);
    for (unsigned i = 0; (i = lx_ruleset_next(&set, i)) < LX_RULESET_COUNT; i++)
        assert_int_equal(i, rules[met++]);
    assert_int_equal(met, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_of_any_number_is_alone_in_its_set),
        cmocka_unit_test(they_come_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
