/* SPDX-License-Identifier: MIT */
/* Text into a fixed buffer, without stdio: what does not fit is cut. For trace lines. */
#ifndef LXSHIM_VFS_TEXT_H
#define LXSHIM_VFS_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct text {
    char *at;
    size_t length;
    size_t room;
};

/* n bytes of s; all of s; a number in decimal. */
void text_raw(struct text *t, const char *s, size_t n);
void text_put(struct text *t, const char *s);
void text_number(struct text *t, int64_t value);

/* Zero-padded to `digits`. */
void text_padded(struct text *t, uint64_t value, unsigned digits);

/*
 * A JSON string with its quotes, cut with "..." after about `most` bytes of output. Bytes that are
 * not UTF-8 appear as \\xNN, which JSON readers take and people understand.
 */
void text_json(struct text *t, const char *s, size_t most);

/*
 * Takes ".", ".." and slashes too many out of an absolute path, by its text: where something is not
 * there, nothing else tells where it would be.
 */
void text_tidy(char *path);

#endif
