/* SPDX-License-Identifier: MIT */
/*
 * Seccomp's strict mode as a filter. The kernel lets nobody into that mode who is under a filter,
 * as everybody is under a supervisor: EINVAL.
 */
#ifndef LXSHIM_SYS_STRICT_H
#define LXSHIM_SYS_STRICT_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "sys/sys.h"

#if defined(__x86_64__)
#define SYS_STRICT_ARCH AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define SYS_STRICT_ARCH AUDIT_ARCH_I386
#else
#define SYS_STRICT_ARCH AUDIT_ARCH_AARCH64
#endif

/* The low half of the sixth argument: all machines are little-endian. */
#define SYS_STRICT_SIXTH (offsetof(struct seccomp_data, args) + 5 * sizeof(uint64_t))

#define SYS_STRICT_LOAD(offset)       BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define SYS_STRICT_IF(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define SYS_STRICT_ANSWER(answer)     BPF_STMT(BPF_RET | BPF_K, (answer))

/*
 * Allows what the mode allows, read, write, exit and rt_sigreturn, and munmap with the cookie, by
 * which a supervisor takes away what the filter lay in. What else is called ends the thread, by
 * SIGSYS, where the mode does it by SIGKILL: no filter can say that.
 */
static const struct sock_filter sys_strict_filter[] = {
    SYS_STRICT_LOAD(offsetof(struct seccomp_data, arch)),
    SYS_STRICT_IF(SYS_STRICT_ARCH, 0, 9),
    SYS_STRICT_LOAD(offsetof(struct seccomp_data, nr)),
    SYS_STRICT_IF(SYS_read, 6, 0),
    SYS_STRICT_IF(SYS_write, 5, 0),
    SYS_STRICT_IF(SYS_exit, 4, 0),
    SYS_STRICT_IF(SYS_rt_sigreturn, 3, 0),
    SYS_STRICT_IF(SYS_munmap, 0, 3),
    SYS_STRICT_LOAD(SYS_STRICT_SIXTH),
    SYS_STRICT_IF((uint32_t)SYS_COOKIE, 0, 1),
    SYS_STRICT_ANSWER(SECCOMP_RET_ALLOW),
    SYS_STRICT_ANSWER(SECCOMP_RET_KILL_THREAD),
};
#define SYS_STRICT_LENGTH (sizeof(sys_strict_filter) / sizeof(sys_strict_filter[0]))

/* In /proc's status, of somebody under one filter; Linux 5.9. */
#define SYS_STRICT_ONE_FILTER "\nSeccomp_filters:\t1\n"

#endif
