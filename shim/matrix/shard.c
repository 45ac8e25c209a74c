/* SPDX-License-Identifier: MIT */
#include "matrix/shard.h"

#include <stdlib.h>
#include <string.h>

#define MOST 100000

/* Who starts one command on many machines, and how it tells each of them which it is. */
static const struct engine {
    const char *index;
    const char *total; /* NULL: it does not say */
    const char *first; /* the number of the first one; NULL: see from */
    const char *step;  /* between two; NULL: 1 */
    unsigned from;
} engines[] = {
    {"TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", NULL, NULL, 0}, /* Bazel */
    {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN",
     "SLURM_ARRAY_TASK_STEP", 0},
    {"JOB_COMPLETION_INDEX", NULL, NULL, NULL, 0},     /* Kubernetes */
    {"CI_NODE_INDEX", "CI_NODE_TOTAL", NULL, NULL, 1}, /* GitLab */
    {"CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", NULL, NULL, 0},
    {"BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", NULL, NULL, 0},
};

/* A number that ends at *end; false for none. */
static bool number(const char *text, const char **end, unsigned *out)
{
    char *after;
    if (text == NULL || text[0] < '0' || text[0] > '9')
        return false;
    unsigned long n = strtoul(text, &after, 10);
    *out = (unsigned)n;
    *end = after;
    return n <= MOST;
}

static bool variable_is(char *(*variable)(const char *), const char *name, unsigned *out)
{
    const char *end;
    return name != NULL && number(variable(name), &end, out) && *end == '\0';
}

/* By an engine's variables. */
static bool read_engine(const struct engine *e, char *(*variable)(const char *), unsigned total,
                        struct shard *out, const char **why)
{
    unsigned index = 0;
    unsigned first = e->from;
    unsigned step = 1;
    *why = "the variables of the engine make no sense: the number of a shard, or how many there "
           "are, is none";
    if (!variable_is(variable, e->index, &index))
        return false;
    if (e->total == NULL && total == 0) {
        *why = "the engine does not say how many shards there are: --shard auto/N does";
        return false;
    }
    if (e->total != NULL && !variable_is(variable, e->total, &out->total))
        return false;
    if (total != 0)
        out->total = total;
    (void)variable_is(variable, e->first, &first);
    (void)variable_is(variable, e->step, &step);
    if (index < first || step == 0 || (index - first) / step >= out->total)
        return false;
    out->index = (index - first) / step;
    return true;
}

bool shard_read(const char *text, char *(*variable)(const char *), struct shard *out,
                const char **why)
{
    const char *end;
    unsigned index;
    unsigned total = 0;
    *out = (struct shard){0, 1};
    if (text == NULL)
        return true;
    *why = "expected I/N, from 1/N to N/N, auto or auto/N";
    if (strncmp(text, "auto", 4) == 0 && (text[4] == '\0' || text[4] == '/')) {
        if (text[4] == '/' && (!number(text + 5, &end, &total) || *end != '\0' || total == 0))
            return false;
        for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++)
            if (variable(engines[i].index) != NULL)
                return read_engine(&engines[i], variable, total, out, why);
        *why = "no variable of an engine is set: of Bazel, Slurm, Kubernetes, GitLab, CircleCI or "
               "Buildkite";
        return false;
    }
    if (!number(text, &end, &index) || *end != '/' || !number(end + 1, &end, &total) ||
        *end != '\0' || index == 0 || index > total)
        return false;
    *out = (struct shard){index - 1, total};
    return true;
}
