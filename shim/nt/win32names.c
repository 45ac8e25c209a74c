/* SPDX-License-Identifier: MIT */
#include "nt/win32names.h"

#include <string.h>

#include "nt/fold.h"
#include "nt/names.h"
#include "nt/utf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* '#' stands for 1 to 9 or a superscript 1 to 3. */
static const char *const devices[] = {"CON",  "PRN",  "AUX",    "NUL",
                                      "COM#", "LPT#", "CONIN$", "CONOUT$"};

static bool is_device_number(const char *s, size_t n)
{
    if (n == 1)
        return s[0] >= '1' && s[0] <= '9';
    return n == 2 && (memcmp(s, "\xC2\xB9", 2) == 0 || memcmp(s, "\xC2\xB2", 2) == 0 ||
                      memcmp(s, "\xC2\xB3", 2) == 0);
}

bool nt_win32_reserved(const char *name, size_t n)
{
    const char *dot = n > 0 ? memchr(name, '.', n) : NULL;
    size_t base = nt_win32_strip(name, dot != NULL ? (size_t)(dot - name) : n);
    for (size_t i = 0; i < COUNT(devices); i++) {
        size_t length = strlen(devices[i]);
        bool numbered = devices[i][length - 1] == '#';
        if (numbered)
            length--;
        if (base < length || !nt_fold_equal(name, length, devices[i], length))
            continue;
        if (numbered ? is_device_number(name + length, base - length) : base == length)
            return true;
    }
    return false;
}

size_t nt_win32_strip(const char *name, size_t n)
{
    while (n > 0 && (name[n - 1] == '.' || name[n - 1] == ' '))
        n--;
    return n;
}

bool nt_win32_legal(const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (name[i] == '/' || nt_char_illegal((unsigned char)name[i]))
            return false;
    return n > 0;
}

bool nt_wild(const char *name)
{
    return strpbrk(name, "*?") != NULL;
}

/* The character at *s and on to the next; what is no UTF-8 counts byte by byte. */
static uint32_t next(const char **s)
{
    uint32_t code = (unsigned char)**s;
    int n = nt_utf8_decode(*s, strlen(*s), &code);
    *s += n > 0 ? n : 1;
    return n > 0 ? nt_upcase(code) : code + 0x110000u;
}

/*
 * One pattern against one name. A star takes as little as it can, and more where the rest does not
 * match: only the last star has to be tried again, so the time is bounded by the two lengths.
 */
static bool match(const char *p, const char *s)
{
    const char *after_star = NULL;
    const char *taken = s;
    for (;;) {
        if (*p == '*') {
            while (*p == '*')
                p++;
            after_star = p;
            taken = s;
            continue;
        }
        if (*p == '?' && (*s == '\0' || *s == '.')) {
            p++; /* nothing to match: at the end of a name or of its base */
            continue;
        }
        /* "name.*" matches a name without extension, too. */
        if (*s == '\0' && (*p == '\0' || strcmp(p, ".*") == 0))
            return true;
        if (*s != '\0' && *p != '\0') {
            bool any = *p == '?';
            uint32_t want = next(&p);
            const char *after = s;
            if (next(&after) == want || any) {
                s = after;
                continue;
            }
        }
        if (after_star == NULL || *taken == '\0')
            return false;
        next(&taken);
        p = after_star;
        s = taken;
    }
}

bool nt_wild_match(const char *pattern, const char *name)
{
    size_t n = strlen(pattern);
    if (strcmp(pattern, "*.*") == 0)
        return true;
    if (n > 1 && pattern[n - 1] == '.') { /* no extension */
        char base[NT_NAME_BYTES + 1];
        if (strchr(name, '.') != NULL || n > sizeof(base))
            return false;
        memcpy(base, pattern, n - 1);
        base[n - 1] = '\0';
        return match(base, name);
    }
    return match(pattern, name);
}

/* --- 8.3 names ------------------------------------------------------------------------------ */

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
    if (dot != NULL && nt_win32_strip(name, (size_t)(dot - name)) == 0)
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
