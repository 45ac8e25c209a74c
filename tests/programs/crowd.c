/* SPDX-License-Identifier: MIT */
/*
 * crowd THREADS TURNS: threads that create, look at, rename and remove files at once, by the
 * instruction itself. Prints what went wrong, and "ok".
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "sys/arch.h"

#define CALL(nr, a, b, c, d) sys_call6((nr), (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define THREADS_MAX          64

static long turns;
static _Atomic unsigned wrong;

static void must(const char *what, long r)
{
    if (r >= 0)
        return;
    atomic_fetch_add(&wrong, 1);
    printf("%s: %ld\n", what, r);
}

static void *run(void *number)
{
    char from[32];
    char to[32];
    struct stat st;
    snprintf(from, sizeof(from), "from:%ld", (long)(intptr_t)number);
    snprintf(to, sizeof(to), "to:%ld", (long)(intptr_t)number);
    for (long i = 0; i < turns; i++) {
        long fd = CALL(SYS_openat, AT_FDCWD, from, O_CREAT | O_EXCL | O_RDWR, 0600);
        must("open", fd);
        must("close", CALL(SYS_close, fd, 0, 0, 0));
        must("rename", CALL(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to));
        must("stat", CALL(SYS_newfstatat, AT_FDCWD, to, &st, 0));
        must("unlink", CALL(SYS_unlinkat, AT_FDCWD, to, 0, 0));
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS_MAX];
    long count = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
    if (count < 1 || count > THREADS_MAX)
        return 2;
    turns = strtol(argv[2], NULL, 10);
    for (long i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, run, (void *)(intptr_t)i) != 0)
            return 1;
    for (long i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    if (atomic_load(&wrong) == 0)
        puts("ok");
    return 0;
}
