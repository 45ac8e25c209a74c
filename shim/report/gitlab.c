/* SPDX-License-Identifier: MIT */
/* GitLab's code quality: an array, of which equal fingerprints would be one. */
#include <string.h>

#include "report/dump.h"
#include "report/formats.h"
#include "report/index.h"
#include "report/writers.h"

/* An empty array would be a pass, of a command that failed. */
static json_t *altered_of(struct report *r, const char *said)
{
    const struct report_kind none = {.rule = "altered"};
    char print[20];
    unsigned line;
    const char *place = report_place(r, &none, &line);
    const char *command = r->about.command != NULL ? r->about.command : "";
    snprintf(print, sizeof(print), "%016llx",
             (unsigned long long)index_hash(INDEX_HASH, command, strlen(command)));
    return json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:{s:i}}}", "description", said, "check_name",
                     "lxshim/altered", "fingerprint", print, "severity", "minor", "location",
                     "path", place, "lines", "begin", (int)line);
}

void report_gitlab(struct report *r, FILE *out)
{
    static const char *const severity[REPORT_LEVELS] = {"major", "minor", "info"};
    fputc('[', out);
    for (size_t i = 0; i < r->count; i++) {
        const struct report_kind *kind = &r->kinds[i];
        unsigned line;
        const char *place = report_place(r, kind, &line);
        const char *holders = report_holders(r, kind);
        const char *said =
            lx_arena_format(&r->arena, "%s, to %s%s%s", report_sentence_at(r, kind), kind->chain,
                            holders != NULL ? "; held by " : "", holders != NULL ? holders : "");
        json_t *issue = json_pack(
            "{s:s, s:o, s:s, s:s, s:{s:s, s:{s:i}}}", "description", said, "check_name",
            json_sprintf("lxshim/%s", kind->rule), "fingerprint", kind->fingerprint, "severity",
            severity[kind->level], "location", "path", place, "lines", "begin", (int)line);
        report_put_json(out, i > 0 ? ",\n  " : "\n  ", issue);
    }
    const char *altered = report_altered(r);
    if (altered[0] != '\0')
        report_put_json(out, r->count > 0 ? ",\n  " : "\n  ", altered_of(r, altered));
    fputs(r->count > 0 || altered[0] != '\0' ? "\n]\n" : "]\n", out);
}
