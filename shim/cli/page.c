/* SPDX-License-Identifier: MIT */
#include "cli/page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bisect/examples.h"
#include "cli/cli.h"
#include "cli/eras.h"
#include "policy/errnames.h"
#include "report/report.h"
#include "report/writers.h"

/* Where the words of a page go, and how its parts look there. */
struct page {
    enum lx_rule rule;
    FILE *out;
    bool markdown;
};

static void heading(const struct page *p, const char *text)
{
    putc('\n', p->out);
    if (p->markdown)
        fprintf(p->out, "## %s\n\n", text);
    else
        cli_heading(p->out, text, "\n");
}

static void paragraph(const struct page *p, const char *text)
{
    if (!p->markdown) {
        cli_wrap_to(p->out, 2, text);
        return;
    }
    report_put_markdown(p->out, text);
    putc('\n', p->out);
}

/* One of several. */
__attribute__((format(printf, 2, 3))) static void item(const struct page *p, const char *format,
                                                       ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    if (p->markdown)
        fputs("- ", p->out);
    paragraph(p, text == NULL ? "" : text);
    free(text);
}

/* Lines as they are typed begin, and end. */
static void code(const struct page *p, bool begins)
{
    if (p->markdown)
        fputs(begins ? "\n```sh\n" : "```\n", p->out);
}

static void values(const struct page *p)
{
    const struct lx_rule_info *rule = &lx_rules[p->rule];
    heading(p, "values");
    for (unsigned v = 0; v < LX_VALUE_COUNT; v++) {
        int error = lx_value_errno((enum lx_value)v);
        if ((rule->values >> v & 1) == 0)
            continue;
        item(p, "%s%s%s%s%s%s", lx_value_word((enum lx_value)v),
             v == rule->fallback ? " (default)" : "", error != 0 ? ": refused with " : "",
             error != 0 ? lx_errno_name(error) : "", error != 0 ? ", " : "",
             error != 0 ? strerror(error) : "");
    }
}

static void era(void *context, const struct era_value *v)
{
    const char *grade = lx_grade_word(v->grade);
    const char *reason = v->reason != NULL ? v->reason : "";
    /* What begins by its grade has said it. */
    bool said = strncmp(reason, grade, strlen(grade)) == 0;
    item(context, "%s: %s (%s%s%s)", lx_value_word(v->value), v->where, said ? "" : grade,
         said || reason[0] == '\0' ? "" : ": ", reason);
}

static void example(const struct page *p)
{
    const char *id = lx_rules[p->rule].id;
    const char *indent = p->markdown ? "" : "  ";
    const char *lines = example_lines(p->rule);
    if (lines == NULL)
        return;
    heading(p, "an example");
    paragraph(p, "In an empty directory. The same without what stands before sh works, on Linux.");
    code(p, true);
    fprintf(p->out, "%slxshim run -q --set %s=%s --enforce %s -- ", indent, id,
            lx_value_word(example_value(p->rule)), id);
    example_put(p->out, indent, lines);
    fputs(" sh one two\n", p->out);
    code(p, false);
}

static void change(const struct page *p)
{
    const char *id = lx_rules[p->rule].id;
    const char *indent = p->markdown ? "" : "  ";
    heading(p, "to change it");
    paragraph(p, "By an option, or in a policy:");
    code(p, true);
    fprintf(p->out, "%slxshim run --set %s=VALUE -- COMMAND\n", indent, id);
    fprintf(p->out, "%s\"rules\": {\"%s\": \"VALUE\"}\n", indent, id);
    code(p, false);
}

static void all(struct page *p)
{
    const struct lx_rule_info *rule = &lx_rules[p->rule];
    if (p->markdown)
        fprintf(p->out, "# `%s`\n\n", rule->id);
    else
        cli_heading(p->out, rule->id, "\n\n");
    paragraph(p, rule->summary);
    values(p);
    heading(p, "since and until when");
    eras_of(p->rule, era, p);
    heading(p, "evidence");
    item(p, "grade of the default: %s", lx_grade_word(rule->grade));
    item(p, "%s", rule->evidence);
    if (report_cure(p->rule) != NULL) {
        heading(p, "what usually helps");
        paragraph(p, report_cure(p->rule));
    }
    example(p);
    change(p);
}

void page_text(enum lx_rule rule, FILE *out)
{
    struct page p = {rule, out, false};
    all(&p);
}

void page_markdown(enum lx_rule rule, FILE *out)
{
    struct page p = {rule, out, true};
    all(&p);
}
