/* SPDX-License-Identifier: MIT */
/*
 * DrvFs names: what NTFS cannot hold is moved to U+F000 + code and back. Pure functions.
 *
 * "Linux spelling" is what programs type and see (a:b); "NT spelling" is what the backing directory
 * holds (a<U+F03A>b). Both name one file. [vendor test DrvFsTestEscapedNames; RN:17101, RN:17692]
 */
#ifndef LXSHIM_NT_NAMES_H
#define LXSHIM_NT_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* The longest name NTFS holds, in UTF-16 units, and the longest Linux holds, in bytes. */
#define NT_NAME_UNITS 255
#define NT_NAME_BYTES 255

/*
 * Ends the name of a file whose deletion is pending: two private-use characters (U+F8D0 U+F8D1)
 * that no keyboard, font or escape makes. The name is kept in the directory so that it stays
 * listed and its parent cannot be removed; look-ups of the real name find nothing, at no cost.
 */
#define NT_PENDING_SUFFIX        "\xEF\xA3\x90\xEF\xA3\x91"
#define NT_PENDING_SUFFIX_LENGTH 6

/* The byte by which every private character begins that stands for something. */
#define NT_PRIVATE_LEAD '\xEF'

enum nt_name_kind {
    NT_ILLEGAL = 1, /* has a character that needs escaping */
    NT_HIGH = 2,    /* has a byte above 0x7F: UTF-8 to be checked */
    NT_PRIVATE = 4, /* has an escaped character in its NT spelling, or the pending suffix */
    NT_MARKED = 8,  /* has the pending suffix somewhere in it */
    NT_ODD = 32     /* has another character from U+F001 to U+F0FF */
};

/* True for the ASCII characters NTFS refuses: 01-1F and " * : < > ? \ |. '/' is no name's part. */
int nt_char_illegal(unsigned char c);

/* These, in a table of the 256 bytes: each of them has a value there. */
#define NT_ILLEGAL_BYTES(value)                                                                    \
    [0x01 ... 0x1F] = (value), ['"'] = (value), ['*'] = (value), [':'] = (value), ['<'] = (value), \
              ['>'] = (value), ['?'] = (value), ['\\'] = (value), ['|'] = (value)

/* What each byte says of a name that holds it: a set of enum nt_name_kind. */
extern const uint8_t nt_name_bytes[256];

/* What a path or name of n bytes contains: a set of enum nt_name_kind. */
unsigned nt_name_scan(const char *s, size_t n);

/*
 * Writes the NT spelling of one name (n bytes, no '/') to out, NUL-terminated, and returns its
 * length, or -ENAMETOOLONG where it does not fit room.
 */
long nt_name_escape(const char *name, size_t n, char *out, size_t room);

/*
 * The same, but for a name that is longer than a name of Linux then: NTFS counts an escaped
 * character once, Linux three bytes. That one is kept as it is: no listing can tell.
 */
long nt_name_store(const char *name, size_t n, char *out, size_t room);

/*
 * Writes a name with U+FFFD in place of each byte that is no UTF-8, as NT's own conversion has it.
 * Its length, or -ENAMETOOLONG.
 */
long nt_name_replace(const char *name, size_t n, char *out, size_t room);

/*
 * Turns NT spelling into Linux spelling in place and returns the new length; the text never grows.
 * Only those private characters are converted that stand for an escaped one: U+F025, U+F02F and
 * U+F000 stay. Works on paths as well: '/' is left alone. The result is NUL-terminated when it
 * became shorter.
 */
size_t nt_name_unescape(char *s, size_t n);

/* The same of all that lie between U+F001 and U+F0FF, as build 17134 did, but for U+F02F, a slash.
 */
size_t nt_name_unescape_all(char *s, size_t n);

/* True where a name of n bytes ends with the pending suffix. */
int nt_name_pending(const char *name, size_t n);

/*
 * Checks one name against NTFS: 0, -EINVAL for invalid UTF-8 (where check_utf8), -ENAMETOOLONG for
 * more than 255 UTF-16 units (where check_length).
 */
int nt_name_check(const char *name, size_t n, int check_utf8, int check_length);

#endif
