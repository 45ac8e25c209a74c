/* SPDX-License-Identifier: MIT */
/*
 * micro [OPTION]... OP[-SIZE]: repeats one operation in the current directory, prints nanoseconds
 * per turn: those that pass, and those of the processor's time, with what children took.
 *
 *   -C DIR    goes there first: under a shim, or a tracer, only this process may know the way
 *   -t MS     for so long (50)
 *   -n N      or so many turns, for a profiler to count; prints nothing
 *   -j N      in so many threads at once (1); what is printed is one thread's time per turn
 *   -d N      with so many files open (0)
 *   -p N      with so many processes more on the machine, asleep (0)
 *   -f        not the operation, but the system calls that it takes in a drive
 *   -F        the same of a drive that ignores case
 *
 * micro -C DIR make-tree DEPTH SIZE...: what the operations work on.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "operations.h"

#define MOST_THREADS 64

static struct lane lanes[MOST_THREADS];
static struct spent {
    double elapsed;
    double processor;
} results[MOST_THREADS];
static const struct operation *operation;
static double bound;
static long turns_wanted;
static pthread_barrier_t start;

static double clock_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double of_children(void)
{
    struct rusage used;
    getrusage(RUSAGE_CHILDREN, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e9 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e3;
}

static struct spent now(void)
{
    return (struct spent){clock_of(CLOCK_MONOTONIC),
                          clock_of(CLOCK_THREAD_CPUTIME_ID) + of_children()};
}

static struct spent since(struct spent began)
{
    struct spent at = now();
    return (struct spent){at.elapsed - began.elapsed, at.processor - began.processor};
}

/* A first turn that takes so long, in nanoseconds, has to do; else it warms up only. */
#define TOO_DEAR 1e9

/* By the clock a measurement may last for so many times its own time: others do the work. */
#define MOST_ELAPSED 8

/* So many turns at once that reading the clock costs nothing beside them. */
static struct spent repeat(struct lane *l)
{
    struct spent began = now();
    operation->run(l);
    struct spent spent = since(began);
    if (spent.elapsed > TOO_DEAR)
        return spent;
    long turns = 0;
    long batch = (long)(200e3 / (spent.processor + 1)) + 1;
    began = now();
    do {
        for (long i = 0; i < batch; i++)
            operation->run(l);
        turns += batch;
        spent = since(began);
    } while (spent.processor < bound && spent.elapsed < MOST_ELAPSED * bound);
    spent.elapsed /= (double)turns;
    spent.processor /= (double)turns;
    return spent;
}

static void *run_lane(void *arg)
{
    struct lane *l = arg;
    pthread_barrier_wait(&start);
    results[l->number] = repeat(l);
    return NULL;
}

static void hold_files(long n)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    for (; n > 0; n--)
        must(open("dir/file", O_RDONLY), "dir/file");
}

/* They die with this process, whatever ends it. */
static void start_sleepers(long n)
{
    pid_t parent = getpid();
    for (; n > 0; n--) {
        pid_t child = fork();
        must(child, "fork");
        if (child > 0)
            continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (getppid() == parent)
            pause();
        _exit(0);
    }
}

/* "miss-1000" is the operation miss, of size 1000. */
static unsigned find_operation(const char *word)
{
    size_t n = strcspn(word, "0123456789");
    unsigned size = (unsigned)strtoul(word + n, NULL, 10);
    if (n > 0 && word[n - 1] == '-')
        n--;
    for (size_t i = 0; i < operation_count; i++)
        if (strlen(operations[i].name) == n && strncmp(operations[i].name, word, n) == 0)
            operation = &operations[i];
    if (operation == NULL) {
        fprintf(stderr, "micro: %s is no operation\n", word);
        exit(2);
    }
    return size;
}

static void take_floor(int in_any_case)
{
    static struct operation only;
    only = *operation;
    only.run = floor_of(only.name, in_any_case);
    if (only.run == NULL) {
        fprintf(stderr, "micro: %s: its calls are not known\n", only.name);
        exit(2);
    }
    operation = &only;
}

int main(int argc, char **argv)
{
    long threads = 1;
    long files = 0;
    long sleepers = 0;
    int kind = 0;
    double milliseconds = 50;
    for (int option; (option = getopt(argc, argv, "+C:t:n:j:d:p:fF")) != -1;) {
        switch (option) {
        case 'C':
            must(chdir(optarg), optarg);
            break;
        case 't':
            milliseconds = strtod(optarg, NULL);
            break;
        case 'n':
            turns_wanted = strtol(optarg, NULL, 10);
            break;
        case 'j':
            threads = strtol(optarg, NULL, 10);
            break;
        case 'd':
            files = strtol(optarg, NULL, 10);
            break;
        case 'p':
            sleepers = strtol(optarg, NULL, 10);
            break;
        case 'f':
        case 'F':
            kind = option;
            break;
        default:
            return 2;
        }
    }
    if (optind == argc || threads < 1 || threads > MOST_THREADS)
        return 2;
    if (strcmp(argv[optind], "make-tree") == 0) {
        make_tree((unsigned)strtoul(argv[optind + 1], NULL, 10), argv + optind + 2);
        return 0;
    }
    unsigned size = find_operation(argv[optind]);
    if (kind != 0)
        take_floor(kind == 'F');
    bound = milliseconds * 1e6;
    hold_files(files);
    start_sleepers(sleepers);
    for (long i = 0; i < threads; i++) {
        lanes[i].number = (unsigned)i;
        lanes[i].size = size;
        operation->prepare(&lanes[i]);
    }
    if (turns_wanted > 0) {
        for (long i = 0; i < turns_wanted; i++)
            operation->run(&lanes[0]);
        return 0;
    }
    pthread_t ids[MOST_THREADS];
    pthread_barrier_init(&start, NULL, (unsigned)threads);
    for (long i = 1; i < threads; i++)
        pthread_create(&ids[i], NULL, run_lane, &lanes[i]);
    run_lane(&lanes[0]);
    struct spent sum = results[0];
    for (long i = 1; i < threads; i++) {
        pthread_join(ids[i], NULL);
        sum.elapsed += results[i].elapsed;
        sum.processor += results[i].processor;
    }
    for (long i = 0; i < threads; i++)
        if (operation->finish != NULL)
            operation->finish(&lanes[i]);
    printf("%.1f %.1f\n", sum.elapsed / (double)threads, sum.processor / (double)threads);
    return 0;
}
