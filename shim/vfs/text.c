/* SPDX-License-Identifier: MIT */
#include "vfs/text.h"

#include <string.h>

#include "fs/names.h"

void text_raw(struct text *t, const char *s, size_t n)
{
    if (n > t->room - t->length)
        n = t->room - t->length;
    memcpy(t->at + t->length, s, n);
    t->length += n;
}

void text_put(struct text *t, const char *s)
{
    text_raw(t, s, strlen(s));
}

void text_padded(struct text *t, uint64_t value, unsigned digits)
{
    char buf[24];
    size_t n = sizeof(buf);
    do {
        buf[--n] = (char)('0' + value % 10);
        value /= 10;
    } while ((value != 0 || sizeof(buf) - n < digits) && n > 0);
    text_raw(t, buf + n, sizeof(buf) - n);
}

void text_number(struct text *t, int64_t value)
{
    if (value < 0)
        text_put(t, "-");
    text_padded(t, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 1);
}

static void hex(struct text *t, const char *prefix, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    char pair[2] = {digits[c >> 4], digits[c & 15]};
    text_put(t, prefix);
    text_raw(t, pair, 2);
}

/* How many letters of a text are one byte that stands for itself in JSON. */
static size_t plain(const char *s, size_t n)
{
    const unsigned char *c = (const unsigned char *)s;
    size_t i = 0;
    while (i < n && c[i] >= 0x20 && c[i] < 0x7f && c[i] != '"' && c[i] != '\\')
        i++;
    return i;
}

void text_json(struct text *t, const char *s, size_t most)
{
    size_t end = t->length + most;
    size_t n = strnlen(s, most + 1);
    text_put(t, "\"");
    for (size_t i = 0; i < n;) {
        unsigned char c = (unsigned char)s[i];
        if (t->length >= end) {
            text_put(t, "...");
            break;
        }
        size_t most_now = end - t->length < n - i ? end - t->length : n - i;
        size_t usual = plain(s + i, most_now);
        if (usual > 0) {
            text_raw(t, s + i, usual);
            i += usual;
            continue;
        }
        int length = lx_name_character(s + i, n - i);
        if (length < 0) {
            hex(t, "\\\\x", c);
            length = 1;
        } else if (c == '"' || c == '\\') {
            char pair[2] = {'\\', (char)c};
            text_raw(t, pair, 2);
        } else if (c < 0x20) {
            hex(t, "\\u00", c);
        } else {
            text_raw(t, s + i, (size_t)length);
        }
        i += (size_t)length;
    }
    text_put(t, "\"");
}

void text_tidy(char *path)
{
    size_t n = 0;
    for (const char *p = path; *p != '\0';) {
        size_t length = strcspn(p + 1, "/");
        if (length == 2 && memcmp(p + 1, "..", 2) == 0)
            while (n > 0 && path[--n] != '/')
                ;
        else if (length > 1 || (length == 1 && p[1] != '.')) {
            memmove(path + n, p, length + 1);
            n += length + 1;
        }
        p += length + 1;
    }
    path[n] = '\0';
}
