/* SPDX-License-Identifier: MIT */
/*
 * One file system call on its way down: who asks, what for, where it leads, and which rules spoke.
 * vfs fills `at`, a file system's ops table answers, vfs finishes. No pointer here outlives the
 * call, and nothing is allocated.
 */
#ifndef LXSHIM_FS_CALL_H
#define LXSHIM_FS_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "policy/policy.h"
#include "policy/ruleset.h"
#include "store/holders.h"
#include "store/sidecar_attr.h"
#include "sys/address.h"

struct statx;
struct statfs;
struct lx_call;

enum lx_op {
#define OP(symbol, word, paths, properties) LX_OP_##symbol,
#include "fs/ops.def"
#include "sys/hidden.h"
#undef OP
    LX_OP_COUNT
};

/*
 * On whose behalf a call is made. Descriptors in a call are always this process's own: whoever acts
 * for another process (a supervisor) fetches them first, and gives that process's current
 * directory as cwd.
 */
struct lx_task {
    const struct lx_policy *policy;
    int cwd; /* AT_FDCWD for ourselves, or a descriptor of the other's current directory */
    const char *cwd_name; /* the kernel's name for our current directory where it is known */
    int pid;              /* 0 for ourselves */
    /* Where its "/" is, if not where ours is: a native path without a slash at the end; or NULL. */
    const char *root;
    bool
        caching; /* placements about this task's descriptors and cwd may be kept (ourselves only) */
    bool
        on_behalf; /* what no rule touches is left to the task itself: the answer is -LX_CONTINUE */
    bool
        seccomp_confined; /* its seccomp filter allows nothing we add: make only the call it made */

    /* Opens what the task gets and what may block, as a cancellation point; NULL: a plain sys_open
     * does. */
    int (*open)(int dfd, const char *path, int flags, mode_t mode, unsigned resolve);

    /* Hears of a wait to come, an override's delay; or NULL. */
    void (*waits)(void);

    /*
     * Does what only the task can do to itself (chdir, chroot, exec), once it is known where that
     * leads. Returns the call's result; NULL: this process is the task.
     */
    long (*caller_does)(const struct lx_call *c);

    /* Has the task make a call of mount(2)'s kind; NULL: this process is the task. */
    long (*mounts)(const struct lx_task *task, long nr, const long args[6]);

    /* Whose hooks these are, for them to find. */
    void *owner;

    /* Makes the task's umask this process's, before a call that it applies to; NULL: it is. */
    void (*mask)(const struct lx_task *task);
};

enum lx_loc_flag {
    LX_LOC_ROOT_DIR = 1,        /* the parent directory is the mount's root */
    LX_LOC_WALKED = 2,          /* the walk found it: not a symlink that would be followed */
    LX_LOC_PRIVATE = 4,         /* the path spells an escaped character */
    LX_LOC_SLASH = 16,          /* the path ended in a slash: a directory is meant */
    LX_LOC_DESCRIPTOR = 8,      /* the object behind dfd itself; path is "" */
    LX_LOC_CALLER_PATH_OK = 64, /* the kernel would bring the task there by the path it gave */
    LX_LOC_UNPROVEN = 32,       /* only the spelling says so: open it through no symlink, or walk */
    /* Its directory was read for this call just before: */
    LX_LOC_FREE = 128,       /* no entry of its name waits there to be deleted */
    LX_LOC_MISSING = 256,    /* nor is there one of its name */
    LX_LOC_CASE_ASKED = 512, /* the directory has the case flag: */
    LX_LOC_CASE_FLAGGED = 1024
};

/* Where a path leads, in the kernel's terms. */
struct lx_loc {
    const struct lx_mount *mount; /* NULL outside every mount */
    int dfd;
    const char *path;  /* native spelling, relative to dfd */
    const char *given; /* last component as the program spelled it, encoded, or NULL */
    unsigned flags;
};

/* In place of a path: the descriptor itself. (NULL is a bad address, and the kernel's to refuse.)
 */
#define LX_DESCRIPTOR lx_descriptor
extern SYS_HIDDEN const char lx_descriptor[];

/* In place of the length of a path that is at an address which the kernel refuses. */
#define LX_BAD_ADDRESS ((size_t)-1)

struct lx_call {
    const struct lx_task *task;
    enum lx_op op;
    int flags;
    unsigned mode;    /* permissions, access mode, event mask, or of exec how deep in #! lines */
    unsigned resolve; /* SYS_RESOLVE_* that an openat2 was given: see native_open */
    int fd[2];
    const char *path[2];   /* as the program gave it, or LX_DESCRIPTOR */
    size_t path_length[2]; /* of these in bytes; LX_BAD_ADDRESS where they cannot be read */
    uint64_t moment;       /* when it began: placement_stamp */
    union {
        struct {
            void *buf; /* answers: struct stat, statx, statfs, text, xattr value or list */
            size_t size;
            const char *name; /* of an xattr; target of a symlink */
            const void *value;
        };
        struct {
            uid_t uid;
            gid_t gid;
        };
        const struct timespec *times;
        struct {
            off_t offset;
            off_t length;
        };
        dev_t dev;
        struct {
            char *const *argv;
            char *const *envp;
        };
    };
    struct lx_loc at[2];

    /* What the explanation says. */
    struct lx_ruleset altered;  /* rules that changed the answer */
    struct lx_ruleset observed; /* rules that would have, in observe mode */
    enum lx_rule denied;        /* the rule that refused, or LX_RULE_NONE */
    uint32_t override;          /* index + 1 of the override that acted, or 0 */
    bool asks;                  /* an open has its directory looked at before: see vfs_run */
    bool allowed;               /* an override lets the call pass the rules */
    bool moves_directory;       /* a rename that moved no regular file: placements may be stale */
    uint8_t holder_count;       /* who has the file open, for the trace */
    struct store_holder holders[STORE_HOLDER_MAX];
};

/*
 * What a file system answers to say "walk": the last component is a symlink to be followed, or may
 * have another spelling. Never leaves vfs. Far from any errno.
 */
#define LX_EWALK 5000

/* What exec answers for a script that its caller has to run through the interpreter. */
#define LX_ESCRIPT 5001

/* To who acts on behalf of a task: the task can make this call as it is. */
#define LX_CONTINUE 5002

/* True where the task itself gets to where path i leads by the path it gave. */
static inline bool lx_caller_path_ok(const struct lx_call *c, unsigned i)
{
    return c->at[i].path == c->path[i] || (c->at[i].flags & LX_LOC_CALLER_PATH_OK) != 0;
}

/*
 * True where a file may be a link that the kernel knows nothing of: it has the mark, or it is
 * empty, as those are that another program stored. (Samba stores none on directories.)
 */
static inline bool lx_may_be_link(const struct stat *st)
{
    if (store_marked(st))
        return S_ISREG(st->st_mode) || S_ISDIR(st->st_mode);
    return S_ISREG(st->st_mode) && st->st_size == 0;
}

/* True where rules only say what they would do: in observe mode, or an override allows the call. */
static inline bool lx_observing(const struct lx_call *c)
{
    return c->allowed || c->task->policy->observe;
}

/*
 * A rule refuses the call, which the kernel would not: see lx_forbid for where it might. Returns
 * -error, or 0 where the call is let through all the same (observe mode, or an override that allows
 * it): if ((r = lx_deny(c, RULE, EPERM)) < 0) return r;
 */
static inline int lx_deny(struct lx_call *c, enum lx_rule rule, int error)
{
    if (lx_observing(c)) {
        lx_ruleset_add(&c->observed, rule);
        return 0;
    }
    c->denied = rule;
    return -error;
}

/* A rule is about to change the call or its answer. False where it must not (observe mode). */
static inline bool lx_alter(struct lx_call *c, enum lx_rule rule)
{
    if (lx_observing(c)) {
        lx_ruleset_add(&c->observed, rule);
        return false;
    }
    lx_ruleset_add(&c->altered, rule);
    return true;
}

/* The tick of the clock in a call's moment, which nothing but time changes. */
#define LX_TICK_SHIFT 16
static inline uint64_t lx_tick(const struct lx_call *c)
{
    return c->moment >> LX_TICK_SHIFT;
}

/*
 * True where a string that the call was given can be read. Whoever acts for another process has
 * brought it over.
 */
static inline bool lx_has_text(const struct lx_call *c, const char *text)
{
    return c->task->pid != 0 ? text != NULL : sys_string(text, lx_tick(c)) >= 0;
}

/* The same of n bytes. */
static inline bool lx_has_bytes(const struct lx_call *c, const void *at, size_t n)
{
    return c->task->pid != 0 ? at != NULL : sys_readable(at, n, lx_tick(c));
}

/* Gives a task n bytes at an address that nobody has tried. 0 or -EFAULT. */
static inline int lx_give(const struct lx_task *task, void *to, const void *from, size_t n)
{
    if (task->pid == 0)
        return sys_put(to, from, n);
    memcpy(to, from, n);
    return 0;
}

/* Before something is made with a mode that the umask is taken from. */
static inline void lx_masked(const struct lx_call *c)
{
    if (c->task->mask != NULL)
        c->task->mask(c->task);
}

#endif
