/* SPDX-License-Identifier: MIT */
#include "nt/lxattr.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define VERSION    1
#define NS_MAX     1000000000u
#define MINOR_BITS 20
#define MINOR_MAX  ((1u << MINOR_BITS) - 1)

/* Where the fields of an LXATTRB are, behind flags and version. */
enum {
    MODE = 4,
    UID = 8,
    GID = 12,
    DEVICE = 16,
    ACCESSED_NS = 20,
    MODIFIED_NS = 24,
    CHANGED_NS = 28,
    ACCESSED = 32,
    MODIFIED = 40,
    CHANGED = 48
};

static bool get_time(const uint8_t *value, size_t seconds, size_t ns, struct nt_lx_time *out)
{
    *out = (struct nt_lx_time){.seconds = nt_get64(value + seconds),
                               .nanoseconds = nt_get32(value + ns)};
    return out->nanoseconds < NS_MAX;
}

static void put_time(uint8_t *value, size_t seconds, size_t ns, const struct nt_lx_time *t)
{
    nt_put64(value + seconds, t->seconds);
    nt_put32(value + ns, t->nanoseconds);
}

bool nt_lxattrb_get(const uint8_t *value, size_t n, struct nt_lxattrb *out)
{
    if (n != NT_LXATTRB_SIZE || nt_get16(value + 2) != VERSION)
        return false;
    uint32_t device = nt_get32(value + DEVICE);
    *out = (struct nt_lxattrb){.mode = nt_get32(value + MODE),
                               .uid = nt_get32(value + UID),
                               .gid = nt_get32(value + GID),
                               .major = device >> MINOR_BITS,
                               .minor = device & MINOR_MAX};
    return get_time(value, ACCESSED, ACCESSED_NS, &out->accessed) &&
           get_time(value, MODIFIED, MODIFIED_NS, &out->modified) &&
           get_time(value, CHANGED, CHANGED_NS, &out->changed) &&
           (out->mode & ~(uint32_t)(S_IFMT | 07777)) == 0 && out->uid != UINT32_MAX &&
           out->gid != UINT32_MAX;
}

void nt_lxattrb_put(const struct nt_lxattrb *a, uint8_t out[NT_LXATTRB_SIZE])
{
    nt_put16(out, 0);
    nt_put16(out + 2, VERSION);
    nt_put32(out + MODE, a->mode);
    nt_put32(out + UID, a->uid);
    nt_put32(out + GID, a->gid);
    nt_put32(out + DEVICE, a->major << MINOR_BITS | (a->minor & MINOR_MAX));
    put_time(out, ACCESSED, ACCESSED_NS, &a->accessed);
    put_time(out, MODIFIED, MODIFIED_NS, &a->modified);
    put_time(out, CHANGED, CHANGED_NS, &a->changed);
}

/* --- LXXATTR -------------------------------------------------------------------------------- */

#define START 4 /* flags and version */
#define ENTRY 7 /* offset of the next one, length of the value, length of the name */
#define SPARE 1 /* a byte behind each value, which says nothing */
#define ALIGN 4u

int nt_lxxattr_next(const uint8_t *value, size_t n, size_t *at, struct nt_lx_xattr *out)
{
    if (*at == n && n > 0)
        return 0;
    if (n < START || nt_get16(value + 2) != VERSION)
        return -EINVAL;
    size_t from = *at == 0 ? START : *at;
    if (from > n || n - from < ENTRY)
        return -EINVAL;
    const uint8_t *e = value + from;
    size_t next = nt_get32(e);
    size_t size = nt_get16(e + 4);
    size_t length = e[6];
    size_t used = ENTRY + length + size;
    if (length == 0 || used > n - from || (next != 0 && (next < used || next >= n - from)))
        return -EINVAL;
    *out = (struct nt_lx_xattr){.name = {e + ENTRY, length}, .value = {e + ENTRY + length, size}};
    *at = next == 0 ? n : from + next;
    return 1;
}

long nt_lxxattr_put(uint8_t *value, size_t room, size_t used, size_t *last,
                    const struct nt_lx_xattr *x)
{
    size_t at = used == 0 ? START : (used + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    size_t length = ENTRY + x->name.n + x->value.n + SPARE;
    if (x->name.n == 0 || x->name.n > UINT8_MAX || x->value.n > UINT16_MAX)
        return -EINVAL;
    if (at > room || length > room - at)
        return -ENOSPC;
    memset(value + used, 0, at - used);
    if (used == 0)
        nt_put16(value + 2, VERSION);
    else
        nt_put32(value + *last, (uint32_t)(at - *last));
    uint8_t *e = value + at;
    nt_put32(e, 0);
    nt_put16(e + 4, (uint16_t)x->value.n);
    e[6] = (uint8_t)x->name.n;
    memcpy(e + ENTRY, x->name.at, x->name.n);
    if (x->value.n > 0)
        memcpy(e + ENTRY + x->name.n, x->value.at, x->value.n);
    e[length - SPARE] = 0;
    *last = at;
    return (long)(at + length);
}
