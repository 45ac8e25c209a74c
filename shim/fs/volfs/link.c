/* SPDX-License-Identifier: MIT */
/*
 * Links that are files for Linux: of lxfs, whose data is the target, and of wslfs, whose reparse
 * buffer has it. A link that a program makes is one of Linux'.
 */
#include <errno.h>
#include <string.h>

#include "fs/native.h"
#include "fs/volfs/volfs.h"
#include "nt/reparse.h"
#include "sys/sys.h"

/* A buffer is small, and a signal's stack is, too. */
#define BUFFER_ROOM 1024

/* The text that is a file's data, without a NUL. */
static long read_text(const struct store_object *o, const struct stat *st, char *out, size_t room)
{
    if (st->st_size <= 0 || (size_t)st->st_size >= room)
        return -EIO;
    const char *path = o->path[0] == '\0' ? "." : o->path;
    if (o->path[0] == '\0')
        return SYS4(SYS_pread64, o->dfd, out, room, 0);
    int fd = sys_openat(o->dfd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    long n = sys_read(fd, out, room);
    sys_close(fd);
    return n;
}

static long read_buffer(const struct store_object *o, char *out, size_t room)
{
    uint8_t buffer[BUFFER_ROOM];
    struct nt_reparse link;
    long n = store_attr_get(o, true, STORE_REPARSE, buffer, sizeof(buffer));
    if (n <= 0 || nt_reparse_decode(buffer, (size_t)n, &link) < 0 ||
        link.tag != NT_TAG_LX_SYMLINK || link.target.n == 0 || link.target.n >= room)
        return -EIO;
    memcpy(out, link.target.at, link.target.n);
    return (long)link.target.n;
}

long volfs_link(const struct lx_policy *policy, const struct lx_mount *mount, int dfd,
                const char *path, const struct stat *st, char *out, size_t room)
{
    const struct store_object o = {lx_backing(mount), dfd, path};
    struct volfs_file file;
    (void)policy;
    if (!store_marked(st) || !S_ISREG(st->st_mode))
        return 0;
    volfs_look(mount, &o, st, &file);
    if (!S_ISLNK(file.mode) || file.ignored)
        return 0;
    long n = volfs_format(mount) == STORE_LXFS ? read_text(&o, st, out, room)
                                               : read_buffer(&o, out, room);
    if (n <= 0)
        return -EIO;
    if ((size_t)n < room)
        out[n] = '\0';
    return n;
}

long volfs_readlink(struct lx_call *c)
{
    char target[PATH_MAX];
    struct stat st;
    const struct lx_loc *at = &c->at[0];
    long r = lx_host_fs.run[LX_OP_READLINK](c);
    if (r != -EINVAL || native_stat(c, 0, &st) < 0 || volfs_is_plain(c, &st))
        return r;
    long n = volfs_link(c->task->policy, at->mount, at->dfd, at->path, &st, target, sizeof(target));
    if (n == 0 || c->size == 0)
        return r;
    n = n > (long)c->size ? (long)c->size : n;
    if (n > 0 && lx_give(c->task, c->buf, target, (size_t)n) < 0)
        return -EFAULT;
    return n;
}
