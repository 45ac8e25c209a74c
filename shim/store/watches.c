/* SPDX-License-Identifier: MIT */
/*
 * Who watches a file, or something below a directory, by inotify. The kernel tells of watches by
 * inode numbers alone, so of a tree the numbers of the tree are held against those that are
 * watched: first against a set of them that may say yes for no, which needs no more room for more
 * watches.
 */
#include <dirent.h>
#include <string.h>

#include "store/holders.h"
#include "store/procscan.h"
#include "sys/dirents.h"
#include "sys/fdpath.h"
#include "sys/sys.h"

#ifndef IN_CLOEXEC
#define IN_CLOEXEC O_CLOEXEC
#define IN_UNMOUNT 0x2000
#endif

#define DEPTH_MAX 32

/*
 * The device of a directory as the kernel's lists of watches have it, which on some file systems is
 * not that of stat: from a watch of our own, for which nothing ever happens. 0 where it has none.
 */
static unsigned long watched_device(int fd)
{
    struct procscan_watches own = {.any = true};
    char path[SYS_FD_PATH];
    int instance = (int)SYS1(SYS_inotify_init1, IN_CLOEXEC);
    if (instance < 0)
        return 0;
    sys_fd_path(fd, path);
    if (sys_inotify_add_watch(instance, path, IN_UNMOUNT) >= 0)
        procscan_own_watches(&own, instance);
    sys_close(instance);
    return own.device;
}

/* True where an inode below a directory is among those that are watched; it goes to w->ino. */
static bool look_below(struct procscan *s, int fd, unsigned depth)
{
    char buf[1024] __attribute__((aligned(8)));
    struct procscan_watches *w = s->watches;
    bool found = false;
    long n;
    while (!found && (n = sys_getdents64(fd, buf, sizeof(buf))) > 0) {
        for (long at = 0; at < n && !found;) {
            const struct sys_dirent *e = sys_dirent_at(buf, at);
            at += e->length;
            if (sys_dirent_is_dots(e))
                continue;
            if (procscan_may_be_watched(w, e->ino)) {
                w->ino = e->ino;
                found = procscan(s);
            }
            if (found || e->type != DT_DIR || depth == DEPTH_MAX)
                continue;
            int below = sys_openat(fd, e->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
            if (below < 0)
                continue;
            found = look_below(s, below, depth + 1);
            sys_close(below);
        }
    }
    return found;
}

bool store_watched(int fd, bool others, struct store_holders *holders)
{
    struct stat st;
    struct procscan_watches w = {.device = watched_device(fd)};
    struct procscan s = {.own_fd = -1, .watches = &w, .others_only = others, .holders = holders};
    if (w.device == 0 || sys_fstat(fd, &st) < 0)
        return false;
    w.ino = procscan_info_ino(fd);
    if (w.ino == 0)
        w.ino = st.st_ino;
    return procscan(&s);
}

bool store_descendant_watched(int dfd, const char *path, struct store_holders *holders)
{
    struct procscan_watches w = {.count = 0};
    struct procscan s = {.own_fd = -1, .watches = &w, .holders = holders};
    int fd = sys_openat(dfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return false;
    w.device = watched_device(fd);
    if (w.device != 0)
        procscan(&s);
    bool found = w.count > 0 && look_below(&s, fd, 0);
    sys_close(fd);
    return found;
}
