/* SPDX-License-Identifier: MIT */
#include "supervisor/inject.h"

#include <elf.h>
#include <errno.h>
#include <linux/ptrace.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* By the instruction: the headers of libc and of the kernel that declare ptrace exclude each other.
 */
static long trace(long request, pid_t tid, uintptr_t address, uintptr_t data)
{
    return syscall(SYS_ptrace, request, tid, address, data) < 0 ? -errno : 0;
}

/*
 * A worker that dies takes the program with it once that may have other registers than its own:
 * half a call is none. Before, the program goes on, and its call has failed (see master.c).
 */
#define OPTIONS    (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC)
#define IN_EARNEST (OPTIONS | PTRACE_O_EXITKILL)

#define SYSCALL_STOP (SIGTRAP | 0x80)

/* Waits until it stops. Returns the wait status, or -1 where it never will again. */
static int next_stop(struct injection *i)
{
    int status;
    pid_t pid;
    /* It has another id after an exec by a thread that was not the first; and we no other child. */
    while ((pid = waitpid(-1, &status, __WALL)) < 0 && errno == EINTR)
        ;
    if (pid < 0 || !WIFSTOPPED(status)) {
        i->gone = true;
        return -1;
    }
    i->tid = pid;
    return status;
}

/* A request to a stopped program. It may be killed at any time: then its end is waited for. */
static bool ask(struct injection *i, long request, uintptr_t address, const void *data)
{
    if (i->gone)
        return false;
    if (trace(request, i->tid, address, (uintptr_t)data) == 0)
        return true;
    while (next_stop(i) >= 0)
        (void)trace(PTRACE_CONT, i->tid, 0, 0);
    return false;
}

/* By REGISTERS_GET or REGISTERS_PUT. */
static bool move_registers(struct injection *i, long request, registers *r)
{
    const struct iovec all = {r, sizeof(*r)};
    return ask(i, request, NT_PRSTATUS, REGISTERS_SET ? (const void *)&all : r);
}

int inject_start(struct injection *i, const struct tracee *t)
{
    const struct seccomp_notif_resp over = {.id = t->id, .error = -EIO};
    const uint64_t all = ~UINT64_C(0);
    *i = (struct injection){.tid = t->tid, .i386 = t->i386};
    long r = trace(PTRACE_SEIZE, t->tid, 0, OPTIONS);
    if (r < 0)
        return (int)r;
    /* Before it may go on: it comes as far as to the end of its call, and no further. */
    (void)trace(PTRACE_INTERRUPT, t->tid, 0, 0);
    bool ours = tracee_waits(t);
    if (ours)
        (void)ioctl(t->listener, SECCOMP_IOCTL_NOTIF_SEND, &over);
    if (next_stop(i) < 0)
        return ours ? 0 : -ESRCH;
    if (!ours) {
        (void)trace(PTRACE_DETACH, i->tid, 0, 0);
        return -ESRCH;
    }
    (void)trace(PTRACE_SETOPTIONS, i->tid, 0, IN_EARNEST);
    (void)(move_registers(i, REGISTERS_GET, &i->saved) &&
           ask(i, PTRACE_GETSIGMASK, sizeof(i->mask), &i->mask) &&
           ask(i, PTRACE_SETSIGMASK, sizeof(all), &all));
    return 0;
}

/* Lets it run until it enters or leaves a system call, or has become another program. */
static bool run_on(struct injection *i)
{
    while (ask(i, PTRACE_SYSCALL, 0, NULL)) {
        int status = next_stop(i);
        if (status < 0)
            return false;
        i->is_another = status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8);
        if (i->is_another || WSTOPSIG(status) == SYSCALL_STOP)
            return true;
        /* SIGSTOP, whose time comes later. Of a stop of its whole group it is told again. */
        if (status >> 16 == 0)
            i->stops |= UINT64_C(1) << WSTOPSIG(status);
    }
    return false;
}

long inject_call(struct injection *i, long nr, const long args[6])
{
    registers r = i->saved;
    registers_call(&r, i->i386, nr, args);
    if (!move_registers(i, REGISTERS_PUT, &r) || !run_on(i) || !run_on(i))
        return -ESRCH;
    if (i->is_another)
        return 0;
    return move_registers(i, REGISTERS_GET, &r) ? registers_result(&r, i->i386) : -ESRCH;
}

void inject_end(struct injection *i, long result)
{
    if (!i->is_another) {
        registers_answer(&i->saved, result);
        (void)move_registers(i, REGISTERS_PUT, &i->saved);
    }
    (void)ask(i, PTRACE_SETSIGMASK, sizeof(i->mask), &i->mask);
    (void)ask(i, PTRACE_DETACH, 0, NULL);
    for (int sig = 1; sig < 64 && !i->gone; sig++)
        if ((i->stops & UINT64_C(1) << sig) != 0)
            (void)syscall(SYS_tkill, i->tid, sig);
}
