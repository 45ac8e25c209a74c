/* SPDX-License-Identifier: MIT */
#include "matrix/refused.h"

#include <stdio.h>
#include <string.h>

#include "report/report.h"
#include "trial/copy.h"

/* The entry of a rule in "refused", made where it is not there. */
static json_t *entry_of(json_t *refused, struct report *report, const struct report_kind *kind)
{
    size_t i;
    json_t *e;
    json_array_foreach(refused, i, e)
    {
        if (strcmp(json_string_value(json_object_get(e, "rule")), kind->rule) == 0)
            return e;
    }
    e = json_pack("{s:s, s:i, s:b, s:s}", "rule", kind->rule, "times", 0, "expected",
                  kind->number != LX_RULE_NONE && report_is_probed(kind->number), "sentence",
                  report_sentence(report, kind));
    json_array_append_new(refused, e);
    return e;
}

void refused_add(json_t *result, const struct runner *runner, const struct runner_job *job)
{
    struct report report;
    char where[PATH_MAX];
    char directory[PATH_MAX];
    json_t *refused = json_array();
    json_t *altered = json_array();
    runner_directory(runner, job, directory);
    copy_where(runner->options, directory, where);
    const struct report_about about = {.directory = where, .status = job->outcome.status};
    FILE *trace = fopen(job->trace, "re");
    report_start(&report, &about);
    if (trace != NULL) {
        (void)report_read(&report, trace);
        fclose(trace);
    }
    report_settle(&report);
    /* Those that are not expected come first: reports are ordered by what matters. */
    for (size_t i = 0; i < report.count; i++) {
        json_t *e = entry_of(refused, &report, &report.kinds[i]);
        json_int_t times = json_integer_value(json_object_get(e, "times"));
        json_object_set_new(e, "times", json_integer(times + (json_int_t)report.kinds[i].count));
    }
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        if (report.altered[i] > 0)
            json_array_append_new(altered, json_string(lx_rules[i].id));
    report_free(&report);
    json_object_set_new(result, "refused", refused);
    json_object_set_new(result, "altered", altered);
}
