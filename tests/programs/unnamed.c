/* SPDX-License-Identifier: MIT */
/*
 * unnamed: opens the current directory and goes to where no /proc is, in a chroot; then makes every
 * call that takes a directory's descriptor, on paths below it, and prints a line each: call, path,
 * answer. Ends with 3 where it may not change its root.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/numbers.h"

static char buffer[4096];
static const unsigned long how[3] = {O_RDONLY, 0, 0};
static const unsigned long beneath[3] = {O_RDONLY, 0, 0x08};
static const struct timespec times[2] = {{1000, 0}, {2000, 0}};

#define BUF ((long)buffer)

static const struct {
    const char *name;
    long number;
    long args[3];
} calls[] = {
    {"openat", SYS_openat, {O_RDONLY}},
    {"openat directory", SYS_openat, {O_RDONLY | O_DIRECTORY}},
    {"openat create", SYS_openat, {O_RDWR | O_CREAT, 0600}},
    {"openat2", SYS_openat2, {(long)how, sizeof(how)}},
    {"openat2 beneath", SYS_openat2, {(long)beneath, sizeof(beneath)}},
    {"fstatat", SYS_newfstatat, {BUF, 0}},
    {"statx", SYS_statx, {0, STATX_BASIC_STATS, BUF}},
    {"faccessat", SYS_faccessat, {R_OK}},
    {"readlinkat", SYS_readlinkat, {BUF, 100}},
    {"fchmodat", SYS_fchmodat, {0700}},
    {"fchownat", SYS_fchownat, {-1, -1, 0}},
    {"utimensat", SYS_utimensat, {(long)times, 0}},
    {"mkdirat", SYS_mkdirat, {0700}},
    {"mknodat", SYS_mknodat, {S_IFREG | 0600}},
    {"rmdir", SYS_unlinkat, {AT_REMOVEDIR}},
    {"listxattrat", SYS_listxattrat, {0, BUF, 0}},
    {"file_getattr", SYS_file_getattr, {BUF, 24, 0}},
};

static const char *const paths[] = {
    "f",
    "link",
    "d/g",
    "dirlink/g",
    "d/../f",
    "dirlink/../f",
    "missing",
    "loop",
    "f/x",
    "dangling",
    "d",
    "dirlink/",
    ".",
    "..",
    "up/base",
    "dirlink/new",
    "absolute/etc",
    "missing/x",
};

static void say(const char *name, const char *path, long r)
{
    printf("%s %s: %s\n", name, path, r < 0 ? strerrorname_np(errno) : "ok");
}

static int hide_proc(void)
{
    static char here[4096];
    if (getcwd(here, sizeof(here)) == NULL)
        return -1;
    if (chroot(here) != 0 && (unshare(CLONE_NEWUSER) != 0 || chroot(here) != 0))
        return -1;
    return chdir("/");
}

int main(void)
{
    int dir = open("base", O_RDONLY | O_DIRECTORY);
    if (hide_proc() != 0)
        return 3;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        const char *path = paths[i];
        for (size_t k = 0; k < sizeof(calls) / sizeof(calls[0]); k++) {
            const long *a = calls[k].args;
            long r = syscall(calls[k].number, dir, path, a[0], a[1], a[2], 0);
            say(calls[k].name, path, r);
            if (r > 2 && strncmp(calls[k].name, "openat", 6) == 0)
                close((int)r);
        }
        say("linkat", path, linkat(dir, path, dir, "dirlink/hard", AT_SYMLINK_FOLLOW));
        say("renameat", path, renameat(dir, "dirlink/hard", dir, "dirlink/moved"));
        say("unlinkat", path, unlinkat(dir, "dirlink/moved", 0));
        say("symlinkat", path, symlinkat("x", dir, path));
    }
    say("closed", "f", openat(99, "f", O_RDONLY));
    say("closed", "dirlink/g", openat(99, "dirlink/g", O_RDONLY));
    return 0;
}
