/* SPDX-License-Identifier: MIT */
/*
 * Valgrind's helgrind and drd know locks, and no other way by which threads agree: what this
 * library keeps for all threads in atomic variables is a race to them. So they are asked not to
 * look at it.
 *
 * A request is a row of instructions that change nothing, by which valgrind knows one; the tool
 * that it is meant for takes it, and the others leave it alone [valgrind.h, helgrind.h, drd.h
 * of 3.19].
 */
#include "sys/unwatched.h"

#include <link.h>
#include <stdint.h>
#include <string.h>

#include "sys/hidden.h"

#define HELGRIND_MAKE_UNTRACKED 0x48470127u /* 'H', 'G', 256 + 39: address, bytes */
#define DRD_START_SUPPRESSION   0x44520002u /* 'D', 'R', 2: address, bytes */

/* The beginning of this object, which the linker knows. */
extern const ElfW(Ehdr) __ehdr_start SYS_HIDDEN;

/* The one that the tool here takes, or 0. Written before main. */
static uintptr_t request;

static void ask(uintptr_t address, uintptr_t bytes)
{
    volatile uintptr_t words[6] = {request, address, bytes};
#if defined(__x86_64__)
    uintptr_t answer = 0;
    __asm__ volatile("rolq $3, %%rdi\n\trolq $13, %%rdi\n\trolq $61, %%rdi\n\trolq $51, %%rdi\n\t"
                     "xchgq %%rbx, %%rbx"
                     : "+d"(answer)
                     : "a"(&words[0])
                     : "cc", "memory");
#elif defined(__i386__)
    uintptr_t answer = 0;
    __asm__ volatile("roll $3, %%edi\n\troll $13, %%edi\n\troll $29, %%edi\n\troll $19, %%edi\n\t"
                     "xchgl %%ebx, %%ebx"
                     : "+d"(answer)
                     : "a"(&words[0])
                     : "cc", "memory");
#elif defined(__aarch64__)
    register uintptr_t x3 __asm__("x3") = 0;
    register volatile uintptr_t *x4 __asm__("x4") = words;
    __asm__ volatile("ror x12, x12, #3\n\tror x12, x12, #13\n\tror x12, x12, #51\n\t"
                     "ror x12, x12, #61\n\torr x10, x10, x10"
                     : "+r"(x3)
                     : "r"(x4)
                     : "cc", "memory");
#endif
}

void sys_unwatched(const void *start, size_t bytes)
{
    if (request != 0)
        ask((uintptr_t)start, bytes);
}

void sys_unwatched_begin(const char *list)
{
    request = strstr(list, "/vgpreload_helgrind-") != NULL ? HELGRIND_MAKE_UNTRACKED
              : strstr(list, "/vgpreload_drd-") != NULL    ? DRD_START_SUPPRESSION
                                                           : 0;
    const char *base = (const char *)&__ehdr_start;
    const ElfW(Phdr) *part = (const void *)(base + __ehdr_start.e_phoff);
    for (int i = 0; i < __ehdr_start.e_phnum; i++, part++)
        if (part->p_type == PT_LOAD && (part->p_flags & PF_W) != 0)
            sys_unwatched(base + part->p_vaddr, part->p_memsz);
}
