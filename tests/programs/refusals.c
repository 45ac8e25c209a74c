/* SPDX-License-Identifier: MIT */
/*
 * refusals HERE [THERE]: makes every call on a path that Linux may refuse for the path's own sake,
 * with every path that may be refused, below HERE or of two paths also from HERE to THERE and back,
 * and prints a line each: "CALL HOW PATHS ANSWER". What a call did not fail at is there again for
 * the next one.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
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

static const struct place places[] = {
    {AT_CWD, "missing"},    {AT_CWD, "missing/x"},     {AT_CWD, "missing/"},
    {AT_CWD, "file"},       {AT_CWD, "file/"},         {AT_CWD, "file/x"},
    {AT_CWD, "other"},      {AT_CWD, "dir"},           {AT_CWD, "dir/"},
    {AT_CWD, "dir/."},      {AT_CWD, "dir/.."},        {AT_CWD, "dir/inner"},
    {AT_CWD, "dir/new"},    {AT_CWD, "dir/inner/new"}, {AT_CWD, "empty"},
    {AT_CWD, "."},          {AT_CWD, "link"},          {AT_CWD, "link/"},
    {AT_CWD, "link/x"},     {AT_CWD, "dangling"},      {AT_CWD, "dangling/"},
    {AT_CWD, "loop"},       {AT_CWD, "loop/x"},        {AT_CWD, "linkdir"},
    {AT_CWD, "linkdir/"},   {AT_CWD, "linkdir/new"},   {AT_CWD, ""},
    {AT_CWD, long_name},    {AT_CWD, long_path},       {AT_CLOSED, "file"},
    {AT_CLOSED, "missing"}, {AT_FILE, "file"},         {AT_GONE, "x"},
    {AT_GONE, "."},         {AT_PATH, "file"},         {AT_PATH, "missing"},
    {AT_FILE, "missing/"},
};
#define PLACE_COUNT (sizeof(places) / sizeof(places[0]))

/* A call with its number, and how: where its paths, and what else it is given. */
struct call {
    const char *name;
    long number;
    const char *shape; /* d: directory fd, p: path, e: path that is an entry; .: next of `rest` */
    long rest[5];
};

#define S(x) ((long)(x))
static const struct call calls[] = {
    {"open-r", SYS_openat, "dp..", {O_RDONLY}},
    {"open-w", SYS_openat, "dp..", {O_WRONLY}},
    {"open-trunc", SYS_openat, "dp..", {O_WRONLY | O_TRUNC}},
    {"open-create", SYS_openat, "dp..", {O_RDWR | O_CREAT, 0644}},
    {"open-create-ro", SYS_openat, "dp..", {O_RDONLY | O_CREAT, 0444}},
    {"open-excl", SYS_openat, "dp..", {O_RDWR | O_CREAT | O_EXCL, 0644}},
    {"open-directory", SYS_openat, "dp..", {O_RDONLY | O_DIRECTORY}},
    {"open-path", SYS_openat, "dp..", {O_PATH}},
    {"open-nofollow", SYS_openat, "dp..", {O_RDONLY | O_NOFOLLOW}},
    {"open-tmpfile", SYS_openat, "dp..", {O_TMPFILE | O_RDWR, 0600}},
    {"open-tmpfile-r", SYS_openat, "dp..", {O_TMPFILE | O_RDONLY, 0600}},
    {"stat", SYS_newfstatat, "dp..", {S(long_value), 0}},
    {"lstat", SYS_newfstatat, "dp..", {S(long_value), AT_SYMLINK_NOFOLLOW}},
    {"stat-empty", SYS_newfstatat, "dp..", {S(long_value), AT_EMPTY_PATH}},
    {"stat-unknown", SYS_newfstatat, "dp..", {S(long_value), UNKNOWN}},
    {"statx", SYS_statx, "dp...", {0, STATX_BASIC_STATS, S(long_value)}},
    {"statx-unknown", SYS_statx, "dp...", {UNKNOWN, STATX_BASIC_STATS, S(long_value)}},
    {"statx-reserved", SYS_statx, "dp...", {0, 0x80000000L, S(long_value)}},
    {"access", SYS_faccessat, "dp.", {R_OK}},
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

static const char *here = ".";
static const char *there = ".";

static void in(const char *base, const char *path, char out[PATH_MAX + LONG])
{
    bool plain = path[0] == '\0' || strcmp(base, ".") == 0;
    snprintf(out, PATH_MAX + LONG, "%s%s%s", plain ? "" : base, plain ? "" : "/", path);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    return ftw->level == 0 ? 0 : type == FTW_DP || type == FTW_D ? rmdir(path) : unlink(path);
}

/* What every attempt finds below a directory, into which somebody who is not root may not be let
 * any more. */
static void furnish(const char *base)
{
    static const char *const directories[] = {"", "dir", "dir/inner", "empty"};
    static const char *const files[] = {"file", "other", "dir/inner/x"};
    static const char *const links[][2] = {
        {"file", "link"}, {"nowhere", "dangling"}, {"loop", "loop"}, {"dir", "linkdir"}};
    static char path[PATH_MAX + LONG];
    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
        in(base, directories[i], path);
        chmod(i == 0 ? base : path, 0755);
    }
    nftw(base, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    for (size_t i = 1; i < sizeof(directories) / sizeof(directories[0]); i++) {
        in(base, directories[i], path);
        mkdir(path, 0755);
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        in(base, files[i], path);
        close(open(path, O_CREAT | O_WRONLY, 0755)); /* as a drive shows them, for who executes */
    }
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        in(base, links[i][1], path);
        (void)!symlink(links[i][0], path);
    }
}

/* Descriptors of what furnish made; the last was removed since. */
static void open_starts(const char *base)
{
    static char path[PATH_MAX + LONG];
    for (int i = 1; i < START_COUNT; i++)
        if (start_fd[i] > 0)
            close(start_fd[i]);
    start_fd[AT_CWD] = AT_FDCWD;
    start_fd[AT_CLOSED] = 900;
    in(base, "file", path);
    start_fd[AT_FILE] = open(path, O_RDONLY);
    start_fd[AT_PATH] = open(path, O_PATH);
    for (int i = 0; i < 2; i++) { /* what rules about open files ask about */
        static int held[2] = {-1, -1};
        if (held[i] >= 0)
            close(held[i]);
        in(base, i == 0 ? "other" : "dir/inner/x", path);
        held[i] = open(path, O_RDONLY);
    }
    in(base, "gone", path);
    mkdir(path, 0755);
    start_fd[AT_GONE] = open(path, O_RDONLY | O_DIRECTORY);
    rmdir(path);
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

/* Is a number that only a call on a directory descriptor takes, or a path alone. */
static bool takes(const struct call *c, const struct place *p)
{
    return p->start == AT_CWD || strchr(c->shape, 'd') != NULL;
}

static const char *label(const char *path)
{
    return path == long_name ? "LONG-NAME" : path == long_path ? "LONG-PATH" : path;
}

static void run(const struct call *c, const struct place *one, const struct place *two,
                const char *from, const char *to)
{
    const struct place *const p[2] = {one, two};
    const char *const base[2] = {from, to};
    static int cwd = -1;
    if (cwd < 0)
        cwd = open(".", O_RDONLY | O_DIRECTORY);
    long r = attempt(c, p, base);
    printf("%s %s%s%s", c->name, from == there && from != here ? ">" : "", starts[one->start],
           label(one->path));
    if (two != NULL)
        printf(" %s%s%s", to == there && to != here ? ">" : "", starts[two->start],
               label(two->path));
    printf(" %s\n", r < 0 ? strerrorname_np((int)-r) : "ok");
    if (r < 0)
        return;
    if (c->number == SYS_chdir)
        (void)!fchdir(cwd);
    (void)!fchmod(cwd, 0755);
    furnish(here);
    if (there != here)
        furnish(there);
    open_starts(here);
}

static void run_two(const struct call *c)
{
    const char *const ends[][2] = {{here, here}, {here, there}, {there, here}};
    for (size_t i = 0; i < PLACE_COUNT; i++)
        for (size_t j = 0; j < PLACE_COUNT; j++)
            for (size_t k = 0; k < 3; k++)
                if ((k > 0) == (here != there))
                    run(c, &places[i], &places[j], ends[k][0], ends[k][1]);
}

int main(int argc, char **argv)
{
    static char out[1 << 16];
    memset(long_name, 'n', sizeof(long_name) - 1);
    memset(long_path, '/', LONG);
    for (int i = 1; i < LONG; i += 2)
        long_path[i - 1] = 'd';
    if (argc > 1)
        here = there = argv[1];
    if (argc > 2)
        there = argv[2];
    setvbuf(stdout, out, _IOFBF, sizeof(out));
    furnish(here);
    if (there != here)
        furnish(there);
    open_starts(here);
    for (size_t k = 0; k < sizeof(calls) / sizeof(calls[0]); k++) {
        if (strchr(strchr(calls[k].shape, 'e') ? strchr(calls[k].shape, 'e') + 1 : "", 'e') !=
            NULL) {
            run_two(&calls[k]);
            continue;
        }
        for (size_t i = 0; i < PLACE_COUNT && there == here; i++)
            if (takes(&calls[k], &places[i]))
                run(&calls[k], &places[i], NULL, here, here);
    }
    return 0;
}
