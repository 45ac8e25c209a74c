/* SPDX-License-Identifier: MIT */
/* What the kernel refuses of a call for its other arguments, before it looks at a path. */
#ifndef LXSHIM_VFS_ARGUMENTS_H
#define LXSHIM_VFS_ARGUMENTS_H

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "fs/call.h"

/* What vfs_ask_first answers where the kernel would go on to the path. */
#define VFS_GOES_ON 1

/*
 * Makes a call with no path that can be read: what is refused is refused for the rest of it. 0 or
 * -errno, what the call itself has to answer; or VFS_GOES_ON. Flags that a newer kernel knows are
 * the kernel's to judge so, not ours.
 */
long vfs_ask_first(const struct lx_call *c);

/* The same of an openat2, which refuses more, and is not there before Linux 5.6. */
struct sys_open_how;
long vfs_ask_openat2(const struct sys_open_how *how);

#define XATTR_VALUE_MAX 65536 /* XATTR_SIZE_MAX, and the longest name is XATTR_NAME_MAX */
#define XATTR_LENGTH    255

/* True for flags that are not among those known. */
static inline bool vfs_flags_beyond(const struct lx_call *c, int known)
{
    return (c->flags & ~known) != 0;
}

/* True for a text that is empty, or longer than that many bytes. */
static inline bool vfs_bad_text(const struct lx_call *c, size_t most)
{
    return lx_has_text(c, c->name) && (c->name[0] == '\0' || strnlen(c->name, most + 1) > most);
}

static inline bool vfs_is_node(mode_t mode)
{
    mode_t type = mode & S_IFMT;
    return type == 0 || S_ISREG(type) || S_ISFIFO(type) || S_ISSOCK(type) || S_ISCHR(type) ||
           S_ISBLK(type);
}

/* Times that cannot be read are EFAULT before anything is looked at. */
static inline bool vfs_bad_times(const struct lx_call *c)
{
    return c->times != NULL && !lx_has_bytes(c, c->times, 2 * sizeof(*c->times));
}

/* Neither time is to be set, where they can be read: nothing is looked at. */
static inline bool vfs_omits_both(const struct lx_call *c)
{
    return c->times != NULL && c->times[0].tv_nsec == UTIME_OMIT &&
           c->times[1].tv_nsec == UTIME_OMIT;
}

/*
 * True where a call's flags, mode, size or name are such as the kernel may refuse at once. Always
 * inline: the operation is known where it is called, and nothing but its case is left there.
 */
static inline __attribute__((always_inline)) bool vfs_is_odd(const struct lx_call *c)
{
    const int plain = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
    switch (c->op) {
    case LX_OP_OPEN:
        return (c->flags & O_TMPFILE) == O_TMPFILE ||
               (c->flags & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY);
    case LX_OP_STAT:
        return vfs_flags_beyond(c, plain | AT_NO_AUTOMOUNT);
    case LX_OP_STATX:
        return (vfs_flags_beyond(c, plain | AT_NO_AUTOMOUNT | AT_STATX_FORCE_SYNC) &&
                vfs_flags_beyond(c, plain | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC)) ||
               (c->mode & STATX__RESERVED) != 0;
    case LX_OP_ACCESS:
        return vfs_flags_beyond(c, plain | AT_EACCESS) || (c->mode & ~7u) != 0;
    case LX_OP_READLINK:
        return (int)c->size <= 0; /* an int is what the kernel makes of it */
    case LX_OP_UNLINK:
        return c->flags != 0;
    case LX_OP_RENAME:
        return c->mode > 2; /* RENAME_NOREPLACE or RENAME_EXCHANGE alone */
    case LX_OP_LINK:
        return vfs_flags_beyond(c, AT_SYMLINK_FOLLOW | AT_EMPTY_PATH);
    case LX_OP_SYMLINK:
        return vfs_bad_text(c, PATH_MAX - 1);
    case LX_OP_MKNOD:
        return !vfs_is_node(c->mode);
    case LX_OP_CHMOD:
    case LX_OP_CHOWN:
        return vfs_flags_beyond(c, plain);
    case LX_OP_UTIMES:
        return vfs_bad_times(c) || vfs_flags_beyond(c, plain) || vfs_omits_both(c);
    case LX_OP_TRUNCATE:
        return c->length < 0;
    case LX_OP_SETXATTR:
        return c->mode > 2 || c->size > XATTR_VALUE_MAX || vfs_bad_text(c, XATTR_LENGTH);
    case LX_OP_GETXATTR:
    case LX_OP_REMOVEXATTR:
        return vfs_bad_text(c, XATTR_LENGTH);
    case LX_OP_HANDLE:
        return (c->mode & ~(unsigned)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) != 0;
    case LX_OP_EXEC:
        return vfs_flags_beyond(c, plain);
    default:
        return false;
    }
}

#endif
