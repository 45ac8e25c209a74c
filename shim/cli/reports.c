/* SPDX-License-Identifier: MIT */
#include "cli/reports.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bisect/examples.h"
#include "cli/progress.h"
#include "policy/nearest.h"
#include "policy/shown.h"
#include "policy/whole.h"
#include "report/place.h"

/* As for the counters of a run: children find it by our id and this number. */
#define TRACE_FD 733

bool cli_orders_read(const struct report_format *formats, const char *help, char *const *texts,
                     size_t count, struct report_order *out)
{
    struct lx_nearest nearest;
    char word[64];
    char list[128];
    for (size_t i = 0; i < count; i++) {
        if (report_order_read(formats, texts[i], &out[i]))
            continue;
        snprintf(word, sizeof(word), "%.*s", (int)strcspn(texts[i], ":"), texts[i]);
        lx_nearest_start(&nearest, word);
        list[0] = '\0';
        for (const struct report_format *f = formats; f->word != NULL; f++) {
            size_t n = strlen(list);
            lx_nearest_try(&nearest, f->word);
            snprintf(list + n, sizeof(list) - n, "%s%s", n > 0 ? ", " : "", f->word);
        }
        if (lx_nearest_found(&nearest) != NULL)
            cli_unknown("format of reports", word, lx_nearest_found(&nearest), help);
        else
            cli_error("unknown format of reports \"%s\", expected one of %s; see %s", word, list,
                      help);
        return false;
    }
    return true;
}

bool cli_orders_check(const struct report_order *orders, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int r = report_file_check(&orders[i]);
        if (r == -EEXIST)
            cli_error("%s is no %s report of ours: name another file, or remove it", orders[i].file,
                      orders[i].format->word);
        else if (r < 0)
            cli_error("cannot write the report to %s: %s", orders[i].file, strerror(-r));
        if (r < 0)
            return false;
    }
    return true;
}

/* True where all of --fail-on are rules. */
static bool check_rules(const char *rules)
{
    const struct report none = {.count = 0};
    const char *unknown;
    char word[64];
    (void)report_fails_on(&none, rules, &unknown);
    if (rules != NULL && rules[0] == '\0') /* it would fail on nothing */
        unknown = rules;
    if (unknown == NULL)
        return true;
    snprintf(word, sizeof(word), "%.*s", (int)strcspn(unknown, ","), unknown);
    cli_error("unknown --fail-on \"%s\": rules, \"denied\" or \"never\"; see lxshim policy rules",
              word);
    return false;
}

bool cli_orders_write(const struct report_order *orders, size_t count, struct report *report)
{
    bool all = true;
    for (size_t i = 0; i < count; i++) {
        int r = report_file_write(&orders[i], report);
        if (r == -EEXIST)
            cli_error("%s is no %s report of ours any more: nothing was written", orders[i].file,
                      orders[i].format->word);
        else if (r < 0)
            cli_error("cannot write the report to %s: %s",
                      orders[i].file != NULL ? orders[i].file : "standard output",
                      report_place_word(-r));
        all &= r == 0;
    }
    return all;
}

/* The command as a shell takes it: its words, in quotes where they need them. */
static char *join(char *const *words, int count)
{
    struct lx_arena arena = {NULL};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    for (int i = 0; i < count; i++)
        fprintf(out, "%s%s", i > 0 ? " " : "", example_quote(&arena, words[i]));
    fclose(out);
    lx_arena_free(&arena);
    return text;
}

/* Where the run's lines are kept that nobody has named a file for. */
static const char *place_of_lines(void)
{
    const char *directory = getenv("TMPDIR");
    return directory != NULL && directory[0] == '/' ? directory : "/tmp";
}

/* Where the run's lines will be. */
static FILE *open_trace(struct lx_effective *policy)
{
    if (policy->trace != NULL) {
        FILE *trace = fopen(policy->trace, "re");
        if (trace != NULL && fseeko(trace, 0, SEEK_END) < 0) {
            fclose(trace);
            trace = NULL; /* a FIFO is read by somebody else */
        }
        return trace;
    }
    int fd = open(place_of_lines(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    int moved = fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, TRACE_FD);
    if (fd >= 0)
        close(fd);
    FILE *trace = moved < 0 ? NULL : fdopen(moved, "r");
    if (trace != NULL) {
        policy->trace = lx_arena_format(&policy->arena, "/proc/%d/fd/%d", (int)getpid(), moved);
        policy->trace_all = false;
        policy->trace_guest = false;
    }
    return trace;
}

/* The policy's file, where it is one of the project's: it stands for the run. As reports can hold
 * it. */
static const char *place_of(const struct lx_request *request)
{
    const char *file = request->file;
    if (file == NULL || file[0] == '/' || strncmp(file, "../", 3) == 0)
        return NULL;
    while (strncmp(file, "./", 2) == 0)
        file += 2;
    char *place = strdup(file);
    return place == NULL ? NULL : lx_shown(place, false);
}

static void show_reading(uint64_t lines)
{
    progress_show("%llu lines of the trace are read", (unsigned long long)lines);
}

bool cli_reports_begin(const struct cli_arguments *arguments, struct lx_effective *policy,
                       struct cli_reports *out)
{
    *out = (struct cli_reports){.count = arguments->report_count, .fail_on = arguments->fail_on};
    if (out->count == 0 && out->fail_on == NULL)
        return true;
    out->orders = calloc(out->count + 1, sizeof(out->orders[0]));
    if (out->orders == NULL ||
        !cli_orders_read(report_formats, "lxshim help reports", arguments->reports, out->count,
                         out->orders) ||
        !cli_orders_check(out->orders, out->count) || !check_rules(out->fail_on))
        return false;
    const bool named = policy->trace != NULL;
    out->trace = open_trace(policy);
    if (out->trace == NULL && policy->trace != NULL)
        cli_error("cannot keep what is reported: the trace cannot be read");
    else if (out->trace == NULL)
        cli_error("cannot keep what is reported in %s: %s; TMPDIR chooses another directory",
                  place_of_lines(), strerror(errno));
    if (out->trace == NULL)
        return false;
    out->kept = named ? NULL : place_of_lines();
    out->about = (struct report_about){.directory = realpath(".", NULL),
                                       .command = join(arguments->rest, arguments->count),
                                       .profile = strdup(policy->profile),
                                       .place = place_of(&arguments->request),
                                       .reading = show_reading};
    return true;
}

/* A shell's word for how a command has ended. */
static int shell_status(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int cli_reports_end(struct cli_reports *reports, int status, bool whole)
{
    struct report report;
    const char *unknown;
    if (reports->trace == NULL)
        return status;
    reports->about.status = shell_status(status);
    report_start(&report, &reports->about);
    int r = report_read(&report, reports->trace);
    progress_clear();
    if (r < 0)
        cli_error("cannot read the trace: %s", strerror(-r));
    report_settle(&report);
    bool written = cli_orders_write(reports->orders, reports->count, &report);
    bool failed = report_fails_on(&report, reports->fail_on, &unknown);
    if (failed && status == 0)
        cli_error("the command succeeded; --fail-on=%s fails it", reports->fail_on);
    report_free(&report);
    fclose(reports->trace);
    if (status == 0 && (failed || !written || !whole))
        return W_EXITCODE(failed ? CLI_NO : CLI_FAILED, 0);
    return status;
}

int cli_report(const struct cli_arguments *arguments)
{
    size_t count = (size_t)arguments->count - 1;
    const char *file = arguments->rest[count];
    struct report_order *orders = calloc(count + 1, sizeof(orders[0]));
    struct report report;
    const char *unknown;
    int status = CLI_USAGE;
    if (orders == NULL ||
        !cli_orders_read(report_formats, "lxshim help reports", arguments->rest, count, orders) ||
        !check_rules(arguments->fail_on)) {
        free(orders);
        return status;
    }
    FILE *trace = strcmp(file, "-") == 0 ? stdin : lx_stream_plain(file);
    const struct report_about about = {
        .directory = realpath(".", NULL), .status = -1, .reading = show_reading};
    status = CLI_NO;
    report_start(&report, &about);
    int r = trace == NULL ? -errno : report_read(&report, trace);
    progress_clear();
    report_settle(&report);
    if (r < 0)
        cli_error("cannot read %s: %s", file, trace == NULL ? lx_plain_word(-r) : strerror(-r));
    else if (report.lines > 0 && report.damaged == report.lines)
        cli_error("%s is no trace: none of its %llu lines is one of a trace", file,
                  (unsigned long long)report.lines);
    else if (cli_orders_check(orders, count) && cli_orders_write(orders, count, &report))
        status = report_fails_on(&report, arguments->fail_on, &unknown) ? CLI_NO : CLI_OK;
    report_free(&report);
    free((void *)(uintptr_t)about.directory);
    free(orders);
    if (trace != NULL && trace != stdin)
        fclose(trace);
    return status;
}
