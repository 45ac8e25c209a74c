/* SPDX-License-Identifier: MIT */
/*
 * kernel: says what uname(2) and the files given say of the kernel, by libc, and whether stat,
 * access and O_PATH of each fit what is opened; as "kernel -m" what sysinfo(2) says that is no
 * matter of the moment, in bytes, and whether amounts are counted in those. Statically linked it is
 * one that no library covers.
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

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "-m") == 0)
        return tell_system();
    struct utsname name;
    if (uname(&name) < 0)
        return 1;
    printf("%s %s %s\n", name.sysname, name.release, name.version);
    for (int i = 1; i < argc; i++)
        tell(argv[i]);
    return 0;
}
