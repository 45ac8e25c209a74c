/* SPDX-License-Identifier: MIT */
/*
 * Windows' volumes, and the names that lead to them: a letter or a name of its own, the folders of
 * other volumes where one is mounted, and shares. A flat block without pointers, read in place in
 * an image; offsets count from its start, and 0 means "none". Pure.
 */
#ifndef LXSHIM_POLICY_VOLUMES_H
#define LXSHIM_POLICY_VOLUMES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/axes.h"

#define LX_VOLUME_MAX 100  /* of a policy; as many again come with its mounts */
#define LX_FOLDER_MAX 1000 /* of all volumes */
#define LX_SHARE_MAX  100

enum lx_volume_flag {
    LX_VOLUME_DIRECTORY = 1, /* a directory of a volume that nobody has said */
    LX_VOLUME_FLAGS = 1
};

struct lx_volume {
    uint32_t name;    /* "C:", "fat"; of a directory "C:\dir" */
    uint32_t backing; /* the ordinary directory that holds it */
    uint32_t label;
    uint32_t serial;
    uint32_t rules;     /* a table that its mounts have over the policy's, or 0 */
    uint8_t filesystem; /* enum lx_filesystem */
    uint8_t flags;      /* enum lx_volume_flag */
    uint8_t pad[2];
};

/* A folder where a volume is mounted: of which one, by the path there ("a\b"). */
struct lx_folder {
    uint32_t path;
    uint32_t parent; /* places of volumes */
    uint32_t volume;
};

struct lx_share {
    uint32_t name; /* "\\localhost\C$" */
    uint32_t volume;
};

struct lx_volumes {
    uint32_t size; /* of the block; its last byte is a NUL */
    uint32_t count;
    uint32_t folder_count;
    uint32_t share_count;
    uint32_t volumes; /* where the tables begin */
    uint32_t folders;
    uint32_t shares;
    uint32_t pad; /* of the same size to programs of 32 bits */
};

static inline const char *lx_volumes_text(const struct lx_volumes *all, uint32_t offset)
{
    return offset == 0 ? NULL : (const char *)all + offset;
}

static inline const struct lx_volume *lx_volumes_list(const struct lx_volumes *all)
{
    return (const struct lx_volume *)(const void *)((const char *)all + all->volumes);
}

static inline const struct lx_folder *lx_volumes_folders(const struct lx_volumes *all)
{
    return (const struct lx_folder *)(const void *)((const char *)all + all->folders);
}

static inline const struct lx_share *lx_volumes_shares(const struct lx_volumes *all)
{
    return (const struct lx_share *)(const void *)((const char *)all + all->shares);
}

/*
 * True where up to `size` bytes at `all` are a block that may be read in place: every offset and
 * text inside, every backing an absolute path, every word a known one.
 */
bool lx_volumes_check(const struct lx_volumes *all, size_t size);

/* What a source in front of a mount leads to. */
struct lx_source_found {
    const struct lx_volume *volume;
    bool shared;         /* by a share: it is seen through SMB */
    bool whole;          /* it is the root of a volume */
    char rest[PATH_MAX]; /* the directory in the volume, "a/b"; "" for its root */
};

/*
 * Looks a source up: "C:", "C:\", "C:/dir", "//host/share/dir", a volume's name and what is below.
 * Slashes are either, and letters of ASCII of either case; "." and ".." go as Windows takes them,
 * by the words alone and never above the root. Of several names that fit the longest counts, and of
 * two that are equal the later; what lies behind a folder of another volume is there. Returns 0,
 * -ENOENT where there is no such volume or share, or -ENAMETOOLONG.
 */
int lx_volumes_find(const struct lx_volumes *all, const char *source, struct lx_source_found *out);

/*
 * What is left of a path behind another one, of either slash and case: begins with a slash or is
 * empty; NULL where it does not begin with that.
 */
const char *lx_source_below(const char *path, const char *prefix);

/* True for "\\host\share" and what is below, in either slash. */
bool lx_source_is_network(const char *source);

/* True for "C:" and what is below. */
bool lx_source_has_letter(const char *source);

/* Puts a path in a volume, "\a\.\b/", as "a/b". Returns 0 or -ENAMETOOLONG. */
int lx_source_spell(const char *path, char out[PATH_MAX]);

#endif
