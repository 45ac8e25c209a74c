/* SPDX-License-Identifier: MIT */
#include "sys/room.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "sys/address.h"
#include "sys/sys.h"
#include "sys/touched.h"

#define SPARE_SIZE 262144u

/* How far below its beginning the first stack goes on, at most: no mapping of a thread's is as
 * near. */
#define FIRST_SIZE ((uintptr_t)64 << 20)

_Thread_local struct sys_room sys_room;

/* The same of SYS_ROOM_NEAR, where no more was looked for. */
static _Thread_local struct sys_room near;

/* In the first thread's stack. Written before there is a second thread. */
static SYS_TOUCHED uintptr_t first;

void sys_room_first(const void *began)
{
    first = (uintptr_t)began;
}

/* Adds what is there to what is known: from `least` on, where the two meet. */
static void remember(struct sys_room *known, uintptr_t least, uintptr_t high)
{
    uintptr_t end = known->least + known->span;
    if (least <= end && high >= known->least) {
        least = least < known->least ? least : known->least;
        high = high > end ? high : end;
    }
    /* A handler in between knows nothing, and looks. */
    known->span = 0;
    atomic_signal_fence(memory_order_seq_cst);
    known->least = least;
    atomic_signal_fence(memory_order_seq_cst);
    known->span = high - least;
}

/* True for a signal stack that the caller is on. */
static bool is_for_signals(stack_t *stack)
{
    stack->ss_flags = 0;
    return SYS2(SYS_sigaltstack, NULL, stack) == 0 && (stack->ss_flags & SS_ONSTACK) != 0;
}

/* Of madvise: to have pages be there, as reading each would. From Linux 5.14 on. */
#define POPULATE_READ 22

/*
 * Whether that advice says of what is not there that it is not: who acts as Linux may take any for
 * a good one. Any thread may find out, and all find the same.
 */
enum { UNTRIED, TELLS, TELLS_NOTHING };
static SYS_TOUCHED _Atomic int advice_telling = UNTRIED;

static bool tells_by_advice(void)
{
    int known = atomic_load_explicit(&advice_telling, memory_order_relaxed);
    if (known == UNTRIED) {
        const uintptr_t nowhere = (uintptr_t)0 - (uintptr_t)2 * SYS_PAGE; /* the kernel's own */
        known = SYS3(SYS_madvise, nowhere, SYS_PAGE, POPULATE_READ) < 0 ? TELLS : TELLS_NOTHING;
        atomic_store_explicit(&advice_telling, known, memory_order_relaxed);
    }
    return known == TELLS;
}

/* True where n pages from `low` on can be read: one question where that can be asked. */
static bool are_there(uintptr_t low, unsigned n)
{
    if (tells_by_advice() && SYS3(SYS_madvise, low, (size_t)n * SYS_PAGE, POPULATE_READ) == 0)
        return true;
    while (n-- > 0)
        if (!sys_page_is_there(low + (uintptr_t)n * SYS_PAGE))
            return false;
    return true;
}

__attribute__((noinline)) bool sys_room_look(const void *local)
{
    const uintptr_t at = (uintptr_t)local;
    const uintptr_t page = at / SYS_PAGE * SYS_PAGE;
    stack_t signals;
    if (at <= first && first - at < FIRST_SIZE) {
        remember(&sys_room, first - FIRST_SIZE + SYS_ROOM, first + SYS_PAGE);
        return true;
    }
    /* Below it may be anything, and no page that says so. */
    if (is_for_signals(&signals))
        return at - (uintptr_t)signals.ss_sp >= SYS_ROOM;
    if (!are_there(page - SYS_ROOM, SYS_ROOM / SYS_PAGE))
        return false;
    remember(&sys_room, page, page + SYS_PAGE);
    return true;
}

__attribute__((noinline)) bool sys_room_look_near(const void *local)
{
    const uintptr_t at = (uintptr_t)local;
    const uintptr_t page = at / SYS_PAGE * SYS_PAGE;
    stack_t signals;
    if (at - near.least < near.span)
        return true;
    if ((at <= first && first - at < FIRST_SIZE) || is_for_signals(&signals) ||
        !are_there(page - SYS_ROOM_NEAR, SYS_ROOM_NEAR / SYS_PAGE))
        return false;
    remember(&near, page, page + SYS_PAGE);
    return true;
}

/*
 * sys_call_on(with, call, top): calls call(with) with the stack that ends at `top`. In assembly,
 * for whoever unwinds the stack: a debugger, a thread that is cancelled.
 */
long sys_call_on(void *with, long (*call)(void *), void *top) SYS_HIDDEN;

#if defined(__x86_64__)
__asm__(".pushsection .text\n"
        ".globl sys_call_on\n.hidden sys_call_on\n.type sys_call_on, @function\n"
        "sys_call_on:\n\t.cfi_startproc\n\t"
        "pushq %rbp\n\t.cfi_def_cfa_offset 16\n\t.cfi_offset %rbp, -16\n\t"
        "movq %rsp, %rbp\n\t.cfi_def_cfa_register %rbp\n\t"
        "movq %rdx, %rsp\n\t"
        "call *%rsi\n\t"
        "leave\n\t.cfi_def_cfa %rsp, 8\n\t"
        "ret\n\t.cfi_endproc\n"
        ".size sys_call_on, .-sys_call_on\n.popsection");
#elif defined(__i386__)
__asm__(".pushsection .text\n"
        ".globl sys_call_on\n.hidden sys_call_on\n.type sys_call_on, @function\n"
        "sys_call_on:\n\t.cfi_startproc\n\t"
        "pushl %ebp\n\t.cfi_def_cfa_offset 8\n\t.cfi_offset %ebp, -8\n\t"
        "movl %esp, %ebp\n\t.cfi_def_cfa_register %ebp\n\t"
        "movl 8(%ebp), %eax\n\t"
        "movl 16(%ebp), %esp\n\t"
        "subl $12, %esp\n\t"
        "pushl %eax\n\t"
        "call *12(%ebp)\n\t"
        "leave\n\t.cfi_def_cfa %esp, 4\n\t"
        "ret\n\t.cfi_endproc\n"
        ".size sys_call_on, .-sys_call_on\n.popsection");
#elif defined(__aarch64__)
__asm__(".pushsection .text\n"
        ".globl sys_call_on\n.hidden sys_call_on\n.type sys_call_on, %function\n"
        "sys_call_on:\n\t.cfi_startproc\n\t"
        "stp x29, x30, [sp, #-16]!\n\t"
        ".cfi_def_cfa_offset 16\n\t.cfi_offset x29, -16\n\t.cfi_offset x30, -8\n\t"
        "mov x29, sp\n\t.cfi_def_cfa_register x29\n\t"
        "mov sp, x2\n\t"
        "blr x1\n\t"
        "mov sp, x29\n\t.cfi_def_cfa_register sp\n\t"
        "ldp x29, x30, [sp], #16\n\t"
        ".cfi_def_cfa_offset 0\n\t.cfi_restore x29\n\t.cfi_restore x30\n\t"
        "ret\n\t.cfi_endproc\n"
        ".size sys_call_on, .-sys_call_on\n.popsection");
#endif

__attribute__((noinline)) long sys_on_spare_stack(long (*call)(void *), void *with)
{
    const uint64_t all = UINT64_MAX;
    uint64_t mask = 0;
    stack_t signals;
    char *spare = sys_mmap(NULL, SPARE_SIZE, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (sys_mmap_failed(spare))
        return call(with);
    /* The kernel would take it for free, and put the next handler over what is on it. */
    bool handles = is_for_signals(&signals);
    if (handles)
        SYS4(SYS_rt_sigprocmask, SIG_SETMASK, &all, &mask, sizeof(mask));
    long r = sys_call_on(with, call, spare + SPARE_SIZE);
    if (handles)
        SYS4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
    sys_munmap(spare, SPARE_SIZE);
    return r;
}
