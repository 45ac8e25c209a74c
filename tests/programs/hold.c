/* SPDX-License-Identifier: MIT */
/*
 * hold KIND PATH: holds a file or directory in one of the ways there are, says "ready", and lets go
 * when its input ends. Kinds: fd, dup, fork, mmap, scm, cwd; apart: as fd, by another thread than
 * the first, which has ended.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int open_it(const char *path)
{
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        die(path);
    return fd;
}

static void wait_for_end(void)
{
    char c;
    puts("ready");
    fflush(stdout);
    while (read(0, &c, 1) > 0)
        ;
}

static void hold_dup(const char *path)
{
    int fd = open_it(path);
    if (dup(fd) < 0)
        die("dup");
    close(fd);
}

/* Only the child still has it; the parent waits for it. */
static void hold_fork(const char *path)
{
    int fd = open_it(path);
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child > 0) {
        close(fd);
        waitpid(child, NULL, 0);
        exit(0);
    }
}

static void hold_mmap(const char *path)
{
    int fd = open_it(path);
    if (mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED)
        die("mmap");
    close(fd);
}

/* The descriptor is in a message that nobody has received: in no process's table at all. */
static void hold_scm(const char *path)
{
    int fd = open_it(path);
    int ends[2];
    char room[CMSG_SPACE(sizeof(int))] = {0};
    char byte = 0;
    struct iovec data = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        die("socketpair");
    struct cmsghdr *control = CMSG_FIRSTHDR(&message);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(control), &fd, sizeof(fd));
    if (sendmsg(ends[0], &message, 0) < 0)
        die("sendmsg");
    close(fd);
}

static void hold_cwd(const char *path)
{
    if (chdir(path) < 0)
        die(path);
}

static void hold_fd(const char *path)
{
    open_it(path);
}

/* True where the first thread has ended. */
static int first_has_ended(void)
{
    char line[256] = "";
    FILE *stat = fopen("/proc/self/stat", "re");
    if (stat == NULL || fgets(line, sizeof(line), stat) == NULL)
        die("/proc/self/stat");
    fclose(stat);
    return strncmp(strrchr(line, ')'), ") Z", 3) == 0;
}

static void *stay(void *unused)
{
    (void)unused;
    while (!first_has_ended())
        ;
    wait_for_end();
    exit(0);
}

static void hold_apart(const char *path)
{
    pthread_t thread;
    open_it(path);
    if (pthread_create(&thread, NULL, stay, NULL) != 0)
        die("pthread_create");
    syscall(SYS_exit, 0);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*hold)(const char *path);
    } kinds[] = {{"fd", hold_fd},   {"dup", hold_dup}, {"fork", hold_fork},  {"mmap", hold_mmap},
                 {"scm", hold_scm}, {"cwd", hold_cwd}, {"apart", hold_apart}};
    for (size_t i = 0; argc == 3 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(argv[1], kinds[i].name) == 0) {
            kinds[i].hold(argv[2]);
            wait_for_end();
            return 0;
        }
    fputs("usage: hold fd|dup|fork|mmap|scm|cwd|apart PATH\n", stderr);
    return 2;
}
