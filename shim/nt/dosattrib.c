/* SPDX-License-Identifier: MIT */
#include "nt/dosattrib.h"

#include <errno.h>
#include <string.h>

#include "nt/bytes.h"

/* Reads on from `at`; what is missing makes it fail for good. */
struct reader {
    const uint8_t *bytes;
    size_t size;
    size_t at;
    int error;
};

static const uint8_t *take(struct reader *r, size_t n)
{
    static const uint8_t nothing[8];
    if (r->error != 0 || n > r->size - r->at) {
        r->error = -EINVAL;
        return nothing;
    }
    r->at += n;
    return r->bytes + r->at - n;
}

static uint32_t take32(struct reader *r)
{
    return nt_get32(take(r, 4));
}

/* Samba aligns these to 4, not to 8: they are two halves. */
static uint64_t take64(struct reader *r)
{
    return nt_get64(take(r, 8));
}

static void align(struct reader *r, size_t to)
{
    take(r, (to - r->at % to) % to);
}

/* "0x22" of n characters, and nothing else. */
static int hex(const uint8_t *s, size_t n, uint32_t *out)
{
    uint32_t value = 0;
    if (n < 3 || n > 10 || s[0] != '0' || (s[1] != 'x' && s[1] != 'X'))
        return -EINVAL;
    for (size_t i = 2; i < n; i++) {
        unsigned c = s[i];
        unsigned digit = c - '0';
        if (digit > 9) {
            digit = (c | 0x20u) - 'a' + 10;
            if (digit < 10 || digit > 15)
                return -EINVAL;
        }
        value = value << 4 | digit;
    }
    *out = value;
    return 0;
}

/* The fields of each version in their order. Version 1 is recalled. */
static int read_fields(struct reader *r, struct nt_dosattrib *d)
{
    if (d->version == 1)
        d->valid = NT_HAS_ATTRIBUTES | NT_HAS_EA_SIZE | NT_HAS_SIZE | NT_HAS_ALLOCATION |
                   NT_HAS_CREATION | NT_HAS_CHANGE;
    else if (d->version >= 3 && d->version <= 5)
        d->valid = take32(r);
    else
        return -EINVAL;
    d->attributes = take32(r);
    if (d->version == 1 || d->version == 3) {
        d->ea_size = take32(r);
        d->size = take64(r);
        d->allocation = take64(r);
    } else if (d->version == 4) {
        d->itime = take64(r);
    }
    d->creation = take64(r);
    if (d->version == 1 || d->version == 3)
        d->change = take64(r);
    return r->error;
}

int nt_dosattrib_decode(const void *value, size_t size, struct nt_dosattrib *out)
{
    const uint8_t *b = value;
    const uint8_t *nul = size > 0 ? memchr(b, 0, size) : NULL;
    size_t text = nul != NULL ? (size_t)(nul - b) : size;

    *out = (struct nt_dosattrib){.version = 0};
    if (text > 0 && hex(b, text, &out->attributes) < 0)
        return -EINVAL;
    if (text + 1 >= size) { /* Wine's, with its NUL or without */
        out->valid = NT_HAS_ATTRIBUTES;
        return text > 0 ? 0 : -EINVAL;
    }
    struct reader r = {.bytes = b, .size = size, .at = text + 1};
    align(&r, 2);
    out->version = nt_get16(take(&r, 2));
    if (nt_get16(take(&r, 2)) != out->version)
        return -EINVAL;
    align(&r, 4);
    return r.error != 0 ? r.error : read_fields(&r, out);
}

/*
 * Version 3, which ksmbd knows too, after text of 9 characters: with its NUL that is 10 bytes, so
 * that the version follows without padding, as ksmbd expects, and everything after it stands where
 * Samba looks for it. The whole is within the 64 bytes that Wine reads for its text.
 */
size_t nt_dosattrib_encode(const struct nt_dosattrib *d, uint8_t out[NT_DOSATTRIB_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    memset(out, 0, NT_DOSATTRIB_SIZE);
    out[0] = '0';
    out[1] = 'x';
    for (unsigned i = 0; i < 7; i++)
        out[2 + i] = (uint8_t)digits[d->attributes >> (24 - 4 * i) & 0xF];
    nt_put16(out + 10, 3);
    nt_put16(out + 12, 3);
    nt_put32(out + 16, d->valid & (NT_HAS_ATTRIBUTES | NT_HAS_CREATION));
    nt_put32(out + 20, d->attributes);
    nt_put64(out + 44, d->creation);
    return NT_DOSATTRIB_SIZE;
}
