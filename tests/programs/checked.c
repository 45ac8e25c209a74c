/* SPDX-License-Identifier: MIT */
/*
 * checked: a program to be built with a sanitizer, which has something to find.
 *
 *   checked mode         the mode of a file that is made 0600
 *   checked read         reads 16 bytes from a file into 8
 *   checked leak         forgets memory
 *   checked threads      two threads that a pipe keeps in order
 *   checked apart        two threads, each at files of its own
 *   checked exact        paths that end with the memory they are in
 *   checked race         two threads that write to one variable
 *   checked run COMMAND  by system(), then by exec
 *   checked name         argv[0], and the name that ps shows
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef OWN_OPTIONS
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "exitcode=42";
}
#endif

static int make_file(void)
{
    int fd = open("a:b", O_RDWR | O_CREAT, 0600);
    if (write(fd, "0123456789abcdef", 16) != 16)
        exit(3);
    lseek(fd, 0, SEEK_SET);
    return fd;
}

static int show_mode(void)
{
    struct stat st;
    int r = fstat(make_file(), &st);
    printf("%o\n", (unsigned)st.st_mode & 07777);
    return r;
}

static int read_too_much(void)
{
    char *volatile room = malloc(8);
    ssize_t n = read(make_file(), room, 16);
    free(room);
    puts("not seen");
    return n == 16 ? 0 : 1;
}

static int leak(void)
{
    static char *volatile kept;
    kept = malloc(100);
    puts(kept == NULL ? "none" : "forgotten");
    kept = NULL;
    return 0;
}

static int ends[2];
static int shared;

static void *other(void *unused)
{
    char c;
    if (read(ends[0], &c, 1) == 1)
        shared++;
    return unused;
}

static int in_order(void)
{
    pthread_t thread;
    if (pipe(ends) < 0 || pthread_create(&thread, NULL, other, NULL) != 0)
        return 1;
    shared = 1;
    if (write(ends[1], "x", 1) != 1)
        return 1;
    pthread_join(thread, NULL);
    printf("%d\n", shared);
    return 0;
}

/* A path of each of the two, and behind it what the other one writes. */
static struct {
    char path[8];
    int turns;
} sides[2] = {{"one", 0}, {"two", 0}};

/* What each of the two does is no race, whatever of it the two share in libc or below. */
static void *at_own_files(void *name)
{
    const int own = strcmp(name, sides[1].path) == 0;
    char file[32], renamed[32];
    struct stat st;
    snprintf(file, sizeof(file), "%s/a:b", (const char *)name);
    snprintf(renamed, sizeof(renamed), "%s/c", (const char *)name);
    for (int i = 0; i < 20; i++) {
        mkdir(name, 0755);
        int fd = open(file, O_RDWR | O_CREAT, 0600);
        fstat(fd, &st);
        close(fd);
        stat(file, &st);
        stat(sides[own].path, &st);
        sides[1 - own].turns++;
        rename(file, renamed);
        access(file, F_OK);
        DIR *listing = opendir(name);
        while (readdir(listing) != NULL)
            ;
        closedir(listing);
        unlink(renamed);
        rmdir(name);
    }
    return NULL;
}

static void *at_one_place(void *unused)
{
    shared++;
    return unused;
}

static int both(void *(*of_each)(void *))
{
    pthread_t one, two;
    if (pthread_create(&one, NULL, of_each, (void *)"one") != 0 ||
        pthread_create(&two, NULL, of_each, (void *)"two") != 0)
        return 1;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    puts("both");
    return 0;
}

/* Of each length, more than once: what is known of a page by then changes how a path is read. */
static int at_exact_paths(void)
{
    struct stat st;
    for (size_t n = 1; n < 40; n++) {
        char *path = malloc(n + 1);
        memset(path, 'x', n);
        path[n] = '\0';
        for (int i = 0; i < 3; i++) {
            int fd = open(path, O_WRONLY | O_CREAT, 0600);
            if (stat(path, &st) != 0 || access(path, F_OK) != 0 || fd < 0)
                return 1;
            close(fd);
        }
        unlink(path);
        free(path);
    }
    puts("exact");
    return 0;
}

static int run(char **command)
{
    fflush(stdout);
    if (system(command[0]) != 0)
        return 1;
    execl("/bin/sh", "sh", "-c", command[0], NULL);
    return 1;
}

static int show_name(const char *name)
{
    char shown[17] = "";
    prctl(PR_GET_NAME, shown);
    printf("%s %s\n", name, shown);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "read") == 0)
        return read_too_much();
    if (strcmp(what, "leak") == 0)
        return leak();
    if (strcmp(what, "threads") == 0)
        return in_order();
    if (strcmp(what, "apart") == 0)
        return both(at_own_files);
    if (strcmp(what, "exact") == 0)
        return at_exact_paths();
    if (strcmp(what, "race") == 0)
        return both(at_one_place);
    if (strcmp(what, "run") == 0 && argc > 2)
        return run(argv + 2);
    if (strcmp(what, "name") == 0)
        return show_name(argv[0]);
    return show_mode();
}
