/* SPDX-License-Identifier: MIT */
/* epoll_ctl, to which the kernel answers EPERM for what is a plain file to it: a mount table. */
#include <sys/epoll.h>

#include "preload/epolled.h"
#include "preload/shim.h"
#include "sys/sys.h"
#include "vfs/opened.h"

LX_EXPORT int epoll_ctl(int ep, int op, int fd, struct epoll_event *event)
{
    long r = SYS4(SYS_epoll_ctl, ep, op, fd, event);
    if (r == -EPERM && opened_is_any() && opened_has(fd))
        r = epolled_control(ep, op, fd, event);
    return (int)lx_ret(r);
}
