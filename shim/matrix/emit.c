/* SPDX-License-Identifier: MIT */
#include "matrix/emit.h"

#include <jansson.h>

#include "matrix/shard.h"

static json_t *shard_text(unsigned index, unsigned total)
{
    return json_sprintf("%u/%u", index + 1, total);
}

/* The names of a shard's cells, for who reads the list of jobs. */
static json_t *names_of(const struct cells *cells, unsigned index, unsigned total)
{
    const struct shard shard = {index, total};
    json_t *text = json_string("");
    for (size_t i = 0; i < cells->count; i++) {
        if (!shard_has(&shard, i))
            continue;
        const char *so_far = json_string_value(text);
        json_t *longer =
            json_sprintf("%s%s%s", so_far, so_far[0] != '\0' ? " " : "", cells->list[i].name);
        json_decref(text);
        text = longer;
    }
    return text;
}

/* What a job has as its strategy's matrix, in one line. */
static void write_github(const struct cells *cells, unsigned jobs, const char *command, FILE *out)
{
    json_t *include = json_array();
    (void)command;
    for (unsigned i = 0; i < jobs; i++)
        json_array_append_new(include, json_pack("{s:o, s:o}", "shard", shard_text(i, jobs),
                                                 "cells", names_of(cells, i, jobs)));
    json_t *matrix = json_pack("{s:o}", "include", include);
    json_dumpf(matrix, out, JSON_COMPACT);
    putc('\n', out);
    json_decref(matrix);
}

/* A value of JSON is one of YAML. */
static void put_value(FILE *out, json_t *value)
{
    json_dumpf(value, out, JSON_ENCODE_ANY);
    json_decref(value);
}

/* A pipeline of two jobs: one for each shard, and one that puts the results together. */
static void write_gitlab(const struct cells *cells, unsigned jobs, const char *command, FILE *out)
{
    fputs("# Made by lxshim matrix --emit gitlab.\n"
          "lxshim:\n"
          "  parallel:\n"
          "    matrix:\n"
          "      - LXSHIM_SHARD:\n",
          out);
    for (unsigned i = 0; i < jobs; i++) {
        fputs("          - ", out);
        put_value(out, shard_text(i, jobs));
        json_t *names = names_of(cells, i, jobs);
        fprintf(out, " # %s\n", json_string_value(names));
        json_decref(names);
    }
    fputs("  script:\n    - ", out);
    put_value(out, json_sprintf("lxshim matrix --shard \"$LXSHIM_SHARD\" --report "
                                "\"json:lxshim-$CI_NODE_INDEX.json\" %s",
                                command));
    fputs("\n  artifacts:\n"
          "    when: always\n"
          "    paths: [\"lxshim-*.json\"]\n"
          "lxshim-merge:\n"
          "  needs: [\"lxshim\"]\n"
          "  when: always\n"
          "  script:\n"
          "    - lxshim matrix merge --report junit:lxshim.xml --report text lxshim-*.json\n"
          "  artifacts:\n"
          "    when: always\n"
          "    reports: {junit: lxshim.xml}\n",
          out);
}

const struct emit_engine emit_engines[] = {
    {"github", 256, "GitHub", write_github},
    {"gitlab", 200, "GitLab", write_gitlab},
    {NULL, 0, NULL, NULL},
};
