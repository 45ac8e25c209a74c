/* SPDX-License-Identifier: MIT */
/* A page of Markdown: what happened, what it was, what helps. */
#include <inttypes.h>
#include <string.h>

#include "report/formats.h"
#include "report/writers.h"

/* Rows that are shown; a page is for people. */
#define ROWS 100

static void put_head(struct report *r, FILE *out)
{
    const struct report_about *about = &r->about;
    const char *remarks = report_remarks(r);
    fputs("<!-- lxshim -->\n### lxshim: ", out);
    report_put_markdown(out, report_headline(r));
    fputs("\n\n", out);
    if (about->command != NULL) {
        report_put_markdown_code(out, about->command);
        if (about->status >= 0)
            fprintf(out, " ended with status %d", about->status);
        if (about->profile != NULL)
            fprintf(out, ", by the rules of %s", about->profile);
        fputs(".\n\n", out);
    }
    if (remarks[0] != '\0')
        fprintf(out, "> %s\n\n", remarks);
}

static void put_row(struct report *r, const struct report_kind *kind, FILE *out)
{
    const char *holders = report_holders(r, kind);
    fprintf(out, "| %s | `%s` | ", report_level_word(kind->level), kind->rule);
    report_put_markdown(out, report_sentence_at(r, kind));
    fputs(" | ", out);
    report_put_markdown(out, kind->chain);
    fputs(" | ", out);
    report_put_markdown(out, holders == NULL ? "" : holders);
    fprintf(out, " | %" PRIu64 " |\n", kind->count);
}

static void put_table(struct report *r, FILE *out)
{
    size_t rows = r->count < ROWS ? r->count : ROWS;
    fputs(
        "| level | rule | what happened | program | held by | times |\n|---|---|---|---|---|---|\n",
        out);
    for (size_t i = 0; i < rows; i++)
        put_row(r, &r->kinds[i], out);
    if (rows < r->count)
        fprintf(out, "\n%zu further kinds are not shown.\n", r->count - rows);
}

/* Each rule that refused something: what it is, why we believe it, what helps. */
static void put_rules(const struct report *r, FILE *out)
{
    bool seen[LX_RULE_COUNT + 1] = {[LX_RULE_NONE] = true};
    for (size_t i = 0; i < r->count; i++) {
        const struct report_kind *kind = &r->kinds[i];
        if (seen[kind->number])
            continue;
        seen[kind->number] = true;
        const char *cure = report_cure(kind->number);
        fprintf(out, "\n**`%s`** ", kind->rule);
        report_put_markdown(out, lx_rules[kind->number].summary);
        if (cure != NULL) {
            fputs("  \nWhat usually helps: ", out);
            report_put_markdown(out, cure);
        }
        fputs("  \nEvidence: ", out);
        report_put_markdown(out, lx_rules[kind->number].evidence);
        fputc('\n', out);
    }
}

/* Where the time would go on a drive, and which of it can be saved. */
static void put_cost(struct report *r, FILE *out)
{
    const char *headline = report_cost_headline(&r->costs, &r->arena);
    if (headline[0] == '\0')
        return;
    fputs("\n#### ", out);
    report_put_markdown(out, headline);
    fputs("\n\n| seconds | calls | operation | instead |\n|---:|---:|---|---|\n", out);
    for (unsigned i = 0; i < r->costs.count; i++) {
        const struct report_cost *c = &r->costs.of[i];
        const char *saving = report_cost_saving(&r->costs, c, &r->arena);
        fprintf(out, "| %.3f | %" PRIu64 " | %s | %s |\n", (double)c->ns / 1e9, c->calls,
                report_cost_words(c, &r->arena), saving == NULL ? "" : saving);
    }
}

void report_markdown(struct report *r, FILE *out)
{
    put_head(r, out);
    if (r->count > 0) {
        put_table(r, out);
        put_rules(r, out);
    }
    put_cost(r, out);
}
