/* SPDX-License-Identifier: MIT */
#include "supervisor/tablewait.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fs/madeup.h"
#include "supervisor/hooks.h"
#include "supervisor/livetable.h"
#include "supervisor/proc.h"
#include "sys/sys.h"
#include "vfs/tables.h"
#include "vfs/watch.h"

#ifndef SECCOMP_ADDFD_FLAG_SETFD
#define SECCOMP_ADDFD_FLAG_SETFD (1UL << 0)
#endif

bool tablewait_is(long nr)
{
#ifdef SYS_poll /* machines of today have ppoll alone */
    return nr == SYS_poll;
#else
    (void)nr;
    return false;
#endif
}

static int read_place(const struct request *r, struct pollfd *place)
{
    return tracee_read(&r->tracee, r->given[0], place, sizeof(*place));
}

bool tablewait_asks(const struct request *r)
{
    char name[WATCH_NAME];
    struct pollfd place;
    if (read_place(r, &place) < 0 || place.fd < 0)
        return false;
    long n = tracee_name(&r->tracee, place.fd, name, sizeof(name));
    return n > 0 && madeup_link(name, (size_t)n) && tables_named(name, madeup_cut(name, (size_t)n));
}

/* True for a descriptor of the caller's that is closed on exec. */
static bool closes_on_exec(const struct request *r, int fd)
{
    char what[32];
    char name[PROC_NAME_ROOM];
    char line[64];
    unsigned flags = 0;
    snprintf(what, sizeof(what), "fdinfo/%d", fd);
    FILE *file = fopen(proc_name(r->tracee.tid, what, name), "re");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL &&
           sscanf(line, "flags: %o", &flags) != 1)
        ;
    if (file != NULL)
        fclose(file);
    return (flags & O_CLOEXEC) != 0;
}

/* Has the caller's descriptor be one of the table as it is by now. */
static void hand_over(const struct request *r, int anew, int number)
{
    struct seccomp_notif_addfd add = {.id = r->tracee.id,
                                      .flags = SECCOMP_ADDFD_FLAG_SETFD,
                                      .srcfd = (uint32_t)anew,
                                      .newfd = (uint32_t)number,
                                      .newfd_flags = closes_on_exec(r, number) ? O_CLOEXEC : 0};
    (void)ioctl(r->tracee.listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
    close(anew);
}

/* Waits, unless the table is another already. 0, or -EINTR. */
static int wait_by(const struct request *r, const struct vfs_watch *w)
{
    struct pollfd places[] = {{.fd = w->kernel, .events = POLLPRI},
                              {.fd = w->table, .events = POLLIN}};
    hook_waits(&r->task);
    hooks_hear(true);
    int n = poll(places, 2, -1);
    int error = n < 0 ? -errno : 0;
    hooks_hear(false);
    return error;
}

long tablewait(struct request *r)
{
    struct vfs_watch watch;
    struct pollfd place;
    int error = read_place(r, &place);
    int fd = error < 0 ? error : tracee_descriptor(&r->tracee, place.fd);
    if (fd < 0)
        return -LX_CONTINUE;
    if (livetable_is(fd)) {
        close(fd);
        return -LX_CONTINUE;
    }
    /* As the kernel's file, one can always be read. */
    if ((place.events & (POLLIN | POLLRDNORM)) != 0 || !vfs_watch_begin(&r->task, fd, &watch)) {
        close(fd);
        return -LX_CONTINUE;
    }
    int anew = vfs_watch_anew(&r->task, fd, &watch);
    if (anew < 0)
        error = wait_by(r, &watch);
    if (anew < 0 && error == 0)
        anew = vfs_watch_anew(&r->task, fd, &watch);
    vfs_watch_end(&watch);
    close(fd);
    if (anew >= 0)
        hand_over(r, anew, place.fd);
    if (error < 0)
        return error;
    place.revents = (short)(POLLERR | (place.events & POLLPRI));
    error = tracee_write(&r->tracee, r->given[0], &place, sizeof(place));
    return error < 0 ? -EFAULT : 1;
}
