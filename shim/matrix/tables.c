/* SPDX-License-Identifier: MIT */
/* The results of a matrix as tables: for a terminal, for a page, for readers of test reports. */
#include <string.h>

#include "matrix/rows.h"
#include "report/writers.h"

static const struct row head = {{"era", "volume", "result", "rules"}};

static const json_t *results_of(const struct report *report)
{
    const struct outcome *o = (const struct outcome *)(const void *)report;
    return json_object_get(o->document, "results");
}

static void widen(size_t width[ROW_COLUMNS], const struct row *row)
{
    for (size_t i = 0; i < ROW_COLUMNS; i++)
        if (strlen(row->text[i]) > width[i])
            width[i] = strlen(row->text[i]);
}

static void put_row(const struct row *row, const size_t width[ROW_COLUMNS], FILE *out)
{
    size_t owed = 0; /* blanks that a further word would need in front */
    for (size_t i = 0; i < ROW_COLUMNS; i++) {
        if (row->text[i][0] != '\0') {
            fprintf(out, "%*s%s", (int)owed, "", row->text[i]);
            owed = 0;
        }
        owed += width[i] == 0 ? 0 : width[i] - strlen(row->text[i]) + 2;
    }
    putc('\n', out);
}

static const char *summary(struct report *report)
{
    const struct outcome *o = (const struct outcome *)(const void *)report;
    const struct outcome_counts n = outcome_count(o->document);
    const char *text = lx_arena_format(&report->arena, "%zu pass, %zu fail", n.pass, n.fail);
    if (n.other > 0)
        text = lx_arena_format(&report->arena, "%s, %zu cannot be tested", text, n.other);
    if (n.missing > 0)
        text = lx_arena_format(&report->arena, "%s, %zu missing", text, n.missing);
    return text;
}

/* What is to be said where a row stands for several cells; "" where none does. */
static const char *folded(const struct rows *rows)
{
    return rows->count == rows->cells ? ""
                                      : " (cells that end alike are one row; --each has them all)";
}

void outcome_text(struct report *report, FILE *out)
{
    const struct rows rows = rows_make((struct outcome *)(void *)report);
    size_t width[ROW_COLUMNS] = {0};
    struct row title = head;
    for (size_t i = 0; i < rows.count; i++)
        widen(width, &rows.list[i]);
    for (size_t i = 0; i < ROW_COLUMNS; i++)
        if (width[i] == 0 && i > 0)
            title.text[i] = ""; /* nobody says anything there */
    widen(width, &title);
    put_row(&title, width, out);
    for (size_t i = 0; i < rows.count; i++)
        put_row(&rows.list[i], width, out);
    fprintf(out, "\nlxshim matrix: %s%s\n", summary(report), folded(&rows));
}

static void put_markdown_row(const struct row *row, FILE *out)
{
    for (size_t i = 0; i < ROW_COLUMNS; i++) {
        fputs("| ", out);
        report_put_markdown(out, row->text[i]);
        putc(' ', out);
    }
    fputs("|\n", out);
}

void outcome_markdown(struct report *report, FILE *out)
{
    const struct rows rows = rows_make((struct outcome *)(void *)report);
    fputs("<!-- lxshim matrix -->\n### lxshim: ", out);
    report_put_markdown(out, summary(report));
    fputs("\n\n", out);
    report_put_markdown(out, report->about.command);
    fputs("\n\n", out);
    put_markdown_row(&head, out);
    fputs("|---|---|---|---|\n", out);
    for (size_t i = 0; i < rows.count; i++)
        put_markdown_row(&rows.list[i], out);
}

/* What a reader of test reports opens a failure for. */
static void put_detail(struct report *report, const json_t *result, FILE *out)
{
    const char *said = json_string_value(json_object_get(result, "said"));
    size_t i;
    json_t *e;
    fputs(outcome_rules(&report->arena, result), out); /* which are ids and numbers */
    json_array_foreach(json_object_get(result, "refused"), i, e)
    {
        putc('\n', out);
        report_put_xml(out, json_string_value(json_object_get(e, "sentence")));
    }
    if (said != NULL && said[0] != '\0') {
        fputs("\n\n", out);
        report_put_xml(out, said);
    }
}

static void put_case(struct report *report, const json_t *result, FILE *out)
{
    const char *answer = json_string_value(json_object_get(result, "answer"));
    const char *words = outcome_words(&report->arena, result);
    bool skipped = strcmp(answer, "skip") == 0;
    fputs("    <testcase classname=\"lxshim.matrix\"", out);
    report_put_attribute(out, "name", json_string_value(json_object_get(result, "cell")));
    if (strcmp(answer, "pass") == 0) {
        fputs("/>\n", out);
        return;
    }
    fprintf(out, ">\n      <%s", skipped ? "skipped" : "failure");
    report_put_attribute(out, "message", words);
    if (!skipped)
        report_put_attribute(out, "type", answer);
    fputs(">", out);
    put_detail(report, result, out);
    fprintf(out, "</%s>\n    </testcase>\n", skipped ? "skipped" : "failure");
}

void outcome_junit(struct report *report, FILE *out)
{
    const struct outcome *o = (const struct outcome *)(const void *)report;
    const struct outcome_counts n = outcome_count(o->document);
    const size_t tests = n.pass + n.fail + n.other + n.missing;
    size_t i;
    json_t *r;
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuites name=\"lxshim\" tests=\"%zu\" failures=\"%zu\">\n  <testsuite",
            tests, n.fail + n.missing);
    report_put_attribute(
        out, "name", lx_arena_format(&report->arena, "lxshim matrix %s", report->about.command));
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n", tests,
            n.fail + n.missing, n.other);
    json_array_foreach(results_of(report), i, r)
    {
        put_case(report, r, out);
    }
    fputs("  </testsuite>\n</testsuites>\n", out);
}
