/* SPDX-License-Identifier: MIT */
/*
 * libc's syscall(): numbers that concern us go to lx_syscall, which takes the same arguments in the
 * same places; all others are what they always were, down to the registers, so that nothing a caller
 * does with clone or a stack of its own can tell the difference.
 */
#include "vfs/syscalls.h"

#if defined(__x86_64__)
    .text
    .globl syscall
    .type syscall, @function
    .p2align 4
syscall:
    endbr64
    cmpq $VFS_SYSCALL_LIMIT, %rdi
    jae 1f
    leaq vfs_syscalls(%rip), %rax
    cmpq $0, (%rax, %rdi, 8)
    jne lx_syscall
1:  movq %rdi, %rax
    movq %rsi, %rdi
    movq %rdx, %rsi
    movq %rcx, %rdx
    movq %r8, %r10
    movq %r9, %r8
    movq 8(%rsp), %r9
    syscall
    cmpq $-4095, %rax
    jae 2f
    ret
2:  negl %eax
    pushq %rax
    call __errno_location@PLT
    popq %rcx
    movl %ecx, (%rax)
    movq $-1, %rax
    ret
    .size syscall, . - syscall
#elif defined(__i386__)
    .text
    .globl syscall
    .type syscall, @function
    .p2align 4
syscall:
    movl 4(%esp), %eax
    cmpl $VFS_SYSCALL_LIMIT, %eax
    jae 2f
    call 1f
1:  popl %edx
    cmpl $0, vfs_syscalls - 1b(%edx, %eax, 4)
    jne lx_syscall
2:  pushl %ebp
    pushl %edi
    pushl %esi
    pushl %ebx
    movl 24(%esp), %ebx
    movl 28(%esp), %ecx
    movl 32(%esp), %edx
    movl 36(%esp), %esi
    movl 40(%esp), %edi
    movl 44(%esp), %ebp
    int $0x80
    popl %ebx
    popl %esi
    popl %edi
    popl %ebp
    cmpl $-4095, %eax
    jae lx_syscall_fail
    ret
/* It takes the errno's negative as its argument, on a stack that is aligned as C wants it. */
lx_syscall_fail:
    subl $8, %esp
    pushl %eax
    call lx_syscall_failed
    addl $12, %esp
    ret
    .size syscall, . - syscall
#elif defined(__aarch64__)
    .text
    .globl syscall
    .type syscall, %function
    .p2align 4
syscall:
    cmp x0, #VFS_SYSCALL_LIMIT
    b.hs 1f
    adrp x9, vfs_syscalls
    add x9, x9, :lo12:vfs_syscalls
    ldr x9, [x9, x0, lsl #3]
    cbnz x9, 3f
1:  mov x8, x0
    mov x0, x1
    mov x1, x2
    mov x2, x3
    mov x3, x4
    mov x4, x5
    mov x5, x6
    svc #0
    cmn x0, #4095
    b.cs 2f
    ret
2:  neg w0, w0
    stp x29, x30, [sp, #-32]!
    str x0, [sp, #16]
    bl __errno_location
    ldr x1, [sp, #16]
    str w1, [x0]
    mov x0, #-1
    ldp x29, x30, [sp], #32
    ret
3:  b lx_syscall
    .size syscall, . - syscall
#endif

    .section .note.GNU-stack, "", %progbits
