/* SPDX-License-Identifier: MIT */
/*
 * What a security descriptor grants to a token, and what that is in the bits of a mode. Pure
 * functions. [MS-DTYP 2.5.3.2]
 */
#ifndef LXSHIM_NT_ACCESS_H
#define LXSHIM_NT_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "nt/bytes.h"
#include "nt/rights.h"
#include "nt/security.h"

/* An access mask with the generic bits as what they stand for. */
uint32_t nt_access_map(uint32_t mask);

/* Who asks: one user, in the groups that a user of Windows is in, Administrators among them. */
struct nt_token {
    bool elevated; /* Administrators counts; else only where something is denied to it */
};

/* SIDs that are known by themselves: the token's own user, its primary group, and some groups. */
extern const struct nt_bytes nt_sid_user;
extern const struct nt_bytes nt_sid_none;
extern const struct nt_bytes nt_sid_everyone;
extern const struct nt_bytes nt_sid_administrators;
extern const struct nt_bytes nt_sid_system;
extern const struct nt_bytes nt_sid_creator_owner;

/*
 * All that a descriptor grants to a token, as access bits. Whatever its DACL says, the owner may
 * read it and write it, unless it has entries for OWNER RIGHTS.
 */
uint32_t nt_access_granted(const struct nt_security *s, const struct nt_token *token);

/*
 * The permission bits of a mode, for user, group and others alike: r, w and x where a token has
 * those rights; x of a directory always, since everybody may bypass traverse checking. [vendor test
 * DrvFsTestAccess; openvmm lxutil convert_mode]
 */
unsigned nt_access_mode(uint32_t granted, bool directory);

/*
 * The DACL, written to `out`, of what is made in a directory with that one, as [MS-DTYP 2.5.3.4]
 * says: its size, or 0 where nothing of it is for such a thing; -ENOSPC. `owner`: the SID that
 * CREATOR OWNER stands for.
 */
long nt_acl_inherit(struct nt_bytes parent, bool directory, struct nt_bytes owner, uint8_t *out,
                    size_t room);

#endif
