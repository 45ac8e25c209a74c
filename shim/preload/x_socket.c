/* SPDX-License-Identifier: MIT */
/* Sockets: only AF_UNIX addresses that are paths concern us, all else is the next definition's. */
#include <sys/socket.h>
#include <sys/un.h>

#include "preload/next.h"
#include "preload/shim.h"
#include "sys/address.h"
#include "sys/sys.h"
#include "vfs/placement.h"
#include "vfs/sockets.h"

void __chk_fail(void) __attribute__((weak, noreturn));

LX_EXPORT int bind(int fd, const struct sockaddr *address, socklen_t size)
{
    return (int)lx_ret(lx_bind(lx_self(), fd, address, size));
}

LX_EXPORT int connect(int fd, const struct sockaddr *address, socklen_t size)
{
    /* A network connection may block and be cancelled; the next definition knows how. */
    if (!vfs_socket_has_path(address, size))
        return NEXT(connect)(fd, address, size);
    return (int)lx_ret(lx_connect(lx_self(), fd, address, size));
}
LX_ALIAS(__connect, connect);

/* What sending needs of an address; released by the caller. */
struct native {
    struct sockaddr_un un;
    const struct sockaddr *address;
    socklen_t size;
    int dir;
};

static void release(struct native *n)
{
    if (n->dir >= 0)
        sys_close(n->dir);
    n->dir = -1;
}

static int prepare(struct native *n, int fd, const struct sockaddr *address, socklen_t size)
{
    int error = 0;
    n->size = size;
    n->address = vfs_socket_native(lx_self(), address, &n->size, &n->un, &n->dir, &error);
    if (n->address == address || vfs_socket_is_unix(lx_self(), fd))
        return error;
    release(n);
    n->address = address;
    n->size = size;
    return 0;
}

LX_EXPORT ssize_t sendto(int fd, const void *buf, size_t length, int flags,
                         const struct sockaddr *address, socklen_t size)
{
    struct native n;
    if (!vfs_socket_has_path(address, size))
        return NEXT(sendto)(fd, buf, length, flags, address, size);
    int error = prepare(&n, fd, address, size);
    if (error < 0)
        return lx_ret(error);
    ssize_t r = NEXT(sendto)(fd, buf, length, flags, n.address, n.size);
    release(&n);
    return r;
}

typedef ssize_t sendmsg_fn(int fd, const struct msghdr *message, int flags);

static ssize_t send_message(int fd, const struct msghdr *message, int flags, sendmsg_fn *next)
{
    struct native n;
    if (!sys_readable(message, sizeof(*message), placement_tick()) ||
        !vfs_socket_has_path(message->msg_name, message->msg_namelen))
        return next(fd, message, flags);
    int error = prepare(&n, fd, message->msg_name, message->msg_namelen);
    if (error < 0)
        return lx_ret(error);
    struct msghdr copy = *message;
    copy.msg_name = (void *)(uintptr_t)n.address;
    copy.msg_namelen = n.size;
    ssize_t r = next(fd, &copy, flags);
    release(&n);
    return r;
}

LX_EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    return send_message(fd, message, flags, NEXT_WIDE(sendmsg, __sendmsg64));
}

/* Addresses that come back. `room` is what the caller had for them. */

static socklen_t room_in(const socklen_t *size)
{
    return sys_readable(size, sizeof(*size), placement_tick()) ? *size : 0;
}

static ssize_t shown(ssize_t r, struct sockaddr *address, socklen_t room, socklen_t *size)
{
    if (r >= 0 && room > 0)
        vfs_socket_to_program(lx_self(), address, room, size);
    return r;
}

LX_EXPORT int getsockname(int fd, struct sockaddr *restrict address, socklen_t *restrict size)
{
    socklen_t room = room_in(size);
    return (int)shown(NEXT(getsockname)(fd, address, size), address, room, size);
}

LX_EXPORT int getpeername(int fd, struct sockaddr *restrict address, socklen_t *restrict size)
{
    socklen_t room = room_in(size);
    return (int)shown(NEXT(getpeername)(fd, address, size), address, room, size);
}

LX_EXPORT int accept(int fd, struct sockaddr *restrict address, socklen_t *restrict size)
{
    socklen_t room = room_in(size);
    return (int)shown(NEXT(accept)(fd, address, size), address, room, size);
}

LX_EXPORT int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict size,
                      int flags)
{
    socklen_t room = room_in(size);
    return (int)shown(NEXT(accept4)(fd, address, size, flags), address, room, size);
}

LX_EXPORT ssize_t recvfrom(int fd, void *restrict buf, size_t length, int flags,
                           struct sockaddr *restrict address, socklen_t *restrict size)
{
    socklen_t room = room_in(size);
    return shown(NEXT(recvfrom)(fd, buf, length, flags, address, size), address, room, size);
}

LX_EXPORT ssize_t __recvfrom_chk(int fd, void *buf, size_t length, size_t room, int flags,
                                 struct sockaddr *address, socklen_t *size);
LX_EXPORT ssize_t __recvfrom_chk(int fd, void *buf, size_t length, size_t room, int flags,
                                 struct sockaddr *address, socklen_t *size)
{
    if (length > room && __chk_fail != NULL)
        __chk_fail();
    return recvfrom(fd, buf, length, flags, address, size);
}

typedef ssize_t recvmsg_fn(int fd, struct msghdr *message, int flags);

static ssize_t receive_message(int fd, struct msghdr *message, int flags, recvmsg_fn *next)
{
    socklen_t room =
        sys_readable(message, sizeof(*message), placement_tick()) ? message->msg_namelen : 0;
    ssize_t r = next(fd, message, flags);
    return room == 0 ? r : shown(r, message->msg_name, room, &message->msg_namelen);
}

LX_EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    return receive_message(fd, message, flags, NEXT_WIDE(recvmsg, __recvmsg64));
}

#if defined(__i386__)
/* Those whose control messages have times of 32 bits. */
LX_NARROW(ssize_t, sendmsg, int fd, const struct msghdr *message, int flags)
{
    return send_message(fd, message, flags, NEXT_NAMED("sendmsg", sendmsg_fn));
}

LX_NARROW(ssize_t, recvmsg, int fd, struct msghdr *message, int flags)
{
    return receive_message(fd, message, flags, NEXT_NAMED("recvmsg", recvmsg_fn));
}
#endif
