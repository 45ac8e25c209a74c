/* SPDX-License-Identifier: MIT */
/* Which cells a matrix has, and which of them a shard's variables give to a machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "matrix/cells.h"
#include "matrix/shard.h"

/* "NAME=VALUE", up to NULL: the environment of an engine. The tests have one thread. */
static const char *const *environment;

static char *variable(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; environment[i] != NULL; i++)
        if (strncmp(environment[i], name, n) == 0 && environment[i][n] == '=')
            return (char *)(uintptr_t)environment[i] + n + 1;
    return NULL;
}

static void expect(const char *text, const char *const *set, unsigned index, unsigned total)
{
    struct shard shard;
    const char *why = NULL;
    environment = set;
    assert_true(shard_read(text, variable, &shard, &why));
    assert_int_equal(shard.index, index);
    assert_int_equal(shard.total, total);
}

static void refuse(const char *text, const char *const *set)
{
    struct shard shard;
    const char *why = NULL;
    environment = set;
    assert_false(shard_read(text, variable, &shard, &why));
    assert_non_null(why);
}

static void shards_by_engines(void **state)
{
    static const char *const none[] = {NULL};
    static const char *const bazel[] = {"TEST_SHARD_INDEX=0", "TEST_TOTAL_SHARDS=3", NULL};
    static const char *const slurm[] = {"SLURM_ARRAY_TASK_ID=9", "SLURM_ARRAY_TASK_COUNT=4",
                                        "SLURM_ARRAY_TASK_MIN=3", "SLURM_ARRAY_TASK_STEP=2", NULL};
    static const char *const kubernetes[] = {"JOB_COMPLETION_INDEX=4", NULL};
    static const char *const gitlab[] = {"CI_NODE_INDEX=1", "CI_NODE_TOTAL=2", NULL};
    static const char *const circle[] = {"CIRCLE_NODE_INDEX=1", "CIRCLE_NODE_TOTAL=2", NULL};
    static const char *const buildkite[] = {"BUILDKITE_PARALLEL_JOB=1",
                                            "BUILDKITE_PARALLEL_JOB_COUNT=2", NULL};
    static const char *const beyond[] = {"CI_NODE_INDEX=3", "CI_NODE_TOTAL=2", NULL};
    static const char *const before[] = {"CI_NODE_INDEX=0", "CI_NODE_TOTAL=2", NULL};
    static const char *const half[] = {"TEST_SHARD_INDEX=1", NULL};
    static const char *const empty[] = {"TEST_SHARD_INDEX=", "TEST_TOTAL_SHARDS=1", NULL};
    (void)state;
    expect(NULL, bazel, 0, 1);
    expect("2/5", bazel, 1, 5);
    expect("auto", bazel, 0, 3);
    expect("auto", slurm, 3, 4);
    expect("auto/8", kubernetes, 4, 8);
    expect("auto", gitlab, 0, 2);
    expect("auto", circle, 1, 2);
    expect("auto", buildkite, 1, 2);
    refuse("auto", none);
    refuse("auto", kubernetes);
    refuse("auto/4", kubernetes);
    refuse("auto", beyond);
    refuse("auto", before);
    refuse("auto", half);
    refuse("auto", empty);
    refuse("auto/0", kubernetes);
    refuse("autos", bazel);
    refuse("0/2", none);
    refuse("3/2", none);
    refuse("1/2x", none);
    refuse("1", none);
    refuse("-1/2", none);
    refuse("1/999999", none);
}

/* Each cell is some shard's, and no other's. */
static void shards_cover_the_cells(void **state)
{
    (void)state;
    for (unsigned total = 1; total < 8; total++)
        for (size_t cell = 0; cell < 20; cell++) {
            unsigned of = 0;
            for (unsigned i = 0; i < total; i++)
                of += shard_has(&(struct shard){i, total}, cell);
            assert_int_equal(of, 1);
        }
}

/* The names of the cells of three lists, with blanks between; or "!" and the word that is none. */
static const char *names(struct lx_arena *arena, const char *eras, const char *filesystems,
                         const char *clients)
{
    struct cells cells;
    struct cells_problem problem;
    const char *text = "";
    if (!cells_make(arena, eras, filesystems, clients, &cells, &problem))
        return lx_arena_format(arena, "!%s", problem.what == NULL ? "" : problem.word);
    for (size_t i = 0; i < cells.count; i++)
        text = lx_arena_format(arena, "%s%s%s", text, i > 0 ? " " : "", cells.list[i].name);
    return text;
}

static void cells_of_lists(void **state)
{
    struct lx_arena a = {NULL};
    (void)state;
    assert_string_equal(names(&a, "all", NULL, NULL),
                        "native wsl1-1607 wsl1-1703 wsl1-1709 wsl1-1803 wsl1-1809 wsl1-1903 "
                        "wsl1-19041 wsl1-current wsl2-9p wsl2-virtiofs");
    assert_string_equal(names(&a, "wsl2,native,wsl2-9p", NULL, NULL),
                        "native wsl2-9p wsl2-virtiofs");
    assert_string_equal(names(&a, "drvfs", "fat,ntfs", NULL), "drvfs/ntfs drvfs/fat");
    assert_string_equal(names(&a, "native,wsl2", "ntfs", "virtiofs"), "native wsl2-virtiofs/ntfs");
    /* The beginning of a word is none. */
    assert_string_equal(names(&a, "wsl", NULL, NULL), "!wsl");
    assert_string_equal(names(&a, "wsl1-190", NULL, NULL), "!wsl1-190");
    assert_string_equal(names(&a, "", NULL, NULL), "!");
    assert_string_equal(names(&a, "wsl2,,native", NULL, NULL), "!");
    assert_string_equal(names(&a, "all", "fat3", NULL), "!fat3");
    assert_string_equal(names(&a, "wsl1", NULL, "9p"), "!");
    lx_arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shards_by_engines),
        cmocka_unit_test(shards_cover_the_cells),
        cmocka_unit_test(cells_of_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
