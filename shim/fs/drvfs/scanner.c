/* SPDX-License-Identifier: MIT */
/* What a scanner of the policy's has open, and does not share: see docs/design/scanner.md. */
#include "policy/scanner.h"

#include "fs/drvfs/sharing.h"
#include "fs/native.h"
#include "fs/refusal.h"
#include "sys/clock.h"
#include "sys/sys.h"

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S  UINT64_C(1000000000)

_Static_assert((int)LX_SCAN_READ == (int)STORE_READS && (int)LX_SCAN_WRITES == (int)STORE_WRITES &&
                   (int)LX_SCAN_DELETE == (int)STORE_DELETES,
               "what a scanner shares is what a handle does");

/* Its properties as a handle: it reads, and refuses what it does not share. */
static unsigned its_share(const struct lx_image_scanner *scanner)
{
    return STORE_OPEN | STORE_READS | (~(unsigned)scanner->shares & 7) << 3;
}

static uint64_t in_ns(const struct timespec *t)
{
    return (uint64_t)t->tv_sec * NS_PER_S + (uint64_t)t->tv_nsec;
}

/* The nanoseconds for which a scanner has a file open yet, if not by calls; 0: no more. */
static uint64_t time_left(const struct lx_scan *scan, const struct stat *st)
{
    struct timespec now = {0, 0};
    uint64_t since = atomic_load(&scan->since);
    uint64_t written = in_ns(&st->st_mtim);
    /* Nobody sees a close: it was after the last write. */
    if ((atomic_load(&scan->nth) & LX_SCAN_WRITTEN) != 0 && written > since)
        since = written;
    uint64_t end = since + atomic_load(&scan->left) * NS_PER_MS;
    sys_clock_gettime(CLOCK_REALTIME, &now);
    return in_ns(&now) < end ? end - in_ns(&now) : 0;
}

/* A file that it has open at this moment; NULL where it has not. *ns: for so long, if not by calls.
 * What is waited for is waited for whole, however late: it stands for a close that took as long. */
static struct lx_scan *held(const struct lx_policy *policy, int dfd, const char *path,
                            const struct stat *st, uint64_t *ns)
{
    struct lx_scans *scans = lx_scans(policy);
    struct lx_scan *scan =
        S_ISREG(st->st_mode) ? lx_scan_of(scans, lx_scan_file(st->st_dev, st->st_ino)) : NULL;
    uint32_t left = scan == NULL ? 0 : atomic_load(&scan->left);
    *ns = left * NS_PER_MS;
    if (left == 0)
        return NULL;
    if (policy->scanner->calls == 0 && !policy->scanner->waits) {
        *ns = time_left(scan, st);
        if (*ns == 0)
            return NULL;
    }
    bool written = (atomic_load(&scan->nth) & LX_SCAN_WRITTEN) != 0;
    return written && store_is_written(dfd, path, O_NOFOLLOW) ? NULL : scan;
}

/* One call less that is refused, of those that are counted; the wait, of those that are waited for.
 */
static void use_up(const struct lx_policy *policy, struct lx_scan *scan)
{
    uint32_t left = atomic_load(&scan->left);
    if (policy->scanner->waits)
        atomic_store(&scan->left, 0);
    if (policy->scanner->calls == 0)
        return;
    while (left > 0 && !atomic_compare_exchange_weak(&scan->left, &left, left - 1))
        ;
}

static void name_it(struct lx_call *c, const struct lx_scan *scan)
{
    c->holders[0] = (struct store_holder){.fd = -1,
                                          .by = STORE_BY_SCANNER,
                                          .comm = "scanner",
                                          .nth = atomic_load(&scan->nth) & ~LX_SCAN_WRITTEN,
                                          .event = atomic_load(&scan->event)};
    c->holder_count = 1;
}

/* The rule by which a file cannot be used so that anybody has open, whatever he shares. */
static enum lx_rule rule_of_open(const struct lx_call *c, unsigned i)
{
    const struct lx_mount *m = c->at[i].mount;
    if (c->op == LX_OP_UNLINK && lx_rule(m, LX_RULE_UNLINK_OPEN_FILE) == LX_DENY)
        return LX_RULE_UNLINK_OPEN_FILE;
    if (c->op == LX_OP_RENAME && i == 1 && lx_rule(m, LX_RULE_RENAME_OPEN_TARGET) != LX_POSIX)
        return LX_RULE_RENAME_OPEN_TARGET;
    return LX_RULE_NONE;
}

static int refuse(struct lx_call *c, unsigned i, enum lx_rule rule, struct lx_scan *scan)
{
    int r = rule == LX_RULE_UNLINK_OPEN_FILE ? lx_forbid(c, rule, EACCES)
                                             : lx_forbid_by(c, c->at[i].mount, rule);
    if (c->denied != rule && !lx_ruleset_has(&c->observed, rule))
        return r; /* the kernel refuses it, whoever has the file open */
    name_it(c, scan);
    use_up(c->task->policy, scan);
    return r;
}

/* The call goes on when it has gone. */
static int wait_for(struct lx_call *c, struct lx_scan *scan, uint64_t ns)
{
    struct timespec t = {(time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S)};
    name_it(c, scan);
    if (atomic_exchange(&scan->left, 0) == 0 || !lx_alter(c, LX_RULE_SHARING_WINDOWS))
        return 0; /* another thread waits, or nobody has to */
    if (c->task->ops != NULL && c->task->ops->waits != NULL)
        c->task->ops->waits(c->task);
    while (sys_sleep(&t) == -EINTR)
        ;
    return 0;
}

int drvfs_check_what_scans(struct lx_call *c, unsigned i, unsigned ours)
{
    const struct lx_policy *policy = c->task->policy;
    const struct lx_loc *at = &c->at[i];
    struct stat st;
    uint64_t ns;
    if (lx_scans(policy) == NULL || (at->flags & LX_LOC_DESCRIPTOR) != 0 ||
        lx_rule(at->mount, LX_RULE_SHARING_WINDOWS) == LX_ALLOW)
        return 0;
    bool conflict = store_shares_conflict(its_share(policy->scanner), ours);
    enum lx_rule rule = conflict ? LX_RULE_SHARING_WINDOWS : rule_of_open(c, i);
    if (rule == LX_RULE_NONE || native_stat(c, i, &st) < 0)
        return 0;
    struct lx_scan *scan = held(policy, at->dfd, at->path, &st, &ns);
    if (scan == NULL)
        return 0;
    return policy->scanner->waits ? wait_for(c, scan, ns) : refuse(c, i, rule, scan);
}

/* Files below a directory: the one to name, and each has a call less. */
struct below {
    struct lx_call *c;
    struct lx_scan *first;
    uint64_t longest; /* ns */
};

static void look_at(void *visitor, int dir, const char *name)
{
    struct below *b = visitor;
    const struct lx_policy *policy = b->c->task->policy;
    struct stat st;
    uint64_t ns;
    if (sys_fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return;
    struct lx_scan *scan = held(policy, dir, name, &st, &ns);
    if (scan == NULL)
        return;
    /* It has them all open at once, and leaves them one by one. */
    if (b->first != NULL)
        use_up(policy, scan);
    else
        b->first = scan;
    if (ns > b->longest)
        b->longest = ns;
}

int drvfs_check_scanner_below(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    struct below b = {.c = c};
    if (lx_scans(c->task->policy) == NULL ||
        lx_rule(at->mount, LX_RULE_RENAME_OPEN_DESCENDANT) != LX_EACCES ||
        lx_rule(at->mount, LX_RULE_SHARING_WINDOWS) == LX_ALLOW)
        return 0;
    store_visit_files(at->dfd, at->path, look_at, &b);
    if (b.first == NULL)
        return 0;
    return c->task->policy->scanner->waits ? wait_for(c, b.first, b.longest)
                                           : refuse(c, 0, LX_RULE_RENAME_OPEN_DESCENDANT, b.first);
}
