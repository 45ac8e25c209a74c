/* SPDX-License-Identifier: MIT */
/*
 * kernel: says what uname(2) and the files given say of the kernel, by libc, and whether stat,
 * access and O_PATH of each fit what is opened. Statically linked it is one that no library covers.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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

int main(int argc, char **argv)
{
    struct utsname name;
    if (uname(&name) < 0)
        return 1;
    printf("%s %s %s\n", name.sysname, name.release, name.version);
    for (int i = 1; i < argc; i++)
        tell(argv[i]);
    return 0;
}
