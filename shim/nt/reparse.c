/* SPDX-License-Identifier: MIT */
#include "nt/reparse.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "nt/bytes.h"

#define HEADER       8
#define GUID_SIZE    16
#define LX_LINK      2 /* version whose target is in the buffer */
#define LX_LINK_FILE 1 /* the first WSL's: the target is the file's data */
#define APPEXEC      3
#define RELATIVE     1u

static const struct {
    uint32_t tag;
    char name[32];
} names[] = {
#define TAG(symbol, value) {value, #symbol},
#include "nt/reparse_tags.def"
#undef TAG
};

#define TAG(symbol, value) \
    _Static_assert(sizeof(#symbol) <= sizeof(names[0].name), #symbol " is long");
#include "nt/reparse_tags.def"
#undef TAG

static const struct {
    uint32_t tag;
    enum nt_reparse_kind kind;
} kinds[] = {
    {NT_TAG_LX_SYMLINK, NT_REPARSE_LX_SYMLINK},
    {NT_TAG_SYMLINK, NT_REPARSE_SYMLINK},
    {NT_TAG_MOUNT_POINT, NT_REPARSE_MOUNT},
    {NT_TAG_AF_UNIX, NT_REPARSE_EMPTY},
    {NT_TAG_LX_FIFO, NT_REPARSE_EMPTY},
    {NT_TAG_LX_CHR, NT_REPARSE_EMPTY},
    {NT_TAG_LX_BLK, NT_REPARSE_EMPTY},
    {NT_TAG_APPEXECLINK, NT_REPARSE_APPEXEC},
    {NT_TAG_NFS, NT_REPARSE_NFS},
};

static const struct {
    uint32_t tag;
    mode_t type;
} types[] = {
    {NT_TAG_LX_SYMLINK, S_IFLNK}, {NT_TAG_LX_FIFO, S_IFIFO}, {NT_TAG_AF_UNIX, S_IFSOCK},
    {NT_TAG_LX_CHR, S_IFCHR},     {NT_TAG_LX_BLK, S_IFBLK},
};

/* What follows the type of an NFS inode, in bytes. */
enum nfs_payload { NFS_NOTHING = 0, NFS_DEVICE = 8, NFS_TARGET = -1 };

static const struct {
    uint64_t type;
    int payload;
} nfs_types[] = {
    {NT_NFS_LNK, NFS_TARGET},   {NT_NFS_CHR, NFS_DEVICE},   {NT_NFS_BLK, NFS_DEVICE},
    {NT_NFS_FIFO, NFS_NOTHING}, {NT_NFS_SOCK, NFS_NOTHING},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

mode_t nt_reparse_type(uint32_t tag)
{
    for (size_t i = 0; i < COUNT(types); i++)
        if (types[i].tag == tag)
            return types[i].type;
    return 0;
}

const char *nt_reparse_name(uint32_t tag)
{
    for (size_t i = 0; i < COUNT(names); i++)
        if (names[i].tag == tag)
            return names[i].name;
    return NULL;
}

enum nt_reparse_kind nt_reparse_kind_of(uint32_t tag)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (kinds[i].tag == tag)
            return kinds[i].kind;
    return NT_REPARSE_OPAQUE;
}

static size_t header_size(uint32_t tag)
{
    return nt_tag_microsoft(tag) ? HEADER : HEADER + GUID_SIZE;
}

/* --- decoding ------------------------------------------------------------------------------- */

/* UTF-16 without a NUL among its units. */
static bool is_text(struct nt_bytes s)
{
    if (s.n % 2 != 0)
        return false;
    for (size_t i = 0; i < s.n; i += 2)
        if (nt_get16(s.at + i) == 0)
            return false;
    return true;
}

/* Some writers end the target with a NUL, which is no part of it. */
static int decode_lx_symlink(struct nt_reparse *r)
{
    struct nt_bytes d = r->data;
    if (d.n < 4)
        return -EINVAL;
    r->version = nt_get32(d.at);
    if (r->version == LX_LINK_FILE)
        return d.n == 4 ? 0 : -EINVAL;
    if (r->version != LX_LINK)
        return -EINVAL;
    const uint8_t *end = memchr(d.at + 4, 0, d.n - 4);
    r->target = (struct nt_bytes){d.at + 4, end != NULL ? (size_t)(end - d.at - 4) : d.n - 4};
    return r->target.n > 0 ? 0 : -EINVAL;
}

/* A name of `path`, as two numbers at p say: offset and length in bytes. */
static int decode_name(const uint8_t *p, struct nt_bytes path, struct nt_bytes *out)
{
    size_t offset = nt_get16(p);
    size_t length = nt_get16(p + 2);
    if (offset % 2 != 0 || offset > path.n || length > path.n - offset)
        return -EINVAL;
    *out = (struct nt_bytes){path.at + offset, length};
    return is_text(*out) ? 0 : -EINVAL;
}

/* Writers order the two names as they like: only the offsets tell. */
static int decode_names(struct nt_reparse *r, size_t fixed)
{
    struct nt_bytes d = r->data;
    if (d.n < fixed)
        return -EINVAL;
    struct nt_bytes path = {d.at + fixed, d.n - fixed};
    int e = decode_name(d.at, path, &r->substitute);
    if (e == 0)
        e = decode_name(d.at + 4, path, &r->print);
    if (e == 0 && r->substitute.n == 0)
        e = -EINVAL;
    return e;
}

static int decode_symlink(struct nt_reparse *r)
{
    int e = decode_names(r, 12);
    if (e < 0)
        return e;
    uint32_t flags = nt_get32(r->data.at + 8);
    r->relative = (flags & RELATIVE) != 0;
    return (flags & ~RELATIVE) == 0 ? 0 : -EINVAL;
}

static int decode_mount(struct nt_reparse *r)
{
    return decode_names(r, 8);
}

static int decode_empty(struct nt_reparse *r)
{
    return r->data.n == 0 ? 0 : -EINVAL;
}

static int decode_appexec(struct nt_reparse *r)
{
    struct nt_bytes d = r->data;
    size_t at = 4;
    if (d.n < 4 || (r->version = nt_get32(d.at)) != APPEXEC)
        return -EINVAL;
    for (size_t i = 0; i < NT_APPEXEC_STRINGS; i++) {
        size_t end = at;
        while (end + 2 <= d.n && nt_get16(d.at + end) != 0)
            end += 2;
        if (end + 2 > d.n)
            return -EINVAL;
        r->strings[i] = (struct nt_bytes){d.at + at, end - at};
        at = end + 2;
    }
    return at == d.n ? 0 : -EINVAL;
}

static int decode_nfs(struct nt_reparse *r)
{
    struct nt_bytes d = r->data;
    if (d.n < 8)
        return -EINVAL;
    r->nfs_type = nt_get64(d.at);
    for (size_t i = 0; i < COUNT(nfs_types); i++) {
        if (nfs_types[i].type != r->nfs_type)
            continue;
        if (nfs_types[i].payload == NFS_TARGET) {
            r->target = (struct nt_bytes){d.at + 8, d.n - 8};
            return r->target.n > 0 && is_text(r->target) ? 0 : -EINVAL;
        }
        if (d.n - 8 != (size_t)nfs_types[i].payload)
            return -EINVAL;
        if (nfs_types[i].payload == NFS_DEVICE) {
            r->major = nt_get32(d.at + 8);
            r->minor = nt_get32(d.at + 12);
        }
        return 0;
    }
    return -EINVAL;
}

static int (*const decoders[])(struct nt_reparse *r) = {
    [NT_REPARSE_LX_SYMLINK] = decode_lx_symlink, [NT_REPARSE_SYMLINK] = decode_symlink,
    [NT_REPARSE_MOUNT] = decode_mount,           [NT_REPARSE_EMPTY] = decode_empty,
    [NT_REPARSE_APPEXEC] = decode_appexec,       [NT_REPARSE_NFS] = decode_nfs,
};

/* Tags 0, 1 and 2 are reserved, as are the bits between the flags and the value. */
static bool tag_reserved(uint32_t tag)
{
    return tag <= 2 || (tag & 0x0FFF0000u) != 0;
}

int nt_reparse_decode(const void *buffer, size_t size, struct nt_reparse *out)
{
    const uint8_t *b = buffer;
    *out = (struct nt_reparse){.tag = 0};
    if (size > NT_REPARSE_MAX)
        return -EFBIG;
    if (size < HEADER)
        return -EINVAL;
    out->tag = nt_get32(b);
    if (tag_reserved(out->tag))
        return -EPERM;
    size_t header = header_size(out->tag);
    /* Reserved is ignored: Windows writes 0 and Samba keeps what a client sent. (inference) */
    if (size < header || nt_get16(b + 4) != size - header)
        return -EINVAL;
    if (header > HEADER)
        memcpy(out->guid, b + HEADER, GUID_SIZE);
    out->data = (struct nt_bytes){b + header, size - header};
    out->kind = (uint8_t)nt_reparse_kind_of(out->tag);
    return out->kind == NT_REPARSE_OPAQUE ? 0 : decoders[out->kind](out);
}

/* --- encoding ------------------------------------------------------------------------------- */

/* Where the data goes: what does not fit is only counted. */
struct writer {
    uint8_t *at;
    size_t room;
    size_t used;
};

static void put(struct writer *w, const void *bytes, size_t n)
{
    if (w->used <= w->room && n <= w->room - w->used && n > 0)
        memcpy(w->at + w->used, bytes, n);
    w->used += n;
}

static void put_text(struct writer *w, struct nt_bytes s, bool nul)
{
    put(w, s.at, s.n);
    put(w, "\0", nul ? 2 : 0);
}

static void put_number(struct writer *w, uint64_t value, size_t size)
{
    uint8_t bytes[8];
    nt_put64(bytes, value);
    put(w, bytes, size);
}

static void put_name_places(struct writer *w, size_t substitute_at, const struct nt_reparse *r,
                            size_t print_at)
{
    put_number(w, substitute_at, 2);
    put_number(w, r->substitute.n, 2);
    put_number(w, print_at, 2);
    put_number(w, r->print.n, 2);
}

static void encode_data(struct writer *w, const struct nt_reparse *r)
{
    switch (nt_reparse_kind_of(r->tag)) {
    case NT_REPARSE_LX_SYMLINK:
        put_number(w, r->version, 4);
        put(w, r->target.at, r->target.n);
        break;
    case NT_REPARSE_SYMLINK:
        put_name_places(w, r->print.n, r, 0);
        put_number(w, r->relative ? RELATIVE : 0, 4);
        put_text(w, r->print, false);
        put_text(w, r->substitute, false);
        break;
    case NT_REPARSE_MOUNT:
        put_name_places(w, 0, r, r->substitute.n + 2);
        put_text(w, r->substitute, true);
        put_text(w, r->print, true);
        break;
    case NT_REPARSE_EMPTY:
        break;
    case NT_REPARSE_APPEXEC:
        put_number(w, r->version, 4);
        for (size_t i = 0; i < NT_APPEXEC_STRINGS; i++)
            put_text(w, r->strings[i], true);
        break;
    case NT_REPARSE_NFS:
        put_number(w, r->nfs_type, 8);
        if (r->nfs_type == NT_NFS_CHR || r->nfs_type == NT_NFS_BLK) {
            put_number(w, r->major, 4);
            put_number(w, r->minor, 4);
        } else {
            put(w, r->target.at, r->target.n);
        }
        break;
    case NT_REPARSE_OPAQUE:
        put(w, r->data.at, r->data.n);
        break;
    }
}

long nt_reparse_encode(const struct nt_reparse *r, uint8_t *out, size_t room)
{
    size_t header = header_size(r->tag);
    struct nt_reparse check;
    struct writer w = {.at = out, .room = room, .used = header};
    encode_data(&w, r);
    if (w.used > NT_REPARSE_MAX)
        return -EFBIG;
    if (w.used > room)
        return -ENOSPC;
    memset(out, 0, HEADER);
    nt_put32(out, r->tag);
    nt_put16(out + 4, (uint16_t)(w.used - header));
    if (header > HEADER)
        memcpy(out + HEADER, r->guid, GUID_SIZE);
    /* What nobody could read again is not written. */
    return nt_reparse_decode(out, w.used, &check) == 0 ? (long)w.used : -EINVAL;
}
