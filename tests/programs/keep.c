/* SPDX-License-Identifier: MIT */
/*
 * keep OPERATIONS SEED [raw]: processes make, remove, rename, link, hold and list files in the
 * current directory, by hostile names, and are killed at random; so many operations each. `raw`:
 * half of the calls by the instruction itself. Every file has words of its own in it. Then prints
 * what has to be there, as NAME<TAB>WORDS lines in hexadecimal for the name: "+ ..." what no
 * successful call has removed, "? ..." what a killed call may have.
 *
 * Of a call that fails nothing is asked but that it has changed nothing: which of them a drive
 * refuses is not this test's business.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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

#define PROCESSES   3
#define GENERATIONS 60
#define NAMES       10
#define HELD        4
#define NAME_ROOM   256

/* The words of a file: the number of the operation that made it; 0: there is none. */
struct place {
    _Atomic uint32_t words;
    _Atomic uint32_t perhaps; /* what is there instead, if the call that is being made succeeds */
    _Atomic bool unsure;      /* one of the two */
};

static struct shared {
    struct place place[PROCESSES][GENERATIONS][NAMES];
    unsigned generations[PROCESSES];
    _Atomic long operations[PROCESSES];
    _Atomic uint32_t words;
} * shared;

static long operations;
static bool some_raw;

struct actor {
    struct place *place;
    unsigned process;
    unsigned generation;
    uint64_t random;
    int held[HELD];
};

static unsigned pick(struct actor *a, unsigned below)
{
    a->random ^= a->random << 13;
    a->random ^= a->random >> 7;
    a->random ^= a->random << 17;
    return (unsigned)(a->random >> 20) % below;
}

/* The two characters that mark a deletion that is pending, and the start of the hidden directory.
 */
#define MARK   "\xEF\xA3\x90\xEF\xA3\x91"
#define HIDDEN ".lxshim" MARK

/* Names that look like what lxshim itself puts there; of each other, too. */
static void name(const struct actor *a, unsigned i, char out[NAME_ROOM])
{
    static const char *const forms[NAMES] = {"%u.%u",          "%u.%u" MARK,
                                             "%u.%u:",         "%u.%u" MARK MARK,
                                             HIDDEN "%u%015u", HIDDEN "%u.%ufacts",
                                             "%u.%u.",         MARK "%u.%u",
                                             "%u.%u" MARK "x", "%u.%u-"};
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int n = snprintf(out, NAME_ROOM, forms[i], a->process, a->generation);
#pragma GCC diagnostic pop
    if (i == NAMES - 1) { /* with no room for a mark */
        memset(out + n, 'n', 250 - (size_t)n);
        out[250] = '\0';
    }
}

static long by_libc(long r)
{
    return r < 0 ? -errno : r;
}

/* Says what a place has if the call that comes succeeds. */
static void intend(struct place *p, uint32_t words)
{
    atomic_store(&p->perhaps, words);
    atomic_store(&p->unsure, true);
}

static void settle(struct place *p, bool done)
{
    if (done)
        atomic_store(&p->words, atomic_load(&p->perhaps));
    atomic_store(&p->unsure, false);
}

/* Makes a file with its words in it in one step, as careful programs do: it is there whole. */
static void make(struct actor *a, unsigned i, bool raw)
{
    char path[NAME_ROOM];
    char scratch[64];
    char text[32];
    uint32_t words = atomic_fetch_add(&shared->words, 1) + 1;
    struct place *p = &a->place[i];
    name(a, i, path);
    snprintf(scratch, sizeof(scratch), "scratch.%u.%u.%u", a->process, a->generation, words);
    int n = snprintf(text, sizeof(text), "%u\n", words);
    int fd = open(scratch, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
    if (fd < 0)
        return;
    bool whole = write(fd, text, (size_t)n) == n;
    close(fd);
    if (whole && pick(a, 2) == 0) {
        intend(p, words);
        settle(p, (raw ? CALL(SYS_renameat2, AT_FDCWD, scratch, AT_FDCWD, path)
                       : by_libc(rename(scratch, path))) == 0);
    } else if (whole) {
        intend(p, words);
        settle(p, (raw ? sys_call6(SYS_linkat, AT_FDCWD, (long)scratch, AT_FDCWD, (long)path, 0, 0)
                       : by_libc(link(scratch, path))) == 0);
    }
    unlink(scratch);
}

static void remove_it(struct actor *a, unsigned i, bool raw)
{
    char path[NAME_ROOM];
    struct place *p = &a->place[i];
    name(a, i, path);
    intend(p, 0);
    long r = raw ? CALL(SYS_unlinkat, AT_FDCWD, path, 0, 0) : by_libc(unlink(path));
    settle(p, r == 0);
}

static void move(struct actor *a, unsigned i, unsigned j, bool raw)
{
    char from[NAME_ROOM];
    char to[NAME_ROOM];
    uint32_t words = atomic_load(&a->place[i].words);
    if (i == j || words == 0)
        return;
    name(a, i, from);
    name(a, j, to);
    intend(&a->place[j], words);
    intend(&a->place[i], 0);
    long r = raw ? CALL(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to) : by_libc(rename(from, to));
    /* Two links of one file: rename does nothing, and says so by success. */
    if (r == 0 && atomic_load(&a->place[j].words) == words) {
        settle(&a->place[i], false);
        settle(&a->place[j], false);
        return;
    }
    settle(&a->place[j], r == 0);
    settle(&a->place[i], r == 0);
}

static void give_link(struct actor *a, unsigned i, unsigned j)
{
    char from[NAME_ROOM];
    char to[NAME_ROOM];
    uint32_t words = atomic_load(&a->place[i].words);
    if (i == j || words == 0 || atomic_load(&a->place[j].words) != 0)
        return;
    name(a, i, from);
    name(a, j, to);
    intend(&a->place[j], words);
    settle(&a->place[j], link(from, to) == 0);
}

/* Has some file of anybody's open for a while, so that its removal is pending. */
static void hold(struct actor *a)
{
    struct actor other = *a;
    char path[NAME_ROOM];
    int *slot = &a->held[pick(a, HELD)];
    if (*slot >= 0)
        close(*slot);
    other.process = pick(a, PROCESSES);
    other.generation = shared->generations[other.process] - 1;
    name(&other, pick(a, NAMES), path);
    *slot = open(path, O_RDONLY | O_CLOEXEC);
}

static void list(bool raw)
{
    char buf[4096];
    DIR *dir = raw ? NULL : opendir(".");
    int fd = raw ? open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    while (dir != NULL && readdir(dir) != NULL)
        ;
    while (fd >= 0 && CALL(SYS_getdents64, fd, buf, sizeof(buf), 0) > 0)
        ;
    if (dir != NULL)
        closedir(dir);
    if (fd >= 0)
        close(fd);
}

static void turn(struct actor *a)
{
    unsigned i = pick(a, NAMES);
    unsigned j = pick(a, NAMES);
    bool raw = pick(a, 2) == 0 && some_raw;
    switch (pick(a, 8)) {
    case 0:
    case 1:
        make(a, i, raw);
        break;
    case 2:
    case 3:
        remove_it(a, i, raw);
        break;
    case 4:
        move(a, i, j, raw);
        break;
    case 5:
        give_link(a, i, j);
        break;
    case 6:
        hold(a);
        break;
    default:
        list(raw);
        break;
    }
}

static pid_t start(unsigned process, uint64_t seed)
{
    unsigned generation = shared->generations[process]++;
    pid_t child = fork();
    if (child != 0)
        return child;
    struct actor a = {shared->place[process][generation],
                      process,
                      generation,
                      (seed + 1) * UINT64_C(0x9E3779B97F4A7C15),
                      {-1, -1, -1, -1}};
    while (atomic_fetch_add(&shared->operations[process], 1) < operations)
        turn(&a);
    _exit(0);
}

static long done(void)
{
    long all = 0;
    for (unsigned p = 0; p < PROCESSES; p++)
        all += atomic_load(&shared->operations[p]);
    return all;
}

/* Lets them go on up to so many operations, or until the one that is meant has ended. */
static void wait_until(long goal, pid_t pid)
{
    siginfo_t ended = {.si_pid = 0};
    while (done() < goal && ended.si_pid == 0) {
        sched_yield();
        waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT);
    }
}

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
        if (pids[victim] == 0)
            continue;
        wait_until(done() + 1 + pick(&chance, 100), pids[victim]);
        if (shared->generations[victim] < GENERATIONS)
            kill(pids[victim], SIGKILL);
        waitpid(pids[victim], &status, 0);
        pids[victim] = WIFEXITED(status) ? 0 : start(victim, ++seed * 1000);
        running -= pids[victim] == 0;
    }
}

static void print(char sign, const char *path, uint32_t words)
{
    printf("%c ", sign);
    for (; *path != '\0'; path++)
        printf("%02x", (unsigned char)*path);
    printf("\t%u\n", words);
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 4)
        return 2;
    some_raw = argc == 4 && strcmp(argv[3], "raw") == 0;
    operations = strtol(argv[1], NULL, 10);
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    drive(strtoull(argv[2], NULL, 10));
    for (unsigned p = 0; p < PROCESSES; p++)
        for (unsigned g = 0; g < shared->generations[p]; g++)
            for (unsigned i = 0; i < NAMES; i++) {
                const struct actor a = {.process = p, .generation = g};
                struct place *place = &shared->place[p][g][i];
                char path[NAME_ROOM];
                name(&a, i, path);
                bool unsure = atomic_load(&place->unsure);
                if (atomic_load(&place->words) != 0)
                    print(unsure ? '?' : '+', path, atomic_load(&place->words));
                if (unsure && atomic_load(&place->perhaps) != 0)
                    print('?', path, atomic_load(&place->perhaps));
            }
    return 0;
}
