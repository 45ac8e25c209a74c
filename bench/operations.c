/* SPDX-License-Identifier: MIT */
/* The operations of the micro-benchmark, one turn each. */
#include "operations.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void must(long result, const char *what)
{
    if (result >= 0)
        return;
    fprintf(stderr, "micro: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void name(struct lane *l, const char *format)
{
    must(snprintf(l->path, sizeof(l->path), format, l->number), "name");
    must(snprintf(l->other, sizeof(l->other), "%s.there", l->path), "name");
}

/* --- on one file ------------------------------------------------------------------------------ */

static void at_file(struct lane *l)
{
    strcpy(l->path, "dir/file");
}

static void at_empty(struct lane *l)
{
    strcpy(l->path, "dir/empty");
}

static void at_link(struct lane *l)
{
    strcpy(l->path, "dir/link");
}

static void at_directory(struct lane *l)
{
    strcpy(l->path, "file");
    must(l->directory = open("dir", O_RDONLY | O_DIRECTORY), "dir");
}

static void run_stat(struct lane *l)
{
    struct stat st;
    must(stat(l->path, &st), l->path);
}

static void run_lstat(struct lane *l)
{
    struct stat st;
    must(lstat(l->path, &st), l->path);
}

static void run_access(struct lane *l)
{
    must(access(l->path, R_OK), l->path);
}

static void run_open(struct lane *l)
{
    int fd = open(l->path, O_RDONLY);
    must(fd, l->path);
    close(fd);
}

static void run_openat(struct lane *l)
{
    int fd = openat(l->directory, l->path, O_RDONLY);
    must(fd, l->path);
    close(fd);
}

static void run_readlink(struct lane *l)
{
    char target[16];
    must(readlink(l->path, target, sizeof(target)), l->path);
}

/* --- on entries ------------------------------------------------------------------------------- */

static void at_new(struct lane *l)
{
    name(l, "dir/new.%u");
}

/* With something in it, as most files: an empty one may be a link that Samba stored. */
static void make_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    must(fd, path);
    must(write(fd, text, strlen(text)), path);
    close(fd);
}

static void make_moved(struct lane *l)
{
    name(l, "dir/moved.%u");
    make_file(l->path, "text\n");
}

static void remove_moved(struct lane *l)
{
    must(unlink(l->path), l->path);
}

static void run_create(struct lane *l)
{
    int fd = open(l->path, O_WRONLY | O_CREAT | O_EXCL, 0644);
    must(fd, l->path);
    close(fd);
    must(unlink(l->path), "unlink");
}

static void run_rename(struct lane *l)
{
    must(rename(l->path, l->other), "rename");
    must(rename(l->other, l->path), "rename back");
}

static void run_mkdir(struct lane *l)
{
    must(mkdir(l->path, 0755), "mkdir");
    must(rmdir(l->path), "rmdir");
}

/* --- on directories of a size, and deep ones -------------------------------------------------- */

static void at_sized(struct lane *l)
{
    must(snprintf(l->path, sizeof(l->path), "n%u", l->size), "name");
    must(snprintf(l->other, sizeof(l->other), "n%u.there", l->size), "name");
}

static void at_missing(struct lane *l)
{
    must(snprintf(l->path, sizeof(l->path), "n%u/missing", l->size), "name");
}

static void at_deep(struct lane *l)
{
    char *to = l->path;
    for (unsigned i = 1; i < l->size; i++)
        to = stpcpy(to, "d/");
    strcpy(to, "file");
}

static void run_missing(struct lane *l)
{
    struct stat st;
    must(stat(l->path, &st) == 0 ? -1 : 0, "a name that should be missing");
}

static unsigned list(struct lane *l, int stats)
{
    struct stat st;
    const struct dirent *e;
    unsigned n = 0;
    DIR *dir = opendir(l->path);
    must(dir == NULL ? -1 : 0, l->path);
    while ((e = readdir(dir)) != NULL) {
        n += e->d_type == DT_REG;
        if (stats)
            must(fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW), e->d_name);
    }
    closedir(dir);
    return n;
}

static void run_readdir(struct lane *l)
{
    must(list(l, 0) == l->size ? 0 : -1, "entries are missing");
}

static void run_readdir_stat(struct lane *l)
{
    must(list(l, 1) == l->size ? 0 : -1, "entries are missing");
}

/* --- processes -------------------------------------------------------------------------------- */

static void at_program(struct lane *l)
{
    strcpy(l->path, "/bin/true");
}

static void run_spawn(struct lane *l)
{
    char *argv[] = {l->path, NULL};
    pid_t child;
    int status;
    errno = posix_spawn(&child, l->path, NULL, NULL, argv, environ);
    must(errno == 0 ? 0 : -1, l->path);
    must(waitpid(child, &status, 0), "waitpid");
    must(status == 0 ? 0 : -1, "a child failed");
}

const struct operation operations[] = {
    {"stat", at_file, run_stat, NULL},
    {"lstat", at_file, run_lstat, NULL},
    {"stat-empty", at_empty, run_stat, NULL},
    {"access", at_file, run_access, NULL},
    {"open", at_file, run_open, NULL},
    {"openat", at_directory, run_openat, NULL},
    {"readlink", at_link, run_readlink, NULL},
    {"create", at_new, run_create, NULL},
    {"rename", make_moved, run_rename, remove_moved},
    {"mkdir", at_new, run_mkdir, NULL},
    {"miss", at_missing, run_missing, NULL},
    {"readdir", at_sized, run_readdir, NULL},
    {"readdir-stat", at_sized, run_readdir_stat, NULL},
    {"rename-dir", at_sized, run_rename, NULL},
    {"deep", at_deep, run_stat, NULL},
    {"spawn", at_program, run_spawn, NULL},
};

const size_t operation_count = sizeof(operations) / sizeof(operations[0]);

/* --- what they work on ------------------------------------------------------------------------ */

void make_tree(unsigned depth, char *const *sizes)
{
    char path[PATH_MAX];
    must(mkdir("dir", 0755), "dir");
    make_file("dir/file", "text\n");
    make_file("dir/empty", "");
    must(symlink("file", "dir/link"), "dir/link");
    for (; *sizes != NULL; sizes++) {
        unsigned n = (unsigned)strtoul(*sizes, NULL, 10);
        must(snprintf(path, sizeof(path), "n%u", n), "name");
        must(mkdir(path, 0755), path);
        for (unsigned i = 0; i < n; i++) {
            must(snprintf(path, sizeof(path), "n%u/entry-%06u", n, i), "name");
            make_file(path, "");
        }
    }
    make_file("file", "text\n");
    for (unsigned i = 1; i < depth; i++) {
        must(mkdir("d", 0755), "d");
        must(chdir("d"), "d");
        make_file("file", "text\n");
    }
}
