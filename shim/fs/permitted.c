/* SPDX-License-Identifier: MIT */
#include "fs/permitted.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fs/filesystems.h"
#include "fs/native.h"
#include "sys/capable.h"
#include "sys/sys.h"

#ifndef STATX_ATTR_IMMUTABLE /* musl's headers have none of these */
#define STATX_ATTR_IMMUTABLE 0x10
#define STATX_ATTR_APPEND    0x20
#endif

#define FLAG_READONLY 1 /* ST_RDONLY: in what the kernel tells, that of a mount */

/* Looked for apart: access(2) tells it only to who may write otherwise. */
bool native_is_readonly(int dfd, const char *path)
{
    struct statfs fs;
    int fd = path[0] == '\0' ? dfd : sys_openat(dfd, path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return false;
    int r = sys_fstatfs(fd, &fs);
    if (path[0] != '\0')
        sys_close(fd);
    return r == 0 && (fs.f_flags & FLAG_READONLY) != 0;
}

int native_permits(int dfd, const char *path, int want)
{
    int r = sys_faccessat(dfd, path, want, AT_EACCESS | AT_SYMLINK_NOFOLLOW);
    return r == -ENOSYS ? 0 : r; /* before Linux 5.8: the call itself says so */
}

int native_permits_change(int dfd, const char *path, int want)
{
    return native_is_readonly(dfd, path) ? -EROFS : native_permits(dfd, path, want);
}

/* What statx tells of an inode, of the bits of `which`: STATX_ATTR_*. */
static unsigned attributes(int dfd, const char *path, unsigned which)
{
    struct statx stx;
    int how = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH;
    int r = sys_statx(dfd, path, how, STATX_TYPE, &stx);
    return r < 0 ? 0 : (unsigned)stx.stx_attributes & which;
}

/* True for who may do to a file what its owner may. */
static bool acts_as_owner(const struct stat *st)
{
    return sys_geteuid() == st->st_uid || sys_is_capable(CAP_FOWNER);
}

int native_permits_removal(int dfd, const char *dir, const char *entry, const struct stat *st)
{
    struct stat of = {.st_mode = 0};
    int r = native_permits_change(dfd, dir, W_OK | X_OK);
    if (r == 0)
        r = sys_fstatat(dfd, dir, &of, 0);
    if (r < 0)
        return r;
    bool stays = (of.st_mode & S_ISVTX) != 0 && sys_geteuid() != of.st_uid && !acts_as_owner(st);
    return stays || attributes(dfd, dir, STATX_ATTR_APPEND) != 0 ||
                   attributes(dfd, entry, STATX_ATTR_APPEND | STATX_ATTR_IMMUTABLE) != 0
               ? -EPERM
               : 0;
}

int native_permits_cutting(int dfd, const char *path)
{
    int r = native_permits(dfd, path, W_OK);
    if (r == 0 && native_is_readonly(dfd, path))
        return -EROFS;
    return r == 0 && attributes(dfd, path, STATX_ATTR_APPEND) != 0 ? -EPERM : r;
}

int native_permits_times(int dfd, const char *path, const struct stat *st)
{
    if (native_is_readonly(dfd, path))
        return -EROFS;
    return attributes(dfd, path, STATX_ATTR_APPEND | STATX_ATTR_IMMUTABLE) != 0 ||
                   !acts_as_owner(st)
               ? -EPERM
               : 0;
}

/* Names of attributes that the kernel has a law for, each its own. */
static size_t namespace_of(const char *name)
{
    static const char *const known[] = {"user.", "trusted.", "security.", "system."};
    for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strncmp(name, known[i], strlen(known[i])) == 0)
            return strlen(known[i]);
    return 0;
}

/* That an attribute is missing is the kernel's word where it looks for none: of what is no file. */
static bool looks_for_none(const struct lx_call *c)
{
    struct stat st;
    if (strncmp(c->name, "trusted.", 8) == 0)
        return !sys_is_capable(CAP_SYS_ADMIN);
    return strncmp(c->name, "user.", 5) == 0 && native_stat(c, 0, &st) == 0 &&
           !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

/* A read that is told the length alone. */
static int permits_reading(const struct lx_call *c)
{
    struct lx_call other = *c;
    other.buf = NULL;
    other.size = 0;
    long r = lx_host_fs.run[LX_OP_GETXATTR](&other);
    if (r >= 0 || r == -EOPNOTSUPP || (r == -ENODATA && !looks_for_none(c)))
        return 0;
    return (int)r;
}

/* Sets an attribute that cannot be. */
static long set_nothing(const struct lx_call *c, const char *name)
{
    struct lx_call other = *c;
    other.op = LX_OP_SETXATTR;
    other.name = name;
    other.value = "";
    other.size = 0;
    other.how = 2; /* XATTR_REPLACE */
    return lx_host_fs.run[LX_OP_SETXATTR](&other);
}

/*
 * By the name of a namespace alone, which is no attribute's: the kernel looks whether who asks may,
 * and then has EINVAL for that, before any file system is asked. Not by a name that nobody should
 * have: of a file that has it XATTR_REPLACE empties it, and with XATTR_CREATE as well xfs makes it.
 */
static int permits_changing(const struct lx_call *c)
{
    char name[sizeof("lxshim.none")] = "lxshim.none"; /* in no namespace: of most, EOPNOTSUPP */
    size_t n = namespace_of(c->name);
    if (n != 0) {
        memcpy(name, c->name, n);
        name[n] = '\0';
    }
    long r = set_nothing(c, name);
    return r == -EINVAL || r == -ENODATA || r == -EOPNOTSUPP || r > 0 ? 0 : (int)r;
}

/* Nobody needs a right for "system." but those that bind the owner, too. */
int native_permits_anybody(const struct lx_call *c)
{
    long r = set_nothing(c, "system.");
    return r == -EROFS || r == -EPERM ? (int)r : 0;
}

int native_permits_xattr(const struct lx_call *c)
{
    struct lx_call other = *c;
    if (c->op != LX_OP_GETXATTR && c->op != LX_OP_SETXATTR && c->op != LX_OP_REMOVEXATTR)
        return 0;
    if (!lx_has_text(c, c->name))
        return (int)lx_host_fs.run[c->op](&other); /* which the kernel refuses */
    return c->op == LX_OP_GETXATTR ? permits_reading(c) : permits_changing(c);
}

/* True for a call that the kernel makes by a descriptor of O_PATH, too. */
static bool takes_any_descriptor(const struct lx_call *c)
{
    switch (c->op) {
    case LX_OP_TRUNCATE:
    case LX_OP_FALLOCATE:
    case LX_OP_SEEK:
    case LX_OP_IOCTL:
    case LX_OP_GETXATTR:
    case LX_OP_SETXATTR:
    case LX_OP_LISTXATTR:
    case LX_OP_REMOVEXATTR:
        return false;
    case LX_OP_SYNC:
        return c->how == LX_SYNC_RANGE; /* a call that a kernel without it makes by none */
    case LX_OP_CHMOD:
    case LX_OP_CHOWN:
    case LX_OP_UTIMES:
        return (c->flags & AT_EMPTY_PATH) != 0;
    default:
        return true;
    }
}

/* As vfs_fallocate and do_ftruncate look at a file that was opened with these flags. */
static int permits_size(const struct lx_call *c, int fd, const struct stat *st, long flags)
{
    bool reads = (flags & O_ACCMODE) == O_RDONLY;
    if (c->op == LX_OP_TRUNCATE) {
        if (c->length < 0 || reads || !S_ISREG(st->st_mode))
            return -EINVAL;
        return attributes(fd, "", STATX_ATTR_APPEND) != 0 ? -EPERM : 0;
    }
    if (c->offset < 0 || c->length <= 0)
        return -EINVAL;
    if (reads)
        return -EBADF;
    /* What only grows may be made room for, and nothing taken from. */
    unsigned kept = STATX_ATTR_IMMUTABLE | (c->how > 1 ? STATX_ATTR_APPEND : 0);
    if (attributes(fd, "", kept) != 0)
        return -EPERM;
    if (!S_ISREG(st->st_mode) && !S_ISBLK(st->st_mode))
        return S_ISFIFO(st->st_mode) ? -ESPIPE : -ENODEV;
    return c->offset > INT64_MAX - c->length ? -EFBIG : 0;
}

int native_permits_descriptor(const struct lx_call *c, int fd, bool names)
{
    struct stat st;
    long flags = fd == AT_FDCWD ? 0 : sys_fcntl(fd, F_GETFL, 0);
    if (flags < 0)
        return (int)flags;
    if ((flags & O_PATH) != 0 && !takes_any_descriptor(c))
        return -EBADF;
    if (fd == AT_FDCWD || sys_fstat(fd, &st) < 0)
        return 0;
    switch (c->op) {
    case LX_OP_TRUNCATE:
    case LX_OP_FALLOCATE:
        return permits_size(c, fd, &st, flags);
    case LX_OP_SEEK:
        return S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ? -ESPIPE : 0;
    case LX_OP_UTIMES:
        return names || c->times == NULL ? 0 : native_permits_times(fd, "", &st);
    default:
        return names ? 0 : native_permits_xattr(c);
    }
}
