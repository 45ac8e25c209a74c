/* SPDX-License-Identifier: MIT */
/*
 * SARIF 2.1.0, as GitHub's code scanning takes it: a location for every result, no empty strings,
 * no security severity, texts of at most 1,024 characters. Of kinds as many are kept as it shows.
 */
#include <string.h>

#include "report/dump.h"
#include "report/formats.h"
#include "report/writers.h"

#define LONGEST 1000

/* A string that is cut where the reader would refuse it, at a character's border. */
static json_t *text(const char *s)
{
    size_t n = strlen(s);
    if (n > LONGEST) {
        n = LONGEST;
        while (n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80)
            n--;
    }
    json_t *string = n == 0 ? json_string("-") : json_stringn(s, n);
    return string != NULL ? string : json_string("(no text)");
}

static json_t *message(const char *s)
{
    return json_pack("{s:o}", "text", text(s));
}

/* A path as a relative reference of a URI. */
static json_t *uri(const char *path)
{
    char out[3 * 1024];
    size_t n = 0;
    for (; *path != '\0' && n + 3 < sizeof(out); path++) {
        unsigned char c = (unsigned char)*path;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     strchr("-._~/", c) != NULL;
        n += (size_t)snprintf(out + n, sizeof(out) - n, plain ? "%c" : "%%%02X", c);
    }
    return json_stringn(out, n);
}

static json_t *rule_of(struct report *r, const struct report_kind *kind)
{
    const struct lx_rule_info *info = kind->number == LX_RULE_NONE ? NULL : &lx_rules[kind->number];
    const char *summary = info != NULL ? info->summary : "An override of the policy answers.";
    const char *cure = info != NULL ? report_cure(kind->number) : NULL;
    const char *help = lx_arena_format(
        &r->arena, "%s%s%s\n\nEvidence: %s\n\nlxshim explain %s tells more.", summary,
        cure == NULL ? "" : "\n\nWhat usually helps: ", cure == NULL ? "" : cure,
        info != NULL ? info->evidence : "the policy", kind->rule);
    return json_pack("{s:s, s:o, s:o, s:o}", "id", kind->rule, "shortDescription", message(summary),
                     "fullDescription", message(summary), "help", message(help));
}

/* Each rule once. */
static void put_rules(struct report *r, FILE *out)
{
    bool seen[LX_RULE_COUNT + 1] = {false};
    const char *before = "\n        ";
    for (size_t i = 0; i < r->count; i++) {
        if (seen[r->kinds[i].number])
            continue;
        seen[r->kinds[i].number] = true;
        report_put_json(out, before, rule_of(r, &r->kinds[i]));
        before = ",\n        ";
    }
}

static json_t *result_of(struct report *r, const struct report_kind *kind)
{
    unsigned line;
    const char *place = report_place(r, kind, &line);
    const char *holders = report_holders(r, kind);
    const char *said =
        lx_arena_format(&r->arena, "%s, to %s%s%s%s", report_sentence_at(r, kind), kind->chain,
                        kind->count > 1 ? lx_arena_format(&r->arena, ", %llu times",
                                                          (unsigned long long)kind->count)
                                        : "",
                        holders != NULL ? "; held by " : "", holders != NULL ? holders : "");
    return json_pack("{s:s, s:s, s:o, s:{s:s}, s:[{s:{s:{s:o}, s:{s:i}}}], s:I}", "ruleId",
                     kind->rule, "level", report_level_word(kind->level), "message", message(said),
                     "partialFingerprints", "primaryLocationLineHash", kind->fingerprint,
                     "locations", "physicalLocation", "artifactLocation", "uri", uri(place),
                     "region", "startLine", (int)line, "occurrenceCount", (json_int_t)kind->count);
}

/* What a reader is told of the report itself. */
static void put_notes(struct report *r, FILE *out)
{
    const char *remarks = report_remarks(r);
    if (remarks[0] == '\0')
        return;
    fputs(",\n    \"invocations\": [{\"executionSuccessful\": true, "
          "\"toolExecutionNotifications\": [{\"level\": \"warning\", \"message\": ",
          out);
    report_put_json(out, "", message(remarks));
    fputs("}]}]", out);
}

void report_sarif(struct report *r, FILE *out)
{
    const char *before = "\n      ";
    fputs("{\n  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n"
          "  \"version\": \"2.1.0\",\n  \"runs\": [{\n"
          "    \"tool\": {\"driver\": {\"name\": \"lxshim\", \"version\": \"" LXSHIM_VERSION "\",\n"
          "      \"rules\": [",
          out);
    put_rules(r, out);
    fputs("]}},\n    \"automationDetails\": {\"id\": ", out);
    report_put_json(
        out, "",
        json_string(lx_arena_format(&r->arena, "lxshim/%s/",
                                    r->about.profile != NULL ? r->about.profile : "trace")));
    fputs("}", out);
    put_notes(r, out);
    fputs(",\n    \"columnKind\": \"utf16CodeUnits\",\n    \"results\": [", out);
    for (size_t i = 0; i < r->count; i++) {
        report_put_json(out, before, result_of(r, &r->kinds[i]));
        before = ",\n      ";
    }
    fputs("]\n  }]\n}\n", out);
}
