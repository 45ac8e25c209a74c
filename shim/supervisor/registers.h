/* SPDX-License-Identifier: MIT */
/*
 * Where a stopped program keeps a system call: its number, arguments and result. `i386`: it came by
 * the way of 32-bit x86.
 */
#ifndef LXSHIM_SUPERVISOR_REGISTERS_H
#define LXSHIM_SUPERVISOR_REGISTERS_H

#include <linux/ptrace.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/user.h>

#if defined(__x86_64__)
typedef struct user_regs_struct registers;

/*
 * By these requests they are a 64-bit program's for whomever is traced. By those of register sets,
 * which would do for both machines, they have the traced program's word size, and where that calls
 * by "int $0x80" all the same, nothing tells them apart.
 */
#define REGISTERS_GET PTRACE_GETREGS
#define REGISTERS_PUT PTRACE_SETREGS
#define REGISTERS_SET false /* of a request: they are told by a struct iovec */

/* As they have to be for the call instruction that was last executed to be executed once more. */
static inline void registers_call(registers *r, bool i386, long nr, const long args[6])
{
    r->rax = (unsigned long long)nr;
    r->orig_rax = ~0ULL; /* no call that the kernel might restart */
    __typeof__(r->rdi) *const to[2][6] = {
        {&r->rdi, &r->rsi, &r->rdx, &r->r10, &r->r8, &r->r9},
        {&r->rbx, &r->rcx, &r->rdx, &r->rsi, &r->rdi, &r->rbp},
    };
    for (int i = 0; i < 6; i++)
        *to[i386][i] = i386 ? (uint32_t)args[i] : (unsigned long long)args[i];
    /* The length of "syscall" and of "int $0x80". Who came by "sysenter" or by a 32-bit "syscall"
     * goes back to behind an "int $0x80", which the kernel's page of code has there for this. */
    r->rip -= 2;
}

/* The result of the call that it returned from. */
static inline long registers_result(const registers *r, bool i386)
{
    if (!i386)
        return (long)r->rax;
    uint32_t value = (uint32_t)r->rax;
    return value > UINT32_MAX - 4095 ? (long)(int32_t)value : (long)value;
}

/* As if that had been another. */
static inline void registers_answer(registers *r, long result)
{
    r->rax = (unsigned long long)result;
    r->orig_rax = ~0ULL;
}
#elif defined(__aarch64__)
typedef struct user_regs_struct registers;

#define REGISTERS_GET PTRACE_GETREGSET
#define REGISTERS_PUT PTRACE_SETREGSET
#define REGISTERS_SET true

static inline void registers_call(registers *r, bool i386, long nr, const long args[6])
{
    (void)i386;
    for (int i = 0; i < 6; i++)
        r->regs[i] = (unsigned long long)args[i];
    r->regs[8] = (unsigned long long)nr;
    r->pc -= 4; /* the length of "svc" */
}

static inline long registers_result(const registers *r, bool i386)
{
    (void)i386;
    return (long)r->regs[0];
}

static inline void registers_answer(registers *r, long result)
{
    r->regs[0] = (unsigned long long)result;
}
#endif

#endif
