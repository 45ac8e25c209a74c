/* SPDX-License-Identifier: MIT */
#include "cli/giver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "policy/giver.h"

#define WAITING 64   /* clients that have said nothing yet; the oldest goes when one more comes */
#define BACKLOG 4096 /* the kernel takes what it allows */

#define GIVER_FD (LX_STATS_FD + 9) /* behind what the run has besides */
#define LEAST_FD 16

/* Of poll, in this order; clients behind them. */
enum { AT_END, AT_DOOR, CLIENTS };

/* Written by whoever starts and ends the thread, which reads them. */
static char giver[LX_GIVER_LENGTH + 1];
static int door = -1;
static int ending = -1;
static int given[LX_GIVER_COUNT] = {-1, -1};
static struct lx_stats *stats;
static pthread_t thread;
static bool started;

/* Sends what there is in one message. False where the client is not there any more to take it. */
static bool give(int client)
{
    char word = 1;
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(given))];
    } control;
    struct iovec part = {&word, 1};
    size_t count = given[LX_GIVER_TABLE] < 0 ? 1 : LX_GIVER_COUNT;
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.room,
                             .msg_controllen = CMSG_SPACE(count * sizeof(int))};
    memset(&control, 0, sizeof(control));
    control.head.cmsg_level = SOL_SOCKET;
    control.head.cmsg_type = SCM_RIGHTS;
    control.head.cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(&control.head), given, count * sizeof(int));
    return sendmsg(client, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

/* Hears a client. False where it has said nothing yet; else all is done, and it can go. */
static bool hear(int client)
{
    char said[LX_GIVER_SECRET];
    ssize_t n = recv(client, said, sizeof(said), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n != (ssize_t)sizeof(said) || !lx_giver_same(said, lx_giver_secret(giver)))
        return true;
    if (!give(client))
        atomic_fetch_add(&stats->lane.lost, 1);
    return true;
}

/* The clients that are waited for, the oldest first. */
struct waiting {
    struct pollfd polled[CLIENTS + WAITING];
    unsigned count;
};

static void let_go(struct waiting *all, unsigned which)
{
    struct pollfd *at = &all->polled[CLIENTS + which];
    close(at->fd);
    all->count--;
    memmove(at, at + 1, (all->count - which) * sizeof(*at));
}

static void welcome(struct waiting *all)
{
    const struct timespec pause = {0, 10000000};
    int client = accept4(door, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
            nanosleep(&pause, NULL);
        return;
    }
    if (hear(client)) {
        close(client);
        return;
    }
    if (all->count == WAITING)
        let_go(all, 0);
    all->polled[CLIENTS + all->count++] = (struct pollfd){client, POLLIN, 0};
}

static void *listen_to_all(void *unused)
{
    struct waiting all = {.count = 0};
    all.polled[AT_END] = (struct pollfd){ending, POLLIN, 0};
    all.polled[AT_DOOR] = (struct pollfd){door, POLLIN, 0};
    (void)unused;
    for (;;) {
        int n = poll(all.polled, CLIENTS + all.count, -1);
        if (n < 0 && errno != EINTR)
            break;
        if (n > 0 && all.polled[AT_END].revents != 0)
            break;
        for (unsigned i = all.count; n > 0 && i-- > 0;)
            if (all.polled[CLIENTS + i].revents != 0 && hear(all.polled[CLIENTS + i].fd))
                let_go(&all, i);
        if (n > 0 && all.polled[AT_DOOR].revents != 0)
            welcome(&all);
    }
    while (all.count > 0)
        let_go(&all, 0);
    return NULL;
}

static void close_all(void)
{
    int *const all[] = {&door, &ending, &given[LX_GIVER_TABLE]};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (*all[i] >= 0)
            close(*all[i]);
        *all[i] = -1;
    }
}

static bool draw_name(void)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char drawn[LX_GIVER_LENGTH / 2];
    if (getrandom(drawn, sizeof(drawn), 0) != (ssize_t)sizeof(drawn))
        return false;
    for (size_t i = 0; i < sizeof(drawn); i++) {
        giver[2 * i] = digits[drawn[i] >> 4];
        giver[2 * i + 1] = digits[drawn[i] & 15];
    }
    return true;
}

/* The descriptor by a higher number: who has room for few needs the lowest for what comes first. */
static int move_up(int fd)
{
    int moved = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, GIVER_FD);
    if (fd >= 0 && moved < 0)
        moved = fcntl(fd, F_DUPFD_CLOEXEC, LEAST_FD);
    if (fd >= 0)
        close(fd);
    return moved;
}

/* Another descriptor of the same file, by which nobody can write it. */
static int for_reading(int fd)
{
    char name[32];
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    return move_up(open(name, O_RDONLY | O_CLOEXEC));
}

const char *giver_prepare(int stats_fd, int table)
{
    struct sockaddr_un at;
    if (!draw_name())
        return NULL;
    given[LX_GIVER_STATS] = stats_fd;
    given[LX_GIVER_TABLE] = for_reading(table);
    ending = move_up(eventfd(0, EFD_CLOEXEC));
    door = move_up(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    socklen_t size = lx_giver_address(giver, &at);
    if (ending >= 0 && door >= 0 && bind(door, (struct sockaddr *)&at, size) == 0 &&
        listen(door, BACKLOG) == 0)
        return giver;
    close_all();
    return NULL;
}

void giver_start(const struct lx_policy *policy)
{
    sigset_t every;
    sigset_t before;
    if (door < 0)
        return;
    stats = policy->stats;
    /* Signals are for the thread that was there before. */
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);
    started = pthread_create(&thread, NULL, listen_to_all, NULL) == 0;
    if (!started)
        close_all();
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void giver_end(void)
{
    const uint64_t one = 1;
    if (!started)
        return;
    started = false;
    (void)!write(ending, &one, sizeof(one));
    pthread_join(thread, NULL);
    close_all();
}
