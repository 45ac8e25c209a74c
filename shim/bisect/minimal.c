/* SPDX-License-Identifier: MIT */
#include "bisect/minimal.h"

#include <stdlib.h>
#include <string.h>

#include "report/file.h"

#define MARK "Made by lxshim bisect"

/* What is written, with the report that a writer of those is given. */
struct written {
    struct report report;
    json_t *policy;
};

/* The scanner and the latency of the cause; what it extends may have some that are none. */
static void put_beside(json_t *policy, const struct plan_cause *cause,
                       const struct bisect_about *about)
{
    const struct beside *beside = about->beside;
    const char *colon = beside->latency == NULL ? NULL : strchr(beside->latency, ':');
    if (cause->beside.scanner)
        json_object_set_new(policy, "scanner", beside_scanner(beside, cause->beside.events));
    else if (beside->scanner != NULL && about->extends != NULL)
        json_object_set_new(policy, "scanner", json_string("off"));
    if (cause->beside.latency && colon == NULL)
        json_object_set_new(policy, "latency", json_string(beside->latency));
    else if (cause->beside.latency)
        json_object_set_new(policy, "latency",
                            json_pack("{s:s%, s:i}", "client", beside->latency,
                                      (size_t)(colon - beside->latency), "seed", atoi(colon + 1)));
    else if (beside->latency != NULL && about->extends != NULL)
        json_object_set_new(policy, "latency", json_string("off"));
}

json_t *minimal_policy(const struct plan_cause *cause, const struct bisect_about *about)
{
    json_t *all = json_pack("{s:s, s:i}", "//", MARK ": what a command fails over.", "version", 1);
    json_t *rules = json_array();
    if (about->chosen || about->extends == NULL)
        json_object_set_new(all, "profile", json_string(about->profile));
    if (about->extends != NULL)
        json_object_set_new(all, "extends", json_string(about->extends));
    for (size_t i = 0; i < about->set_count; i++) {
        const char *equals = strchr(about->sets[i], '=');
        json_t *values = json_object_get(all, "rules");
        if (values == NULL) {
            values = json_object();
            json_object_set_new(all, "rules", values);
        }
        json_t *id = json_stringn(about->sets[i], (size_t)(equals - about->sets[i]));
        json_object_set_new(values, json_string_value(id), json_string(equals + 1));
        json_decref(id);
    }
    for (unsigned i = 0; (i = lx_ruleset_next(&cause->rules, i)) < LX_RULE_COUNT; i++)
        json_array_append_new(rules, json_string(lx_rules[i].id));
    json_object_set_new(all, "mode", json_pack("{s:o}", "enforce", rules));
    json_object_set(all, "overrides", cause->minimal);
    put_beside(all, cause, about);
    return all;
}

/* An array, an item a line. */
static void print_items(const json_t *items, FILE *out)
{
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item)
    {
        fputs(i == 0 ? "[\n  " : ",\n  ", out);
        json_dumpf(item, out, JSON_ENCODE_ANY);
    }
    fputs("]", out);
}

void minimal_print(const json_t *policy, FILE *out)
{
    const char *key;
    json_t *value;
    const char *before = "{";
    json_object_foreach((json_t *)(uintptr_t)policy, key, value)
    {
        fprintf(out, "%s\"%s\": ", before, key);
        before = ",\n ";
        if (json_is_array(value) && json_array_size(value) > 0)
            print_items(value, out);
        else
            json_dumpf(value, out, JSON_ENCODE_ANY);
    }
    fputs("}\n", out);
}

static void write_policy(struct report *report, FILE *out)
{
    /* The report is the first member of what was given: see minimal_write. */
    minimal_print(((const struct written *)(const void *)report)->policy, out);
}

static const struct report_format format = {"bisect", "", MARK, write_policy};

int minimal_check(const char *file)
{
    return report_file_check(&(struct report_order){&format, file});
}

int minimal_write(const char *file, const struct plan_cause *cause,
                  const struct bisect_about *about)
{
    struct written w = {.policy = minimal_policy(cause, about)};
    int r = report_file_write(&(struct report_order){&format, file}, &w.report);
    json_decref(w.policy);
    return r;
}
