/* SPDX-License-Identifier: MIT */
/* The pages of docs/rules: one for each rule, which lxshim explain prints as well, and their index.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/page.h"
#include "policy/rules.h"
#include "report/writers.h"
#include "tools/generate.h"

#define MARK "<!-- Made by \"make generate\". -->\n"

/* The place of the index among the pages. */
#define INDEX LX_RULE_COUNT

static void name_of(unsigned page, char *out, size_t room)
{
    snprintf(out, room, "docs/rules/%s.md", page == INDEX ? "README" : lx_rules[page].id);
}

void generate_page_names(void)
{
    char name[128];
    for (unsigned page = 0; page <= INDEX; page++) {
        name_of(page, name, sizeof(name));
        puts(name);
    }
}

static void write_index(FILE *out)
{
    fputs("# Rules\n\nA page for each: what it does, its values, since and until when, why we "
          "believe it, what usually helps,\nan example. `lxshim explain RULE` prints the same. "
          "Which tests hold a value: [fidelity](../fidelity.md).\n\n| rule | what it does "
          "|\n|---|---|\n",
          out);
    for (unsigned i = 0; i < LX_RULE_COUNT; i++) {
        fprintf(out, "| [`%s`](%s.md) | ", lx_rules[i].id, lx_rules[i].id);
        report_put_markdown(out, lx_rules[i].summary);
        fputs(" |\n", out);
    }
}

/* True where a file is not there, or begins with a line. */
static bool is_ours(const char *path, const char *mark)
{
    char line[64] = "";
    FILE *file = fopen(path, "r");
    bool ours = file == NULL ? errno == ENOENT
                             : fgets(line, sizeof(line), file) != NULL && strcmp(line, mark) == 0;
    if (file != NULL)
        fclose(file);
    return ours;
}

FILE *generate_file(const char *root, const char *name, const char *mark)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", root, name);
    FILE *out = is_ours(path, mark) ? fopen(path, "w") : NULL;
    if (out == NULL)
        fprintf(stderr, "generate: %s: it cannot be written, or was not made here\n", path);
    else
        fputs(mark, out);
    return out;
}

static int write_page(unsigned page, const char *root)
{
    char name[128];
    name_of(page, name, sizeof(name));
    FILE *out = generate_file(root, name, MARK);
    if (out == NULL)
        return 1;
    if (page == INDEX)
        write_index(out);
    else
        page_markdown((enum lx_rule)page, out);
    bool failed = ferror(out) != 0;
    return fclose(out) != 0 || failed;
}

int generate_pages(const char *root)
{
    int status = 0;
    for (unsigned page = 0; page <= INDEX; page++)
        status |= write_page(page, root);
    return status;
}
