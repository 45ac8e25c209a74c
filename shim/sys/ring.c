/* SPDX-License-Identifier: MIT */
#include "sys/ring.h"

#include <stdbool.h>
#include <string.h>

#include "sys/sys.h"

_Static_assert(sizeof(struct sys_ring_parameters) == 120, "as the kernel's");
_Static_assert(sizeof(struct sys_ring_restriction) == 16, "as the kernel's");

/* As <linux/io_uring.h> has them, which is not on every system, or an older one. */
#define SETUP_SQPOLL             2u
#define SETUP_REGISTERED_FD_ONLY 32768u
#define ENABLE_RINGS             12
#define REGISTER_PROBE           8
#define REGISTER_RESTRICTIONS    11
#define OF_REGISTER              0
#define OF_OPERATION             1
#define OF_FLAGS                 2
#define FIRST_KERNEL             34 /* the last operation of Linux 5.10 */

/* Operations, from one to another, that no rule could be about: reading and writing, waiting,
 * sockets. Missing are those with a path, connect and bind, whose address may be one, fallocate,
 * ftruncate and extended attributes. What a later kernel adds is none of these until it is here. */
static const struct {
    uint8_t from, to;
} allowed[] = {
    {0, 15},  /* nop to link_timeout */
    {19, 20}, /* close, files_update */
    {22, 27}, /* read to recv */
    {29, 34}, /* epoll_ctl to shutdown */
    {40, 40}, /* msg_ring */
    {45, 54}, /* socket to fixed_fd_install */
    {57, 62}, /* listen to pipe */
};

/* What may be registered, by the last operation that a kernel has: it refuses what it does not
 * know. */
static const struct {
    uint8_t operation, registered;
} ages[] = {{62, 34}, {57, 28}, {55, 27}, {47, 25}, {46, 23}, {40, 21}, {39, 19}, {34, 12}};

int sys_ring_allows(uint32_t flags)
{
    if ((flags & SETUP_SQPOLL) != 0)
        return -ENOSYS;
    return (flags & (SYS_RING_DISABLED | SETUP_REGISTERED_FD_ONLY)) != 0 ? -EINVAL : 0;
}

/* The last operation that the kernel has, or -errno. It tells by a ring. */
static int last_operation(void)
{
    struct sys_ring_parameters p;
    struct {
        uint8_t last;
        uint8_t more[15];
    } probe;
    memset(&p, 0, sizeof(p));
    memset(&probe, 0, sizeof(probe));
    int fd = (int)SYS2(SYS_io_uring_setup, 1, &p);
    if (fd < 0)
        return fd;
    long r = SYS4(SYS_io_uring_register, fd, REGISTER_PROBE, &probe, 0);
    sys_close(fd);
    return r < 0 || probe.last < FIRST_KERNEL ? -ENOSYS : probe.last;
}

int sys_ring_restrictions(struct sys_ring_restriction to[SYS_RING_RESTRICTIONS])
{
    int last = last_operation();
    int n = 0;
    if (last < 0)
        return last;
    memset(to, 0, SYS_RING_RESTRICTIONS * sizeof(to[0]));
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
        for (int what = allowed[i].from; what <= allowed[i].to && what <= last; what++)
            to[n++] = (struct sys_ring_restriction){.kind = OF_OPERATION, .what = (uint8_t)what};
    to[n++] = (struct sys_ring_restriction){.kind = OF_FLAGS, .what = 0xff};
    size_t age = 0;
    while (ages[age].operation > last)
        age++;
    /* But for the question which operations there are. The kernel would tell of all; who is refused
     * an answer takes it for an old one, and opens files by calls. */
    for (int what = 0; what <= ages[age].registered; what++)
        if (what != REGISTER_PROBE)
            to[n++] = (struct sys_ring_restriction){.kind = OF_REGISTER, .what = (uint8_t)what};
    return n;
}

long sys_ring_make(sys_ring_call *call, void *by, long entries, long parameters, long restrictions,
                   int count)
{
    long fd =
        call(by, SYS_io_uring_setup, (const long[6]){entries, parameters, 0, 0, 0, SYS_COOKIE});
    if (fd < 0)
        return fd;
    const long hold[6] = {fd, REGISTER_RESTRICTIONS, restrictions, count, 0, SYS_COOKIE};
    const long enable[6] = {fd, ENABLE_RINGS, 0, 0, 0, SYS_COOKIE};
    if (call(by, SYS_io_uring_register, hold) == 0 && call(by, SYS_io_uring_register, enable) == 0)
        return fd;
    (void)call(by, SYS_close, (const long[6]){fd, 0, 0, 0, 0, SYS_COOKIE});
    return -ENOSYS;
}
