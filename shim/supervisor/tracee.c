/* SPDX-License-Identifier: MIT */
#include "supervisor/tracee.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sys/numbers.h"
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* Linux 6.9 */
#endif

#define PAGE 4096u

int tracee_take(struct tracee *t, int listener, const struct seccomp_notif *call)
{
    char name[32];
    *t = (struct tracee){
        .listener = listener, .id = call->id, .tid = (pid_t)call->pid, .proc = -1, .pidfd = -1};
    snprintf(name, sizeof(name), "/proc/%d", (int)t->tid);
    t->proc = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return t->proc >= 0 && tracee_waits(t) ? 0 : -ESRCH;
}

void tracee_release(struct tracee *t)
{
    if (t->proc >= 0)
        close(t->proc);
    if (t->pidfd >= 0)
        close(t->pidfd);
}

bool tracee_waits(const struct tracee *t)
{
    return ioctl(t->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &t->id) == 0;
}

int tracee_read(const struct tracee *t, uint64_t from, void *to, size_t n)
{
    struct iovec here = {to, n};
    struct iovec there = {(void *)(uintptr_t)from, n};
    return process_vm_readv(t->tid, &here, 1, &there, 1, 0) == (ssize_t)n ? 0 : -EFAULT;
}

int tracee_write(const struct tracee *t, uint64_t to, const void *from, size_t n)
{
    struct iovec here = {(void *)(uintptr_t)from, n};
    struct iovec there = {(void *)(uintptr_t)to, n};
    return process_vm_writev(t->tid, &here, 1, &there, 1, 0) == (ssize_t)n ? 0 : -EFAULT;
}

long tracee_string(const struct tracee *t, uint64_t from, char *to, size_t room)
{
    size_t have = 0;
    while (have < room) {
        /* Up to the end of a page: the next one need not be there. */
        size_t n = PAGE - (size_t)((from + have) % PAGE);
        if (n > room - have)
            n = room - have;
        if (tracee_read(t, from + have, to + have, n) < 0)
            return -EFAULT;
        const char *end = memchr(to + have, '\0', n);
        if (end != NULL)
            return end - to;
        have += n;
    }
    return -ENAMETOOLONG;
}

#define STATUS_ROOM 256 /* what we look for stands at its beginning */

/* What follows a key in its status, NULL where that cannot be read. */
static const char *status_line(const struct tracee *t, const char *key, char text[STATUS_ROOM])
{
    int fd = openat(t->proc, "status", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, STATUS_ROOM - 1);
    if (fd >= 0)
        close(fd);
    text[n < 0 ? 0 : n] = '\0';
    const char *found = strstr(text, key);
    return found == NULL ? NULL : found + strlen(key);
}

int tracee_descriptor(struct tracee *t, int fd)
{
    if (fd < 0)
        return -EBADF;
    if (t->pidfd < 0) {
        /* A thread may have descriptors of its own; before 6.9 only its leader can be asked. */
        t->pidfd = (int)syscall(SYS_pidfd_open, t->tid, PIDFD_THREAD);
        if (t->pidfd < 0) {
            int leader = t->tid;
            char text[STATUS_ROOM];
            const char *line = status_line(t, "\nTgid:", text);
            if (line != NULL)
                (void)sscanf(line, "%d", &leader);
            t->pidfd = (int)syscall(SYS_pidfd_open, leader, 0);
        }
        if (t->pidfd < 0)
            return -errno;
    }
    int copy = (int)syscall(SYS_pidfd_getfd, t->pidfd, fd, 0);
    return copy < 0 ? -errno : copy;
}

int tracee_cwd(const struct tracee *t)
{
    int fd = openat(t->proc, "cwd", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

void tracee_become(const struct tracee *t)
{
    struct stat st;
    if (getuid() != 0)
        return;
    if (t == NULL) {
        if (geteuid() != 0)
            (void)!seteuid(0);
        if (getegid() != getgid())
            (void)!setegid(getgid());
        return;
    }
    /* A process's directory in /proc has its effective ids. */
    if (fstat(t->proc, &st) < 0 || (st.st_uid == 0 && st.st_gid == getegid()))
        return;
    (void)!setegid(st.st_gid);
    (void)!seteuid(st.st_uid);
}

mode_t tracee_umask(const struct tracee *t)
{
    unsigned mask = 022;
    char text[STATUS_ROOM];
    const char *line = status_line(t, "\nUmask:", text);
    if (line != NULL)
        (void)sscanf(line, "%o", &mask);
    return (mode_t)mask;
}

/* Which of some names (bits of the result, in their order) end a line of its memory's map. */
static unsigned mapped(const struct tracee *t, const char *const *names, unsigned count)
{
    char text[8192];
    size_t have = 0;
    unsigned found = 0;
    ssize_t n;
    int fd = openat(t->proc, "maps", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && (n = read(fd, text + have, sizeof(text) - have)) > 0) {
        have += (size_t)n;
        for (unsigned i = 0; i < count; i++)
            if (memmem(text, have, names[i], strlen(names[i])) != NULL)
                found |= 1U << i;
        if (have > NAME_MAX) { /* a name may go on in the next block */
            memmove(text, text + have - NAME_MAX, NAME_MAX);
            have = NAME_MAX;
        }
    }
    if (fd >= 0)
        close(fd);
    return found;
}

bool tracee_lacks_library(const struct tracee *t)
{
    static const char *const names[] = {"/liblxshim.so\n", "/libc.so.6\n", "/ld-linux"};
    unsigned found = mapped(t, names, sizeof(names) / sizeof(names[0]));
    /* glibc's ld.so loads the library before libc: alone, it has only begun. */
    return (found & 1) == 0 && ((found & 2) != 0 || (found & 4) == 0);
}

void tracee_comm(const struct tracee *t, char comm[16])
{
    int fd = openat(t->proc, "comm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, comm, 15);
    if (fd >= 0)
        close(fd);
    comm[n < 0 ? 0 : n] = '\0';
    comm[strcspn(comm, "\n")] = '\0';
}
