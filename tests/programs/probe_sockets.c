/* SPDX-License-Identifier: MIT */
/* Checks of names that take or give the path of a local socket. */
#include <sys/socket.h>
#include <sys/un.h>

#include "probe.h"

/* An address holds 107 bytes of path, so all of them are relative to the check's directory. */
static struct sockaddr_un address(const char *path)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
    return un;
}

#define GENERIC(un) ((struct sockaddr *)(void *)&(un))

/* A socket with a name; ends the check with the errno of a file system that has no sockets. */
static int named(int type, const char *path, int *fd)
{
    struct sockaddr_un un = address(path);
    NEED(chdir(base()));
    *fd = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
    NEED(*fd);
    TRY(bind(*fd, GENERIC(un), sizeof(un)));
    return OK;
}

static int is_address(const struct sockaddr_un *un, socklen_t size, const char *path)
{
    size_t length = offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1;
    if (un->sun_family != AF_UNIX || size != length)
        return wrong("an address of %u bytes: %.*s", size, (int)sizeof(un->sun_path), un->sun_path);
    return same_text(un->sun_path, path);
}

/* By a name: no socket is there but a file, which is another answer than nothing being there. */

typedef int address_fn(int, const struct sockaddr *, socklen_t);

static int refused(long r)
{
    if (r >= 0)
        return wrong("a file takes connections");
    return errno == ECONNREFUSED ? OK : errno;
}

static int connect_to_file(void)
{
    struct sockaddr_un un = address("f:ile");
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    NEED(fd);
    NEED(chdir(base()));
    return refused(SYMBOL(address_fn)(fd, GENERIC(un), sizeof(un)));
}

static int send_to_file(void)
{
    struct sockaddr_un un = address("f:ile");
    typedef ssize_t fn(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    NEED(fd);
    NEED(chdir(base()));
    return refused(SYMBOL(fn)(fd, "x", 1, 0, GENERIC(un), sizeof(un)));
}

static int send_message_to_file(void)
{
    struct sockaddr_un un = address("f:ile");
    char byte = 'x';
    struct iovec one = {&byte, 1};
    struct msghdr message = {
        .msg_name = &un, .msg_namelen = sizeof(un), .msg_iov = &one, .msg_iovlen = 1};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    NEED(fd);
    NEED(chdir(base()));
    return refused(SYMBOL(ssize_t(int, const struct msghdr *, int))(fd, &message, 0));
}

/* With sockets, where the file system has them */

static int bind_path(void)
{
    struct stat st;
    struct sockaddr_un un = address("s:ocket");
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    NEED(fd);
    NEED(chdir(base()));
    TRY(SYMBOL(address_fn)(fd, GENERIC(un), sizeof(un)));
    TRY(lstat(in("s:ocket"), &st));
    return S_ISSOCK(st.st_mode) ? OK : wrong("mode %o", st.st_mode);
}

typedef int name_fn(int, struct sockaddr *, socklen_t *);

static int own_name(void)
{
    int fd;
    struct sockaddr_un un;
    socklen_t size = sizeof(un);
    SEE(named(SOCK_STREAM, "s:ocket", &fd));
    TRY(SYMBOL(name_fn)(fd, GENERIC(un), &size));
    return is_address(&un, size, "s:ocket");
}

/* A server "s:ocket" and a client "c:lient" that is connected to it. */
static int pair(int *server, int *client)
{
    struct sockaddr_un un = address("s:ocket");
    SEE(named(SOCK_STREAM, "s:ocket", server));
    NEED(listen(*server, 1));
    SEE(named(SOCK_STREAM, "c:lient", client));
    TRY(connect(*client, GENERIC(un), sizeof(un)));
    return OK;
}

static int peer_name(void)
{
    int server;
    int client;
    struct sockaddr_un un;
    socklen_t size = sizeof(un);
    SEE(pair(&server, &client));
    TRY(SYMBOL(name_fn)(client, GENERIC(un), &size));
    return is_address(&un, size, "s:ocket");
}

static int accept_name(void)
{
    int server;
    int client;
    struct sockaddr_un un;
    socklen_t size = sizeof(un);
    SEE(pair(&server, &client));
    TRY(SYMBOL(name_fn)(server, GENERIC(un), &size));
    return is_address(&un, size, "c:lient");
}

static int accept_name_flags(void)
{
    int server;
    int client;
    struct sockaddr_un un;
    socklen_t size = sizeof(un);
    SEE(pair(&server, &client));
    TRY(SYMBOL(int(int, struct sockaddr *, socklen_t *, int))(server, GENERIC(un), &size,
                                                              SOCK_CLOEXEC));
    return is_address(&un, size, "c:lient");
}

/* One datagram from "c:lient" waits at the socket. */
static int waiting(int *server)
{
    int client;
    struct sockaddr_un un = address("s:ocket");
    SEE(named(SOCK_DGRAM, "s:ocket", server));
    SEE(named(SOCK_DGRAM, "c:lient", &client));
    TRY(sendto(client, "x", 1, 0, GENERIC(un), sizeof(un)));
    return OK;
}

static int receive_from(void)
{
    int server;
    char byte;
    struct sockaddr_un un;
    socklen_t size = sizeof(un);
    typedef ssize_t fn(int, void *, size_t, int, struct sockaddr *, socklen_t *);
    SEE(waiting(&server));
    TRY(SYMBOL(fn)(server, &byte, 1, 0, GENERIC(un), &size));
    return is_address(&un, size, "c:lient");
}

static int receive_from_chk(void)
{
    int server;
    char byte;
    struct sockaddr_un un;
    socklen_t size = sizeof(un);
    typedef ssize_t fn(int, void *, size_t, size_t, int, struct sockaddr *, socklen_t *);
    SEE(waiting(&server));
    TRY(SYMBOL(fn)(server, &byte, 1, 1, 0, GENERIC(un), &size));
    return is_address(&un, size, "c:lient");
}

static int receive_message(void)
{
    int server;
    char byte;
    struct sockaddr_un un;
    struct iovec one = {&byte, 1};
    struct msghdr message = {
        .msg_name = &un, .msg_namelen = sizeof(un), .msg_iov = &one, .msg_iovlen = 1};
    SEE(waiting(&server));
    TRY(SYMBOL(ssize_t(int, struct msghdr *, int))(server, &message, 0));
    return is_address(&un, message.msg_namelen, "c:lient");
}

/* An absolute name comes back as it was given, wherever the socket really is. */
static int own_name_absolute(void)
{
    struct sockaddr_un un = address(in("s:ock"));
    struct sockaddr_un seen;
    socklen_t size = sizeof(seen);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    NEED(fd);
    if (strcmp(un.sun_path, in("s:ock")) != 0)
        return absent("DIR is too long for an address");
    TRY(bind(fd, GENERIC(un), sizeof(un)));
    NEED(getsockname(fd, GENERIC(seen), &size));
    return is_address(&seen, size, in("s:ock"));
}

const struct check probe_sockets[] = {
    {"bind", bind_path},
    {"connect", connect_to_file},
    {"__connect", connect_to_file},
    {"sendto", send_to_file},
    {"sendmsg", send_message_to_file},
#ifdef __i386__
    {"__sendmsg64", send_message_to_file},
    {"__recvmsg64", receive_message},
#endif
    {"getsockname", own_name},
    {"getpeername", peer_name},
    {"accept", accept_name},
    {"accept4", accept_name_flags},
    {"recvfrom", receive_from},
    {"__recvfrom_chk", receive_from_chk},
    {"recvmsg", receive_message},
    {"socket:absolute-name", own_name_absolute},
    {"syscall:bind", bind_path},
    {"syscall:connect", connect_to_file},
    {NULL, NULL},
};
