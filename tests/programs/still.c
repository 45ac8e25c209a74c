/* SPDX-License-Identifier: MIT */
/*
 * Preloaded beside the library, or into lxshim: a coarse clock that stands still. What is
 * remembered for a tick of it, where a directory leads, is then at hand for as long as nothing else
 * makes it forgotten, on a machine of any speed and load.
 *
 * shim/sys asks the kernel's vDSO for the time, and libc's getauxval where that is: here it is told
 * of an object that has the one function.
 */
#include <dlfcn.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#define VDSO_NAME "__vdso_clock_gettime"
#elif defined(__i386__)
#define VDSO_NAME "__vdso_clock_gettime64"
#else
#define VDSO_NAME "__kernel_clock_gettime"
#endif

/* As an object lies in memory; the strings are behind the symbols. */
static struct {
    ElfW(Ehdr) header;
    ElfW(Phdr) segments[2];
    ElfW(Dyn) dynamic[3];
    ElfW(Sym) symbol;
    char strings[sizeof("\0" VDSO_NAME)];
} object = {.strings = "\0" VDSO_NAME};

static struct timespec held; /* the clock of change times; tv_sec 0: it goes */

pid_t getsid(pid_t pid)
{
    pid_t (*next)(pid_t);
    *(void **)&next = dlsym(RTLD_NEXT, "getsid");
    if (clock_gettime(CLOCK_REALTIME_COARSE, &held) != 0)
        held.tv_sec = 0;
    return next(pid);
}

static int told(clockid_t clock, struct timespec *now)
{
    static struct timespec still;
    if (clock == CLOCK_REALTIME_COARSE && held.tv_sec != 0) {
        *now = held;
        return 0;
    }
    if (clock != CLOCK_MONOTONIC_COARSE)
        return clock_gettime(clock, now);
    if (still.tv_sec == 0 && still.tv_nsec == 0 && clock_gettime(clock, &still) != 0)
        return -1;
    *now = still;
    return 0;
}

#define PLACE(member) ((uintptr_t)&object.member - (uintptr_t)&object)

static unsigned long made(void)
{
    object.header.e_phoff = PLACE(segments);
    object.header.e_phnum = 2;
    object.segments[0].p_type = PT_LOAD;
    object.segments[1].p_type = PT_DYNAMIC;
    object.segments[1].p_offset = PLACE(dynamic);
    object.dynamic[0].d_tag = DT_SYMTAB;
    object.dynamic[0].d_un.d_ptr = PLACE(symbol);
    object.dynamic[1].d_tag = DT_STRTAB;
    object.dynamic[1].d_un.d_ptr = PLACE(strings);
    object.symbol.st_name = 1;
    object.symbol.st_shndx = 1;
    object.symbol.st_value = (uintptr_t)told - (uintptr_t)&object;
    return (unsigned long)&object;
}

unsigned long getauxval(unsigned long type)
{
    static unsigned long (*next)(unsigned long);
    if (type == AT_SYSINFO_EHDR)
        return made();
    if (next == NULL)
        *(void **)&next = dlsym(RTLD_NEXT, "getauxval");
    return next(type);
}
