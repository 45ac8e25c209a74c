/* SPDX-License-Identifier: MIT */
#include "supervisor/pathfd.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/decide.h"
#include "supervisor/forced.h"
#include "sys/fdpath.h"
#include "sys/sys.h"
#include "vfs/walk.h"

/* True where the kernel gets to what `fd` is open on by the caller's own words. */
static bool own_words_do(const struct lx_task *task, int dfd, const char *path, int flags, int fd)
{
    struct stat meant;
    struct stat there;
    if (task->root != NULL && path[0] == '/')
        return false;
    int own = sys_openat(dfd, path, flags | O_CLOEXEC, 0);
    if (own < 0)
        return false;
    bool same = sys_fstat(own, &there) == 0 && sys_fstat(fd, &meant) == 0 &&
                there.st_ino == meant.st_ino && there.st_dev == meant.st_dev;
    sys_close(own);
    return same;
}

struct wish {
    const char *path;
    int flags;
};

/* The name is the end of all symlinks, or one that is meant. */
static long steps(struct injection *i, struct scratch *s, const void *what)
{
    const struct wish *w = what;
    const struct sys_open_how how = {
        .flags = (unsigned)w->flags & (O_PATH | O_DIRECTORY | O_CLOEXEC),
        .resolve = SYS_RESOLVE_NO_SYMLINKS,
    };
    const long path = (long)scratch_string(s, w->path);
    const long at = (long)scratch_put(s, &how, sizeof(how));
    if (s->failed)
        return -EFAULT;
    /* F_GETFL is to tell no flag that the program has not given. */
    long fd = (w->flags & O_NOFOLLOW) != 0
                  ? -ELOOP
                  : forced_call(i, SYS_openat2,
                                (const long[6]){AT_FDCWD, path, at, sizeof(how), 0, SYS_COOKIE});
    if (fd >= 0)
        return fd;
    return forced_call(i, SYS_openat,
                       (const long[6]){AT_FDCWD, path, w->flags | O_NOFOLLOW, 0, 0, SYS_COOKIE});
}

long pathfd_open(const struct lx_task *task, const struct tracee *tracee, int dfd, const char *path,
                 int flags, int fd)
{
    char link[32];
    char name[PATH_MAX];
    bool answered = false;
    if (own_words_do(task, dfd, path, flags, fd)) {
        sys_close(fd);
        return -LX_CONTINUE;
    }
    sys_fd_path(fd, link);
    ssize_t n = readlink(link, name, sizeof(name) - 1);
    sys_close(fd);
    if (n < 0)
        return -ENOENT;
    name[n] = '\0';
    const struct wish wish = {vfs_from_root(task, name), flags};
    const struct forced f = {.tracee = tracee,
                             .room = strlen(wish.path) + 1 + sizeof(struct sys_open_how),
                             .steps = steps,
                             .what = &wish};
    long r = force(&f, &answered);
    return answered ? -DECIDE_ANSWERED : r;
}
