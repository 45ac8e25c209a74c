/* SPDX-License-Identifier: MIT */
/*
 * Checks of names that end a process, and that wait for one: what it has changed is seen by the
 * next call. A directory that both looked at has become a symlink out of the tree, to a file of
 * another mode. And of those that wait for descriptors.
 */
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>

#include "probe.h"

static char far[PATH_MAX];

static void prepare_turn(void)
{
    snprintf(far, sizeof(far), "%s", outside());
    if (chdir(base()) != 0 || mkdir("turn", 0755) != 0 || make_file("turn/plain") != OK)
        _exit(1);
}

static int turn(void)
{
    return rename("turn", "turned") == 0 && symlink(far, "turn") == 0 ? 0 : 1;
}

static int mode_of_plain(void)
{
    struct stat st;
    NEED(stat("turn/plain", &st));
    return (st.st_mode & 07777) == 0640 ? OK : wrong("mode %o", (unsigned)st.st_mode & 07777);
}

static pid_t child_that_turns(void)
{
    struct stat st;
    prepare_turn();
    pid_t pid = fork();
    if (pid == 0) {
        /* Not before the other process, whose next call waits for the end of this one. */
        while (stat("go", &st) != 0)
            sched_yield();
        _exit(turn());
    }
    if (pid < 0 || stat("turn/plain", &st) != 0 || make_file("go") != OK)
        return -1;
    return pid;
}

static int after_waiting(pid_t expected, pid_t waited, int status)
{
    if (expected < 0 || waited != expected || status != 0)
        return wrong("waited for %d: %d with status %x", expected, waited, (unsigned)status);
    return mode_of_plain();
}

static int wait_any(void)
{
    int status = -1;
    pid_t pid = child_that_turns();
    pid_t waited = SYMBOL(wait)(&status);
    return after_waiting(pid, waited, status);
}

static int wait_pid(void)
{
    int status = -1;
    pid_t pid = child_that_turns();
    pid_t waited = SYMBOL(waitpid)(pid, &status, 0);
    return after_waiting(pid, waited, status);
}

static int wait_id(void)
{
    siginfo_t info = {.si_status = -1};
    pid_t pid = child_that_turns();
    TRY(SYMBOL(waitid)(P_PID, (id_t)pid, &info, WEXITED));
    return after_waiting(pid, info.si_pid, info.si_status);
}

static int wait_3(void)
{
    int status = -1;
    struct rusage usage;
    pid_t pid = child_that_turns();
    pid_t waited = SYMBOL(wait3)(&status, 0, &usage);
    return after_waiting(pid, waited, status);
}

static int wait_4(void)
{
    int status = -1;
    struct rusage usage;
    pid_t pid = child_that_turns();
    pid_t waited = SYMBOL(wait4)(pid, &status, 0, &usage);
    return after_waiting(pid, waited, status);
}

static int close_pipe(void)
{
    struct stat st;
    char command[2 * PATH_MAX];
    prepare_turn();
    snprintf(command, sizeof(command), "mv turn turned && ln -s '%s' turn", far);
    FILE *stream = popen(command, "w");
    NEED(stream != NULL ? 0 : -1);
    stat("turn/plain", &st);
    int status = SYMBOL(pclose)(stream);
    return status == 0 ? mode_of_plain() : wrong("status %x", (unsigned)status);
}

/* The end of a process: with the status that it says, and of what only it had open. */
static int end_process(void)
{
    int status = -1;
    void (*call)(int) = SYMBOL(void(int));
    NEED(chdir(base()));
    pid_t pid = fork();
    if (pid == 0) {
        if (open("f:ile", O_RDONLY) < 0 || unlink("f:ile") != 0)
            call(1);
        call(7);
    }
    TRY(pid);
    NEED(waitpid(pid, &status, 0));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 7)
        return wrong("status %x", (unsigned)status);
    return gone("f:ile");
}

/* A pipe that has something to be read. */
static int something(void)
{
    int ends[2];
    if (pipe(ends) != 0 || write(ends[1], "x", 1) != 1)
        _exit(1);
    return ends[0];
}

/* Of that and of a mount table, which can always be read, the answer of a call that waits for both.
 */
static int both_ready(const struct pollfd place[2], int r)
{
    TRY(r);
    if (r != 2 || place[0].revents != POLLIN || place[1].revents != POLLIN)
        return wrong("%d: %x, %x", r, (unsigned)place[0].revents, (unsigned)place[1].revents);
    return OK;
}

static void two_places(struct pollfd place[2])
{
    place[0] = (struct pollfd){.fd = something(), .events = POLLIN};
    place[1] = (struct pollfd){.fd = open("/proc/self/mounts", O_RDONLY), .events = POLLIN};
}

static int poll_both(void)
{
    struct pollfd place[2];
    two_places(place);
    return both_ready(place, SYMBOL(int(struct pollfd *, nfds_t, int))(place, 2, -1));
}

static int poll_checked(void)
{
    struct pollfd place[2];
    two_places(place);
    typedef int fn(struct pollfd *, nfds_t, int, size_t);
    return both_ready(place, SYMBOL(fn)(place, 2, -1, sizeof(place)));
}

#ifndef __i386__
static int poll_masked(void)
{
    struct pollfd place[2];
    two_places(place);
    typedef int fn(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
    return both_ready(place, SYMBOL(fn)(place, 2, NULL, NULL));
}

static int poll_masked_checked(void)
{
    struct pollfd place[2];
    two_places(place);
    typedef int fn(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *, size_t);
    return both_ready(place, SYMBOL(fn)(place, 2, NULL, NULL, sizeof(place)));
}

static int select_both(void)
{
    typedef int fn(int, fd_set *, fd_set *, fd_set *, void *, const sigset_t *);
    int fd = something();
    int table = open("/proc/self/mounts", O_RDONLY);
    fd_set read;
    fd_set except;
    FD_ZERO(&read);
    FD_SET(fd, &read);
    except = read;
    FD_SET(table, &except);
    /* Of pselect the mask; select knows no sixth argument. */
    int r = SYMBOL(fn)(table + 1, &read, NULL, &except, NULL, NULL);
    TRY(r);
    return r == 1 && FD_ISSET(fd, &read) && !FD_ISSET(fd, &except) ? OK : wrong("%d", r);
}
#endif

static int control_epoll(void)
{
    typedef int fn(int, int, int, struct epoll_event *);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = 7};
    struct epoll_event seen = {.events = 0};
    int ep = epoll_create1(0);
    NEED(ep);
    TRY(SYMBOL(fn)(ep, EPOLL_CTL_ADD, something(), &event));
    int r = epoll_wait(ep, &seen, 1, -1);
    TRY(r);
    return r == 1 && seen.data.fd == 7 ? OK : wrong("%d", r);
}

/* By number, and with a mount table open: a pipe that can be read. */
static int wait_by_number(void)
{
    int ends[2];
    int table = open("/proc/self/mounts", O_RDONLY);
    int ep = epoll_create1(0);
    fd_set set;
    struct timespec limit = {60, 0};
    struct timeval time = {60, 0};
    struct epoll_event event = {.events = EPOLLIN};
    if (table < 0 || ep < 0 || pipe(ends) != 0 || write(ends[1], "x", 1) != 1)
        return wrong("no pipe: %s", strerrorname_np(errno));
    struct pollfd place = {.fd = ends[0], .events = POLLIN};
    long sum = syscall(SYS_ppoll, &place, 1, &limit, NULL, 0);
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    sum += syscall(SYS_pselect6, ends[0] + 1, &set, NULL, NULL, &limit, NULL);
#ifdef SYS_poll
    sum += syscall(SYS_poll, &place, 1, 60000) - 1;
    sum += syscall(SYS_select, ends[0] + 1, &set, NULL, NULL, &time) - 1;
#endif
    (void)time;
    long added = syscall(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, ends[0], &event);
    int told = epoll_wait(ep, &event, 1, 60000);
    return sum == 2 && added == 0 && told == 1 ? OK : wrong("%ld, %ld, %d", sum, added, told);
}

const struct check probe_waits[] = {
    {"poll", poll_both},
    {"__poll", poll_both},
    {"__poll_chk", poll_checked},
#ifndef __i386__
    {"ppoll", poll_masked},
    {"__ppoll_chk", poll_masked_checked},
    {"select", select_both},
    {"__select", select_both},
    {"pselect", select_both},
#endif
    {"epoll_ctl", control_epoll},
    {"wait", wait_any},
    {"__wait", wait_any},
    {"waitpid", wait_pid},
    {"__waitpid", wait_pid},
    {"waitid", wait_id},
    {"wait3", wait_3},
    {"wait4", wait_4},
#ifdef __i386__
    {"__wait3_time64", wait_3},
    {"__wait4_time64", wait_4},
#endif
    {"pclose", close_pipe},
    {"_exit", end_process},
    {"_Exit", end_process},
    {"quick_exit", end_process},
    {"syscall:poll", wait_by_number},
    {"syscall:ppoll", wait_by_number},
    {"syscall:select", wait_by_number},
    {"syscall:pselect6", wait_by_number},
    {"syscall:epoll_ctl", wait_by_number},
    {NULL, NULL},
};
