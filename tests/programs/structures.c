/* SPDX-License-Identifier: MIT */
/*
 * structures raw|libc|many: what calls answer that have one structure for 64-bit programs and
 * several for 32-bit ones, in a directory that is empty. By the instruction itself ("raw") every
 * way that this word size has to ask, or by libc's functions as this file was compiled
 * (_FILE_OFFSET_BITS, _TIME_BITS). Ways that agree are one line, which is the same in both word
 * sizes; lines that only 32-bit programs have begin with "32:". "many": how many of 500 files a
 * listing has, with the place kept in between (of which ext4 keeps a hash, as wide as who asks can
 * hold).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#include "structures.h"

#define GIB   (INT64_C(1) << 30)
#define SINCE 1000000000 /* a time, in seconds */

static void ask_statx(const char *path, int fd, int flags)
{
    struct statx x;
    memset(&whole, 0, sizeof(whole));
    if (path == NULL)
        flags |= AT_EMPTY_PATH;
    if (CALL(SYS_statx, path == NULL ? fd : AT_FDCWD, path == NULL ? "" : path, flags,
             STATX_BASIC_STATS, &x) < 0)
        return;
    whole = (struct facts){.dev = makedev(x.stx_dev_major, x.stx_dev_minor),
                           .ino = x.stx_ino,
                           .rdev = makedev(x.stx_rdev_major, x.stx_rdev_minor),
                           .mode = x.stx_mode,
                           .nlink = x.stx_nlink,
                           .uid = x.stx_uid,
                           .gid = x.stx_gid,
                           .blksize = x.stx_blksize,
                           .blocks = x.stx_blocks,
                           .size = (int64_t)x.stx_size,
                           .atime = x.stx_atime.tv_sec,
                           .mtime = x.stx_mtime.tv_sec,
                           .ctime = x.stx_ctime.tv_sec,
                           .known = true};
}

static void add_libc(const char *what, const char *way, long r, const struct stat *st)
{
    const struct facts f = {(uint64_t)st->st_dev,
                            (uint64_t)st->st_ino,
                            (uint64_t)st->st_rdev,
                            st->st_mode,
                            st->st_nlink,
                            st->st_uid,
                            st->st_gid,
                            (uint64_t)st->st_blksize,
                            (uint64_t)st->st_blocks,
                            (int64_t)st->st_size,
                            (int64_t)st->st_atim.tv_sec,
                            (int64_t)st->st_mtim.tv_sec,
                            (int64_t)st->st_ctim.tv_sec,
                            true};
    add_stat(what, way, r, &f);
}

#ifdef __i386__
/* The oldest structure: inodes of 16 bits, and neither blocks nor the whole device. */
static void add_old(const char *what, const char *way, long r, const struct i386_old_stat *st)
{
    struct facts f = whole;
    bool narrow = whole.known && whole.ino <= UINT16_MAX;
    if (whole.known && !narrow) {
        if (r != -EOVERFLOW)
            add(what, way, "%s", answer(r));
        return;
    }
    f.ino = st->ino;
    f.mode = st->mode;
    f.nlink = st->nlink;
    f.uid = st->uid;
    f.gid = st->gid;
    f.size = (int32_t)st->size;
    f.atime = (int32_t)st->atime;
    f.mtime = (int32_t)st->mtime;
    f.ctime = (int32_t)st->ctime;
    add_stat(what, way, r, &f);
}
#endif

static void by_statx(const char *what)
{
    add_stat(what, "statx", whole.known ? 0 : -ENOENT, &whole);
}

static void stat_raw(const char *what, const char *path, int fd, bool follow)
{
    by_statx(what);
#ifdef __i386__
    struct i386_stat s;
    struct i386_stat64 l;
    struct i386_old_stat o;
    long r = path == NULL ? CALL(SYS_fstat64, fd, &l)
             : follow     ? CALL(SYS_stat64, path, &l)
                          : CALL(SYS_lstat64, path, &l);
    add_stat(what, "stat64", r, &(struct facts)FACTS(l));
    r = path == NULL ? CALL(SYS_fstat, fd, &s)
        : follow     ? CALL(SYS_stat, path, &s)
                     : CALL(SYS_lstat, path, &s);
    add_stat(what, "stat", r, &(struct facts)FACTS(s));
    r = path == NULL ? CALL(SYS_oldfstat, fd, &o)
        : follow     ? CALL(SYS_oldstat, path, &o)
                     : CALL(SYS_oldlstat, path, &o);
    add_old(what, "oldstat", r, &o);
    r = CALL(SYS_fstatat64, path == NULL ? fd : AT_FDCWD, path == NULL ? "" : path, &l,
             path == NULL ? AT_EMPTY_PATH
             : follow     ? 0
                          : AT_SYMLINK_NOFOLLOW);
    add_stat(what, "fstatat64", r, &(struct facts)FACTS(l));
#else
    struct stat st;
    long r = path == NULL ? CALL(SYS_fstat, fd, &st)
             : follow     ? CALL(SYS_stat, path, &st)
                          : CALL(SYS_lstat, path, &st);
    add_libc(what, "stat", r, &st);
    r = CALL(SYS_newfstatat, path == NULL ? fd : AT_FDCWD, path == NULL ? "" : path, &st,
             path == NULL ? AT_EMPTY_PATH
             : follow     ? 0
                          : AT_SYMLINK_NOFOLLOW);
    add_libc(what, "newfstatat", r, &st);
#endif
}

static void stat_libc(const char *what, const char *path, int fd, bool follow)
{
    struct stat st = {0};
    struct statx x = {0};
    long r = of(path == NULL ? fstat(fd, &st) : follow ? stat(path, &st) : lstat(path, &st));
    whole = (struct facts){.known = false};
    if (of(statx(path == NULL ? fd : AT_FDCWD, path == NULL ? "" : path,
                 path == NULL ? AT_EMPTY_PATH
                 : follow     ? 0
                              : AT_SYMLINK_NOFOLLOW,
                 STATX_BASIC_STATS, &x)) == 0) {
        whole.dev = makedev(x.stx_dev_major, x.stx_dev_minor);
        whole.ino = x.stx_ino;
        whole.blocks = x.stx_blocks;
        whole.ctime = x.stx_ctime.tv_sec;
        whole.blksize = x.stx_blksize;
    }
    add_libc(what, "stat", r, &st);
    r = of(fstatat(path == NULL ? fd : AT_FDCWD, path == NULL ? "" : path, &st,
                   path == NULL ? AT_EMPTY_PATH
                   : follow     ? 0
                                : AT_SYMLINK_NOFOLLOW));
    add_libc(what, "fstatat", r, &st);
}

static void ask_stat(const char *path, int fd, bool follow)
{
    char what[64];
    snprintf(what, sizeof(what), "%s %s",
             path == NULL ? "fstat"
             : follow     ? "stat"
                          : "lstat",
             path == NULL ? "it" : path);
    begin();
    if (raw)
        ask_statx(path, fd, follow ? 0 : AT_SYMLINK_NOFOLLOW);
    (raw ? stat_raw : stat_libc)(what, path, fd, follow);
}

static void add_fs(const char *what, const char *way, long r, uint64_t type, uint64_t bsize,
                   uint64_t files, uint64_t namelen, uint64_t frsize)
{
    if (r < 0)
        add(what, way, "%s", answer(r));
    else
        add(what, way, "type %llx block %llu names %llu fragment %llu%s", (unsigned long long)type,
            (unsigned long long)bsize, (unsigned long long)namelen, (unsigned long long)frsize,
            files > 0 ? " files" : "");
}

#define ADD_FS(what, way, r, s) \
    add_fs(what, way, r, (uint64_t)(s).type, (s).bsize, (s).files, (s).namelen, (s).frsize)

static void ask_statfs(const char *path, int fd)
{
    const char *what = path == NULL ? "fstatfs" : "statfs";
    struct statvfs v;
    struct statfs s;
    begin();
#ifdef __i386__
    struct i386_statfs o = {0};
    struct i386_statfs64 l = {0};
    if (raw) {
        long r = path == NULL ? CALL(SYS_fstatfs64, fd, sizeof(l), &l)
                              : CALL(SYS_statfs64, path, sizeof(l), &l);
        ADD_FS(what, "statfs64", r, l);
        r = path == NULL ? CALL(SYS_fstatfs, fd, &o) : CALL(SYS_statfs, path, &o);
        if ((l.blocks | l.bfree | l.bavail) <= UINT32_MAX) /* else EOVERFLOW */
            ADD_FS(what, "statfs", r, o);
        printf("32: %s64 of another size: %s\n", what,
               answer(path == NULL ? CALL(SYS_fstatfs64, fd, sizeof(l) + 4, &l)
                                   : CALL(SYS_statfs64, path, sizeof(l) + 4, &l)));
        return;
    }
#endif
    long r = raw ? (path == NULL ? CALL(SYS_fstatfs, fd, &s) : CALL(SYS_statfs, path, &s))
                 : of(path == NULL ? fstatfs(fd, &s) : statfs(path, &s));
    add_fs(what, "statfs", r, (uint32_t)s.f_type, (uint64_t)s.f_bsize, s.f_files,
           (uint64_t)s.f_namelen, (uint64_t)s.f_frsize);
    if (raw)
        return;
    uint32_t type = (uint32_t)s.f_type;
    r = of(path == NULL ? fstatvfs(fd, &v) : statvfs(path, &v));
    add_fs(what, "statvfs", r, type, v.f_bsize, v.f_files, v.f_namemax, v.f_frsize);
}

#define NAMES 32
static char names[NAMES][64];
static unsigned name_count;

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void add_name(const char *name, unsigned type)
{
    if (name_count < NAMES && name[0] != '.')
        snprintf(names[name_count++], sizeof(names[0]), "%.50s=%u", name, type);
}

static void add_names(const char *way, long r)
{
    char text[1024] = "";
    qsort(names, name_count, sizeof(names[0]), compare);
    for (unsigned i = 0; i < name_count; i++)
        strncat(strcat(text, " "), names[i], 60);
    add("names", way, "%s%s", answer(r), text);
    name_count = 0;
}

#ifdef __i386__
/* By the call of before getdents, an entry at a time, which has no types: those are known by now.
 */
static void list_one_by_one(int fd)
{
    struct {
        struct i386_dirent e;
        char room[300];
    } b;
    char known[NAMES][64];
    unsigned count = 0;
    long r;
    CALL(SYS_lseek, fd, 0, SEEK_SET);
    while ((r = CALL(SYS_readdir, fd, &b, 1)) > 0)
        if (b.e.name[0] != '.' && count < NAMES)
            snprintf(known[count++], sizeof(known[0]), "%.*s", b.e.length, b.e.name);
    qsort(known, count, sizeof(known[0]), compare);
    printf("32: readdir: %s", answer(r));
    for (unsigned i = 0; i < count; i++)
        printf(" %s", known[i]);
    printf("\n");
}
#endif

static void list_raw(int fd)
{
    _Alignas(8) char block[512];
    long n;
    while ((n = CALL(SYS_getdents64, fd, block, sizeof(block))) > 0)
        for (long at = 0; at < n; at += *(uint16_t *)(void *)(block + at + 16))
            add_name(block + at + 19, (unsigned char)block[at + 18]);
    add_names("getdents64", n);
    CALL(SYS_lseek, fd, 0, SEEK_SET);
    while ((n = CALL(SYS_getdents, fd, block, sizeof(block))) > 0)
        for (long at = 0; at < n;) {
            uint16_t length = *(uint16_t *)(void *)(block + at + 2 * sizeof(long));
            add_name(block + at + 2 * sizeof(long) + 2, (unsigned char)block[at + length - 1]);
            at += length;
        }
    add_names("getdents", n);
#ifdef __i386__
    list_one_by_one(fd);
#endif
}

static void ask_names(void)
{
    int fd = open(".", O_RDONLY | O_DIRECTORY);
    begin();
    if (raw) {
        list_raw(fd);
        close(fd);
        return;
    }
    struct dirent **list;
    const struct dirent *e;
    DIR *dir = fdopendir(fd);
    while (dir != NULL && (e = readdir(dir)) != NULL)
        add_name(e->d_name, e->d_type);
    add_names("readdir", 0);
    /* Where a directory was left, it is gone on with. */
    rewinddir(dir);
    long place = telldir(dir);
    e = readdir(dir);
    char first[64];
    snprintf(first, sizeof(first), "%.60s", e == NULL ? "" : e->d_name);
    seekdir(dir, place);
    e = readdir(dir);
    printf("seekdir: %s\n", e != NULL && strcmp(e->d_name, first) == 0 ? "ok" : "another");
    closedir(dir);
    int n = scandir(".", &list, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        add_name(list[i]->d_name, list[i]->d_type);
        free(list[i]);
    }
    add_names("scandir", n);
}

static int many(void)
{
    char name[32];
    unsigned seen = 0;
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof(name), "file:%d", i);
        close(open(name, O_WRONLY | O_CREAT, 0600));
    }
    DIR *dir = opendir(".");
    while (dir != NULL) {
        long place = telldir(dir);
        errno = 0;
        const struct dirent *e = readdir(dir);
        if (e == NULL)
            break;
        snprintf(name, sizeof(name), "%.30s", e->d_name);
        if (seen % 32 == 0) { /* not at each: all that comes after it is read again */
            seekdir(dir, place);
            e = readdir(dir);
        }
        seen += e != NULL && strcmp(e->d_name, name) == 0 && strncmp(name, "file:", 5) == 0;
    }
    printf("%u, %s\n", seen, errno == 0 ? "to the end" : strerrorname_np(errno));
    return 0;
}

static void add_times(const char *way, long r)
{
    struct statx x = {0};
    if (raw)
        CALL(SYS_statx, AT_FDCWD, "f:f", 0, STATX_BASIC_STATS, &x);
    else
        (void)statx(AT_FDCWD, "f:f", 0, STATX_BASIC_STATS, &x);
    add("times", way, "%s %lld %lld", answer(r), (long long)x.stx_atime.tv_sec,
        (long long)x.stx_mtime.tv_sec);
}

static void ask_times_raw(int fd)
{
    const long two[2] = {SINCE, SINCE + 1};
    const long four[4] = {SINCE, 0, SINCE + 1, 0};
    const long bad[4] = {SINCE, 1000000, SINCE + 1, 0};
    add_times("utime", CALL(SYS_utime, "f:f", two));
    add_times("utimes", CALL(SYS_utimes, "f:f", four));
    add_times("futimesat", CALL(SYS_futimesat, AT_FDCWD, "f:f", four));
    add_times("utimensat", CALL(SYS_utimensat, AT_FDCWD, "f:f", four, 0));
    add_times("utimensat, of a descriptor", CALL(SYS_utimensat, fd, 0, four, 0));
#ifdef __i386__
    const int64_t long_ones[4] = {SINCE, INT64_C(7) << 32, SINCE + 1, 0};
    add_times("utimensat_time64", CALL(SYS_utimensat_time64, AT_FDCWD, "f:f", long_ones, 0));
    printf("32: utimensat_time64 of a bad address: %s\n",
           answer(CALL(SYS_utimensat_time64, AT_FDCWD, "f:f", 8, 0)));
#endif
    begin();
    add_times("microseconds that are none", CALL(SYS_utimes, "f:f", bad));
}

static void ask_times(int fd)
{
    const struct timeval tv[2] = {{.tv_sec = SINCE}, {.tv_sec = SINCE + 1}};
    const struct timespec ts[2] = {{.tv_sec = SINCE}, {.tv_sec = SINCE + 1}};
    const struct utimbuf both = {SINCE, SINCE + 1};
    begin();
    if (raw) {
        ask_times_raw(fd);
        return;
    }
    add_times("utime", of(utime("f:f", &both)));
    add_times("utimes", of(utimes("f:f", tv)));
    add_times("lutimes", of(lutimes("f:f", tv)));
    add_times("futimes", of(futimes(fd, tv)));
    add_times("futimesat", of(futimesat(AT_FDCWD, "f:f", tv)));
    add_times("utimensat", of(utimensat(AT_FDCWD, "f:f", ts, 0)));
    add_times("futimens", of(futimens(fd, ts)));
}

static void add_size(const char *what, const char *way, long r)
{
    struct statx x = {0};
    if (raw)
        CALL(SYS_statx, AT_FDCWD, "f:f", 0, STATX_BASIC_STATS, &x);
    else
        (void)statx(AT_FDCWD, "f:f", 0, STATX_BASIC_STATS, &x);
    add(what, way, "%s size %lld", answer(r), (long long)x.stx_size);
}

#ifdef __i386__
#define HALVES(n) (uint32_t)(n), (uint32_t)((uint64_t)(n) >> 32)
/* More than 2 GiB, where only some ways reach. */
static void ask_large(int fd)
{
    struct i386_stat s;
    struct i386_stat64 l;
    begin();
    add_size("5 GiB", "truncate64", CALL(SYS_truncate64, "f:f", HALVES(5 * GIB + 7)));
    long small = CALL(SYS_stat, "f:f", &s);
    long large = CALL(SYS_stat64, "f:f", &l);
    printf("32: stat: %s, stat64: %s, size %lld\n", answer(small), answer(large),
           (long long)l.size);
    printf("32: open: %s, to write: %s, with O_LARGEFILE: %s\n",
           answer(CALL(SYS_open, "f:f", O_RDONLY, 0)),
           answer(CALL(SYS_openat, AT_FDCWD, "f:f", O_RDWR | O_CREAT, 0600)),
           answer(CALL(SYS_open, "f:f", O_RDONLY | I386_O_LARGEFILE, 0)));
    printf("32: ftruncate64: %s\n", answer(CALL(SYS_ftruncate64, fd, HALVES(5 * GIB + 7))));
    begin();
    add_size("back", "truncate", CALL(SYS_truncate, "f:f", 3));
    add_size("back", "ftruncate", CALL(SYS_ftruncate, fd, 3));
    add_size("back", "ftruncate64", CALL(SYS_ftruncate64, fd, HALVES(3)));
    begin();
    add_size("negative", "truncate", CALL(SYS_truncate, "f:f", -1));
    add_size("negative", "truncate64", CALL(SYS_truncate64, "f:f", HALVES(-1LL)));
    begin();
    add_size("fallocate", "fallocate", CALL(SYS_fallocate, fd, 1, HALVES(0), HALVES(5)));
    /* What marks our own calls is a length there, of whoever makes it. */
    printf("32: fallocate, with the cookie for a length: %s\n",
           answer(CALL(SYS_fallocate, fd, 1, 0, 0, 0, 0x696d2e31)));
}

/* What a new file is open with says how far it may grow. */
static void ask_flags(void)
{
    static const struct {
        const char *name;
        int flags;
    } opens[] = {{"n:1", O_RDWR | O_CREAT | O_EXCL},
                 {"n:2", O_RDWR | O_CREAT | O_TRUNC},
                 {"n:2", O_RDWR | O_TRUNC},
                 {"n:2", O_RDWR | O_CREAT},
                 {"n:2", O_RDWR},
                 {"n3", O_RDWR | O_CREAT},
                 {"d", O_RDONLY | O_DIRECTORY}};
    for (unsigned i = 0; i < sizeof(opens) / sizeof(opens[0]); i++)
        for (int large = 0; large <= I386_O_LARGEFILE; large += I386_O_LARGEFILE) {
            long fd = CALL(SYS_open, opens[i].name, opens[i].flags | large, 0600);
            long flags = fd < 0 ? 0 : CALL(SYS_fcntl64, fd, F_GETFL, 0);
            printf("32: open %s %o: %s, large %d\n", opens[i].name, (unsigned)opens[i].flags,
                   answer(fd), (flags & I386_O_LARGEFILE) != 0);
            CALL(SYS_close, fd);
            if (i == 0)
                CALL(SYS_unlink, "n:1");
        }
    long fd = CALL(SYS_creat, "n:4", 0600);
    printf("32: creat: %s, large %d\n", answer(fd),
           (CALL(SYS_fcntl64, fd, F_GETFL, 0) & I386_O_LARGEFILE) != 0);
    CALL(SYS_unlink, "n:2");
    CALL(SYS_unlink, "n3");
    CALL(SYS_unlink, "n:4");
}
#else
static void ask_large(int fd)
{
    begin();
    add_size("5 GiB", "truncate", CALL(SYS_truncate, "f:f", 5 * GIB + 7));
    add_size("5 GiB", "ftruncate", CALL(SYS_ftruncate, fd, 5 * GIB + 7));
    begin();
    add_size("back", "truncate", CALL(SYS_truncate, "f:f", 3));
    begin();
    add_size("negative", "truncate", CALL(SYS_truncate, "f:f", -1));
    begin();
    add_size("fallocate", "fallocate", CALL(SYS_fallocate, fd, 1, 0, 5));
}
#endif

static void ask_sizes(int fd)
{
    if (raw) {
        ask_large(fd);
        return;
    }
    begin();
    add_size("5 GiB", "truncate64", of(truncate64("f:f", 5 * GIB + 7)));
    struct stat st = {0};
#if defined(__i386__)
    printf("32: ftruncate64: %s\n", answer(of(ftruncate64(fd, 5 * GIB + 7))));
    printf("32: stat: %s\n", answer(of(stat("f:f", &st))));
    printf("32: open: %s\n", answer(of(open("f:f", O_RDONLY))));
    printf("32: fopen: %s\n", fopen("f:f", "r") == NULL ? answer(-errno) : "ok");
#else
    (void)st;
#endif
    begin();
    add_size("back", "truncate", of(truncate("f:f", 3)));
    add_size("back", "ftruncate", of(ftruncate(fd, 3)));
    begin();
    add_size("negative", "truncate", of(truncate("f:f", -1)));
    begin();
    add_size("fallocate", "fallocate", of(fallocate(fd, 1, 0, 5)));
    add_size("fallocate", "fallocate64", of(fallocate64(fd, 1, 0, 5)));
}

static void add_owner(const char *way, long r)
{
    struct statx x = {0};
    if (raw)
        CALL(SYS_statx, AT_FDCWD, "f:f", 0, STATX_BASIC_STATS, &x);
    else
        (void)statx(AT_FDCWD, "f:f", 0, STATX_BASIC_STATS, &x);
    add("owner", way, "%s %d %d", answer(r), (int)x.stx_uid, (int)x.stx_gid);
}

static void ask_owners(int fd)
{
    int uid = (int)geteuid();
    int gid = (int)getegid();
    begin();
    if (!raw) {
        add_owner("chown", of(chown("f:f", (uid_t)uid, (gid_t)gid)));
        add_owner("lchown", of(lchown("f:f", (uid_t)-1, (gid_t)-1)));
        add_owner("fchown", of(fchown(fd, (uid_t)-1, (gid_t)gid)));
        return;
    }
    add_owner("chown", CALL(SYS_chown, "f:f", uid, gid));
    add_owner("lchown", CALL(SYS_lchown, "f:f", -1, gid));
    add_owner("fchown", CALL(SYS_fchown, fd, uid, -1));
    add_owner("fchownat", CALL(SYS_fchownat, AT_FDCWD, "f:f", uid, gid, 0));
#ifdef __i386__
    add_owner("chown of 16 bits", CALL(SYS_chown, "f:f", 0xffff, 0x5ffff));
    add_owner("lchown of 16 bits", CALL(SYS_lchown, "f:f", 0xffff, gid));
    add_owner("fchown of 16 bits", CALL(SYS_fchown, fd, uid, 0xffff));
    add_owner("chown32", CALL(SYS_chown32, "f:f", uid, -1));
    add_owner("lchown32", CALL(SYS_lchown32, "f:f", uid, gid));
    add_owner("fchown32", CALL(SYS_fchown32, fd, -1, -1));
    if (uid == 0) {
        struct i386_stat s = {0};
        struct i386_stat64 l = {0};
        long r = CALL(SYS_chown32, "f:f", 70000, 1234);
        CALL(SYS_stat, "f:f", &s);
        CALL(SYS_stat64, "f:f", &l);
        printf("32: owner 70000: %s, stat says %s, stat64 %s\n", answer(r),
               s.uid == 65534 ? "65534" : "another", l.uid == 70000 ? "70000" : "another");
        CALL(SYS_chown32, "f:f", 0, 0);
    }
#endif
}

static void ask_sockets(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "s:s"};
    struct sockaddr_un none = {.sun_family = AF_UNIX, .sun_path = "no:ne"};
    int one = socket(AF_UNIX, SOCK_STREAM, 0);
    int other = socket(AF_UNIX, SOCK_STREAM, 0);
    begin();
    if (!raw) {
        add("bind", "bind", "%s", answer(of(bind(one, (struct sockaddr *)&a, sizeof(a)))));
        (void)unlink("s:s");
        begin();
        add("connect", "connect", "%s",
            answer(of(connect(other, (struct sockaddr *)&none, sizeof(a)))));
        return;
    }
    add("bind", "bind", "%s", answer(CALL(SYS_bind, one, &a, sizeof(a))));
    CALL(SYS_unlink, "s:s");
#ifdef __i386__
    const long bound[3] = {other, (long)&a, sizeof(a)};
    add("bind", "socketcall", "%s", answer(CALL(SYS_socketcall, 2, bound)));
    CALL(SYS_unlink, "s:s");
    printf("32: socketcall of a bad address: %s\n", answer(CALL(SYS_socketcall, 2, 16)));
#endif
    begin();
    add("connect", "connect", "%s", answer(CALL(SYS_connect, one, &none, sizeof(a))));
#ifdef __i386__
    const long connected[3] = {other, (long)&none, sizeof(a)};
    add("connect", "socketcall", "%s", answer(CALL(SYS_socketcall, 3, connected)));
#endif
}

static void ask_others(int fd)
{
    char text[64] = "";
    char cwd[4096] = "";
    begin();
    add("mkfifo", "mknod", "%s",
        answer(raw ? CALL(SYS_mknod, "p:p", S_IFIFO | 0600, 0)
                   : of(mknod("p:p", S_IFIFO | 0600, 0))));
    begin();
    long r = raw ? CALL(SYS_setxattr, "f:f", "user.a", "value", 5, 0)
                 : of(setxattr("f:f", "user.a", "value", 5, 0));
    add("setxattr", "setxattr", "%s", answer(r));
    begin();
    r = raw ? CALL(SYS_getxattr, "f:f", "user.a", text, sizeof(text))
            : of(getxattr("f:f", "user.a", text, sizeof(text)));
    add("getxattr", "getxattr", "%s %ld %.5s", answer(r), r, text);
    begin();
    r = raw ? CALL(SYS_fgetxattr, fd, "user.a", text, 0) : of(fgetxattr(fd, "user.a", text, 0));
    add("its length", "fgetxattr", "%s %ld", answer(r), r);
    begin();
    r = raw ? CALL(SYS_readlink, "l", text, sizeof(text)) : of(readlink("l", text, sizeof(text)));
    add("readlink", "readlink", "%s %.*s", answer(r), r < 0 ? 0 : (int)r, text);
    begin();
    r = raw ? CALL(SYS_getcwd, cwd, sizeof(cwd)) : of(getcwd(cwd, sizeof(cwd)) == NULL ? -1 : 1);
    add("getcwd", "getcwd", "%s %d", answer(r), strlen(cwd) > 1);
    begin();
    add("chmod", "chmod", "%s",
        answer(raw ? CALL(SYS_chmod, "f:f", 0444) : of(chmod("f:f", 0444))));
    add("chmod", "fchmodat", "%s",
        answer(raw ? CALL(SYS_fchmodat, AT_FDCWD, "f:f", 0600)
                   : of(fchmodat(AT_FDCWD, "f:f", 0600, 0))));
    begin();
    add("access", "access", "%s",
        answer(raw ? CALL(SYS_access, "no:ne", R_OK) : of(access("no:ne", R_OK))));
    begin();
    add("bad address", "mkdir", "%s", answer(raw ? CALL(SYS_mkdir, 16, 0700) : -EFAULT));
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "many") == 0)
        return many();
    if (argc != 2 || (strcmp(argv[1], "raw") != 0 && strcmp(argv[1], "libc") != 0))
        return 2;
    raw = strcmp(argv[1], "raw") == 0;
    umask(022);
    int fd = open("f:f", O_RDWR | O_CREAT | O_EXCL, 0640);
    if (fd < 0 || write(fd, "text", 4) != 4 || mkdir("d", 0700) < 0 || symlink("f:f", "l") < 0)
        return 1;
    const struct timespec ts[2] = {{.tv_sec = SINCE}, {.tv_sec = SINCE + 1}};
    if (utimensat(AT_FDCWD, "l", ts, AT_SYMLINK_NOFOLLOW) < 0)
        return 1;
    ask_times(fd);
    ask_stat("f:f", -1, true);
    ask_stat("l", -1, true);
    ask_stat("l", -1, false);
    ask_stat("no:ne", -1, true);
    ask_stat("/dev/null", -1, true);
    ask_stat(NULL, fd, true);
    ask_statfs(".", -1);
    ask_statfs(NULL, fd);
    ask_names();
    ask_owners(fd);
    ask_sizes(fd);
    ask_sockets();
    ask_others(fd);
#ifdef __i386__
    if (raw)
        ask_flags();
#endif
    return 0;
}
