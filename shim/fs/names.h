/* SPDX-License-Identifier: MIT */
/*
 * A file system's name codec: how a name that programs type and see ("shown") stands in the backing
 * directory ("stored"). Whether a stored name that is typed names the same file, is the codec's:
 * one that encodes what its stored names have in them makes another name of it.
 */
#ifndef LXSHIM_FS_NAMES_H
#define LXSHIM_FS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct lx_call;
struct lx_mount;

/* The longest stored name in bytes, without its NUL: that of an entry of the host's. */
#define LX_NAME_BYTES 255

/* What there is to a spelling, a set. Of a path: what there is to any of its components. */
enum lx_name_kind {
    LX_NAME_RESPELLED = 1, /* a character that is stored as another: `encode` has to be asked */
    LX_NAME_SUSPECT = 2,   /* a byte that says nothing by itself: `look` and `valid` do */
    LX_NAME_STORED = 4,    /* has what only stored names have: `decode` may change it, and another
                            * spelling of the same name may be there */
    LX_NAME_CONCEALED = 8, /* LX_NAME_STORED, too, and may be what nobody is to find: see
                            * lx_fs_conceals */
    LX_NAME_GUARDED = 16, /* of no codec: it may lead to what cannot be entered, see lx_fs_guards */
    LX_NAME_ODD = 32,     /* a mount may list it otherwise, and not find it by that */

    LX_NAME_WALKED = LX_NAME_RESPELLED | LX_NAME_CONCEALED | LX_NAME_GUARDED /* only by the walk */
};

/*
 * The kinds (enum lx_name_kind) of s, a name or a path of n bytes, which need no NUL after them.
 * Called where some byte of it is LX_NAME_SUSPECT by the table; that kind stays in the answer, and
 * so do all that the table gives. Pure; '/' is of no kind.
 */
typedef unsigned lx_names_look(const char *s, size_t n);

/*
 * False for a shown name (n bytes, no '/') that some mount's rules may refuse: then `encode` is
 * asked, which knows them, and the errno. Asked of names that are LX_NAME_SUSPECT. Pure.
 */
typedef bool lx_names_valid(const char *name, size_t n);

/*
 * Writes the stored spelling of one shown name (n bytes, not empty, no '/', neither "." nor "..")
 * to out, NUL-terminated, `room` bytes, at least LX_NAME_BYTES + 1. Returns its length in bytes
 * without the NUL; or -errno for a name that cannot be, as the rules of `mount` say, which are
 * noted in the call (lx_deny, lx_alter); -ENAMETOOLONG where it does not fit. Does not touch the
 * disk, and is asked again for each component of each walk. `mount` is a mount of this file system;
 * NULL for the host's.
 */
typedef long lx_names_encode(struct lx_call *c, const struct lx_mount *mount, const char *name,
                             size_t n, char *out, size_t room);

/*
 * Turns a stored name, or a path of such, of n bytes into what programs see, in place, and returns
 * the new length, n at most. What got shorter is NUL-terminated; what did not is left as it was.
 * Asks no rule: who has one that keeps names as they are stored asks that first. Pure.
 */
typedef size_t lx_names_decode(char *s, size_t n);

struct lx_names {
    const uint8_t *bytes;  /* what each byte says of a name that holds it: 256 enum lx_name_kind */
    lx_names_look *look;   /* NULL: no byte is LX_NAME_SUSPECT */
    lx_names_valid *valid; /* NULL: all that are LX_NAME_SUSPECT can be stored */
    lx_names_encode *encode;
    lx_names_decode *decode; /* NULL: names are shown as they are stored */
    char lead; /* the byte by which all that is LX_NAME_STORED begins; NUL: nothing is */
};

/* The kinds of a name or a path of n bytes. Every call inside a mount passes here. */
static inline unsigned lx_name_kind(const struct lx_names *names, const char *s, size_t n)
{
    const uint8_t *bytes = names->bytes;
    const unsigned char *u = (const unsigned char *)s;
    unsigned kind = 0;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) /* four at once: half the instructions */
        kind |= (unsigned)(bytes[u[i]] | bytes[u[i + 1]] | bytes[u[i + 2]] | bytes[u[i + 3]]);
    for (; i < n; i++)
        kind |= bytes[u[i]];
    return (kind & LX_NAME_SUSPECT) == 0 ? kind : names->look(s, n);
}

/* False for a shown name of that kind that encode refuses, or may. */
static inline bool lx_name_valid(const struct lx_names *names, unsigned kind, const char *name,
                                 size_t n)
{
    return (kind & LX_NAME_SUSPECT) == 0 || names->valid == NULL || names->valid(name, n);
}

/* False where a name or a path of n bytes is text of some encoding, and not plain ASCII. */
static inline bool lx_name_is_ascii(const char *s, size_t n)
{
    unsigned all = 0;
    for (size_t i = 0; i < n; i++)
        all |= (unsigned char)s[i];
    return all < 0x80;
}

/* See lx_names_decode. */
static inline size_t lx_name_decode(const struct lx_names *names, char *s, size_t n)
{
    return names->decode == NULL ? n : names->decode(s, n);
}

/* True where an entry of a listing may be shown otherwise, or not at all: nearly none is. */
static inline bool lx_name_suspect(const struct lx_names *names, const char *name)
{
    const char *p = names->lead == '\0' ? NULL : strchr(name, names->lead);
    return p != NULL && (lx_name_kind(names, p, strlen(p)) & (LX_NAME_STORED | LX_NAME_ODD)) != 0;
}

/* Encodes a name as it is: its length, or -ENAMETOOLONG. */
long lx_name_keep(const char *name, size_t n, char *out, size_t room);

/*
 * An entry of directory `dir` (an absolute native path) that was made by a program which never
 * heard of the codec, so that its name is stored as it is shown: its length, with the name in out
 * (NUL-terminated, `room` bytes), where it is there and `name`, n bytes as `encode` wrote them and
 * a NUL, is another spelling of it; else 0, or -ENAMETOOLONG.
 */
long lx_name_find_plain(const struct lx_names *names, const char *dir, const char *name, size_t n,
                        char *out, size_t room);

/*
 * The length in bytes of the character at s (n > 0 bytes are there), -EINVAL where that is not
 * UTF-8, as names of Linux need not be.
 */
int lx_name_character(const char *s, size_t n);

#endif
