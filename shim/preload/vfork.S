/* SPDX-License-Identifier: MIT */
/*
 * vfork, which no C function can wrap: the child returns on the parent's stack and writes over the
 * return address. As libc's own it keeps that address in a register; beside that it counts the
 * children that share our memory, because what they open and close is not ours to remember.
 */
#include <asm/unistd.h>

#if defined(__x86_64__)
    .text
    .globl vfork
    .globl __vfork
    .type vfork, @function
    .type __vfork, @function
    .p2align 4
vfork:
__vfork:
    endbr64
    lock incl placement_vforks(%rip)
    popq %rdi
    movl $__NR_vfork, %eax
    syscall
    pushq %rdi
    testq %rax, %rax
    je 1f
    lock decl placement_vforks(%rip)
    testq %rax, %rax
    js 2f
1:  ret
2:  negl %eax
    pushq %rax
    call __errno_location@PLT
    popq %rcx
    movl %ecx, (%rax)
    movq $-1, %rax
    ret
    .size vfork, . - vfork
#elif defined(__i386__)
    .text
    .globl vfork
    .globl __vfork
    .type vfork, @function
    .type __vfork, @function
    .p2align 4
vfork:
__vfork:
    call 1f
1:  popl %edx
    leal placement_vforks - 1b(%edx), %edx
    lock incl (%edx)
    popl %ecx
    movl $__NR_vfork, %eax
    int $0x80
    pushl %ecx
    testl %eax, %eax
    je 2f
    lock decl (%edx)
    testl %eax, %eax
    js 3f
2:  ret
3:  subl $8, %esp
    pushl %eax
    call lx_syscall_failed
    addl $12, %esp
    ret
    .size vfork, . - vfork
#elif defined(__aarch64__)
    .text
    .globl vfork
    .globl __vfork
    .type vfork, %function
    .type __vfork, %function
    .p2align 4
vfork:
__vfork:
    adrp x9, placement_vforks
    add x9, x9, :lo12:placement_vforks
1:  ldaxr w10, [x9]
    add w10, w10, #1
    stlxr w11, w10, [x9]
    cbnz w11, 1b
    mov x0, #0x4111 /* CLONE_VM | CLONE_VFORK | SIGCHLD */
    mov x1, #0
    mov x2, #0
    mov x3, #0
    mov x4, #0
    mov x8, #__NR_clone
    svc #0
    cbz x0, 3f
2:  ldaxr w10, [x9]
    sub w10, w10, #1
    stlxr w11, w10, [x9]
    cbnz w11, 2b
    tbnz x0, #63, 4f
3:  ret
4:  neg w0, w0
    stp x29, x30, [sp, #-32]!
    str x0, [sp, #16]
    bl __errno_location
    ldr x1, [sp, #16]
    str w1, [x0]
    mov x0, #-1
    ldp x29, x30, [sp], #32
    ret
    .size vfork, . - vfork
#endif

    .section .note.GNU-stack, "", %progbits
