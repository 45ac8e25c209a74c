/* SPDX-License-Identifier: MIT */
#include "nt/utf16.h"

#include <errno.h>

#include "nt/bytes.h"
#include "nt/utf.h"

#define REPLACEMENT 0xFFFDu

/* The character at `at`, of one unit or a pair of them; *units says how many. */
static uint32_t character(const uint8_t *at, size_t bytes, size_t *units)
{
    uint32_t first = nt_get16(at);
    *units = 1;
    if ((first & 0xF800u) != 0xD800u)
        return first;
    if (first >= 0xDC00u || bytes < 4)
        return REPLACEMENT;
    uint32_t second = nt_get16(at + 2);
    if ((second & 0xFC00u) != 0xDC00u)
        return REPLACEMENT;
    *units = 2;
    return 0x10000u + ((first & 0x3FFu) << 10) + (second & 0x3FFu);
}

long nt_utf16le_to_utf8(const uint8_t *text, size_t bytes, char *out, size_t room)
{
    size_t used = 0;
    if (bytes % 2 != 0)
        return -EINVAL;
    for (size_t at = 0; at < bytes;) {
        size_t units;
        uint32_t code = character(text + at, bytes - at, &units);
        char utf8[4];
        if (code == 0)
            return -EINVAL;
        size_t n = (size_t)nt_utf8_encode(code, utf8);
        if (used + n >= room)
            return -ENAMETOOLONG;
        for (size_t i = 0; i < n; i++)
            out[used++] = utf8[i];
        at += units * 2;
    }
    if (used >= room)
        return -ENAMETOOLONG;
    out[used] = '\0';
    return (long)used;
}

long nt_utf8_to_utf16le(const char *text, size_t n, uint8_t *out, size_t room)
{
    size_t used = 0;
    for (size_t at = 0; at < n;) {
        uint32_t code;
        int length = nt_utf8_decode(text + at, n - at, &code);
        if (length < 0)
            return length;
        size_t need = code < 0x10000u ? 2 : 4;
        if (used + need > room)
            return -ENAMETOOLONG;
        if (need == 2) {
            nt_put16(out + used, (uint16_t)code);
        } else {
            nt_put16(out + used, (uint16_t)(0xD800u + ((code - 0x10000u) >> 10)));
            nt_put16(out + used + 2, (uint16_t)(0xDC00u + (code & 0x3FFu)));
        }
        used += need;
        at += (size_t)length;
    }
    return (long)used;
}
