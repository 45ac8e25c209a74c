/* SPDX-License-Identifier: MIT */
#include "fs/madeup.h"

#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statfs.h>

#include "sys/fdpath.h"
#include "sys/say.h"
#include "sys/sys.h"

#define LINK_LENGTH (sizeof(MADEUP_LINK) - 1)
#define KERNELS     (sizeof("/memfd:") - 1) /* of it, what the kernel puts before a name */
#define NAME_ROOM   250                     /* for a name with its NUL */

#define TMPFS_TYPE 0x01021994 /* TMPFS_MAGIC */
#define FUSE_TYPE  0x65735546 /* FUSE_SUPER_MAGIC: see supervisor/livetable.h */

/* What does not go with opening anew what is there. */
#define ONCE (O_CREAT | O_EXCL | O_TRUNC | O_NOFOLLOW | O_DIRECTORY)

#ifndef F_ADD_SEALS
#define F_ADD_SEALS   1033
#define F_SEAL_SEAL   1
#define F_SEAL_SHRINK 2
#define F_SEAL_GROW   4
#define F_SEAL_WRITE  8
#endif

bool madeup_fits(const char *name)
{
    return LINK_LENGTH - KERNELS + strlen(name) < NAME_ROOM;
}

int madeup_begin(const char *name)
{
    char called[NAME_ROOM];
    size_t prefix = LINK_LENGTH - KERNELS;
    size_t n = strlen(name);
    if (!madeup_fits(name))
        return -ENAMETOOLONG;
    memcpy(called, &MADEUP_LINK[KERNELS], prefix);
    memcpy(called + prefix, name, n + 1);
    return (int)SYS2(SYS_memfd_create, called, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

/* Nobody changes it any more. 0 or -errno. */
static int seal(int memory)
{
    const int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    int r = sys_fchmod(memory, 0444);
    return r < 0 ? r : sys_fcntl(memory, F_ADD_SEALS, seals);
}

/* Once more, since what creates it opens it for writing as well. A descriptor or -errno. */
static int open_anew(int memory, int flags)
{
    char link[SYS_FD_PATH];
    sys_fd_path(memory, link);
    return sys_openat(AT_FDCWD, link, flags & ~ONCE, 0);
}

int madeup_seal(int memory, int flags)
{
    int r = seal(memory);
    int own = r < 0 ? r : open_anew(memory, flags | O_CLOEXEC);
    sys_close(memory);
    return own;
}

int madeup_end(int memory, int flags, int fd)
{
    int own = madeup_seal(memory, flags);
    if (own < 0)
        return own;
    int r = sys_dup3(own, fd, flags & O_CLOEXEC);
    sys_close(own);
    return r < 0 ? r : 0;
}

int madeup_instead(int memory, int flags, int fd)
{
    int r = seal(memory);
    sys_close(fd);
    int own = r < 0 ? r : open_anew(memory, flags);
    sys_close(memory);
    return own;
}

bool madeup_put(const char *name, const char *text, size_t n, int flags, int fd)
{
    int memory = madeup_begin(name);
    bool written = memory >= 0 && sys_fill(memory, text, n) == 0;
    if (memory >= 0 && !written)
        sys_close(memory);
    return written && madeup_end(memory, flags, fd) == 0;
}

bool madeup_link(const char *text, size_t n)
{
    return n > LINK_LENGTH && memcmp(text, MADEUP_LINK, LINK_LENGTH) == 0;
}

size_t madeup_cut(char *text, size_t n)
{
    n -= LINK_LENGTH;
    memmove(text, text + LINK_LENGTH, n);
    if (sys_is_deleted(text, n))
        n -= sizeof(SYS_DELETED) - 1;
    text[n] = '\0';
    return n;
}

/* The name of the kernel's file that a descriptor is in the place of; false where it is none. */
static bool name_of(int fd, char out[PATH_MAX])
{
    char link[SYS_FD_PATH];
    sys_fd_path(fd, link);
    long n = fd < 0 ? -EBADF : sys_readlinkat(AT_FDCWD, link, out, PATH_MAX - 1);
    if (n < 0 || !madeup_link(out, (size_t)n))
        return false;
    madeup_cut(out, (size_t)n);
    return true;
}

__attribute__((noinline)) bool madeup_is(int fd)
{
    char name[PATH_MAX];
    return name_of(fd, name);
}

bool madeup_has_size(const char *name)
{
    return strncmp(name, "/proc/", 6) != 0 && strncmp(name, "/sys/", 5) != 0;
}

/* True for the name of a file that no process has, and no disk: the kernel may have none. */
static bool is_systems(const char *name)
{
    return strncmp(name, "/proc/", 6) == 0 && (name[6] < '0' || name[6] > '9');
}

__attribute__((noinline)) void madeup_stat(int fd, struct stat *st)
{
    char name[PATH_MAX];
    const off_t size = st->st_size;
    if (!name_of(fd, name))
        return;
    int r = sys_fstatat(AT_FDCWD, name, st, AT_SYMLINK_NOFOLLOW);
    if (r == 0 && S_ISLNK(st->st_mode))
        r = -ENOENT; /* it leads nowhere, or the kernel had called the file otherwise */
    if (r < 0 && madeup_has_size(name) && (r = sys_fstatat(AT_FDCWD, MADEUP_LIKE, st, 0)) == 0)
        st->st_mode = MADEUP_MODE;
    else if (r < 0 && is_systems(name))
        r = sys_fstatat(AT_FDCWD, MADEUP_LIKE, st, 0);
    if (madeup_has_size(name))
        st->st_size = size;
    if (r == 0)
        return;
    /* Of a program that is no more: what all files of its kind have. */
    st->st_nlink = 1;
    st->st_size = 0;
    st->st_blocks = 0;
}

__attribute__((noinline)) void madeup_statx(int fd, int flags, unsigned mask, struct statx *stx)
{
    char name[PATH_MAX];
    const uint64_t size = stx->stx_size;
    if (!name_of(fd, name))
        return;
    int r = sys_statx(AT_FDCWD, name, (flags & ~AT_EMPTY_PATH) | AT_SYMLINK_NOFOLLOW, mask, stx);
    if (r == 0 && S_ISLNK(stx->stx_mode))
        r = -ENOENT;
    if (r < 0 && madeup_has_size(name) &&
        (r = sys_statx(AT_FDCWD, MADEUP_LIKE, flags & ~AT_EMPTY_PATH, mask, stx)) == 0)
        stx->stx_mode = MADEUP_MODE;
    else if (r < 0 && is_systems(name))
        r = sys_statx(AT_FDCWD, MADEUP_LIKE, flags & ~AT_EMPTY_PATH, mask, stx);
    if (madeup_has_size(name))
        stx->stx_size = size;
    if (r == 0)
        return;
    stx->stx_nlink = 1;
    stx->stx_size = 0;
    stx->stx_blocks = 0;
}

__attribute__((noinline)) void madeup_statfs(int fd, struct statfs *fs)
{
    char name[PATH_MAX];
    if ((fs->f_type == TMPFS_TYPE || fs->f_type == FUSE_TYPE) && name_of(fd, name) &&
        sys_statfs(name, fs) < 0 && is_systems(name))
        (void)sys_statfs(MADEUP_LIKE, fs);
}
