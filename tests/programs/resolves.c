/* SPDX-License-Identifier: MIT */
/*
 * resolves BASE: openat2 with every set of resolve flags, on every kind of path below the directory
 * BASE and out of it, from it as current directory and by a descriptor; prints a line each: flags,
 * path, and the errno, or what was opened: the first line of a file, or a directory's "self".
 * resolves BASE make: the same by O_CREAT, of what is removed again.
 * resolves BASE refused: structures, flags and modes that the kernel does not take.
 * resolves BASE cached: RESOLVE_CACHED, of which the kernel may say that it does not know yet.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/numbers.h"

struct how {
    uint64_t flags, mode, resolve;
};

static const char *const names[] = {"xdev", "magic", "symlinks", "beneath", "root", "cached"};

static const char *const paths[] = {
    "f",
    "d",
    "d/g",
    "d/",
    "f/",
    "f/x",
    ".",
    "..",
    "../out",
    "d/..",
    "d/../f",
    "d/../..",
    "d/../../out",
    "in",
    "in/",
    "dirlink/g",
    "dirlink/..",
    "dirlink/../f",
    "up",
    "up/out",
    "d/climb",
    "d/back",
    "absolute",
    "absolute/x",
    "dangling",
    "loop",
    "loop/x",
    "missing",
    "missing/x",
    "/",
    "/f",
    "/d/../../f",
    "/../f",
    "//d//g",
    "",
    "rooted",
    "deep/../../d/g",
    "a:b",
    "d/a:b",
    "a:link",
    "self",
    "self/f",
    "a:d/../f",
    "/proc/self/fd/9/f",
    "/proc/self/cwd/f",
    "/proc/self/status",
    "proc/fd/9/f",
};

/* The directory around BASE, with a slash: nothing is removed that is not below. */
static char around[PATH_MAX + 1];

/* What a descriptor is open on. */
static void tell(int fd)
{
    char text[64] = "";
    struct stat st;
    if (fstat(fd, &st) != 0) {
        printf("?\n");
        return;
    }
    if (S_ISDIR(st.st_mode)) {
        int name = openat(fd, "name", O_RDONLY);
        if (name >= 0 && read(name, text, sizeof(text) - 1) < 0)
            text[0] = '\0';
        if (name >= 0)
            close(name);
        text[strcspn(text, "\n")] = '\0';
        printf("directory %s\n", text);
        return;
    }
    if (S_ISREG(st.st_mode) && read(fd, text, sizeof(text) - 1) < 0)
        snprintf(text, sizeof(text), "unreadable");
    text[strcspn(text, "\t\n")] = '\0';
    printf("%s %s\n", S_ISLNK(st.st_mode) ? "link" : S_ISREG(st.st_mode) ? "file" : "other", text);
}

static void try(int dirfd, const char *from, const struct how *how, const char *path)
{
    struct stat st;
    printf("%s", from);
    for (unsigned i = 0; i < 6; i++)
        if ((how->resolve >> i & 1) != 0)
            printf(",%s", names[i]);
    printf("%s%s%s %s: ", (how->flags & O_PATH) != 0 ? " path" : "",
           (how->flags & O_NOFOLLOW) != 0 ? " nofollow" : "",
           (how->flags & O_CREAT) != 0 ? " create" : "", path);
    /* Of ".." the kernel is not sure while anything is renamed or mounted, by whomever. */
    long fd;
    do
        fd = syscall(SYS_openat2, dirfd, path, how, sizeof(*how));
    while (fd < 0 && errno == EAGAIN && (how->resolve & 0x18) != 0 && (how->resolve & 0x20) == 0);
    if (fd < 0) {
        printf("%s\n", strerrorname_np(errno));
        return;
    }
    if ((how->flags & O_CREAT) != 0 && fstat((int)fd, &st) == 0 && st.st_size == 0) {
        char link[40];
        char made[PATH_MAX];
        snprintf(link, sizeof(link), "/proc/self/fd/%d", (int)fd);
        ssize_t n = readlink(link, made, sizeof(made) - 1);
        made[n < 0 ? 0 : n] = '\0';
        const char *name = n < 0 ? NULL : strrchr(made, '/') + 1;
        printf("made %s\n", n < 0 ? "?" : name);
        close((int)fd); /* before it is removed: a drive would keep it until then */
        /* Nothing but what this program has names for: it may be anywhere. */
        if (n > 0 && S_ISREG(st.st_mode) && strncmp(made, around, strlen(around)) == 0)
            unlink(made);
    } else {
        tell((int)fd);
        close((int)fd);
    }
}

/* Calls that are refused, whatever the path. */
static void refused(const char *path)
{
    static const struct {
        const char *what;
        struct how how;
    } list[] = {
        {"unknown flag", {UINT64_C(1) << 40, 0, 0}},
        {"mode without a file", {O_RDONLY, 0644, 0}},
        {"mode bits", {O_RDWR | O_CREAT, 0100644, 0}},
        {"path and write", {O_PATH | O_WRONLY, 0, 0}},
        {"directory made", {O_RDWR | O_CREAT | O_DIRECTORY, 0644, 0}},
        {"nameless to read", {O_TMPFILE, 0600, 0}},
        {"unknown promise", {O_RDONLY, 0, 0x40}},
        {"far promise", {O_RDONLY, 0, UINT64_C(1) << 40}},
        {"two roots", {O_RDONLY, 0, 0x18}},
        {"cached and made", {O_RDWR | O_CREAT, 0644, 0x20}},
        {"cached and cut", {O_RDWR | O_TRUNC, 0, 0x20}},
    };
    static const size_t sizes[] = {0, 8, 23, 24, 32, 4096, 4097};
    char room[5000] = {0};
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        printf("%s ", list[i].what);
        try(AT_FDCWD, "", &list[i].how, path);
    }
    for (unsigned tail = 0; tail < 2; tail++)
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            room[28] = (char)tail;
            long r = syscall(SYS_openat2, AT_FDCWD, path, room, sizes[i]);
            printf("%zu bytes, tail %u, %s: %s\n", sizes[i], tail, path,
                   r < 0 ? strerrorname_np(errno) : "ok");
            if (r >= 0)
                close((int)r);
        }
    room[28] = 0;
    long r = syscall(SYS_openat2, AT_FDCWD, path, (void *)8, sizeof(struct how));
    printf("structure nowhere: %s\n", r < 0 ? strerrorname_np(errno) : "ok");
    r = syscall(SYS_openat2, AT_FDCWD, (void *)8, room, sizeof(struct how));
    printf("path nowhere: %s\n", r < 0 ? strerrorname_np(errno) : "ok");
    r = syscall(SYS_openat2, -1, path, room, sizeof(struct how));
    printf("no descriptor: %s\n", r < 0 ? strerrorname_np(errno) : "ok");
}

/* Sets that the kernel takes: BENEATH and IN_ROOT exclude each other. CACHED is its own to say. */
static int is_set(unsigned resolve)
{
    return (resolve & 0x18) != 0x18;
}

int main(int argc, char **argv)
{
    static const uint64_t opens[] = {O_RDONLY, O_RDONLY | O_NOFOLLOW, O_PATH, O_PATH | O_NOFOLLOW};
    static const uint64_t makes[] = {O_RDWR | O_CREAT, O_RDWR | O_CREAT | O_EXCL,
                                     O_RDWR | O_CREAT | O_NOFOLLOW};
    int make = argc > 2;
    const uint64_t *flags = make ? makes : opens;
    size_t count = make ? sizeof(makes) / sizeof(makes[0]) : sizeof(opens) / sizeof(opens[0]);
    if (argc < 2 || getcwd(around, PATH_MAX) == NULL || around[1] == '\0' || chdir(argv[1]) != 0) {
        perror("resolves: chdir");
        return 1;
    }
    strcat(around, "/");
    int base = open(".", O_PATH | O_DIRECTORY);
    if (dup2(base, 9) != 9) {
        perror("resolves: dup2");
        return 1;
    }
    if (make && strcmp(argv[2], "refused") == 0) {
        static const char *const some[] = {"f", "d", "missing", "loop/x", "f/", "a:b", "", "up"};
        for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
            refused(some[i]);
        return 0;
    }
    if (make && strcmp(argv[2], "cached") == 0) {
        const struct how how = {O_RDONLY, 0, 0x20};
        long fd = syscall(SYS_openat2, 9, "f", &how, sizeof(how));
        printf("%s\n", fd < 0 ? strerrorname_np(errno) : "ok");
        return 0;
    }
    for (unsigned resolve = 0; resolve < 0x20; resolve++) {
        if (!is_set(resolve))
            continue;
        for (size_t k = 0; k < count; k++) {
            const struct how how = {flags[k], make ? 0644 : 0, resolve};
            for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
                if (make && (resolve & 0x18) == 0 &&
                    (paths[i][0] == '/' || strcmp(paths[i], "rooted") == 0))
                    continue; /* nothing is made where others are */
                try(AT_FDCWD, "cwd", &how, paths[i]);
                try(9, "fd", &how, paths[i]);
            }
        }
    }
    return 0;
}
