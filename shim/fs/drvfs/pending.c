/* SPDX-License-Identifier: MIT */
/*
 * What was removed from a drive while somebody had it open: concealed under its marked name, and
 * removed for good with the last handle. See store/pending.h.
 */
#include "store/pending.h"

#include <fcntl.h>
#include <string.h>

#include "fs/drvfs/drvfs.h"
#include "nt/names.h"
#include "store/hidden.h"

bool drvfs_conceals(const struct lx_mount *mount, const char *path, bool root)
{
    const struct store_object o = {lx_backing(mount), AT_FDCWD, path};
    const char *leaf = store_leaf(path);
    if (root && store_hidden_is_in(lx_backing(mount), leaf))
        return true;
    return nt_name_pending(leaf, strlen(leaf)) && store_pending_proved(&o);
}

static size_t drvfs_removed(const char *path, size_t n)
{
    return nt_name_pending(path, n) ? n - NT_PENDING_SUFFIX_LENGTH : 0;
}

static void drvfs_ended(const struct lx_mount *mount, const char *path)
{
    const struct store_object o = {lx_backing(mount), AT_FDCWD, path};
    (void)store_pending_look(&o);
}

static unsigned drvfs_settle(const struct lx_mount *mount, bool leaving)
{
    return store_pending_settle(lx_backing(mount), leaving);
}

static bool drvfs_idle(const struct lx_mount *mount)
{
    return store_hidden_absent(lx_backing(mount));
}

const struct lx_fs_removal drvfs_removal = {
    .removed = drvfs_removed, .ended = drvfs_ended, .settle = drvfs_settle, .idle = drvfs_idle};
