/* SPDX-License-Identifier: MIT */
#include "supervisor/tracee.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "supervisor/broker.h"
#include "sys/numbers.h"
#include "vfs/verdict.h"
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* Linux 6.9 */
#endif

#define PAGE       4096u
#define GROUPS_MAX 64 /* of a caller; who has more is refused what the rest would allow */

#define NAME_ROOM 64

/* The name of something in its directory in /proc. */
static const char *proc_name(const struct tracee *t, const char *what, char name[NAME_ROOM])
{
    snprintf(name, NAME_ROOM, "/proc/%d/%s", (int)t->tid, what);
    return name;
}

struct tracee tracee_of(int listener, const struct seccomp_notif *call)
{
    return (struct tracee){.listener = listener, .id = call->id, .tid = (pid_t)call->pid};
}

bool tracee_waits(const struct tracee *t)
{
    return ioctl(t->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &t->id) == 0;
}

/* Its memory as a file, by somebody who may open that. Kept for as long as the call lasts. */
static int memory_of(const struct tracee *t)
{
    /* This worker's own: it takes one call at a time. */
    static uint64_t whose;
    static int memory = -1;
    if (memory >= 0 && whose == t->id)
        return memory;
    if (memory >= 0)
        close(memory);
    whose = t->id;
    memory = broker_memory(t->tid);
    return memory;
}

/* Of what was to be moved, n bytes, r were. 0 or -errno. */
static int moved(ssize_t r, size_t n)
{
    if (r == (ssize_t)n)
        return 0;
    return r < 0 && errno == EPERM ? -EPERM : -EFAULT;
}

int tracee_read(const struct tracee *t, uint64_t from, void *to, size_t n)
{
    struct iovec here = {to, n};
    struct iovec there = {(void *)(uintptr_t)from, n};
    int r = moved(process_vm_readv(t->tid, &here, 1, &there, 1, 0), n);
    if (r != -EPERM)
        return r;
    int memory = memory_of(t);
    return memory < 0 ? memory : moved(pread(memory, to, n, (off_t)from), n);
}

int tracee_write(const struct tracee *t, uint64_t to, const void *from, size_t n)
{
    struct iovec here = {(void *)(uintptr_t)from, n};
    struct iovec there = {(void *)(uintptr_t)to, n};
    int r = moved(process_vm_writev(t->tid, &here, 1, &there, 1, 0), n);
    if (r != -EPERM)
        return r;
    /* By this file the kernel writes to what the program itself cannot, too, where it would have
     * answered EFAULT. */
    int memory = memory_of(t);
    return memory < 0 ? memory : moved(pwrite(memory, from, n, (off_t)to), n);
}

/* The rest of a string, of which `have` bytes are read. */
static int read_on(const struct tracee *t, uint64_t from, char *to, size_t have, size_t room)
{
    while (have < room) {
        /* Up to the end of a page: the next one need not be there. */
        size_t n = PAGE - (size_t)((from + have) % PAGE);
        if (n > room - have)
            n = room - have;
        int r = tracee_read(t, from + have, to + have, n);
        if (r < 0)
            return r;
        if (memchr(to + have, '\0', n) != NULL)
            return 0;
        have += n;
    }
    return -ENAMETOOLONG;
}

#define MOST_STRINGS 256 /* bytes: most are shorter, and a page would cost more */

int tracee_strings(const struct tracee *t, const uint64_t from[TRACEE_STRINGS],
                   char *const to[TRACEE_STRINGS], size_t room)
{
    struct iovec here[TRACEE_STRINGS];
    struct iovec there[TRACEE_STRINGS];
    size_t have[TRACEE_STRINGS] = {0};
    unsigned count = 0;
    ssize_t all = 0;
    for (unsigned i = 0; i < TRACEE_STRINGS; i++) {
        size_t n = PAGE - (size_t)(from[i] % PAGE);
        if (n > MOST_STRINGS)
            n = MOST_STRINGS;
        if (from[i] == 0)
            continue;
        here[count] = (struct iovec){to[i], n};
        there[count++] = (struct iovec){(void *)(uintptr_t)from[i], n};
        have[i] = n;
        all += (ssize_t)n;
    }
    if (count == 0)
        return 0;
    bool read = process_vm_readv(t->tid, here, count, there, count, 0) == all;
    for (unsigned i = 0; i < TRACEE_STRINGS; i++) {
        size_t n = read ? have[i] : 0;
        if (from[i] == 0 || (n > 0 && memchr(to[i], '\0', n) != NULL))
            continue;
        int r = read_on(t, from[i], to[i], n, room);
        if (r < 0)
            return r;
    }
    return 0;
}

#define STATUS_ROOM 4096 /* what we look for stands at its beginning */

static const char *line_of(const char *text, const char *key)
{
    const char *found = strstr(text, key);
    return found == NULL ? NULL : found + strlen(key);
}

/* What follows a key in its status, NULL where that cannot be read. */
static const char *status_line(const struct tracee *t, const char *key, char text[STATUS_ROOM])
{
    char name[NAME_ROOM];
    int fd = open(proc_name(t, "status", name), O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, STATUS_ROOM - 1);
    if (fd >= 0)
        close(fd);
    text[n < 0 ? 0 : n] = '\0';
    return line_of(text, key);
}

/*
 * Opens what descriptors are fetched by, unless it is open since the same tick of the coarse clock:
 * no id is given to another process as fast as that. Returns it, or -errno.
 */
static int pidfd_of(const struct tracee *t)
{
    /* A worker's own, or the broker's: the process it fetched from last. */
    static struct {
        pid_t tid;
        int fd;
        uint64_t stamp;
    } kept = {.fd = -1};
    uint64_t stamp = verdict_stamp();
    if (kept.fd >= 0 && kept.tid == t->tid && kept.stamp == stamp)
        return kept.fd;
    if (kept.fd >= 0)
        close(kept.fd);
    /* A thread may have descriptors of its own; before 6.9 only its leader can be asked. */
    kept.fd = (int)syscall(SYS_pidfd_open, t->tid, PIDFD_THREAD);
    if (kept.fd < 0) {
        int leader = t->tid;
        char text[STATUS_ROOM];
        const char *line = status_line(t, "\nTgid:", text);
        if (line != NULL)
            (void)sscanf(line, "%d", &leader);
        kept.fd = (int)syscall(SYS_pidfd_open, leader, 0);
    }
    kept.tid = t->tid;
    kept.stamp = stamp;
    return kept.fd < 0 ? -errno : kept.fd;
}

int tracee_descriptor(const struct tracee *t, int fd)
{
    int from = fd < 0 ? -EBADF : pidfd_of(t);
    if (from < 0)
        return from;
    int copy = (int)syscall(SYS_pidfd_getfd, from, fd, 0);
    if (copy < 0 && errno == EPERM)
        return broker_descriptor(t->tid, fd);
    return copy < 0 ? -errno : copy;
}

int tracee_cwd(const struct tracee *t)
{
    char name[NAME_ROOM];
    int fd = open(proc_name(t, "cwd", name), O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* "/proc/TID/cwd", or of a descriptor. */
static const char *proc_place(const struct tracee *t, int fd, char name[NAME_ROOM])
{
    if (fd == AT_FDCWD)
        return proc_name(t, "cwd", name);
    snprintf(name, NAME_ROOM, "/proc/%d/fd/%d", (int)t->tid, fd);
    return name;
}

int tracee_go(const struct tracee *t, int fd)
{
    char name[NAME_ROOM];
    return chdir(proc_place(t, fd, name)) < 0 ? -errno : 0;
}

long tracee_name(const struct tracee *t, int fd, char *to, size_t room)
{
    char name[NAME_ROOM];
    ssize_t n = readlink(proc_place(t, fd, name), to, room);
    if (n < 0)
        return -errno;
    if ((size_t)n == room)
        return -ENAMETOOLONG;
    to[n] = '\0';
    return n;
}

/* Its supplementary groups, up to most. Returns how many, or -1. */
static int groups_of(const struct tracee *t, gid_t *groups, int most)
{
    char text[STATUS_ROOM];
    const char *line = status_line(t, "\nGroups:", text);
    int count = 0;
    int used;
    unsigned group;
    while (line != NULL && count < most && sscanf(line, "%u%n", &group, &used) == 1) {
        groups[count++] = group;
        line += used;
        if (strspn(line, " ") == strcspn(line, "\n"))
            break;
    }
    return line == NULL ? -1 : count;
}

void tracee_become(const struct tracee *t)
{
    /* A worker's own, which one process uses: whether it may, and whether it has to come back. */
    static enum { UNKNOWN, CANNOT, AT_HOME, AWAY } where;
    static gid_t home_groups[GROUPS_MAX];
    static int home_count;
    static gid_t home_gid;
    gid_t groups[GROUPS_MAX];
    char name[NAME_ROOM];
    struct stat st;
    if (where == UNKNOWN) {
        where = getuid() == 0 ? AT_HOME : CANNOT;
        home_gid = getgid();
        home_count = getgroups(GROUPS_MAX, home_groups);
    }
    if (t == NULL && where == AWAY) {
        (void)!seteuid(0);
        (void)!setegid(home_gid);
        (void)!setgroups(home_count < 0 ? 0 : (size_t)home_count, home_groups);
        where = AT_HOME;
    }
    if (t == NULL || where != AT_HOME)
        return;
    /* A process's directory in /proc has its effective ids. */
    if (stat(proc_name(t, "", name), &st) < 0 || (st.st_uid == 0 && st.st_gid == home_gid))
        return;
    where = AWAY;
    int count = groups_of(t, groups, GROUPS_MAX);
    if (count >= 0)
        (void)!setgroups((size_t)count, groups);
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

/* A set of signals in a status; none where that cannot be read. */
static uint64_t signal_set(const char *status, const char *key)
{
    const char *line = line_of(status, key);
    return line == NULL ? 0 : strtoull(line, NULL, 16);
}

enum tracee_signals tracee_signals(const struct tracee *t)
{
    char text[STATUS_ROOM];
    const char *line = status_line(t, "\nTgid:", text);
    pid_t leader = line == NULL ? t->tid : (pid_t)strtol(line, NULL, 10);
    uint64_t heard = ~(signal_set(text, "\nSigBlk:") | signal_set(text, "\nSigIgn:"));
    uint64_t shared = signal_set(text, "\nShdPnd:") & heard;
    if ((signal_set(text, "\nSigPnd:") & heard) != 0 || (shared != 0 && leader == t->tid))
        return TRACEE_SIGNALLED;
    if (shared == 0)
        return TRACEE_NO_SIGNALS;
    /* A signal to a process goes to its first thread if that hears it. */
    const struct tracee first = {.tid = leader};
    (void)status_line(&first, "\nTgid:", text);
    return (shared & signal_set(text, "\nSigBlk:")) != 0 ? TRACEE_PERHAPS_SIGNALLED
                                                         : TRACEE_NO_SIGNALS;
}

/* Which of some names (bits of the result, in their order) end a line of its memory's map. */
static unsigned mapped(const struct tracee *t, const char *const *names, unsigned count)
{
    char text[8192];
    size_t have = 0;
    unsigned found = 0;
    ssize_t n;
    char name[NAME_ROOM];
    int fd = open(proc_name(t, "maps", name), O_RDONLY | O_CLOEXEC);
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

/* A file of its directory in /proc. Returns how much was read of it, 0 where it cannot be. */
static size_t read_all(const struct tracee *t, const char *what, char *to, size_t room)
{
    char name[NAME_ROOM];
    size_t have = 0;
    ssize_t n;
    int fd = open(proc_name(t, what, name), O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && have < room && (n = read(fd, to + have, room - have)) > 0)
        have += (size_t)n;
    if (fd >= 0)
        close(fd);
    return have;
}

/* True where ld.so was told to trust nobody. */
static bool is_secure(const struct tracee *t)
{
    unsigned long auxv[128];
    size_t n = read_all(t, "auxv", (char *)auxv, sizeof(auxv)) / sizeof(auxv[0]);
    for (size_t i = 0; i + 1 < n; i += 2)
        if (auxv[i] == AT_SECURE)
            return auxv[i + 1] != 0;
    return false;
}

/* True where it was started without the library in LD_PRELOAD. */
static bool lacks_variable(const struct tracee *t)
{
    /* Of a worker, which is at one call at a time; large, and therefore not on its stack. */
    static char environment[65536];
    size_t n = read_all(t, "environ", environment, sizeof(environment));
    for (const char *at = environment; n > 0;) {
        size_t length = strnlen(at, n);
        if (length > 11 && memcmp(at, "LD_PRELOAD=", 11) == 0)
            return memmem(at, length, "/liblxshim.so", 13) == NULL;
        length += length < n;
        at += length;
        n -= length;
    }
    return true;
}

enum tracee_library tracee_library(const struct tracee *t, enum lx_outside *why)
{
    enum { LIBRARY = 1, LIBC = 2, LOADER = 4, MUSL = 8 + 16 + 32 };
    static const char *const names[] = {"/liblxshim.so\n", "/libc.so.6\n",          "/ld-linux",
                                        "/ld-musl-",       "-linux-musl/libc.so\n", "/libc.musl-"};
    unsigned found = mapped(t, names, sizeof(names) / sizeof(names[0]));
    if ((found & LIBRARY) != 0)
        return TRACEE_HAS_LIBRARY;
    /* glibc's ld.so loads the library before libc. */
    if ((found & (LIBC | LOADER)) == LOADER)
        return TRACEE_BEGINS;
    *why = (found & MUSL) != 0              ? LX_OUTSIDE_MUSL
           : (found & (LIBC | LOADER)) == 0 ? LX_OUTSIDE_STATIC
           : is_secure(t)                   ? LX_OUTSIDE_SECURE
           : lacks_variable(t)              ? LX_OUTSIDE_ENVIRONMENT
                                            : LX_OUTSIDE_UNKNOWN;
    return TRACEE_LACKS_LIBRARY;
}

void tracee_comm(const struct tracee *t, char comm[16])
{
    char name[NAME_ROOM];
    int fd = open(proc_name(t, "comm", name), O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, comm, 15);
    if (fd >= 0)
        close(fd);
    comm[n < 0 ? 0 : n] = '\0';
    comm[strcspn(comm, "\n")] = '\0';
}
