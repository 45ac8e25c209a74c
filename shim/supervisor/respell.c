/* SPDX-License-Identifier: MIT */
#include "supervisor/respell.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "supervisor/follows.h"
#include "supervisor/forced.h"
#include "sys/sys.h"
#include "vfs/ops.h"
#include "vfs/walk.h"

bool respells(long nr)
{
    switch (nr) {
    case SYS_umount2:
    case SYS_open_tree:
    case SYS_open_tree_attr:
    case SYS_file_getattr:
    case SYS_file_setattr:
    case SYS_mount_setattr:
    case SYS_fspick:
    case SYS_fanotify_mark:
    case SYS_move_mount:
    case SYS_mount:
    case SYS_pivot_root:
        return true;
    default:
        return false;
    }
}

/* What mount mounts is a path only where it is mounted already. */
static bool is_path(const struct supervise_call *call, unsigned i, const uint64_t given[6])
{
    if (call->arguments[i] != 'p')
        return false;
    return call->number != SYS_mount || i != 0 || (given[3] & (MS_BIND | MS_MOVE)) != 0;
}

/* True for attributes of a file in a read-only drive. */
static bool is_readonly(const struct lx_task *task, const uint64_t given[6], const long args[6])
{
    const int known = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
    const char *path = args[1] == 0 ? "" : (const char *)(uintptr_t)args[1];
    long mount = lx_where(task, (int)args[0], path, (int)given[4] & known);
    return mount > 0 && (lx_mounts_had(lx_mounts(task->policy), (unsigned)mount)->flags &
                         LX_MOUNT_READONLY) != 0;
}

struct words {
    const uint64_t *given;
    char path[6][PATH_MAX]; /* the kernel's, empty where the caller's own will do */
};

static void fill(struct scratch *s, const void *what, long args[6])
{
    const struct words *w = what;
    for (unsigned i = 0; i < 6; i++)
        args[i] = w->path[i][0] == '\0' ? (long)w->given[i] : (long)scratch_string(s, w->path[i]);
    args[5] = SYS_COOKIE; /* none of these has a sixth, and whatever the caller's register holds */
}

/* What a path leads nowhere by. */
struct refusal {
    const struct request *request;
    unsigned path; /* which of the arguments */
    long error;
};

/* The call with a path that is longer than any: what it is refused for else comes first. */
static long ask_too_long(struct injection *i, struct scratch *s, const void *what)
{
    const struct refusal *refusal = what;
    const struct request *r = refusal->request;
    char path[PATH_MAX + 1];
    long args[6];
    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    for (unsigned k = 0; k < 5; k++)
        args[k] = (long)r->given[k];
    args[refusal->path] = (long)scratch_string(s, path);
    args[5] = SYS_COOKIE;
    long result = s->failed ? -ENAMETOOLONG : forced_call(i, r->call->number, args);
    return result == -ENAMETOOLONG ? refusal->error : result;
}

/*
 * Path i leads nowhere, by `error`. The kernel looks at flags and structures before that, and at no
 * path at all where there is nothing to do: the caller asks, by its own call. The source of a mount
 * is no path to the kernel before the target.
 */
static long refuse(struct request *r, unsigned i, long error)
{
    const struct refusal refusal = {r, i, error};
    const struct forced f = {.tracee = &r->tracee,
                             .nr = r->call->number,
                             .room = PATH_MAX + 1,
                             .steps = ask_too_long,
                             .what = &refusal};
    if (r->call->number == SYS_mount && i == 0)
        return error;
    long result = force(&f, &r->answered);
    return r->answered ? result : error;
}

long respell(struct request *r)
{
    const struct supervise_call *call = r->call;
    const struct lx_task *task = &r->task;
    struct words w = {.given = r->given};
    struct forced f = {.tracee = &r->tracee, .nr = call->number, .fill = fill, .what = &w};
    if (call->number == SYS_file_setattr && is_readonly(task, r->given, r->args))
        return -EROFS;
    for (unsigned i = 0; call->arguments[i] != '\0'; i++) {
        const char *path = (const char *)(uintptr_t)r->args[i];
        bool from = i > 0 && call->arguments[i - 1] == 'f';
        if (!is_path(call, i, r->given) || path == NULL || path[0] == '\0')
            continue;
        long n = lx_native_path(task, from ? (int)r->args[i - 1] : AT_FDCWD, path, w.path[i],
                                PATH_MAX, follows(call, i, r->given) ? 0 : AT_SYMLINK_NOFOLLOW);
        if (n < 0)
            return refuse(r, i, n);
        const char *below = vfs_from_root(task, w.path[i]);
        memmove(w.path[i], below, strlen(below) + 1);
        if (strcmp(w.path[i], path) == 0)
            w.path[i][0] = '\0';
        else
            f.room += (size_t)n + 1;
    }
    return f.room == 0 ? -LX_CONTINUE : force(&f, &r->answered);
}
