/* SPDX-License-Identifier: MIT */
/* GitLab's code quality: an array, of which equal fingerprints would be one. */
#include "report/dump.h"
#include "report/formats.h"
#include "report/writers.h"

void report_gitlab(struct report *r, FILE *out)
{
    static const char *const severity[REPORT_LEVELS] = {"major", "minor", "info"};
    fputc('[', out);
    for (size_t i = 0; i < r->count; i++) {
        const struct report_kind *kind = &r->kinds[i];
        unsigned line;
        const char *place = report_place(r, kind, &line);
        json_t *issue =
            json_pack("{s:s, s:o, s:s, s:s, s:{s:s, s:{s:i}}}", "description",
                      report_sentence(r, kind), "check_name", json_sprintf("lxshim/%s", kind->rule),
                      "fingerprint", kind->fingerprint, "severity", severity[kind->level],
                      "location", "path", place, "lines", "begin", (int)line);
        report_put_json(out, i > 0 ? ",\n  " : "\n  ", issue);
    }
    fputs(r->count > 0 ? "\n]\n" : "]\n", out);
}
