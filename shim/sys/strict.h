/* SPDX-License-Identifier: MIT */
/*
 * Seccomp's strict mode as a filter. The kernel lets nobody into that mode who is under a filter,
 * as everybody is under a supervisor: EINVAL.
 *
 * The mode ends a thread by SIGKILL for every other call than its four. A filter can say SIGSYS
 * alone; or that the thread is to have a signal for which it may have a handler. So where the
 * thread is its process, as it will be for good, there is a handler that kills it by SIGKILL. Of
 * one thread among several nobody is told what ended it.
 */
#ifndef LXSHIM_SYS_STRICT_H
#define LXSHIM_SYS_STRICT_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>

#include "sys/sys.h"

#if defined(__x86_64__)
#define SYS_STRICT_ARCH AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define SYS_STRICT_ARCH AUDIT_ARCH_I386
#else
#define SYS_STRICT_ARCH AUDIT_ARCH_AARCH64
#endif

/* The low half of an argument: all machines are little-endian. */
#define SYS_STRICT_ARGUMENT(i) (offsetof(struct seccomp_data, args) + (i) * sizeof(uint64_t))

#define SYS_STRICT_LOAD(offset)       BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define SYS_STRICT_IF(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define SYS_STRICT_ANSWER(answer)     BPF_STMT(BPF_RET | BPF_K, (answer))
#define SYS_STRICT_LENGTH             14u

/*
 * Allows what the mode allows, read, write, exit and rt_sigreturn, and that the process, which has
 * this number, kills itself by SIGKILL. What else is called ends the thread: `alone`: by a SIGSYS
 * that can be handled.
 */
static inline void sys_strict_filter(struct sock_filter to[SYS_STRICT_LENGTH], int pid, bool alone)
{
    const struct sock_filter filter[SYS_STRICT_LENGTH] = {
        SYS_STRICT_LOAD(offsetof(struct seccomp_data, arch)),
        SYS_STRICT_IF(SYS_STRICT_ARCH, 0, 11),
        SYS_STRICT_LOAD(offsetof(struct seccomp_data, nr)),
        SYS_STRICT_IF(SYS_read, 8, 0),
        SYS_STRICT_IF(SYS_write, 7, 0),
        SYS_STRICT_IF(SYS_exit, 6, 0),
        SYS_STRICT_IF(SYS_rt_sigreturn, 5, 0),
        SYS_STRICT_IF(SYS_kill, 0, 5),
        SYS_STRICT_LOAD(SYS_STRICT_ARGUMENT(0)),
        SYS_STRICT_IF((uint32_t)pid, 0, 3),
        SYS_STRICT_LOAD(SYS_STRICT_ARGUMENT(1)),
        SYS_STRICT_IF(SIGKILL, 0, 1),
        SYS_STRICT_ANSWER(SECCOMP_RET_ALLOW),
        SYS_STRICT_ANSWER(alone ? SECCOMP_RET_TRAP : SECCOMP_RET_KILL_THREAD),
    };
    memcpy(to, filter, sizeof(filter));
}

/* The kernel's struct sigaction. */
struct sys_strict_action {
    uintptr_t handler;
    unsigned long flags;
    uintptr_t restorer;
    uint64_t mask;
};

/* A handler that does not return: the kernel of x86-64 wants an address to return to all the same.
 */
static inline struct sys_strict_action sys_strict_action(uintptr_t handler)
{
    const unsigned long restorer = 0x04000000;
    return (struct sys_strict_action){handler, restorer, handler, 0};
}
#define SYS_STRICT_MASK (UINT64_C(1) << (SIGSYS - 1))

/* In /proc's status, of somebody under one filter (Linux 5.9), and of one who is alone. */
#define SYS_STRICT_ONE_FILTER "\nSeccomp_filters:\t1\n"
#define SYS_STRICT_ALONE      "\nThreads:\t1\n"

/* What io_uring_register would be to do by a call that nobody makes: ENOSYS by our filter. */
#define SYS_STRICT_MARK 0x4c785368u

/*
 * True under a supervisor of ours. It knows calls of ours by the cookie: a call that nobody makes
 * is there for them, and for nobody else. (The kernel has no descriptor -1.)
 */
static inline bool sys_is_supervised(void)
{
    return sys_call6(SYS_io_uring_register, -1, SYS_STRICT_MARK, 0, 0, 0, 0) == -ENOSYS &&
           SYS2(SYS_io_uring_register, -1, SYS_STRICT_MARK) != -ENOSYS;
}

#endif
