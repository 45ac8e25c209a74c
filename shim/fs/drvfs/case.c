/* SPDX-License-Identifier: MIT */
/* Case on a Windows drive: which directories ignore it, and what the flag on a directory says. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/granted.h"
#include "fs/drvfs/make.h"
#include "store/foldnames.h"
#include "store/shortnames.h"
#include "sys/sys.h"

enum folding { FOLDS_NEVER, FOLDS_UNLESS_FLAGGED, FOLDS_ALWAYS };

/* Whether look-ups in a directory of the mount ignore case. */
static enum folding folding(const struct lx_mount *mount, bool root)
{
    if (root && (mount->flags & LX_MOUNT_VOLUME_ROOT) != 0)
        return lx_rule(mount, LX_RULE_CASE_VOLUME_ROOT) == LX_INSENSITIVE ? FOLDS_ALWAYS
                                                                          : FOLDS_NEVER;
    return mount->case_option == LX_OFF || mount->case_option == LX_DIR ? FOLDS_UNLESS_FLAGGED
                                                                        : FOLDS_NEVER;
}

long drvfs_search(const struct lx_mount *mount, const char *dir, bool root, const char *name,
                  size_t n, char *out, size_t room, bool removes)
{
    static const unsigned cases[] = {[FOLDS_NEVER] = STORE_SHORT_EXACT,
                                     [FOLDS_UNLESS_FLAGGED] = STORE_SHORT_HEED,
                                     [FOLDS_ALWAYS] = 0};
    const struct store_object o = {lx_backing(mount), AT_FDCWD, dir};
    enum folding folds = folding(mount, root);
    long plain = lx_name_find_plain(&lx_drvfs_names, dir, name, n, out, room);
    if (plain == 0 && folds != FOLDS_NEVER)
        plain = store_fold_lookup(&o, folds == FOLDS_UNLESS_FLAGGED, name, n, out, room);
    if (plain != 0 || lx_rule(mount, LX_RULE_NAMES_SHORT) == LX_OFF)
        return plain;
    /* Windows keeps these names; here the next has the number of one that has gone. Whoever
     * removes, replaces or writes one after the other, or the first again, is not to meet another's
     * file. */
    unsigned how = cases[folds] | (removes ? (unsigned)STORE_SHORT_ALONE : 0);
    return store_short_lookup(&o, how, name, n, out, room);
}

/* True where a new directory of the mount has the flag that its parent has. */
static bool inherits(const struct lx_mount *m)
{
    return m->case_option == LX_OFF && lx_rule(m, LX_RULE_CASE_INHERIT) == LX_ON;
}

bool drvfs_unique(const struct lx_call *c, struct lx_loc *at)
{
    char dir[PATH_MAX];
    enum folding folds = folding(at->mount, (at->flags & LX_LOC_ROOT_DIR) != 0);
    const char *slash = strrchr(at->path, '/');
    const char *leaf = slash == NULL ? at->path : slash + 1;
    size_t n = slash == NULL ? 0 : slash == at->path ? 1 : (size_t)(slash - at->path);
    bool asks = c->op == LX_OP_MKDIR && inherits(at->mount);
    bool flagged;
    at->flags &= ~(unsigned)(LX_LOC_FREE | LX_LOC_MISSING | LX_LOC_CASE_ASKED |
                             LX_LOC_CASE_FLAGGED); /* of an earlier look for the same call */
    if (folds == FOLDS_NEVER)
        return true;
    if (n >= sizeof(dir))
        return false;
    memcpy(dir, at->path, n);
    dir[n] = '\0';
    const struct store_object o = {lx_backing(at->mount), at->dfd, dir};
    long met = store_fold_meets(&o, folds == FOLDS_UNLESS_FLAGGED, leaf, strlen(leaf),
                                asks ? &flagged : NULL);
    if (met < 0 || (met & STORE_FOLD_OTHER) != 0)
        return false;
    if ((met & STORE_FOLD_WAITING) == 0)
        at->flags |= LX_LOC_FREE;
    if ((met & STORE_FOLD_SAME) == 0)
        at->flags |= LX_LOC_MISSING;
    if (asks)
        at->flags |= LX_LOC_CASE_ASKED | (flagged ? (unsigned)LX_LOC_CASE_FLAGGED : 0);
    return true;
}

/* True where the directory that a new one was made in has the flag. */
static bool parent_flagged(const struct lx_loc *at)
{
    char dir[PATH_MAX];
    if ((at->flags & LX_LOC_CASE_ASKED) != 0)
        return (at->flags & LX_LOC_CASE_FLAGGED) != 0;
    const char *slash = strrchr(at->path, '/');
    size_t n = slash == NULL ? 0 : slash == at->path ? 1 : (size_t)(slash - at->path);
    if (n >= sizeof(dir))
        return false;
    memcpy(dir, at->path, n);
    dir[n] = '\0';
    int fd = sys_openat(at->dfd, n == 0 ? "." : dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool yes = store_case_flagged(lx_backing(at->mount), fd, NULL);
    sys_close(fd);
    return yes;
}

/* [WSL#5657] A directory that inherits less of its descriptor cannot get the flag. */
static int may_flag(struct lx_call *c, const struct lx_mount *m, int fd)
{
    struct stat st;
    uint32_t granted = DRVFS_ALL_GRANTED;
    int r = sys_fstat(fd, &st);
    if (r == 0)
        r = drvfs_rights(c, m, fd, "", &st, &granted);
    if (r < 0 || (DRVFS_FLAG_RIGHTS & ~granted) == 0)
        return r;
    return lx_deny(c, LX_RULE_ACCESS_GRANTED, EACCES); /* the directory is there by then */
}

int drvfs_inherit_case(struct lx_call *c, const struct lx_loc *at)
{
    const struct lx_mount *m = at->mount;
    if (lx_observing(c))
        return 0;
    bool flag = m->case_option == LX_DIR || m->case_option == LX_FORCE ||
                (inherits(m) && parent_flagged(at));
    if (!flag)
        return 0;
    int fd = sys_openat(at->dfd, at->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    int r = fd;
    if (fd >= 0) {
        const struct store_object o = {lx_backing(m), fd, ""};
        r = may_flag(c, m, fd);
        if (r == 0)
            r = (int)store_attr_set(&o, STORE_CASE, "1", 1);
        sys_close(fd);
    }
    /* A directory without the flag it should have would fold names silently: rather none at all.
     * [openvmm lxutil mkdir_helper] */
    if (r < 0)
        sys_unlinkat(at->dfd, at->path, AT_REMOVEDIR);
    return r < 0 ? r : 0;
}
