/* SPDX-License-Identifier: MIT */
#include "vfs/names.h"

#include <limits.h>
#include <string.h>

#include "nt/names.h"
#include "store/pending.h"
#include "sys/dirents.h"
#include "sys/sys.h"
#include "vfs/locate.h"
#include "vfs/walk.h"

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

/* The name of a mount's target, if it belongs into a directory and is missing there. */
static const char *missing_target(const struct lx_mount *m, const char *dir, size_t n)
{
    struct stat st;
    const char *slash = strrchr(m->target, '/');
    size_t parent = slash == m->target ? 1 : (size_t)(slash - m->target);
    if (m->in_place || parent != n || memcmp(m->target, dir, n) != 0)
        return NULL;
    return sys_fstatat(AT_FDCWD, m->target, &st, AT_SYMLINK_NOFOLLOW) == 0 ? NULL : slash + 1;
}

const char *vfs_listed_mount(const struct lx_task *t, int fd, unsigned n)
{
    char dir[PATH_MAX];
    uint64_t hash;
    if (t->quiet || (vfs_descriptor(t, fd, &hash).flags & VERDICT_PARENT) == 0)
        return NULL;
    long length = vfs_directory_path(t, fd, dir);
    for (unsigned i = 0; length > 0 && i < t->policy->mount_count; i++) {
        const char *name = missing_target(&t->policy->mounts[i], dir, (size_t)length);
        if (name != NULL && n-- == 0)
            return name;
    }
    return NULL;
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
