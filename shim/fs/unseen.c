/* SPDX-License-Identifier: MIT */
#include "fs/unseen.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>

#include "sys/elf_head.h"
#include "sys/sys.h"

/* Where linkers put the program headers, and the loader's name behind them. */
#define HEAD_MAX 4096

void unseen_note(struct lx_stats_lane *lane, const struct lx_stats_program *program)
{
    uint32_t count = atomic_load(&lane->programs);
    for (uint32_t i = 0; i < count && i < LX_STATS_PROGRAMS; i++)
        if (memcmp(&lane->program[i], program, sizeof(*program)) == 0)
            return;
    if (count < LX_STATS_PROGRAMS) {
        lane->program[count] = *program;
        atomic_compare_exchange_strong(&lane->programs, &count, count + 1);
    }
}

bool unseen_head(const unsigned char *head, size_t n, uint8_t *why)
{
    static const char musl[] = "/ld-musl-";
    struct sys_elf elf;
    if (!sys_elf_header(head, n, &elf))
        return false;
    *why = elf.kind == SYS_ELF_X32 ? LX_OUTSIDE_X32 : LX_OUTSIDE_UNKNOWN;
    if (elf.kind != SYS_ELF_64 && elf.kind != SYS_ELF_I386)
        return true;
    uint64_t at = elf.segments;
    for (size_t i = 0; i < elf.segment_count; i++, at += elf.segment_size) {
        if (at > n || n - at < elf.segment_size)
            return false; /* it cannot be told */
        struct sys_elf_part segment = sys_elf_segment(&elf, head + at);
        if (segment.type != PT_INTERP)
            continue;
        bool is_there = segment.offset < n && segment.size <= n - segment.offset;
        bool is_musl = is_there && memmem(head + segment.offset, (size_t)segment.size, musl,
                                          sizeof(musl) - 1) != NULL;
        *why = is_musl ? LX_OUTSIDE_MUSL : LX_OUTSIDE_I386;
        return is_musl || elf.kind == SYS_ELF_I386;
    }
    *why = LX_OUTSIDE_STATIC;
    return true;
}

/* The loader itself, run as a command, has no loader and preloads all the same. */
static bool is_loader(const char *name)
{
    return strncmp(name, "ld-linux", 8) == 0 || strncmp(name, "ld.so", 5) == 0;
}

/* True for a program of a kind that has a library of its own. */
static bool has_its_own(const struct lx_stats_lane *lane, uint8_t why, unsigned char class)
{
    return (why == LX_OUTSIDE_I386 && lane->i386) ||
           (why == LX_OUTSIDE_MUSL && lane->musl && class == ELFCLASS64);
}

void unseen_before_exec(const struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    struct lx_stats *stats = c->task->policy->stats;
    struct lx_stats_program program = {.name = ""};
    unsigned char head[HEAD_MAX];
    struct stat st;
    if (stats == NULL || atomic_load_explicit(&stats->lane.trapped, memory_order_relaxed) > 0)
        return;
    int fd = sys_openat(at->dfd, at->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
    if (fd < 0) /* a bad address, too, which is not to be read here */
        return;
    const char *slash = strrchr(at->path, '/');
    const char *name = slash == NULL ? at->path : slash + 1;
    bool runs = sys_fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111) != 0;
    long n = runs ? sys_pread(fd, head, sizeof(head), 0) : -1;
    sys_close(fd);
    bool lacks = n > 0 && !is_loader(name) && unseen_head(head, (size_t)n, &program.why) &&
                 !has_its_own(&stats->lane, program.why, head[EI_CLASS]);
    if (n > 0 && !lacks && (st.st_mode & S_ISUID) != 0 && st.st_uid != sys_geteuid()) {
        program.why = LX_OUTSIDE_SECURE;
        lacks = true;
    }
    if (!lacks)
        return;
    memcpy(program.name, name, strnlen(name, sizeof(program.name) - 1));
    unseen_note(&stats->lane, &program);
}
