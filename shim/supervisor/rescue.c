/* SPDX-License-Identifier: MIT */
#include "supervisor/rescue.h"

#include <dirent.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "supervisor/listener.h"
#include "supervisor/proc.h"
#include "supervisor/tracee.h"

/*
 * The mark is where the next read would be: of all that an open file has, /proc tells that. It is
 * a place that nobody comes to, and within what file systems have room for; no other call's.
 */
static off_t mark_of(uint64_t id)
{
    const uint64_t far = UINT64_C(1) << 40;
    return (off_t)(far | (id & (far - 1)));
}

void rescue_mark(int fd, uint64_t id)
{
    (void)lseek(fd, mark_of(id), SEEK_SET);
}

void rescue_unmark(int fd)
{
    (void)lseek(fd, 0, SEEK_SET);
}

/* The descriptor of a thread that has the mark, or -1. */
static int find_marked(pid_t tid, uint64_t id)
{
    char name[PROC_NAME_ROOM];
    char text[64];
    int found = -1;
    DIR *dir = opendir(proc_name(tid, "fdinfo", name));
    for (struct dirent *e; dir != NULL && found < 0 && (e = readdir(dir)) != NULL;) {
        char file[PROC_NAME_ROOM];
        int fd = e->d_name[0] == '.' ? -1 : (int)strtol(e->d_name, NULL, 10);
        if (fd < 0)
            continue;
        snprintf(file, sizeof(file), "fdinfo/%d", fd);
        size_t n = proc_read(tid, file, text, sizeof(text) - 1);
        text[n] = '\0';
        if (strncmp(text, "pos:", 4) == 0 && strtoll(text + 4, NULL, 10) == mark_of(id))
            found = fd;
    }
    if (dir != NULL)
        closedir(dir);
    return found;
}

/* The descriptor that the caller has got, as it should be, or -1. */
static int given(const struct slot *slot, const struct tracee *t)
{
    int fd = atomic_load(&slot->given) - 1;
    int marked = find_marked(t->tid, t->id);
    if (marked >= 0) {
        int copy = tracee_descriptor(t, marked);
        if (copy >= 0) {
            rescue_unmark(copy);
            close(copy);
        }
    }
    return fd >= 0 ? fd : marked;
}

bool rescue_call(const struct pool *pool, const struct slot *slot)
{
    if (slot->call.id == 0 || !listener_waits(pool->listener, slot->call.id))
        return false;
    const struct tracee t = tracee_of(pool->listener, &slot->call);
    struct seccomp_notif_resp response = {.id = t.id, .val = given(slot, &t)};
    if (response.val < 0)
        return listener_fail(pool->listener, t.id, EIO);
    (void)ioctl(pool->listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
    return false;
}
