/* SPDX-License-Identifier: MIT */
/* rename on a Windows drive. */
#include <limits.h>
#include <string.h>

#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/granted.h"
#include "fs/drvfs/handle.h"
#include "fs/drvfs/link.h"
#include "fs/drvfs/make.h"
#include "fs/drvfs/object.h"
#include "fs/drvfs/sharing.h"
#include "fs/holding.h"
#include "fs/native.h"
#include "fs/refusal.h"
#include "fs/stray.h"
#include "nt/names.h"
#include "store/hidden.h"
#include "store/pending.h"
#include "store/renamed.h"
#include "store/sidecar.h"
#include "sys/sys.h"

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE  2
#endif

static int native_rename(const struct lx_call *c, const char *to, unsigned flags)
{
    int r = sys_renameat2(c->at[0].dfd, c->at[0].path, c->at[1].dfd, to, flags);
    /* xfs says EEXIST of a directory that is not empty. */
    return r == -EEXIST && flags == 0 ? -ENOTEMPTY : r;
}

/* [vscode#79297] WSL1 has what is watched open. */
static int check_watches(struct lx_call *c)
{
    struct store_holders holders = lx_holders(c);
    const struct lx_loc *at = &c->at[0];
    if (lx_rule(at->mount, LX_RULE_RENAME_WATCHED_DESCENDANT) != LX_EACCES ||
        !store_descendant_watched(at->dfd, at->path, &holders))
        return 0;
    lx_keep_holders(c, &holders);
    return lx_forbid(c, LX_RULE_RENAME_WATCHED_DESCENDANT, EACCES);
}

/*
 * Renames over what exists. A link that Windows made to a directory is one for the kernel: what is
 * of another kind changes places with it, so that the new name is there at every moment.
 */
static int native_replace(const struct lx_call *c, const struct stat *from, const struct stat *to,
                          bool links)
{
    const struct lx_loc *old = &c->at[0];
    if (!links || S_ISDIR(from->st_mode) == S_ISDIR(to->st_mode))
        return native_rename(c, c->at[1].path, 0);
    int r = native_rename(c, c->at[1].path, RENAME_EXCHANGE);
    return r < 0 ? r : sys_unlinkat(old->dfd, old->path, S_ISDIR(to->st_mode) ? AT_REMOVEDIR : 0);
}

/* What was stored beside the replaced file goes with it. */
static int replace_with_facts(const struct lx_call *c, const struct stat *from,
                              const struct stat *to, bool links)
{
    const struct store_object o = drvfs_object(&c->at[1]);
    char key[STORE_SIDECAR_KEY];
    bool beside = store_marked(to) && store_sidecar_about(&o, key);
    int r = native_replace(c, from, to, links);
    if (r == 0 && beside)
        store_sidecar_drop(o.root, key);
    return r;
}

/*
 * Refuses to replace a file that somebody has open [WSL#1398], or mapped [WSL#3026]. As long as
 * *claim is open, which is then to be closed, nobody else can open it. 0 or -errno.
 */
static int check_held(struct lx_call *c, const struct stat *to, int *claim)
{
    struct store_holders holders = lx_holders(c);
    const struct lx_mount *m = c->at[1].mount;
    bool posix = lx_rule(m, LX_RULE_RENAME_OPEN_TARGET) == LX_POSIX;
    if (posix && lx_rule(m, LX_RULE_RENAME_MAPPED_TARGET) == LX_NATIVE)
        return 0;
    *claim = store_claim_file(c->at[1].dfd, c->at[1].path, &holders);
    bool held = *claim == -EBUSY;
    /* A mapping keeps what it was made by open. */
    int r = held ? drvfs_check_mapped(c, 1, to, LX_RULE_RENAME_MAPPED_TARGET) : 0;
    if (r < 0 || posix || !(held || drvfs_held_by_watch(c, 1, *claim, &holders)))
        return r;
    lx_keep_holders(c, &holders);
    return lx_forbid_by(c, m, LX_RULE_RENAME_OPEN_TARGET);
}

/* Renames over a file that exists, which must not be read-only in some eras. */
static int replace(struct lx_call *c, const struct stat *from, const struct stat *to)
{
    int claim = -1;

    if (from->st_dev == to->st_dev && from->st_ino == to->st_ino)
        return native_rename(c, c->at[1].path, 0);
    bool from_link = drvfs_is_link(c, 0, from);
    bool to_link = drvfs_is_link(c, 1, to);
    bool links = from_link || to_link;
    bool directory = S_ISDIR(from->st_mode) && !from_link;
    if (directory && to_link)
        return -ENOTDIR;
    if (from_link && S_ISDIR(to->st_mode) && !to_link)
        return -EISDIR;
    int r = drvfs_demand(c, 1, to, DRVFS_LOOK_UP | NT_DELETE);
    if (r == 0)
        r = drvfs_check_sharing_at(c, 1, to, STORE_OPEN | STORE_DELETES);
    if (r == 0)
        r = drvfs_check_scanner(c, 1, STORE_OPEN | STORE_DELETES);
    if (r < 0)
        return r;
    if (!S_ISREG(to->st_mode) || directory)
        return replace_with_facts(c, from, to, links);
    if (drvfs_is_readonly(to->st_mode)) {
        r = lx_forbid_by(c, c->at[1].mount, LX_RULE_RENAME_READONLY_TARGET);
        if (r < 0)
            return r;
    }
    r = check_held(c, to, &claim);
    if (r == 0)
        r = replace_with_facts(c, from, to, links);
    if (claim >= 0)
        sys_close(claim);
    return r;
}

/*
 * Where look-ups ignore case, "TestDir" finds "testdir": renaming one to the other changes only the
 * spelling of the entry. [vendor test DrvFsTestCaseSensitivityRoot] True with the new path where
 * that is so; two hard links of one file are two entries, and stay.
 */
static bool changes_spelling(const struct lx_call *c, const struct stat *from,
                             const struct stat *to, char *path)
{
    const struct lx_loc *at = &c->at[1];
    if (at->given == NULL || at->given[0] == '\0' || from->st_ino != to->st_ino ||
        from->st_dev != to->st_dev || (from->st_nlink > 1 && !S_ISDIR(from->st_mode)))
        return false;
    const char *slash = strrchr(at->path, '/');
    size_t leaf = slash == NULL ? 0 : (size_t)(slash - at->path) + 1;
    size_t given = strlen(at->given);
    if (strcmp(at->path + leaf, at->given) == 0 || leaf + given >= PATH_MAX)
        return false;
    memcpy(path, at->path, leaf);
    memcpy(path + leaf, at->given, given + 1);
    return true;
}

/* [WSL#5505] True where nothing gets its own name, and a rule says that this is done. */
static bool is_nothing_to_itself(struct lx_call *c, int found)
{
    return found == -ENOENT && c->at[0].dfd == c->at[1].dfd && c->how == 0 &&
           lx_rule(c->at[1].mount, LX_RULE_RENAME_SAME_MISSING) == LX_ALLOW &&
           strcmp(c->at[0].path, c->at[1].path) == 0 && lx_alter(c, LX_RULE_RENAME_SAME_MISSING);
}

/* [WSL#3028] True where a slash behind a file's new name does not count. */
static bool is_slash_ignored(struct lx_call *c)
{
    struct stat st;
    return (c->at[0].flags & LX_LOC_SLASH) == 0 && c->how == 0 &&
           lx_rule(c->at[1].mount, LX_RULE_RENAME_FILE_TO_DIRECTORY) == LX_ALLOW &&
           native_stat(c, 1, &st) == -ENOENT && lx_alter(c, LX_RULE_RENAME_FILE_TO_DIRECTORY);
}

/* A slash behind one of the names: it means a directory. */
static int check_slash(struct lx_call *c, mode_t mode)
{
    if (S_ISDIR(mode))
        return lx_check_slash(c);
    if (!lx_has_slash(c) || is_slash_ignored(c))
        return 0;
    int r = native_refusal_of_names(c);
    return r < 0 ? r : -ENOTDIR;
}

/* A new name that one build did not store as any other call does. [WSL#3773] */
static int check_new_name(struct lx_call *c)
{
    const char *path = c->path[1];
    if (lx_rule(c->at[1].mount, LX_RULE_RENAME_ILLEGAL_TARGET) == LX_ESCAPE ||
        path == LX_DESCRIPTOR)
        return 0;
    const char *slash = strrchr(path, '/');
    const char *leaf = slash == NULL ? path : slash + 1;
    if ((nt_name_scan(leaf, strlen(leaf)) & NT_ILLEGAL) == 0)
        return 0;
    return lx_forbid_by(c, c->at[1].mount, LX_RULE_RENAME_ILLEGAL_TARGET);
}

/* The rename itself; *from_stat: what was renamed. */
static long rename_entry(struct lx_call *c, struct stat *from_stat)
{
    const struct lx_loc *to = &c->at[1];
    struct stat to_stat;
    char respelled[PATH_MAX];

    int r = c->how == 0 ? 0 : lx_forbid_by(c, to->mount, LX_RULE_RENAME_FLAGS);
    if (r < 0)
        return r;
    r = native_stat(c, 0, from_stat);
    if (is_nothing_to_itself(c, r))
        return 0;
    if (r < 0 || drvfs_is_dots(c, 0) || drvfs_is_dots(c, 1)) {
        int refused = native_rename(c, to->path, c->how); /* the kernel says for which of the two */
        return refused == 0 ? -EBUSY : refused;
    }
    r = check_slash(c, from_stat->st_mode);
    if (r == 0)
        r = check_new_name(c);
    if (r == 0)
        r = drvfs_check_new_entry(c, to);
    if (r == 0)
        r = drvfs_demand(c, 0, from_stat, DRVFS_LOOK_UP | NT_DELETE);
    if (r == 0)
        r = drvfs_demand_of_parent(c, 1,
                                   S_ISDIR(from_stat->st_mode) ? NT_APPEND_DATA : NT_WRITE_DATA);
    if (r == 0)
        r = drvfs_check_sharing_at(c, 0, from_stat, STORE_OPEN | STORE_DELETES);
    if (r == 0)
        r = drvfs_check_scanner(c, 0, STORE_OPEN | STORE_DELETES);
    if (r == 0 && S_ISDIR(from_stat->st_mode)) {
        r = lx_check_descendants(c);
        /* What waits below, and nobody holds any more, goes first: its note says where it was. */
        if (r == 0 && !lx_observing(c) && !store_hidden_absent(lx_backing(c->at[0].mount)))
            (void)store_pending_settle(lx_backing(c->at[0].mount), false);
    }
    if (r == 0 && S_ISDIR(from_stat->st_mode))
        r = drvfs_check_scanner_below(c);
    if (r == 0 && S_ISDIR(from_stat->st_mode))
        r = check_watches(c);
    if (r < 0)
        return r;
    if (store_marked(from_stat) && drvfs_is_link(c, 0, from_stat))
        store_note_link(to->dfd, to->path);
    c->moves_directory = !S_ISREG(from_stat->st_mode);
    if (c->how != 0)
        return lx_host_fs.run[LX_OP_RENAME](c);
    r = native_rename(c, to->path, RENAME_NOREPLACE);
    if (r != -EEXIST && r != -EINVAL)
        return r;
    /* Something is there, or this file system knows no RENAME_NOREPLACE, or the kernel objects. */
    if (native_stat(c, 1, &to_stat) < 0)
        return native_rename(c, to->path, 0);
    if (changes_spelling(c, from_stat, &to_stat, respelled))
        return lx_rule(to->mount, LX_RULE_RENAME_CASE) == LX_IGNORE &&
                       lx_alter(c, LX_RULE_RENAME_CASE)
                   ? 0
                   : native_rename(c, respelled, 0);
    return replace(c, from_stat, &to_stat);
}

long drvfs_rename(struct lx_call *c)
{
    struct stat from_stat;
    const struct lx_loc *to = &c->at[1];
    from_stat.st_mode =
        0; /* and no more of it: zeros for all of it cost as much as the rest here */
    long r = rename_entry(c, &from_stat);
    if (r == 0 && S_ISREG(from_stat.st_mode) &&
        lx_rule(to->mount, LX_RULE_HANDLE_RENAMED) != LX_NATIVE)
        store_note_renamed(to->dfd, to->path);
    if (r == 0 && S_ISDIR(from_stat.st_mode) &&
        lx_rule(to->mount, LX_RULE_DIRECTORY_RENAMED) != LX_NATIVE)
        lx_note_stray(c);
    return r;
}
