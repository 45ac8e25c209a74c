/* SPDX-License-Identifier: MIT */
/* Extended attributes on VolFs: as on Linux, and what VolFs keeps in them is none. */
#include <errno.h>
#include <string.h>

#include "fs/listing.h"
#include "fs/rules.h"
#include "fs/volfs/volfs.h"
#include "sys/sys.h"

/* True for a name that no program may use. One that cannot be read is the kernel's to refuse. */
static bool is_ours(const struct lx_call *c)
{
    return !lx_observing(c) && lx_has_text(c, c->name) && store_keeps_facts_in(c->name);
}

long volfs_getxattr(struct lx_call *c)
{
    return is_ours(c) ? -ENODATA : volfs_existing(c);
}

long volfs_setxattr(struct lx_call *c)
{
    return is_ours(c) ? -EPERM : volfs_existing(c);
}

long volfs_removexattr(struct lx_call *c)
{
    return is_ours(c) ? -ENODATA : volfs_existing(c);
}

static long strip(struct lx_call *c, char *list, size_t n, size_t room)
{
    size_t to = 0;
    (void)c;
    (void)room;
    for (size_t from = 0; from < n;) {
        size_t length = strnlen(list + from, n - from) + 1;
        if (!store_keeps_facts_in(list + from)) {
            memmove(list + to, list + from, length);
            to += length;
        }
        from += length;
    }
    return (long)to;
}

long volfs_listxattr(struct lx_call *c)
{
    struct volfs_file file;
    struct stat st;
    int r = volfs_find(c, 0, &st, &file);
    if (r < 0 || lx_observing(c))
        return r < 0 ? r : lx_host_fs.run[LX_OP_LISTXATTR](c);
    return lx_list_shaped(c, strip);
}
