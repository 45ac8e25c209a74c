/* SPDX-License-Identifier: MIT */
/*
 * kernel: says what uname(2) and the files given say of the kernel, by libc, and whether stat,
 * access and O_PATH of each fit what is opened; as "kernel -m" what sysinfo(2) says that is no
 * matter of the moment, in bytes, and whether amounts are counted in those; as "kernel -d" whether
 * a descriptor of O_PATH of each file says what stat of its path does, by every call, and can be
 * read through its link. Statically linked it is one that no library covers.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

static void tell(const char *path)
{
    char text[512];
    struct stat opened;
    struct stat named;
    struct stat meant;
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        printf("%s: %s; %d %d %d\n", path, strerror(errno), stat(path, &named), access(path, F_OK),
               open(path, O_PATH));
        return;
    }
    ssize_t n = read(fd, text, sizeof(text));
    ssize_t end = read(fd, text + n, 1);
    printf("%s: %.*s", path, (int)n, text);
    int only = open(path, O_PATH);
    if (fstat(fd, &opened) < 0 || stat(path, &named) < 0 || fstat(only, &meant) < 0 ||
        access(path, R_OK) < 0 || end != 0 || !S_ISREG(named.st_mode) ||
        opened.st_ino != named.st_ino || opened.st_dev != named.st_dev ||
        meant.st_ino != named.st_ino || opened.st_mode != named.st_mode || opened.st_size != 0)
        printf("%s: its stat, access or O_PATH is another's\n", path);
    close(only);
    close(fd);
}

static void tell_amounts(const char *how, int result, const struct sysinfo *i)
{
    bool sane = result == 0 && i->uptime > 0 && i->procs > 1 && i->freeram > 0 &&
                i->freeram < i->totalram && i->freeswap <= i->totalswap;
    printf("%s: %lu %lu %lu; %lu %lu; %llu %llu; %u; swap %s; %s\n", how, i->loads[0], i->loads[1],
           i->loads[2], i->sharedram, i->bufferram, 1ULL * i->totalhigh * i->mem_unit,
           1ULL * i->freehigh * i->mem_unit, i->mem_unit, i->totalswap > 0 ? "yes" : "no",
           sane ? "sane" : "odd");
}

static int tell_system(void)
{
    struct sysinfo info[2];
    struct sysinfo *volatile none = NULL;
    int r = sysinfo(&info[0]);
    tell_amounts("libc", r, &info[0]);
    r = (int)syscall(SYS_sysinfo, &info[1]);
    tell_amounts("number", r, &info[1]);
    r = sysinfo(none);
    printf("nowhere: %d, %s\n", r, strerror(errno));
    return 0;
}

static void compare(const char *path, const char *how, int r, const struct stat *a,
                    const struct stat *b)
{
    if (r < 0)
        printf("%s, %s: %s\n", path, how, strerror(errno));
    else if (a->st_mode != b->st_mode || a->st_size != b->st_size || a->st_ino != b->st_ino ||
             a->st_dev != b->st_dev || a->st_rdev != b->st_rdev || a->st_uid != b->st_uid ||
             a->st_gid != b->st_gid || a->st_nlink != b->st_nlink)
        printf("%s, %s: mode %o %o, size %lld %lld, inode %lld %lld, group %u %u\n", path, how,
               a->st_mode, b->st_mode, 0LL + a->st_size, 0LL + b->st_size, 0LL + a->st_ino,
               0LL + b->st_ino, a->st_gid, b->st_gid);
}

/* How many bytes are read of what a descriptor is of, by its link. */
static long read_by(int fd)
{
    char name[32];
    static char text[65536];
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    int again = open(name, O_RDONLY);
    long n = again < 0 ? -1 : read(again, text, sizeof(text));
    close(again);
    return n;
}

static void tell_descriptor(const char *path)
{
    struct stat named;
    struct stat held = {.st_mode = 0};
    struct statx stx = {.stx_mode = 0};
    if (stat(path, &named) < 0) {
        printf("%s: %s\n", path, strerror(errno));
        return;
    }
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) {
        printf("%s: %s\n", path, strerror(errno));
        return;
    }
    compare(path, "fstat", fstat(fd, &held), &named, &held);
    compare(path, "fstatat", fstatat(fd, "", &held, AT_EMPTY_PATH), &named, &held);
#ifdef __x86_64__
    compare(path, "number", (int)syscall(SYS_fstat, fd, &held), &named, &held);
#endif
    int r = statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stx);
    /* ENOSYS: the era's kernel has none. */
    if (r < 0
            ? errno != ENOSYS
            : stx.stx_mode != named.st_mode || stx.stx_ino != named.st_ino ||
                  stx.stx_size != (unsigned long long)named.st_size || stx.stx_gid != named.st_gid)
        printf("%s, statx: %d, mode %o, size %lld\n", path, r, stx.stx_mode, 0LL + stx.stx_size);
    long n = S_ISREG(named.st_mode) ? read_by(fd) : named.st_size;
    if (n != named.st_size && named.st_size != 0)
        printf("%s: %ld bytes are read of %lld\n", path, n, 0LL + named.st_size);
    printf("%s: %o, %s\n", path, named.st_mode, named.st_size > 0 ? "some" : "none");
    close(fd);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "-m") == 0)
        return tell_system();
    if (argc > 2 && strcmp(argv[1], "-d") == 0) {
        for (int i = 2; i < argc; i++)
            tell_descriptor(argv[i]);
        return 0;
    }
    struct utsname name;
    if (uname(&name) < 0)
        return 1;
    printf("%s %s %s\n", name.sysname, name.release, name.version);
    for (int i = 1; i < argc; i++)
        tell(argv[i]);
    return 0;
}
