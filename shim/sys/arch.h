/* SPDX-License-Identifier: MIT */
/*
 * One system call instruction per architecture. Everything the library asks of the kernel passes
 * here: a raw call needs no symbol look-up, takes no lock, allocates nothing and leaves errno
 * alone, so it may be made before libc is ready, in a signal handler and in a vfork child.
 */
#ifndef LXSHIM_SYS_ARCH_H
#define LXSHIM_SYS_ARCH_H

#if defined(__clang_analyzer__)
/* An analyser does not see that an instruction writes to memory; of a function it assumes it. */
long sys_call6(long nr, long a, long b, long c, long d, long e, long f);
#else
/* Returns what the kernel returned: a value, or -errno. */
static inline long sys_call6(long nr, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
    long ret;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return ret;
#elif defined(__i386__)
    long ret;
    /* The sixth is in the frame pointer's register, which no constraint names. */
    __asm__ volatile("pushl %[f]\n\t"
                     "pushl %%ebp\n\t"
                     "movl 4(%%esp), %%ebp\n\t"
                     "int $0x80\n\t"
                     "popl %%ebp\n\t"
                     "addl $4, %%esp"
                     : "=a"(ret)
                     : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), [f] "g"(f)
                     : "memory", "cc");
    return ret;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = nr;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
#else
#error "lxshim knows the system call instruction of x86-64, i386 and aarch64 only"
#endif
}
#endif

#endif
