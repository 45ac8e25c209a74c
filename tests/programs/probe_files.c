/* SPDX-License-Identifier: MIT */
/* Checks of names that open a file or say something about one. */
#include <dlfcn.h>
#include <link.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <wchar.h>

#include "probe.h"

/* The version that programs of before glibc 2.33 pass with their struct stat. */
#if defined(__x86_64__)
#define STAT_VERSION 1
#elif defined(__i386__)
#define STAT_VERSION 3
#else
#define STAT_VERSION 0
#endif

/* Opening */

typedef int open_fn(const char *, int, ...);
typedef int openat_fn(int, const char *, int, ...);

static int open_file(void)
{
    open_fn *call = SYMBOL(open_fn);
    SEE(reads(call(in("f:ile"), O_RDONLY)));
    SEE(reads(call(in("dl:ink/in:ner"), O_RDONLY)));
    int fd = call(in("n:ew"), O_WRONLY | O_CREAT | O_EXCL, 0644);
    TRY(fd);
    close(fd);
    return exists("n:ew");
}

static int open_at(void)
{
    openat_fn *call = SYMBOL(openat_fn);
    int dir = base_fd();
    SEE(reads(call(dir, "f:ile", O_RDONLY)));
    SEE(reads(call(AT_FDCWD, in("l:ink"), O_RDONLY)));
    int fd = call(dir, "n:ew", O_WRONLY | O_CREAT | O_EXCL, 0644);
    TRY(fd);
    close(fd);
    return exists("n:ew");
}

/* The fortified ones are for calls that create nothing. */
static int open_2(void)
{
    return reads(SYMBOL(int(const char *, int))(in("f:ile"), O_RDONLY));
}

static int openat_2(void)
{
    return reads(SYMBOL(int(int, const char *, int))(base_fd(), "f:ile", O_RDONLY));
}

static int open_creat(void)
{
    int fd = SYMBOL(int(const char *, mode_t))(in("n:ew"), 0644);
    TRY(fd);
    close(fd);
    return exists("n:ew");
}

static int open_tmpfile(void)
{
    struct stat st;
    int fd = open(in("d:ir"), O_TMPFILE | O_RDWR, 0600);
    TRY(fd);
    NEED(fstat(fd, &st));
    return S_ISREG(st.st_mode) && st.st_nlink == 0 ? OK
                                                   : wrong("it has %ld links", (long)st.st_nlink);
}

/* stat, in its generations */

typedef int stat_fn(const char *, struct stat *);

static int stat_path(void)
{
    struct stat st;
    TRY(SYMBOL(stat_fn)(in("l:ink"), &st));
    return is_file(&st);
}

static int lstat_path(void)
{
    struct stat st;
    TRY(SYMBOL(stat_fn)(in("l:ink"), &st));
    return S_ISLNK(st.st_mode) ? OK : wrong("mode %o", st.st_mode);
}

/* What a descriptor shows is what its path shows, rules included. */
static int same_stat(const struct stat *st)
{
    struct stat named;
    NEED(stat(in("f:ile"), &named));
    SEE(is_file(st));
    if (named.st_ino != st->st_ino || named.st_mode != st->st_mode || named.st_uid != st->st_uid ||
        named.st_blocks != st->st_blocks)
        return wrong("mode %o and %ld blocks, by path %o and %ld", st->st_mode, (long)st->st_blocks,
                     named.st_mode, (long)named.st_blocks);
    return OK;
}

static int stat_descriptor(void)
{
    struct stat st;
    int fd = open(in("f:ile"), O_RDONLY);
    NEED(fd);
    TRY(SYMBOL(int(int, struct stat *))(fd, &st));
    return same_stat(&st);
}

static int stat_at(void)
{
    struct stat st;
    typedef int fn(int, const char *, struct stat *, int);
    int dir = base_fd();
    TRY(SYMBOL(fn)(dir, "l:ink", &st, 0));
    SEE(is_file(&st));
    TRY(SYMBOL(fn)(dir, "f:ile", &st, AT_SYMLINK_NOFOLLOW));
    return same_stat(&st);
}

static int xstat_path(void)
{
    struct stat st;
    TRY(SYMBOL(int(int, const char *, struct stat *))(STAT_VERSION, in("l:ink"), &st));
    return is_file(&st);
}

static int lxstat_path(void)
{
    struct stat st;
    TRY(SYMBOL(int(int, const char *, struct stat *))(STAT_VERSION, in("l:ink"), &st));
    return S_ISLNK(st.st_mode) ? OK : wrong("mode %o", st.st_mode);
}

static int fxstat_descriptor(void)
{
    struct stat st;
    int fd = open(in("f:ile"), O_RDONLY);
    NEED(fd);
    TRY(SYMBOL(int(int, int, struct stat *))(STAT_VERSION, fd, &st));
    return same_stat(&st);
}

static int fxstat_at(void)
{
    struct stat st;
    typedef int fn(int, int, const char *, struct stat *, int);
    TRY(SYMBOL(fn)(STAT_VERSION, base_fd(), "f:ile", &st, 0));
    return same_stat(&st);
}

static int statx_at(void)
{
    struct stat st;
    struct statx stx;
    typedef int fn(int, const char *, int, unsigned, struct statx *);
    TRY(SYMBOL(fn)(base_fd(), "f:ile", 0, STATX_BASIC_STATS, &stx));
    NEED(stat(in("f:ile"), &st));
    if (stx.stx_size != 6 || stx.stx_ino != st.st_ino || stx.stx_mode != st.st_mode)
        return wrong("mode %o, stat says %o", stx.stx_mode, st.st_mode);
    return OK;
}

/* Access */

static int access_path(void)
{
    typedef int fn(const char *, int);
    TRY(SYMBOL(fn)(in("f:ile"), R_OK | W_OK));
    TRY(SYMBOL(fn)(in("dl:ink"), X_OK));
    if (SYMBOL(fn)(in("no:ne"), F_OK) == 0 || errno != ENOENT)
        return wrong("a file that is not there can be accessed");
    return OK;
}

static int access_at(void)
{
    TRY(SYMBOL(int(int, const char *, int, int))(base_fd(), "f:ile", R_OK, 0));
    return OK;
}

/* Streams */

static int stream_reads(FILE *stream)
{
    char line[32] = "";
    if (stream == NULL)
        return errno;
    char *got = fgets(line, sizeof(line), stream);
    fclose(stream);
    return got != NULL && strcmp(line, "hello\n") == 0 ? OK : wrong("another file: '%s'", line);
}

/* With a conversion, which makes it a stream of wide characters. */
static int wide_stream_reads(FILE *stream)
{
    wchar_t line[32] = L"";
    if (stream == NULL)
        return errno;
    wchar_t *got = fgetws(line, 32, stream);
    fclose(stream);
    return got != NULL && wcscmp(line, L"hello\n") == 0 ? OK : wrong("another wide file");
}

typedef FILE *fopen_fn(const char *, const char *);

static int open_stream(void)
{
    fopen_fn *call = SYMBOL(fopen_fn);
    SEE(stream_reads(call(in("f:ile"), "r")));
    SEE(wide_stream_reads(call(in("l:ink"), "r,ccs=UTF-8")));
    FILE *stream = call(in("n:ew"), "wx");
    if (stream == NULL)
        return errno;
    fclose(stream);
    return exists("n:ew");
}

static int mount_stream(void)
{
    fopen_fn *call = SYMBOL(fopen_fn);
    return stream_reads(call(in("f:ile"), "r"));
}

static int reopen_stream(void)
{
    typedef FILE *fn(const char *, const char *, FILE *);
    FILE *stream = fopen("/dev/null", "r");
    if (stream == NULL)
        return wrong("before: /dev/null");
    FILE *again = SYMBOL(fn)(in("f:ile"), "r", stream);
    return again == NULL || again == stream ? stream_reads(again) : wrong("it is another stream");
}

/* File systems */

static int statfs_path(void)
{
    struct statfs fs;
    TRY(SYMBOL(int(const char *, struct statfs *))(in("l:ink"), &fs));
    return fs.f_bsize > 0 && fs.f_namelen > 0 ? OK : wrong("block size %ld", (long)fs.f_bsize);
}

static int statfs_descriptor(void)
{
    struct statfs fs;
    struct statfs named;
    TRY(SYMBOL(int(int, struct statfs *))(base_fd(), &fs));
    NEED(statfs(base(), &named));
    return fs.f_type == named.f_type
               ? OK
               : wrong("type %lx, by path %lx", (long)fs.f_type, (long)named.f_type);
}

/* Of the kernel, and of no file: that the program gets all six. */
static int kernel_name(void)
{
    struct utsname name = {.machine = ""};
    TRY(SYMBOL(int(struct utsname *))(&name));
    return strcmp(name.sysname, "Linux") == 0 && name.release[0] != '\0' && name.machine[0] != '\0'
               ? OK
               : wrong("%s %s on %s", name.sysname, name.release, name.machine);
}

static int amounts(void)
{
    struct sysinfo info = {.totalram = 0};
    TRY(SYMBOL(int(struct sysinfo *))(&info));
    return info.totalram > 0 && info.mem_unit > 0
               ? OK
               : wrong("%lu of %u bytes", info.totalram, info.mem_unit);
}

static int statvfs_path(void)
{
    struct statvfs fs;
    TRY(SYMBOL(int(const char *, struct statvfs *))(in("l:ink"), &fs));
    return fs.f_bsize > 0 && fs.f_namemax > 0 ? OK : wrong("block size %lu", fs.f_bsize);
}

static int statvfs_descriptor(void)
{
    struct statvfs fs;
    struct statvfs named;
    TRY(SYMBOL(int(int, struct statvfs *))(base_fd(), &fs));
    NEED(statvfs(base(), &named));
    return fs.f_bsize == named.f_bsize && fs.f_blocks == named.f_blocks
               ? OK
               : wrong("%lu blocks, by path %lu", (unsigned long)fs.f_blocks,
                       (unsigned long)named.f_blocks);
}

static int pathconf_path(void)
{
    long n = SYMBOL(long(const char *, int))(in("d:ir"), _PC_NAME_MAX);
    TRY(n);
    return n == 255 ? OK : wrong("%ld", n);
}

static int pathconf_descriptor(void)
{
    long n = SYMBOL(long(int, int))(base_fd(), _PC_NAME_MAX);
    TRY(n);
    return n == 255 ? OK : wrong("%ld", n);
}

/* Libraries: libm under a name inside the tree. */

static int prepare_library(void)
{
    struct link_map *map;
    void *libm = dlopen("libm.so.6", RTLD_NOW);
    if (libm == NULL || dlinfo(libm, RTLD_DI_LINKMAP, &map) < 0)
        return absent("no libm.so.6");
    return copy_file(map->l_name, in("l:ib.so"), 0755);
}

static int is_library(void *library)
{
    if (library == NULL) {
        const char *why = dlerror();
        return wrong("%s", why == NULL ? "no reason" : why);
    }
    return dlsym(library, "cos") != NULL ? OK : wrong("it is another library");
}

static int load(void)
{
    SEE(prepare_library());
    return is_library(SYMBOL(void *(const char *, int))(in("l:ib.so"), RTLD_NOW));
}

static int load_in_space(void)
{
    SEE(prepare_library());
    return is_library(SYMBOL(void *(long, const char *, int))(0, in("l:ib.so"), RTLD_NOW));
}

const struct check probe_files[] = {
    {"open", open_file},
    {"open64", open_file},
    {"__open", open_file},
    {"__open64", open_file},
    {"__open_2", open_2},
    {"__open64_2", open_2},
    {"openat", open_at},
    {"openat64", open_at},
    {"__openat_2", openat_2},
    {"__openat64_2", openat_2},
    {"creat", open_creat},
    {"creat64", open_creat},
    {"open:O_TMPFILE", open_tmpfile},
    {"stat", stat_path},
    {"stat64", stat_path},
#ifdef __i386__
    {"__stat64_time64", stat_path},
    {"__lstat64_time64", lstat_path},
    {"__fstat64_time64", stat_descriptor},
    {"__fstatat64_time64", stat_at},
#endif
    {"lstat", lstat_path},
    {"lstat64", lstat_path},
    {"fstat", stat_descriptor},
    {"fstat64", stat_descriptor},
    {"__fstat64", stat_descriptor},
    {"fstatat", stat_at},
    {"fstatat64", stat_at},
    {"__xstat", xstat_path},
    {"__xstat64", xstat_path},
    {"__lxstat", lxstat_path},
    {"__lxstat64", lxstat_path},
    {"__fxstat", fxstat_descriptor},
    {"__fxstat64", fxstat_descriptor},
    {"__fxstatat", fxstat_at},
    {"__fxstatat64", fxstat_at},
    {"statx", statx_at},
    {"access", access_path},
    {"eaccess", access_path},
    {"euidaccess", access_path},
    {"faccessat", access_at},
    {"fopen", open_stream},
    {"fopen64", open_stream},
    {"_IO_fopen", open_stream},
    {"setmntent", mount_stream},
    {"__setmntent", mount_stream},
    {"freopen", reopen_stream},
    {"freopen64", reopen_stream},
    {"uname", kernel_name},
    {"sysinfo", amounts},
    {"statfs", statfs_path},
    {"statfs64", statfs_path},
    {"__statfs", statfs_path},
    {"fstatfs", statfs_descriptor},
    {"fstatfs64", statfs_descriptor},
    {"statvfs", statvfs_path},
    {"statvfs64", statvfs_path},
    {"fstatvfs", statvfs_descriptor},
    {"fstatvfs64", statvfs_descriptor},
    {"pathconf", pathconf_path},
    {"fpathconf", pathconf_descriptor},
    {"dlopen", load},
    {"dlmopen", load_in_space},
    {"syscall:open", open_file},
    {"syscall:openat", open_at},
    {"syscall:creat", open_creat},
    {"syscall:stat", stat_path},
    {"syscall:lstat", lstat_path},
    {"syscall:fstat", stat_descriptor},
    {"syscall:newfstatat", stat_at},
    {"syscall:statx", statx_at},
    {"syscall:access", access_path},
    {"syscall:faccessat", access_at},
    {"syscall:faccessat2", access_at},
    {"syscall:uname", kernel_name},
    {"syscall:sysinfo", amounts},
    {"syscall:statfs", statfs_path},
    {"syscall:fstatfs", statfs_descriptor},
    {NULL, NULL},
};
