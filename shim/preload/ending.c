/* SPDX-License-Identifier: MIT */
#include "preload/ending.h"

/* Apart, for its buffer. */
static __attribute__((noinline)) long end_and_look(int fd, long (*end)(void *what), void *what)
{
    struct vfs_ending e;
    vfs_ending(lx_self(), fd, &e);
    long r = end(what);
    vfs_ended(&e);
    return r;
}

long ending(int fd, long (*end)(void *what), void *what)
{
    return vfs_may_be_ending(lx_self(), fd) ? end_and_look(fd, end, what) : end(what);
}
