/* SPDX-License-Identifier: MIT */
/*
 * stress OPERATIONS SEED [libc]: processes of two threads each create, rename, remove, look at and
 * list files in the current directory, by libc and by the instruction itself (or by libc alone),
 * and are killed at random; so many operations each. Whoever is killed is followed by another with
 * files of its own: a call that a supervisor makes for somebody may be over a little after him.
 * Then prints what has to be there ("+ NAME"), what must not ("- NAME") and what may ("? NAME", a
 * call was interrupted by the kill), or what went wrong before ("wrong: ...").
 *
 * stress unheld: exits 1 and names what in the current directory somebody still has open.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/arch.h"

#define CALL(nr, a, b, c, d) sys_call6((nr), (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)

#define PROCESSES   4
#define GENERATIONS 100 /* of one process; the last is not killed */
#define THREADS     2
#define NAMES       8

enum state { ABSENT, PRESENT, UNKNOWN };

/* What one thread knows of its names; UNKNOWN while it is at one. Outlives the thread. */
struct log {
    _Atomic int name[NAMES];
};

/* Shared by all processes. */
static struct shared {
    struct log log[PROCESSES][GENERATIONS][THREADS];
    unsigned generations[PROCESSES];
    _Atomic long operations[PROCESSES];
    _Atomic unsigned wrong;
} * shared;

static long operations;
static bool libc_alone;

struct actor {
    struct log *log;
    unsigned process;
    unsigned number; /* of the generation and thread */
    uint64_t random;
};

static unsigned pick(struct actor *a, unsigned below)
{
    a->random ^= a->random << 13;
    a->random ^= a->random >> 7;
    a->random ^= a->random << 17;
    return (unsigned)(a->random >> 20) % below;
}

/* Some with a character that is stored as another. */
static void name(char out[32], unsigned process, unsigned number, unsigned i)
{
    snprintf(out, 32, "%u.%u%c%u", process, number, i % 2 == 0 ? ':' : '-', i);
}

static void expect(const char *what, const char *path, long r, long expected)
{
    if (r >= 0)
        r = 0;
    if (r == expected)
        return;
    atomic_fetch_add(&shared->wrong, 1);
    printf("wrong: %s %s: %ld instead of %ld\n", what, path, r, expected);
    fflush(stdout);
}

static long by_libc(int r)
{
    return r < 0 ? -errno : r;
}

static long make(bool raw, const char *path)
{
    int flags = O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC;
    long fd =
        raw ? CALL(SYS_openat, AT_FDCWD, path, flags, 0600) : by_libc(open(path, flags, 0600));
    if (fd >= 0)
        close((int)fd);
    return fd;
}

static long removed(bool raw, const char *path)
{
    return raw ? CALL(SYS_unlinkat, AT_FDCWD, path, 0, 0) : by_libc(unlink(path));
}

/* Removes it while it is open: it goes with the descriptor. */
static long removed_open(bool raw, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    long r = removed(raw, path);
    if (fd >= 0)
        close(fd);
    return r;
}

static long looked(bool raw, const char *path)
{
    struct stat st;
    return raw ? CALL(SYS_newfstatat, AT_FDCWD, path, &st, 0) : by_libc(stat(path, &st));
}

static void list(void)
{
    DIR *dir = opendir(".");
    while (dir != NULL && readdir(dir) != NULL)
        ;
    if (dir != NULL)
        closedir(dir);
}

static void turn(struct actor *a)
{
    char path[32];
    char other[32];
    unsigned i = pick(a, NAMES);
    unsigned j = pick(a, NAMES);
    bool raw = pick(a, 2) == 0 && !libc_alone;
    _Atomic int *state = &a->log->name[i];
    int was = atomic_load(state);
    name(path, a->process, a->number, i);
    name(other, a->process, a->number, j);
    switch (pick(a, 6)) {
    case 0:
        atomic_store(state, UNKNOWN);
        expect("create", path, make(raw, path), was == PRESENT ? -EEXIST : 0);
        atomic_store(state, PRESENT);
        break;
    case 1:
    case 2:
        atomic_store(state, UNKNOWN);
        expect("remove", path, pick(a, 2) == 0 ? removed(raw, path) : removed_open(raw, path),
               was == PRESENT ? 0 : -ENOENT);
        atomic_store(state, ABSENT);
        break;
    case 3:
        if (i == j || was != PRESENT)
            break;
        atomic_store(&a->log->name[j], UNKNOWN);
        atomic_store(state, UNKNOWN);
        expect("rename", path,
               raw ? CALL(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, other)
                   : by_libc(rename(path, other)),
               0);
        atomic_store(state, ABSENT);
        atomic_store(&a->log->name[j], PRESENT);
        break;
    case 4:
        expect("stat", path, looked(raw, path), was == PRESENT ? 0 : -ENOENT);
        break;
    default:
        list();
        break;
    }
}

static void *act(void *actor)
{
    struct actor *a = actor;
    while (atomic_fetch_add(&shared->operations[a->process], 1) < operations)
        turn(a);
    return NULL;
}

static pid_t start(unsigned process, uint64_t seed)
{
    pthread_t threads[THREADS];
    struct actor actors[THREADS];
    unsigned generation = shared->generations[process]++;
    pid_t child = fork();
    if (child != 0)
        return child;
    for (unsigned t = 0; t < THREADS; t++) {
        actors[t] =
            (struct actor){&shared->log[process][generation][t], process, generation * THREADS + t,
                           (seed + t + 1) * UINT64_C(0x9E3779B97F4A7C15)};
        if (pthread_create(&threads[t], NULL, act, &actors[t]) != 0)
            _exit(1);
    }
    for (unsigned t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
    _exit(0);
}

/* How many operations were begun, by all. */
static long done(void)
{
    long all = 0;
    for (unsigned p = 0; p < PROCESSES; p++)
        all += atomic_load(&shared->operations[p]);
    return all;
}

/* Lets them go on up to so many operations, or until one of them has ended. */
static void wait_until(long goal, const pid_t *pids)
{
    siginfo_t ended = {.si_pid = 0};
    while (done() < goal && ended.si_pid == 0) {
        sched_yield();
        for (unsigned p = 0; p < PROCESSES && ended.si_pid == 0; p++)
            if (pids[p] > 0)
                waitid(P_PID, (id_t)pids[p], &ended, WEXITED | WNOHANG | WNOWAIT);
    }
}

/* Kills one of them each time that the others have gone on a little, and starts another. */
static void drive(uint64_t seed)
{
    struct actor chance = {.random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1};
    pid_t pids[PROCESSES];
    unsigned running = PROCESSES;
    for (unsigned p = 0; p < PROCESSES; p++)
        pids[p] = start(p, seed + 100 * p);
    while (running > 0) {
        unsigned victim = pick(&chance, PROCESSES);
        int status;
        wait_until(done() + 1 + pick(&chance, 200), pids);
        if (pids[victim] > 0 && shared->generations[victim] < GENERATIONS) {
            kill(pids[victim], SIGKILL);
            waitpid(pids[victim], &status, 0);
            pids[victim] = WIFEXITED(status) ? 0 : start(victim, ++seed * 1000);
            running -= pids[victim] == 0;
        }
        for (unsigned p = 0; p < PROCESSES; p++)
            if (pids[p] > 0 && waitpid(pids[p], &status, WNOHANG) > 0) {
                pids[p] = 0;
                running--;
            }
    }
}

static int unheld(void)
{
    int held = 0;
    DIR *dir = opendir(".");
    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
        int fd = e->d_type == DT_REG ? open(e->d_name, O_RDWR) : -1;
        if (fd >= 0 && fcntl(fd, F_SETLEASE, F_WRLCK) < 0 && errno == EAGAIN) {
            printf("held: %s\n", e->d_name);
            held = 1;
        }
        if (fd >= 0)
            close(fd);
    }
    if (dir != NULL)
        closedir(dir);
    return held;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "unheld") == 0)
        return unheld();
    libc_alone = argc == 4 && strcmp(argv[3], "libc") == 0;
    if (argc != (libc_alone ? 4 : 3))
        return 2;
    operations = strtol(argv[1], NULL, 10);
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    drive(strtoull(argv[2], NULL, 10));
    for (unsigned p = 0; p < PROCESSES; p++)
        for (unsigned n = 0; n < shared->generations[p] * THREADS; n++)
            for (unsigned i = 0; i < NAMES; i++) {
                char path[32];
                name(path, p, n, i);
                int state = atomic_load(&shared->log[p][n / THREADS][n % THREADS].name[i]);
                printf("%c %s\n", "-+?"[state], path);
            }
    return atomic_load(&shared->wrong) != 0;
}
