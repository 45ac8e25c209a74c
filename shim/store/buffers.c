/* SPDX-License-Identifier: MIT */
#include "store/buffers.h"

#include <stdatomic.h>
#include <stdint.h>

#include "store/age.h"
#include "store/sidecar_attr.h"
#include "sys/sys.h"

/*
 * Empty files that were asked for a buffer in vain: a hash of device, inode and change time, with a
 * bit that says whether they are known to have none. Every thread, signal handler and vfork child
 * may read and write an entry, which is one word; so may who acts for another process, since an
 * inode is the same to all. An attribute that is set changes the time: nothing has to be forgotten.
 */
#define FILES 512u /* power of two */
static _Atomic uint64_t files[FILES];
enum { ASKED = 0, KNOWN = 1 };

static uint64_t hash_of(const struct stat *st)
{
    return store_hash_state(st) & ~(uint64_t)KNOWN;
}

static void keep(const struct stat *st, uint64_t state)
{
    uint64_t hash = hash_of(st);
    atomic_store_explicit(&files[hash / 2 % FILES], hash | state, memory_order_relaxed);
}

static bool is_empty_file(const struct stat *st)
{
    return st->st_ino != 0 && S_ISREG(st->st_mode) && st->st_size == 0 && !store_marked(st);
}

/*
 * Asks by a descriptor, whose facts are that of what is asked: at a path another file may come in
 * between. The clock is read first, so that what happens while we ask is young.
 */
static long ask_descriptor(const struct store_object *o, const struct stat *st, void *value,
                           size_t room)
{
    int64_t now = store_clock();
    long n = store_attr_get(o, store_marked(st), STORE_REPARSE, value, room);
    if (n == -ENODATA && is_empty_file(st) && store_shows_changes(o->root, st, now))
        keep(st, KNOWN);
    return n;
}

/* The same of a path. O_PATH opens nothing that anybody who looks for holders would count. */
static __attribute__((noinline)) long ask_by_descriptor(const struct store_object *o, void *value,
                                                        size_t room)
{
    struct stat st;
    int fd = sys_openat(o->dfd, o->path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    const struct store_object same = {o->root, fd, ""};
    long n = sys_fstat(fd, &st);
    if (n == 0)
        n = ask_descriptor(&same, &st, value, room);
    sys_close(fd);
    return n;
}

long store_buffer_get(const struct store_object *o, const struct stat *st, void *value, size_t room)
{
    if (!is_empty_file(st))
        return store_attr_get(o, store_marked(st), STORE_REPARSE, value, room);
    uint64_t hash = hash_of(st);
    uint64_t known = atomic_load_explicit(&files[hash / 2 % FILES], memory_order_relaxed);
    if (known == (hash | KNOWN))
        return -ENODATA;
    if (o->path[0] == '\0' && o->dfd != AT_FDCWD)
        return ask_descriptor(o, st, value, room);
    /* A second time: who asks twice asks often, and what makes sure costs some calls. */
    if (known == (hash | ASKED) && store_shows_changes(o->root, st, store_clock())) {
        long n = ask_by_descriptor(o, value, room);
        if (n == -ENODATA || n >= 0)
            return n;
    }
    long n = store_attr_get(o, false, STORE_REPARSE, value, room);
    if (n == -ENODATA)
        keep(st, ASKED);
    return n;
}
