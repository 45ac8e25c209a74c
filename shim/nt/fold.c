/* SPDX-License-Identifier: MIT */
#include "nt/fold.h"

#include <stdbool.h>

#include "nt/utf.h"

static const struct {
    uint16_t first;
    uint16_t last;
    uint16_t step;
    int32_t add;
} runs[] = {
#include "nt/upcase_table.inc"
};

uint32_t nt_upcase(uint32_t code)
{
    if (code < 0x80)
        return code >= 'a' && code <= 'z' ? code - 32 : code;
    if (code > 0xFFFF)
        return code;
    size_t low = 0;
    size_t high = sizeof(runs) / sizeof(runs[0]);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code > runs[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == sizeof(runs) / sizeof(runs[0]) || code < runs[low].first ||
        (code - runs[low].first) % runs[low].step != 0)
        return code;
    return (uint32_t)((int32_t)code + runs[low].add);
}

/* One folded character and its length in bytes; a byte that is not UTF-8 stands for itself. */
static uint32_t folded(const char *s, size_t n, size_t *length)
{
    uint32_t code;
    if ((unsigned char)s[0] < 0x80) { /* nearly always */
        *length = 1;
        return s[0] >= 'a' && s[0] <= 'z' ? (uint32_t)s[0] - 32 : (uint32_t)s[0];
    }
    int bytes = nt_utf8_decode(s, n, &code);
    if (bytes < 0) {
        *length = 1;
        return 0x110000u + (unsigned char)s[0];
    }
    *length = (size_t)bytes;
    return nt_upcase(code);
}

uint64_t nt_fold_hash(const char *name, size_t n)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a over folded characters */
    while (n > 0) {
        size_t length;
        hash = (hash ^ folded(name, n, &length)) * UINT64_C(0x100000001b3);
        name += length;
        n -= length;
    }
    return hash ^ hash >> 32;
}

int nt_fold_equal(const char *a, size_t an, const char *b, size_t bn)
{
    while (an > 0 && bn > 0) {
        size_t al = 1;
        size_t bl = 1;
        bool same = *a == *b && (unsigned char)*a < 0x80;
        if (!same && folded(a, an, &al) != folded(b, bn, &bl))
            return 0;
        a += al;
        an -= al;
        b += bl;
        bn -= bl;
    }
    return an == bn;
}

/* The first of the UTF-16 units that a folded character has. */
static uint32_t first_unit(uint32_t code)
{
    return code > 0xFFFF ? 0xD7C0u + (code >> 10) : code;
}

int nt_fold_compare(const char *a, size_t an, const char *b, size_t bn)
{
    while (an > 0 && bn > 0) {
        size_t al;
        size_t bl;
        uint32_t x = folded(a, an, &al);
        uint32_t y = folded(b, bn, &bl);
        if (first_unit(x) != first_unit(y))
            return first_unit(x) < first_unit(y) ? -1 : 1;
        if (x != y)
            return x < y ? -1 : 1;
        a += al;
        an -= al;
        b += bl;
        bn -= bl;
    }
    return (an > 0) - (bn > 0);
}
