/* SPDX-License-Identifier: MIT */
#include "store/renamed.h"

#include <errno.h>
#include <fcntl.h>

#include "store/holders.h"
#include "store/procscan.h"
#include "sys/sys.h"

#ifndef F_SETSIG
#define F_SETSIG 10
#define F_GETSIG 11
#endif

/*
 * The signal that O_ASYNC would send of a descriptor, which a regular file never does: the last one
 * there is, and nobody's choice. A program that has set one keeps it.
 */
#define MARK 64

/* Of one file; who is beyond is not noted. */
#define HOLDERS 16

/* A number may be another file's since somebody looked. */
static void mark(int fd, const struct procscan *file)
{
    struct stat st;
    if (sys_fstat(fd, &st) == 0 && st.st_dev == file->dev && st.st_ino == file->ino &&
        sys_fcntl(fd, F_GETSIG, 0) == 0)
        sys_fcntl(fd, F_SETSIG, MARK);
}

static void mark_of(const struct store_holder *holder, const struct procscan *file)
{
    if (holder->by != STORE_BY_DESCRIPTOR)
        return;
    if (holder->pid == sys_getpid()) {
        mark(holder->fd, file);
        return;
    }
    int process = (int)SYS2(SYS_pidfd_open, holder->pid, 0);
    int fd = process < 0 ? process : (int)SYS3(SYS_pidfd_getfd, process, holder->fd, 0);
    if (fd >= 0) {
        mark(fd, file);
        sys_close(fd);
    }
    if (process >= 0)
        sys_close(process);
}

void store_note_renamed(int dfd, const char *path)
{
    struct store_holder list[HOLDERS];
    struct store_holders holders = {.list = list, .room = HOLDERS};
    struct stat st;
    int claim = store_try_claim(dfd, path);
    if (claim >= 0)
        sys_close(claim);
    if (claim != -EBUSY)
        return;
    int fd = sys_openat(dfd, path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return;
    struct procscan scan = {.info_ino = procscan_info_ino(fd), .own_fd = fd, .holders = &holders};
    if (sys_fstat(fd, &st) == 0) {
        scan.dev = st.st_dev;
        scan.ino = st.st_ino;
        procscan(&scan);
    }
    sys_close(fd);
    for (unsigned i = 0; i < holders.count && i < holders.room; i++)
        mark_of(&list[i], &scan);
}

bool store_was_renamed(int fd)
{
    return sys_fcntl(fd, F_GETSIG, 0) == MARK;
}
