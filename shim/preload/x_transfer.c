/* SPDX-License-Identifier: MIT */
/*
 * Names that read and write (read itself is in x_inotify.c). Where no override and no rule is about
 * them it is a test, and libc's own function does the work. What a stream of libc's moves has no
 * name here.
 */
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include "preload/next.h"
#include "preload/shim.h"
#include "sys/sys.h"
#include "vfs/handles.h"
#include "vfs/shown.h"
#include "vfs/transfers.h"

/* glibc's own other names, which need no looking up in a signal handler; absent elsewhere. */
ssize_t __write(int fd, const void *buf, size_t n) __attribute__((weak));
ssize_t __pread64(int fd, void *buf, size_t n, off64_t offset) __attribute__((weak));
ssize_t __pwrite64(int fd, const void *buf, size_t n, off64_t offset) __attribute__((weak));
void __chk_fail(void) __attribute__((weak, noreturn));

LX_EXPORT ssize_t write(int fd, const void *buf, size_t n)
{
    if (lx_transfers(lx_self(), LX_OP_WRITE, fd))
        return lx_ret(lx_move_bytes(lx_self(), LX_OP_WRITE, fd, buf, n, -1));
    return __write != NULL ? __write(fd, buf, n) : lx_ret(sys_write(fd, buf, n));
}

static ssize_t read_at(int fd, void *buf, size_t n, off64_t offset)
{
    if (offset >= 0 && lx_transfers(lx_self(), LX_OP_READ, fd))
        return lx_ret(lx_move_bytes(lx_self(), LX_OP_READ, fd, buf, n, offset));
    return __pread64 != NULL ? __pread64(fd, buf, n, offset)
                             : lx_ret(sys_pread(fd, buf, n, offset));
}

static ssize_t write_at(int fd, const void *buf, size_t n, off64_t offset)
{
    if (offset >= 0 && lx_transfers(lx_self(), LX_OP_WRITE, fd))
        return lx_ret(lx_move_bytes(lx_self(), LX_OP_WRITE, fd, buf, n, offset));
    return __pwrite64 != NULL ? __pwrite64(fd, buf, n, offset)
                              : lx_ret(sys_pwrite(fd, buf, n, offset));
}

LX_EXPORT ssize_t pread(int fd, void *buf, size_t n, off_t offset)
{
    return read_at(fd, buf, n, offset);
}
LX_WIDE(pread64, pread);

LX_EXPORT ssize_t pwrite(int fd, const void *buf, size_t n, off_t offset)
{
    return write_at(fd, buf, n, offset);
}
LX_WIDE(pwrite64, pwrite);

LX_EXPORT ssize_t __pread64_chk(int fd, void *buf, size_t n, off64_t offset, size_t room);
LX_EXPORT ssize_t __pread64_chk(int fd, void *buf, size_t n, off64_t offset, size_t room)
{
    if (n > room && __chk_fail != NULL)
        __chk_fail();
    return read_at(fd, buf, n, offset);
}

/* True where a vector of calls has to be made by us: flags are the kernel's alone. */
static bool is_ours(enum lx_op op, int fd, int n, off64_t offset, int flags)
{
    return n >= 0 && offset >= -1 && flags == 0 && lx_transfers(lx_self(), op, fd);
}

static ssize_t move(enum lx_op op, int fd, const struct iovec *parts, int n, off64_t offset)
{
    return lx_ret(lx_move_vector(lx_self(), op, fd, parts, (size_t)n, offset));
}

LX_EXPORT ssize_t readv(int fd, const struct iovec *parts, int n)
{
    return is_ours(LX_OP_READ, fd, n, -1, 0) ? move(LX_OP_READ, fd, parts, n, -1)
                                             : NEXT(readv)(fd, parts, n);
}

LX_EXPORT ssize_t writev(int fd, const struct iovec *parts, int n)
{
    return is_ours(LX_OP_WRITE, fd, n, -1, 0) ? move(LX_OP_WRITE, fd, parts, n, -1)
                                              : NEXT(writev)(fd, parts, n);
}

LX_EXPORT ssize_t preadv(int fd, const struct iovec *parts, int n, off_t offset)
{
    return offset >= 0 && is_ours(LX_OP_READ, fd, n, offset, 0)
               ? move(LX_OP_READ, fd, parts, n, offset)
               : NEXT_WIDE(preadv, preadv64)(fd, parts, n, offset);
}
LX_WIDE(preadv64, preadv);

LX_EXPORT ssize_t pwritev(int fd, const struct iovec *parts, int n, off_t offset)
{
    return offset >= 0 && is_ours(LX_OP_WRITE, fd, n, offset, 0)
               ? move(LX_OP_WRITE, fd, parts, n, offset)
               : NEXT_WIDE(pwritev, pwritev64)(fd, parts, n, offset);
}
LX_WIDE(pwritev64, pwritev);

LX_EXPORT ssize_t preadv2(int fd, const struct iovec *parts, int n, off_t offset, int flags)
{
    return is_ours(LX_OP_READ, fd, n, offset, flags)
               ? move(LX_OP_READ, fd, parts, n, offset)
               : NEXT_WIDE(preadv2, preadv64v2)(fd, parts, n, offset, flags);
}
LX_WIDE(preadv64v2, preadv2);

LX_EXPORT ssize_t pwritev2(int fd, const struct iovec *parts, int n, off_t offset, int flags)
{
    return is_ours(LX_OP_WRITE, fd, n, offset, flags)
               ? move(LX_OP_WRITE, fd, parts, n, offset)
               : NEXT_WIDE(pwritev2, pwritev64v2)(fd, parts, n, offset, flags);
}
LX_WIDE(pwritev64v2, pwritev2);

static long judge_sendfile(int to, int from, size_t n)
{
    return lx_judge_copy(lx_self(),
                         &(struct lx_copy){.from = from, .to = to, .size = n, .refusal = EINVAL});
}

LX_EXPORT ssize_t sendfile(int to, int from, off_t *offset, size_t n)
{
    long r = judge_sendfile(to, from, n);
    return r < 0 ? lx_ret(r) : NEXT_WIDE(sendfile, sendfile64)(to, from, offset, n);
}
LX_WIDE(sendfile64, sendfile);

LX_EXPORT ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *there, size_t n,
                                  unsigned flags)
{
    long r =
        shown_lacks(lx_self(), SYS_copy_file_range) ? -ENOSYS : lx_judge_range(lx_self(), from, to);
    if (r == 0)
        r = lx_judge_copy(
            lx_self(),
            &(struct lx_copy){
                .from = from, .to = to, .placed = there != NULL, .size = n, .refusal = EXDEV});
    return r < 0 ? lx_ret(r) : NEXT(copy_file_range)(from, at, to, there, n, flags);
}

#if defined(__i386__)
/* Offsets of 32 bits. */
LX_NARROW(ssize_t, pread, int fd, void *buf, size_t n, int32_t offset)
{
    return read_at(fd, buf, n, offset);
}

LX_NARROW(ssize_t, pwrite, int fd, const void *buf, size_t n, int32_t offset)
{
    return write_at(fd, buf, n, offset);
}

LX_NARROW(ssize_t, __pread_chk, int fd, void *buf, size_t n, int32_t offset, size_t room)
{
    return __pread64_chk(fd, buf, n, offset, room);
}

LX_NARROW(ssize_t, preadv, int fd, const struct iovec *parts, int n, int32_t offset)
{
    return preadv(fd, parts, n, offset);
}

LX_NARROW(ssize_t, pwritev, int fd, const struct iovec *parts, int n, int32_t offset)
{
    return pwritev(fd, parts, n, offset);
}

LX_NARROW(ssize_t, preadv2, int fd, const struct iovec *parts, int n, int32_t offset, int flags)
{
    return preadv2(fd, parts, n, offset, flags);
}

LX_NARROW(ssize_t, pwritev2, int fd, const struct iovec *parts, int n, int32_t offset, int flags)
{
    return pwritev2(fd, parts, n, offset, flags);
}

LX_NARROW(ssize_t, sendfile, int to, int from, int32_t *offset, size_t n)
{
    long r = judge_sendfile(to, from, n);
    return lx_ret(r < 0 ? r : SYS4(SYS_sendfile, to, from, offset, n));
}
#else
LX_ALIAS(__pread_chk, __pread64_chk);
#endif
