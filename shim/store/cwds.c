/* SPDX-License-Identifier: MIT */
#include "store/cwds.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "sys/clock.h"
#include "sys/dirents.h"
#include "sys/sys.h"
#include "sys/touched.h"

#define CWDS_MAX 2048 /* with more processes than this, every look reads /proc */
#define SERVES   8    /* times as long as it took */
#define PLACES   1024 /* power of two */

struct cwd {
    dev_t dev;
    ino_t ino;
};

/*
 * The last reading. One thread at a time may touch it: who finds it taken reads /proc for itself.
 * `serves_until` alone is written by others, who set it to 0.
 */
static struct cwd cwds[CWDS_MAX];
static unsigned count;
static uint64_t places[PLACES / 64]; /* a bit for each, by its inode: most have none */
static SYS_TOUCHED _Atomic int64_t serves_until;
static atomic_flag taken = ATOMIC_FLAG_INIT;

static int64_t now(void)
{
    struct timespec t = {0, 0};
    sys_clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

void store_cwds_forget(void)
{
    atomic_store_explicit(&serves_until, 0, memory_order_relaxed);
}

/* The cwd of a process by its name in /proc; false for what is no process, or not ours to see. */
static bool cwd_of(int proc, const char *name, struct cwd *out)
{
    char link[24];
    struct stat st;
    size_t n = 0;
    for (; name[n] >= '0' && name[n] <= '9' && n + 5 < sizeof(link); n++)
        link[n] = name[n];
    if (n == 0 || name[n] != '\0')
        return false;
    memcpy(link + n, "/cwd", 5);
    if (sys_fstatat(proc, link, &st, 0) < 0)
        return false;
    *out = (struct cwd){st.st_dev, st.st_ino};
    return true;
}

/* Calls each process's cwd until one says stop. */
typedef bool each_cwd(void *context, const struct cwd *cwd);

static bool read_cwds(each_cwd *each, void *context)
{
    char buf[2048] __attribute__((aligned(8)));
    bool stop = false;
    long n = 0;
    int proc = sys_openat(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (proc < 0)
        return false;
    while (!stop && (n = sys_getdents64(proc, buf, sizeof(buf))) > 0) {
        for (long at = 0; at < n && !stop;) {
            const struct sys_dirent *e = sys_dirent_at(buf, at);
            struct cwd cwd;
            at += e->length;
            if (cwd_of(proc, e->name, &cwd))
                stop = each(context, &cwd);
        }
    }
    sys_close(proc);
    return stop;
}

static bool equals(void *context, const struct cwd *cwd)
{
    const struct cwd *wanted = context;
    return cwd->dev == wanted->dev && cwd->ino == wanted->ino;
}

static bool keep(void *context, const struct cwd *cwd)
{
    (void)context;
    if (count == CWDS_MAX)
        return true;
    cwds[count++] = *cwd;
    places[cwd->ino % PLACES / 64] |= UINT64_C(1) << cwd->ino % 64;
    return false;
}

/* True where a directory is among those that were read. */
static bool is_kept(const struct cwd *wanted)
{
    if ((places[wanted->ino % PLACES / 64] >> wanted->ino % 64 & 1) == 0)
        return false;
    for (unsigned i = 0; i < count; i++)
        if (cwds[i].ino == wanted->ino && cwds[i].dev == wanted->dev)
            return true;
    return false;
}

/* True where the kept reading answers; *found is its answer. */
static bool kept_answer(const struct cwd *wanted, bool *found)
{
    int64_t start = now();
    if (start >= atomic_load_explicit(&serves_until, memory_order_relaxed)) {
        /* Good from now on, so that whoever forgets it meanwhile is heard. */
        atomic_store_explicit(&serves_until, INT64_MAX, memory_order_relaxed);
        count = 0;
        memset(places, 0, sizeof(places));
        if (read_cwds(keep, NULL)) {
            store_cwds_forget();
            return false;
        }
        int64_t end = now();
        int64_t fresh = INT64_MAX;
        atomic_compare_exchange_strong_explicit(&serves_until, &fresh, end + SERVES * (end - start),
                                                memory_order_relaxed, memory_order_relaxed);
    }
    *found = is_kept(wanted);
    return true;
}

bool store_cwds_kept(void)
{
    return now() < atomic_load_explicit(&serves_until, memory_order_relaxed);
}

bool store_is_cwd(dev_t dev, ino_t ino)
{
    struct cwd wanted = {dev, ino};
    bool found = false;
    bool answered = false;
    if (!atomic_flag_test_and_set_explicit(&taken, memory_order_acquire)) {
        answered = kept_answer(&wanted, &found);
        atomic_flag_clear_explicit(&taken, memory_order_release);
    }
    return answered ? found : read_cwds(equals, &wanted);
}
