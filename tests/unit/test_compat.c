/* SPDX-License-Identifier: MIT */
/* What calls of 32-bit x86 become, and what their structures hold. Of x86-64 alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sys/i386.h"

#if defined(__x86_64__)

#include <linux/audit.h>
#include <sys/time.h>
#include <utime.h>

#include "fs/call.h"
#include "supervisor/compat.h"

/* The caller's memory: three pointers, for socketcall. */
static int words_answer;
int tracee_words(const struct tracee *t, uint64_t from, uint64_t *to, size_t n)
{
    (void)t;
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++)
        to[i] = from + i;
    return words_answer;
}

static int take(struct compat *c, int nr, const uint64_t args[6])
{
    const struct tracee t = {.i386 = true};
    struct seccomp_data data = {.nr = nr, .arch = AUDIT_ARCH_I386};
    memcpy(data.args, args, sizeof(data.args));
    return compat_take(c, &t, &data);
}

#define ARGS(...) ((const uint64_t[6]){__VA_ARGS__})

static void expect(int nr, const char *call, const uint64_t args[6], const uint64_t become[6],
                   unsigned count)
{
    struct compat c;
    assert_int_equal(take(&c, nr, args), 0);
    assert_string_equal(c.call->name, call);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(c.args[i], become[i]);
}

/* Names, as strings: the numbers of both kinds of calls cannot be in one file. */
static const char *const means[][2] = {
#define I386(nr, name, call, arguments, structure)     {#name, #call},
#define I386_SIX(nr, name, call, arguments, structure) {#name, #call},
#define I386_LISTS(nr, name, reader)                   {#name, #name},
#include "supervisor/compat.def"
    {"socketcall", "bind"},
    {"getdents", "getdents"},
    {"getdents64", "getdents64"},
};

static void every_call_has_a_counterpart(void **state)
{
    (void)state;
    for (size_t i = 0; i < supervise_call_count; i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof(means) / sizeof(means[0]); k++)
            found |= strcmp(means[k][1], supervise_calls[i].name) == 0;
        if (!found)
            fail_msg("no call of 32-bit x86 means %s", supervise_calls[i].name);
    }
}

static void arguments_as_they_are(void **state)
{
    struct compat c;
    (void)state;
    expect(295, "openat", ARGS(0xffffff9c, 0x8000, 0x8241, 0644, 0, 5),
           ARGS(0xffffff9c, 0x8000, 0x8241, 0644), 4);
    expect(22, "umount2", ARGS(0x8000, 0x7777), ARGS(0x8000, 0), 2);
    assert_int_equal(take(&c, 6, ARGS(0)), -ENOSYS); /* close */
    assert_int_equal(take(&c, 100000, ARGS(0)), -ENOSYS);
    assert_int_equal(take(&c, -1, ARGS(0)), -ENOSYS);
}

static void ids_of_16_bits(void **state)
{
    (void)state;
    expect(182, "chown", ARGS(1, 0xffff, 0x1fffe), ARGS(1, UINT32_MAX, 0xfffe), 3);
    expect(16, "lchown", ARGS(1, 1000, 0xffffffff), ARGS(1, 1000, UINT32_MAX), 3);
    expect(95, "fchown", ARGS(7, 0, 65534), ARGS(7, 0, 65534), 3);
    expect(212, "chown", ARGS(1, 0xffff, 0xffffffff), ARGS(1, 0xffff, UINT32_MAX), 3);
    assert_int_equal(i386_low_id(65535), 65535);
    assert_int_equal(i386_low_id(65536), 65534);
}

static void lengths_in_one_and_in_two_halves(void **state)
{
    (void)state;
    expect(92, "truncate", ARGS(1, 0xffffffff), ARGS(1, UINT64_MAX), 2);
    expect(93, "ftruncate", ARGS(3, 0x7fffffff), ARGS(3, 0x7fffffff), 2);
    expect(193, "truncate", ARGS(1, 5, 2), ARGS(1, UINT64_C(0x200000005)), 2);
    expect(194, "ftruncate", ARGS(3, 0xffffffff, 0xffffffff), ARGS(3, UINT64_MAX), 2);
    expect(180, "pread64", ARGS(3, 0x8000, 16, 5, 2), ARGS(3, 0x8000, 16, UINT64_C(0x200000005)),
           4);
    expect(379, "pwritev2", ARGS(3, 0x8000, 2, 5, 2, 8),
           ARGS(3, 0x8000, 2, UINT64_C(0x200000005), 2, 8), 6);
    expect(314, "sync_file_range", ARGS(3, 1, 2, 3, 4, 5),
           ARGS(3, (uint64_t)2 << 32 | 1, (uint64_t)4 << 32 | 3, 5), 4);
    expect(140, "lseek", ARGS(3, 1, 2, 99, 4), ARGS(3, (uint64_t)1 << 32 | 2, 4), 3);
    expect(324, "fallocate", ARGS(3, 1, 2, 3, 4, 5),
           ARGS(3, 1, UINT64_C(0x300000002), UINT64_C(0x500000004)), 4);
    expect(339, "fanotify_mark", ARGS(3, 1, 0x20, 0x1, 0xffffff9c, 0x8000),
           ARGS(3, 1, UINT64_C(0x100000020), 0xffffff9c, 0x8000), 5);
}

static void sockets_by_one_call(void **state)
{
    struct compat c;
    (void)state;
    expect(102, "bind", ARGS(2, 100), ARGS(100, 101, 102), 3);
    expect(102, "connect", ARGS(3, 200), ARGS(200, 201, 202), 3);
    assert_int_equal(take(&c, 102, ARGS(1, 100)), -LX_CONTINUE);
    words_answer = -EFAULT;
    assert_int_equal(take(&c, 102, ARGS(2, 100)), -LX_CONTINUE);
    words_answer = -EPERM;
    assert_int_equal(take(&c, 102, ARGS(2, 100)), -EPERM);
    words_answer = 0;
}

static void statfs64_is_told_a_size(void **state)
{
    struct compat c;
    (void)state;
    assert_int_equal(sizeof(struct i386_statfs64), 84);
    expect(268, "statfs", ARGS(1, 84, 0x8000), ARGS(1, 0x8000), 2);
    expect(269, "fstatfs", ARGS(1, 84, 0x8000), ARGS(1, 0x8000), 2);
    assert_int_equal(take(&c, 268, ARGS(1, 88, 0x8000)), -LX_CONTINUE);
}

static void calls_the_other_way(void **state)
{
    long out[6];
    static const struct {
        long ours;
        long theirs;
    } pairs[] = {{SYS_mmap, 192},          {SYS_munmap, 91},
                 {SYS_chdir, 12},          {SYS_chroot, 61},
                 {SYS_execveat, 358},      {SYS_openat, 295},
                 {SYS_umount2, 52},        {SYS_mount, 21},
                 {SYS_pivot_root, 217},    {SYS_move_mount, 429},
                 {SYS_open_tree, 428},     {SYS_fspick, 433},
                 {SYS_mount_setattr, 442}, {SYS_name_to_handle_at, 341}};
    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const long args[6] = {1, 2, 3, 4, 5, 6};
        assert_int_equal(compat_give(pairs[i].ours, args, out), pairs[i].theirs);
        assert_memory_equal(out, args, sizeof(out));
    }
    const long mark[6] = {3, 1, 0x100000020, -100, 0x8000, 0};
    const long split[6] = {3, 1, 0x100000020, 1, -100, 0x8000};
    assert_int_equal(compat_give(SYS_fanotify_mark, mark, out), 339);
    assert_memory_equal(out, split, sizeof(out));
    assert_int_equal(compat_give(SYS_read, mark, out), -ENOSYS);
}

/* As the kernel writes and reads it for calls that have another structure. */
static const struct compat_structure *structure_of(int nr)
{
    struct compat c;
    assert_int_equal(take(&c, nr, ARGS(0, 84)), 0);
    assert_non_null(c.structure);
    return c.structure;
}

static void times(void **state)
{
    const int32_t theirs[4] = {-1, 0x3ffffffe, 0x7fffffff, -2};
    const struct timespec long_ones[2] = {{-5, (long)0xabcdef0000000007}, {INT64_MAX, 999999999}};
    struct timespec ts[2];
    struct timeval tv[2];
    struct utimbuf buf;
    (void)state;
    structure_of(320)->widen(theirs, ts);
    assert_int_equal(ts[0].tv_sec, -1);
    assert_int_equal(ts[0].tv_nsec, 0x3ffffffe);
    assert_int_equal(ts[1].tv_sec, 0x7fffffff);
    assert_int_equal(ts[1].tv_nsec, -2);
    structure_of(271)->widen(theirs, tv);
    assert_int_equal(tv[1].tv_sec, 0x7fffffff);
    assert_int_equal(tv[1].tv_usec, -2);
    structure_of(30)->widen(theirs, &buf);
    assert_int_equal(structure_of(30)->size, 8);
    assert_int_equal(buf.actime, -1);
    assert_int_equal(buf.modtime, 0x3ffffffe);
    structure_of(412)->widen(long_ones, ts);
    assert_int_equal(ts[0].tv_sec, -5);
    assert_int_equal(ts[0].tv_nsec, 7);
    assert_int_equal(ts[1].tv_sec, INT64_MAX);
    assert_int_equal(ts[1].tv_nsec, 999999999);
}

static struct stat ordinary(void)
{
    struct stat st;
    memset(&st, 0, sizeof(st));
    st.st_dev = makedev(8, 0x123);
    st.st_ino = 0x1234;
    st.st_mode = S_IFREG | 0644;
    st.st_nlink = 3;
    st.st_uid = 1000;
    st.st_gid = 70000;
    st.st_rdev = makedev(4, 64);
    st.st_size = 0x7fffffff;
    st.st_blksize = 4096;
    st.st_blocks = 8;
    st.st_atim = (struct timespec){0x180000000, 1};
    st.st_mtim = (struct timespec){-1, 2};
    st.st_ctim = (struct timespec){3, 4};
    return st;
}

static void stats(void **state)
{
    const struct stat st = ordinary();
    struct i386_stat small;
    struct i386_stat64 large;
    struct i386_old_stat old;
    (void)state;
    assert_int_equal(sizeof(old), 32);
    assert_int_equal(sizeof(small), 64);
    assert_int_equal(sizeof(large), 96);
    assert_int_equal(structure_of(106)->narrow(&st, &small), 64);
    assert_int_equal(small.dev, 0x100823);
    assert_int_equal(small.ino, 0x1234);
    assert_int_equal(small.mode, S_IFREG | 0644);
    assert_int_equal(small.uid, 1000);
    assert_int_equal(small.gid, 65534);
    assert_int_equal(small.size, 0x7fffffff);
    assert_int_equal(small.atime[0], 0x80000000);
    assert_int_equal(small.mtime[0], 0xffffffff);
    assert_int_equal(small.ctime[1], 4);
    assert_int_equal(structure_of(195)->narrow(&st, &large), 96);
    assert_int_equal(large.dev, 0x100823);
    assert_int_equal(large.gid, 70000);
    assert_int_equal(large.ino, 0x1234);
    assert_int_equal(large.rdev, 0x440);
    assert_int_equal(structure_of(18)->narrow(&st, &old), 32);
    assert_int_equal(old.dev, 0x923); /* major << 8 | minor, cut off */
    assert_int_equal(old.size, 0x7fffffff);
}

static void stats_that_do_not_fit(void **state)
{
    struct stat st = ordinary();
    struct i386_stat small;
    struct i386_stat64 large;
    struct i386_old_stat old;
    (void)state;
    st.st_size++;
    assert_int_equal(structure_of(107)->narrow(&st, &small), -EOVERFLOW);
    assert_int_equal(structure_of(84)->narrow(&st, &old), 32); /* no matter there */
    st = ordinary();
    st.st_ino = 0x10000;
    assert_int_equal(structure_of(108)->narrow(&st, &small), 64);
    assert_int_equal(structure_of(28)->narrow(&st, &old), -EOVERFLOW);
    st.st_ino = 0x100000000;
    assert_int_equal(structure_of(108)->narrow(&st, &small), -EOVERFLOW);
    assert_int_equal(structure_of(300)->narrow(&st, &large), 96);
    assert_int_equal(large.low_ino, 0);
    assert_int_equal(large.ino, 0x100000000);
    st = ordinary();
    st.st_nlink = 65536;
    assert_int_equal(structure_of(106)->narrow(&st, &small), -EOVERFLOW);
    assert_int_equal(structure_of(18)->narrow(&st, &old), -EOVERFLOW);
}

static void file_systems(void **state)
{
    struct statfs fs;
    struct i386_statfs small;
    struct i386_statfs64 large;
    (void)state;
    memset(&fs, 0, sizeof(fs));
    fs.f_type = 0x53464846;
    fs.f_bsize = fs.f_frsize = 4096;
    fs.f_blocks = UINT32_MAX;
    fs.f_files = fs.f_ffree = UINT64_MAX;
    fs.f_fsid.__val[1] = -7;
    fs.f_namelen = 255;
    assert_int_equal(structure_of(99)->narrow(&fs, &small), 64);
    assert_int_equal(small.type, 0x53464846);
    assert_int_equal(small.files, UINT32_MAX);
    assert_int_equal(small.fsid[1], -7);
    fs.f_files = 0x100000000;
    assert_int_equal(structure_of(100)->narrow(&fs, &small), -EOVERFLOW);
    fs.f_files = 5;
    fs.f_bavail = 0x100000000;
    assert_int_equal(structure_of(99)->narrow(&fs, &small), -EOVERFLOW);
    assert_int_equal(structure_of(268)->narrow(&fs, &large), 84);
    assert_int_equal(large.bavail, 0x100000000);
    fs.f_bsize = 0x100000000;
    assert_int_equal(structure_of(269)->narrow(&fs, &large), -EOVERFLOW);
}

static void amounts_in_bytes_or_in_pages(void **state)
{
    struct i386_sysinfo i;
    struct sysinfo from = {.uptime = 7,
                           .loads = {1, 2, 3},
                           .totalram = UINT32_MAX,
                           .freeram = 1 << 20,
                           .sharedram = 3 << 12,
                           .bufferram = 4 << 12,
                           .totalswap = 5 << 12,
                           .freeswap = 6 << 12,
                           .procs = 8,
                           .totalhigh = 9 << 12,
                           .freehigh = 10 << 12,
                           .mem_unit = 1};
    (void)state;
    assert_int_equal(sizeof(i), 64);
    assert_int_equal(offsetof(struct i386_sysinfo, mem_unit), 52);
    assert_int_equal(i386_put_sysinfo(&from, &i), 0);
    assert_int_equal(i.uptime, 7);
    assert_int_equal(i.loads[2], 3);
    assert_int_equal(i.procs, 8);
    assert_int_equal(i.totalram, UINT32_MAX);
    assert_int_equal(i.freehigh, 10 << 12);
    assert_int_equal(i.mem_unit, 1);
    from.totalswap = UINT64_C(5) << 32;
    i386_put_sysinfo(&from, &i);
    const uint32_t pages[] = {UINT32_MAX >> 12, 256, 3, 4, 5 << 20, 6};
    assert_memory_equal(&i.totalram, pages, sizeof(pages));
    assert_int_equal(i.totalhigh, 9);
    assert_int_equal(i.freehigh, 10);
    assert_int_equal(i.mem_unit, 4096);
    from.totalswap = 0;
    from.totalram = UINT64_C(1) << 32;
    from.mem_unit = 2;
    i386_put_sysinfo(&from, &i);
    assert_int_equal(i.totalram, 1 << 21);
    assert_int_equal(i.mem_unit, 4096);
}

static void an_entry_is_as_long_as_its_name(void **state)
{
    union {
        struct i386_dirent e;
        char room[COMPAT_STRUCTURE_MAX];
    } ours;
    char theirs[COMPAT_STRUCTURE_MAX];
    (void)state;
    memset(&ours, 0, sizeof(ours));
    ours.e.ino = 5;
    assert_int_equal(structure_of(89)->narrow(&ours, theirs), 0);
    ours.e.length = 3;
    memcpy(ours.e.name, "abc", 4);
    assert_int_equal(structure_of(89)->narrow(&ours, theirs), 14);
    assert_string_equal(theirs + 10, "abc");
    ours.e.length = 255;
    memset(ours.e.name, 'x', 255);
    assert_int_equal(structure_of(89)->narrow(&ours, theirs), 266);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_has_a_counterpart),
        cmocka_unit_test(arguments_as_they_are),
        cmocka_unit_test(ids_of_16_bits),
        cmocka_unit_test(lengths_in_one_and_in_two_halves),
        cmocka_unit_test(sockets_by_one_call),
        cmocka_unit_test(statfs64_is_told_a_size),
        cmocka_unit_test(calls_the_other_way),
        cmocka_unit_test(times),
        cmocka_unit_test(stats),
        cmocka_unit_test(stats_that_do_not_fit),
        cmocka_unit_test(file_systems),
        cmocka_unit_test(amounts_in_bytes_or_in_pages),
        cmocka_unit_test(an_entry_is_as_long_as_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 0;
}

#endif
