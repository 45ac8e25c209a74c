/* SPDX-License-Identifier: MIT */
#include "policy/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

int lx_read_whole(int fd, size_t most, char **text, size_t *size)
{
    size_t room = 1 << 16;
    size_t have = 0;
    char *buf = NULL;
    for (;;) {
        if (buf == NULL || have == room) {
            room *= buf == NULL ? 1 : 2;
            char *larger = realloc(buf, room);
            if (larger == NULL) {
                free(buf);
                return -ENOMEM;
            }
            buf = larger;
        }
        ssize_t n = read(fd, buf + have, room - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            int error = errno;
            free(buf);
            return -error;
        }
        have += (size_t)n;
        if (n == 0 || have > most)
            break;
    }
    *text = buf;
    *size = have;
    return 0;
}

/* 0 for what can be read to its end, or -errno. A FIFO is of the file system that it lies in, a
 * pipe of one that the kernel has for them. */
static int judge(const struct stat *st, const struct statfs *fs)
{
    if (S_ISDIR(st->st_mode))
        return -EISDIR;
    bool pipe = S_ISFIFO(st->st_mode) && fs->f_type == PIPEFS_MAGIC;
    bool null = S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
    return S_ISREG(st->st_mode) || pipe || null ? 0 : -EINVAL;
}

int lx_open_plain(const char *file)
{
    struct statfs fs;
    struct stat st;
    int r = stat(file, &st) < 0 || statfs(file, &fs) < 0 ? -errno : judge(&st, &fs);
    if (r < 0)
        return r;
    int fd = open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    /* It may be another by now; and who has opened it, waits for what a pipe's writer has yet to
     * say. */
    r = fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0 ? -errno : judge(&st, &fs);
    if (r == 0 && fcntl(fd, F_SETFL, 0) < 0)
        r = -errno;
    if (r < 0)
        close(fd);
    return r < 0 ? r : fd;
}

FILE *lx_stream_plain(const char *file)
{
    int fd = lx_open_plain(file);
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");
    if (fd < 0)
        errno = -fd;
    else if (stream == NULL)
        close(fd);
    return stream;
}

const char *lx_plain_word(int error)
{
    return error == EINVAL ? "not a file" : strerror(error);
}
