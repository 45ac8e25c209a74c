/* SPDX-License-Identifier: MIT */
#include "report/place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int report_place_open(const char *file, int flags)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags, 0666);
    if (fd >= 0 && fcntl(fd, F_SETFL, flags & O_APPEND) == 0)
        return fd;
    int error = errno;
    if (fd >= 0)
        close(fd);
    return -error;
}

const char *report_place_word(int error)
{
    return error == ENXIO ? "nobody reads this FIFO" : strerror(error);
}
