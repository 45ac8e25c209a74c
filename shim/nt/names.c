/* SPDX-License-Identifier: MIT */
#include "nt/names.h"

#include <errno.h>
#include <string.h>

#include "nt/utf.h"

const uint8_t nt_name_bytes[256] = {
    NT_ILLEGAL_BYTES(NT_ILLEGAL),
    [0x80 ... 0xFF] = NT_HIGH,
};

int nt_char_illegal(unsigned char c)
{
    return (nt_name_bytes[c] & NT_ILLEGAL) != 0;
}

/* The last byte of a character from U+F000 to U+F0FF, which is EF 80..83 xx; -1 of any other. */
static int private_char(const unsigned char *p, size_t n)
{
    if (n < 3 || p[0] != 0xEF || (p[1] & 0xFC) != 0x80 || (p[2] & 0xC0) != 0x80)
        return -1;
    return (p[1] & 3) << 6 | (p[2] & 0x3F);
}

/* The same of one that stands for a character which NTFS has no room for. */
static int escaped_char(const unsigned char *p, size_t n)
{
    int c = private_char(p, n);
    return c >= 0 && nt_char_illegal((unsigned char)c) ? c : -1;
}

/* The same of one that can be a part of a name. */
static int any_char(const unsigned char *p, size_t n)
{
    int c = private_char(p, n);
    return c > 0 && c != '/' ? c : -1;
}

static int starts_pending_suffix(const char *s, size_t n)
{
    return n >= NT_PENDING_SUFFIX_LENGTH &&
           memcmp(s, NT_PENDING_SUFFIX, NT_PENDING_SUFFIX_LENGTH) == 0;
}

unsigned nt_name_scan(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;
    unsigned kind = 0;
    for (size_t i = 0; i < n; i++)
        kind |= nt_name_bytes[p[i]];
    if ((kind & NT_HIGH) == 0)
        return kind;
    for (size_t i = 0; i < n; i++) {
        if (p[i] != 0xEF)
            continue;
        if (starts_pending_suffix(s + i, n - i))
            kind |= NT_PRIVATE | NT_MARKED;
        else if (escaped_char(p + i, n - i) >= 0)
            kind |= NT_PRIVATE;
        else if (any_char(p + i, n - i) >= 0)
            kind |= NT_ODD;
    }
    return kind;
}

long nt_name_escape(const char *name, size_t n, char *out, size_t room)
{
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)name[i];
        int escape = nt_char_illegal(c);
        if (room - length < (escape ? 4u : 2u))
            return -ENAMETOOLONG;
        if (escape)
            length += (size_t)nt_utf8_encode(0xF000u + c, out + length);
        else
            out[length++] = (char)c;
    }
    out[length] = '\0';
    return (long)length;
}

long nt_name_store(const char *name, size_t n, char *out, size_t room)
{
    long length = nt_name_escape(name, n, out, room);
    if (length != -ENAMETOOLONG || n >= room)
        return length;
    memcpy(out, name, n);
    out[n] = '\0';
    return (long)n;
}

#define REPLACEMENT 0xFFFDu

long nt_name_replace(const char *name, size_t n, char *out, size_t room)
{
    size_t length = 0;
    for (size_t i = 0; i < n;) {
        uint32_t code;
        int bytes = nt_utf8_decode(name + i, n - i, &code);
        if (room - length < 5)
            return -ENAMETOOLONG;
        length += (size_t)nt_utf8_encode(bytes < 0 ? REPLACEMENT : code, out + length);
        i += bytes < 0 ? 1 : (size_t)bytes;
    }
    out[length] = '\0';
    return (long)length;
}

static size_t unescape(char *s, size_t n, int (*stands_for)(const unsigned char *p, size_t n))
{
    char *first = memchr(s, 0xEF, n);
    if (first == NULL)
        return n;
    size_t to = (size_t)(first - s);
    for (size_t from = to; from < n;) {
        int c = stands_for((const unsigned char *)s + from, n - from);
        if (c >= 0) {
            to += (size_t)nt_utf8_encode((uint32_t)c, s + to);
            from += 3;
        } else {
            s[to++] = s[from++];
        }
    }
    if (to < n)
        s[to] = '\0';
    return to;
}

size_t nt_name_unescape(char *s, size_t n)
{
    return unescape(s, n, escaped_char);
}

size_t nt_name_unescape_all(char *s, size_t n)
{
    return unescape(s, n, any_char);
}

int nt_name_pending(const char *name, size_t n)
{
    return n >= NT_PENDING_SUFFIX_LENGTH &&
           starts_pending_suffix(name + n - NT_PENDING_SUFFIX_LENGTH, NT_PENDING_SUFFIX_LENGTH);
}

int nt_name_check(const char *name, size_t n, int check_utf8, int check_length)
{
    long units = nt_utf16_length(name, n);
    if (units < 0)
        return check_utf8 ? -EINVAL : 0;
    return check_length && units > NT_NAME_UNITS ? -ENAMETOOLONG : 0;
}
