/* SPDX-License-Identifier: MIT */
#include "vfs/statmount.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/statfs.h>

#include "sys/address.h"
#include "sys/mountinfo.h"
#include "sys/sys.h"
#include "vfs/mounts.h"
#include "vfs/ops.h"
#include "vfs/ownmounts.h"
#include "vfs/placement.h"
#include "vfs/tables.h"

/* What is asked for, and was answered: STATMOUNT_* of linux/mount.h. */
#define SB_BASIC    0x001u
#define MNT_BASIC   0x002u
#define MNT_ROOT    0x008u
#define MNT_POINT   0x010u
#define FS_TYPE     0x020u
#define MNT_OPTS    0x080u
#define FROM        0x004u             /* what a mount is propagated from */
#define NEITHERS    (0x040u | 0x1000u) /* of the namespace and the kernel, whatever the mount */
#define SB_SOURCE   0x200u
#define OPT_ARRAY   0x400u
#define THE_KERNELS (SB_BASIC | MNT_BASIC | FROM | MNT_POINT | NEITHERS)

#define ATTR_ATIME       0x70u
#define ATTR_NOATIME     0x10u
#define ATTR_STRICTATIME 0x20u

#define ROOM 65536 /* of an answer */

/* struct statmount. Texts count from `texts`. */
struct answer {
    uint32_t size;
    uint32_t options;
    uint64_t mask;
    uint32_t major;
    uint32_t minor;
    uint64_t magic;
    uint32_t sb_flags;
    uint32_t type;
    uint64_t id;
    uint64_t parent;
    uint32_t old_id; /* as mountinfo has it */
    uint32_t old_parent;
    uint64_t attributes;
    uint64_t propagation[4];
    uint32_t root;
    uint32_t point;
    uint64_t space;
    uint32_t subtype;
    uint32_t source;
    uint32_t option_count;
    uint32_t option_array;
    uint64_t rest[47];
    char texts[];
};
_Static_assert(sizeof(struct answer) == 512, "as the kernel has it");

/* What is worked with: large, and not for a signal's stack. */
struct room {
    struct answer *own; /* what is handed over */
    size_t used;        /* bytes of its texts */
    char line[2 * PATH_MAX + 4096];
    struct sys_mount_line parts;
    struct ownmounts mounts;
    char kernels[ROOM] __attribute__((aligned(8)));
    char ours[ROOM] __attribute__((aligned(8)));
};

static long ask(const struct vfs_statmount *asked, uint64_t wanted, char out[ROOM])
{
    struct vfs_statmount again = *asked;
    again.size = VFS_STATMOUNT_FIRST;
    again.wanted = wanted;
    return SYS4(SYS_statmount, &again, out, ROOM, 0);
}

/* Adds a text behind the others, with a NUL. Where it is, from the first. */
static uint32_t add(struct room *room, const char *text, size_t n)
{
    size_t at = room->used == 0 ? 1 : room->used; /* a text that is not there is empty */
    if (sizeof(struct answer) + at + n + 1 > ROOM)
        return 0; /* each takes a page at most: there is room */
    memcpy(room->own->texts + at, text, n);
    room->own->texts[at + n] = '\0';
    room->used = at + n + 1;
    return (uint32_t)at;
}

/* Adds a part of the line, as it is meant. */
static uint32_t add_part(struct room *room, struct sys_span part)
{
    char text[PATH_MAX];
    long n = sys_mount_unescape(part, text, sizeof(text));
    return n < 0 ? add(room, part.at, part.n) : add(room, text, (size_t)n);
}

/* Takes a word off a list with commas. */
static bool next_word(struct sys_span *list, struct sys_span *word)
{
    const char *comma = list->n == 0 ? NULL : memchr(list->at, ',', list->n);
    word->at = list->at;
    word->n = comma == NULL ? list->n : (size_t)(comma - list->at);
    size_t taken = word->n + (comma != NULL);
    list->at += taken;
    list->n -= taken;
    return word->n > 0;
}

/* The options of the file system, of which statmount says "ro" and "rw" by flags alone. */
static void put_options(struct room *room, uint64_t wanted)
{
    struct answer *own = room->own;
    struct sys_span rest = room->parts.super;
    struct sys_span word;
    bool reads = next_word(&rest, &word) && sys_span_is(word, "ro");
    if ((own->mask & SB_BASIC) != 0)
        own->sb_flags = (own->sb_flags & ~(uint32_t)MS_RDONLY) | (reads ? MS_RDONLY : 0u);
    if ((wanted & MNT_OPTS) != 0 && rest.n > 0) {
        own->mask |= MNT_OPTS;
        own->options = add(room, rest.at, rest.n);
    }
    if ((wanted & OPT_ARRAY) == 0 || rest.n == 0)
        return;
    own->mask |= OPT_ARRAY;
    own->option_count = 0;
    while (next_word(&rest, &word)) {
        uint32_t at = add(room, word.at, word.n);
        own->option_array = own->option_count++ == 0 ? at : own->option_array;
    }
}

/* The mount's own: "rw,noatime". The kernel's mount is never read-only, ours may be. */
static void put_attributes(struct room *room)
{
    static const struct {
        const char *word;
        uint32_t set;
    } known[] = {{"ro", 0x01}, {"nosuid", 0x02},     {"nodev", 0x04},          {"noexec", 0x08},
                 {"rw", 0},    {"nodiratime", 0x80}, {"noatime", ATTR_NOATIME}};
    struct sys_span rest = room->parts.options;
    struct sys_span word;
    uint64_t attributes = ATTR_STRICTATIME;
    while (next_word(&rest, &word)) {
        if (sys_span_is(word, "relatime"))
            attributes &= ~(uint64_t)ATTR_ATIME;
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            if (sys_span_is(word, known[i].word))
                attributes = (known[i].set == ATTR_NOATIME ? attributes & ~(uint64_t)ATTR_ATIME
                                                           : attributes) |
                             known[i].set;
    }
    room->own->attributes = (room->own->attributes & ~(uint64_t)0xff) | attributes;
}

/* "0:1048575". */
static void put_device(struct room *room)
{
    struct sys_span device = room->parts.device;
    uint32_t value[2] = {0, 0};
    unsigned which = 0;
    for (size_t i = 0; i < device.n; i++) {
        if (device.at[i] == ':')
            which = 1;
        else
            value[which] = value[which] * 10 + (uint32_t)(device.at[i] - '0');
    }
    room->own->major = value[0];
    room->own->minor = value[1];
}

/* A text of the kernel's that stays. */
static uint32_t keep(struct room *room, uint32_t at)
{
    const struct answer *kernels = (const struct answer *)(const void *)room->kernels;
    return add(room, kernels->texts + at, strlen(kernels->texts + at));
}

static unsigned long number_of(struct sys_span part)
{
    unsigned long value = 0;
    for (size_t i = 0; i < part.n; i++)
        value = value * 10 + (unsigned long)(part.at[i] - '0');
    return value;
}

/* True where the kernel's answer has another parent than the line: a mount that it has not. */
static bool is_in_own(const struct room *room)
{
    const struct answer *k = (const struct answer *)(const void *)room->kernels;
    return (k->mask & MNT_BASIC) != 0 && number_of(room->parts.parent) != k->old_parent;
}

/* The mount that it is in, by both its numbers. */
static void put_parent(const struct lx_task *t, struct room *room)
{
    unsigned long parent = number_of(room->parts.parent);
    if (!ownmounts_find(t, &room->mounts))
        return;
    room->own->old_parent = (uint32_t)parent;
    room->own->parent = ownmounts_number(&room->mounts, parent);
}

/* What kind of file system it is, by what statfs says of its point. */
static uint64_t magic_of(const struct lx_task *t, const struct room *room)
{
    char point[PATH_MAX];
    struct statfs fs;
    if (sys_mount_unescape(room->parts.point, point, sizeof(point)) < 0)
        return 0;
    long r = lx_statfs(t, -1, point, &fs);
    if (r == -LX_CONTINUE)
        r = sys_statfs(point, &fs);
    return r < 0 ? 0 : (uint64_t)fs.f_type;
}

/* Of a mount that the kernel has not: its numbers, and where it is. */
static void put_own(const struct lx_task *t, struct room *room, const struct vfs_statmount *asked)
{
    struct answer *own = room->own;
    own->mask |= asked->wanted & (SB_BASIC | MNT_BASIC | FROM | MNT_POINT);
    if ((asked->wanted & MNT_POINT) != 0)
        own->point = add_part(room, room->parts.point);
    if ((asked->wanted & SB_BASIC) != 0)
        own->magic = magic_of(t, room);
    if ((asked->wanted & MNT_BASIC) == 0)
        return;
    own->id = asked->mount;
    own->old_id = (uint32_t)number_of(room->parts.id);
    own->propagation[0] = MS_PRIVATE;
    put_parent(t, room);
}

/* Puts the answer together: the kernel's numbers, and texts of the line's. */
static void fill(const struct lx_task *t, struct room *room, const struct vfs_statmount *asked)
{
    const uint64_t wanted = asked->wanted;
    const struct sys_mount_line *line = &room->parts;
    struct answer *own = room->own = (struct answer *)(void *)room->ours;
    memcpy(own, room->kernels, sizeof(*own));
    room->used = 0;
    if (ownmounts_is(asked->mount))
        put_own(t, room, asked);
    else if (is_in_own(room))
        put_parent(t, room);
    if (!ownmounts_is(asked->mount) && (own->mask & MNT_POINT) != 0)
        own->point = keep(room, own->point);
    if ((wanted & FS_TYPE) != 0)
        own->type = add_part(room, line->type);
    if ((wanted & SB_SOURCE) != 0)
        own->source = add_part(room, line->source);
    if ((wanted & MNT_ROOT) != 0)
        own->root = add_part(room, line->root);
    own->mask |= wanted & (FS_TYPE | SB_SOURCE | MNT_ROOT);
    if ((own->mask & SB_BASIC) != 0)
        put_device(room);
    if ((own->mask & MNT_BASIC) != 0)
        put_attributes(room);
    put_options(room, wanted);
    own->size = (uint32_t)(sizeof(*own) + room->used);
}

/* Finds the line of a mount, where it is one of ours, or in one that the kernel has not. */
static bool find_line(const struct lx_task *t, const struct vfs_statmount *asked, struct room *room)
{
    const struct answer *k = (const struct answer *)(const void *)room->kernels;
    if (ask(asked, MNT_BASIC | MNT_POINT | FS_TYPE, room->kernels) < 0 ||
        (k->mask & (MNT_BASIC | MNT_POINT)) != (MNT_BASIC | MNT_POINT) ||
        !mounts_has_point(t->policy, k->texts + k->point))
        return false;
    long n = tables_line(t, k->old_id, room->line, sizeof(room->line));
    if (n <= 0 || !sys_mount_line(room->line, (size_t)n, &room->parts))
        return false;
    return (k->mask & FS_TYPE) == 0 || !sys_span_is(room->parts.type, k->texts + k->type) ||
           is_in_own(room);
}

/* What is to be told of a mount. 0; -LX_CONTINUE where the kernel tells it; or -errno. */
static long find(const struct lx_task *t, const struct vfs_statmount *asked, struct room *room)
{
    struct ownmounts *own = &room->mounts;
    struct vfs_statmount other = *asked;
    /* What the kernel refuses it refuses itself, and what it says of more is not ours. */
    if (!ownmounts_is(asked->mount))
        return find_line(t, asked, room) &&
                       ask(asked, asked->wanted & THE_KERNELS, room->kernels) == 0
                   ? 0
                   : -LX_CONTINUE;
    if (!ownmounts_find(t, own) || !ownmounts_has(own, asked->mount) ||
        !ownmounts_line(own, ownmounts_id(own, asked->mount), &room->parts))
        return -ENOENT;
    /* What it is in at last is the kernel's, which says of itself what is the same for both. */
    struct sys_mount_line line = room->parts;
    while (number_of(line.parent) > own->first &&
           ownmounts_line(own, number_of(line.parent), &line))
        ;
    other.mount = ownmounts_number(own, number_of(line.parent));
    return ask(&other, asked->wanted & NEITHERS, room->kernels);
}

long vfs_statmount_drive(const struct lx_task *t, const struct vfs_statmount *asked, void *answer,
                         size_t space, vfs_statmount_give *give)
{
    if (!ownmounts_asks(t, asked))
        return -LX_CONTINUE;
    struct room *room = sys_mmap(NULL, sizeof(*room), PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (sys_mmap_failed(room))
        return -LX_CONTINUE;
    long r = find(t, asked, room);
    if (r == 0) {
        fill(t, room, asked);
        r = -EOVERFLOW;
        size_t n = room->own->size;
        if (room->used == 0 && space < n)
            n = room->own->size = (uint32_t)space;
        if (n <= space)
            r = give(t, answer, room->own, n);
    }
    sys_munmap(room, sizeof(*room));
    return r;
}

bool vfs_statmount_read(const void *at, struct vfs_statmount *asked)
{
    *asked = (struct vfs_statmount){.size = 0};
    if (!sys_readable(at, VFS_STATMOUNT_FIRST, placement_tick()))
        return false;
    memcpy(asked, at, VFS_STATMOUNT_FIRST);
    if (asked->size < sizeof(*asked))
        return true;
    if (!sys_readable(at, sizeof(*asked), placement_tick()))
        return false;
    memcpy(asked, at, sizeof(*asked));
    return true;
}

long vfs_statmount(const struct lx_task *t, const long a[6])
{
    struct vfs_statmount asked;
    if (a[3] != 0 || !vfs_statmount_read((const void *)(uintptr_t)a[0], &asked))
        return -LX_CONTINUE;
    return vfs_statmount_drive(t, &asked, (void *)(uintptr_t)a[1], (size_t)a[2], lx_give);
}
