/* SPDX-License-Identifier: MIT */
/*
 * REPARSE_DATA_BUFFER, both ways: what NTFS keeps of a link, a junction, a socket and whatever else
 * a tag says. Pure functions. Numbers are little endian, text is UTF-16LE but in an LX symlink.
 */
#ifndef LXSHIM_NT_REPARSE_H
#define LXSHIM_NT_REPARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "nt/bytes.h"

#define NT_REPARSE_MAX 16384 /* the whole buffer [FSCC 2.1.2.2] */

/* Beyond INT_MAX: gcc and clang make the type unsigned. */
enum nt_reparse_tag {
#define TAG(symbol, value) NT_TAG_##symbol = value,
#include "nt/reparse_tags.def"
#undef TAG
};

/* How a tag's data is laid out. */
enum nt_reparse_kind {
    NT_REPARSE_OPAQUE,     /* data we only carry */
    NT_REPARSE_LX_SYMLINK, /* version, target in UTF-8; version 1 has its target in the file */
    NT_REPARSE_SYMLINK,    /* substitute and print name, flags */
    NT_REPARSE_MOUNT,      /* substitute and print name: junction or volume mount point */
    NT_REPARSE_EMPTY,      /* the tag says it all: AF_UNIX, LX_FIFO, LX_CHR, LX_BLK */
    NT_REPARSE_APPEXEC,    /* version and strings */
    NT_REPARSE_NFS         /* type of the inode, then what it needs */
};

/* The types of inode of an NFS reparse point; but for the first, recalled. */
#define NT_NFS_LNK  UINT64_C(0x014B4E4C)
#define NT_NFS_CHR  UINT64_C(0x00524843)
#define NT_NFS_BLK  UINT64_C(0x004B4C42)
#define NT_NFS_FIFO UINT64_C(0x4F464946)
#define NT_NFS_SOCK UINT64_C(0x4B434F53)

#define NT_APPEXEC_STRINGS 4 /* package family, application id, target, type of application */

/* A buffer's meaning. All parts point into the buffer that was decoded, or at the caller's bytes.
 */
struct nt_reparse {
    uint32_t tag;
    uint8_t kind;         /* enum nt_reparse_kind; set by decoding, read by nothing else */
    uint8_t guid[16];     /* of a tag that is not Microsoft's */
    struct nt_bytes data; /* everything after the header */

    uint32_t version;           /* LX symlink: 1 or 2; AppExecLink: 3 */
    struct nt_bytes target;     /* LX symlink, UTF-8; NFS link, UTF-16LE */
    struct nt_bytes substitute; /* symlink and mount point: what the kernel follows */
    struct nt_bytes print;      /* and what is shown */
    bool relative;              /* symlink */
    uint64_t nfs_type;
    uint32_t major; /* NFS device */
    uint32_t minor;
    struct nt_bytes strings[NT_APPEXEC_STRINGS]; /* AppExecLink, UTF-16LE */
};

/* "LX_SYMLINK" for its tag; NULL for one without a name here. */
const char *nt_reparse_name(uint32_t tag);

/* How the data of a tag is laid out: enum nt_reparse_kind. */
enum nt_reparse_kind nt_reparse_kind_of(uint32_t tag);

/* The type of Linux' that a tag of WSL's stands for, of st_mode; 0 for every other. */
mode_t nt_reparse_type(uint32_t tag);

/* What the bits of a tag say: Microsoft owns it; it stands for another file. [FSCC 2.1.2] */
static inline bool nt_tag_microsoft(uint32_t tag)
{
    return (tag & 0x80000000u) != 0;
}

static inline bool nt_tag_surrogate(uint32_t tag)
{
    return (tag & 0x20000000u) != 0;
}

/*
 * Reads a buffer of exactly `size` bytes. Returns 0, -EINVAL for a malformed one, -EPERM for a tag
 * that must not be set (0, 1 and 2 are reserved), -EFBIG for more than 16 KiB. [FSCC 2.1.2]
 */
int nt_reparse_decode(const void *buffer, size_t size, struct nt_reparse *out);

/*
 * Writes a buffer by the layout of r->tag: LX symlink from version and target, symlink and mount
 * point from the two names and `relative`, AppExecLink from strings, NFS from its type and target
 * or device; everything else from guid and data. A symlink has its print name first and no NUL, a
 * mount point its substitute name first and NULs, as mklink writes them. Returns the size, -EINVAL
 * for what decoding would refuse, -EFBIG for more than 16 KiB, -ENOSPC where room is too small.
 */
long nt_reparse_encode(const struct nt_reparse *r, uint8_t *out, size_t room);

#endif
