/* SPDX-License-Identifier: MIT */
#include "store/age.h"

#include <stdatomic.h>
#include <sys/statfs.h>

#include "store/identity.h"
#include "sys/sys.h"

/*
 * Whether a drive's file system keeps change times itself, by store_hash_root: a hash of that,
 * the device and the tick of the clock at which it was asked, with a bit that says so. One
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

uint64_t store_hash_state(const struct stat *st)
{
    uint64_t hash = mix(UINT64_C(0x9e3779b97f4a7c15), (uint64_t)st->st_dev);
    hash = mix(hash, (uint64_t)st->st_ino);
    hash = mix(hash, (uint64_t)st->st_ctim.tv_sec);
    return mix(hash, (uint64_t)st->st_ctim.tv_nsec);
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
    uint64_t drive = store_hash_root(root);
    uint64_t hash = mix(mix(drive, (uint64_t)device), (uint64_t)now) & ~(uint64_t)KEEPS;
    _Atomic uint64_t *entry = &drives[drive / 2 % DRIVES];
    uint64_t told = atomic_load_explicit(entry, memory_order_relaxed);
    if ((told & ~(uint64_t)KEEPS) != hash) {
        bool keeps =
            sys_fstatat(AT_FDCWD, root, &st, 0) == 0 && st.st_dev == device && keeps_times(root);
        told = hash | (keeps ? (uint64_t)KEEPS : 0);
        atomic_store_explicit(entry, told, memory_order_relaxed);
    }
    return (told & KEEPS) != 0;
}

bool store_shows_changes(const char *root, const struct stat *st, int64_t now)
{
    return root != NULL && now != 0 && now >= store_settles_at(st) &&
           trusted(root, st->st_dev, now);
}
