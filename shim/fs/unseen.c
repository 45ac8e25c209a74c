/* SPDX-License-Identifier: MIT */
#include "fs/unseen.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>

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
    ElfW(Ehdr) header;
    ElfW(Phdr) segment;
    if (n < sizeof(header) || memcmp(head, ELFMAG, SELFMAG) != 0)
        return false;
    memcpy(&header, head, sizeof(header));
    *why = LX_OUTSIDE_UNKNOWN;
    if (header.e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32))
        return true;
    size_t at = header.e_phoff;
    if (header.e_phentsize != sizeof(segment))
        return false;
    for (unsigned i = 0; i < header.e_phnum; i++, at += sizeof(segment)) {
        if (at > n || n - at < sizeof(segment))
            return false; /* it cannot be told */
        memcpy(&segment, head + at, sizeof(segment));
        if (segment.p_type != PT_INTERP)
            continue;
        *why = LX_OUTSIDE_MUSL;
        return segment.p_offset < n && segment.p_filesz <= n - segment.p_offset &&
               memmem(head + segment.p_offset, segment.p_filesz, musl, sizeof(musl) - 1) != NULL;
    }
    *why = LX_OUTSIDE_STATIC;
    return true;
}

/* The loader itself, run as a command, has no loader and preloads all the same. */
static bool is_loader(const char *name)
{
    return strncmp(name, "ld-linux", 8) == 0 || strncmp(name, "ld.so", 5) == 0;
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
    const char *slash = strrchr(at->path, '/');
    const char *name = slash == NULL ? at->path : slash + 1;
    int fd = sys_openat(at->dfd, at->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
    if (fd < 0)
        return;
    bool runs = sys_fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111) != 0;
    long n = runs ? sys_pread(fd, head, sizeof(head), 0) : -1;
    sys_close(fd);
    bool lacks = n > 0 && !is_loader(name) && unseen_head(head, (size_t)n, &program.why);
    if (n > 0 && !lacks && (st.st_mode & S_ISUID) != 0 && st.st_uid != sys_geteuid()) {
        program.why = LX_OUTSIDE_SECURE;
        lacks = true;
    }
    if (!lacks)
        return;
    memcpy(program.name, name, strnlen(name, sizeof(program.name) - 1));
    unseen_note(&stats->lane, &program);
}
