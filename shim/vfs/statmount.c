/* SPDX-License-Identifier: MIT */
#include "vfs/statmount.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>

#include "sys/address.h"
#include "sys/mountinfo.h"
#include "sys/sys.h"
#include "vfs/mounts.h"
#include "vfs/placement.h"
#include "vfs/tables.h"

/* What is asked for, and was answered: STATMOUNT_* of linux/mount.h. */
#define SB_BASIC    0x001u
#define MNT_BASIC   0x002u
#define MNT_ROOT    0x008u
#define MNT_POINT   0x010u
#define FS_TYPE     0x020u
#define MNT_OPTS    0x080u
#define SB_SOURCE   0x200u
#define OPT_ARRAY   0x400u
#define THE_KERNELS (SB_BASIC | MNT_BASIC | 0x004u /* propagation */ | MNT_POINT | 0x040u | 0x1000u)

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

/* Puts the answer together: the kernel's numbers, and texts of the line's. */
static void fill(struct room *room, uint64_t wanted)
{
    const struct sys_mount_line *line = &room->parts;
    struct answer *own = room->own = (struct answer *)(void *)room->ours;
    memcpy(own, room->kernels, sizeof(*own));
    room->used = 0;
    if ((own->mask & MNT_POINT) != 0)
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

/* Finds the line of a mount, where it is one of ours. */
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
    return (k->mask & FS_TYPE) == 0 || !sys_span_is(room->parts.type, k->texts + k->type);
}

long vfs_statmount_drive(const struct lx_task *t, const struct vfs_statmount *asked, void *answer,
                         size_t space, vfs_statmount_give *give)
{
    if (asked->size < VFS_STATMOUNT_FIRST || asked->other != 0 ||
        (asked->size > VFS_STATMOUNT_FIRST && asked->space != 0) || t->root != NULL ||
        t->seccomp_confined || t->policy->observe || !tables_show(t->policy))
        return -LX_CONTINUE;
    struct room *room = sys_mmap(NULL, sizeof(*room), PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (sys_mmap_failed(room))
        return -LX_CONTINUE;
    long r = -LX_CONTINUE;
    /* What the kernel refuses it refuses itself, and what it says of more is not ours. */
    if (find_line(t, asked, room) && ask(asked, asked->wanted & THE_KERNELS, room->kernels) == 0) {
        fill(room, asked->wanted);
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

long vfs_statmount(const struct lx_task *t, const long a[6])
{
    struct vfs_statmount asked = {.size = 0};
    const void *at = (const void *)(uintptr_t)a[0];
    if (a[3] != 0 || !sys_readable(at, VFS_STATMOUNT_FIRST, placement_tick()))
        return -LX_CONTINUE;
    memcpy(&asked, at, VFS_STATMOUNT_FIRST);
    if (asked.size >= sizeof(asked)) {
        if (!sys_readable(at, sizeof(asked), placement_tick()))
            return -LX_CONTINUE;
        memcpy(&asked, at, sizeof(asked));
    }
    return vfs_statmount_drive(t, &asked, (void *)(uintptr_t)a[1], (size_t)a[2], lx_give);
}
