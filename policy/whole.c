/* SPDX-License-Identifier: MIT */
#include "policy/whole.h"

#include <errno.h>
#include <stdlib.h>
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
