/* SPDX-License-Identifier: MIT */
#include "supervisor/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

const char *proc_name(pid_t tid, const char *what, char name[PROC_NAME_ROOM])
{
    snprintf(name, PROC_NAME_ROOM, "/proc/%d/%s", (int)tid, what);
    return name;
}

size_t proc_read(pid_t tid, const char *what, char *to, size_t room)
{
    char name[PROC_NAME_ROOM];
    size_t have = 0;
    ssize_t n;
    int fd = open(proc_name(tid, what, name), O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && have < room && (n = read(fd, to + have, room - have)) > 0)
        have += (size_t)n;
    if (fd >= 0)
        close(fd);
    return have;
}

const char *proc_status_line(const char *text, const char *key)
{
    const char *found = strstr(text, key);
    return found == NULL ? NULL : found + strlen(key);
}

const char *proc_status(pid_t tid, const char *key, char text[PROC_STATUS_ROOM])
{
    /* One read has all of it that anybody asks for. */
    char name[PROC_NAME_ROOM];
    int fd = open(proc_name(tid, "status", name), O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, PROC_STATUS_ROOM - 1);
    if (fd >= 0)
        close(fd);
    text[n < 0 ? 0 : n] = '\0';
    return proc_status_line(text, key);
}

pid_t proc_process(pid_t tid)
{
    char text[PROC_STATUS_ROOM];
    /* Most threads are the first of their process, which a signal that is none tells for less. */
    if (tgkill(tid, tid, 0) == 0 || errno != ESRCH)
        return tid;
    const char *line = proc_status(tid, "\nTgid:", text);
    return line == NULL ? tid : (pid_t)strtol(line, NULL, 10);
}

bool proc_one_filter(pid_t tid)
{
    char text[PROC_STATUS_ROOM];
    const char *filters = proc_status(tid, "Seccomp_filters:\t", text);
    /* One that is around us is around the thread as well, and is the one. */
    return filters != NULL && atoi(filters) == 1 && prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 0;
}
