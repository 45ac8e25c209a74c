/* SPDX-License-Identifier: MIT */
#include "supervisor/hooks.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "supervisor/errand.h"
#include "supervisor/int80.h"
#include "supervisor/livetable.h"
#include "supervisor/pool.h"
#include "supervisor/proc.h"
#include "supervisor/request.h"
#include "sys/sys.h"

void hook_waits(const struct lx_task *task)
{
    const struct request *r = task->owner;
    pool_hand_over(r->pool, r->slot);
}

void hooks_hear(bool on)
{
    sigset_t sign;
    sigemptyset(&sign);
    sigaddset(&sign, POOL_SIGNAL);
    sigprocmask(on ? SIG_UNBLOCK : SIG_BLOCK, &sign, NULL);
}

/* Opens what the caller will get. */
static int plain_open(const struct request *r, int dfd, const char *path, int flags, mode_t mode,
                      unsigned resolve)
{
    int fd;
    if (errand_open(&fd, dfd, path, r->narrow ? flags : flags | O_LARGEFILE, mode, resolve))
        return fd;
    return r->narrow ? int80_open(dfd, path, flags, mode, resolve)
                     : sys_open(dfd, path, flags, mode, resolve);
}

/* Only a FIFO waits for somebody to come; what is made is none. */
int hook_open(const struct lx_task *task, int dfd, const char *path, int flags, mode_t mode,
              unsigned resolve)
{
    const int other = O_NONBLOCK | O_PATH | O_DIRECTORY | O_EXCL;
    struct stat st;
    int follows = (flags & O_NOFOLLOW) != 0 ? AT_SYMLINK_NOFOLLOW : 0;
    if ((flags & other) != 0 || sys_fstatat(dfd, path, &st, follows) < 0 || !S_ISFIFO(st.st_mode))
        return plain_open(task->owner, dfd, path, flags, mode, resolve);
    hook_waits(task);
    hooks_hear(true);
    int fd = plain_open(task->owner, dfd, path, flags, mode, resolve);
    hooks_hear(false);
    return fd;
}

int hook_table(const struct lx_task *task, const char *name, int fd, int flags)
{
    return livetable_open(task->owner, name, fd, flags);
}

void hook_refused(const struct lx_task *task)
{
    struct request *r = task->owner;
    r->refused = true;
}

/* Workers have none of their own: what a drive makes has the drive's mode. */
void hook_mask(const struct lx_task *task)
{
    struct request *r = task->owner;
    const struct tracee t = {.tid = task->pid};
    umask(tracee_umask(&t));
    r->masked = true;
}

bool hook_masks_write(const struct lx_task *task)
{
    const struct request *r = task->owner;
    return atomic_load_explicit(&r->pool->masks_write, memory_order_relaxed);
}

int hook_number(const struct lx_task *task, int fd)
{
    const struct request *r = task->owner;
    for (unsigned i = 0; r->call->arguments[i] != '\0'; i++)
        if (r->call->arguments[i] == 'f' && (int)r->args[i] == fd)
            return (int)r->given[i];
    return -1;
}

uid_t hook_uid(const struct lx_task *task)
{
    char text[PROC_STATUS_ROOM];
    unsigned of_files;
    const char *line = proc_status(task->pid, "\nUid:", text);
    /* Real, effective, saved, and for files. */
    return line != NULL && sscanf(line, "%*u %*u %*u %u", &of_files) == 1 ? of_files : (uid_t)-1;
}

int hook_process(const struct lx_task *task)
{
    return proc_process(task->pid);
}
