/* SPDX-License-Identifier: MIT */
#include "sys/clock.h"

#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>

#include "sys/sys.h"

#if defined(__x86_64__)
#define VDSO_NAME  "__vdso_clock_gettime"
#define CLOCK_CALL SYS_clock_gettime
#elif defined(__i386__)
#define VDSO_NAME  "__vdso_clock_gettime64"
#define CLOCK_CALL SYS_clock_gettime64
#else
#define VDSO_NAME  "__kernel_clock_gettime"
#define CLOCK_CALL SYS_clock_gettime
#endif

static int by_call(clockid_t clock, struct timespec *now)
{
    return (int)SYS2(CLOCK_CALL, clock, now);
}

/* What of a loaded object's dynamic section is needed, as addresses. */
struct names {
    const ElfW(Sym) * symbols;
    const char *strings;
};

/* The kernel leaves the addresses in the section as they are in the file. */
static struct names read_dynamic(const ElfW(Dyn) * dynamic, const char *base)
{
    struct names n = {NULL, NULL};
    for (; dynamic->d_tag != DT_NULL; dynamic++) {
        if (dynamic->d_tag == DT_SYMTAB)
            n.symbols = (const ElfW(Sym) *)(const void *)(base + dynamic->d_un.d_ptr);
        if (dynamic->d_tag == DT_STRTAB)
            n.strings = base + dynamic->d_un.d_ptr;
    }
    return n;
}

/*
 * The vDSO's function, or NULL. Of its tables for a look-up, which have changed from kernel to
 * kernel, none is needed: the strings lie behind the symbols.
 */
static sys_clock_fn *find_in_vdso(void)
{
    const char *start = (const char *)getauxval(AT_SYSINFO_EHDR);
    const ElfW(Dyn) *dynamic = NULL;
    const char *base = NULL;
    if (start == NULL)
        return NULL;
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)(const void *)start;
    const ElfW(Phdr) *segment = (const ElfW(Phdr) *)(const void *)(start + header->e_phoff);
    for (unsigned i = 0; i < header->e_phnum; i++) {
        if (segment[i].p_type == PT_LOAD && base == NULL)
            base = start + segment[i].p_offset - segment[i].p_vaddr;
        if (segment[i].p_type == PT_DYNAMIC)
            dynamic = (const ElfW(Dyn) *)(const void *)(start + segment[i].p_offset);
    }
    if (base == NULL || dynamic == NULL)
        return NULL;
    struct names n = read_dynamic(dynamic, base);
    if (n.symbols == NULL || n.strings == NULL)
        return NULL;
    for (const ElfW(Sym) *s = n.symbols; (const char *)(s + 1) <= n.strings; s++)
        if (s->st_shndx != SHN_UNDEF && strcmp(n.strings + s->st_name, VDSO_NAME) == 0)
            return (sys_clock_fn *)(uintptr_t)(base + s->st_value);
    return NULL;
}

static int find_first(clockid_t clock, struct timespec *now)
{
    sys_clock_fn *found = find_in_vdso();
    if (found == NULL)
        found = by_call;
    atomic_store_explicit(&sys_clock, found, memory_order_relaxed);
    return found(clock, now);
}

sys_clock_fn *_Atomic sys_clock = find_first;
