/* SPDX-License-Identifier: MIT */
#include "policy/stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int lx_process_read(pid_t pid, struct lx_process *process)
{
    enum { STATE = 3, FLAGS = 9, THREADS = 20, START = 22, ENV_START = 50, ENV_END = 51 };
    uint64_t field[ENV_END + 1] = {0};
    char name[40];
    char line[2048];
    snprintf(name, sizeof(name), "/proc/%d/stat", (int)pid);
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t n = read(fd, line, sizeof(line) - 1);
    int r = n < 0 ? -errno : 0;
    close(fd);
    if (r < 0)
        return r;
    line[n] = '\0';
    char *at = strrchr(line, ')'); /* comm may hold anything */
    if (at == NULL || at[1] != ' ' || at[2] == '\0')
        return -EIO;
    process->state = at[2];
    at += 3;
    for (unsigned i = STATE + 1; i <= ENV_END && *at != '\0'; i++)
        field[i] = strtoull(at, &at, 10);
    process->flags = (unsigned)field[FLAGS];
    process->threads = field[THREADS];
    process->start = field[START];
    process->env_start = field[ENV_START];
    process->env_end = field[ENV_END];
    return 0;
}

/* A number for the namespaces of process ids and of time that we are in, or 0. */
static uint64_t place(void)
{
    struct stat pids;
    struct stat times;
    char self[16];
    /* A /proc of other processes than ours tells nothing. */
    ssize_t n = readlink("/proc/self", self, sizeof(self) - 1);
    if (n <= 0)
        return 0;
    self[n] = '\0';
    if (strtol(self, NULL, 10) != getpid() || stat("/proc/self/ns/pid", &pids) < 0)
        return 0;
    if (stat("/proc/self/ns/time", &times) < 0)
        times.st_ino = 0; /* before Linux 5.6 */
    return (uint64_t)pids.st_ino << 32 | (uint32_t)times.st_ino;
}

struct lx_stamp lx_stamp_of(pid_t pid)
{
    struct lx_process process = {0};
    struct lx_stamp stamp = {.place = place()};
    if (stamp.place == 0 || lx_process_read(pid, &process) < 0)
        return (struct lx_stamp){0};
    stamp.pid = pid;
    stamp.start = process.start;
    return stamp;
}

char *lx_stamp_format(const char *directory, const char *kind, const struct lx_stamp *stamp)
{
    char *name = NULL;
    if (asprintf(&name, "%s/lxshim-%u-%s-%" PRIx64 "-%d-%" PRIu64 "-XXXXXX", directory,
                 (unsigned)getuid(), kind, stamp->place, (int)stamp->pid, stamp->start) < 0)
        return NULL;
    return name;
}

bool lx_stamp_parse(const char *path, uid_t uid, struct lx_stamp *stamp)
{
    const char *name = strrchr(path, '/');
    unsigned user;
    int pid;
    int length = 0;
    name = name == NULL ? path : name + 1;
    if (sscanf(name, "lxshim-%u-%*[a-z]-%" SCNx64 "-%d-%" SCNu64 "-%n", &user, &stamp->place, &pid,
               &stamp->start, &length) != 4 ||
        length == 0 || strlen(name + length) != 6 || strchr(name + length, '/') != NULL)
        return false;
    stamp->pid = pid;
    return user == uid;
}

bool lx_stamp_same(const struct lx_stamp *one, const struct lx_stamp *other)
{
    return one->place == other->place && one->pid == other->pid && one->start == other->start;
}

bool lx_state_directory(unsigned i, const char **directory)
{
    static const char *const directories[] = {"/dev/shm", NULL, "/tmp"};
    if (i >= sizeof(directories) / sizeof(directories[0]))
        return false;
    *directory = directories[i] != NULL ? directories[i] : getenv("XDG_RUNTIME_DIR");
    if (*directory != NULL && (*directory)[0] != '/')
        *directory = NULL;
    return true;
}
