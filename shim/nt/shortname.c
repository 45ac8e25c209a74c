/* SPDX-License-Identifier: MIT */
#include "nt/shortname.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "nt/fold.h"
#include "nt/utf.h"

static uint16_t hash(const char *name, size_t n)
{
    uint16_t sum = 0;
    for (size_t at = 0; at < n;) {
        uint32_t code = (unsigned char)name[at];
        int length = nt_utf8_decode(name + at, n - at, &code);
        at += length > 0 ? (size_t)length : 1;
        if (code > 0xFFFF) {
            sum = (uint16_t)(sum * 0x25u + (0xD800u + ((code - 0x10000u) >> 10)));
            code = 0xDC00u + (code & 0x3FFu);
        }
        sum = (uint16_t)(sum * 0x25u + code);
    }
    uint32_t t = (uint32_t)sum * 314159269u;
    if ((t & 0x80000000u) != 0)
        t = 0u - t;
    uint64_t q = (uint64_t)((int64_t)(int32_t)t * INT64_C(1152921497)) >> 60;
    t -= (uint32_t)q * 1000000007u;
    t &= 0xFFFF;
    return (uint16_t)((t & 0xF) << 12 | (t & 0xF0) << 4 | (t >> 4 & 0xF0) | (t >> 12 & 0xF));
}

/* A character of a short name: itself in upper case, '_' for what it cannot have; 0: left out. */
static char short_char(uint32_t code)
{
    if (code == ' ' || code == '.')
        return 0;
    if (code >= 0x80 || strchr("+,;=[]", (int)code) != NULL)
        return '_';
    return (char)nt_upcase(code);
}

static size_t shorten(const char *from, size_t n, char *out, size_t most)
{
    size_t used = 0;
    for (size_t at = 0; at < n && used < most;) {
        uint32_t code = (unsigned char)from[at];
        int length = nt_utf8_decode(from + at, n - at, &code);
        at += length > 0 ? (size_t)length : 1;
        char c = short_char(code);
        if (c != 0)
            out[used++] = c;
    }
    return used;
}

/* True where every character stays and base and extension fit: no other name is needed. */
static bool is_short(const char *name, size_t n, const char *dot)
{
    size_t base = dot != NULL ? (size_t)(dot - name) : n;
    size_t extension = dot != NULL ? n - base - 1 : 0;
    if (base == 0 || base > 8 || extension > 3 || (dot != NULL && extension == 0))
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = name[i];
        if (i != base && (c < 0 || short_char((unsigned char)c) == 0 ||
                          (short_char((unsigned char)c) == '_' && c != '_')))
            return false;
    }
    return true;
}

static void put_hex(char *out, uint16_t value)
{
    for (unsigned i = 0; i < 4; i++)
        out[i] = "0123456789ABCDEF"[value >> (12 - 4 * i) & 0xF];
}

size_t nt_short_name(const char *name, size_t n, unsigned count, char out[NT_SHORT_NAME])
{
    const char *dot = n > 0 ? memrchr(name, '.', n) : NULL;
    char extension[3];
    size_t used;
    if (is_short(name, n, dot) || count == 0)
        return 0;
    if (dot != NULL && strspn(name, ". ") >= (size_t)(dot - name))
        dot = NULL; /* nothing before it: ".profile" */
    size_t base = dot != NULL ? (size_t)(dot - name) : n;
    size_t extension_length = dot != NULL ? shorten(dot + 1, n - base - 1, extension, 3) : 0;
    used = shorten(name, base, out, 6);
    if (count > 4 || used <= 2) {
        used = used < 2 ? used : 2;
        put_hex(out + used, hash(name, n));
        used += 4;
        count = count > 4 ? count - 4 : count;
    }
    if (count > 9) /* two digits take one place of the name */
        used--;
    out[used++] = '~';
    if (count > 9)
        out[used++] = (char)('0' + count / 10 % 10);
    out[used++] = (char)('0' + count % 10);
    if (extension_length > 0) {
        out[used++] = '.';
        memcpy(out + used, extension, extension_length);
        used += extension_length;
    }
    out[used] = '\0';
    return used;
}

unsigned nt_short_number(const char *name, size_t n)
{
    const char *tilde = n > 0 && n < NT_SHORT_NAME ? memchr(name, '~', n) : NULL;
    size_t at = tilde == NULL ? n : (size_t)(tilde - name) + 1;
    unsigned number = 0;
    unsigned digits = 0;
    for (; at < n && name[at] >= '0' && name[at] <= '9' && digits < 2; digits++)
        number = number * 10 + (unsigned)(name[at++] - '0');
    bool ends = at == n || name[at] == '.';
    return digits > 0 && ends ? number : 0;
}
