/* SPDX-License-Identifier: MIT */
/*
 * One mount, and what is mounted at one moment. Both are flat, without pointers, and are read in
 * place: in an image (what a policy mounts at the start), or in the table that all processes of a
 * run share (see mounts/table.h). Nobody changes a record that others may read.
 */
#ifndef LXSHIM_POLICY_MOUNT_H
#define LXSHIM_POLICY_MOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "policy/axes.h"
#include "policy/rules.h"

/* What there is to mounts of a type before anybody asks its operations. */
enum lx_type_property {
    LX_TYPE_DRIVE = 1,     /* has a drive's options, and the rules of a policy hold on it */
    LX_TYPE_DIRECTORY = 2, /* its source may be a directory of Linux', and no volume's */
    LX_TYPE_MADE_UP = 4,   /* a run mounts it that has a rule for it, by a directory of its own */
    LX_TYPE_AT_START = 8,  /* nobody else does: its word is the kernel's, in mount(2) */
    LX_TYPE_UNLISTED = 16  /* no mount table has a line of it */
};

enum lx_mount_flag {
    LX_MOUNT_READONLY = 1,
    LX_MOUNT_METADATA = 2,
    LX_MOUNT_VOLUME_ROOT = 4, /* the source is a whole drive: the mount's root is a volume's root */
    LX_MOUNT_NOATIME = 8,
    LX_MOUNT_OWN_NAME = 16, /* of what lxshim run has bound: its backing by its own name */
    LX_MOUNT_TYPED = 32,    /* somebody has mounted it: its source is shown as it was spelled */
    LX_MOUNT_NOWHERE = 64,  /* what fsmount gave: no path leads to it, but by its backing's name */
    LX_MOUNT_FLAGS = 127    /* all of them */
};

/* What lx_mount_settle works out of the rest. */
enum lx_mount_trait {
    LX_MOUNT_IN_PLACE = 1, /* the kernel finds its files below its target */
    LX_MOUNT_FOLDS = 2,    /* some directory of it may ignore case */
    LX_MOUNT_MASKED = 4,   /* its masks take something away: permissions have to be checked */
    LX_MOUNT_GUARDED = 8   /* some directory of it may not be entered: lx_fs_guards */
};

/* Texts count from the record itself; 0 means "none". Of the same size to programs of 32 bits. */
struct lx_mount {
    uint32_t source;         /* "C:" or "C:\dir", as it was given */
    uint32_t target;         /* where programs see it: absolute, no symlink, no slash at the end */
    uint32_t backing;        /* the ordinary directory that holds it */
    uint32_t bind_alias;     /* of what is bind-mounted: its other name, or 0 */
    uint32_t label;          /* of its volume, or 0 */
    uint32_t symlinkroot;    /* symlinkroot=, or 0 */
    uint32_t root;           /* of a bind mount: the directory in its source, or 0 */
    uint32_t options;        /* its file system's, as the mount table shows them, or 0 */
    uint32_t libraries;      /* of a root that is translated: where its ld.so looks, or 0 */
    uint32_t target_length;  /* in bytes */
    uint32_t backing_length; /* in bytes */
    uint32_t serial;         /* of its volume */
    uint32_t uid;
    uint32_t gid;
    uint32_t file_mask;  /* umask= and fmask= */
    uint32_t dir_mask;   /* umask= and dmask= */
    uint32_t number;     /* among all that were ever mounted: the newer one covers the older */
    uint32_t device;     /* minor number of the device that its files are on */
    uint32_t shown;      /* MS_NOATIME and the like, as the mount table shows them */
    uint8_t type;        /* enum lx_mount_type */
    uint8_t filesystem;  /* enum lx_filesystem */
    uint8_t case_option; /* enum lx_value: SENSITIVE (no option), OFF, DIR, FORCE */
    uint8_t flags;       /* enum lx_mount_flag */
    uint8_t traits;      /* enum lx_mount_trait */
    uint8_t place;       /* its number among what is mounted, from 1 */
    uint8_t pad[2];
    uint8_t rules[LX_RULE_COUNT]; /* enum lx_value; LX_UNSAID for those of other file systems */
} __attribute__((aligned(8)));

/*
 * What is mounted at one moment, by place. A mount keeps its place as long as it is mounted; one
 * that is empty may be another's later. Until then it has the record of the mount that is gone, for
 * calls that found their way into it before.
 */
#define LX_PLACE_MAX 255u
#define LX_GONE      1 /* beside the offset of such a record, which is even */

struct lx_mounts {
    uint32_t count;      /* places, empty ones among them */
    uint32_t translated; /* mounts among them whose backing is elsewhere */
    uint32_t masked;     /* and whose masks take something away: see LX_MOUNT_MASKED */
    int32_t at[];        /* the record of place i + 1, counted from this structure; 0: none yet */
};

static inline const char *lx_mount_text(const struct lx_mount *mount, uint32_t offset)
{
    return offset == 0 ? NULL : (const char *)mount + offset;
}

static inline const char *lx_source(const struct lx_mount *mount)
{
    return (const char *)mount + mount->source;
}

static inline const char *lx_target(const struct lx_mount *mount)
{
    return (const char *)mount + mount->target;
}

static inline const char *lx_backing(const struct lx_mount *mount)
{
    return (const char *)mount + mount->backing;
}

/* NULL where it has none. */
static inline const char *lx_bind_alias(const struct lx_mount *mount)
{
    return lx_mount_text(mount, mount->bind_alias);
}

/*
 * True for the mount that the root of all is: its target and its backing are "", as the directory
 * that a path from "/" on begins in.
 */
static inline bool lx_is_root(const struct lx_mount *mount)
{
    return mount->target_length == 0;
}

/*
 * True for a root whose files are in a directory of ours, and which the kernel knows nothing of.
 * Its target is "" as well; what is mounted in it has its target said by the names of that root.
 */
static inline bool lx_is_foreign_root(const struct lx_mount *mount)
{
    return mount->target_length == 0 && mount->backing_length != 0;
}

/* True for where the system's own files are: outside every mount, or in the root's. */
static inline bool lx_is_systems(const struct lx_mount *mount)
{
    return mount == NULL || lx_is_root(mount);
}

static inline bool lx_in_place(const struct lx_mount *mount)
{
    return (mount->traits & LX_MOUNT_IN_PLACE) != 0;
}

static inline bool lx_folds(const struct lx_mount *mount)
{
    return (mount->traits & LX_MOUNT_FOLDS) != 0;
}

static inline bool lx_masked_mode(const struct lx_mount *mount)
{
    return (mount->traits & LX_MOUNT_MASKED) != 0;
}

static inline bool lx_guarded(const struct lx_mount *mount)
{
    return (mount->traits & LX_MOUNT_GUARDED) != 0;
}

/*
 * The minor number of the nth mount's device, which is its own, as those are of all file systems
 * without a block device (major 0). The kernel gives them away from 1 on; ours from the other end.
 */
static inline uint32_t lx_mount_minor(uint32_t number)
{
    return (1u << 20) - 1 - number % (1u << 19);
}

/* What a mount's rule says. */
static inline enum lx_value lx_rule(const struct lx_mount *mount, enum lx_rule rule)
{
    return (enum lx_value)mount->rules[rule];
}

/* True where a mount keeps modes and owners of Linux' with its files: the option metadata. */
static inline bool lx_metadata(const struct lx_mount *mount)
{
    return (mount->flags & LX_MOUNT_METADATA) != 0;
}

/* The mount at a place (from 1), or the last that was there; NULL where none ever was. */
static inline const struct lx_mount *lx_mounts_had(const struct lx_mounts *mounts, unsigned place)
{
    if (place == 0 || place > mounts->count || mounts->at[place - 1] == 0)
        return NULL;
    return (const struct lx_mount *)(const void *)((const char *)mounts +
                                                   (mounts->at[place - 1] & ~LX_GONE));
}

/* The mount at a place; NULL where there is none. */
static inline const struct lx_mount *lx_mounts_at(const struct lx_mounts *mounts, unsigned place)
{
    if (place == 0 || place > mounts->count || (mounts->at[place - 1] & LX_GONE) != 0)
        return NULL;
    return lx_mounts_had(mounts, place);
}

/*
 * The next mount after a place, which it moves there; NULL after the last. From place 0, for every
 * mount: for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;)
 */
static inline const struct lx_mount *lx_mounts_next(const struct lx_mounts *mounts, unsigned *place)
{
    const struct lx_mount *mount = NULL;
    while (mount == NULL && *place < mounts->count)
        mount = lx_mounts_at(mounts, ++*place);
    return mount;
}

/* The word of a type in mount(2); and the type of a word, LX_MOUNT_HOST for one of none of ours. */
const char *lx_mount_type_word(enum lx_mount_type type);
enum lx_mount_type lx_mount_type_find(const char *word);

/* True where mounts of a type have one of those properties. */
bool lx_mount_type_has(enum lx_mount_type type, enum lx_type_property property);

/*
 * A record of a type, without any text, that no option and no policy has changed anything of. Its
 * rules are those of the first profile. Where the type is no drive's they stay that, and the mount
 * table's own is the only one that is asked for: mount.boundary.
 */
struct lx_mount lx_mount_blank(enum lx_mount_type type);

/* The texts of a record; NULL for what it has not. */
/*
 * What the options of a mount that may not say anything, by its rules, have put into its record, is
 * taken out of it again. The rules have to be there.
 */
void lx_mount_hear_options(struct lx_mount *mount);

struct lx_mount_texts {
    const char *source;
    const char *target;
    const char *backing;
    const char *bind_alias;
    const char *label;
    const char *symlinkroot;
    const char *libraries;
    const char *root;
    const char *options;
};

struct lx_mount_texts lx_mount_texts(const struct lx_mount *mount);

/* The bytes of a record with these texts. */
size_t lx_mount_size(const struct lx_mount_texts *texts);

/*
 * Writes a record that is like another but for its texts, which follow it, into `room` bytes at
 * `to`, aligned to 8. Returns how many it took, a multiple of 8, or -ENOSPC.
 */
long lx_mount_put(struct lx_mount *to, size_t room, const struct lx_mount *like,
                  const struct lx_mount_texts *texts);

/* The traits (enum lx_mount_trait) of a record whose texts, masks and rules are there. */
unsigned lx_mount_traits(const struct lx_mount *mount);

/* Notes them, and the lengths of its texts. */
void lx_mount_settle(struct lx_mount *mount);

#endif
