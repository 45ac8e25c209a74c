/* SPDX-License-Identifier: MIT */
/*
 * GitHub's workflow commands, and the page of the step. A runner shows 10 annotations of a kind for
 * a step and drops the rest in silence: so those are the first of each, and one line says how many
 * there are. A page of more than 1 MiB is lost as a whole: it is not written then.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/formats.h"
#include "report/place.h"
#include "report/writers.h"

#define ANNOTATIONS 10
#define PAGE_MOST   (1024 * 1024 - 1)

/* Text in a command; in its properties there are two characters more that divide. Others that move
 * a terminal's cursor would do so in the log of the job. */
static void put_escaped(FILE *out, const char *text, bool property)
{
    for (; *text != '\0'; text++)
        if (*text == '%' || *text == '\r' || *text == '\n' ||
            (property && (*text == ':' || *text == ',')))
            fprintf(out, "%%%02X", (unsigned char)*text);
        else
            fputc((unsigned char)*text < ' ' || *text == '\x7F' ? '?' : *text, out);
}

static void put_annotation(struct report *r, const struct report_kind *kind, FILE *out)
{
    static const char *const commands[REPORT_LEVELS] = {"error", "warning", "notice"};
    unsigned line;
    const char *holders = report_holders(r, kind);
    const char *cure = kind->number == LX_RULE_NONE ? NULL : report_cure(kind->number);
    fprintf(out, "::%s file=", commands[kind->level]);
    put_escaped(out, report_place(r, kind, &line), true);
    fprintf(out, ",line=%u,title=", line);
    put_escaped(out, kind->rule, true);
    fputs("::", out);
    put_escaped(out, report_sentence_at(r, kind), false);
    fputs(" (", out);
    put_escaped(out, kind->chain, false);
    fprintf(out, ", %" PRIu64 "x)", kind->count);
    if (holders != NULL) {
        fputs("; held by ", out);
        put_escaped(out, holders, false);
    }
    if (cure != NULL) {
        fputs(". ", out);
        put_escaped(out, cure, false);
    }
    fputc('\n', out);
}

/* Appends the page of the step, where the runner has one and it fits. */
static void put_page(struct report *r, FILE *out)
{
    const char *name = getenv("GITHUB_STEP_SUMMARY");
    char *page = NULL;
    size_t size = 0;
    struct stat st;
    if (name == NULL || name[0] == '\0')
        return;
    FILE *memory = open_memstream(&page, &size);
    if (memory == NULL)
        return;
    report_markdown(r, memory);
    fclose(memory);
    int fd = report_place_open(name, O_APPEND);
    bool fits = fd >= 0 && fstat(fd, &st) == 0 && (size_t)st.st_size + size <= PAGE_MOST;
    const char *why = fd < 0 ? report_place_word(-fd)
                      : fits ? NULL
                             : "there is no room for it in 1 MiB";
    if (why == NULL && write(fd, page, size) != (ssize_t)size)
        why = strerror(errno);
    if (why != NULL)
        fprintf(out, "::warning title=lxshim::the summary of the step could not be written: %s\n",
                why);
    if (fd >= 0)
        close(fd);
    free(page);
}

void report_github(struct report *r, FILE *out)
{
    size_t left[REPORT_LEVELS] = {ANNOTATIONS, ANNOTATIONS, ANNOTATIONS};
    size_t dropped = 0;
    fprintf(out, "::group::lxshim: %s\n", report_headline(r));
    for (size_t i = 0; i < r->count; i++)
        if (left[r->kinds[i].level] > 0) {
            left[r->kinds[i].level]--;
            put_annotation(r, &r->kinds[i], out);
        } else {
            dropped++;
        }
    if (dropped > 0)
        fprintf(out, "%zu further kinds have no annotation: a step may have %d of each level\n",
                dropped, ANNOTATIONS);
    if (report_remarks(r)[0] != '\0')
        fprintf(out, "%s\n", report_remarks(r));
    fputs("::endgroup::\n", out);
    put_page(r, out);
}
