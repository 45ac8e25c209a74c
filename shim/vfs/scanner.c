/* SPDX-License-Identifier: MIT */
#include "vfs/scanner.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "fs/filesystems.h"
#include "policy/scanner.h"
#include "store/object.h"
#include "sys/clock.h"
#include "sys/sys.h"
#include "vfs/operation.h"
#include "vfs/overrides.h"

/* The native path of a name that is not there, or no more: its directory's, and the name. */
static long gone_path(const struct lx_loc *at, char out[PATH_MAX])
{
    char directory[PATH_MAX];
    const char *slash = strrchr(at->path, '/');
    const char *name = slash == NULL ? at->path : slash + 1;
    size_t n = (size_t)(name - at->path);
    if (n >= sizeof(directory) || name[0] == '\0')
        return -ENOENT;
    memcpy(directory, at->path, n);
    directory[n] = '\0';
    const struct store_object o = {lx_backing(at->mount), at->dfd, directory};
    long length = store_object_path(&o, out);
    size_t more = strlen(name);
    if (length <= 0 || (size_t)length + 1 + more >= PATH_MAX)
        return -ENOENT;
    out[length] = '/';
    memcpy(out + length + 1, name, more + 1);
    return length + 1 + (long)more;
}

/*
 * The path of a location as programs see it in its mount, also where the call has taken the name
 * away. False where it cannot be told.
 */
static bool inner_path(const struct lx_call *c, unsigned i, char out[PATH_MAX])
{
    const struct lx_loc *at = &c->at[i];
    const struct store_object o = {lx_backing(at->mount), at->dfd, at->path};
    char native[PATH_MAX];
    long n = store_object_path(&o, native);
    return (n > 0 || (n == -ENOENT && gone_path(at, native) > 0)) && vfs_inner_path(c, native, out);
}

/* What a call was that has been answered, as one bit of enum lx_scan_trigger; 0: nothing of the
 * kind. */
static unsigned trigger_of(const struct lx_call *c)
{
    const int other = O_PATH | O_DIRECTORY;
    bool writes = (c->flags & O_ACCMODE) != O_RDONLY || (c->flags & O_TRUNC) != 0;
    switch (c->op) {
    case LX_OP_OPEN:
        if ((c->flags & other) != 0) /* O_TMPFILE has a bit of O_DIRECTORY's, and no name */
            return 0;
        return (c->made ? 1u << LX_SCAN_CREATE : 0) |
               (writes ? 1u << LX_SCAN_WRITE : 1u << LX_SCAN_OPEN);
    case LX_OP_TRUNCATE:
        return 1u << LX_SCAN_WRITE;
    case LX_OP_RENAME:
        return 1u << LX_SCAN_RENAME;
    case LX_OP_EXEC:
        /* It comes before it is known what becomes of the call, and is not to be in its way. */
        return (c->task->policy->scanner->shares & LX_SCAN_READ) != 0 ? 1u << LX_SCAN_OPEN : 0;
    default:
        return 0;
    }
}

static void come(const struct lx_policy *policy, uint64_t file, unsigned triggers, uint32_t nth,
                 uint64_t event)
{
    struct timespec now = {0, 0};
    struct lx_scans *scans = lx_scans(policy);
    const struct lx_image_scanner *scanner = policy->scanner;
    struct lx_scan *scan = lx_scan_take(scans, file);
    sys_clock_gettime(CLOCK_REALTIME, &now);
    atomic_store(&scan->left, 0);
    atomic_store(&scan->event, event);
    atomic_store(&scan->since, (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec);
    /* What has just been created is held at once, though somebody writes it yet. */
    bool closed = (triggers & (1u << LX_SCAN_WRITE | 1u << LX_SCAN_CREATE)) == 1u << LX_SCAN_WRITE;
    atomic_store(&scan->nth, nth | (closed ? LX_SCAN_WRITTEN : 0));
    atomic_store(&scan->left,
                 scanner->calls > 0 ? scanner->calls : lx_scan_duration(scanner, event));
}

void vfs_scanner_sees(const struct lx_call *c, long result)
{
    const struct lx_policy *policy = c->task->policy;
    const struct lx_image_scanner *scanner = policy->scanner;
    unsigned i = vfs_paths(c) - 1;
    const struct lx_loc *at = &c->at[i];
    unsigned triggers = scanner->triggers & trigger_of(c);
    char path[PATH_MAX];
    struct stat st;
    if (triggers == 0 || at->mount == NULL || !lx_filesystem(at->mount)->ops->scanned ||
        (at->flags & LX_LOC_DESCRIPTOR) != 0)
        return;
    bool is_open = c->op == LX_OP_OPEN && result >= 0;
    int r = is_open ? sys_fstat((int)result, &st)
                    : sys_fstatat(at->dfd, at->path, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0 || !S_ISREG(st.st_mode))
        return;
    uint64_t file = lx_scan_file(st.st_dev, st.st_ino);
    struct lx_scan *known = lx_scan_of(lx_scans(policy), file);
    if (triggers == 1u << LX_SCAN_OPEN && known != NULL)
        return; /* not for the first time */
    /* Whatever it was that had this inode before. */
    if (known != NULL)
        atomic_store(&known->left, 0);
    if (!inner_path(c, i, path) || !lx_scan_wants(policy->image, scanner, path))
        return;
    uint32_t nth = lx_scan_next(lx_scans(policy), path);
    uint64_t event = lx_scan_event(path, nth);
    if (lx_scan_chooses(policy->image, scanner, event))
        come(policy, file, triggers, nth, event);
    else if (triggers == 1u << LX_SCAN_OPEN)
        lx_scan_take(lx_scans(policy), file); /* it has been here */
}

bool vfs_scanner_path(const struct lx_call *c, const struct store_holder *holder,
                      char out[PATH_MAX])
{
    for (unsigned i = 0; i < vfs_paths(c); i++)
        if (c->at[i].mount != NULL && c->at[i].path != NULL && inner_path(c, i, out) &&
            lx_scan_event(out, holder->nth) == holder->event)
            return true;
    return false;
}
