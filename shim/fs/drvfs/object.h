/* SPDX-License-Identifier: MIT */
/* What every operation of DrvFs asks of a location: its object, and what its backing mode means. */
#ifndef LXSHIM_FS_DRVFS_OBJECT_H
#define LXSHIM_FS_DRVFS_OBJECT_H

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/filesystems.h"
#include "sys/dirents.h"

/* A directory's st_size and every st_blksize; also where a file stops being "small". */
#define DRVFS_BLOCK 4096

/* The backing modes of what is made without metadata: the write bit is the read-only attribute. */
#define DRVFS_WRITABLE 0755u
#define DRVFS_READONLY 0555u

/* True where a backing mode means the read-only attribute. */
static inline bool drvfs_is_readonly(mode_t native)
{
    return (native & 0222) == 0;
}

/* The mode that a file without metadata shows, from its backing mode. [vendor test DrvFsTestAccess]
 */
static inline mode_t drvfs_mode(const struct lx_mount *mount, mode_t native)
{
    mode_t type = native & S_IFMT;
    if (S_ISLNK(native))
        return type | 0777;
    if (S_ISDIR(native))
        return type | (0777 & ~mount->dir_mask);
    return type | ((drvfs_is_readonly(native) ? 0555u : 0777u) & ~mount->file_mask);
}

/* True where files of a mount may have mode and owner of their own. */
static inline bool drvfs_keeps(const struct lx_mount *mount)
{
    return lx_rule(mount, LX_RULE_METADATA_KEEP) == LX_ON;
}

/* The object of a location, for the facts that are stored of it. */
static inline struct store_object drvfs_object(const struct lx_loc *at)
{
    return (struct store_object){lx_backing(at->mount), at->dfd, at->path};
}

/* The rule by which something of that type still waits to be deleted. */
static inline enum lx_rule drvfs_pending_rule(mode_t type)
{
    return S_ISDIR(type) ? LX_RULE_RMDIR_OPEN_DIRECTORY : LX_RULE_UNLINK_OPEN_FILE;
}

/* True where a path ends in "." or "..". */
static inline bool drvfs_last_is_dots(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *leaf = slash == NULL ? path : slash + 1;
    return sys_is_dots(leaf, strlen(leaf));
}

/* The same of path i of a call; its last byte tells where its length is known. */
static inline bool drvfs_is_dots(const struct lx_call *c, unsigned i)
{
    const char *path = c->at[i].path;
    size_t n = path == c->path[i] ? c->path_length[i] : 0;
    return (n == 0 || path[n - 1] == '.') && drvfs_last_is_dots(path);
}

#endif
