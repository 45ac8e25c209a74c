/* SPDX-License-Identifier: MIT */
#include "nt/utf.h"

#include <errno.h>

int nt_utf8_decode(const char *s, size_t n, uint32_t *code)
{
    const unsigned char *p = (const unsigned char *)s;
    uint32_t c = p[0];
    uint32_t least;
    int length;

    if (c < 0x80) {
        *code = c;
        return 1;
    }
    if (c >= 0xC2 && c < 0xE0) {
        length = 2;
        least = 0x80;
        c &= 0x1F;
    } else if (c >= 0xE0 && c < 0xF0) {
        length = 3;
        least = 0x800;
        c &= 0x0F;
    } else if (c >= 0xF0 && c < 0xF5) {
        length = 4;
        least = 0x10000;
        c &= 0x07;
    } else {
        return -EINVAL;
    }
    if ((size_t)length > n)
        return -EINVAL;
    for (int i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return -EINVAL;
        c = c << 6 | (p[i] & 0x3Fu);
    }
    if (c < least || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
        return -EINVAL;
    *code = c;
    return length;
}

int nt_utf8_encode(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

long nt_utf16_length(const char *s, size_t n)
{
    long units = 0;
    while (n > 0) {
        uint32_t code;
        int length = nt_utf8_decode(s, n, &code);
        if (length < 0)
            return length;
        units += code >= 0x10000 ? 2 : 1;
        s += length;
        n -= (size_t)length;
    }
    return units;
}
