/* SPDX-License-Identifier: MIT */
/*
 * libcs: what each C library does in its own way, in a directory with a file "f", a link "l" and a
 * directory "d" of both. A line for each answer.
 *
 *   libcs COMMAND...   runs each by the shell first, itself not done until they are
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static void say(const char *what, long r)
{
    printf("%s %ld %s\n", what, r, r < 0 ? strerror(errno) : "");
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    printf("nftw %s %d at %d%s\n", path, type, at->level, access("d", F_OK) == 0 ? "" : " there");
    return 0;
}

static int see(const char *path, const struct stat *st, int type)
{
    printf("ftw %s %d %d\n", path, type, S_ISLNK(st->st_mode));
    return 0;
}

int main(int argc, char **argv)
{
    char buf[64];
    glob_t found;
    struct statvfs fs;
    struct {
        unsigned long long flags, mode, resolve;
    } how = {O_RDONLY, 0, 0};
    for (int i = 1; i < argc; i++) {
        fflush(stdout);
        if (system(argv[i]) != 0)
            return 1;
    }
    say("nftw", nftw("d", visit, 4, FTW_PHYS));
    say("linked", nftw("d", visit, 4, 0));
    say("going", nftw("d", visit, 4, FTW_PHYS | FTW_CHDIR));
    say("ftw", ftw("d", see, 4));
    say("glob", glob("?", GLOB_NOSORT | GLOB_MARK, NULL, &found));
    say("pattern", found.gl_pathc > 0 ? (long)found.gl_pathc : 0);
    say("readlink", readlink("l", buf, 0));
    say("getcwd", getcwd(NULL, 2) != NULL);
    say("realpath", realpath("missing/..", NULL) != NULL);
    int fd = open("f", O_PATH);
    say("fchmod", fchmod(fd, 0640));
    say("utimensat", utimensat(open("f", O_RDONLY), getenv("LIBCS_NO_PATH"), NULL, 0));
    long opened = syscall(437 /* openat2 */, AT_FDCWD, "f", &how, sizeof(how));
    say("openat2", opened < 0 ? -1 : 0);
    say("statvfs", statvfs(".", &fs));
    say("namemax", (long)fs.f_namemax);
    say("fopen", fopen("f", "r,ccs=nonsense") != NULL);
    return 0;
}
