/* SPDX-License-Identifier: MIT */
#include "vfs/sockets.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "fs/native.h"
#include "sys/address.h"
#include "sys/sys.h"
#include "vfs/mounts.h"
#include "vfs/names.h"
#include "vfs/ops.h"
#include "vfs/placement.h"
#include "vfs/walk.h"

#define PATH_OFFSET offsetof(struct sockaddr_un, sun_path)

bool vfs_socket_has_path(const struct sockaddr *address, socklen_t size)
{
    const struct sockaddr_un *un = (const struct sockaddr_un *)(const void *)address;
    return size > PATH_OFFSET && size <= sizeof(*un) &&
           sys_readable(address, size, placement_tick()) && address->sa_family == AF_UNIX &&
           un->sun_path[0] != '\0';
}

/* The path with its NUL, which an address need not have. */
static void path_of(const struct sockaddr *address, socklen_t size,
                    char out[sizeof(((struct sockaddr_un *)0)->sun_path) + 1])
{
    const struct sockaddr_un *un = (const struct sockaddr_un *)(const void *)address;
    size_t n = strnlen(un->sun_path, size - PATH_OFFSET);
    memcpy(out, un->sun_path, n);
    out[n] = '\0';
}

bool vfs_socket_is_unix(const struct lx_task *t, int fd)
{
    int domain = AF_UNSPEC;
    socklen_t size = sizeof(domain);
    return t->seccomp_confined ||
           (SYS5(SYS_getsockopt, fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
            domain == AF_UNIX);
}

static long bind_or_connect(const struct lx_task *t, enum lx_op op, int fd,
                            const struct sockaddr *address, socklen_t size)
{
    char path[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];
    if (!vfs_socket_has_path(address, size) || !vfs_socket_is_unix(t, fd))
        return t->on_behalf ? -LX_CONTINUE
                            : SYS3(op == LX_OP_BIND ? SYS_bind : SYS_connect, fd, address, size);
    path_of(address, size, path);
    return lx_unix_socket(t, op, fd, path, address, size);
}

long lx_bind(const struct lx_task *t, int fd, const struct sockaddr *address, socklen_t size)
{
    return bind_or_connect(t, LX_OP_BIND, fd, address, size);
}

long lx_connect(const struct lx_task *t, int fd, const struct sockaddr *address, socklen_t size)
{
    return bind_or_connect(t, LX_OP_CONNECT, fd, address, size);
}

const struct sockaddr *vfs_socket_native(const struct lx_task *t, const struct sockaddr *address,
                                         socklen_t *size, struct sockaddr_un *out, int *dir,
                                         int *error)
{
    char path[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];
    char native[PATH_MAX];
    *dir = -1;
    *error = 0;
    if (!vfs_socket_has_path(address, *size))
        return address;
    path_of(address, *size, path);
    long n = lx_native_path(t, AT_FDCWD, path, native, sizeof(native), 0);
    if (n < 0) {
        *error = (int)n;
        return NULL;
    }
    if (strcmp(native, path) == 0)
        return address;
    out->sun_family = AF_UNIX;
    if ((size_t)n < sizeof(out->sun_path)) {
        memcpy(out->sun_path, native, (size_t)n + 1);
    } else {
        *dir = native_short_path(native, out->sun_path, sizeof(out->sun_path));
        if (*dir < 0) {
            *error = *dir;
            return NULL;
        }
    }
    *size = (socklen_t)(PATH_OFFSET + strlen(out->sun_path) + 1);
    return (const struct sockaddr *)out;
}

void vfs_socket_to_program(const struct lx_task *t, struct sockaddr *address, socklen_t room,
                           socklen_t *size)
{
    char path[PATH_MAX];
    struct sockaddr_un *un = (struct sockaddr_un *)(void *)address;
    if (address == NULL || size == NULL || *size > room || !vfs_socket_has_path(address, *size))
        return;
    size_t n = strnlen(un->sun_path, *size - PATH_OFFSET);
    memcpy(path, un->sun_path, n);
    path[n] = '\0';
    if (path[0] != '/' && !vfs_name_suspect(path))
        return; /* a relative name without anything stored otherwise is what the program gave */
    long to = path[0] == '/' ? mounts_to_program(t->policy, path, n, sizeof(path))
                             : (long)vfs_bare_name(t, path, n);
    if (to < 0 || (size_t)to + PATH_OFFSET + 1 > room)
        return;
    memcpy(un->sun_path, path, (size_t)to + 1);
    *size = (socklen_t)(PATH_OFFSET + (size_t)to + 1);
}
