/* SPDX-License-Identifier: MIT */
#include "vfs/names.h"

#include <string.h>

#include "nt/names.h"
#include "store/pending.h"
#include "sys/dirents.h"
#include "sys/sys.h"
#include "vfs/locate.h"

bool vfs_name_suspect(const char *name)
{
    /* Escaped characters and the pending mark begin with EF; so do few other letters. */
    const char *p = strchr(name, 0xEF);
    return p != NULL && (nt_name_scan(p, strlen(p)) & NT_PRIVATE) != 0;
}

bool vfs_listed_name(const struct lx_task *t, int fd, char *name)
{
    uint64_t hash;
    if (!vfs_name_suspect(name))
        return true;
    struct verdict v = vfs_descriptor(t, fd, &hash);
    if (v.mount == 0 || t->policy->observe)
        return true;
    const struct lx_mount *m = &t->policy->mounts[v.mount - 1];
    size_t n = strlen(name);
    if (nt_name_pending(name, n)) {
        if (!t->quiet && !store_pending_entry_held(fd, name))
            return false;
        n -= NT_PENDING_SUFFIX_LENGTH;
        name[n] = '\0';
    }
    if (lx_rule(m, LX_RULE_NAMES_ILLEGAL) == LX_ESCAPE)
        nt_name_unescape(name, n);
    return true;
}

long vfs_listed_block(const struct lx_task *t, int fd, void *block, long size)
{
    long to = 0;
    for (long from = 0; from < size;) {
        struct sys_dirent *e = sys_dirent_at(block, from);
        uint16_t length = e->length;
        if (vfs_listed_name(t, fd, e->name)) {
            if (to != from)
                memmove((char *)block + to, e, length);
            to += length;
        }
        from += length;
    }
    return to;
}
