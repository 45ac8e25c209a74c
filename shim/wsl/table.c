/* SPDX-License-Identifier: MIT */
#include "wsl/table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TAGS "/run/wsl/virtiofs/"

static long read_tag(const char *tag, char *out, size_t room)
{
    char link[sizeof(TAGS) + NAME_MAX];
    if (strlen(tag) > NAME_MAX)
        return -1;
    snprintf(link, sizeof(link), TAGS "%s", tag);
    ssize_t n = readlink(link, out, room - 1);
    if (n >= 0)
        out[n] = '\0';
    return n;
}

enum wsl_kind wsl_kind_of_run(void)
{
    char word[32];
    if (read_tag("00000000-0000-0000-0000-000000000000", word, sizeof(word)) <= 0)
        return WSL_NONE;
    return strncmp(word, "drvfs", 5) == 0      ? WSL_DRVFS
           : strncmp(word, "9p", 2) == 0       ? WSL_9P
           : strncmp(word, "virtiofs", 8) == 0 ? WSL_VIRTIOFS
                                               : WSL_NONE;
}

/* Adds what there is to read. Returns 0 or an errno. */
static int read_all(int fd, char **text, size_t *size)
{
    size_t room = 0;
    for (;;) {
        if (*size == room) {
            room = room == 0 ? 16384 : room * 2;
            char *larger = realloc(*text, room);
            if (larger == NULL)
                return ENOMEM;
            *text = larger;
        }
        ssize_t n = read(fd, *text + *size, room - *size);
        if (n == 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return errno;
        *size += n < 0 ? 0 : (size_t)n;
    }
}

int wsl_table_read(struct wsl_table *table)
{
    char *text = NULL;
    size_t size = 0;
    int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    int error = fd < 0 ? errno : read_all(fd, &text, &size);
    if (fd >= 0)
        close(fd);
    *table = (struct wsl_table){.text = {text, size}, .tag = read_tag};
    return error;
}

void wsl_table_free(struct wsl_table *table)
{
    free((char *)(uintptr_t)table->text.at);
    table->text = (struct sys_span){NULL, 0};
}
