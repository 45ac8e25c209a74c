/* SPDX-License-Identifier: MIT */
/*
 * newer: the calls for attributes that Linux has since 6.13 and 6.17 (setxattrat, getxattrat,
 * listxattrat, removexattrat, file_getattr, file_setattr), on names in the current directory and by
 * a descriptor of it, and what the kernel refuses of them; prints a line each: call, path, answer.
 * newer has CALL: nothing, and fails where the kernel has no such call.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/numbers.h"

struct xattr_args {
    uint64_t value;
    uint32_t size, flags;
};

static char value[4096];

static void say(const char *call, const char *path, long r)
{
    printf("%s %s: ", call, path == NULL ? "NULL" : path);
    if (r < 0)
        printf("%s\n", strerrorname_np(errno));
    else
        printf("%ld\n", r);
}

/* With `size` bytes of a structure of 64, of which byte `tail` is not zero. */
static long get(int dirfd, const char *path, int flags, const char *name, size_t size, size_t tail)
{
    char bytes[64] = {0};
    const struct xattr_args args = {(uintptr_t)value, sizeof(value), 0};
    memset(value, 0, sizeof(value));
    memcpy(bytes, &args, sizeof(args));
    if (tail != 0)
        bytes[tail] = 1;
    return syscall(SYS_getxattrat, dirfd, path, flags, name, bytes, size);
}

static long set(int dirfd, const char *path, int flags, const char *name, const char *text,
                uint32_t how)
{
    const struct xattr_args args = {(uintptr_t)text, text == NULL ? 5 : (uint32_t)strlen(text),
                                    how};
    return syscall(SYS_setxattrat, dirfd, path, flags, name, &args, sizeof(args));
}

static void attributes(int dirfd, const char *path, int flags)
{
    say("set", path, set(dirfd, path, flags, "user.a", "text", 0));
    say("create", path, set(dirfd, path, flags, "user.a", "again", 1 /* XATTR_CREATE */));
    say("replace", path, set(dirfd, path, flags, "user.none", "x", 2 /* XATTR_REPLACE */));
    say("get", path, get(dirfd, path, flags, "user.a", 16, 0));
    printf("value: %s\n", value);
    say("get none", path, get(dirfd, path, flags, "user.none", 16, 0));
    say("list", path, syscall(SYS_listxattrat, dirfd, path, flags, value, sizeof(value)));
    say("remove", path, syscall(SYS_removexattrat, dirfd, path, flags, "user.a"));
    say("remove none", path, syscall(SYS_removexattrat, dirfd, path, flags, "user.a"));
}

/* What is refused, and in which order. */
static void refusals(const char *path)
{
    say("get short", path, get(AT_FDCWD, path, 0, "user.a", 8, 0));
    say("get zeros", path, get(AT_FDCWD, path, 0, "user.none", 64, 0));
    say("get more", path, get(AT_FDCWD, path, 0, "user.a", 64, 40));
    say("get unknown flag", path, get(AT_FDCWD, path, 0x8000, "user.a", 16, 0));
    say("get no name", path, get(AT_FDCWD, path, 0, "", 16, 0));
    say("get bad name", path, get(AT_FDCWD, path, 0, NULL, 16, 0));
    say("get bad structure", path,
        syscall(SYS_getxattrat, AT_FDCWD, path, 0, "user.a", (void *)8, 16));
    say("set bad value", path, set(AT_FDCWD, path, 0, "user.a", NULL, 0));
    say("set bad flags", path, set(AT_FDCWD, path, 0, "user.a", "x", 64));
    say("list bad buffer", path, syscall(SYS_listxattrat, AT_FDCWD, path, 0, (void *)8, 0x1000));
    say("remove unknown flag", path, syscall(SYS_removexattrat, AT_FDCWD, path, 0x8000, "user.a"));
}

static void file_attributes(int dirfd, const char *path, int flags)
{
    char bytes[24];
    long r = syscall(SYS_file_getattr, dirfd, path, bytes, sizeof(bytes), flags);
    say("file_getattr", path, r);
    if (r == 0)
        say("file_setattr", path,
            syscall(SYS_file_setattr, dirfd, path, bytes, sizeof(bytes), flags));
    say("file_getattr short", path, syscall(SYS_file_getattr, dirfd, path, bytes, 8, flags));
    say("file_getattr flags", path, syscall(SYS_file_getattr, dirfd, path, bytes, 24, 0x8000));
    say("file_setattr nowhere", path, syscall(SYS_file_setattr, dirfd, path, (void *)8, 24, flags));
}

static int has(const char *call)
{
    static const struct {
        const char *name;
        long number;
    } list[] = {{"getxattrat", SYS_getxattrat}, {"file_getattr", SYS_file_getattr}};
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
        if (strcmp(list[i].name, call) == 0)
            return syscall(list[i].number, -1, "x", 0, 0, 0, 0) < 0 && errno == ENOSYS;
    return 1;
}

int main(int argc, char **argv)
{
    static const char *const paths[] = {"f",    "a:b",     "d/g",     "link",     "dangling",
                                        "loop", "f/x",     "missing", "f/",       "d",
                                        "",     "a:d/x:y", "../f",    "linkdir/g"};
    if (argc > 2)
        return has(argv[2]);
    int dir = open(".", O_RDONLY | O_DIRECTORY);
    int file = open("f", O_RDWR);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        attributes(AT_FDCWD, paths[i], 0);
        attributes(dir, paths[i], 0);
        attributes(dir, paths[i], AT_SYMLINK_NOFOLLOW);
        /* Of two mistakes at once a supervisor, which walks first, may tell the path's. */
        if (strcmp(paths[i], "loop") == 0)
            continue;
        refusals(paths[i]);
        file_attributes(AT_FDCWD, paths[i], 0);
        file_attributes(dir, paths[i], AT_SYMLINK_NOFOLLOW);
    }
    attributes(file, "", AT_EMPTY_PATH);
    attributes(file, NULL, AT_EMPTY_PATH);
    attributes(dir, "", AT_EMPTY_PATH);
    attributes(AT_FDCWD, "", AT_EMPTY_PATH);
    attributes(-1, "f", 0);
    attributes(file, "f", 0);
    file_attributes(file, "", AT_EMPTY_PATH);
    file_attributes(-1, "f", 0);
    file_attributes(file, "f", 0);
    return 0;
}
