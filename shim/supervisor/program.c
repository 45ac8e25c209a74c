/* SPDX-License-Identifier: MIT */
#include "supervisor/program.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/unseen.h"
#include "supervisor/proc.h"
#include "sys/elf_head.h"

#define PRELOAD "LD_PRELOAD="
#define LIBRARY "/liblxshim.so"

/* As much of a map is read at once; a name that goes on in the next piece is at most NAME_MAX. */
#define MAP_PIECE 8192

/*
 * Calls from within so much memory (a shift) are one program's: that is finer than where ld.so puts
 * two, and coarser than the parts of one. 32-bit programs call from one page, which each has
 * elsewhere, but all of them in the same few MiB.
 */
#define REGION_SHIFT      24
#define REGION_SHIFT_I386 12

/* After so many calls, all of which failed, a program of x32 has ended, or is well known. */
#define X32_CALLS 10000

/* Whether the preloaded library is in a program. */
enum presence {
    LIBRARY_COMES, /* only the loader is there yet */
    LIBRARY_THERE,
    LIBRARY_LACKS /* nor will it come: all calls are the supervisor's */
};

/* Which of some names (bits of the result, in their order) end a line of its memory's map. */
static unsigned mapped(pid_t tid, const char *const *names, unsigned count)
{
    char text[MAP_PIECE];
    size_t have = 0;
    unsigned found = 0;
    ssize_t n;
    char name[PROC_NAME_ROOM];
    int fd = open(proc_name(tid, "maps", name), O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && (n = read(fd, text + have, sizeof(text) - have)) > 0) {
        have += (size_t)n;
        for (unsigned i = 0; i < count; i++)
            if (memmem(text, have, names[i], strlen(names[i])) != NULL)
                found |= 1U << i;
        if (have > NAME_MAX) { /* a name may go on in the next block */
            memmove(text, text + have - NAME_MAX, NAME_MAX);
            have = NAME_MAX;
        }
    }
    if (fd >= 0)
        close(fd);
    return found;
}

/* What kind of program it is. */
static enum sys_elf_kind kind_of(pid_t tid)
{
    char head[sizeof(Elf64_Ehdr)];
    struct sys_elf elf;
    size_t n = proc_read(tid, "exe", head, sizeof(head));
    return sys_elf_header(head, n, &elf) ? elf.kind : SYS_ELF_FOREIGN;
}

/* True where ld.so was told to trust nobody. */
static bool is_secure(pid_t tid, bool i386)
{
    char auxv[2048];
    size_t word = i386 ? sizeof(uint32_t) : sizeof(unsigned long);
    size_t n = proc_read(tid, "auxv", auxv, sizeof(auxv));
    for (size_t at = 0; at + 2 * word <= n; at += 2 * word) {
        unsigned long pair[2] = {0, 0}; /* little-endian, as all machines of ours */
        memcpy(&pair[0], auxv + at, word);
        memcpy(&pair[1], auxv + at + word, word);
        if (pair[0] == AT_SECURE)
            return pair[1] != 0;
    }
    return false;
}

/* True where it was started without the library in LD_PRELOAD. */
static bool lacks_variable(pid_t tid)
{
    /* Of a worker, which is at one call at a time; large, and therefore not on its stack. */
    static char environment[65536];
    size_t n = proc_read(tid, "environ", environment, sizeof(environment));
    for (const char *at = environment; n > 0;) {
        size_t length = strnlen(at, n);
        if (length >= sizeof(PRELOAD) && memcmp(at, PRELOAD, sizeof(PRELOAD) - 1) == 0)
            return memmem(at, length, LIBRARY, sizeof(LIBRARY) - 1) == NULL;
        length += length < n;
        at += length;
        n -= length;
    }
    return true;
}

/* Looks into a program's memory for the library; where it lacks, *why says why. */
static enum presence library_in(pid_t tid, enum lx_outside *why)
{
    enum { OURS = 1, LIBC = 2, LOADER = 4, MUSL = 8 + 16 + 32 };
    static const char *const names[] = {"/liblxshim.so\n", "/libc.so.6\n",          "/ld-linux",
                                        "/ld-musl-",       "-linux-musl/libc.so\n", "/libc.musl-"};
    unsigned found = mapped(tid, names, sizeof(names) / sizeof(names[0]));
    if ((found & OURS) != 0)
        return LIBRARY_THERE;
    /* glibc's ld.so loads the library before libc. */
    if ((found & (LIBC | LOADER)) == LOADER)
        return LIBRARY_COMES;
    bool i386 = kind_of(tid) == SYS_ELF_I386;
    *why = (found & MUSL) != 0              ? LX_OUTSIDE_MUSL
           : (found & (LIBC | LOADER)) == 0 ? LX_OUTSIDE_STATIC
           : is_secure(tid, i386)           ? LX_OUTSIDE_SECURE
           : lacks_variable(tid)            ? LX_OUTSIDE_ENVIRONMENT
           : i386                           ? LX_OUTSIDE_I386
                                            : LX_OUTSIDE_UNKNOWN;
    return LIBRARY_LACKS;
}

bool program_lacks_library(const struct tracee *t)
{
    enum lx_outside why;
    return library_in(t->tid, &why) == LIBRARY_LACKS;
}

/* The name of the program, as ps shows it. */
static void read_comm(pid_t tid, char *comm, size_t room)
{
    comm[proc_read(tid, "comm", comm, room - 1)] = '\0';
    comm[strcspn(comm, "\n")] = '\0';
}

static void note(struct lx_stats_lane *lane, pid_t tid, enum lx_outside why)
{
    struct lx_stats_program program = {.name = "", .why = (uint8_t)why};
    read_comm(tid, program.name, sizeof(program.name));
    unseen_note(lane, &program);
}

void program_note_x32(struct lx_stats_lane *lane, pid_t tid)
{
    if (atomic_fetch_add_explicit(&lane->x32, 1, memory_order_relaxed) < X32_CALLS)
        note(lane, tid, LX_OUTSIDE_X32);
}

/* Who was looked at, by a number of /proc's and where in its memory. */
struct looked_at {
    pid_t id;
    uint64_t region;
};

static bool is_in(const struct looked_at *entry, const struct looked_at *who)
{
    return entry->id == who->id && entry->region == who->region;
}

static size_t place_of(const struct looked_at *who, size_t room)
{
    return ((size_t)who->id ^ who->region) % room;
}

/* The process that a thread is of. */
static pid_t process_of(pid_t tid)
{
    char text[PROC_STATUS_ROOM];
    const char *line = proc_status(tid, "\nTgid:", text);
    return line == NULL ? tid : (pid_t)strtol(line, NULL, 10);
}

/*
 * Threads are remembered, so that nothing is read for each call, and their processes, since a map
 * of memory is as long as there are threads: their stacks are in it.
 */
void program_note(struct lx_stats_lane *lane, const struct tracee *t, uint64_t instruction)
{
    /* This worker's own. */
    static struct looked_at threads[1024];
    static struct looked_at processes[64];
    enum lx_outside why;
    uint64_t region = instruction >> (t->i386 ? REGION_SHIFT_I386 : REGION_SHIFT);
    const struct looked_at thread = {t->tid, region};
    struct looked_at *at = &threads[place_of(&thread, sizeof(threads) / sizeof(threads[0]))];
    if (is_in(at, &thread))
        return;
    const struct looked_at process = {process_of(t->tid), region};
    struct looked_at *of = &processes[place_of(&process, sizeof(processes) / sizeof(processes[0]))];
    if (t->tid == process.id || !is_in(of, &process)) {
        enum presence library = library_in(t->tid, &why);
        if (library == LIBRARY_LACKS)
            note(lane, t->tid, why);
        if (library == LIBRARY_COMES)
            return;
        *of = process;
    }
    *at = thread;
}
