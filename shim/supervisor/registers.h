/* SPDX-License-Identifier: MIT */
/* Where a stopped program keeps a system call: its number, arguments and result. */
#ifndef LXSHIM_SUPERVISOR_REGISTERS_H
#define LXSHIM_SUPERVISOR_REGISTERS_H

#include <sys/user.h>

#if defined(__x86_64__)
typedef struct user_regs_struct registers;

/* As they have to be for the call instruction that was last executed to be executed once more. */
static inline void registers_call(registers *r, long nr, const long args[6])
{
    r->rax = (unsigned long long)nr;
    r->orig_rax = ~0ULL; /* no call that the kernel might restart */
    r->rdi = (unsigned long long)args[0];
    r->rsi = (unsigned long long)args[1];
    r->rdx = (unsigned long long)args[2];
    r->r10 = (unsigned long long)args[3];
    r->r8 = (unsigned long long)args[4];
    r->r9 = (unsigned long long)args[5];
    r->rip -= 2; /* the length of "syscall": other call instructions are refused */
}

/* The result of the call that it returned from. */
static inline long registers_result(const registers *r)
{
    return (long)r->rax;
}

/* As if that had been another. */
static inline void registers_answer(registers *r, long result)
{
    r->rax = (unsigned long long)result;
    r->orig_rax = ~0ULL;
}
#elif defined(__aarch64__)
typedef struct user_regs_struct registers;

static inline void registers_call(registers *r, long nr, const long args[6])
{
    for (int i = 0; i < 6; i++)
        r->regs[i] = (unsigned long long)args[i];
    r->regs[8] = (unsigned long long)nr;
    r->pc -= 4; /* the length of "svc" */
}

static inline long registers_result(const registers *r)
{
    return (long)r->regs[0];
}

static inline void registers_answer(registers *r, long result)
{
    r->regs[0] = (unsigned long long)result;
}
#endif

#endif
