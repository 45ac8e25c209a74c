/* SPDX-License-Identifier: MIT */
#include "vfs/ownmounts.h"

#include <string.h>

#include "mounts/lines.h"
#include "sys/sys.h"
#include "vfs/tables.h"

#define ALL       UINT64_MAX /* LSMT_ROOT */
#define BASIC     0x2u       /* STATMOUNT_MNT_BASIC */
#define DEPTH_MAX 256        /* of mounts in each other: who comes here goes round in a circle */
#define SOME      64         /* mounts of the kernel's that are asked for at once */

/* What statmount says first, as far as it is wanted here. */
struct basics {
    uint64_t before[7];
    uint32_t old_id; /* behind size, options, mask, device, magic, flags, type, id */
    uint32_t rest[113];
};

bool ownmounts_asks(const struct lx_task *t, const struct vfs_statmount *asked)
{
    return asked->size >= VFS_STATMOUNT_FIRST && asked->other == 0 &&
           (asked->size == VFS_STATMOUNT_FIRST || asked->space == 0) && t->root == NULL &&
           !t->seccomp_confined && !t->policy->observe && tables_show(t->policy);
}

static unsigned long number_of(struct sys_span part)
{
    unsigned long value = 0;
    for (size_t i = 0; i < part.n; i++)
        value = value * 10 + (unsigned long)(part.at[i] - '0');
    return value;
}

bool ownmounts_line(const struct ownmounts *own, unsigned long id, struct sys_mount_line *line)
{
    struct sys_span text = own->text;
    while (sys_mount_next(&text, line, NULL))
        if (number_of(line->id) == id)
            return true;
    return false;
}

/* The records without a mount of the kernel's, in order. */
static void find_records(const struct lx_policy *policy, struct ownmounts *own)
{
    const struct lx_mounts *mounts = lx_mounts_of_run(policy);
    const struct lx_mount *m;
    own->count = 0;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;) {
        if (!lines_is_own(m) || (m->flags & LX_MOUNT_OWN_NAME) != 0)
            continue;
        size_t at = own->count++;
        for (; at > 0 && own->number[at - 1] > m->number; at--)
            own->number[at] = own->number[at - 1];
        own->number[at] = m->number;
    }
}

bool ownmounts_find(const struct lx_task *t, struct ownmounts *own)
{
    struct sys_mount_line line;
    unsigned long last = 0;
    find_records(t->policy, own);
    if (own->count == 0)
        return false;
    long n = tables_info(t, own->room, sizeof(own->room));
    own->text = (struct sys_span){own->room, n < 0 ? 0 : (size_t)n};
    for (struct sys_span text = own->text; sys_mount_next(&text, &line, NULL);)
        last = number_of(line.id) > last ? number_of(line.id) : last;
    own->first = last / LINES_ID_STEP * LINES_ID_STEP;
    /* Where its reader cannot see one it has no line. */
    size_t kept = 0;
    for (size_t i = 0; i < own->count; i++)
        if (own->first != 0 && ownmounts_line(own, own->first + own->number[i], &line))
            own->number[kept++] = own->number[i];
    own->count = kept;
    return kept > 0;
}

bool ownmounts_has(const struct ownmounts *own, uint64_t mount)
{
    for (size_t i = 0; i < own->count; i++)
        if (OWNMOUNTS_BASE + own->number[i] == mount)
            return true;
    return false;
}

unsigned long ownmounts_id(const struct ownmounts *own, uint64_t mount)
{
    return own->first + (unsigned long)(mount - OWNMOUNTS_BASE);
}

bool ownmounts_within(const struct ownmounts *own, unsigned long id, unsigned long in)
{
    struct sys_mount_line line;
    for (unsigned i = 0; i < DEPTH_MAX && id != 0 && ownmounts_line(own, id, &line); i++) {
        id = number_of(line.parent);
        if (id == in)
            return in != 0;
    }
    return false;
}

unsigned long ownmounts_old_id(uint64_t mount)
{
    const struct vfs_statmount asked = {
        .size = VFS_STATMOUNT_FIRST, .mount = mount, .wanted = BASIC};
    struct basics basics;
    return SYS4(SYS_statmount, &asked, &basics, sizeof(basics), 0) < 0 ? 0 : basics.old_id;
}

uint64_t ownmounts_number(const struct ownmounts *own, unsigned long id)
{
    struct vfs_statmount asked = {.size = VFS_STATMOUNT_FIRST, .mount = ALL, .wanted = 0};
    uint64_t some[SOME];
    long n;
    if (id > own->first)
        return OWNMOUNTS_BASE + (id - own->first);
    while ((n = SYS4(SYS_listmount, &asked, some, SOME, 0)) > 0) {
        for (long i = 0; i < n; i++)
            if (ownmounts_old_id(some[i]) == id)
                return some[i];
        asked.wanted = some[n - 1];
    }
    return 0;
}
