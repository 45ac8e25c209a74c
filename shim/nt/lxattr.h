/* SPDX-License-Identifier: MIT */
/*
 * The extended attributes of the format lxfs: LXATTRB, which has all that an inode has, and
 * LXXATTR, which has a file's own extended attributes; and the value by which wslfs keeps one of
 * those. Pure functions; numbers are little endian. [layout: the decoders wslattr, LxRunOffline,
 * lxssattr and WSL-Distribution-Switcher, which agree]
 */
#ifndef LXSHIM_NT_LXATTR_H
#define LXSHIM_NT_LXATTR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nt/bytes.h"

#define NT_LXATTRB      "LXATTRB"
#define NT_LXATTRB_SIZE 56 /* bytes: another length is no LXATTRB */
#define NT_LXXATTR      "LXXATTR"

struct nt_lx_time {
    uint64_t seconds; /* of Unix */
    uint32_t nanoseconds;
};

/* What an LXATTRB says. */
struct nt_lxattrb {
    uint32_t mode; /* all of st_mode */
    uint32_t uid;
    uint32_t gid;
    uint32_t major; /* 12 bits */
    uint32_t minor; /* 20 bits */
    struct nt_lx_time accessed;
    struct nt_lx_time modified;
    struct nt_lx_time changed;
};

/*
 * Reads a value of n bytes. False for one that is none: another length or version, a mode that has
 * bits which no mode has, an id of nobody, nanoseconds that make a second.
 */
bool nt_lxattrb_get(const uint8_t *value, size_t n, struct nt_lxattrb *out);

/* Writes one: NT_LXATTRB_SIZE bytes. */
void nt_lxattrb_put(const struct nt_lxattrb *a, uint8_t out[NT_LXATTRB_SIZE]);

/* One attribute in an LXXATTR; both parts point into it. The name has its namespace, and no NUL. */
struct nt_lx_xattr {
    struct nt_bytes name;
    struct nt_bytes value;
};

/*
 * Reads the attribute at *at in an LXXATTR of n bytes, *at being 0 for the first one, and moves
 * *at, to n after the last. 1, 0 where *at is n, or -EINVAL: another version, an attribute out of
 * it, one without a name, a next one that begins in this one.
 */
int nt_lxxattr_next(const uint8_t *value, size_t n, size_t *at, struct nt_lx_xattr *out);

/*
 * Appends an attribute to an LXXATTR of `used` bytes (0: it is begun) in a buffer of `room`, whose
 * last attribute begins at *last, and moves *last. Returns the new length, -ENOSPC, or -EINVAL for
 * a name or value that is too long for its number.
 */
long nt_lxxattr_put(uint8_t *value, size_t room, size_t used, size_t *last,
                    const struct nt_lx_xattr *x);

/* Of wslfs, which has an EA for each: "LX." and the name in capitals, its value behind "lxea". */
#define NT_LX_PREFIX "LX."
#define NT_LX_HEADER "lxea"

#endif
