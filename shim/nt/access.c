/* SPDX-License-Identifier: MIT */
#include "nt/access.h"

#include <string.h>

#define SID(name, ...)                                   \
    static const uint8_t name##_bytes[] = {__VA_ARGS__}; \
    const struct nt_bytes name = {name##_bytes, sizeof(name##_bytes)}

/* Of a machine that nobody has; its first user is 1001, as on a machine that somebody set up. */
#define MACHINE 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 76, 88, 83, 72, 73, 77, 76, 88, 83, 72, 73, 77
SID(nt_sid_user, 1, MACHINE, 0xE9, 3, 0, 0);
SID(nt_sid_none, 1, MACHINE, 1, 2, 0, 0);
SID(nt_sid_everyone, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0);
SID(nt_sid_creator_owner, 1, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0);
SID(nt_sid_system, 1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0);
SID(nt_sid_administrators, 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0);

/* Groups that every token here is in. */
static const uint8_t local[] = {1, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0};
static const uint8_t interactive[] = {1, 1, 0, 0, 0, 0, 0, 5, 4, 0, 0, 0};
static const uint8_t authenticated[] = {1, 1, 0, 0, 0, 0, 0, 5, 11, 0, 0, 0};
static const uint8_t this_organization[] = {1, 1, 0, 0, 0, 0, 0, 5, 15, 0, 0, 0};
static const uint8_t local_account[] = {1, 1, 0, 0, 0, 0, 0, 5, 113, 0, 0, 0};
static const uint8_t users[] = {1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x21, 2, 0, 0};

static const uint8_t owner_rights[] = {1, 1, 0, 0, 0, 0, 0, 3, 4, 0, 0, 0};

#define ALL(array)           \
    {                        \
        array, sizeof(array) \
    }
static const struct nt_bytes groups[] = {
    ALL(nt_sid_user_bytes),
    ALL(nt_sid_none_bytes),
    ALL(nt_sid_everyone_bytes),
    ALL(local),
    ALL(interactive),
    ALL(authenticated),
    ALL(this_organization),
    ALL(local_account),
    ALL(users),
};

uint32_t nt_access_map(uint32_t mask)
{
    if ((mask & NT_GENERIC_READ) != 0)
        mask |= NT_FILE_READ;
    if ((mask & NT_GENERIC_WRITE) != 0)
        mask |= NT_FILE_WRITE;
    if ((mask & NT_GENERIC_EXECUTE) != 0)
        mask |= NT_FILE_EXECUTE;
    if ((mask & NT_GENERIC_ALL) != 0)
        mask |= NT_FILE_ALL;
    return mask & ~(NT_GENERIC_READ | NT_GENERIC_WRITE | NT_GENERIC_EXECUTE | NT_GENERIC_ALL);
}

/* True where a SID is in a token: `denies`, also where it counts for nothing else. */
static bool has_sid(const struct nt_token *token, struct nt_bytes sid, bool denies)
{
    for (unsigned i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        if (nt_sid_equal(sid, groups[i]))
            return true;
    return (denies || token->elevated) && nt_sid_equal(sid, nt_sid_administrators);
}

uint32_t nt_access_granted(const struct nt_security *s, const struct nt_token *token)
{
    const struct nt_bytes rights = ALL(owner_rights);
    bool owns = s->owner.n > 0 && has_sid(token, s->owner, false);
    uint32_t granted = 0;
    uint32_t denied = 0;
    bool by_rights = false;
    struct nt_ace ace;
    if (s->dacl.n == 0)
        return NT_FILE_ALL;
    for (size_t at = 0; nt_acl_next(s->dacl, &at, &ace);) {
        if ((ace.flags & NT_ACE_INHERIT_ONLY) != 0 || ace.sid.n == 0)
            continue;
        bool of_owner = nt_sid_equal(ace.sid, rights);
        by_rights |= of_owner;
        if (of_owner ? !owns : !has_sid(token, ace.sid, ace.type == NT_ACE_DENY))
            continue;
        if (ace.type == NT_ACE_DENY)
            denied |= nt_access_map(ace.mask) & ~granted;
        else
            granted |= nt_access_map(ace.mask) & ~denied;
    }
    /* Before the entries are asked, and not taken back by them. */
    if (owns && !by_rights)
        granted |= NT_READ_CONTROL | NT_WRITE_DAC;
    return granted & NT_FILE_ALL;
}

unsigned nt_access_mode(uint32_t granted, bool directory)
{
    const uint32_t write =
        directory ? NT_WRITE_DATA | NT_APPEND_DATA | NT_DELETE_CHILD : NT_WRITE_DATA;
    unsigned mode = 0;
    if ((granted & NT_READ_DATA) != 0)
        mode |= 0444;
    if ((granted & write) != 0)
        mode |= 0222;
    if (directory || (granted & NT_EXECUTE) != 0)
        mode |= 0111;
    return mode;
}
