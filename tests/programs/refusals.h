/* SPDX-License-Identifier: MIT */
/*
 * Every call on a path that Linux may refuse for the sake of the path, of what is there or of who
 * asks, and how one is made: for refusals.c and denials.c.
 */
#ifndef LXSHIM_TESTS_REFUSALS_H
#define LXSHIM_TESTS_REFUSALS_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "sys/numbers.h"

#define UNKNOWN 0x40000000L /* a flag that no call knows */
#define LONG    5000

static char long_name[300];
static char long_path[LONG + 1];
static char long_value[70000];
static const struct timespec explicit_times[2] = {{1000, 0}, {2000, 0}};
static const struct timespec bad_times[2] = {{1000, 2000000000}, {2000, 0}};
static const struct timespec omitted[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};

/* Where a path begins: a directory fd, which the kernel may refuse as well. */
enum start { AT_CWD, AT_CLOSED, AT_FILE, AT_GONE, AT_PATH, START_COUNT };
static const char *const starts[] = {"", "closed:", "file:", "gone:", "opath:"};
static int start_fd[START_COUNT];

struct place {
    enum start start;
    const char *path;
};

/* A call with its number, and how: where its paths, and what else it is given. */
struct call {
    const char *name;
    long number;
    const char *shape; /* d: directory fd, p: path, e: path that is an entry; .: next of `rest` */
    long rest[5];
};

#define S(x) ((long)(x))
static const struct call calls[] = {
    {"open-r", SYS_openat, "dp..", {O_RDONLY | O_NONBLOCK}},
    {"open-w", SYS_openat, "dp..", {O_WRONLY | O_NONBLOCK}},
    {"open-trunc", SYS_openat, "dp..", {O_WRONLY | O_TRUNC | O_NONBLOCK}},
    {"open-create", SYS_openat, "dp..", {O_RDWR | O_CREAT | O_NONBLOCK, 0644}},
    {"open-create-ro", SYS_openat, "dp..", {O_RDONLY | O_CREAT | O_NONBLOCK, 0444}},
    {"open-excl", SYS_openat, "dp..", {O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0644}},
    {"open-directory", SYS_openat, "dp..", {O_RDONLY | O_DIRECTORY | O_NONBLOCK}},
    {"open-path", SYS_openat, "dp..", {O_PATH | O_NONBLOCK}},
    {"open-nofollow", SYS_openat, "dp..", {O_RDONLY | O_NOFOLLOW | O_NONBLOCK}},
    {"open-tmpfile", SYS_openat, "dp..", {O_TMPFILE | O_RDWR | O_NONBLOCK, 0600}},
    {"open-tmpfile-r", SYS_openat, "dp..", {O_TMPFILE | O_RDONLY | O_NONBLOCK, 0600}},
    {"stat", SYS_newfstatat, "dp..", {S(long_value), 0}},
    {"lstat", SYS_newfstatat, "dp..", {S(long_value), AT_SYMLINK_NOFOLLOW}},
    {"stat-empty", SYS_newfstatat, "dp..", {S(long_value), AT_EMPTY_PATH}},
    {"stat-unknown", SYS_newfstatat, "dp..", {S(long_value), UNKNOWN}},
    {"statx", SYS_statx, "dp...", {0, STATX_BASIC_STATS, S(long_value)}},
    {"statx-unknown", SYS_statx, "dp...", {UNKNOWN, STATX_BASIC_STATS, S(long_value)}},
    {"statx-reserved", SYS_statx, "dp...", {0, 0x80000000L, S(long_value)}},
    {"access", SYS_faccessat, "dp.", {R_OK}},
    {"access-write", SYS_faccessat, "dp.", {W_OK}},
    {"access-mode", SYS_faccessat, "dp.", {64}},
    {"faccessat2-unknown", SYS_faccessat2, "dp..", {R_OK, UNKNOWN}},
    {"readlink", SYS_readlinkat, "dp..", {S(long_value), 4096}},
    {"readlink-nothing", SYS_readlinkat, "dp..", {S(long_value), 0}},
    {"unlink", SYS_unlinkat, "de.", {0}},
    {"rmdir", SYS_unlinkat, "de.", {AT_REMOVEDIR}},
    {"unlink-unknown", SYS_unlinkat, "de.", {UNKNOWN}},
    {"mkdir", SYS_mkdirat, "de.", {0755}},
    {"mknod", SYS_mknodat, "de..", {S_IFREG | 0644, 0}},
    {"mkfifo", SYS_mknodat, "de..", {S_IFIFO | 0644, 0}},
    {"mknod-socket", SYS_mknodat, "de..", {S_IFSOCK | 0644, 0}},
    {"mknod-device", SYS_mknodat, "de..", {S_IFCHR | 0644, 0x103}},
    {"mknod-directory", SYS_mknodat, "de..", {S_IFDIR | 0755, 0}},
    {"mknod-nothing", SYS_mknodat, "de..", {0130644, 0}},
    {"symlink", SYS_symlinkat, ".de", {S("file")}},
    {"symlink-empty", SYS_symlinkat, ".de", {S("")}},
    {"symlink-long", SYS_symlinkat, ".de", {S(long_path)}},
    {"chmod", SYS_fchmodat, "dp.", {0600}},
    {"chmod-readonly", SYS_fchmodat, "dp.", {0400}},
    {"fchmodat2", SYS_fchmodat2, "dp..", {0600, AT_SYMLINK_NOFOLLOW}},
    {"fchmodat2-unknown", SYS_fchmodat2, "dp..", {0600, UNKNOWN}},
    {"chown", SYS_fchownat, "dp...", {-1, -1, 0}},
    {"lchown", SYS_fchownat, "dp...", {-1, -1, AT_SYMLINK_NOFOLLOW}},
    {"chown-unknown", SYS_fchownat, "dp...", {-1, -1, UNKNOWN}},
    {"utimes", SYS_utimensat, "dp..", {S(explicit_times), 0}},
    {"utimes-now", SYS_utimensat, "dp..", {0, 0}},
    {"utimes-bad", SYS_utimensat, "dp..", {S(bad_times), 0}},
    {"utimes-nothing", SYS_utimensat, "dp..", {S(omitted), 0}},
    {"utimes-unknown", SYS_utimensat, "dp..", {S(explicit_times), UNKNOWN}},
    {"truncate", SYS_truncate, "p.", {0}},
    {"truncate-negative", SYS_truncate, "p.", {-1}},
    {"getxattr", SYS_getxattr, "p...", {S("user.x"), S(long_value), 4096}},
    {"getxattr-empty", SYS_getxattr, "p...", {S(""), S(long_value), 4096}},
    {"getxattr-long", SYS_lgetxattr, "p...", {S(long_name), S(long_value), 4096}},
    {"setxattr", SYS_setxattr, "p....", {S("user.x"), S("v"), 1, 0}},
    {"setxattr-empty", SYS_setxattr, "p....", {S(""), S("v"), 1, 0}},
    {"setxattr-long", SYS_lsetxattr, "p....", {S(long_name), S("v"), 1, 0}},
    {"setxattr-much", SYS_lsetxattr, "p....", {S("user.x"), S(long_value), 65537, 0}},
    {"setxattr-unknown", SYS_lsetxattr, "p....", {S("user.x"), S("v"), 1, UNKNOWN}},
    {"setxattr-replace", SYS_lsetxattr, "p....", {S("user.none"), S("v"), 1, 2}},
    {"setxattr-system", SYS_setxattr, "p....", {S("system.lxshim"), S("v"), 1, 0}},
    {"listxattr", SYS_listxattr, "p..", {S(long_value), 4096}},
    {"removexattr", SYS_removexattr, "p.", {S("user.x")}},
    {"removexattr-empty", SYS_lremovexattr, "p.", {S("")}},
    {"statfs", SYS_statfs, "p.", {S(long_value)}},
    {"chdir", SYS_chdir, "p", {0}},
    {"watch-nothing", SYS_inotify_add_watch, "W p.", {0}},
    {"watch", SYS_inotify_add_watch, "W p.", {2}},
    {"watch-closed", SYS_inotify_add_watch, "C p.", {2}},
    {"handle-unknown",
     SYS_name_to_handle_at,
     "dp...",
     {S(long_value), S(long_value + 512), UNKNOWN}},
    {"bind", SYS_bind, "S A.", {0}},
    {"connect", SYS_connect, "S A.", {0}},
    {"bind-inet", SYS_bind, "I A.", {0}},
    {"bind-file", SYS_bind, "F A.", {0}},
    {"bind-closed", SYS_bind, "C A.", {0}},
    {"connect-inet", SYS_connect, "I A.", {0}},
    {"execveat-nofollow", SYS_execveat, "dp...", {0, 0, AT_SYMLINK_NOFOLLOW}},
    {"execveat-nofollow-empty", SYS_execveat, "dp...", {0, 0, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH}},
    {"execveat-unknown", SYS_execveat, "dp...", {0, 0, UNKNOWN}},
    {"rename", SYS_renameat2, "dede.", {0}},
    {"rename-noreplace", SYS_renameat2, "dede.", {1}},
    {"rename-exchange", SYS_renameat2, "dede.", {2}},
    {"rename-both", SYS_renameat2, "dede.", {3}},
    {"rename-unknown", SYS_renameat2, "dede.", {UNKNOWN}},
    {"link", SYS_linkat, "dede.", {0}},
    {"link-follow", SYS_linkat, "dede.", {AT_SYMLINK_FOLLOW}},
    {"link-unknown", SYS_linkat, "dede.", {UNKNOWN}},
};

#define CALL_COUNT (sizeof(calls) / sizeof(calls[0]))

static void in(const char *base, const char *path, char out[PATH_MAX + LONG])
{
    bool plain = path[0] == '\0' || strcmp(base, ".") == 0;
    snprintf(out, PATH_MAX + LONG, "%s%s%s", plain ? "" : base, plain ? "" : "/", path);
}

static long attempt(const struct call *c, const struct place *const p[2], const char *const base[2])
{
    static char paths[2][PATH_MAX + LONG];
    static struct sockaddr_un address;
    static char *const argv[] = {long_path, NULL};
    long a[6] = {0};
    unsigned path = 0;
    unsigned rest = 0;
    unsigned n = 0;
    int own = -1;

    for (const char *k = c->shape; *k != '\0'; k++) {
        if (*k == ' ')
            continue;
        if (*k == 'd') {
            a[n++] = start_fd[p[path]->start];
        } else if (*k == 'p' || *k == 'e') {
            in(p[path]->start == AT_CWD ? base[path] : ".", p[path]->path, paths[path]);
            a[n++] = S(paths[path]);
            path++;
        } else if (*k == 'A') {
            in(base[0], p[0]->path, paths[0]);
            address.sun_family = AF_UNIX;
            snprintf(address.sun_path, sizeof(address.sun_path), "%.107s", paths[0]);
            a[n++] = S(&address);
            a[n++] = sizeof(address);
            break;
        } else if (*k == '.') {
            a[n++] = c->rest[rest++];
        } else {
            own = *k == 'W'   ? (int)syscall(SYS_inotify_init1, 0)
                  : *k == 'S' ? socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)
                  : *k == 'I' ? socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)
                  : *k == 'F' ? open("/dev/null", O_RDONLY)
                              : 900;
            a[n++] = own;
        }
    }
    if (c->number == SYS_execveat)
        a[2] = S(argv);
    long r = syscall(c->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    r = r < 0 ? -errno : r;
    if (own >= 0 && own != 900)
        close(own);
    if (c->number == SYS_openat && r >= 0)
        close((int)r);
    return r;
}

/* Before any call is made. */
static void make_long(void)
{
    memset(long_name, 'n', sizeof(long_name) - 1);
    memset(long_path, '/', LONG);
    for (int i = 1; i < LONG; i += 2)
        long_path[i - 1] = 'd';
}

#endif
