/* SPDX-License-Identifier: MIT */
#include "vfs/listmount.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "mounts/lines.h"
#include "sys/sys.h"
#include "vfs/ownmounts.h"

#define ALL         UINT64_MAX /* LSMT_ROOT: of the namespace */
#define FROM_BEHIND 1u         /* LISTMOUNT_REVERSE */
#define LISTED_MAX  4096u      /* told at once; who asks for more asks again */
#define MOST_WANTED 1000000u   /* the kernel takes no more */

struct room {
    struct ownmounts own;
    uint64_t list[LISTED_MAX];
    uint64_t all[LISTED_MAX];
};

static long ask(const struct vfs_statmount *asked, uint64_t mount, uint64_t last, uint64_t *list,
                size_t n, unsigned flags)
{
    struct vfs_statmount again = *asked;
    again.size = VFS_STATMOUNT_FIRST;
    again.mount = mount;
    again.wanted = last;
    return SYS4(SYS_listmount, &again, list, n, flags);
}

/* The kernel's part of a list: of one of our mounts, those that are in it. */
static long list_kernels(struct room *room, const struct vfs_statmount *asked, uint64_t last,
                         uint64_t *list, size_t n, unsigned flags)
{
    size_t found = 0;
    if (!ownmounts_is(asked->mount))
        return ask(asked, asked->mount, last, list, n, flags);
    long all = ask(asked, ALL, last, room->all, LISTED_MAX, flags);
    const unsigned long in = ownmounts_id(&room->own, asked->mount);
    for (long i = 0; i < all && found < n; i++)
        if (ownmounts_within(&room->own, ownmounts_old_id(room->all[i]), in))
            list[found++] = room->all[i];
    return all < 0 ? all : (long)found;
}

/* Ours in the mount that is asked for, behind the last one that the task has. How many. */
static size_t list_own(const struct room *room, const struct vfs_statmount *asked, uint64_t *list,
                       size_t n, bool back)
{
    const struct ownmounts *own = &room->own;
    const uint64_t last = asked->wanted;
    const unsigned long in = asked->mount == ALL          ? 0
                             : ownmounts_is(asked->mount) ? ownmounts_id(own, asked->mount)
                                                          : ownmounts_old_id(asked->mount);
    size_t found = 0;
    for (size_t i = 0; i < own->count && found < n; i++) {
        uint32_t number = own->number[back ? own->count - 1 - i : i];
        uint64_t mount = OWNMOUNTS_BASE + number;
        bool wanted = back ? last == 0 || mount < last : mount > last;
        if (wanted && mount != asked->mount &&
            (asked->mount == ALL || ownmounts_within(own, own->first + number, in)))
            list[found++] = mount;
    }
    return found;
}

/*
 * Puts the list together: ours are newer than all of the kernel's. What it refuses it is left to
 * refuse by the caller's own words, of which it looks at some before those that are asked here.
 */
static long put_together(struct room *room, const struct vfs_statmount *asked, size_t n,
                         unsigned flags)
{
    bool back = (flags & FROM_BEHIND) != 0;
    bool ours = ownmounts_is(asked->wanted);
    size_t own = back ? list_own(room, asked, room->list, n, true) : 0;
    uint64_t last = back && ours ? 0 : asked->wanted;
    long kernels = 0;
    /* Asked for nothing, it still says what is wrong. */
    if (back || !ours)
        kernels = list_kernels(room, asked, last, room->list + own, n - own, flags);
    if (kernels < 0)
        return ours || ownmounts_is(asked->mount) ? kernels : -LX_CONTINUE;
    if (!back)
        own = list_own(room, asked, room->list + kernels, n - (size_t)kernels, false);
    return kernels + (long)own;
}

long vfs_listmount_drives(const struct lx_task *t, const struct vfs_statmount *asked, void *list,
                          size_t n, unsigned flags, vfs_statmount_give *give)
{
    if (!ownmounts_asks(t, asked) || (flags & ~FROM_BEHIND) != 0 || n > MOST_WANTED)
        return -LX_CONTINUE;
    struct room *room = sys_mmap(NULL, sizeof(*room), PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (sys_mmap_failed(room))
        return -LX_CONTINUE;
    long r = -LX_CONTINUE;
    if (ownmounts_find(t, &room->own)) {
        r = ownmounts_is(asked->mount) && !ownmounts_has(&room->own, asked->mount)
                ? -ENOENT
                : put_together(room, asked, n < LISTED_MAX ? n : LISTED_MAX, flags);
        if (r > 0 && give(t, list, room->list, (size_t)r * sizeof(room->list[0])) < 0)
            r = -EFAULT;
    }
    sys_munmap(room, sizeof(*room));
    return r;
}

long vfs_listmount(const struct lx_task *t, const long a[6])
{
    struct vfs_statmount asked;
    if (!vfs_statmount_read((const void *)(uintptr_t)a[0], &asked))
        return -LX_CONTINUE;
    return vfs_listmount_drives(t, &asked, (void *)(uintptr_t)a[1], (size_t)a[2], (unsigned)a[3],
                                lx_give);
}
