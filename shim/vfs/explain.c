/* SPDX-License-Identifier: MIT */
#include "vfs/explain.h"

#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "fs/rules.h"
#include "policy/errnames.h"
#include "store/procscan.h"
#include "sys/address.h"
#include "sys/clock.h"
#include "sys/sys.h"
#include "vfs/ancestry.h"
#include "vfs/caller.h"
#include "vfs/operation.h"
#include "vfs/overrides.h"
#include "vfs/scanner.h"
#include "vfs/text.h"
#include "vfs/tracefile.h"

/* The longest path a line shows. Two of them as given and two native ones must fit a line, with the
 * rest: a line cut short would be no JSON. */
#define SHOWN_PATH 480
#define SHOWN_TEXT 240

static const char *outcome(const struct lx_call *c)
{
    if (c->denied != LX_RULE_NONE)
        return "denied";
    if (c->override != 0)
        return "overridden";
    if (lx_ruleset_any(&c->altered))
        return "altered";
    return lx_ruleset_any(&c->observed) ? "observed" : "passed";
}

static void put_time(struct text *t)
{
    struct timespec now = {0, 0};
    struct tm date;
    sys_clock_gettime(CLOCK_REALTIME, &now);
    /* gmtime_r takes a lock for the time zone: civil time from the day count instead. */
    int64_t days = now.tv_sec / 86400;
    int64_t second = now.tv_sec % 86400;
    int64_t shifted = days + 719468; /* days since 0000-03-01 */
    int64_t era = shifted / 146097;
    int64_t day = shifted - era * 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    int64_t month = (5 * day + 2) / 153;
    date.tm_mday = (int)(day - (153 * month + 2) / 5 + 1);
    date.tm_mon = (int)(month < 10 ? month + 3 : month - 9);
    text_put(t, "\"");
    text_padded(t, (uint64_t)(era * 400 + year + (date.tm_mon <= 2)), 4);
    text_put(t, "-");
    text_padded(t, (uint64_t)date.tm_mon, 2);
    text_put(t, "-");
    text_padded(t, (uint64_t)date.tm_mday, 2);
    text_put(t, "T");
    text_padded(t, (uint64_t)(second / 3600), 2);
    text_put(t, ":");
    text_padded(t, (uint64_t)(second / 60 % 60), 2);
    text_put(t, ":");
    text_padded(t, (uint64_t)(second % 60), 2);
    text_put(t, ".");
    text_padded(t, (uint64_t)now.tv_nsec / 1000, 6);
    text_put(t, "Z\"");
}

/* What a call answers, or -errno, by the name that errno has. */
static void put_answer(struct text *t, long result)
{
    const char *name = result < 0 ? lx_errno_name((int)-result) : NULL;
    if (name != NULL)
        text_json(t, name, 32);
    else
        text_number(t, result);
}

void vfs_line_result(struct text *t, long result)
{
    text_put(t, ",\"result\":");
    put_answer(t, result);
}

/* A path, of which it is known whether it can be read. */
static void put_path(struct text *t, const char *path, size_t length, int fd)
{
    if (length == LX_BAD_ADDRESS)
        path = "(bad address)";
    if (path[0] == '\0') {
        text_put(t, "{\"fd\":");
        text_number(t, fd);
        text_put(t, "}");
    } else {
        text_json(t, path, SHOWN_PATH);
    }
}

/* The rules that changed or would have changed the call, ids in an array. */
static void put_rules(struct text *t, const char *key, const struct lx_ruleset *rules)
{
    if (!lx_ruleset_any(rules))
        return;
    text_put(t, ",\"");
    text_put(t, key);
    text_put(t, "\":[");
    unsigned first = lx_ruleset_next(rules, 0);
    for (unsigned i = first; i < LX_RULE_COUNT; i = lx_ruleset_next(rules, i + 1)) {
        text_put(t, i > first ? ",\"" : "\"");
        text_put(t, lx_rule_id((enum lx_rule)i));
        text_put(t, "\"");
    }
    text_put(t, "]");
}

/* True for a call that a rule would have refused, and Linux has not: what it refuses, it refuses in
 * a drive as well. */
static bool is_spared(const struct lx_call *c, long result)
{
    return c->spared_count > 0 && result >= 0 && !lx_ruleset_any(&c->altered);
}

/* The rule a line is about: the one that refused, else the first that changed something. */
static enum lx_rule chief(const struct lx_call *c, long result)
{
    if (c->denied != LX_RULE_NONE)
        return c->denied;
    if (is_spared(c, result))
        return c->spared[0].rule;
    return (enum lx_rule)lx_ruleset_next(lx_ruleset_any(&c->altered) ? &c->altered : &c->observed,
                                         0);
}

/* The rules that would have refused, each with its errno. */
static void put_spared(struct text *t, const struct lx_call *c)
{
    const char *between = ",\"would\":{\"";
    for (unsigned i = 0; i < c->spared_count; i++) {
        text_put(t, between);
        text_put(t, lx_rule_id(c->spared[i].rule));
        text_put(t, "\":");
        put_answer(t, -c->spared[i].error);
        between = ",\"";
    }
    text_put(t, "}");
}

static void put_call(struct text *t, const struct lx_call *c)
{
    unsigned paths = vfs_paths(c);
    text_put(t, ",\"call\":\"");
    text_put(t, vfs_ops[c->op].word);
    text_put(t, "\",\"args\":[");
    for (unsigned i = 0; i < paths; i++) {
        if (i > 0)
            text_put(t, ",");
        put_path(t, c->path[i], c->path_length[i], c->fd[i]);
    }
    if (c->op == LX_OP_SYMLINK && lx_has_text(c, c->name)) {
        text_put(t, ",");
        text_json(t, c->name, SHOWN_PATH);
    }
    text_put(t, "],\"flags\":");
    text_number(t, c->flags);
    text_put(t, ",\"mode\":");
    text_number(t, c->mode);
}

/* The kernel's spelling, where the call came as far as that. */
static void put_native(struct text *t, const struct lx_call *c)
{
    unsigned paths = vfs_paths(c);
    for (unsigned i = 0; i < paths; i++)
        if (c->at[i].path == NULL)
            return;
    text_put(t, ",\"native\":[");
    for (unsigned i = 0; i < paths; i++) {
        const struct lx_loc *at = &c->at[i];
        if (i > 0)
            text_put(t, ",");
        put_path(t, at->path, c->path_length[i], at->dfd);
    }
    text_put(t, "]");
}

/* The paths by which overrides know the call, where they have looked. */
static void put_inside(struct text *t, const struct lx_call *c)
{
    char inside[PATH_MAX];
    const char *between = ",\"inside\":[";
    for (unsigned i = 0; i < 2; i++) {
        if (c->whole[i] == NULL || !vfs_inner_path(c, c->whole[i], inside))
            continue;
        text_put(t, between);
        text_json(t, inside, SHOWN_PATH);
        between = ",";
    }
    if (*between == ',' && between[1] == '\0')
        text_put(t, "]");
}

/* What brought a scanner: "a/b.tmp#1", or where the path was another one, its number. */
static void put_event(struct text *t, const struct lx_call *c, const struct store_holder *h)
{
    char path[PATH_MAX];
    char digits[17];
    struct text name = {path, 0, sizeof(path) - 1};
    if (vfs_scanner_path(c, h, path)) {
        name.length = strlen(path);
        text_put(&name, "#");
        text_number(&name, h->nth);
        path[name.length] = '\0';
    }
    for (unsigned i = 0; i < 16; i++)
        digits[i] = "0123456789abcdef"[h->event >> (60 - 4 * i) & 15];
    digits[16] = '\0';
    text_put(t, "\",\"event\":");
    text_json(t, name.length > 0 && name.length < SHOWN_TEXT / 2 ? path : digits, SHOWN_TEXT);
    text_put(t, "}");
}

static void put_holders(struct text *t, const struct lx_call *c)
{
    text_put(t, ",\"holders\":[");
    for (unsigned i = 0; i < c->holder_count; i++) {
        const struct store_holder *h = &c->holders[i];
        text_put(t, i > 0 ? ",{\"pid\":" : "{\"pid\":");
        text_number(t, h->pid);
        text_put(t, ",\"comm\":");
        text_json(t, h->comm, sizeof(h->comm));
        text_put(t, ",\"by\":\"");
        text_put(t, store_holder_word(h->by));
        if (h->by == STORE_BY_SCANNER) {
            put_event(t, c, h);
        } else if (h->by == STORE_BY_DESCRIPTOR) {
            text_put(t, "\",\"fd\":");
            text_number(t, h->fd);
            text_put(t, "}");
        } else {
            text_put(t, "\"}");
        }
    }
    text_put(t, "]");
}

void vfs_line_begin(struct text *t, const struct lx_task *task)
{
    char comm[VFS_COMM_ROOM];
    text_put(t, "{\"time\":");
    put_time(t);
    text_put(t, ",\"pid\":");
    text_number(t, vfs_pid_of(task));
    vfs_comm_of(task, comm);
    text_put(t, ",\"comm\":");
    text_json(t, comm, sizeof(comm));
}

void vfs_line_end(struct text *t, const struct lx_task *task)
{
    t->room += VFS_LINE_END;
    text_put(t, "}\n");
    vfs_trace_write(task, t);
}

/* True where the override that acted has said the call's errno, and neither a rule nor Linux. */
static bool override_refuses(const struct lx_call *c, long result)
{
    const struct lx_image_override *o = lx_image_override(c->task->policy->image, c->override);
    return result < 0 && o != NULL && o->action == LX_OVERRIDE_ERRNO && o->error == -result;
}

static __attribute__((noinline)) void trace(const struct lx_call *c, long result)
{
    char buf[VFS_LINE_ROOM];
    struct text t = {buf, 0, sizeof(buf) - VFS_LINE_END};
    enum lx_rule rule = chief(c, result);

    vfs_line_begin(&t, c->task);
    put_call(&t, c);
    put_native(&t, c);
    put_inside(&t, c);
    vfs_line_result(&t, result);
    text_put(&t, ",\"outcome\":\"");
    text_put(&t, outcome(c));
    text_put(&t, "\"");
    if (rule != LX_RULE_NONE) {
        text_put(&t, ",\"rule\":\"");
        text_put(&t, lx_rule_id(rule));
        text_put(&t, "\",\"evidence\":");
        text_json(&t, lx_rule_evidence(rule), SHOWN_TEXT);
    }
    put_rules(&t, "altered", &c->altered);
    put_rules(&t, "observed", &c->observed);
    const bool spared = is_spared(c, result);
    if (spared)
        put_spared(&t, c);
    if (c->override != 0) {
        const struct lx_image *image = c->task->policy->image;
        const struct lx_image_override *o = lx_image_override(image, c->override);
        const char *note = o == NULL ? NULL : lx_image_string(image, o->note);
        text_put(&t, ",\"override\":");
        text_number(&t, c->override - 1);
        if (!override_refuses(c, result))
            text_put(&t, ",\"let\":true");
        if (note != NULL) {
            text_put(&t, ",\"note\":");
            text_json(&t, note, SHOWN_TEXT);
        }
    }
    if (c->holder_count > 0)
        put_holders(&t, c);
    bool refused = c->denied != LX_RULE_NONE || override_refuses(c, result);
    if (refused || spared)
        vfs_put_parents(&t, c->task);
    vfs_line_end(&t, c->task);
    if (refused && c->task->ops != NULL && c->task->ops->refused != NULL)
        c->task->ops->refused(c->task);
}

/* "rename d/a d/b: EACCES (mv, pid 7)": what a summary shows for a rule. */
static void example(struct lx_stats_rule *rule, const struct lx_call *c, long result)
{
    char comm[VFS_COMM_ROOM];
    struct text t = {rule->example, 0, sizeof(rule->example) - 1};
    vfs_comm_of(c->task, comm);
    text_put(&t, vfs_ops[c->op].word);
    for (unsigned i = 0; i < vfs_paths(c); i++) {
        const char *path = c->path[i];
        text_put(&t, " ");
        if (c->path_length[i] == LX_BAD_ADDRESS || path[0] == '\0') {
            text_put(&t, "fd ");
            text_number(&t, c->fd[i]);
        } else {
            text_raw(&t, path, strnlen(path, 72));
        }
    }
    if (result < 0) {
        const char *name = lx_errno_name((int)-result);
        text_put(&t, ": ");
        text_put(&t, name != NULL ? name : "error");
    }
    text_put(&t, " (");
    text_put(&t, comm);
    text_put(&t, ", pid ");
    text_number(&t, vfs_pid_of(c->task));
    text_put(&t, ")");
    rule->example[t.length] = '\0';
    atomic_store_explicit(&rule->ready, 1, memory_order_release);
}

/* The call's answer by a rule: what it would have been, where the rule only watches. */
static long answer_by(const struct lx_call *c, enum lx_rule rule, long result)
{
    for (unsigned i = 0; is_spared(c, result) && i < c->spared_count; i++)
        if (c->spared[i].rule == rule)
            return -c->spared[i].error;
    return result;
}

/* One more of a counter of a rule, or of the overrides; the first ever is the example. */
static void count_one(struct lx_stats_rule *rule, _Atomic uint64_t *counter,
                      const struct lx_call *c, long result)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
    if (atomic_load_explicit(&rule->claimed, memory_order_relaxed) == 0 &&
        atomic_exchange_explicit(&rule->claimed, 1, memory_order_relaxed) == 0)
        example(rule, c, result);
}

static void count(struct lx_stats *stats, const struct lx_call *c, long result)
{
    struct lx_stats_rule *overrides = &stats->rules[LX_RULE_OVERRIDE];
    struct lx_ruleset rules = c->altered;
    lx_ruleset_join(&rules, &c->observed);
    if (c->denied != LX_RULE_NONE)
        lx_ruleset_add(&rules, c->denied);
    for (unsigned i = 0; (i = lx_ruleset_next(&rules, i)) < LX_RULE_COUNT; i++) {
        struct lx_stats_rule *rule = &stats->rules[i];
        _Atomic uint64_t *counter = i == c->denied                    ? &rule->denied
                                    : lx_ruleset_has(&c->observed, i) ? &rule->observed
                                                                      : &rule->altered;
        count_one(rule, counter, c, answer_by(c, (enum lx_rule)i, result));
    }
    if (c->override != 0)
        count_one(overrides, override_refuses(c, result) ? &overrides->denied : &overrides->altered,
                  c, result);
}

void vfs_explain(const struct lx_call *c, long result)
{
    const struct lx_policy *policy = c->task->policy;
    if (c->task->seccomp_confined)
        return;
    if (policy->stats != NULL)
        count(policy->stats, c, result);
    if (policy->trace != NULL)
        trace(c, result);
}
