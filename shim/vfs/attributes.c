/* SPDX-License-Identifier: MIT */
#include "vfs/attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "policy/path.h"
#include "sys/sys.h"
#include "vfs/clone.h"
#include "vfs/descriptor.h"
#include "vfs/mounting.h"

#define RECURSIVELY 0x8000u
#define FLAGS       ((unsigned)(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) | RECURSIVELY)
#define LARGEST     4096u /* bytes of the structure: the kernel takes no more */
#define SMALLEST    sizeof(struct attributes)

/* What the kernel's headers call MOUNT_ATTR_*. */
#define RDONLY      0x01u
#define NOATIME     0x10u
#define STRICTATIME 0x20u
#define IDMAP       0x100000u
#define NOSYMFOLLOW 0x200000u
#define OF_MOUNT    (0x8fu | ATTRIBUTES_ATIME | NOSYMFOLLOW) /* all that is one mount's own */

static const struct {
    uint64_t attribute;
    uint64_t flag;  /* of mount(2) */
    uint64_t shown; /* of statfs(2) */
} pairs[] = {{RDONLY, MS_RDONLY, ST_RDONLY},
             {0x02, MS_NOSUID, ST_NOSUID},
             {0x04, MS_NODEV, 4},
             {0x08, MS_NOEXEC, 8},
             {0x80, MS_NODIRATIME, 2048},
             {NOSYMFOLLOW, MS_NOSYMFOLLOW, 8192},
             {NOATIME, MS_NOATIME, 1024},
             {0, MS_RELATIME, 4096}};

#define PAIRS (sizeof(pairs) / sizeof(pairs[0]))

unsigned long attributes_flags(const struct lx_mount *m)
{
    return m->shown | ((m->flags & LX_MOUNT_READONLY) != 0 ? (unsigned long)MS_RDONLY : 0u) |
           ((m->flags & LX_MOUNT_NOATIME) != 0 ? (unsigned long)MS_NOATIME : 0u);
}

uint64_t attributes_apply(uint64_t flags, uint64_t set, uint64_t clear)
{
    for (size_t i = 0; i < PAIRS; i++) {
        if ((pairs[i].attribute & ATTRIBUTES_ATIME) != 0)
            continue;
        if ((clear & pairs[i].attribute) != 0)
            flags &= ~pairs[i].flag;
        if ((set & pairs[i].attribute) != 0)
            flags |= pairs[i].flag;
    }
    if ((clear & ATTRIBUTES_ATIME) == 0)
        return flags;
    flags &= ~(uint64_t)(MS_NOATIME | MS_STRICTATIME | MS_RELATIME);
    return flags | ((set & ATTRIBUTES_ATIME) == NOATIME       ? (uint64_t)MS_NOATIME
                    : (set & ATTRIBUTES_ATIME) == STRICTATIME ? (uint64_t)MS_STRICTATIME
                                                              : (uint64_t)MS_RELATIME);
}

/* True for one of the three choices. */
static bool is_atime(uint64_t set)
{
    uint64_t atime = set & ATTRIBUTES_ATIME;
    return atime == 0 || atime == NOATIME || atime == STRICTATIME;
}

bool attributes_of_fsmount(unsigned attributes)
{
    return (attributes & ~OF_MOUNT) == 0 && is_atime(attributes);
}

const struct lx_mount *attributes_clone(const struct lx_task *t, int fd)
{
    char directory[PATH_MAX];
    long n = vfs_directory_path(t, fd, directory);
    return n < 0 ? NULL : clone_mount(t->policy, fd, directory, (size_t)n);
}

/* True for what the kernel would look for a mount with: it says itself what is wrong with more. */
static bool is_good(const struct attributes *a)
{
    uint64_t atime = a->clear & ATTRIBUTES_ATIME;
    return ((a->set | a->clear) & ~(uint64_t)OF_MOUNT) == 0 &&
           (a->propagation == 0 || a->propagation == MS_SHARED || a->propagation == MS_PRIVATE ||
            a->propagation == MS_SLAVE || a->propagation == MS_UNBINDABLE) &&
           (atime == ATTRIBUTES_ATIME ? is_atime(a->set)
                                      : atime == 0 && (a->set & ATTRIBUTES_ATIME) == 0);
}

/* The flags of what the kernel has mounted at a point. */
static uint64_t flags_at(const char *point)
{
    struct statfs st;
    uint64_t flags = 0;
    if (sys_statfs(point, &st) == 0)
        for (size_t i = 0; i < PAIRS; i++)
            flags |= ((uint64_t)st.f_flags & pairs[i].shown) != 0 ? pairs[i].flag : 0;
    return flags;
}

/* One mount that was found. 0 or -errno. */
static long change_one(const struct lx_task *t, const struct lx_mount *m,
                       const struct attributes *a)
{
    const bool host = m->type == LX_MOUNT_HOST;
    uint64_t flags = host ? flags_at(lx_target(m)) : attributes_flags(m);
    flags = MS_REMOUNT | MS_BIND | attributes_apply(flags, a->set, a->clear);
    return host ? lx_mount_kernels(t, lx_target(m), (unsigned long)flags)
                : lx_mount(t, NULL, lx_target(m), NULL, (unsigned long)flags, NULL);
}

/* The same of what is mounted in it. What comes between the two is left as it is. */
static long change_inner(const struct lx_task *t, const struct lx_mount *outer,
                         const struct attributes *a)
{
    const struct lx_mounts *mounts = lx_mounts(t->policy);
    const uint32_t number = outer->number;
    const char *target = lx_target(outer);
    const struct lx_mount *m;
    long r = 0;
    for (unsigned i = 0; r == 0 && (m = lx_mounts_next(mounts, &i)) != NULL;)
        if (m->number > number && (m->flags & (LX_MOUNT_NOWHERE | LX_MOUNT_OWN_NAME)) == 0 &&
            strcmp(lx_target(m), target) != 0 && lx_path_within(lx_target(m), target))
            r = change_one(t, m, a);
    return r;
}

/* The attributes of a mount change, and of what is mounted in it, as far as that is asked for. */
static long change(const struct lx_task *t, const struct lx_mount *m, unsigned flags,
                   const struct attributes *a)
{
    long r = 0;
    if (m == NULL || (a->set | a->clear) == 0)
        return -LX_CONTINUE;
    const bool bound = lx_in_place(m);
    char target[PATH_MAX];
    memcpy(target, lx_target(m), m->target_length + 1);
    if ((flags & RECURSIVELY) != 0)
        r = change_inner(t, m, a);
    if (r == 0)
        r = change_one(t, m, a);
    if (r == 0 && a->propagation != 0 && bound)
        r = lx_mount_kernels(t, target,
                             (unsigned long)a->propagation |
                                 ((flags & RECURSIVELY) != 0 ? (unsigned long)MS_REC : 0));
    return r;
}

/* The same of a clone. What fsmount has made is looked into by them already. */
static long change_nowhere(const struct lx_task *t, int fd, unsigned long flags)
{
    const struct mounts_request request = {.flags = flags | MS_REMOUNT | MS_BIND};
    const struct lx_mount *m = attributes_clone(t, fd);
    if (m != NULL && (m->flags & LX_MOUNT_NOWHERE) != 0) {
        long r = lx_mount_change(t, m, &request);
        if (r < 0)
            return r;
    }
    return clone_change(fd, flags);
}

bool attributes_fit(size_t size)
{
    return size >= SMALLEST && size <= LARGEST;
}

int attributes_bring(const void *structure, size_t size, bool readable, struct attributes *given)
{
    const unsigned char *at = structure;
    if (!attributes_fit(size))
        return size > LARGEST ? -E2BIG : -EINVAL;
    if (!readable)
        return -EFAULT;
    for (size_t i = SMALLEST; i < size; i++)
        if (at[i] != 0)
            return -E2BIG;
    memcpy(given, at, SMALLEST);
    if ((given->set | given->clear | given->propagation) == 0)
        return 0;
    return is_good(given) ? 1 : -EINVAL;
}

bool attributes_readable(const struct lx_task *t, const void *structure, size_t size)
{
    return t->pid != 0 || (attributes_fit(size) && sys_readable(structure, size, placement_tick()));
}

int attributes_of_clone(int fd, const struct attributes *given)
{
    unsigned long has;
    if (clone_of(fd, &has) == CLONE_NONE)
        return -EINVAL;
    return clone_change(fd, (unsigned long)attributes_apply(has, given->set, given->clear));
}

long vfs_mount_setattr(const struct lx_task *t, const long a[6])
{
    struct attributes given;
    const void *structure = (const void *)(uintptr_t)a[3];
    const size_t size = (size_t)a[4];
    if (attributes_bring(structure, size, attributes_readable(t, structure, size), &given) <= 0)
        return -LX_CONTINUE;
    return attributes_change(t, (int)a[0], (const char *)(uintptr_t)a[1], (unsigned)a[2], &given);
}

long attributes_change(const struct lx_task *t, int fd, const char *path, unsigned flags,
                       const struct attributes *given)
{
    char target[PATH_MAX];
    unsigned long has;
    if (t->policy->table == NULL || t->seccomp_confined || (flags & ~FLAGS) != 0 ||
        !vfs_has_text(t, path))
        return -LX_CONTINUE;
    bool itself = path[0] == '\0' && (flags & AT_EMPTY_PATH) != 0;
    enum clone_state state = itself ? clone_of(fd, &has) : CLONE_NONE;
    /* How it propagates the kernel is told, which has no such mount before it is attached. */
    if (state == CLONE_NOWHERE)
        return change_nowhere(t, fd,
                              (unsigned long)attributes_apply(has, given->set, given->clear));
    if (state == CLONE_ATTACHED)
        return change(t, clone_attached(t->policy, fd), flags, given);
    return change(t,
                  lx_mounted_at(t, fd, itself ? LX_DESCRIPTOR : path,
                                (flags & AT_SYMLINK_NOFOLLOW) == 0, target),
                  flags, given);
}
