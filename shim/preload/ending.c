/* SPDX-License-Identifier: MIT */
#include "preload/ending.h"

__attribute__((noinline)) long ending(int fd, long (*end)(void *what), void *what)
{
    struct vfs_ending e;
    vfs_ending(lx_self(), fd, &e);
    long r = end(what);
    vfs_ended(&e);
    return r;
}
