/* SPDX-License-Identifier: MIT */
/*
 * One file system call on its way down: who asks (task.h), what for, where it leads (location.h),
 * and which rules spoke (rules.h). vfs fills `at`, a file system's ops table answers, vfs finishes.
 * No pointer here outlives the call, and nothing is allocated.
 */
#ifndef LXSHIM_FS_CALL_H
#define LXSHIM_FS_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "fs/location.h"
#include "fs/task.h"
#include "policy/ruleset.h"
#include "store/holders.h"

struct statx;
struct statfs;
struct lx_transfer;

enum lx_op {
#define OP(symbol, word, paths, properties) LX_OP_##symbol,
#include "fs/ops.def"
#include "sys/hidden.h"
#undef OP
    LX_OP_COUNT
};

/* In place of a path: the descriptor itself. (NULL is a bad address, and the kernel's to refuse.)
 */
#define LX_DESCRIPTOR lx_descriptor
extern SYS_HIDDEN const char lx_descriptor[];

/* In place of the length of a path that is at an address which the kernel refuses. */
#define LX_BAD_ADDRESS ((size_t)-1)

/* A rule that refuses, and with which errno. */
struct lx_refusal {
    enum lx_rule rule;
    int error;
};

/*
 * So many are kept of the rules that would have refused a call. A rename with a flag, of a
 * directory with open files, has two: a program comes to the second one as it tries again without
 * the flag.
 */
#define LX_SPARED_MAX 3

struct lx_call {
    const struct lx_task *task;
    enum lx_op op;
    int flags;
    union {              /* what its operation has of these */
        unsigned mode;   /* permissions; of mknod a type as well */
        unsigned access; /* asked for: R_OK and so on */
        unsigned mask;   /* of what is told: STATX_*, IN_* */
        unsigned how;    /* flags that are of this operation alone: RENAME_*, XATTR_*, FALLOC_FL_*,
                          * AT_* of a handle, which flags would take for its own */
        unsigned depth;  /* of an exec: in how many #! lines */
    };
    unsigned resolve; /* SYS_RESOLVE_* that an openat2 was given: see native_open */
    union {
        int fd[2]; /* where the paths start */
        struct {
            int start;
            int instance; /* of one path: the socket, or the instance of inotify, that it is for */
        };
    };
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
            off_t offset; /* of bytes that are moved: where they are in the file */
            off_t length; /* and how many an override lets pass */
            const struct lx_transfer *transfer;
            bool meddled; /* an override has something to do with it */
        };
        dev_t dev;
        struct {
            char *const *argv;
            char *const *envp;
        };
    };
    struct lx_loc at[2];
    const char *whole[2]; /* where overrides looked: the native paths, absolute; or NULL */

    /* What the explanation says. */
    struct lx_ruleset altered;  /* rules that changed the answer */
    struct lx_ruleset observed; /* rules that would have, in observe mode */
    enum lx_rule denied;        /* the rule that refused, or LX_RULE_NONE */
    uint32_t override;          /* index + 1 of the override that acted, or 0 */
    bool asks;                  /* an open has its directory looked at before: see vfs_run */
    bool allowed;               /* an override lets the call pass the rules */
    bool made;                  /* an open has created what it opened */
    bool tried;           /* the kernel was asked to open it: with no descriptor left it says so */
    bool moves_directory; /* a rename that moved no regular file: placements may be stale */
    uint8_t spared_count; /* of those observed who would have refused, the first ones */
    uint8_t holder_count; /* who has the file open, for the trace */
    struct lx_refusal spared[LX_SPARED_MAX];
    struct store_holder holders[STORE_HOLDER_MAX];
};

/*
 * What a file system answers to say "walk": the last component is a symlink to be followed, or may
 * have another spelling. Never leaves vfs. Far from any errno.
 */
#define LX_EWALK 5000

/* What exec answers for a script that its caller has to run through the interpreter. */
#define LX_ESCRIPT 5001

/* What exec answers for a program of Windows', which its caller has to have run. */
#define LX_EWINDOWS 5003
#define LX_ESTUB    5004 /* one that is not there, and the policy has something in its place */

/* How a call is that writes to the disk what a file has, in place of flags of its own. */
enum lx_sync { LX_SYNC_ALL, LX_SYNC_RANGE };

/* What an operation on a descriptor answers that has made the call itself, with the result 0. */
#define LX_DONE 1

/* To who acts on behalf of a task: the task can make this call as it is. */
#define LX_CONTINUE 5002

/* True where the task itself gets to where path i leads by the path it gave. */
static inline bool lx_caller_path_ok(const struct lx_call *c, unsigned i)
{
    return c->at[i].path == c->path[i] || (c->at[i].flags & LX_LOC_CALLER_PATH_OK) != 0;
}

/*
 * True where whoever acts on behalf of a task can leave the call to it, as far as path i goes: its
 * own words, or its descriptor, are as good as what was found.
 */
static inline bool lx_task_gets_there(const struct lx_call *c, unsigned i)
{
    return c->task->on_behalf &&
           ((c->at[i].flags & LX_LOC_DESCRIPTOR) != 0 || lx_caller_path_ok(c, i));
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
    return text != NULL && (c->task->pid != 0 || sys_string(text, lx_tick(c)) >= 0);
}

/* The same of n bytes. */
static inline bool lx_has_bytes(const struct lx_call *c, const void *at, size_t n)
{
    return c->task->pid != 0 ? at != NULL : sys_readable(at, n, lx_tick(c));
}

#endif
