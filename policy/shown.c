/* SPDX-License-Identifier: MIT */
#include "policy/shown.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Bytes of the UTF-8 character at p, with its number; 0: there is none. As readers of JSON and XML
 * have it: in the fewest bytes, no half of a pair, nothing behind the last.
 */
static size_t take(const unsigned char *p, uint32_t *number)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = *p < 0x80 ? 1 : *p >= 0xC2 && *p < 0xE0 ? 2 : *p >= 0xE0 && *p < 0xF0 ? 3 : 4;
    if (n == 4 && (*p < 0xF0 || *p > 0xF4))
        return 0;
    *number = n == 1 ? *p : *p & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        *number = *number << 6 | (p[i] & 0x3Fu);
    }
    if (*number < least[n] || *number > 0x10FFFF || (*number >= 0xD800 && *number < 0xE000))
        return 0;
    return n;
}

static bool is_fit(uint32_t c)
{
    return c >= ' ' && (c < 0x7F || c > 0x9F) && c != 0x061C && c != 0x200E && c != 0x200F &&
           (c < 0x2028 || c > 0x202E) && (c < 0x2066 || c > 0x2069);
}

char *lx_shown(char *text, bool lines)
{
    char *out = text;
    for (const char *p = text; *p != '\0';) {
        uint32_t number = 0;
        size_t n = take((const unsigned char *)p, &number);
        bool fit = n > 0 && (is_fit(number) || (lines && number == '\n'));
        if (fit)
            memmove(out, p, n);
        else
            *out = '?';
        out += fit ? n : 1;
        p += n > 0 ? n : 1;
    }
    *out = '\0';
    return text;
}
