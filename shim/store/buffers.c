/* SPDX-License-Identifier: MIT */
#include "store/buffers.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/statfs.h>

#include "store/age.h"
#include "store/facts.h"
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

/*
 * Whether a drive's file system keeps change times itself, by the address of the root: a hash of
 * that, the device and the tick of the clock at which it was asked, with a bit that says so. One
 * word as well, and anybody's to write.
 */
#define DRIVES 8
static _Atomic uint64_t drives[DRIVES];
enum { KEEPS = 1 };

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ hash >> 32;
}

static uint64_t hash_of(const struct stat *st)
{
    uint64_t hash = mix(UINT64_C(0x9e3779b97f4a7c15), (uint64_t)st->st_dev);
    hash = mix(hash, (uint64_t)st->st_ino);
    hash = mix(hash, (uint64_t)st->st_ctim.tv_sec);
    hash = mix(hash, (uint64_t)st->st_ctim.tv_nsec);
    return hash & ~(uint64_t)KNOWN;
}

/*
 * File systems that change the time with every attribute, and tell at once what anybody has
 * changed. Behind others there may be a server whose answers the kernel keeps for a while, or,
 * below an overlay, anything.
 */
static bool keeps_times(const char *root)
{
    struct statfs fs;
    if (sys_statfs(root, &fs) < 0)
        return false;
    switch ((uint32_t)fs.f_type) {
    case 0xEF53:     /* ext2, ext3, ext4 */
    case 0x58465342: /* xfs */
    case 0x9123683E: /* btrfs */
    case 0x01021994: /* tmpfs */
        return true;
    default:
        return false;
    }
}

/* True where a device is that of the drive's root, and keeps times. Asked once per tick. */
static bool trusted(const char *root, dev_t device, int64_t now)
{
    struct stat st;
    uint64_t hash = mix(mix((uintptr_t)root, (uint64_t)device), (uint64_t)now) & ~(uint64_t)KEEPS;
    _Atomic uint64_t *entry = &drives[(uintptr_t)root / 16 % DRIVES];
    uint64_t told = atomic_load_explicit(entry, memory_order_relaxed);
    if ((told & ~(uint64_t)KEEPS) != hash) {
        bool keeps =
            sys_fstatat(AT_FDCWD, root, &st, 0) == 0 && st.st_dev == device && keeps_times(root);
        told = hash | (keeps ? (uint64_t)KEEPS : 0);
        atomic_store_explicit(entry, told, memory_order_relaxed);
    }
    return (told & KEEPS) != 0;
}

/* True for what may be remembered at a moment: nothing that may change without its time showing it.
 */
static bool may_be_kept(const struct store_object *o, const struct stat *st, int64_t now)
{
    return o->root != NULL && now != 0 && now >= store_settles_at(st) &&
           trusted(o->root, st->st_dev, now);
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
    long n = store_fact_get(o, store_marked(st), STORE_REPARSE, value, room);
    if (n == -ENODATA && is_empty_file(st) && may_be_kept(o, st, now))
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
        return store_fact_get(o, store_marked(st), STORE_REPARSE, value, room);
    uint64_t hash = hash_of(st);
    uint64_t known = atomic_load_explicit(&files[hash / 2 % FILES], memory_order_relaxed);
    if (known == (hash | KNOWN))
        return -ENODATA;
    if (o->path[0] == '\0' && o->dfd != AT_FDCWD)
        return ask_descriptor(o, st, value, room);
    /* A second time: who asks twice asks often, and what makes sure costs some calls. */
    if (known == (hash | ASKED) && may_be_kept(o, st, store_clock())) {
        long n = ask_by_descriptor(o, value, room);
        if (n == -ENODATA || n >= 0)
            return n;
    }
    long n = store_fact_get(o, false, STORE_REPARSE, value, room);
    if (n == -ENODATA)
        keep(st, ASKED);
    return n;
}
