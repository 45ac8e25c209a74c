/* SPDX-License-Identifier: MIT */
/*
 * Rings of io_uring, by which a program makes calls where neither a library nor a seccomp filter
 * sees them. The kernel itself can hold a ring to some operations (IORING_REGISTER_RESTRICTIONS,
 * Linux 5.10): to those that take no path, and are about nothing that a drive has rules for. Of
 * every other one it says EACCES.
 */
#ifndef LXSHIM_SYS_RING_H
#define LXSHIM_SYS_RING_H

#include <stdint.h>

/* The kernel's struct io_uring_params, of which only the flags are looked at. */
struct sys_ring_parameters {
    uint32_t entries[2];
    uint32_t flags;
    uint32_t more[27];
};

/* Its struct io_uring_restriction. */
struct sys_ring_restriction {
    uint16_t kind;
    uint8_t what;
    uint8_t reserved[13];
};
#define SYS_RING_RESTRICTIONS 128u

/*
 * Whether a ring can be asked for with these flags. -ENOSYS: of one that the kernel polls
 * (IORING_SETUP_SQPOLL). Who asks for that, as libuv does for file operations, has them made by it,
 * and falls back to calls of its own. -EINVAL, as of an older kernel: of flags by which the program
 * would enable the ring itself, or have it without a descriptor.
 */
int sys_ring_allows(uint32_t flags);

/*
 * What a ring is held to by this kernel. Returns how many; or -errno, -ENOSYS of a kernel that
 * cannot hold a ring to anything.
 */
int sys_ring_restrictions(struct sys_ring_restriction to[SYS_RING_RESTRICTIONS]);

/* Makes a call, for the one who will have the ring. Returns its result or -errno. */
typedef long sys_ring_call(void *by, long nr, const long args[6]);

/*
 * Makes a ring and holds it to `count` restrictions, by calls of `call`, for which the two
 * structures are at these addresses. Whoever makes them is the ring's one submitter, where it may
 * have only one. The kernel writes the parameters, with SYS_RING_DISABLED among their flags:
 * before, the caller sets it, and takes it out afterwards. Returns the descriptor or -errno.
 */
#define SYS_RING_DISABLED 64u
long sys_ring_make(sys_ring_call *call, void *by, long entries, long parameters, long restrictions,
                   int count);

#endif
