/* SPDX-License-Identifier: MIT */
/*
 * Security descriptors, both ways: who owns a file, and what its DACL grants and denies to whom. In
 * the self-relative form of [MS-DTYP 2.4.6], alone or in the value by which Samba's vfs_acl_xattr
 * keeps it. Pure functions.
 */
#ifndef LXSHIM_NT_SECURITY_H
#define LXSHIM_NT_SECURITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nt/bytes.h"

/* A SID has 15 sub-authorities at most. */
#define NT_SID_MAX 68u
/* An ACL's size has 16 bits; a descriptor has room for no more than one of the largest. */
#define NT_SECURITY_MAX 65536u
/* What is before the descriptor in a value that we write: see nt_ntacl_encode. */
#define NT_NTACL_HEADER 8u

enum nt_control {
    NT_DACL_PRESENT = 0x4,
    NT_SACL_PRESENT = 0x10,
    NT_DACL_AUTO_INHERITED = 0x400,
    NT_DACL_PROTECTED = 0x1000, /* nothing is inherited */
    NT_SELF_RELATIVE = 0x8000
};

enum nt_ace_type { NT_ACE_ALLOW = 0, NT_ACE_DENY = 1 };

enum nt_ace_flag {
    NT_ACE_OBJECT_INHERIT = 0x1,    /* files take it over */
    NT_ACE_CONTAINER_INHERIT = 0x2, /* directories do */
    NT_ACE_NO_PROPAGATE = 0x4,      /* but not what is below these */
    NT_ACE_INHERIT_ONLY = 0x8,      /* it says nothing of the object itself */
    NT_ACE_INHERITED = 0x10
};

struct nt_ace {
    uint8_t type; /* enum nt_ace_type, or one that is only carried */
    uint8_t flags;
    uint32_t mask;
    struct nt_bytes sid; /* empty for a type that is only carried */
    struct nt_bytes all; /* the entry as it was decoded */
};

/* All parts point into the buffer that was decoded, or at the caller's bytes. */
struct nt_security {
    uint16_t control;
    struct nt_bytes owner; /* a SID, or empty */
    struct nt_bytes group;
    struct nt_bytes dacl; /* an ACL with its header; empty where there is none: all is granted */
    struct nt_bytes sacl;
};

/*
 * Reads a descriptor whose header is at `start` of a buffer, and whose offsets count from the
 * buffer's beginning: 0 for a descriptor alone. 0, or -EINVAL for a malformed one.
 */
int nt_security_decode(const uint8_t *buffer, size_t size, size_t start, struct nt_security *out);

/* Writes one in the same way; returns the size of the whole buffer, -EINVAL, or -ENOSPC. */
long nt_security_encode(const struct nt_security *s, size_t start, uint8_t *out, size_t room);

/*
 * The same of the value of an attribute of Samba's, xattr_NTACL: versions 1 to 4 are read, 1 is
 * written, which has no hash of what Linux says of the file. -EINVAL for anything else. [as Samba
 * 4.17 writes it: tests/bats/samba.bats]
 */
int nt_ntacl_decode(const uint8_t *value, size_t size, struct nt_security *out);
long nt_ntacl_encode(const struct nt_security *s, uint8_t *out, size_t room);

/* The next entry of an ACL that was decoded, from *at, 0 for the first. False after the last. */
bool nt_acl_next(struct nt_bytes acl, size_t *at, struct nt_ace *out);

/*
 * Adds an entry to the ACL of *size bytes that is being written to out; *size is 0 before the
 * first. 0, or -ENOSPC where it has no room.
 */
int nt_acl_add(const struct nt_ace *ace, uint8_t *out, size_t *size, size_t room);

/* True for a SID of n bytes that is whole. */
bool nt_sid_valid(const uint8_t *sid, size_t n);

static inline size_t nt_sid_size(const uint8_t *sid)
{
    return 8u + 4u * sid[1];
}

/* An ACL without an entry: it grants nothing to anybody. */
extern const struct nt_bytes nt_acl_empty;

bool nt_sid_equal(struct nt_bytes a, struct nt_bytes b);

#endif
