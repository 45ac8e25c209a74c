/* SPDX-License-Identifier: MIT */
/*
 * arguments: makes calls with two mistakes at once, a path or a descriptor that leads nowhere and
 * flags, sizes or addresses that are none, in the current directory, and prints what they answer:
 * of such Linux has its own order. What realpath leaves of a path that leads nowhere, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/numbers.h"

/* Nothing is mapped there. */
#define NOWHERE ((void *)0xdeadc0de)

struct mount_attributes {
    uint64_t set, clear, propagation, userns;
};

struct xattr_args {
    uint64_t value;
    uint32_t size, flags;
};

static const char *const paths[] = {"f",    "d",      "linkdir", "link", "dangling", "loop",  "f/x",
                                    "none", "none/x", "d/",      "f/",   "link/",    "loop/x"};
static const int starts[] = {AT_FDCWD, 0, 1, -1, 999};
static int from[sizeof(starts) / sizeof(starts[0])];
static char room[8192];

static void say(const char *call, unsigned how, unsigned start, const char *path, long r)
{
    printf("%s %#x %u:%s %s\n", call, how, start, path, r < 0 ? strerrorname_np(errno) : "ok");
}

static void mount_calls(unsigned s, const char *path)
{
    static const unsigned tree[] = {0, 0x2, 0x200, 0x8000};
    static const unsigned pick[] = {0, 0x10, 0x12};
    static const unsigned move[] = {0, 0x1, 0x10, 0x400, 0x300};
    static const struct mount_attributes attributes[] = {
        {0, 0, 0, 0}, {1, 0, 0, 0}, {UINT64_C(1) << 60, 0, 0, 0}};
    int fd = from[s];
    for (unsigned i = 0; i < 4; i++) {
        long r = syscall(SYS_open_tree, fd, path, tree[i]);
        say("open_tree", tree[i], s, path, r);
        if (r >= 0)
            close((int)r);
    }
    for (unsigned i = 0; i < 3; i++)
        say("fspick", pick[i], s, path, syscall(SYS_fspick, fd, path, pick[i]));
    for (unsigned i = 0; i < 5; i++) {
        say("move_mount", move[i], s, path,
            syscall(SYS_move_mount, fd, path, AT_FDCWD, "d", move[i]));
        say("move_mount to", move[i], s, path,
            syscall(SYS_move_mount, AT_FDCWD, "d", fd, path, move[i]));
    }
    for (unsigned i = 0; i < 12; i++)
        say("mount_setattr", i, s, path,
            syscall(SYS_mount_setattr, fd, path, i < 6 ? 0 : 1, &attributes[i % 3],
                    i % 6 < 3 ? sizeof(attributes[0]) : 8));
    say("mount_setattr nowhere", 0, s, path,
        syscall(SYS_mount_setattr, fd, path, 0, NOWHERE, sizeof(attributes[0])));
    for (unsigned flags = 0; starts[s] == AT_FDCWD && flags < 64; flags += 8)
        say("umount2", flags, s, path, syscall(SYS_umount2, path, flags));
}

/* `notifying`: a group of fanotify's, which ordinary users have without some flags. */
static void mark_calls(int notifying, unsigned s, const char *path)
{
    static const unsigned flags[] = {FAN_MARK_ADD,
                                     FAN_MARK_ADD | FAN_MARK_REMOVE,
                                     0,
                                     FAN_MARK_ADD | FAN_MARK_DONT_FOLLOW,
                                     FAN_MARK_ADD | FAN_MARK_ONLYDIR,
                                     0x4000,
                                     FAN_MARK_FLUSH};
    static const uint64_t masks[] = {FAN_OPEN, 0, FAN_ONDIR, UINT64_C(1) << 40};
    for (unsigned i = 0; i < 28; i++)
        say("fanotify_mark", flags[i % 7] | i << 16, s, path,
            syscall(SYS_fanotify_mark, notifying, flags[i % 7], masks[i / 7], from[s], path));
}

static void attribute_calls(unsigned s, const char *path)
{
    static const size_t sizes[] = {0, 8, 24, 5000};
    static const size_t xattr_sizes[] = {0, 8, 16, 4096, 5000, (size_t)-1};
    static const char *const names[] = {"user.none", "", "none"};
    struct xattr_args args[256] = {{(uintptr_t)room, 16, 0}};
    int fd = from[s];
    for (unsigned i = 0; i < 8; i++)
        say("file_getattr", i, s, path,
            syscall(SYS_file_getattr, fd, path, room, sizes[i % 4], i < 4 ? 0 : 1));
    for (unsigned i = 0; i < 6; i++) {
        int flags = i < 3 ? 0 : 1;
        say("listxattrat", i, s, path, syscall(SYS_listxattrat, fd, path, flags, room, 0));
        say("removexattrat", i, s, path, syscall(SYS_removexattrat, fd, path, flags, names[i % 3]));
        for (unsigned k = 0; k < 6; k++)
            say("getxattrat", i * 10 + k, s, path,
                syscall(SYS_getxattrat, fd, path, flags, names[i % 3], args, xattr_sizes[k]));
        say("getxattrat nowhere", i, s, path,
            syscall(SYS_getxattrat, fd, path, flags, names[i % 3], NOWHERE, 16));
    }
}

static void other_calls(unsigned s, const char *path)
{
    static const int flags[] = {0, AT_SYMLINK_NOFOLLOW, 1};
    static const long sizes[] = {0, -1, INT_MIN};
    for (unsigned i = 0; i < 3; i++) {
        say("utimensat nowhere", (unsigned)flags[i], s, path,
            syscall(SYS_utimensat, from[s], path, NOWHERE, flags[i]));
        say("readlinkat", i, s, path, syscall(SYS_readlinkat, from[s], path, room, sizes[i]));
    }
}

/* From a file, what is not looked up, and no path at all. */
static void start_calls(unsigned s)
{
    static char *const argv[] = {"none", NULL};
    static const int flags[] = {0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 0x10000, 1};
    static const int how[] = {O_RDONLY, O_RDONLY | O_DIRECTORY, O_PATH, O_TMPFILE | O_RDWR};
    static char too_long[NAME_MAX + 2];
    const char *const names[] = {"../base/f", "..", "../none", "./../base/f", too_long};
    struct stat st;
    memset(too_long, 'n', sizeof(too_long) - 1);
    for (unsigned i = 0; i < 5; i++)
        say("execveat NULL", (unsigned)flags[i], s, "-",
            syscall(SYS_execveat, from[s], NULL, argv, argv + 1, flags[i]));
    for (unsigned i = 0; i < 5; i++) {
        const char *shown = names[i] == too_long ? "TOO-LONG" : names[i];
        for (unsigned k = 0; k < 4; k++) {
            if (how[k] == (O_TMPFILE | O_RDWR) && from[s] != from[2])
                continue; /* a drive has none */
            int fd = openat(from[s], names[i], how[k]);
            say("openat", (unsigned)how[k], s, shown, fd);
            if (fd >= 0)
                close(fd);
        }
        say("fstatat", 0, s, shown, fstatat(from[s], names[i], &st, 0));
        say("faccessat", 0, s, shown, faccessat(from[s], names[i], F_OK, 0));
        say("mkdirat", 0, s, shown, i == 2 ? 0 : mkdirat(from[s], names[i], 0755));
        say("unlinkat", 0, s, shown, i == 0 || i == 3 ? 0 : unlinkat(from[s], names[i], 0));
    }
}

/* The prefix that is the current directory's is left out. */
static void resolve(const char *path)
{
    char here[PATH_MAX];
    char resolved[PATH_MAX] = "untouched";
    if (getcwd(here, sizeof(here)) == NULL)
        exit(3);
    size_t n = strlen(here);
    const char *found = realpath(path, resolved);
    int error = errno;
    printf("realpath %s %s %s\n", path, found != NULL ? "ok" : strerrorname_np(error),
           found == NULL && error != ENOENT && error != EACCES ? "-"
           : strncmp(resolved, here, n) == 0                   ? resolved + n
                                                               : resolved);
}

int main(void)
{
    static const char *const ways[] = {"none", "none/x",  "none/../f", "dangling",  "d/none",
                                       "loop", "f/x",     "link",      "linkdir/g", "./d/../none",
                                       ".",    "d/../d/", "f/",        "",          "locked/x"};
    int notifying = fanotify_init(FAN_CLASS_NOTIF, O_RDONLY);
    for (unsigned s = 0; s < sizeof(starts) / sizeof(starts[0]); s++)
        from[s] = starts[s] == 0   ? open(".", O_RDONLY | O_DIRECTORY)
                  : starts[s] == 1 ? open("f", O_RDONLY)
                                   : starts[s];
    for (unsigned s = 0; s < sizeof(starts) / sizeof(starts[0]); s++)
        for (unsigned p = 0; p < sizeof(paths) / sizeof(paths[0]); p++) {
            mount_calls(s, paths[p]);
            mark_calls(notifying, s, paths[p]);
            attribute_calls(s, paths[p]);
            other_calls(s, paths[p]);
        }
    for (unsigned s = 0; s < sizeof(starts) / sizeof(starts[0]); s++)
        start_calls(s);
    for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        resolve(ways[i]);
    return 0;
}
