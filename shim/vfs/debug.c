/* SPDX-License-Identifier: MIT */
#include "vfs/debug.h"

#include <stdatomic.h>

#include "fs/filesystems.h"
#include "policy/errnames.h"
#include "sys/say.h"
#include "sys/sys.h"
#include "vfs/caller.h"
#include "vfs/mounts.h"
#include "vfs/operation.h"
#include "vfs/text.h"
#include "vfs/walk.h"

/* The longest path a line shows. Four of them must fit it, with the rest. */
#define SHOWN_PATH 480
#define LINE_ROOM  2560

struct line {
    char buf[LINE_ROOM];
    struct text t;
};

/* "lxshim 7 walk ": who speaks, for which process. */
static void begin(struct line *l, const char *floor, const struct lx_task *task)
{
    l->t = (struct text){l->buf, 0, sizeof(l->buf) - 1};
    text_put(&l->t, "lxshim ");
    text_number(&l->t, vfs_pid_of(task));
    text_put(&l->t, " ");
    text_put(&l->t, floor);
    text_put(&l->t, " ");
}

/* One write, so that lines of many processes do not mix. Nobody hears of one that fails. */
static void end(struct line *l, const struct lx_policy *policy)
{
    l->buf[l->t.length++] = '\n';
    int fd = policy->debug_fd;
    if (policy->debug_file != NULL)
        fd = sys_openat(AT_FDCWD, policy->debug_file,
                        O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);
    if (fd < 0)
        return;
    (void)sys_say(fd, &(struct iovec){l->buf, l->t.length}, 1);
    if (policy->debug_file != NULL)
        sys_close(fd);
}

static void put_result(struct text *t, long result)
{
    const char *name = result < 0 ? lx_errno_name((int)-result) : NULL;
    text_put(t, " = ");
    if (result == -LX_CONTINUE)
        text_put(t, "left to the caller");
    else if (name != NULL)
        text_put(t, name);
    else
        text_number(t, result);
}

/* The file system and where it is mounted, or "outside". */
static void put_mount(struct text *t, const struct lx_mount *m)
{
    if (m == NULL) {
        text_put(t, "outside");
        return;
    }
    text_put(t, lx_filesystem(m)->word);
    text_put(t, " on ");
    text_json(t, lx_target(m), SHOWN_PATH);
}

/* The path of a call as it was given. */
static void put_given(struct text *t, const struct lx_call *c, unsigned i)
{
    text_put(t, " ");
    if (c->path_length[i] == LX_BAD_ADDRESS) {
        text_put(t, "(bad address)");
    } else if (c->path[i][0] == '\0') {
        text_put(t, "descriptor ");
        text_number(t, c->fd[i]);
    } else {
        text_json(t, c->path[i], SHOWN_PATH);
    }
}

static void put_flag(struct text *t, bool is, const char *word)
{
    if (is)
        text_put(t, word);
}

/* By which way a path was found. */
static const char *way(const struct lx_call *c, unsigned i)
{
    const struct lx_loc *at = &c->at[i];
    if ((at->flags & LX_LOC_DESCRIPTOR) != 0)
        return "by its descriptor";
    if ((at->flags & LX_LOC_WALKED) != 0)
        return at->path == c->path[i] ? "walked to, or a directory, by its own words" : "walked to";
    if ((at->flags & LX_LOC_UNPROVEN) != 0)
        return "by its spelling, which the open proves";
    return at->path == c->path[i] ? "by its directory" : "by its directory, below the target";
}

static void locate_lines(const struct lx_call *c)
{
    for (unsigned i = 0; i < vfs_paths(c); i++) {
        const struct lx_loc *at = &c->at[i];
        struct line l;
        begin(&l, "locate", c->task);
        text_put(&l.t, vfs_ops[c->op].word);
        put_given(&l.t, c, i);
        text_put(&l.t, ": ");
        if (at->path == NULL) {
            text_put(&l.t, "nowhere");
        } else {
            put_mount(&l.t, at->mount);
            text_put(&l.t, ", ");
            text_json(&l.t, at->path, SHOWN_PATH);
            text_put(&l.t, ", ");
            text_put(&l.t, way(c, i));
        }
        end(&l, c->task->policy);
    }
}

static void put_rules(struct text *t, const char *what, const struct lx_ruleset *rules)
{
    if (!lx_ruleset_any(rules))
        return;
    for (unsigned i = 0; (i = lx_ruleset_next(rules, i)) < LX_RULE_COUNT; i++) {
        text_put(t, what);
        text_put(t, lx_rule_id((enum lx_rule)i));
    }
}

static void fs_line(const struct lx_call *c, long result)
{
    const struct lx_loc *last = &c->at[vfs_paths(c) - 1];
    const struct lx_mount *m = last->path == NULL ? NULL : last->mount;
    struct line l;
    begin(&l, "fs", c->task);
    text_put(&l.t, vfs_ops[c->op].word);
    put_given(&l.t, c, 0);
    text_put(&l.t, ": ");
    put_mount(&l.t, m);
    put_result(&l.t, result);
    put_rules(&l.t, ", altered by ", &c->altered);
    put_rules(&l.t, ", would be altered by ", &c->observed);
    if (c->denied != LX_RULE_NONE) {
        text_put(&l.t, ", denied by ");
        text_put(&l.t, lx_rule_id(c->denied));
    }
    put_flag(&l.t, c->override != 0, ", overridden");
    end(&l, c->task->policy);
}

/* Whoever finds another table than was there at the last look says what is in it. */
static void mounts_lines(const struct lx_call *c)
{
    static _Atomic uint32_t told; /* one more than the generation: of any thread, the last one's */
    const struct lx_policy *policy = c->task->policy;
    uint32_t now = 1 + atomic_load_explicit(placement_mounted, memory_order_acquire);
    if (atomic_exchange_explicit(&told, now, memory_order_relaxed) == now)
        return;
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;) {
        struct line l;
        begin(&l, "mounts", c->task);
        text_number(&l.t, m->number);
        text_put(&l.t, ": ");
        text_json(&l.t, lx_source(m), SHOWN_PATH);
        text_put(&l.t, " is ");
        put_mount(&l.t, m);
        if (!lx_in_place(m)) {
            text_put(&l.t, ", translated to ");
            text_json(&l.t, lx_backing(m), SHOWN_PATH);
        }
        end(&l, policy);
    }
}

void debug_walk(const struct lx_call *c, const char *path, const struct walk *w, int r)
{
    struct line l;
    if (c->task->seccomp_confined)
        return;
    begin(&l, "walk", c->task);
    text_json(&l.t, path, SHOWN_PATH);
    text_put(&l.t, ": ");
    if (r < 0) {
        text_put(&l.t, "as far as ");
        text_json(&l.t, w->path, SHOWN_PATH);
        put_result(&l.t, r);
    } else {
        put_mount(&l.t, mounts_of(c->task->policy, w->self));
        text_put(&l.t, ", ");
        text_json(&l.t, w->path, SHOWN_PATH);
        put_flag(&l.t, !w->exists, ", which is missing");
    }
    if (w->links > 0) {
        text_put(&l.t, ", symlinks ");
        text_number(&l.t, w->links);
    }
    put_flag(&l.t, w->rewritten, ", respelled");
    put_flag(&l.t, w->opaque, ", as only the kernel can");
    end(&l, c->task->policy);
}

void debug_call(const struct lx_call *c, long result)
{
    const struct lx_policy *policy = c->task->policy;
    if (c->task->seccomp_confined)
        return;
    if (debug_wants(policy, LX_DEBUG_MOUNTS))
        mounts_lines(c);
    if (debug_wants(policy, LX_DEBUG_LOCATE))
        locate_lines(c);
    if (debug_wants(policy, LX_DEBUG_FS))
        fs_line(c, result);
}

void debug_reply(const struct lx_task *task, const char *name, long result)
{
    struct line l;
    begin(&l, "supervisor", task);
    text_put(&l.t, name[0] != '\0' ? name : "a call without a path");
    put_result(&l.t, result);
    end(&l, task->policy);
}
