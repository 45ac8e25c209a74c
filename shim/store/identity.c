/* SPDX-License-Identifier: MIT */
#include "store/identity.h"

#include <string.h>
#include <sys/statfs.h>

#include "sys/sys.h"

#ifndef AT_HANDLE_FID
#define AT_HANDLE_FID 0x200 /* a handle that only tells, of file systems that open by none */
#endif

#define FUSE_TYPE   0x65735546
#define HANDLE_ROOM 128 /* MAX_HANDLE_SZ */

uint64_t store_hash(uint64_t hash, const void *data, size_t n)
{
    const unsigned char *p = data;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* Mixes eight bytes more into a hash of this process's own. */
static inline uint64_t mix(uint64_t hash, const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    hash = (hash ^ word) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ hash >> 32;
}

/* Eight bytes at once, since every call that makes an entry asks. Some of the last are in it twice.
 */
uint64_t store_hash_root(const char *root)
{
    size_t n = root == NULL ? 0 : strlen(root);
    uint64_t hash = STORE_HASH_START ^ n;
    if (n < sizeof(hash)) {
        hash = store_hash(hash, root, n);
    } else {
        const char *last = root + n - sizeof(hash);
        for (; root < last; root += sizeof(hash))
            hash = mix(hash, root);
        hash = mix(hash, last);
    }
    hash &= ~UINT64_C(1);
    return hash == 0 ? 2 : hash;
}

char *store_put_hex(char *out, uint64_t value)
{
    for (int shift = 60; shift >= 0; shift -= 4)
        *out++ = "0123456789abcdef"[value >> shift & 15];
    return out;
}

/*
 * Adds an object's handle, which has the generation of its inode. A FUSE file system has another
 * one for a file after it was unmounted. False where there is none.
 */
static bool hash_handle(const struct store_object *o, uint64_t *hash)
{
    struct {
        struct file_handle head;
        unsigned char room[HANDLE_ROOM];
    } handle = {.head = {.handle_bytes = HANDLE_ROOM}};
    struct statfs fs;
    int mount;
    int flags = o->path[0] == '\0' ? AT_EMPTY_PATH : 0;
    if (sys_statfs(o->root, &fs) < 0 || fs.f_type == FUSE_TYPE)
        return false;
    long r = SYS5(SYS_name_to_handle_at, o->dfd, o->path, &handle, &mount, flags | AT_HANDLE_FID);
    if (r == -EINVAL)
        r = SYS5(SYS_name_to_handle_at, o->dfd, o->path, &handle, &mount, flags);
    if (r < 0)
        return false;
    *hash = store_hash(*hash, &handle.head.handle_type, sizeof(handle.head.handle_type));
    *hash = store_hash(*hash, handle.head.f_handle, handle.head.handle_bytes);
    return true;
}

int store_identify(const struct store_object *o, enum store_life by, struct store_identity *out)
{
    struct statx stx = {.stx_mask = 0};
    uint64_t hash = STORE_HASH_START;
    int flags = AT_SYMLINK_NOFOLLOW | (o->path[0] == '\0' ? AT_EMPTY_PATH : 0);
    const unsigned mask = STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_INO | STATX_BTIME;
    int r = sys_statx(o->dfd, o->path, flags, mask, &stx);
    if (r < 0)
        return r;
    bool born = (stx.stx_mask & STATX_BTIME) != 0;
    bool told = (!born || by == STORE_BY_BOTH) && hash_handle(o, &hash);
    if (born) {
        hash = store_hash(hash, &stx.stx_btime.tv_sec, sizeof(stx.stx_btime.tv_sec));
        hash = store_hash(hash, &stx.stx_btime.tv_nsec, sizeof(stx.stx_btime.tv_nsec));
    }
    *out = (struct store_identity){.inode = stx.stx_ino,
                                   .life = hash,
                                   .device = {stx.stx_dev_major, stx.stx_dev_minor},
                                   .mode = stx.stx_mode,
                                   .links = stx.stx_nlink};
    return born || told ? 0 : -EOPNOTSUPP;
}

uint64_t store_identity_number(const struct store_identity *id)
{
    return store_hash(id->life, &id->inode, sizeof(id->inode));
}

int store_identify_number(const struct store_object *o, uint64_t *number)
{
    struct store_identity id;
    int r = store_identify(o, STORE_BY_BIRTH, &id);
    if (r == 0)
        *number = store_identity_number(&id);
    return r;
}
