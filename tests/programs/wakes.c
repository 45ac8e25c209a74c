/* SPDX-License-Identifier: MIT */
/*
 * wakes TYPE SOURCE POINT [0]: waits for a mount by an opened mount table, in each way that there
 * is, by number and by libc's names, and mounts and unmounts meanwhile; or in one, by the table
 * that it was started with. A line for each: what it was told, and whether the table has the mount
 * then.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIMIT 60 /* seconds, of what hangs */

static const char *type;
static const char *source;
static const char *point;
static int table;
static int other; /* nothing ever comes by it */
static int mounted;

static void change(void)
{
    int r = mounted ? umount2(point, 0) : mount(source, point, type, 0, NULL);
    mounted = !mounted;
    if (r < 0) {
        perror(point);
        exit(1);
    }
}

static int has_mount(int fd)
{
    static char text[1 << 20];
    size_t length = 0;
    lseek(fd, 0, SEEK_SET);
    for (ssize_t n; (n = read(fd, text + length, sizeof(text) - 1 - length)) > 0;)
        length += (size_t)n;
    text[length] = '\0';
    return strstr(text, point) != NULL;
}

static long by_poll(int fd, int sooner)
{
    struct pollfd places[] = {{.fd = other, .events = POLLIN}, {.fd = fd, .events = POLLPRI}};
    int r = poll(places, 2, sooner ? 0 : LIMIT * 1000);
    return r * 100 + places[1].revents;
}

static long by_ppoll(int fd, int sooner)
{
    struct pollfd places[] = {{.fd = fd, .events = POLLIN | POLLERR}, {.fd = other}};
    struct timespec limit = {sooner ? 0 : LIMIT, 0};
    long r = syscall(SYS_ppoll, places, 2, &limit, NULL, 0);
    return r * 100 + places[0].revents;
}

static long by_select(int fd, int sooner)
{
    fd_set except;
    struct timeval limit = {sooner ? 0 : LIMIT, 0};
    FD_ZERO(&except);
    FD_SET(fd, &except);
    FD_SET(other, &except);
    int r = select(fd + 1, NULL, NULL, &except, &limit);
    return r * 100 + (FD_ISSET(fd, &except) ? 1 : 0);
}

static long by_pselect(int fd, int sooner)
{
    fd_set sets[2];
    struct timespec limit = {sooner ? 0 : LIMIT, 0};
    FD_ZERO(&sets[0]);
    FD_ZERO(&sets[1]);
    FD_SET(other, &sets[0]);
    FD_SET(fd, &sets[1]);
    long r = syscall(SYS_pselect6, fd + 1, &sets[0], NULL, &sets[1], &limit, NULL);
    return r * 100 + (FD_ISSET(fd, &sets[1]) ? 1 : 0);
}

static long by_epoll(int fd, int sooner)
{
    static int ep = -1;
    struct epoll_event event = {.events = EPOLLPRI, .data = {.fd = fd}};
    if (ep < 0) {
        ep = epoll_create1(EPOLL_CLOEXEC);
        if (syscall(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, fd, &event) < 0)
            perror("epoll_ctl");
    }
    int r = epoll_wait(ep, &event, 1, sooner ? 0 : LIMIT * 1000);
    return r * 100 + (r > 0 ? (long)event.events : 0);
}

/* An epoll of several descriptors, by the edge, each time a new one. */
static long by_edge(int fd, int sooner)
{
    static int ep = -1;
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    if (ep < 0) {
        ep = epoll_create1(EPOLL_CLOEXEC);
        epoll_ctl(ep, EPOLL_CTL_ADD, other, &event);
        if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event) < 0)
            perror("epoll_ctl");
        while (epoll_wait(ep, &event, 1, 0) > 0) /* it can be read */
            ;
    }
    return epoll_wait(ep, &event, 1, sooner ? 0 : LIMIT * 1000);
}

static void wait_twice(const char *name, long (*wait)(int fd, int sooner), int fd)
{
    long before = wait(fd, 1);
    change();
    long told = wait(fd, 0);
    printf("%s: %ld, %ld, %s", name, before, told,
           has_mount(fd) == mounted ? "in it" : "not in it");
    printf(", %ld\n", wait(fd, 1));
}

/* Goes to sleep before anything is mounted, or after: nobody can tell. */
static void wait_asleep(const char *name, long (*wait)(int fd, int sooner), int fd)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        change();
        _exit(0);
    }
    long told = wait(fd, 0);
    int status;
    waitpid(child, &status, 0);
    mounted = !mounted;
    printf("%s: %ld, %s, %d\n", name, told, has_mount(fd) == mounted ? "in it" : "not in it",
           status);
}

int main(int argc, char **argv)
{
    int ends[2];
    if (argc < 4 || pipe2(ends, O_CLOEXEC) < 0)
        return 2;
    type = argv[1];
    source = argv[2];
    point = argv[3];
    other = ends[0];
    if (argc > 4) {
        wait_twice("given at the start", by_select, 0);
        change();
        return 0;
    }
    table = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    has_mount(table);
    wait_twice("poll", by_poll, table);
    wait_twice("ppoll", by_ppoll, table);
    wait_twice("select", by_select, table);
    wait_twice("pselect", by_pselect, table);
    wait_asleep("poll", by_poll, table);
    wait_asleep("pselect", by_pselect, table);
    wait_twice("epoll", by_epoll, table);
    wait_asleep("epoll", by_epoll, table);
    int copy = dup(table);
    close(table);
    wait_twice("a copy", by_poll, copy);
    wait_twice("edge", by_edge, copy);
    wait_asleep("edge", by_edge, copy);
    if (mounted)
        change();
    return 0;
}
