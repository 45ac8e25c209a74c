/* SPDX-License-Identifier: MIT */
/* Links that Windows made: NT symlinks and junctions, which a WSL program sees as symlinks. */
#include <string.h>

#include "fs/drvfs.h"
#include "nt/fold.h"
#include "nt/names.h"
#include "nt/reparse.h"
#include "nt/utf16.h"
#include "sys/sys.h"

#define REPARSE_XATTR "user.SmbReparse"

/*
 * The largest buffer we read: what fits on a signal stack, and more than a target of Linux can be
 * as long as it is plain ASCII.
 */
#define BUFFER_ROOM 4096

/* Sticky, and empty as NTFS wants it: whoever stored a link for us said so (see win/file.c). */
bool drvfs_may_be_link(const struct stat *st)
{
    return (st->st_mode & S_ISVTX) != 0 &&
           (S_ISDIR(st->st_mode) || (S_ISREG(st->st_mode) && st->st_size == 0));
}

static bool same_char(char a, char b)
{
    if (a == '/')
        a = '\\';
    return nt_fold_equal(&a, 1, &b, 1);
}

/* What follows a mount's source in an absolute Windows path; NULL where it is not inside. */
static const char *below_source(const char *path, const char *source)
{
    size_t n = strlen(source);
    while (n > 0 && (source[n - 1] == '\\' || source[n - 1] == '/'))
        n--;
    for (size_t i = 0; i < n; i++)
        if (path[i] == '\0' || !same_char(source[i], path[i]))
            return NULL;
    return path[n] == '\0' || path[n] == '\\' ? path + n : NULL;
}

/* The path by which programs see a Windows path: the innermost mount that has it. */
static const char *target_of(const struct lx_policy *policy, const char *path, const char **rest)
{
    const char *target = NULL;
    size_t left = strlen(path) + 1;
    for (unsigned i = 0; i < policy->mount_count; i++) {
        const char *below = below_source(path, policy->mounts[i].source);
        if (below != NULL && strlen(below) < left) {
            left = strlen(below);
            *rest = below;
            target = policy->mounts[i].target;
        }
    }
    return target;
}

/* Backslashes become slashes, and escaped characters themselves. [vendor test
 * DrvFsTestEscapedNames]
 */
static long finish_target(char *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (out[i] == '\\')
            out[i] = '/';
    n = nt_name_unescape(out, n);
    out[n] = '\0';
    return (long)n;
}

/*
 * A target in Windows' words as a Linux one. Relative: word for word. Absolute, or from the root of
 * the link's volume: where a mount of the policy shows it. -EIO for everything else: volumes by
 * their ids, drives that are not mounted. [DrvFsTests for volumes; the rest inference]
 */
static long translate(const struct lx_policy *policy, const struct lx_mount *mount,
                      const struct nt_reparse *r, char *out, size_t room)
{
    char text[BUFFER_ROOM];
    const char *rest = text;
    char volume[3] = {mount->source[0], ':', '\0'};
    long n = nt_utf16le_to_utf8(r->substitute.at, r->substitute.n, text, sizeof(text));
    if (n < 0)
        return -EIO;
    if (r->relative && text[0] != '\\') {
        if ((size_t)n >= room)
            return -EIO;
        memcpy(out, text, (size_t)n + 1);
        return finish_target(out, (size_t)n);
    }
    const char *target = NULL;
    if (r->relative) {
        target = target_of(policy, volume, &rest);
        rest = text;
    } else if (strncmp(text, "\\??\\", 4) == 0) {
        target = target_of(policy, text + 4, &rest);
    }
    if (target == NULL || strlen(target) + strlen(rest) >= room)
        return -EIO;
    size_t length = strlen(target);
    memcpy(out, target, length);
    memcpy(out + length, rest, strlen(rest) + 1);
    long below = finish_target(out + length, strlen(rest));
    return (long)length + below;
}

long drvfs_link_target(const struct lx_policy *policy, const struct lx_mount *mount, int dfd,
                       const char *path, const struct stat *st, char *out, size_t room)
{
    uint8_t buffer[BUFFER_ROOM];
    struct nt_reparse r;
    if (!drvfs_may_be_link(st) || lx_rule(mount, LX_RULE_SYMLINK_NT) != LX_ON)
        return 0;
    int fd = sys_openat(dfd, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0);
    if (fd < 0)
        return 0;
    long n = SYS4(SYS_fgetxattr, fd, REPARSE_XATTR, buffer, sizeof(buffer));
    sys_close(fd);
    if (n == -ERANGE)
        return -EIO;
    if (n < 0)
        return 0;
    if (nt_reparse_decode(buffer, (size_t)n, &r) < 0)
        return -EIO;
    if (r.tag == NT_TAG_LX_SYMLINK && r.target.n > 0 && r.target.n < room) {
        memcpy(out, r.target.at, r.target.n);
        out[r.target.n] = '\0';
        return (long)r.target.n;
    }
    /* A tag that is no link: WSL shows the file as it is. */
    if (r.tag != NT_TAG_SYMLINK && r.tag != NT_TAG_MOUNT_POINT)
        return 0;
    return translate(policy, mount, &r, out, room);
}

/* drvfs_link_target of a call's first path. */
static __attribute__((noinline)) long target_at(const struct lx_call *c, const struct stat *st,
                                                char *out, size_t room)
{
    const struct lx_loc *at = &c->at[0];
    if ((at->flags & LX_LOC_DESCRIPTOR) != 0 || lx_observing(c))
        return 0;
    return drvfs_link_target(c->task->policy, at->mount, at->dfd, at->path, st, out, room);
}

long drvfs_link_length(struct lx_call *c, const struct stat *st)
{
    char target[PATH_MAX];
    if (!drvfs_may_be_link(st))
        return 0;
    long n = target_at(c, st, target, sizeof(target));
    /* One that cannot be translated is a link all the same. */
    if (n == -EIO)
        n = 1;
    return n > 0 && lx_alter(c, LX_RULE_SYMLINK_NT) ? n : 0;
}

long drvfs_readlink(struct lx_call *c)
{
    char target[PATH_MAX];
    struct stat st;
    long n = lx_host_fs.run[LX_OP_READLINK](c);
    if (n != -EINVAL || drvfs_native_stat(c, 0, &st) < 0 || !drvfs_may_be_link(&st))
        return n;
    long length = target_at(c, &st, target, sizeof(target));
    if (length == 0 || !lx_alter(c, LX_RULE_SYMLINK_NT))
        return n;
    if (length < 0)
        return length;
    if ((size_t)length > c->size)
        length = (long)c->size;
    memcpy(c->buf, target, (size_t)length);
    return length;
}
