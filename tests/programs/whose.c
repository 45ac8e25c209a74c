/* SPDX-License-Identifier: MIT */
/*
 * whose [alone | apart]: what the names of /proc and /dev that lead to whoever asks are to the
 * first thread of a process, and to a second one: with the first, after that has ended (alone), or
 * with a current directory and descriptors of its own (apart). A line for each name, in which PID
 * and TID stand for the numbers.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROOM 4096

static const char *const names[] = {
    "/proc/self",
    "/proc/thread-self",
    "/proc/self/",
    "/proc/mounts",
    "/proc/self/mounts",
    "/proc/self/mountinfo",
    "/proc/self/mountstats",
    "/proc/thread-self/mounts",
    "/proc/thread-self/mountinfo",
    "/proc//self/mounts",
    "/proc/./self/comm",
    "/proc//thread-self/mounts",
    "/proc/./net/dev",
    "//proc/self/mounts",
    "//proc//self/exe",
    "/proc/../proc/self/mounts",
    "/proc/../proc/thread-self/mounts",
    "/proc/self/comm",
    "/proc/thread-self/comm",
    "/proc/self/task",
    "/proc/self/cwd",
    "/proc/thread-self/cwd",
    "/proc/self/exe",
    "/proc/self/root",
    "/proc/self/ns/mnt",
    "/proc/thread-self/ns/mnt",
    "/proc/self/nothing",
    "/proc/net",
    "/proc/net/dev",
    "/proc/self/net",
    "/proc/self/fd",
    "/proc/self/fd/0",
    "/proc/self/fd/%d",
    "/proc/self/fd/%d/f",
    "/proc/thread-self/fd/%d",
    "/proc/thread-self/fd/%d/f",
    "/dev/fd",
    "/dev/fd/",
    "/dev/fd/0",
    "/dev/fd/%d",
    "/dev/fd/%d/f",
    "/dev/stdin",
    "/dev/stdout",
    "/dev/stderr",
};

/* By a directory, a descriptor of it or the current one. */
static const struct {
    const char *directory;
    const char *name;
} below[] = {{"/proc", "self"},
             {"/proc", "self/mounts"},
             {"/proc", "mounts"},
             {"/proc", "thread-self"},
             {"/proc", "net/dev"},
             {"/proc/self", "mounts"},
             {"/proc/self", "../mounts"},
             {"/proc/self", "fd"},
             {"/proc/self", "cwd"},
             {"/proc/self", "."},
             {"/proc/thread-self", "."},
             {"/proc/thread-self", "mounts"},
             {"/proc/self/fd", "0"},
             {"/proc/thread-self", "cwd"},
             {"/dev", "stdin"},
             {"/dev", "fd"},
             {"/dev/fd", "0"}};

static int own; /* a descriptor of the directory that it was started in */
static pthread_t first;
static const char *how = "";

static pid_t thread(void)
{
    return (pid_t)syscall(SYS_gettid);
}

/* Puts a word in the place of a number, each time that is a whole one. */
static void replace(char *text, pid_t number, const char *word)
{
    char digits[16];
    char rest[ROOM];
    size_t n = (size_t)snprintf(digits, sizeof(digits), "%d", (int)number);
    for (char *at = text; (at = strstr(at, digits)) != NULL; at++) {
        if ((at > text && at[-1] >= '0' && at[-1] <= '9') || (at[n] >= '0' && at[n] <= '9'))
            continue;
        snprintf(rest, sizeof(rest), "%s", at + n);
        snprintf(at, ROOM - (size_t)(at - text), "%s%s", word, rest);
    }
}

/* Prints a text; of what has a number of its own, only the kind. */
static void say(const char *label, const char *text)
{
    char line[ROOM];
    snprintf(line, sizeof(line), "%s", text);
    line[strcspn(line, "[")] = '\0';
    replace(line, getpid(), "PID");
    replace(line, thread(), "TID");
    printf(" %s %s", label, line);
}

static void say_error(const char *label)
{
    say(label, strerrorname_np(errno));
}

/* What the kernel calls a descriptor of ours, which it says to each thread of its own. */
static void say_descriptor(const char *label, int fd)
{
    char link[96];
    char text[ROOM];
    snprintf(link, sizeof(link), "/proc/%d/task/%d/fd/%d", getpid(), thread(), fd);
    ssize_t n = readlink(link, text, sizeof(text) - 1);
    if (n < 0) {
        say_error(label);
        return;
    }
    text[n] = '\0';
    say(label, text);
}

static void say_opened(const char *label, int dfd, const char *name, int flags)
{
    int fd = openat(dfd, name, flags | O_CLOEXEC);
    if (fd < 0) {
        say_error(label);
        return;
    }
    say_descriptor(label, fd);
    if ((flags & O_NOFOLLOW) != 0) {
        char text[ROOM];
        ssize_t n = readlinkat(fd, "", text, sizeof(text) - 1);
        if (n >= 0) {
            text[n] = '\0';
            say("->", text);
        }
    }
    close(fd);
}

static void say_link(int dfd, const char *name)
{
    char text[ROOM];
    struct stat st;
    ssize_t n = readlinkat(dfd, name, text, sizeof(text) - 1);
    if (n < 0) {
        say_error("readlink");
    } else {
        text[n] = '\0';
        say("readlink", text);
    }
    if (fstatat(dfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        say_error("lstat");
    else
        say("lstat", S_ISLNK(st.st_mode) ? "link" : S_ISDIR(st.st_mode) ? "directory" : "file");
}

/* Whether a name leads to the same as one in the process's, or the thread's, directory. */
static void say_stat(int dfd, const char *name)
{
    struct stat st;
    struct stat other;
    char path[64];
    if (fstatat(dfd, name, &st, 0) < 0) {
        say_error("stat");
        return;
    }
    say("stat", S_ISDIR(st.st_mode) ? "directory" : "file");
    snprintf(path, sizeof(path), "/proc/%d", getpid());
    if (stat(path, &other) == 0 && other.st_ino == st.st_ino && other.st_dev == st.st_dev)
        say("is", "PID");
    snprintf(path, sizeof(path), "/proc/%d/task/%d", getpid(), thread());
    if (stat(path, &other) == 0 && other.st_ino == st.st_ino && other.st_dev == st.st_dev)
        say("is", "TID");
}

static void look(int dfd, const char *name)
{
    say_link(dfd, name);
    say_stat(dfd, name);
    /* Standard streams are what we were started with. */
    say_opened("open", dfd, name, O_RDONLY | O_NONBLOCK);
    say_opened("path", dfd, name, O_PATH);
    say_opened("itself", dfd, name, O_PATH | O_NOFOLLOW);
    putchar('\n');
}

static void read_name(const char *name)
{
    char text[64] = "";
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    text[strcspn(text, "\n")] = '\0';
    printf("%s: %s\n", name, n < 0 ? "no" : text);
    if (fd >= 0)
        close(fd);
}

static void look_from(const char *directory, const char *name)
{
    char text[ROOM];
    int dfd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    printf("%s of %s:", name, directory);
    if (dfd < 0) {
        say_error("open");
        putchar('\n');
        return;
    }
    look(dfd, name);
    close(dfd);
    printf("%s in %s:", name, directory);
    if (chdir(directory) < 0)
        say_error("chdir");
    else if (getcwd(text, sizeof(text)) == NULL)
        say_error("getcwd");
    else
        say("cwd", text);
    look(AT_FDCWD, name);
    if (fchdir(own) < 0)
        say_error("back");
}

static void look_at_all(const char *who)
{
    char name[64];
    printf("-- %s\n", who);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        printf("%s:", names[i]);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(name, sizeof(name), names[i], own);
#pragma GCC diagnostic pop
        look(AT_FDCWD, name);
    }
    for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++)
        look_from(below[i].directory, below[i].name);
    read_name("/proc/self/comm");
    read_name("/proc/thread-self/comm");
    fflush(stdout);
}

/* Opens a directory at a number that is the same however many descriptors we were started with. */
static int open_at(const char *directory, int number)
{
    int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || dup3(fd, number, O_CLOEXEC) < 0) {
        perror(directory);
        exit(1);
    }
    close(fd);
    return number;
}

/* Waits until the first thread has given up all that /proc shows of it, which is after its join. */
static void until_gone(void)
{
    char path[64], said[512], *state;
    ssize_t n;
    snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", getpid(), getpid());
    do {
        int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
        n = read(fd, said, sizeof(said) - 1);
        close(fd);
        said[n < 0 ? 0 : n] = '\0';
        state = strrchr(said, ')');
        sched_yield();
    } while (state != NULL && state[2] != 'Z');
}

static void *second(void *unused)
{
    prctl(PR_SET_NAME, "second");
    if (strcmp(how, "alone") == 0) {
        pthread_join(first, NULL);
        until_gone();
    }
    if (strcmp(how, "apart") == 0) {
        if (unshare(CLONE_FS | CLONE_FILES) < 0 || chdir("/") < 0) {
            perror("unshare");
            exit(1);
        }
        own = open_at("/tmp", 201);
    }
    look_at_all(how);
    exit(0);
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    how = argc > 1 ? argv[1] : "second";
    own = open_at(".", 200);
    prctl(PR_SET_NAME, "first");
    if (argc < 2)
        look_at_all("first");
    first = pthread_self();
    if (pthread_create(&thread, NULL, second, NULL) != 0)
        return 1;
    if (strcmp(how, "alone") == 0)
        pthread_exit(NULL);
    pthread_join(thread, NULL);
    return 0;
}
