/* SPDX-License-Identifier: MIT */
#include "fs/native.h"

#include <limits.h>
#include <string.h>

#include "sys/fdpath.h"
#include "sys/patience.h"
#include "sys/sys.h"

unsigned native_resolve(const struct lx_call *c)
{
    if (c->resolve == 0 || c->at[0].path == c->path[0])
        return c->resolve;
    bool scoped = (c->resolve & SYS_RESOLVE_SCOPED) != 0;
    return SYS_RESOLVE_NO_SYMLINKS | (scoped ? SYS_RESOLVE_BENEATH : 0);
}

/*
 * An open through no symlink, by the kernel's word and not by O_NOFOLLOW, which F_GETFL would tell:
 * the library takes it out there, but nobody does for whose programs the supervisor opens.
 */
static __attribute__((noinline)) int open_straight(struct lx_call *c, int flags)
{
    const struct lx_loc *at = &c->at[0];
    bool unproven = (at->flags & LX_LOC_UNPROVEN) != 0;
    int fd = lx_open_for(c->task, at->dfd, at->path, flags & ~(O_NOFOLLOW & ~c->flags), c->mode,
                         SYS_RESOLVE_NO_SYMLINKS);
    c->tried = true;
    /* For the kernel a link that Windows made is an empty directory, or a file. */
    if (unproven && (fd == -ENOENT || fd == -ENOTDIR) && at->mount != NULL)
        return -LX_EWALK;
    /* Through a symlink; or a kernel without openat2, or one that is stricter about flags. */
    return fd == -ELOOP || fd == -EINVAL || fd == -ENOSYS || fd == -EPERM ? -LX_EWALK : fd;
}

int native_open(struct lx_call *c, int flags)
{
    const struct lx_loc *at = &c->at[0];
    if ((at->flags & LX_LOC_UNPROVEN) != 0 ||
        (c->task->on_behalf && c->resolve == 0 && (flags & ~c->flags & O_NOFOLLOW) != 0))
        return open_straight(c, flags);
    int fd = lx_open_for(c->task, at->dfd, at->path, flags, c->mode, native_resolve(c));
    c->tried = true;
    return fd;
}

int native_stat(const struct lx_call *c, unsigned i, struct stat *st)
{
    const struct lx_loc *at = &c->at[i];
    if ((at->flags & LX_LOC_DESCRIPTOR) != 0)
        return at->dfd == AT_FDCWD ? sys_fstatat(AT_FDCWD, "", st, AT_EMPTY_PATH)
                                   : sys_fstat(at->dfd, st);
    return sys_fstatat(at->dfd, at->path, st, AT_SYMLINK_NOFOLLOW);
}

long native_accessed_if(const struct lx_policy *policy, int dfd, const char *path, unsigned access,
                        long r)
{
    struct stat st;
    const struct lx_mounts *mounts = lx_mounts(policy);
    bool doubtful = mounts->count != 0 && (r == -EACCES || r == -ENOENT ||
                                           (r == 0 && access != 0 && mounts->masked != 0) ||
                                           (r == 0 && (access & W_OK) != 0 && sys_geteuid() == 0));
    if (!doubtful || sys_fstatat(dfd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return r;
    return S_ISLNK(st.st_mode) ? -LX_EWALK : r;
}

static enum native_image image(int dfd, const char *path, int flags)
{
    char magic[4] = {0};
    unsigned round = 0;
    int fd;
    /* A FIFO is not waited for, but whoever probes a file is. */
    do
        fd = sys_openat(dfd, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | flags, 0);
    while (fd == -EAGAIN && sys_patience(&round, SYS_LONG_PATIENCE));
    if (fd < 0)
        return NATIVE_UNKNOWN;
    long n = sys_read(fd, magic, sizeof(magic));
    sys_close(fd);
    if (n >= 2 && magic[0] == '#' && magic[1] == '!')
        return NATIVE_SCRIPT;
    if (n >= 2 && magic[0] == 'M' && magic[1] == 'Z')
        return NATIVE_WINDOWS;
    return n == 4 && memcmp(magic,
                            "\x7F"
                            "ELF",
                            4) == 0
               ? NATIVE_ELF
               : NATIVE_UNKNOWN;
}

enum native_image native_image(int dfd, const char *path)
{
    return image(dfd, path, 0);
}

bool native_misnames_script(const struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    int flags = (c->flags & AT_SYMLINK_NOFOLLOW) != 0 ? O_NOFOLLOW : 0;
    bool as_given = lx_caller_path_ok(c, 0) && lx_in_place(at->mount);
    return (at->flags & LX_LOC_DESCRIPTOR) == 0 && !as_given &&
           image(at->dfd, at->path, flags) == NATIVE_SCRIPT;
}

int native_short_path(const char *path, char *out, size_t room)
{
    char dir[PATH_MAX];
    char link[SYS_FD_PATH];
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t n = slash == NULL ? 0 : (size_t)(slash - path);
    if (n + 2 > sizeof(dir))
        return -ENAMETOOLONG;
    memcpy(dir, path, n);
    dir[n] = '\0';
    int fd = sys_openat(AT_FDCWD, n == 0 ? (slash == NULL ? "." : "/") : dir,
                        O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    sys_fd_path(fd, link);
    n = strlen(link);
    if (n + 1 + strlen(name) >= room) {
        sys_close(fd);
        return -ENAMETOOLONG;
    }
    memcpy(out, link, n);
    out[n] = '/';
    memcpy(out + n + 1, name, strlen(name) + 1);
    return fd;
}
