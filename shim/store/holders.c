/* SPDX-License-Identifier: MIT */
#include "store/holders.h"

#include <limits.h>
#include <signal.h>
#include <string.h>

#include "store/cwds.h"
#include "store/procscan.h"
#include "sys/sys.h"

#ifndef F_SETSIG
#define F_SETSIG 10
#endif
#ifndef F_SETLEASE
#define F_SETLEASE 1024
#endif
#ifndef F_OFD_SETLK
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#endif

/*
 * How often a probe is repeated that fails only because of another one. Each round reads /proc, so
 * this is a second or more; two processes that delete the same tree never need it.
 */
#define PROBE_ROUNDS 400

/*
 * A read lock here marks a directory as open. Nobody can write-lock a directory, and no program
 * locks a byte so far out. The lock belongs to the open file description: it follows dup, fork and
 * SCM_RIGHTS, and goes with the last descriptor, SIGKILL or not.
 */
#define MARK_OFFSET (INT64_MAX - 0x4c58)

static void yield(void)
{
    SYS0(SYS_sched_yield);
}

static void add_unknown(struct store_holders *h)
{
    if (h->count < h->room)
        h->list[h->count] = (struct store_holder){.pid = 0, .fd = -1, .by = STORE_BY_UNKNOWN};
    h->count++;
}

/*
 * Asks /proc for the holders of an inode. Returns -EBUSY for a holder, -EAGAIN where somebody is
 * only probing it, and -ENOENT where it shows nobody at all.
 */
static int who(const struct stat *st, int own_fd, struct store_holders *holders)
{
    struct procscan scan = {
        .dev = st->st_dev, .ino = st->st_ino, .own_fd = own_fd, .holders = holders};
    if (procscan(&scan))
        return -EBUSY;
    return scan.probers ? -EAGAIN : -ENOENT;
}

/* One probe. As store_claim_file, but -EAGAIN: another probe was in the way. */
static int probe(int dfd, const char *path, struct store_holders *holders)
{
    struct stat st;
    int fd = sys_openat(dfd, path, STORE_PROBE_FLAGS, 0);
    if (fd == -EACCES) {
        /* A file we may not read can be looked up in /proc, if not probed. */
        int r = sys_fstatat(dfd, path, &st, AT_SYMLINK_NOFOLLOW);
        return r == 0 && who(&st, -1, holders) == -EBUSY ? -EBUSY : -EACCES;
    }
    if (fd < 0)
        return fd; /* -EAGAIN: a lease, so somebody probes */
    /* A lease break sends SIGIO, which kills; SIGURG is ignored unless a program wants it. */
    sys_fcntl(fd, F_SETSIG, SIGURG);
    int r = sys_fcntl(fd, F_SETLEASE, F_WRLCK);
    if (r == 0)
        return fd;
    int refused = r;
    r = sys_fstat(fd, &st);
    if (r == 0 && !S_ISREG(st.st_mode))
        r = -EINVAL;
    if (r == 0)
        r = who(&st, fd, holders);
    if (r == -ENOENT) {
        /* No leases here, or not ours to take: what /proc shows is all there is. */
        if (refused != -EAGAIN)
            return fd;
        r = -EAGAIN;
    }
    sys_close(fd);
    return r;
}

int store_claim_file(int dfd, const char *path, struct store_holders *holders)
{
    int r = -EAGAIN;
    for (int i = 0; i < PROBE_ROUNDS; i++) {
        r = probe(dfd, path, holders);
        if (r != -EAGAIN)
            break;
        yield();
    }
    if (r != -EAGAIN)
        return r;
    /* The kernel keeps saying so: a holder in another PID namespace, or one we may not look into.
     */
    add_unknown(holders);
    return -EBUSY;
}

void store_mark_directory(int fd)
{
    struct flock lock = {
        .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = MARK_OFFSET, .l_len = 1};
    (void)SYS3(SYS_fcntl, fd, F_OFD_SETLK, &lock);
}

bool store_directory_marked(int fd)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = MARK_OFFSET, .l_len = 1};
    return SYS3(SYS_fcntl, fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

bool store_directory_held(int fd, struct store_holders *holders)
{
    struct stat st;
    if (sys_fstat(fd, &st) < 0)
        return false;
    bool marked = store_directory_marked(fd);
    if (!marked && !store_is_cwd(st.st_dev, st.st_ino))
        return false;
    /* It is held. Who holds it is for the explanation, and confirms what was read a moment ago. */
    struct procscan scan = {
        .dev = st.st_dev, .ino = st.st_ino, .own_fd = fd, .cwds_only = !marked, .holders = holders};
    if (procscan(&scan))
        return true;
    if (marked)
        add_unknown(holders);
    return marked;
}
