/* SPDX-License-Identifier: MIT */
/* lxshim run */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/bind.h"
#include "cli/cli.h"
#include "cli/giver.h"
#include "cli/leftovers.h"
#include "cli/relay.h"
#include "cli/reports.h"
#include "cli/rootmounts.h"
#include "cli/summary.h"
#include "cli/tree.h"
#include "policy/debug.h"
#include "policy/emit.h"
#include "policy/table.h"
#include "supervisor/janitor.h"
#include "supervisor/stack.h"
#include "sys/preload.h"
#include "trial/gaps.h"

/* Children find these by this process's id and descriptor, as the counters: see LX_STATS_FD. */
#define TABLE_FD 732
#define DEBUG_FD 733

/* The descriptor's, or that it is moved to, from `wanted` on. */
static int move_up(int fd, int wanted)
{
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, wanted);
    if (moved >= 0)
        close(fd);
    return moved >= 0 ? moved : fd;
}

/* Memory that children can map, at a descriptor from `wanted` on. Returns that or -errno. */
static int make_memory(const char *name, int wanted)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return fd < 0 ? -errno : move_up(fd, wanted);
}

/* Nobody can cut short what everybody has mapped. */
static void seal(int fd)
{
    (void)fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
}

/* Where somebody waits for what is not known of the run, or -1. Written once, as it begins. */
static int asked = -1;

/* The counters. Returns a descriptor or -errno. */
static int make_stats(const struct lx_effective *policy, struct lx_stats **stats)
{
    asked = trial_gaps_asked();
    int fd = make_memory(LX_STATS_MEMORY, LX_STATS_FD);
    if (fd < 0)
        return fd;
    int r = lx_emit_stats(policy, fd);
    if (r == 0) {
        seal(fd);
        *stats = mmap(NULL, lx_emit_stats_room(policy), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        r = *stats == MAP_FAILED ? -errno : 0;
    }
    if (r == 0)
        (*stats)->lane.i386 = cli_library_i386();
    if (r == 0)
        (*stats)->lane.musl = cli_library_musl();
    if (r < 0)
        close(fd);
    return r < 0 ? r : fd;
}

/* The name of the table of mounts, where it has one. Written before anything is started. */
static char *table_file;

static void drop_table_file(void)
{
    if (table_file != NULL)
        unlink(table_file);
    free(table_file);
    table_file = NULL;
}

/*
 * A table of mounts with a name, for a run whose programs may become other users': those may not
 * look at the descriptors of root's. What is root's alone to write, nobody else can cut short. A
 * descriptor or -errno.
 */
static int make_table_file(void)
{
    const struct lx_stamp owner = lx_stamp_of(getpid());
    if (geteuid() != 0 || owner.pid == 0) /* a file of nobody's would be left to nobody */
        return -EPERM;
    int r = lx_emit_table_file(&owner, true, &table_file);
    if (r < 0)
        return r;
    int fd = open(table_file, O_RDWR | O_CLOEXEC);
    if (fd >= 0)
        return move_up(fd, TABLE_FD);
    r = -errno;
    drop_table_file();
    return r;
}

/* The same without a name, for everybody else. */
static int make_table_memory(void)
{
    int fd = make_memory(LX_TABLE_MEMORY, TABLE_FD);
    int r = fd < 0 ? fd : lx_emit_table(fd, true);
    if (r == 0 && fchmod(fd, 0644) < 0) /* who is given it may not open it anew for writing */
        r = -errno;
    if (r == 0)
        seal(fd);
    else if (fd >= 0)
        close(fd);
    return r < 0 ? r : fd;
}

/* Says why there is no file in memory for something. */
static void refuse_memory(const char *what, int error)
{
    cli_error(error == -EFBIG
                  ? "cannot %s: %s; a hard limit of sizes (ulimit -H -f) has to leave a "
                    "run some MiB of memory"
                  : "cannot %s: %s",
              what, strerror(-error));
}

/* The table of mounts. Returns a descriptor, or -errno after saying so. */
static int make_table(const struct lx_table **table)
{
    int fd = make_table_file();
    if (fd < 0)
        fd = make_table_memory();
    int r = fd < 0 ? fd : 0;
    void *at =
        r < 0 ? MAP_FAILED : mmap(NULL, LX_TABLE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (r == 0 && at == MAP_FAILED) {
        r = -errno;
        close(fd);
    }
    if (r < 0)
        refuse_memory("keep what is mounted", r);
    *table = at;
    return r < 0 ? r : fd;
}

/*
 * What else is preloaded, then ours: functions of the others are called first, as natively, and
 * find ours by RTLD_NEXT. Ours of another build is left out.
 */
static char *preload_list(const char *library, const char *before)
{
    const char *entry;
    size_t n;
    size_t length = strlen(library);
    char *list = malloc(strlen(before) + 1 + length + 1);
    size_t at = 0;
    if (list == NULL)
        return NULL;
    while (preload_next(&before, &entry, &n)) {
        if (preload_is_ours(entry, n))
            continue;
        memcpy(list + at, entry, n);
        at += n;
        list[at++] = ':';
    }
    memcpy(list + at, library, length + 1);
    return list;
}

static int set_preload(void)
{
    char library[PATH_MAX * 2];
    char spelled[CLI_SPELLED_MAX];
    const char *before = getenv("LD_PRELOAD");
    if (!cli_library_ready(library, sizeof(library)))
        return -ENOENT;
    cli_library_spelled(library, spelled, sizeof(spelled));
    char *list = preload_list(spelled, before != NULL ? before : "");
    int r = list == NULL || setenv("LD_PRELOAD", list, 1) < 0 ? -ENOMEM : 0;
    if (r < 0)
        cli_error("out of memory");
    free(list);
    return r;
}

/* What the library answers inside a program, the supervisor does not see the stack of. */
static bool can_have_stacks(const struct cli_arguments *arguments, int way)
{
    if (!stack_can())
        cli_error("--stacks cannot be had: lxshim was built without elfutils' libdw, or for a "
                  "machine that has no use for it");
    else if (arguments->lane != NULL && way != 2)
        cli_error("--stacks sees calls by the supervisor alone, and --lane=%s by the library, "
                  "too; leave it out",
                  arguments->lane);
    else
        return true;
    return false;
}

/* What --lane and --bind name. False after saying what is wrong with them. */
static bool choose_ways(const struct cli_arguments *arguments, struct relay_lanes *lanes,
                        enum bind_when *when)
{
    int way = arguments->lane == NULL ? 0 : cli_choose("lane", arguments->lane, cli_lanes);
    int time =
        arguments->bind == NULL ? BIND_AUTO : cli_choose("--bind", arguments->bind, cli_binds);
    lanes->complete = arguments->complete;
    lanes->preload = way != 2;
    lanes->supervise = way != 1;
    lanes->silent = arguments->quiet && arguments->lane == NULL;
    *when = (enum bind_when)time;
    if (arguments->stacks) {
        if (!can_have_stacks(arguments, way))
            return false;
        lanes->preload = false;
        lanes->complete = true;
    }
    if (way == 1 && lanes->complete) {
        cli_error("--require-complete asks for the supervisor, which --lane=preload goes without");
        return false;
    }
    if (!lanes->preload && access("/proc/self/exe", F_OK) < 0) {
        cli_error("/proc is not mounted here, and the supervisor looks into programs by it");
        return false;
    }
    return way >= 0 && time >= 0;
}

/* Whom the file of state is made for: this process. Written once, before anything is started. */
static struct lx_stamp own;

/*
 * Makes the state that children get, and the policy by which the supervisor judges: one image.
 * `gives`: processes that cannot go to our descriptors are given what they need.
 * The image stays; this process lives as long as the command.
 */
static int set_state(const struct lx_effective *policy, int stats, int table, bool gives,
                     struct lx_policy *attached, int *file)
{
    const char *giver = gives ? giver_prepare(stats, table) : NULL;
    struct lx_state state = {.file = NULL};
    char path[64];
    char mounts[64];
    void *image = NULL;
    char *value = NULL;
    snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), stats);
    snprintf(mounts, sizeof(mounts), "/proc/%d/fd/%d", (int)getpid(), table);
    const struct lx_emit_files names = {.stats = path, .table = mounts, .table_file = table_file};
    long size = lx_emit_image(policy, &names, &image);
    if (size + (long)LX_STATE_BEGIN_MAX > (long)LX_IMAGE_INLINE_MAX) /* to a file, or nearly */
        own = lx_stamp_of(getpid());
    long r = size < 0 ? size : lx_emit_state(image, (size_t)size, &own, giver, &value);
    if (r == 0)
        r = lx_state_parse(value, &state);
    /* Kept open: a child that has not executed anything yet needs it, though it does not say so. */
    *file = state.file != NULL ? open(state.file, O_RDONLY | O_CLOEXEC) : -1;
    if (r == 0 && setenv(LX_STATE_VARIABLE, value, 1) < 0)
        r = -errno;
    if (r == 0)
        r = lx_policy_attach(attached, image, (size_t)size);
    free(value);
    if (r < 0)
        cli_refuse_image(r);
    return (int)r;
}

/*
 * Once the command has ended: the table's name, by which nobody finds more than by our descriptor,
 * the command's file of state, and what killed ones have left.
 */
static void tidy_up(int file)
{
    drop_table_file();
    if (file >= 0)
        close(file);
    leftovers_remove(file >= 0 ? &own : NULL, file >= 0);
}

/*
 * Under the supervisor, somebody may live on under the filter when the command has ended. The
 * filter of the last one goes a little before its memory does, and what it has open.
 */
static void last_has_ended(const struct lx_policy *policy)
{
    const struct timespec pause = {0, 10000000};
    janitor_look(policy);
    for (unsigned i = 0; own.pid != 0 && i < 100 && leftovers_remove(&own, true); i++)
        nanosleep(&pause, NULL);
    janitor_look(policy);
}

/*
 * What LXSHIM_DEBUG asks of the supervisor; its children see it by themselves. Its workers have no
 * standard error any more, for which somebody might wait: only where this is asked for.
 */
static void start_debug(struct lx_policy *policy)
{
    size_t n;
    const char *unknown = lx_debug_start(policy, getenv(LX_DEBUG_VARIABLE), &n);
    if (policy->debug != 0 && policy->debug_file == NULL)
        policy->debug_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, DEBUG_FD);
    if (unknown == NULL)
        return;
    cli_error(LX_DEBUG_VARIABLE " has no floor \"%.*s\": there are %s", (int)n, unknown,
              lx_debug_words);
}

/* Tells whoever makes this run, as one of many, what nobody knows of it. */
static void tell_gaps(const struct lx_stats *stats)
{
    if (stats == NULL) /* then nothing was run */
        return;
    const struct trial_gaps gaps = {.programs = stats->lane.lost,
                                    .calls = stats->lane.unjudged,
                                    .lines = stats->untold,
                                    .failed = stats->lane.failed};
    trial_gaps_tell(asked, &gaps);
}

/*
 * What was counted, but for what --quiet keeps back. False where the trace, or what reports keep of
 * one, lacks lines, or some program's calls.
 */
static bool tell(const struct cli_arguments *arguments, const struct relay_lanes *lanes,
                 const struct lx_stats *stats, bool observe, const struct cli_reports *reports)
{
    const bool wanted = reports->trace != NULL;
    const struct lx_policy *policy = lanes->policy;
    tell_gaps(stats);
    if (!arguments->quiet)
        summary_print(stats, lanes, observe);
    if (!arguments->quiet && policy->image->latency != 0)
        summary_cost(policy);
    trace_cost(policy);
    summary_deaths(stats);
    summary_x32(stats);
    bool whole = summary_trace(stats, policy->trace, reports->kept);
    return summary_lost(stats, !arguments->quiet || policy->trace != NULL, wanted) && whole;
}

/*
 * True for a trace that many lines can be written to at once: those of a FIFO have to be whole for
 * others that write to it.
 */
static bool is_plain(const char *trace)
{
    struct stat st;
    return trace != NULL && stat(trace, &st) == 0 && S_ISREG(st.st_mode);
}

/* False, after saying why, where stacks are wanted and there is no trace to have them. */
static bool can_stack(const struct cli_arguments *arguments, const struct lx_effective *policy)
{
    if (!arguments->stacks || policy->trace != NULL)
        return true;
    cli_error("--stacks writes to the trace: it wants --trace or --report");
    return false;
}

int cli_run(const struct cli_arguments *arguments)
{
    struct lx_request request = arguments->request;
    struct lx_effective policy;
    struct lx_stats *stats = NULL;
    const struct lx_table *table = NULL;
    struct lx_policy attached;
    struct relay_lanes lanes = {.policy = &attached};
    struct cli_reports reports;
    enum bind_when when;
    int file = -1;

    if (!choose_ways(arguments, &lanes, &when))
        return CLI_FAILED;
    if (request.file == NULL)
        cli_default_policy(&request);
    bool loaded = cli_load(&request, &policy);
    policy.programs = cli_wsl_programs();
    if (loaded && arguments->verbose && !arguments->quiet) /* before what is said of its mounts */
        cli_say_policy(&request, &policy);
    if (!loaded || (lanes.preload && set_preload() < 0) ||
        !bind_mounts(&policy, when, arguments->verbose) || !cli_can_trace(&policy) ||
        !cli_reports_begin(arguments, &policy, &reports) || !can_stack(arguments, &policy)) {
        lx_effective_free(&policy);
        return CLI_FAILED;
    }
    policy.trace_lines = is_plain(policy.trace);
    int fd = make_stats(&policy, &stats);
    if (fd < 0)
        refuse_memory("count what the rules do", fd);
    bool observe = policy.observe;
    if (arguments->root != NULL)
        rootmounts_add(&policy);
    char *tree = tree_make(&policy, &arguments->groups);
    int mounts = fd < 0 ? fd : make_table(&table);
    int r = mounts < 0 ? mounts : set_state(&policy, fd, mounts, lanes.preload, &attached, &file);
    if (r == 0 && !arguments->quiet && !arguments->verbose)
        cli_say_policy(&request, &policy);
    lx_effective_free(&policy);
    if (r < 0) {
        drop_table_file();
        tree_remove(tree);
        free(tree);
        return CLI_FAILED;
    }
    attached.stats = stats;
    attached.table = table;
    attached.stacks = arguments->stacks;
    janitor_prepare(&attached, arguments->quiet ? NULL : leftovers_say);
    start_debug(&attached);
    lanes.ended = last_has_ended;
    int status = relay_run(arguments->rest, &lanes);
    tidy_up(file);
    tree_remove(tree);
    free(tree);
    if (status < 0) {
        cli_error("cannot start the command: %s", strerror(-status));
        return CLI_FAILED;
    }
    bool whole = tell(arguments, &lanes, stats, observe, &reports);
    return relay_end(cli_reports_end(&reports, status, whole));
}
