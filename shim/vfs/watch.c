/* SPDX-License-Identifier: MIT */
#include "vfs/watch.h"

#include <limits.h>
#include <string.h>
#include <sys/inotify.h>

#include "fs/madeup.h"
#include "sys/fdpath.h"
#include "sys/sys.h"
#include "vfs/tables.h"

/* What a look at the bytes takes at once. */
#define BLOCK 1024

/* The name of the mount table that a descriptor is of; false where it is of none. */
static bool name_of(int fd, char name[WATCH_NAME])
{
    char link[SYS_FD_PATH];
    char text[WATCH_NAME + sizeof(MADEUP_LINK) + sizeof(" (deleted)")];
    if (fd < 0)
        return false;
    sys_fd_path(fd, link);
    long n = sys_readlinkat(AT_FDCWD, link, text, sizeof(text) - 1);
    if (n <= 0 || !madeup_link(text, (size_t)n))
        return false;
    size_t length = madeup_cut(text, (size_t)n);
    if (length >= WATCH_NAME || !tables_named(text, length))
        return false;
    memcpy(name, text, length + 1);
    return true;
}

/* By the name that lxshim run has it by, or by that which others may use. */
int vfs_watch_table(const struct lx_policy *policy)
{
    const struct lx_image *image = policy->image;
    const char *file = lx_image_string(image, image->table);
    const char *named = lx_image_string(image, image->table_file);
    if (lx_policy_of_run(policy)->table == NULL || file == NULL)
        return -1;
    int fd = (int)SYS1(SYS_inotify_init1, IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0)
        return -1;
    const uint32_t touched = IN_ATTRIB | IN_ACCESS; /* see mounts_wake */
    if (sys_inotify_add_watch(fd, file, touched) >= 0 ||
        (named != NULL && sys_inotify_add_watch(fd, named, touched) >= 0))
        return fd;
    sys_close(fd);
    return -1;
}

bool vfs_watch_begin(const struct lx_task *t, int fd, struct vfs_watch *w)
{
    if (!name_of(fd, w->name))
        return false;
    w->kernel = sys_openat(AT_FDCWD, w->name, O_RDONLY | O_CLOEXEC, 0);
    if (w->kernel < 0) /* of a process that is no more */
        return false;
    w->table = vfs_watch_table(t->policy);
    return true;
}

/* True where two files have the same bytes. */
static bool say_the_same(int one, int other)
{
    char a[BLOCK];
    char b[BLOCK];
    for (off_t at = 0;; at += BLOCK) {
        long n = SYS4(SYS_pread64, one, a, BLOCK, at);
        long m = SYS4(SYS_pread64, other, b, BLOCK, at);
        if (n != m || n < 0 || memcmp(a, b, (size_t)n) != 0)
            return false;
        if (n < BLOCK)
            return true;
    }
}

int vfs_watch_anew(const struct lx_task *t, int fd, const struct vfs_watch *w)
{
    off_t at = sys_lseek(fd, 0, SEEK_CUR);
    if (sys_lseek(w->kernel, 0, SEEK_SET) != 0)
        return -EINVAL;
    int memory = tables_written(t, w->name, NULL, w->kernel);
    if (memory < 0)
        return -EINVAL;
    if (say_the_same(memory, fd)) {
        sys_close(memory);
        return -EAGAIN;
    }
    int own = madeup_seal(memory, O_RDONLY);
    if (own >= 0)
        sys_lseek(own, at < 0 ? 0 : at, SEEK_SET);
    return own;
}

bool vfs_watch_renew(const struct lx_task *t, int fd, const struct vfs_watch *w)
{
    int anew = vfs_watch_anew(t, fd, w);
    if (anew < 0)
        return false;
    bool closes = (sys_fcntl(fd, F_GETFD, 0) & FD_CLOEXEC) != 0;
    sys_dup3(anew, fd, closes ? O_CLOEXEC : 0);
    sys_close(anew);
    return true;
}

void vfs_watch_end(const struct vfs_watch *w)
{
    sys_close(w->kernel);
    if (w->table >= 0)
        sys_close(w->table);
}
