/* SPDX-License-Identifier: MIT */
#include "preload/given.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "sys/clock.h"
#include "sys/patience.h"
#include "sys/sys.h"

/* Among many who say nothing, one that has not spoken yet may have been let go with them. */
#define ATTEMPTS 8

#define PATIENCE_S 10 /* it would have to be said that somebody is not counted, who is */

/* True where somebody listens who is root, or this very user: nobody else's lxshim run is ours. */
static bool is_trusted(int fd, uid_t *uid)
{
    struct ucred peer = {0};
    socklen_t size = sizeof(peer);
    if (SYS5(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return false;
    *uid = peer.uid;
    return peer.uid == 0 || peer.uid == (uid_t)sys_geteuid() || peer.uid == (uid_t)sys_getuid();
}

/* A socket whose other end is the giver's, or -errno. */
static int reach(const char *giver, uid_t *uid)
{
    struct sockaddr_un at;
    socklen_t size = lx_giver_address(giver, &at);
    unsigned round = 0;
    int fd = (int)SYS3(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fd;
    int r = (int)SYS3(SYS_connect, fd, &at, size);
    while (r == -EAGAIN && sys_patience(&round, SYS_LONG_PATIENCE)) /* so many wait */
        r = (int)SYS3(SYS_connect, fd, &at, size);
    if (r == 0 && !is_trusted(fd, uid))
        r = -EPERM;
    if (r < 0)
        sys_close(fd);
    return r < 0 ? r : fd;
}

/* Waits until there is an answer. Signals, whose handlers run, do not end it. */
static bool await(int fd)
{
    struct pollfd wanted = {fd, POLLIN, 0};
    struct timespec now = {0, 0};
    sys_clock_gettime(CLOCK_MONOTONIC, &now);
    const time_t end = now.tv_sec + PATIENCE_S;
    for (;;) {
        struct {
            long seconds;
            long ns;
        } left = {(long)(end - now.tv_sec), 0};
        if (left.seconds <= 0)
            return false;
        long r = SYS5(SYS_ppoll, &wanted, 1, &left, NULL, 8);
        if (r != -EINTR)
            return r > 0;
        sys_clock_gettime(CLOCK_MONOTONIC, &now);
    }
}

/* Room for the control message of all that is given. */
union control {
    struct cmsghdr head;
    char room[CMSG_SPACE(LX_GIVER_COUNT * sizeof(int))];
};

static void receive(struct given *given, int socket)
{
    char word;
    union control control;
    struct iovec part = {&word, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.room,
                             .msg_controllen = sizeof(control.room)};
    if (SYS3(SYS_recvmsg, socket, &message, MSG_CMSG_CLOEXEC) <= 0)
        return;
    const struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (head == NULL || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
        return;
    size_t bytes = head->cmsg_len - CMSG_LEN(0);
    memcpy(given->fd, CMSG_DATA(head), bytes < sizeof(given->fd) ? bytes : sizeof(given->fd));
}

/* Asks once. False where it is no use to ask again. */
static bool ask(struct given *given)
{
    int socket = given->giver == NULL ? -1 : reach(given->giver, &given->uid);
    if (socket < 0)
        return false;
    struct iovec part = {(void *)(uintptr_t)lx_giver_secret(given->giver), LX_GIVER_SECRET};
    const struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    bool answered = true;
    if (SYS3(SYS_sendmsg, socket, &message, MSG_NOSIGNAL) == LX_GIVER_SECRET)
        answered = await(socket);
    if (answered)
        receive(given, socket);
    sys_close(socket);
    return answered && given->fd[LX_GIVER_STATS] < 0;
}

int given_take(struct given *given, enum lx_giver_what what)
{
    if (!given->asked) {
        unsigned again = ATTEMPTS;
        given->asked = true;
        for (unsigned i = 0; i < LX_GIVER_COUNT; i++)
            given->fd[i] = -1;
        while (ask(given) && again-- > 0)
            ;
    }
    return given->fd[what];
}

void given_end(struct given *given)
{
    for (unsigned i = 0; given->asked && i < LX_GIVER_COUNT; i++)
        if (given->fd[i] >= 0)
            sys_close(given->fd[i]);
    given->asked = false;
}

bool given_reaches(const char *giver)
{
    uid_t uid;
    int fd = giver == NULL ? -EPERM : reach(giver, &uid);
    if (fd >= 0)
        sys_close(fd);
    return fd >= 0;
}
