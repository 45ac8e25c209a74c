/* SPDX-License-Identifier: MIT */
#include "supervisor/compat.h"

#include <errno.h>
#include <string.h>
#include <sys/time.h>
#include <utime.h>

#include "fs/call.h"
#include "supervisor/int80.h"
#include "sys/i386.h"

#if defined(__x86_64__)

#define NUMBERS    512 /* more than there are */
#define SOCKETCALL 102

/* Of socketcall, what concerns us. */
#define CALL_BIND    2
#define CALL_CONNECT 3

#define NARROW(name)                                                                      \
    static long narrow_##name(const void *ours, void *theirs)                             \
    {                                                                                     \
        int r = i386_put_##name(ours, theirs);                                            \
        return r < 0 ? r : (long)sizeof(struct i386_##name);                              \
    }                                                                                     \
    static const struct compat_structure of_##name = {.size = sizeof(struct i386_##name), \
                                                      .narrow = narrow_##name}

NARROW(old_stat);
NARROW(stat);
NARROW(stat64);
NARROW(statfs);
NARROW(statfs64);
NARROW(sysinfo);

static void widen_timespecs(const void *theirs, void *ours)
{
    i386_take_timespecs(theirs, ours);
}

/* The same as a 64-bit program's, but that nobody looks at the upper half of the nanoseconds. */
static void widen_timespecs64(const void *theirs, void *ours)
{
    struct timespec *to = ours;
    memcpy(to, theirs, 2 * sizeof(*to));
    for (int i = 0; i < 2; i++)
        to[i].tv_nsec &= UINT32_MAX;
}

static void widen_timevals(const void *theirs, void *ours)
{
    i386_take_timevals(theirs, ours);
}

static void widen_utimbuf(const void *theirs, void *ours)
{
    const struct i386_times *from = theirs;
    struct utimbuf *to = ours;
    *to = (struct utimbuf){from->first[0], from->first[1]};
}

static const struct compat_structure of_timespecs = {sizeof(struct i386_times), NULL,
                                                     widen_timespecs};
static const struct compat_structure of_timespecs64 = {2 * sizeof(struct timespec), NULL,
                                                       widen_timespecs64};
static const struct compat_structure of_timevals = {sizeof(struct i386_times), NULL,
                                                    widen_timevals};
static const struct compat_structure of_utimbuf = {sizeof(struct i386_times) / 2, NULL,
                                                   widen_utimbuf};

/* A record of readdir: as long as its name; of none at the end of a directory nothing is written.
 */
static long narrow_entry(const void *ours, void *theirs)
{
    const struct i386_dirent *e = ours;
    size_t n = e->length == 0 ? 0 : I386_DIRENT_NAME + e->length + 1U;
    memcpy(theirs, ours, n);
    return (long)n;
}

static const struct compat_structure of_entry = {COMPAT_STRUCTURE_MAX, narrow_entry, NULL};

static const struct supervise_call call_readdir = {SYS_getdents, false, "readdir", "fs", 0};

/*
 * How arguments become those of our call: in place, after they were copied as they are. Each
 * returns 0 or -errno, as compat_take.
 */
typedef int arrange(struct compat *c, const struct tracee *t);

static uint64_t both_halves(uint64_t low, uint64_t high)
{
    return low | high << 32;
}

static int low_ids(struct compat *c, const struct tracee *t)
{
    (void)t;
    c->args[1] = i386_high_id((uint32_t)c->args[1]);
    c->args[2] = i386_high_id((uint32_t)c->args[2]);
    return 0;
}

static int no_flags(struct compat *c, const struct tracee *t)
{
    (void)t;
    c->args[1] = 0;
    return 0;
}

static int signed_length(struct compat *c, const struct tracee *t)
{
    (void)t;
    c->args[1] = (uint64_t)(int32_t)c->args[1];
    return 0;
}

static int long_length(struct compat *c, const struct tracee *t)
{
    (void)t;
    c->args[1] = both_halves(c->args[1], c->args[2]);
    return 0;
}

static int long_range(struct compat *c, const struct tracee *t)
{
    (void)t;
    c->args[2] = both_halves(c->args[2], c->args[3]);
    c->args[3] = both_halves(c->args[4], c->args[5]);
    return 0;
}

/* sync_file_range: both are where fallocate has the second and the third. */
static int two_ranges(struct compat *c, const struct tracee *t)
{
    (void)t;
    uint64_t flags = c->args[5];
    c->args[1] = both_halves(c->args[1], c->args[2]);
    c->args[2] = both_halves(c->args[3], c->args[4]);
    c->args[3] = flags;
    return 0;
}

/* _llseek, which says the high half first. */
static int halves(struct compat *c, const struct tracee *t)
{
    (void)t;
    c->args[1] = both_halves(c->args[2], c->args[1]);
    c->args[2] = c->args[4];
    return 0;
}

/* The second half of an offset is where 64-bit programs have none. */
static int far_offset(struct compat *c, const struct tracee *t)
{
    (void)t;
    c->args[3] = both_halves(c->args[3], c->args[4]);
    return 0;
}

static int long_mask(struct compat *c, const struct tracee *t)
{
    (void)t;
    c->args[2] = both_halves(c->args[2], c->args[3]);
    c->args[3] = c->args[4];
    c->args[4] = c->args[5];
    return 0;
}

/* statfs64 is told how large its structure is, so that it may grow. */
static int sized(struct compat *c, const struct tracee *t)
{
    (void)t;
    if (c->args[1] != sizeof(struct i386_statfs64))
        return -LX_CONTINUE;
    c->args[1] = c->args[2];
    return 0;
}

static int socketcall(struct compat *c, const struct tracee *t)
{
    uint64_t own[3];
    if (c->args[0] != CALL_BIND && c->args[0] != CALL_CONNECT)
        return -LX_CONTINUE;
    int r = tracee_words(t, c->args[1], own, 3);
    if (r < 0)
        return r == -EPERM ? r : -LX_CONTINUE;
    c->call = supervise_call_find(c->args[0] == CALL_BIND ? SYS_bind : SYS_connect);
    memcpy(c->args, own, sizeof(own));
    return 0;
}

static const struct how {
    bool known;
    int number; /* of ours */
    arrange *arrange;
    const struct compat_structure *structure;
    vfs_syscall *answer;
} calls[NUMBERS] = {
#define AS_THEY_ARE NULL
#define NONE        NULL
#define OLD_STAT    &of_old_stat
#define STAT        &of_stat
#define STAT64      &of_stat64
#define STATFS      &of_statfs
#define STATFS64    &of_statfs64
#define SYSINFO     &of_sysinfo
#define TIMESPECS   &of_timespecs
#define TIMESPECS64 &of_timespecs64
#define TIMEVALS    &of_timevals
#define UTIMBUF     &of_utimbuf
#define I386(nr, name, call, arguments, structure) \
    [nr] = {true, SYS_##call, arguments, structure, NULL},
#define I386_SIX(nr, name, call, arguments, structure) I386(nr, name, call, arguments, structure)
#define I386_LISTS(nr, name, reader)                   [nr] = {true, SYS_getdents, NULL, NULL, int80_##reader},
#include "supervisor/compat.def"
};

int compat_take(struct compat *c, const struct tracee *t, const struct seccomp_data *data)
{
    unsigned nr = (unsigned)data->nr;
    const struct how *how = nr < NUMBERS ? &calls[nr] : NULL;
    if (how == NULL || !how->known)
        return -ENOSYS;
    *c = (struct compat){.call = supervise_call_find(how->number),
                         .structure = how->structure,
                         .answer = how->answer};
    memcpy(c->args, data->args, sizeof(c->args));
    if (how->answer == int80_one_entry) {
        c->call = &call_readdir;
        c->structure = &of_entry;
    }
    return how->arrange == NULL ? 0 : how->arrange(c, t);
}

#define MMAP2      192
#define MUNMAP     91
#define CLOSE      6
#define TRUNCATE64 193

long compat_give(long nr, const long args[6], long out[6])
{
    memcpy(out, args, 6 * sizeof(out[0]));
    if (nr == SYS_mmap)
        return MMAP2; /* whose offset counts pages, of which there are none */
    if (nr == SYS_munmap)
        return MUNMAP;
    if (nr == SYS_close)
        return CLOSE;
    if (nr == SYS_truncate) {
        out[2] = args[1] >> 32;
        return TRUNCATE64;
    }
    /* As all calls that are as new. */
    if (nr == SYS_openat2 || nr == SYS_io_uring_setup || nr == SYS_io_uring_register)
        return nr;
    for (long i = 0; i < NUMBERS && nr > 0; i++) {
        if (!calls[i].known || calls[i].number != nr || i == SOCKETCALL ||
            calls[i].structure != NULL)
            continue;
        if (calls[i].arrange == long_mask) {
            out[3] = (long)((unsigned long)args[2] >> 32);
            out[4] = args[3];
            out[5] = args[4];
            return i;
        }
        if (calls[i].arrange == NULL)
            return i;
    }
    return -ENOSYS;
}

#else

int compat_take(struct compat *c, const struct tracee *t, const struct seccomp_data *data)
{
    (void)c;
    (void)t;
    (void)data;
    return -ENOSYS;
}

long compat_give(long nr, const long args[6], long out[6])
{
    (void)nr;
    (void)args;
    (void)out;
    return -ENOSYS;
}

#endif
