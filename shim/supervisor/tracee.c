/* SPDX-License-Identifier: MIT */
#include "supervisor/tracee.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "supervisor/broker.h"
#include "supervisor/fetch.h"
#include "supervisor/proc.h"

#define PAGE 4096u

struct tracee tracee_of(int listener, const struct seccomp_notif *call)
{
    return (struct tracee){.listener = listener,
                           .id = call->id,
                           .tid = (pid_t)call->pid,
                           .i386 = call->data.arch == AUDIT_ARCH_I386};
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

int tracee_words(const struct tracee *t, uint64_t from, uint64_t *to, size_t n)
{
    uint32_t narrow[TRACEE_WORDS_MAX];
    if (!t->i386)
        return tracee_read(t, from, to, n * sizeof(*to));
    if (n > TRACEE_WORDS_MAX)
        return -EFAULT;
    int r = tracee_read(t, from, narrow, n * sizeof(*narrow));
    for (size_t i = 0; r == 0 && i < n; i++)
        to[i] = narrow[i];
    return r;
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

int tracee_descriptor(const struct tracee *t, int fd)
{
    int copy = fetch_descriptor(t->tid, fd);
    return copy == -EPERM ? broker_descriptor(t->tid, fd) : copy;
}

int tracee_cwd(const struct tracee *t)
{
    char name[PROC_NAME_ROOM];
    int fd = open(proc_name(t->tid, "cwd", name), O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* "/proc/TID/cwd", or of a descriptor. */
static const char *proc_place(const struct tracee *t, int fd, char name[PROC_NAME_ROOM])
{
    if (fd == AT_FDCWD)
        return proc_name(t->tid, "cwd", name);
    snprintf(name, PROC_NAME_ROOM, "/proc/%d/fd/%d", (int)t->tid, fd);
    return name;
}

int tracee_go(const struct tracee *t, int fd)
{
    char name[PROC_NAME_ROOM];
    return chdir(proc_place(t, fd, name)) < 0 ? -errno : 0;
}

long tracee_name(const struct tracee *t, int fd, char *to, size_t room)
{
    char name[PROC_NAME_ROOM];
    ssize_t n = readlink(proc_place(t, fd, name), to, room);
    if (n < 0)
        return -errno;
    if ((size_t)n == room)
        return -ENAMETOOLONG;
    to[n] = '\0';
    return n;
}

/* How many descriptors below a limit are open. */
static rlim_t count_open(const struct tracee *t, rlim_t limit)
{
    char name[PROC_NAME_ROOM];
    rlim_t count = 0;
    const struct dirent *e;
    DIR *dir = opendir(proc_name(t->tid, "fd", name));
    while (dir != NULL && (e = readdir(dir)) != NULL)
        count += e->d_name[0] != '.' && strtoul(e->d_name, NULL, 10) < limit;
    if (dir != NULL)
        closedir(dir);
    return count;
}

bool tracee_has_room(const struct tracee *t)
{
    struct rlimit limit;
    char last;
    if (prlimit(t->tid, RLIMIT_NOFILE, NULL, &limit) < 0)
        return true;
    if (limit.rlim_cur == 0)
        return false;
    /* Where the last one is free, as it nearly always is, nobody needs to count. */
    return limit.rlim_cur > INT_MAX ||
           tracee_name(t, (int)limit.rlim_cur - 1, &last, 1) != -ENAMETOOLONG ||
           count_open(t, limit.rlim_cur) < limit.rlim_cur;
}

mode_t tracee_umask(const struct tracee *t)
{
    unsigned mask = 022;
    char text[PROC_STATUS_ROOM];
    const char *line = proc_status(t->tid, "\nUmask:", text);
    if (line != NULL)
        (void)sscanf(line, "%o", &mask);
    return (mode_t)mask;
}

/* A set of signals in a status; none where that cannot be read. */
static uint64_t signal_set(const char *status, const char *key)
{
    const char *line = proc_status_line(status, key);
    return line == NULL ? 0 : strtoull(line, NULL, 16);
}

enum tracee_signals tracee_signals(const struct tracee *t)
{
    char text[PROC_STATUS_ROOM];
    const char *line = proc_status(t->tid, "\nTgid:", text);
    pid_t leader = line == NULL ? t->tid : (pid_t)strtol(line, NULL, 10);
    uint64_t heard = ~(signal_set(text, "\nSigBlk:") | signal_set(text, "\nSigIgn:"));
    uint64_t shared = signal_set(text, "\nShdPnd:") & heard;
    if ((signal_set(text, "\nSigPnd:") & heard) != 0 || (shared != 0 && leader == t->tid))
        return TRACEE_SIGNALLED;
    if (shared == 0)
        return TRACEE_NO_SIGNALS;
    /* A signal to a process goes to its first thread if that hears it. */
    (void)proc_status(leader, "\nTgid:", text);
    return (shared & signal_set(text, "\nSigBlk:")) != 0 ? TRACEE_PERHAPS_SIGNALLED
                                                         : TRACEE_NO_SIGNALS;
}
