/* SPDX-License-Identifier: MIT */
#include "supervisor/program.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "fs/unseen.h"
#include "supervisor/proc.h"

#define PRELOAD "LD_PRELOAD="
#define LIBRARY "/liblxshim.so"

/* As much of a map is read at once; a name that goes on in the next piece is at most NAME_MAX. */
#define MAP_PIECE 8192

/* Calls from within so much memory (a shift) are one program's: that is finer than where ld.so puts
 * two, and coarser than the parts of one. */
#define REGION_SHIFT 24

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

/* True where ld.so was told to trust nobody. */
static bool is_secure(pid_t tid)
{
    unsigned long auxv[128];
    size_t n = proc_read(tid, "auxv", (char *)auxv, sizeof(auxv)) / sizeof(auxv[0]);
    for (size_t i = 0; i + 1 < n; i += 2)
        if (auxv[i] == AT_SECURE)
            return auxv[i + 1] != 0;
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
    *why = (found & MUSL) != 0              ? LX_OUTSIDE_MUSL
           : (found & (LIBC | LOADER)) == 0 ? LX_OUTSIDE_STATIC
           : is_secure(tid)                 ? LX_OUTSIDE_SECURE
           : lacks_variable(tid)            ? LX_OUTSIDE_ENVIRONMENT
                                            : LX_OUTSIDE_UNKNOWN;
    return LIBRARY_LACKS;
}

/* The name of the program, as ps shows it. */
static void read_comm(pid_t tid, char *comm, size_t room)
{
    comm[proc_read(tid, "comm", comm, room - 1)] = '\0';
    comm[strcspn(comm, "\n")] = '\0';
}

void program_note(struct lx_stats_lane *lane, pid_t tid, uint64_t instruction)
{
    /* This worker's own. */
    static struct {
        pid_t tid;
        uint64_t region;
    } seen[64];
    struct lx_stats_program program = {.name = ""};
    enum lx_outside why;
    uint64_t region = instruction >> REGION_SHIFT;
    size_t at = ((size_t)tid ^ region) % (sizeof(seen) / sizeof(seen[0]));
    if (seen[at].tid == tid && seen[at].region == region)
        return;
    enum presence library = library_in(tid, &why);
    if (library != LIBRARY_COMES) {
        seen[at].tid = tid;
        seen[at].region = region;
    }
    if (library != LIBRARY_LACKS)
        return;
    program.why = (uint8_t)why;
    read_comm(tid, program.name, sizeof(program.name));
    unseen_note(lane, &program);
}
