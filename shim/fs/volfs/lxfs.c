/* SPDX-License-Identifier: MIT */
/*
 * Names of the format lxfs: what NTFS refuses, and '#' itself, is '#' and the four upper-case
 * hexadecimal digits of its code. "a:b" is stored as "a#003Ab", "#1" as "#00231". [WSL#295,
 * WSL#8421; the characters as other readers of the format have them: facts, wsl-session 4]
 */
#include <errno.h>

#include "fs/filesystems.h"
#include "nt/names.h"
#include "nt/utf.h"

#define ESCAPE        '#'
#define ESCAPE_LENGTH 5 /* bytes, and units of UTF-16 */

static const uint8_t bytes[256] = {
    NT_ILLEGAL_BYTES(LX_NAME_RESPELLED),
    [ESCAPE] = LX_NAME_RESPELLED | LX_NAME_SUSPECT,
};

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/*
 * The character that stands escaped at s, n bytes, or -1. A '#' before anything else, which no
 * program of WSL has stored, stands for itself.
 */
static int escaped_char(const char *s, size_t n)
{
    if (n < ESCAPE_LENGTH || s[0] != ESCAPE || s[1] != '0' || s[2] != '0')
        return -1;
    int high = digit(s[3]);
    int low = digit(s[4]);
    if (high < 0 || low < 0)
        return -1;
    int c = high << 4 | low;
    return (bytes[c] & LX_NAME_RESPELLED) != 0 ? c : -1;
}

static unsigned lxfs_look(const char *s, size_t n)
{
    unsigned kind = 0;
    for (size_t i = 0; i < n; i++) {
        kind |= bytes[(unsigned char)s[i]];
        if (escaped_char(s + i, n - i) >= 0)
            kind |= LX_NAME_STORED;
    }
    return kind;
}

/*
 * 0, or the errno of a name whose stored spelling does not fit. NTFS counts 255 units: WSL1 says
 * ENOENT then, as NT does of a name that is none. [WSL#3763: 52 colons] What fits there but no name
 * of the backing's, which counts bytes, is too long.
 */
static int check_length(const char *name, size_t n, size_t stored)
{
    long units = nt_utf16_length(name, n);
    units = (units < 0 ? (long)n : units) + (long)(stored - n);
    return units > NT_NAME_UNITS ? -ENOENT : stored > LX_NAME_BYTES ? -ENAMETOOLONG : 0;
}

static long lxfs_encode(struct lx_call *c, const struct lx_mount *mount, const char *name, size_t n,
                        char *out, size_t room)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t length = n;
    (void)c;
    (void)mount;
    if (n > LX_NAME_BYTES || n >= room)
        return -ENAMETOOLONG;
    for (size_t i = 0; i < n; i++)
        length += (bytes[(unsigned char)name[i]] & LX_NAME_RESPELLED) != 0 ? ESCAPE_LENGTH - 1 : 0;
    int r = check_length(name, n, length);
    if (r < 0)
        return r;
    char *to = out;
    for (size_t i = 0; i < n; i++) {
        unsigned char byte = (unsigned char)name[i];
        if ((bytes[byte] & LX_NAME_RESPELLED) == 0) {
            *to++ = name[i];
            continue;
        }
        const char escape[] = {ESCAPE, '0', '0', digits[byte >> 4], digits[byte & 15]};
        memcpy(to, escape, sizeof(escape));
        to += sizeof(escape);
    }
    *to = '\0';
    return (long)length;
}

static size_t lxfs_decode(char *s, size_t n)
{
    size_t to = 0;
    for (size_t from = 0; from < n;) {
        int c = escaped_char(s + from, n - from);
        if (c < 0) {
            s[to++] = s[from++];
            continue;
        }
        s[to++] = (char)c;
        from += ESCAPE_LENGTH;
    }
    if (to < n)
        s[to] = '\0';
    return to;
}

const struct lx_names lx_lxfs_names = {.bytes = bytes,
                                       .look = lxfs_look,
                                       .encode = lxfs_encode,
                                       .decode = lxfs_decode,
                                       .lead = ESCAPE};
