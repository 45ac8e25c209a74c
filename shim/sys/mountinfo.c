/* SPDX-License-Identifier: MIT */
#include "sys/mountinfo.h"

#include <errno.h>
#include <string.h>

/* Takes a part off that ends at the next blank, which there has to be. */
static bool take(struct sys_span *rest, struct sys_span *part)
{
    const char *blank = memchr(rest->at, ' ', rest->n);
    if (blank == NULL)
        return false;
    part->at = rest->at;
    part->n = (size_t)(blank - rest->at);
    rest->at = blank + 1;
    rest->n -= part->n + 1;
    return true;
}

static bool is_number(struct sys_span part)
{
    for (size_t i = 0; i < part.n; i++)
        if (part.at[i] < '0' || part.at[i] > '9')
            return false;
    return part.n > 0;
}

static bool is_device(struct sys_span part)
{
    const char *colon = memchr(part.at, ':', part.n);
    if (colon == NULL)
        return false;
    size_t n = (size_t)(colon - part.at);
    return is_number((struct sys_span){part.at, n}) &&
           is_number((struct sys_span){colon + 1, part.n - n - 1});
}

/* The optional fields, which end with a part that is "-". */
static bool take_optional(struct sys_span *rest, struct sys_span *optional)
{
    struct sys_span part;
    *optional = (struct sys_span){rest->at, 0};
    while (take(rest, &part)) {
        if (part.n == 1 && part.at[0] == '-')
            return true;
        optional->n = (size_t)(part.at + part.n - optional->at);
    }
    return false;
}

bool sys_mount_line(const char *text, size_t n, struct sys_mount_line *line)
{
    struct sys_span rest = {text, n};
    if (!take(&rest, &line->id) || !take(&rest, &line->parent) || !take(&rest, &line->device) ||
        !take(&rest, &line->root) || !take(&rest, &line->point) || !take(&rest, &line->options) ||
        !take_optional(&rest, &line->optional) || !take(&rest, &line->type) ||
        !take(&rest, &line->source))
        return false;
    line->super = rest;
    return is_number(line->id) && is_number(line->parent) && is_device(line->device) &&
           line->root.n > 0 && line->point.n > 0 && line->point.at[0] == '/' && line->type.n > 0;
}

bool sys_mount_next(struct sys_span *text, struct sys_mount_line *line, struct sys_span *whole)
{
    while (text->n > 0) {
        const char *end = memchr(text->at, '\n', text->n);
        struct sys_span one = {text->at, end == NULL ? text->n : (size_t)(end - text->at)};
        size_t all = one.n + (end != NULL);
        text->at += all;
        text->n -= all;
        if (sys_mount_line(one.at, one.n, line)) {
            if (whole != NULL)
                *whole = one;
            return true;
        }
    }
    return false;
}

/* The byte that three octal digits behind a backslash stand for; -1 where there are none. */
static int escaped(const char *at, size_t n)
{
    int value = 0;
    if (n < 4 || at[0] != '\\' || at[1] > '3')
        return -1;
    for (size_t i = 1; i < 4; i++) {
        if (at[i] < '0' || at[i] > '7')
            return -1;
        value = value * 8 + (at[i] - '0');
    }
    return value == 0 ? -1 : value;
}

long sys_mount_unescape(struct sys_span part, char *out, size_t room)
{
    size_t length = 0;
    /* Most have nothing that is written otherwise. */
    if (part.n < room && memchr(part.at, '\\', part.n) == NULL &&
        memchr(part.at, '\0', part.n) == NULL) {
        memcpy(out, part.at, part.n);
        out[part.n] = '\0';
        return (long)part.n;
    }
    for (size_t i = 0; i < part.n;) {
        int c = escaped(part.at + i, part.n - i);
        if (length + 1 >= room)
            return -ENAMETOOLONG;
        if (part.at[i] == '\0')
            return -EINVAL; /* the kernel writes none, and what follows would not be seen */
        out[length++] = part.at[i];
        if (c >= 0)
            out[length - 1] = (char)(unsigned char)c;
        i += c < 0 ? 1 : 4;
    }
    if (room == 0)
        return -ENAMETOOLONG;
    out[length] = '\0';
    return (long)length;
}

bool sys_span_is(struct sys_span part, const char *text)
{
    return part.n == strlen(text) && memcmp(part.at, text, part.n) == 0;
}
