/* SPDX-License-Identifier: MIT */
/* TAP, version 14: a test point for each kind of refused calls, with what is known of it as YAML.
 */
#include <inttypes.h>
#include <string.h>

#include "report/formats.h"
#include "report/writers.h"

/* A description: "#" would begin a directive. */
static void put_description(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '#' || *text == '\\')
            fputc('\\', out);
        fputc((unsigned char)*text < ' ' ? '?' : *text, out);
    }
}

/* A string of YAML in double quotes, of which JSON's are a part. */
static void put_yaml(FILE *out, const char *key, const char *text)
{
    fprintf(out, "  %s: \"", key);
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ') {
            fprintf(out, "\\x%02X", *text);
            continue;
        }
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputs("\"\n", out);
}

static void put_kind(struct report *r, size_t nth, FILE *out)
{
    const struct report_kind *kind = &r->kinds[nth];
    const char *holders = report_holders(r, kind);
    const char *cure = kind->number == LX_RULE_NONE ? NULL : report_cure(kind->number);
    fprintf(out, "%s %zu - ", kind->level == REPORT_NOTE ? "ok" : "not ok", nth + 1);
    put_description(out, report_sentence(r, kind));
    fputs("\n  ---\n", out);
    put_yaml(out, "rule", kind->rule);
    put_yaml(out, "severity", report_level_word(kind->level));
    put_yaml(out, "program", kind->comm);
    put_yaml(out, "chain", kind->chain);
    fprintf(out, "  times: %" PRIu64 "\n", kind->count);
    put_yaml(out, "first", kind->first);
    if (kind->frame_count > 0)
        put_yaml(out, "stack", report_stack(r, kind, REPORT_FRAMES));
    if (holders != NULL)
        put_yaml(out, "holders", holders);
    if (cure != NULL)
        put_yaml(out, "cure", cure);
    put_yaml(out, "evidence", kind->evidence);
    fputs("  ...\n", out);
}

void report_tap(struct report *r, FILE *out)
{
    const char *remarks = report_remarks(r);
    fprintf(out, "TAP version 14\n# lxshim\n1..%zu%s\n", r->count,
            r->count == 0 ? " # SKIP no call was refused" : "");
    for (size_t i = 0; i < r->count; i++)
        put_kind(r, i, out);
    if (remarks[0] != '\0')
        fprintf(out, "# %s\n", remarks);
}
