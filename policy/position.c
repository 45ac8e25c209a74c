/* SPDX-License-Identifier: MIT */
#include "policy/position.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

static size_t skip_space(struct lx_text t, size_t at)
{
    while (at < t.size && memchr(" \t\n\r", t.at[at], 4) != NULL)
        at++;
    return at < t.size ? at : t.size;
}

static bool is(struct lx_text t, size_t at, char c)
{
    return at < t.size && t.at[at] == c;
}

/* After the string that begins at `at` with its quote. */
static size_t skip_string(struct lx_text t, size_t at)
{
    for (at++; at < t.size && t.at[at] != '"'; at++)
        if (t.at[at] == '\\')
            at++;
    return at < t.size ? at + 1 : t.size;
}

static bool in_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '+' || c == '.' || c == '_' || (unsigned char)c >= 0x80;
}

/* After the token at `at`: a string, a number or word, or one character. */
static size_t skip_token(struct lx_text t, size_t at)
{
    if (at >= t.size)
        return t.size;
    if (t.at[at] == '"')
        return skip_string(t, at);
    size_t end = at;
    while (end < t.size && in_word(t.at[end]))
        end++;
    return end > at ? end : at + 1;
}

/* After the value at `at`. A loop and not a recursion: depth is the text's choice. */
static size_t skip_value(struct lx_text t, size_t at)
{
    size_t depth = 0;
    for (;;) {
        at = skip_space(t, at);
        if (at >= t.size)
            return t.size;
        char c = t.at[at];
        at = skip_token(t, at);
        if (c == '{' || c == '[')
            depth++;
        else if (c == '}' || c == ']')
            depth--;
        if (depth == 0)
            return at;
    }
}

static unsigned hex4(struct lx_text t, size_t at)
{
    unsigned value = 0;
    for (size_t i = 0; i < 4 && at + i < t.size; i++) {
        char c = t.at[at + i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                : 0;
        value = value << 4 | digit;
    }
    return value;
}

static size_t utf8(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/*
 * Reads one character of a string at *at and moves past it. Returns how many bytes it stands for:
 * an escape for its UTF-8, anything else for itself.
 */
static size_t next_character(struct lx_text t, size_t *at, char out[4])
{
    static const char from[] = "bfnrt";
    static const char to[] = "\b\f\n\r\t";
    if (t.at[*at] != '\\' || *at + 1 >= t.size) {
        out[0] = t.at[(*at)++];
        return 1;
    }
    char c = t.at[*at + 1];
    if (c != 'u') {
        const char *known = strchr(from, c);
        out[0] = c;
        if (known != NULL && c != '\0')
            out[0] = to[known - from];
        *at += 2;
        return 1;
    }
    uint32_t unit = hex4(t, *at + 2);
    *at += 6;
    if (unit >= 0xD800 && unit < 0xDC00 && is(t, *at, '\\') && is(t, *at + 1, 'u')) {
        unit = 0x10000 + ((unit & 0x3FF) << 10) + (hex4(t, *at + 2) & 0x3FF);
        *at += 6;
    }
    return utf8(unit, out);
}

/* True where the string at `at` says `key`. */
static bool says(struct lx_text t, size_t at, const char *key)
{
    char c[4];
    for (at++; at < t.size && t.at[at] != '"';) {
        size_t n = next_character(t, &at, c);
        if (*key == '\0' || strncmp(key, c, n) != 0)
            return false;
        key += n;
    }
    return *key == '\0';
}

/* From the object at `at` to its member: the offset of the key, and of the value. */
static size_t find_member(struct lx_text t, size_t at, const char *key, size_t *value)
{
    for (at = skip_space(t, at + 1); is(t, at, '"'); at = skip_space(t, at + 1)) {
        size_t name = at;
        at = skip_space(t, skip_string(t, at));
        *value = skip_space(t, at + 1); /* after the colon */
        if (says(t, name, key))
            return name;
        at = skip_space(t, skip_value(t, *value));
        if (!is(t, at, ','))
            break;
    }
    *value = t.size;
    return t.size;
}

static size_t find_item(struct lx_text t, size_t at, size_t index)
{
    at = skip_space(t, at + 1);
    for (; index > 0 && at < t.size; index--) {
        at = skip_space(t, skip_value(t, at));
        if (!is(t, at, ','))
            return t.size;
        at = skip_space(t, at + 1);
    }
    return at;
}

size_t lx_position_find(struct lx_text text, const struct lx_step *steps, size_t count, bool key)
{
    size_t at = skip_space(text, 0);
    size_t name = at;
    for (size_t i = 0; i < count; i++) {
        if (steps[i].key != NULL && is(text, at, '{'))
            name = find_member(text, at, steps[i].key, &at);
        else if (steps[i].key == NULL && is(text, at, '['))
            name = at = find_item(text, at, steps[i].index);
        else
            return text.size;
    }
    return key ? name : at;
}

size_t lx_position_inside(struct lx_text text, size_t string, size_t n)
{
    size_t at = string + 1;
    char c[4];
    while (n > 0 && at < text.size && text.at[at] != '"') {
        size_t length = next_character(text, &at, c);
        n -= length < n ? length : n;
    }
    return at < text.size ? at : text.size;
}

size_t lx_position_next(struct lx_text text, size_t at, unsigned *line)
{
    size_t next = skip_space(text, skip_value(text, at));
    if (is(text, next, ','))
        next = skip_space(text, next + 1);
    for (; at < next; at++)
        *line += text.at[at] == '\n';
    return next;
}

size_t lx_position_token(struct lx_text text, size_t end)
{
    size_t at = skip_space(text, 0);
    while (at < text.size) {
        size_t next = skip_token(text, at);
        if (next >= end)
            break;
        size_t after = skip_space(text, next);
        if (after >= end) /* only space before it: nothing ends there */
            return end < text.size ? end : text.size;
        at = after;
    }
    return at;
}

void lx_position_line(struct lx_text text, size_t offset, unsigned *line, unsigned *column)
{
    size_t start = 0;
    unsigned n = 1;
    if (offset > text.size)
        offset = text.size;
    for (size_t i = 0; i < offset; i++)
        if (text.at[i] == '\n') {
            start = i + 1;
            n++;
        }
    *line = n;
    *column = offset - start < UINT_MAX ? (unsigned)(offset - start) + 1 : UINT_MAX;
}
