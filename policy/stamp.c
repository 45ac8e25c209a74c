/* SPDX-License-Identifier: MIT */
#include "policy/stamp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_PIDS 0xEFFFFFFCu /* PROC_PID_INIT_INO of the kernel, since Linux 3.8 */
#define OTHER_PIDS 0xF0000000u /* PROC_DYNAMIC_FIRST: those of namespaces that are made */

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

/* A number for this boot of this machine; 0 where it has none. */
static uint32_t boot(void)
{
    char id[64];
    uint32_t hash = 0;
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, id, sizeof(id));
    for (ssize_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)id[i]) * 16777619u; /* FNV-1 */
    if (fd >= 0)
        close(fd);
    return hash;
}

/*
 * A number for the namespaces that we are in, or 0: that of process ids in the upper half; that of
 * time in the lower one, and with it the boot, since a directory may be other machines' as well,
 * on which first namespaces have the same numbers.
 */
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
    return (uint64_t)pids.st_ino << 32 | ((uint32_t)times.st_ino ^ boot());
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

/*
 * True where a process, as the reader of /proc calls it, may be the one that has a number in
 * another namespace. Whose namespace we may not see counts as that one, where it is our user's:
 * a stamp is looked for by its own user.
 */
static bool may_be(const char *pid, ino_t pids, pid_t number)
{
    char name[64];
    char status[4096];
    struct stat st;
    snprintf(name, sizeof(name), "/proc/%s/ns/pid", pid);
    bool seen = stat(name, &st) == 0;
    if (seen && st.st_ino != pids)
        return false;
    snprintf(name, sizeof(name), "/proc/%s/status", pid);
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, status, sizeof(status) - 1);
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return false; /* gone */
    status[n] = '\0';
    unsigned id[4];
    const char *line = strstr(status, "\nUid:");
    if (!seen && line != NULL &&
        sscanf(line + 5, "%u %u %u %u", &id[0], &id[1], &id[2], &id[3]) == 4 && id[0] != getuid() &&
        id[1] != getuid() && id[2] != getuid() && id[3] != getuid())
        return false;
    /* Its numbers, from our namespace's to its own. */
    line = strstr(status, "\nNSpid:");
    const char *end = line == NULL ? NULL : strchr(line + 1, '\n');
    const char *last = end;
    while (last != NULL && last > line && last[-1] >= '0' && last[-1] <= '9')
        last--;
    return last == NULL || strtol(last, NULL, 10) == number;
}

/* Whether any process has a number in another namespace, of which we see all processes. */
static enum lx_life life_there(ino_t pids, pid_t number)
{
    enum lx_life life = LX_LIFE_ENDED;
    DIR *proc = opendir("/proc");
    if (proc == NULL)
        return LX_LIFE_UNKNOWN;
    for (struct dirent *e; life == LX_LIFE_ENDED && (e = readdir(proc)) != NULL;)
        if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && may_be(e->d_name, pids, number))
            life = LX_LIFE_GOES_ON;
    closedir(proc);
    return life;
}

enum lx_life lx_stamp_life(const struct lx_stamp *stamp)
{
    struct lx_process process = {0};
    const uint64_t here = place();
    if (here == 0 || stamp->pid <= 0 || (uint32_t)stamp->place != (uint32_t)here)
        return LX_LIFE_UNKNOWN;
    if (stamp->place != here)
        return here >> 32 == FIRST_PIDS && stamp->place >> 32 >= OTHER_PIDS
                   ? life_there((ino_t)(stamp->place >> 32), stamp->pid)
                   : LX_LIFE_UNKNOWN;
    int r = lx_process_read(stamp->pid, &process);
    if (r < 0)
        return r == -ENOENT || r == -ESRCH ? LX_LIFE_ENDED : LX_LIFE_UNKNOWN;
    return process.start == stamp->start ? LX_LIFE_GOES_ON : LX_LIFE_ENDED;
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
