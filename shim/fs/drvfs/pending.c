/* SPDX-License-Identifier: MIT */
/*
 * What was removed from a drive while somebody had it open: concealed under its marked name, and
 * removed for good with the last handle. See store/pending.h.
 */
#include "store/pending.h"

#include <fcntl.h>
#include <string.h>

#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/handle.h"
#include "fs/drvfs/object.h"
#include "nt/names.h"
#include "store/hidden.h"
#include "sys/sys.h"

bool drvfs_conceals(const struct lx_mount *mount, const char *path, bool root)
{
    const struct store_object o = {lx_backing(mount), AT_FDCWD, path};
    const char *leaf = store_leaf(path);
    if (root && store_hidden_is_in(lx_backing(mount), leaf))
        return true;
    return nt_name_pending(leaf, strlen(leaf)) && store_pending_proved(&o);
}

__attribute__((noinline)) bool drvfs_waits(const struct lx_loc *at)
{
    char path[PATH_MAX];
    const struct store_object open = drvfs_object(at);
    const struct store_object o = {open.root, AT_FDCWD, path};
    long n = (at->flags & LX_LOC_OPAQUE) != 0
                 ? sys_readlinkat(at->dfd, at->path, path, PATH_MAX - 1)
                 : store_object_path(&open, path);
    if (n <= 0 || !nt_name_pending(path, (size_t)n))
        return false;
    path[n] = '\0';
    return store_pending_proved(&o);
}

nlink_t drvfs_links_of_marked(const struct lx_loc *at, int fd, mode_t mode, nlink_t links)
{
    if (!S_ISREG(mode) || links != 1 ||
        lx_rule(at->mount, LX_RULE_UNLINK_OPEN_FILE) != LX_PENDING ||
        (fd < 0 && (at->flags & (LX_LOC_DESCRIPTOR | LX_LOC_OPAQUE)) == 0))
        return links;
    return (fd >= 0 ? store_pending_open(lx_backing(at->mount), fd) : drvfs_waits(at)) ? 0 : links;
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
