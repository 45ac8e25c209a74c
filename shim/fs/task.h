/* SPDX-License-Identifier: MIT */
/* Who asks for a call, and what only he can do. */
#ifndef LXSHIM_FS_TASK_H
#define LXSHIM_FS_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/types.h>

#include "policy/policy.h"
#include "sys/address.h"
#include "sys/sys.h"

struct lx_call;

struct lx_task;

/*
 * What is done otherwise than by this process, for itself, as it comes: hooks, each of which may be
 * NULL. They are called in the middle of a call, in this process, and find what they need by the
 * task's owner.
 */
struct lx_task_ops {
    /* Opens what the task gets and what may block, as a cancellation point. As sys_open. */
    int (*open)(const struct lx_task *task, int dfd, const char *path, int flags, mode_t mode,
                unsigned resolve);
    const char *alone; /* while that is not zero nobody cancels: `open` is not called. Or NULL */

    /* Hears of a wait to come, an override's delay. */
    void (*waits)(const struct lx_task *task);

    /* Hears that the trace has a line of a call of the task's which was refused. */
    void (*refused)(const struct lx_task *task);

    /*
     * Opens a mount table that wakes whoever waits for a mount, in place of fd, the kernel's, by
     * the name of that. A descriptor, or -errno where none can be had: then it is memory.
     */
    int (*table)(const struct lx_task *task, const char *name, int fd, int flags);

    /* What the task calls a descriptor of this process, which its call is on. */
    int (*number)(const struct lx_task *task, int fd);

    /* By which user it acts on files. */
    uid_t (*uid)(const struct lx_task *task);

    /* The process that it is a thread of. */
    int (*process)(const struct lx_task *task);

    /* Makes the task's umask this process's, before a call that it applies to. */
    void (*mask)(const struct lx_task *task);

    /* False where it is known, without a look at the task, that its umask leaves an owner's w. */
    bool (*masks_write)(const struct lx_task *task);

    /*
     * Does what only the task can do to itself (chdir, chroot, exec), once it is known where that
     * leads. Returns the call's result. Where it is NULL this process is the task.
     */
    long (*caller_does)(const struct lx_call *c);

    /* Has the task make a call of mount(2)'s kind. NULL: as caller_does. */
    long (*mounts)(const struct lx_task *task, long nr, const long args[6]);
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
    int pid;              /* the thread's id, for this process's "/proc"; 0 for ourselves */
    /* Where its "/" is, if not where ours is: a native path without a slash at the end; or NULL. */
    const char *root;
    /* Bits of one byte, since each call asks for two of them at once. */
    bool caching : 1;   /* placements about its descriptors and cwd may be kept (ourselves only) */
    bool on_behalf : 1; /* what no rule touches is left to the task: the answer is -LX_CONTINUE */
    bool narrow : 1;    /* of another process: its calls are those of 32-bit x86 */
    bool seccomp_confined : 1; /* its filter allows nothing we add: make only the call it made */
    bool plain : 1; /* it remembers (lx_remembers), and what is looked at and opened outside every
                     * mount is the kernel's alone, but for what the run shows there by its name */

    const struct lx_task_ops *ops; /* NULL: none of them */
    void *owner;                   /* whose hooks these are, for them to find */
};

/* True for ourselves, where a path may go by what is remembered, and more be asked than it says. */
static inline bool lx_remembers(const struct lx_task *task)
{
    return task->caching && !task->seccomp_confined;
}

/* True for a task whose calls are those of 32-bit x86. The library serves those of its own. */
static inline bool lx_is_narrow(const struct lx_task *task)
{
#if defined(LXSHIM_IS_PROGRAM)
    return task->narrow;
#else
    (void)task;
    return sizeof(void *) == 4;
#endif
}

/* A number of NTFS' for a file: in the upper bits is how often the record was used, once. */
static inline uint64_t lx_wide_number(uint64_t number)
{
    return number | UINT64_C(1) << 48;
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
static inline void lx_masked(const struct lx_task *task)
{
    if (task->ops != NULL && task->ops->mask != NULL)
        task->ops->mask(task);
}

/* True where what only the task can do to itself is done by somebody else than this process. */
static inline bool lx_caller_does(const struct lx_task *task)
{
    return task->ops != NULL && task->ops->caller_does != NULL;
}

/* The process of a task, by the number that "/proc/self" leads each of its threads to. */
static inline int lx_process_of(const struct lx_task *task)
{
    if (task->pid == 0)
        return sys_getpid();
    bool asks = task->ops != NULL && task->ops->process != NULL;
    return asks ? task->ops->process(task) : task->pid;
}

/* Opens for a task: see lx_task_ops. A descriptor or -errno. */
static inline int lx_open_for(const struct lx_task *task, int dfd, const char *path, int flags,
                              mode_t mode, unsigned resolve)
{
    const struct lx_task_ops *ops = task->ops;
    bool alone = ops == NULL || ops->open == NULL || (ops->alone != NULL && *ops->alone != 0);
    return alone ? sys_open(dfd, path, flags, mode, resolve)
                 : ops->open(task, dfd, path, flags, mode, resolve);
}

#endif
