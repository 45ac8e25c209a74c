/* SPDX-License-Identifier: MIT */
#include "supervisor/roots.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/capable.h"
#include "sys/fdpath.h"
#include "sys/sys.h"

#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x1000U
#endif

bool roots_differ_after(long nr)
{
    switch (nr) {
    case SYS_chroot:
    case SYS_pivot_root:
    case SYS_setns:
    case SYS_mount:
    case SYS_umount2:
    case SYS_move_mount:
        return true;
    default:
        return false;
    }
}

/* A mount belongs to one namespace: the same mount and inode are the same root. */
static bool same_root(const struct statx *a, const struct statx *b)
{
    return a->stx_ino == b->stx_ino && a->stx_dev_major == b->stx_dev_major &&
           a->stx_dev_minor == b->stx_dev_minor && a->stx_mnt_id == b->stx_mnt_id;
}

bool roots_same_namespace(const struct tracee *t)
{
    char name[48];
    struct stat theirs;
    struct stat ours;
    snprintf(name, sizeof(name), "/proc/%d/ns/mnt", (int)t->tid);
    return stat(name, &theirs) == 0 && stat("/proc/self/ns/mnt", &ours) == 0 &&
           theirs.st_ino == ours.st_ino;
}

bool roots_have_a_name(const struct tracee *t)
{
    char link[48];
    char name[2];
    snprintf(link, sizeof(link), "/proc/%d/root", (int)t->tid);
    return readlink(link, name, sizeof(name)) > 1;
}

/*
 * In a child: true where setns, which leads to the "/" of our own namespace, leads out of ours; and
 * where it is refused, as to root of a user namespace that has not made this one.
 */
static bool may_lead_out(void)
{
    struct statx ours;
    struct statx whole;
    int mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    if (statx(AT_FDCWD, "/", 0, STATX_INO | STATX_MNT_ID, &ours) < 0)
        return true;
    return setns(mounts, CLONE_NEWNS) < 0 ||
           statx(AT_FDCWD, "/", 0, STATX_INO | STATX_MNT_ID, &whole) < 0 ||
           !same_root(&ours, &whole);
}

bool roots_in_chroot(void)
{
    int status = 0;
    if (!sys_has_capability(CAP_SYS_ADMIN))
        return false; /* and none will be made: in a chroot nobody gets a user namespace, either */
    pid_t child = fork();
    if (child == 0)
        _exit(may_lead_out());
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

/* Writes the name that a descriptor of a root has here. */
static enum roots name_root(int fd, char root[PATH_MAX])
{
    char link[SYS_FD_PATH];
    sys_fd_path(fd, link);
    ssize_t n = readlink(link, root, PATH_MAX - 1);
    if (n <= 1)
        return ROOTS_OURS;
    root[n] = '\0';
    return ROOTS_BELOW;
}

static int open_root(const struct tracee *t)
{
    char name[48];
    snprintf(name, sizeof(name), "/proc/%d/root", (int)t->tid);
    return open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

enum roots roots_of(const struct tracee *t, char root[PATH_MAX])
{
    char name[48];
    struct statx theirs;
    struct statx ours;
    enum roots where = ROOTS_OURS;
    snprintf(name, sizeof(name), "/proc/%d/root", (int)t->tid);
    if (statx(AT_FDCWD, name, 0, STATX_INO | STATX_MNT_ID, &theirs) < 0 ||
        statx(AT_FDCWD, "/", 0, STATX_INO | STATX_MNT_ID, &ours) < 0 || same_root(&theirs, &ours))
        return ROOTS_OURS;
    if (!roots_same_namespace(t))
        return ROOTS_ELSEWHERE;
    int fd = open_root(t);
    if (fd < 0)
        return ROOTS_OURS;
    where = name_root(fd, root);
    close(fd);
    /* Another one, and as "/" is called: it is above a chroot that we are in, or mounted over ours.
     */
    return where == ROOTS_OURS ? ROOTS_ELSEWHERE : where;
}

static int open_mounts(const struct tracee *t)
{
    char name[48];
    snprintf(name, sizeof(name), "/proc/%d/ns/mnt", (int)t->tid);
    return open(name, O_RDONLY | O_CLOEXEC);
}

/* What the kernel calls a descriptor from this process's "/" on, or from its namespace's. */
static ssize_t name_in(int names, int fd, char out[PATH_MAX])
{
    char number[16];
    snprintf(number, sizeof(number), "%d", fd);
    ssize_t n = readlinkat(names, number, out, PATH_MAX - 1);
    out[n < 0 ? 0 : n] = '\0';
    return n;
}

/*
 * Goes back into the chroot that we are in, after setns, which leads to the "/" of the namespace:
 * the policy's paths begin here. Where the caller's own "/" is not in it, he has left it, and the
 * namespace's has to do. `ours` and `callers` are descriptors of either "/", `names` of our
 * /proc/self/fd: there may be none where we have come to.
 */
static int stay_in_chroot(int ours, int callers, int names)
{
    char own[PATH_MAX];
    char theirs[PATH_MAX];
    struct stat here;
    struct stat there;
    ssize_t n = name_in(names, ours, own);
    if (n <= 1 || name_in(names, callers, theirs) < n || memcmp(own, theirs, (size_t)n) != 0 ||
        (theirs[n] != '/' && theirs[n] != '\0'))
        return 0;
    /* By that name somebody may have mounted something else. */
    if (fstat(ours, &here) < 0 || stat(own, &there) < 0 || here.st_ino != there.st_ino ||
        here.st_dev != there.st_dev)
        return 0;
    return chroot(own) < 0 || chdir("/") < 0 ? -errno : 0;
}

int roots_enter(const struct tracee *t, enum credentials which, char root[PATH_MAX])
{
    char self[16];
    int mounts = open_mounts(t);
    int fd = open_root(t);
    int r = mounts < 0 || fd < 0 ? -errno : 0;
    int ours = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int names = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
    /* Root may from where it is; somebody else only from within the caller's user namespace. */
    if (r == 0 && setns(mounts, CLONE_NEWNS) < 0 &&
        (credentials_enter(t, which) < 0 || setns(mounts, CLONE_NEWNS) < 0))
        r = -errno;
    if (r == 0)
        r = stay_in_chroot(ours, fd, names);
    if (r == 0) {
        ssize_t n = readlink("/proc/self", self, sizeof(self) - 1);
        self[n < 0 ? 0 : n] = '\0';
        r = strtol(self, NULL, 10) == getpid() ? (int)name_root(fd, root) : -ESRCH;
    }
    const int done[] = {names, ours, fd, mounts};
    for (size_t i = 0; i < sizeof(done) / sizeof(done[0]); i++)
        if (done[i] >= 0)
            close(done[i]);
    return r;
}
