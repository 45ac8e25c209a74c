/* SPDX-License-Identifier: MIT */
/* UTF-16LE, as reparse buffers and NTFS hold text, to UTF-8 and back. Pure functions. */
#ifndef LXSHIM_NT_UTF16_H
#define LXSHIM_NT_UTF16_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes `bytes` bytes of UTF-16LE as UTF-8 to out, NUL-terminated, and returns its length. An
 * unpaired surrogate, which NTFS allows, becomes U+FFFD (recalled of WSL). -EINVAL for an odd
 * number of bytes or a NUL within, -ENAMETOOLONG where room is too small.
 */
long nt_utf16le_to_utf8(const uint8_t *text, size_t bytes, char *out, size_t room);

/*
 * Writes n bytes of UTF-8 as UTF-16LE without a NUL and returns its length in bytes. -EINVAL for
 * what is not UTF-8, -ENAMETOOLONG where room is too small.
 */
long nt_utf8_to_utf16le(const char *text, size_t n, uint8_t *out, size_t room);

#endif
