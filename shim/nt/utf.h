/* SPDX-License-Identifier: MIT */
/* UTF-8 as NTFS needs it: strict decoding, and lengths in UTF-16 units. Pure functions. */
#ifndef LXSHIM_NT_UTF_H
#define LXSHIM_NT_UTF_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decodes the character at s (n > 0 bytes are there) into *code and returns its length in bytes.
 * Returns -EINVAL for what is not UTF-8: overlong forms, surrogates, beyond U+10FFFF, cut short.
 */
int nt_utf8_decode(const char *s, size_t n, uint32_t *code);

/* Writes a code point as UTF-8 (up to 4 bytes) and returns its length. */
int nt_utf8_encode(uint32_t code, char *out);

/* The length of a UTF-8 string in UTF-16 units, or -EINVAL where it is not UTF-8. */
long nt_utf16_length(const char *s, size_t n);

#endif
