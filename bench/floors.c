/* SPDX-License-Identifier: MIT */
/*
 * The floor of an operation in a drive: the system calls that the library makes for a turn of it,
 * made by this program itself, and not an instruction of the library's. Which those are is
 * tests/bats/calls.bats' to hold, and strace's to show; why none can go, docs/design/costs.md's.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "operations.h"

#define WAITS "\xef\xa3\x90\xef\xa3\x91" /* behind the name of what waits to be deleted */
#define LOCK  (INT64_MAX - 19544)        /* the byte of a directory that who has it open may hold */

static int ignores_case;

static void look(const char *path)
{
    struct stat st;
    must(fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW), path);
}

/* A new name: whether it waits to be deleted, or is there in another case. */
static void look_for(const char *path)
{
    struct stat st;
    char buf[PATH_MAX];
    if (ignores_case) {
        int dir = open("dir", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        must(dir, "dir");
        must(syscall(SYS_getdents64, dir, buf, sizeof(buf)), "dir");
        close(dir);
        return;
    }
    must(snprintf(buf, sizeof(buf), "%s" WAITS, path), "name");
    must(fstatat(AT_FDCWD, buf, &st, AT_SYMLINK_NOFOLLOW) == 0 ? -1 : 0, "a name that waits");
}

static void look_at(int fd)
{
    struct stat st;
    must(fstat(fd, &st), "fstat");
}

static void run_stat(struct lane *l)
{
    look(l->path);
}

static void run_open(struct lane *l)
{
    int fd = openat(l->directory != 0 ? l->directory : AT_FDCWD, l->path, O_RDONLY | O_NOFOLLOW);
    must(fd, l->path);
    look_at(fd);
    look_at(fd);
    close(fd);
}

static void run_create(struct lane *l)
{
    look_for(l->path);
    int fd = open(l->path, O_WRONLY | O_CREAT | O_EXCL, 0644);
    must(fd, l->path);
    look_at(fd);
    look_at(fd);
    close(fd);
    fd = open(l->path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_SYNC | O_NOFOLLOW | O_CLOEXEC);
    must(fd, l->path);
    must(fcntl(fd, F_SETSIG, SIGURG), "F_SETSIG");
    must(fcntl(fd, F_SETLEASE, F_WRLCK), "F_SETLEASE");
    must(unlink(l->path), "unlink");
    close(fd);
}

static void rename_to(const char *from, const char *to)
{
    look(from);
    look_for(to);
    must(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE), "rename");
}

static void run_rename(struct lane *l)
{
    rename_to(l->path, l->other);
    rename_to(l->other, l->path);
}

static void run_mkdir(struct lane *l)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCK, .l_len = 1};
    look_for(l->path);
    must(mkdir(l->path, 0755), "mkdir");
    look(l->path);
    int fd = open(l->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    must(fd, l->path);
    look_at(fd);
    must(fcntl(fd, F_OFD_GETLK, &lock), "F_OFD_GETLK");
    must(rmdir(l->path), "rmdir");
    close(fd);
}

static const struct {
    const char *name;
    void (*run)(struct lane *);
} floors[] = {
    {"stat", run_stat},   {"lstat", run_stat},    {"access", run_stat},   {"open", run_open},
    {"openat", run_open}, {"create", run_create}, {"rename", run_rename}, {"mkdir", run_mkdir},
};

void (*floor_of(const char *name, int in_any_case))(struct lane *)
{
    ignores_case = in_any_case;
    for (size_t i = 0; i < sizeof(floors) / sizeof(floors[0]); i++)
        if (strcmp(floors[i].name, name) == 0)
            return floors[i].run;
    return NULL;
}
