/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <string.h>

#include "store/holders.h"
#include "store/procscan.h"
#include "sys/dirents.h"
#include "sys/sys.h"

/*
 * A probe of one file costs about 5 us, all of /proc 1 ms and more: with more entries than this in
 * the tree, /proc is the shorter read.
 */
#define ENTRIES_MAX 200
#define DEPTH_MAX   16
#define VISITED_MAX 100000

enum answer { FREE, HELD, TOO_LARGE };

struct tree {
    struct store_holders *holders;
    store_visit *visit; /* NULL: whether anybody has something open is asked */
    void *visitor;
    unsigned entries;
    unsigned most; /* entries */
};

static enum answer look_in(struct tree *t, int fd, unsigned depth);

static enum answer look_at(struct tree *t, int dir, const struct sys_dirent *e, unsigned depth)
{
    if (++t->entries > t->most || e->type == DT_UNKNOWN)
        return TOO_LARGE;
    if (e->type == DT_REG && t->visit != NULL) {
        t->visit(t->visitor, dir, e->name);
        return FREE;
    }
    if (e->type == DT_REG) {
        int fd = store_claim_file(dir, e->name, t->holders);
        if (fd >= 0)
            sys_close(fd);
        /* A file we may not read cannot be probed. */
        return fd == -EBUSY ? HELD : fd == -EACCES || fd == -EPERM ? TOO_LARGE : FREE;
    }
    if (e->type != DT_DIR)
        return FREE;
    if (depth == DEPTH_MAX)
        return TOO_LARGE;
    int fd = sys_openat(dir, e->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return fd == -ENOENT ? FREE : TOO_LARGE;
    bool held = t->visit == NULL && store_directory_marked(fd);
    enum answer answer = held ? HELD : look_in(t, fd, depth + 1);
    sys_close(fd);
    return answer;
}

static enum answer look_in(struct tree *t, int fd, unsigned depth)
{
    char buf[1024] __attribute__((aligned(8)));
    enum answer answer = FREE;
    long n;
    while (answer == FREE && (n = sys_getdents64(fd, buf, sizeof(buf))) > 0) {
        for (long at = 0; at < n && answer == FREE;) {
            const struct sys_dirent *e = sys_dirent_at(buf, at);
            at += e->length;
            if (!sys_dirent_is_dots(e))
                answer = look_at(t, fd, e, depth);
        }
    }
    return answer;
}

/*
 * True where a directory just opened has more entries than are probed one by one: its names are
 * fewer calls than probes that would then have been for nothing. It is read from its start again.
 */
static bool too_many(int fd)
{
    char buf[1024] __attribute__((aligned(8)));
    unsigned entries = 0;
    long n = 0;
    while (entries <= ENTRIES_MAX && (n = sys_getdents64(fd, buf, sizeof(buf))) > 0)
        for (long at = 0; at < n; at += sys_dirent_at(buf, at)->length)
            entries++;
    return entries > ENTRIES_MAX || SYS3(SYS_lseek, fd, 0, SEEK_SET) != 0;
}

void store_visit_files(int dfd, const char *path, store_visit *visit, void *visitor)
{
    struct tree t = {.visit = visit, .visitor = visitor, .most = VISITED_MAX};
    int fd = sys_openat(dfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return;
    (void)look_in(&t, fd, 0);
    sys_close(fd);
}

bool store_descendant_held(int dfd, const char *path, const char *native, const char *also,
                           struct store_holders *holders)
{
    struct tree t = {.holders = holders, .most = ENTRIES_MAX};
    enum answer answer = TOO_LARGE;
    int fd = sys_openat(dfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd >= 0) {
        answer = too_many(fd) ? TOO_LARGE : look_in(&t, fd, 0);
        sys_close(fd);
    }
    struct procscan scan = {.path = native, .also = also, .own_fd = -1, .holders = holders};
    if (answer == HELD) {
        if (holders->count == 0 && holders->room > 0)
            procscan(&scan); /* a directory's mark does not say whose it is, which a trace does */
        return true;
    }
    /* No lease and no mark shows a current directory. */
    scan.cwds_only = answer == FREE;
    return procscan(&scan);
}
