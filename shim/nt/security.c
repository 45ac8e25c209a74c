/* SPDX-License-Identifier: MIT */
#include "nt/security.h"

#include <errno.h>
#include <string.h>

#define HEADER      20u
#define ACL_HEADER  8u
#define ACE_HEADER  8u /* of an entry that has a mask, and a SID behind it */
#define ACL_MAX     65532u
#define SID_SUBS    15u
#define NDR_POINTER UINT32_C(0x00020000) /* of anything that is there */

static const uint8_t empty[ACL_HEADER] = {2, 0, ACL_HEADER};
const struct nt_bytes nt_acl_empty = {empty, sizeof(empty)};

bool nt_sid_valid(const uint8_t *sid, size_t n)
{
    return n >= 8 && sid[0] == 1 && sid[1] <= SID_SUBS && nt_sid_size(sid) <= n;
}

bool nt_sid_equal(struct nt_bytes a, struct nt_bytes b)
{
    return a.n == b.n && a.n > 0 && memcmp(a.at, b.at, a.n) == 0;
}

/* --- decoding ------------------------------------------------------------------------------- */

/* The SID at an offset of a buffer; empty for offset 0, which says that there is none. */
static int sid_at(const uint8_t *buffer, size_t size, uint32_t offset, struct nt_bytes *out)
{
    *out = (struct nt_bytes){NULL, 0};
    if (offset == 0)
        return 0;
    if (offset >= size || !nt_sid_valid(buffer + offset, size - offset))
        return -EINVAL;
    *out = (struct nt_bytes){buffer + offset, nt_sid_size(buffer + offset)};
    return 0;
}

/* The entry at the beginning of n bytes; its size, or 0 where it is none. */
static size_t read_ace(const uint8_t *at, size_t n, struct nt_ace *out)
{
    size_t size = n < 4 ? 0 : nt_get16(at + 2);
    if (size < 4 || size > n || size % 4 != 0)
        return 0;
    *out = (struct nt_ace){.type = at[0], .flags = at[1], .all = {at, size}};
    if (out->type != NT_ACE_ALLOW && out->type != NT_ACE_DENY)
        return size;
    if (size < ACE_HEADER || !nt_sid_valid(at + ACE_HEADER, size - ACE_HEADER))
        return 0;
    out->mask = nt_get32(at + 4);
    out->sid = (struct nt_bytes){at + ACE_HEADER, nt_sid_size(at + ACE_HEADER)};
    return size;
}

bool nt_acl_next(struct nt_bytes acl, size_t *at, struct nt_ace *out)
{
    /* Entries say how many they are, too: what is behind the last one is nobody's. */
    size_t passed = *at == 0 ? ACL_HEADER : *at & 0xFFFFu;
    size_t count = *at >> 16;
    if (acl.n < ACL_HEADER || count >= nt_get16(acl.at + 4))
        return false;
    size_t size = read_ace(acl.at + passed, acl.n - passed, out);
    *at = (count + 1) << 16 | (passed + size);
    return size != 0;
}

static int acl_at(const uint8_t *buffer, size_t size, uint32_t offset, struct nt_bytes *out)
{
    struct nt_ace ace;
    size_t at = 0;
    *out = (struct nt_bytes){NULL, 0};
    if (offset == 0)
        return 0;
    if (offset > size || size - offset < ACL_HEADER)
        return -EINVAL;
    const uint8_t *acl = buffer + offset;
    if (acl[0] < 2 || acl[0] > 4 || nt_get16(acl + 2) < ACL_HEADER ||
        nt_get16(acl + 2) > size - offset)
        return -EINVAL;
    const struct nt_bytes all = {acl, nt_get16(acl + 2)};
    unsigned entries = 0;
    while (nt_acl_next(all, &at, &ace))
        entries++;
    if (entries != nt_get16(acl + 4))
        return -EINVAL;
    *out = all;
    return 0;
}

int nt_security_decode(const uint8_t *buffer, size_t size, size_t start, struct nt_security *out)
{
    if (size > NT_SECURITY_MAX || start > size || size - start < HEADER)
        return -EINVAL;
    const uint8_t *header = buffer + start;
    *out = (struct nt_security){.control = nt_get16(header + 2)};
    if (header[0] != 1 || (out->control & NT_SELF_RELATIVE) == 0)
        return -EINVAL;
    int r = sid_at(buffer, size, nt_get32(header + 4), &out->owner);
    if (r == 0)
        r = sid_at(buffer, size, nt_get32(header + 8), &out->group);
    if (r == 0 && (out->control & NT_SACL_PRESENT) != 0)
        r = acl_at(buffer, size, nt_get32(header + 12), &out->sacl);
    if (r == 0 && (out->control & NT_DACL_PRESENT) != 0)
        r = acl_at(buffer, size, nt_get32(header + 16), &out->dacl);
    return r;
}

/*
 * Where the descriptor is in a value: behind NDR's pointers, and from version 2 on a hash of what
 * Linux says of the file; version 4 has a word for how that was made, and a time, besides. 0 for
 * another.
 */
static size_t descriptor_in(const uint8_t *value, size_t size)
{
    static const size_t places[] = {0, 8, 28, 80};
    unsigned version = size < 4 ? 0 : nt_get16(value);
    if (version == 0 || version > 4 || nt_get16(value + 2) != version)
        return 0;
    if (version < 4)
        return places[version];
    size_t word = 78;
    size_t end = word;
    while (end < size && value[end] != '\0')
        end++;
    end = (end + 1 + 3) & ~(size_t)3;
    return end + 8 + 64;
}

int nt_ntacl_decode(const uint8_t *value, size_t size, struct nt_security *out)
{
    size_t start = descriptor_in(value, size);
    return start == 0 ? -EINVAL : nt_security_decode(value, size, start, out);
}

/* --- encoding ------------------------------------------------------------------------------- */

static uint32_t put(uint8_t *out, size_t *at, struct nt_bytes part)
{
    size_t here = *at;
    if (part.n == 0)
        return 0;
    memcpy(out + here, part.at, part.n);
    *at += part.n;
    return (uint32_t)here;
}

long nt_security_encode(const struct nt_security *s, size_t start, uint8_t *out, size_t room)
{
    size_t at = start + HEADER;
    size_t size = at + s->owner.n + s->group.n + s->sacl.n + s->dacl.n;
    if (size > room || size > NT_SECURITY_MAX)
        return -ENOSPC;
    uint16_t control = s->control | NT_SELF_RELATIVE;
    if (s->dacl.n > 0)
        control |= NT_DACL_PRESENT;
    memset(out + start, 0, HEADER);
    out[start] = 1;
    nt_put16(out + start + 2, control);
    nt_put32(out + start + 4, put(out, &at, s->owner));
    nt_put32(out + start + 8, put(out, &at, s->group));
    nt_put32(out + start + 12, put(out, &at, s->sacl));
    nt_put32(out + start + 16, put(out, &at, s->dacl));
    return (long)size;
}

long nt_ntacl_encode(const struct nt_security *s, uint8_t *out, size_t room)
{
    if (room < NT_NTACL_HEADER)
        return -ENOSPC;
    nt_put16(out, 1);
    nt_put16(out + 2, 1);
    nt_put32(out + 4, NDR_POINTER);
    return nt_security_encode(s, NT_NTACL_HEADER, out, room);
}

int nt_acl_add(const struct nt_ace *ace, uint8_t *out, size_t *size, size_t room)
{
    bool carried = ace->sid.n == 0;
    size_t n = carried ? ace->all.n : ACE_HEADER + ace->sid.n;
    size_t at = *size == 0 ? ACL_HEADER : *size;
    if (at + n > room || at + n > ACL_MAX)
        return -ENOSPC;
    if (*size == 0) {
        memset(out, 0, ACL_HEADER);
        out[0] = 2;
    }
    if (carried) {
        memcpy(out + at, ace->all.at, n);
        if (out[0] < 4)
            out[0] = 4; /* the revision of an ACL that has such entries */
    } else {
        nt_put32(out + at + 4, ace->mask);
        memcpy(out + at + ACE_HEADER, ace->sid.at, ace->sid.n);
    }
    out[at] = ace->type;
    out[at + 1] = ace->flags;
    nt_put16(out + at + 2, (uint16_t)n);
    nt_put16(out + 2, (uint16_t)(at + n));
    nt_put16(out + 4, (uint16_t)(nt_get16(out + 4) + 1));
    *size = at + n;
    return 0;
}
