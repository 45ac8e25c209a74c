/* SPDX-License-Identifier: MIT */
/*
 * steady OP [forget]: repeats one operation in a new directory of its name, so that a tracer can
 * count the system calls of one turn: those between a getppid and the sched_yield after it, neither
 * of which the shim knows. With `forget`, a symlink is made before each turn: whatever the shim
 * remembers of directories is then as old as after a tick of the clock.
 *
 * The files have names of those by which a run shows something of its own elsewhere (identity.*).
 *
 * steady each [forget]: all operations, one after the other, each begun by a getsid.
 * steady list: the names of the operations.
 */
#include <dirent.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Turns of which one is the cheapest; more if an operation is looked at alone. */
#define TURNS       8
#define TURNS_ALONE 48

/* Until a directory has been left alone for so long that its names may be kept. */
#define SETTLED_NS 60000000

static char absolute[PATH_MAX];
static int directory;
static char above[PATH_MAX]; /* the directory that those of the operations are in */

static void must(int result, const char *what)
{
    if (result < 0) {
        perror(what);
        exit(1);
    }
}

static void done(int fd)
{
    must(fd, "open");
    close(fd);
}

static void do_stat(void)
{
    struct stat st;
    must(stat("dir/version", &st), "stat");
}

static void do_stat_directory(void)
{
    struct stat st;
    must(stat("dir/", &st), "stat");
    must(lstat("dir/sub", &st), "lstat");
    must(stat("dir/sub/version", &st), "stat");
}

static void do_stat_here(void)
{
    struct stat st;
    must(stat("version", &st), "stat");
}

static void do_stat_absolute(void)
{
    struct stat st;
    must(stat(absolute, &st), "stat");
}

static void do_stat_empty(void)
{
    struct stat st;
    must(stat("dir/empty", &st), "stat");
}

static void do_stat_missing(void)
{
    struct stat st;
    must(stat("dir/meminfo", &st) == 0 ? -1 : 0, "stat of a missing name");
}

static void do_lstat(void)
{
    struct stat st;
    must(lstat("dir/version", &st), "lstat");
}

static void do_stat_linked(void)
{
    struct stat st;
    must(stat("way/version", &st), "stat");
}

static void do_access(void)
{
    must(access("dir/version", R_OK), "access");
}

static void do_open(void)
{
    done(open("dir/version", O_RDONLY));
}

static void do_truncate(void)
{
    done(open("dir/version", O_WRONLY | O_CREAT | O_TRUNC, 0644));
}

static void do_openat(void)
{
    done(openat(directory, "version", O_RDONLY));
}

static void do_readlink(void)
{
    char target[16];
    must((int)readlink("dir/cmdline", target, sizeof(target)), "readlink");
}

static void do_create(void)
{
    done(open("dir/hosts", O_WRONLY | O_CREAT | O_EXCL, 0644));
    must(unlink("dir/hosts"), "unlink");
}

/* As tar does. */
static void do_unpack(void)
{
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000000000}};
    int fd = open("dir/hosts", O_WRONLY | O_CREAT | O_EXCL, 0600);
    must(fd, "open");
    must(futimens(fd, times), "futimens");
    must(fchown(fd, getuid(), getgid()), "fchown");
    must(fchmod(fd, 0644), "fchmod");
    close(fd);
    must(unlink("dir/hosts"), "unlink");
}

static void do_create_here(void)
{
    done(open("hosts", O_WRONLY | O_CREAT | O_EXCL, 0644));
    must(unlink("hosts"), "unlink");
}

static void do_unlink_open(void)
{
    int fd = open("dir/hosts", O_WRONLY | O_CREAT, 0644);
    must(fd, "open");
    must(unlink("dir/hosts"), "unlink of what is open");
    close(fd);
}

static void do_unlink_missing(void)
{
    must(unlink("dir/meminfo") == 0 ? -1 : 0, "unlink of a missing name");
}

static void do_rename(void)
{
    must(rename("dir/modules", "dir/there"), "rename");
    must(rename("dir/there", "dir/modules"), "rename back");
}

static void do_mkdir(void)
{
    must(mkdir("dir/made", 0755), "mkdir");
    must(rmdir("dir/made"), "rmdir");
}

/* As find does: what it lists is a duplicate of the descriptor it goes on with. */
static void do_readdir_dup(void)
{
    int fd = openat(AT_FDCWD, "dir", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    must(fd, "openat");
    DIR *dir = fdopendir(fcntl(fd, F_DUPFD_CLOEXEC, 3));
    must(dir == NULL ? -1 : 0, "fdopendir");
    while (readdir(dir) != NULL)
        ;
    closedir(dir);
    close(fd);
}

static void do_readdir(void)
{
    DIR *dir = opendir("dir");
    must(dir == NULL ? -1 : 0, "opendir");
    while (readdir(dir) != NULL)
        ;
    closedir(dir);
}

/* As git does: the slash says that a directory is meant. */
static void do_readdir_slash(void)
{
    DIR *dir = opendir("dir/");
    must(dir == NULL ? -1 : 0, "opendir");
    while (readdir(dir) != NULL)
        ;
    closedir(dir);
}

static void do_getcwd(void)
{
    char path[PATH_MAX];
    must(getcwd(path, sizeof(path)) == NULL ? -1 : 0, "getcwd");
}

/* The same where libc finds the room. */
static void do_getcwd_own(void)
{
    char *path = getcwd(NULL, 0);
    must(path == NULL ? -1 : 0, "getcwd");
    free(path);
}

static void do_scandir(void)
{
    struct dirent **names;
    int n = scandir("dir", &names, NULL, alphasort);
    must(n, "scandir");
    while (n > 0)
        free(names[--n]);
    free(names);
}

static void do_glob(void)
{
    glob_t found;
    must(-glob("dir/*", GLOB_NOSORT, NULL, &found), "glob");
    globfree(&found);
}

static void do_fts(void)
{
    char name[] = "dir";
    char *names[] = {name, NULL};
    FTS *tree = fts_open(names, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    must(tree == NULL ? -1 : 0, "fts_open");
    while (fts_read(tree) != NULL)
        ;
    must(fts_close(tree), "fts_close");
}

static int pass(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)path;
    (void)st;
    (void)type;
    (void)where;
    return 0;
}

static void do_nftw(void)
{
    must(nftw("dir", pass, 8, FTW_PHYS), "nftw");
}

static const struct {
    const char *name;
    void (*run)(void);
    bool settles;
} operations[] = {
    {"stat", do_stat, true},
    {"stat-here", do_stat_here, true},
    {"stat-directory", do_stat_directory, true},
    {"stat-absolute", do_stat_absolute, true},
    {"stat-empty", do_stat_empty, true},
    {"stat-missing", do_stat_missing, true},
    {"lstat", do_lstat, true},
    {"stat-linked", do_stat_linked, true},
    {"access", do_access, true},
    {"open", do_open, true},
    {"truncate", do_truncate, true},
    {"openat", do_openat, true},
    {"readlink", do_readlink, false},
    {"create", do_create, false},
    {"create-here", do_create_here, false},
    {"unpack", do_unpack, false},
    {"unlink-open", do_unlink_open, false},
    {"unlink-missing", do_unlink_missing, true},
    {"rename", do_rename, false},
    {"mkdir", do_mkdir, false},
    {"readdir", do_readdir, true},
    {"readdir-dup", do_readdir_dup, true},
    {"readdir-slash", do_readdir_slash, true},
    {"getcwd", do_getcwd, true},
    {"getcwd-own", do_getcwd_own, true},
    {"scandir", do_scandir, true},
    {"glob", do_glob, true},
    {"fts", do_fts, true},
    {"nftw", do_nftw, true},
};

#define COUNT (sizeof(operations) / sizeof(operations[0]))

static void make(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT, 0644);
    must((int)write(fd, text, strlen(text)), name);
    done(fd);
}

static void prepare(const char *name)
{
    must(mkdir(name, 0755), "mkdir");
    must(chdir(name), "chdir");
    must(mkdir("dir", 0755), "mkdir");
    must(mkdir("dir/sub", 0755), "mkdir");
    make("dir/sub/version", "text");
    make("version", "text");
    make("dir/version", "text");
    make("dir/modules", "text");
    make("dir/empty", "");
    must(symlink("version", "dir/cmdline"), "symlink");
    must(symlink("dir", "way"), "symlink");
}

/* In the directory of an operation: what it goes by. */
static void take_place(void)
{
    if (getcwd(absolute, sizeof(absolute) - sizeof("/dir/version")) == NULL)
        must(-1, "getcwd");
    strcat(absolute, "/dir/version");
    must(directory = open("dir", O_RDONLY | O_DIRECTORY), "dir");
}

static void leave(void)
{
    close(directory);
    /* Not by "..": what a path that leads up comes to is not known to be one that shows nothing. */
    must(chdir(above), "chdir");
}

static void forget_all(void)
{
    must(symlink("nowhere", "passing"), "symlink");
    must(unlink("passing"), "unlink");
}

static void begin(size_t operation)
{
    prepare(operations[operation].name);
    take_place();
    operations[operation].run();
    leave();
}

/*
 * What waits to be deleted goes by the supervisor's own time where it does not see the close, and
 * else by the next call that finds it in its way: so that it is not in that of the next turn, a
 * call that does not count clears it away.
 */
static void clear_away(void)
{
    must(mkdir("dir/new", 0755), "mkdir where something waited to be deleted");
    must(rmdir("dir/new"), "rmdir");
}

static void repeat(size_t operation, int turns, bool forget)
{
    must(chdir(operations[operation].name), "chdir");
    take_place();
    getsid(0);
    for (int turn = 0; turn < turns; turn++) {
        if (forget)
            forget_all();
        getppid();
        operations[operation].run();
        sched_yield();
        if (operations[operation].run == do_unlink_open)
            clear_away();
    }
    leave();
}

/*
 * The operations of that name; all directories are made first, so that they settle at once. One
 * that wants that waits also where the operation before it does not: a directory by the same
 * relative name is taken for that one for a tick. False where none has the name.
 */
static bool repeat_those(const char *name, bool forget)
{
    const struct timespec pause = {.tv_nsec = SETTLED_NS};
    bool each = strcmp(name, "each") == 0, known = false, settled = false;
    if (getcwd(above, sizeof(above)) == NULL)
        must(-1, "getcwd");
    for (size_t i = 0; i < COUNT; i++)
        if (each || strcmp(name, operations[i].name) == 0) {
            begin(i);
            known = true;
        }
    for (size_t i = 0; i < COUNT; i++)
        if (each || strcmp(name, operations[i].name) == 0) {
            if (operations[i].settles && !settled)
                nanosleep(&pause, NULL);
            settled = operations[i].settles;
            repeat(i, each ? TURNS : TURNS_ALONE, forget);
        }
    return known;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "list";
    if (strcmp(name, "list") != 0)
        return repeat_those(name, argc > 2) ? 0 : 2;
    for (size_t i = 0; i < COUNT; i++)
        puts(operations[i].name);
    return 0;
}
