/* SPDX-License-Identifier: MIT */
#include "store/holders.h"

#include <limits.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "store/cwds.h"
#include "store/object.h"
#include "store/procscan.h"
#include "sys/clock.h"
#include "sys/dirents.h"
#include "sys/patience.h"
#include "sys/sys.h"

#ifndef F_SETSIG
#define F_SETSIG 10
#define F_GETSIG 11
#endif
#ifndef F_SETLEASE
#define F_SETLEASE 1024
#endif
#ifndef F_OFD_SETLK
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#endif

/*
 * A probe that fails only because of another one is repeated: every so many tries /proc is read for
 * a holder. A process that holds a claim may wait for its disk before it gives it back, so that
 * time decides when to give up on it, and not the number of tries. But where no claim is in the way
 * and /proc has shown neither a holder nor a prober for so many times in a row, there is a holder
 * that it does not show: a descriptor in a message on its way, a process we may not look into.
 */
#define TRIES         4
#define BLIND_LOOKS   8
#define PAUSE_NS      200000
#define PATIENCE_SECS 5

/*
 * A read lock here marks a directory as open. Nobody can write-lock a directory, and no program
 * locks a byte so far out. The lock belongs to the open file description: it follows dup, fork and
 * SCM_RIGHTS, and goes with the last descriptor, SIGKILL or not.
 */
#define MARK_OFFSET (INT64_MAX - 0x4c58)

static void pause_briefly(void)
{
    struct timespec pause = {0, PAUSE_NS};
    sys_sleep(&pause);
}

static long seconds(void)
{
    struct timespec now = {0, 0};
    sys_clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (long)now.tv_sec;
}

static void add_unknown(struct store_holders *h)
{
    if (h->count < h->room)
        h->list[h->count] = (struct store_holder){.pid = 0, .fd = -1, .by = STORE_BY_UNKNOWN};
    h->count++;
}

static bool find_holders(int fd, struct store_holders *holders, bool *probed)
{
    struct stat st;
    if (sys_fstat(fd, &st) < 0)
        return false;
    struct procscan scan = {.dev = st.st_dev,
                            .ino = st.st_ino,
                            .info_ino = procscan_info_ino(fd),
                            .own_fd = fd,
                            .holders = holders};
    bool found = procscan(&scan);
    *probed = scan.probed;
    return found;
}

/*
 * True where a descriptor of this process holds what fd is open on, as far as that is told at once.
 * Where nobody wants the names, it is enough to know, and is asked first: most often who removes
 * what is open has just opened it.
 */
static bool own_holder(int fd, struct store_holders *holders)
{
    struct stat st;
    if (holders->room != 0 || sys_fstat(fd, &st) < 0)
        return false;
    /* Where fdinfo has another number than stat, all is asked later. */
    struct procscan scan = {.dev = st.st_dev,
                            .ino = st.st_ino,
                            .info_ino = (unsigned long)st.st_ino,
                            .own_fd = fd,
                            .holders = holders};
    if (!procscan_near(&scan))
        return false;
    holders->count++;
    return true;
}

bool store_find_holders(int fd, struct store_holders *holders)
{
    bool probed;
    return find_holders(fd, holders, &probed);
}

/*
 * Who has the file at dfd/path open: -EBUSY with holders, 0 for nobody, or -errno. *probed says
 * whether somebody was seen who only probes it.
 */
static int ask_proc(int dfd, const char *path, struct store_holders *holders, bool *probed)
{
    /* Does not open the file, and keeps its inode number from being given to another. */
    int fd = sys_openat(dfd, path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    bool busy = find_holders(fd, holders, probed);
    sys_close(fd);
    return busy ? -EBUSY : 0;
}

/*
 * What is to be said of a file that is open behind fd, whose lease was refused so: 0 where nobody
 * else has it open, -EAGAIN, or -errno. EAGAIN is said of regular files alone, and of those that
 * are open. `holders`: whom to look for among ourselves then, for -EBUSY; or NULL.
 */
static int refused_lease(int fd, int refused, struct store_holders *holders)
{
    struct stat st;
    if (refused == -EAGAIN)
        return holders != NULL && own_holder(fd, holders) ? -EBUSY : -EAGAIN;
    int r = sys_fstat(fd, &st);
    if (r == 0 && !S_ISREG(st.st_mode))
        r = -EINVAL;
    if (r < 0)
        return r;
    /* No leases here, or not ours to take: what /proc shows is all there is. */
    struct store_holders nobody = {.room = 0};
    return store_find_holders(fd, &nobody) ? -EAGAIN : 0;
}

/*
 * One probe: a descriptor with the claim, -EAGAIN while anybody has the file open, or -errno.
 * *claimed is set where somebody has a claim. `holders`: see refused_lease.
 */
static int probe(int dfd, const char *path, bool *claimed, struct store_holders *holders)
{
    int fd = sys_openat(dfd, path, STORE_PROBE_FLAGS, 0);
    if (fd == -EAGAIN) /* a lease */
        *claimed = true;
    if (fd < 0)
        return fd;
    /* A lease break sends SIGIO, which kills; SIGURG is ignored unless a program wants it. */
    sys_fcntl(fd, F_SETSIG, SIGURG);
    int r = sys_fcntl(fd, F_SETLEASE, F_WRLCK);
    if (r != 0)
        r = refused_lease(fd, r, holders);
    if (r == 0)
        return fd;
    /* Not open any longer than needed: it is in the way of other probes. */
    sys_close(fd);
    return r;
}

bool store_is_written(int dfd, const char *path, int nofollow)
{
    unsigned round = 0;
    int flags = (STORE_PROBE_FLAGS & ~O_NOFOLLOW) | nofollow;
    int fd = sys_openat(dfd, path, flags, 0);
    while (fd == -EAGAIN && sys_patience(&round, SYS_SHORT_PATIENCE)) /* a claim of somebody's */
        fd = sys_openat(dfd, path, flags, 0);
    if (fd < 0)
        return false;
    sys_fcntl(fd, F_SETSIG, SIGURG); /* see probe */
    bool written = sys_fcntl(fd, F_SETLEASE, F_RDLCK) == -EAGAIN;
    sys_close(fd);
    return written;
}

int store_claim_file(int dfd, const char *path, struct store_holders *holders)
{
    long start = 0;
    unsigned blind = 0;
    bool others = false; /* claims and probes seen since the last look at /proc */
    for (unsigned i = 1; start == 0 || seconds() - start <= PATIENCE_SECS; i++) {
        int r = probe(dfd, path, &others, i == 1 ? holders : NULL);
        if (r == -EACCES) { /* we may not read it: it can be looked up, if not probed */
            r = ask_proc(dfd, path, holders, &others);
            return r < 0 ? r : -EACCES;
        }
        if (r != -EAGAIN)
            return r;
        if (i % TRIES != 0)
            continue;
        bool probed = false;
        r = ask_proc(dfd, path, holders, &probed);
        if (r < 0)
            return r;
        blind = others || probed ? 0 : blind + 1;
        if (blind == BLIND_LOOKS)
            break;
        others = false;
        if (start == 0)
            start = seconds();
        pause_briefly();
    }
    /* The kernel keeps saying so: a holder in another PID namespace, or one we may not look into.
     */
    add_unknown(holders);
    return -EBUSY;
}

int store_try_claim(int dfd, const char *path)
{
    struct store_holders nobody = {.room = 0};
    bool others = false;
    int fd = -EAGAIN;
    for (unsigned i = 0; fd == -EAGAIN && i < TRIES; i++)
        fd = probe(dfd, path, &others, NULL);
    if (fd == -EACCES) {
        fd = ask_proc(dfd, path, &nobody, &others);
        if (fd == 0)
            fd = sys_openat(dfd, path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    }
    return fd == -EAGAIN ? -EBUSY : fd;
}

/* False where no other process has what is marked, by the one look at all of them. */
static bool may_be_held(const struct stat *st, struct procscan_marked *others)
{
    struct store_holders nobody = {.room = 0};
    if (!others->known) {
        struct procscan scan = {
            .own_fd = -1, .others_only = true, .marked = others, .holders = &nobody};
        (void)procscan(&scan);
        others->known = true;
    }
    return procscan_may_be_marked(others, st->st_ino);
}

bool store_held_by_others(int fd, const struct stat *st, struct procscan_marked *others)
{
    struct store_holders nobody = {.room = 0};
    if (store_marked(st) && !may_be_held(st, others))
        return false;
    struct procscan scan = {.dev = st->st_dev,
                            .ino = st->st_ino,
                            .info_ino = procscan_info_ino(fd),
                            .own_fd = -1,
                            .others_only = true,
                            .holders = &nobody};
    return procscan(&scan);
}

bool store_is_mapped(const struct stat *st, struct store_holders *holders)
{
    struct procscan scan = {
        .dev = st->st_dev, .ino = st->st_ino, .own_fd = -1, .maps_only = true, .holders = holders};
    return procscan(&scan);
}

/* The first descriptor of this process above another that is open on an inode; or -1. */
static int own_descriptor(const struct stat *meant, int after)
{
    char buf[1024] __attribute__((aligned(8)));
    int found = -1;
    long n;
    int fds = sys_openat(AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    while (fds >= 0 && found < 0 && (n = sys_getdents64(fds, buf, sizeof(buf))) > 0) {
        for (long at = 0; at < n && found < 0; at += sys_dirent_at(buf, at)->length) {
            struct stat st;
            int fd = 0;
            for (const char *c = sys_dirent_at(buf, at)->name; *c >= '0' && *c <= '9'; c++)
                fd = fd * 10 + (*c - '0');
            if (fd > after && sys_fstat(fd, &st) == 0 && st.st_ino == meant->st_ino &&
                st.st_dev == meant->st_dev && (sys_fcntl(fd, F_GETFL, 0) & O_PATH) == 0)
                found = fd;
        }
    }
    if (fds >= 0)
        sys_close(fds);
    return found;
}

/* True where no other open file description of the file is open than that of a descriptor of ours.
 */
bool store_is_only_descriptor(int own)
{
    int sig = sys_fcntl(own, F_GETSIG, 0);
    sys_fcntl(own, F_SETSIG, SIGURG); /* see probe */
    bool alone = sys_fcntl(own, F_SETLEASE, F_WRLCK) == 0;
    if (alone)
        sys_fcntl(own, F_SETLEASE, F_UNLCK);
    sys_fcntl(own, F_SETSIG, sig < 0 ? 0 : sig);
    return alone;
}

int store_claim_from_ourselves(int dfd, const char *path, struct procscan_marked *others)
{
    struct stat st;
    unsigned round = 0;
    int claimed = store_try_claim(dfd, path);
    if (claimed != -EBUSY)
        return claimed;
    int fd = sys_openat(dfd, path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    int own = sys_fstat(fd, &st) < 0 ? -1 : own_descriptor(&st, -1);
    /* /proc shows who shares it; another open file description, wherever it is, is in the way of a
     * lease on ours, if only for a moment where somebody probes the file. */
    bool alone = own >= 0 && !store_held_by_others(fd, &st, others);
    while (alone && !store_is_only_descriptor(own))
        alone = sys_patience(&round, SYS_SHORT_PATIENCE);
    if (alone)
        return fd;
    sys_close(fd);
    return -EBUSY;
}

void store_mark_directory(int fd)
{
    struct flock lock = {
        .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = MARK_OFFSET, .l_len = 1};
    (void)sys_fcntl(fd, F_OFD_SETLK, (long)&lock);
}

bool store_directory_marked(int fd)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = MARK_OFFSET, .l_len = 1};
    return sys_fcntl(fd, F_OFD_GETLK, (long)&lock) == 0 && lock.l_type != F_UNLCK;
}

/* True where who has a directory open is nobody that /proc shows, such as a message on its way.
 * Takes the marks of this process's own. */
static bool marked_by_unseen(int fd, const struct stat *st)
{
    struct flock none = {
        .l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = MARK_OFFSET, .l_len = 1};
    if (!store_directory_marked(fd))
        return false;
    for (int own = -1; (own = own_descriptor(st, own)) >= 0;)
        (void)sys_fcntl(own, F_OFD_SETLK, (long)&none);
    return store_directory_marked(fd);
}

bool store_directory_held_by_others(int fd, const struct stat *st, struct procscan_marked *others)
{
    return store_held_by_others(fd, st, others) || marked_by_unseen(fd, st);
}

bool store_directory_held(int fd, const struct stat *st, struct store_holders *holders)
{
    bool marked = store_directory_marked(fd);
    if (!marked && !store_is_cwd(st->st_dev, st->st_ino))
        return false;
    if (marked && holders->room == 0) { /* nobody reads who it is, which all of /proc tells */
        add_unknown(holders);
        return true;
    }
    /* It is held. Who holds it is for the explanation, and confirms what was read a moment ago. */
    struct procscan scan = {.dev = st->st_dev,
                            .ino = st->st_ino,
                            .own_fd = fd,
                            .cwds_only = !marked,
                            .holders = holders};
    if (procscan(&scan))
        return true;
    if (marked)
        add_unknown(holders);
    return marked;
}
