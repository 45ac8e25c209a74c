/* SPDX-License-Identifier: MIT */
/*
 * outlive WAY ...: makes calls that somebody else answers, who may die of it. A call fails with EIO
 * then, whether it was done or not; no other answer is another one for that, and nothing else of
 * the program is.
 *   open READY PATH
 *               prints "opened", or the errno
 *   files READY DIR...
 *               a process for each DIR makes, renames and removes a file there
 *   change READY DIR
 *               goes to DIR, by a name that is spelled otherwise on the disk, and back
 * All write a line to READY first. The last two go on until SIGTERM comes, and print then how many
 * calls failed with EIO, and how many answers were wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static long failed;
static long wrong;
static _Atomic bool *over; /* shared by all processes; written by the handler of the first */

static void end(int sig)
{
    (void)sig;
    atomic_store(over, true);
}

/* What a call says. Returns whether it failed with EIO: then it may be done all the same. */
static bool unsure(const char *what, int result, bool perhaps)
{
    if (result >= 0)
        return false;
    if (errno == EIO) {
        failed++;
        return true;
    }
    /* It follows one that may be done or not. */
    if (perhaps && (errno == ENOENT || errno == EEXIST))
        return true;
    wrong++;
    printf("%s: %s\n", what, strerrorname_np(errno));
    return false;
}

static int open_one(const char *path)
{
    int fd = open(path, O_RDONLY);
    char line[32];
    int n = snprintf(line, sizeof(line), "%s\n", fd >= 0 ? "opened" : strerrorname_np(errno));
    /* By no stream of libc's, which would ask what its descriptor is. */
    return write(STDOUT_FILENO, line, (size_t)n) != n;
}

static void make_file(void)
{
    struct stat st;
    int fd = open("x:y", O_CREAT | O_EXCL | O_WRONLY, 0600);
    bool perhaps = unsure("open", fd, false);
    if (fd >= 0)
        close(fd);
    perhaps |= unsure("stat", stat("x:y", &st), perhaps);
    perhaps |= unsure("rename", rename("x:y", "z:"), perhaps);
    perhaps |= unsure("unlink", unlink("z:"), perhaps);
    /* So that the next one begins as this one did. */
    while (perhaps && ((unlink("x:y") < 0 && errno == EIO) || (unlink("z:") < 0 && errno == EIO)))
        failed++;
}

/* Where it is, asked until there is an answer. */
static void where(char name[PATH_MAX])
{
    while (getcwd(name, PATH_MAX) == NULL && errno == EIO)
        failed++;
}

/* Goes there, however often that fails. */
static void go(const char *dir)
{
    int r;
    while ((r = chdir(dir)) < 0 && errno == EIO)
        failed++;
    if (r < 0)
        wrong++;
}

static void change(const char *start, const char *dir)
{
    char name[PATH_MAX];
    char there[2 * PATH_MAX];
    snprintf(there, sizeof(there), "%s/%s", start, dir);
    bool perhaps = unsure("chdir", chdir(dir), false);
    where(name);
    if (strcmp(name, there) != 0 && (!perhaps || strcmp(name, start) != 0)) {
        wrong++;
        printf("it is in %s\n", name);
    }
    go(start);
}

static int say(void)
{
    printf("failed %ld wrong %ld\n", failed, wrong);
    return fflush(stdout);
}

static int files_in(char **dirs)
{
    for (; *dirs != NULL; dirs++) {
        if (fork() != 0)
            continue;
        go(*dirs);
        while (!atomic_load(over))
            make_file();
        return say();
    }
    while (wait(NULL) > 0)
        ;
    return 0;
}

int main(int argc, char **argv)
{
    const struct sigaction action = {.sa_handler = end, .sa_flags = SA_RESTART};
    char start[PATH_MAX];
    int ready = argc < 4 ? -1 : open(argv[2], O_WRONLY);
    over = mmap(NULL, sizeof(*over), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (ready < 0 || over == MAP_FAILED || sigaction(SIGTERM, &action, NULL) < 0 ||
        write(ready, "\n", 1) != 1)
        return 1;
    close(ready);
    if (strcmp(argv[1], "open") == 0)
        return open_one(argv[3]);
    if (strcmp(argv[1], "files") == 0)
        return files_in(argv + 3);
    where(start);
    while (!atomic_load(over))
        change(start, argv[3]);
    return say();
}
