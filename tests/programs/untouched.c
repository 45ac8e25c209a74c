/* SPDX-License-Identifier: MIT */
/*
 * untouched: makes, in the current directory, every call that may mean a symlink itself, and prints
 * a line each: what it is, and whether it moved the symlink's access time. The kernel moves it
 * where a symlink is followed, and where its text is read.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/numbers.h"

#define LINK "link"
#define BUF  ((long)buffer)

static char buffer[4096];
static const struct timespec early[2] = {{1000000000, 0}, {1000000000, 0}};
static const struct timespec omitted[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};
static const struct {
    unsigned long flags, mode, resolve;
} path_only = {O_PATH | O_NOFOLLOW, 0, 0}, no_symlinks = {O_RDONLY, 0, 0x04};

static const struct {
    const char *what;
    long number;
    long args[5]; /* AT_FDCWD and the path come before these, or only the path */
} calls[] = {
    {"stat", SYS_newfstatat, {BUF, 0}},
    {"readlink", SYS_readlinkat, {BUF, 100}},
    {"lstat", SYS_newfstatat, {BUF, AT_SYMLINK_NOFOLLOW}},
    {"statx", SYS_statx, {AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, BUF}},
    {"faccessat2", SYS_faccessat2, {F_OK, AT_SYMLINK_NOFOLLOW}},
    {"fchmodat2", SYS_fchmodat2, {0777, AT_SYMLINK_NOFOLLOW}},
    {"fchownat", SYS_fchownat, {-1, -1, AT_SYMLINK_NOFOLLOW}},
    {"utimensat", SYS_utimensat, {(long)omitted, AT_SYMLINK_NOFOLLOW}},
    {"open of the path", SYS_openat, {O_PATH | O_NOFOLLOW}},
    {"open", SYS_openat, {O_RDONLY | O_NOFOLLOW}},
    {"open of what is new", SYS_openat, {O_RDWR | O_CREAT | O_EXCL, 0600}},
    {"openat2 of the path", SYS_openat2, {(long)&path_only, sizeof(path_only)}},
    {"openat2 without symlinks", SYS_openat2, {(long)&no_symlinks, sizeof(no_symlinks)}},
    {"name_to_handle_at", SYS_name_to_handle_at, {BUF, BUF + 2048, 0}},
    {"linkat", SYS_linkat, {AT_FDCWD, (long)LINK, 0}},
    {"rename", SYS_renameat2, {AT_FDCWD, (long)LINK, 1 /* RENAME_NOREPLACE */}},
    {"mkdir", SYS_mkdirat, {0700}},
    {"mknod", SYS_mknodat, {S_IFREG | 0600, 0}},
    {"rmdir", SYS_unlinkat, {AT_REMOVEDIR}},
    {"listxattrat", SYS_listxattrat, {AT_SYMLINK_NOFOLLOW, BUF, 0}},
    {"file_getattr", SYS_file_getattr, {BUF, 24, AT_SYMLINK_NOFOLLOW}},
};

static const struct {
    const char *what;
    long number;
    long args[4];
} plain[] = {
    {"lgetxattr", SYS_lgetxattr, {(long)"user.none", BUF, 100}},
    {"lsetxattr", SYS_lsetxattr, {(long)"user.none", BUF, 1, 0}},
    {"llistxattr", SYS_llistxattr, {BUF, 100}},
    {"lremovexattr", SYS_lremovexattr, {(long)"user.none"}},
#ifdef SYS_lstat
    {"lstat by its own number", SYS_lstat, {BUF}},
    {"lchown", SYS_lchown, {-1, -1}},
#endif
};

static void make_early(void)
{
    if (syscall(SYS_utimensat, AT_FDCWD, LINK, early, AT_SYMLINK_NOFOLLOW) != 0)
        perror("untouched: utimensat");
}

static void say(const char *what)
{
    struct stat st;
    if (syscall(SYS_newfstatat, AT_FDCWD, LINK, &st, AT_SYMLINK_NOFOLLOW) != 0)
        perror("untouched: lstat");
    printf("%s: %s\n", what, st.st_atim.tv_sec == early[0].tv_sec ? "kept" : "moved");
    make_early();
}

int main(void)
{
    int watches = inotify_init1(IN_CLOEXEC);
    if (symlink("nowhere", LINK) != 0) {
        perror("untouched: symlink");
        return 1;
    }
    make_early();
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        const long *a = calls[i].args;
        syscall(calls[i].number, AT_FDCWD, LINK, a[0], a[1], a[2], a[3]);
        say(calls[i].what);
    }
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        const long *a = plain[i].args;
        syscall(plain[i].number, LINK, a[0], a[1], a[2], a[3], 0);
        say(plain[i].what);
    }
    syscall(SYS_symlinkat, "x", AT_FDCWD, LINK, 0, 0, 0);
    say("symlink");
    syscall(SYS_inotify_add_watch, watches, LINK, IN_MODIFY | IN_DONT_FOLLOW);
    say("inotify");
    return 0;
}
