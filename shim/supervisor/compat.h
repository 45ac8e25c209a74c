/* SPDX-License-Identifier: MIT */
/*
 * System calls of 32-bit x86, which 32-bit programs make, and "int $0x80" in any other. One that is
 * trapped becomes the call of 64-bit programs that means the same (compat.def); what it reads and
 * writes is converted on its way.
 */
#ifndef LXSHIM_SUPERVISOR_COMPAT_H
#define LXSHIM_SUPERVISOR_COMPAT_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "supervisor/calls.h"
#include "supervisor/tracee.h"
#include "vfs/syscalls.h"

/* A structure in the caller's memory that is another than that of 64-bit programs. */
struct compat_structure {
    size_t size; /* bytes: all there is to read, the most there is to write */

    /* Writes theirs. Returns its bytes, or -EOVERFLOW where a field cannot hold what ours has. */
    long (*narrow)(const void *ours, void *theirs);
    void (*widen)(const void *theirs, void *ours);
};
#define COMPAT_STRUCTURE_MAX 320 /* bytes; the largest is an entry of a directory with its name */

/* A call of 32-bit x86 as one of ours. */
struct compat {
    const struct supervise_call *call;
    const struct compat_structure *structure; /* of its argument of kind s or t, or NULL */
    vfs_syscall *answer;                      /* NULL: as that call is answered */
    uint64_t args[6]; /* as that call has them, with the caller's addresses */
};

/*
 * Fills `c` with what a call of `t` means. Returns 0; -ENOSYS for a call that is none of ours;
 * -LX_CONTINUE for one that the kernel refuses by itself; -EPERM where nobody may look at what it
 * asks for.
 */
int compat_take(struct compat *c, const struct tracee *t, const struct seccomp_data *data);

/*
 * The other way: writes the arguments that a call of ours, mmap (of nothing but memory), munmap,
 * close or openat2 has there to out, which is not args. Returns its number, or -ENOSYS.
 */
long compat_give(long nr, const long args[6], long out[6]);

#endif
