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
