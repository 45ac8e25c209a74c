/* SPDX-License-Identifier: MIT */
/* What a new file or directory has of the descriptor of the directory that it is made in. */
#include <errno.h>

#include "nt/access.h"

struct heir {
    bool directory;
    struct nt_bytes owner;
    uint8_t *out;
    size_t size;
    size_t room;
};

/* What an entry is for the new object itself: of its owner, and in rights that a file has. */
static int add_effective(struct heir *h, struct nt_ace ace, uint8_t flags)
{
    if (ace.sid.n > 0) {
        ace.mask = nt_access_map(ace.mask);
        if (nt_sid_equal(ace.sid, nt_sid_creator_owner))
            ace.sid = h->owner;
    }
    ace.flags = flags | NT_ACE_INHERITED;
    return nt_acl_add(&ace, h->out, &h->size, h->room);
}

static int inherit_one(struct heir *h, struct nt_ace ace)
{
    const uint8_t onward = ace.flags & (NT_ACE_OBJECT_INHERIT | NT_ACE_CONTAINER_INHERIT);
    bool stays = (ace.flags & NT_ACE_NO_PROPAGATE) != 0;
    if (!h->directory)
        return (onward & NT_ACE_OBJECT_INHERIT) != 0 ? add_effective(h, ace, 0) : 0;
    if ((onward & NT_ACE_CONTAINER_INHERIT) != 0) {
        /* Whoever makes something below has to be put in anew there. */
        bool general = ace.sid.n > 0 && (nt_sid_equal(ace.sid, nt_sid_creator_owner) ||
                                         nt_access_map(ace.mask) != ace.mask);
        int r = add_effective(h, ace, stays || general ? 0 : onward);
        if (r < 0 || stays || !general)
            return r;
    } else if (onward == 0 || stays) {
        return 0;
    }
    ace.flags = onward | NT_ACE_INHERIT_ONLY | NT_ACE_INHERITED;
    return nt_acl_add(&ace, h->out, &h->size, h->room);
}

long nt_acl_inherit(struct nt_bytes parent, bool directory, struct nt_bytes owner, uint8_t *out,
                    size_t room)
{
    struct heir h = {directory, owner, out, 0, room};
    struct nt_ace ace;
    int r = 0;
    for (size_t at = 0; r == 0 && nt_acl_next(parent, &at, &ace);)
        r = inherit_one(&h, ace);
    return r < 0 ? r : (long)h.size;
}
