/* SPDX-License-Identifier: MIT */
#include "win/special.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "nt/reparse.h"
#include "store/metadata.h"
#include "store/scratch.h"
#include "store/sidecar.h"
#include "sys/sys.h"

#define NOBODY ((uid_t)-1)

/* What takes a name's place. */
struct node {
    mode_t mode;
    dev_t device;
    uid_t uid;
    gid_t gid;
};

static struct store_object object(const char *native)
{
    return (struct store_object){win_root_of(native), AT_FDCWD, native};
}

/* Puts one in the place of what is there. */
static long put(const char *native, const struct node *n)
{
    char name[STORE_SCRATCH_NAME];
    char key[STORE_SIDECAR_KEY];
    const struct store_object old = object(native);
    const char *root = win_root_of(native);
    bool beside = store_sidecar_about(&old, key);
    int fd = S_ISREG(n->mode) ? store_scratch_make(root, name)
                              : store_scratch_special(root, n->mode & S_IFMT, n->device, name);
    if (fd < 0)
        return fd;
    long r = store_scratch_place(root, name, native);
    if (r < 0)
        store_scratch_drop(root, name);
    else if (beside)
        store_sidecar_drop(root, key);
    if (r == 0)
        r = sys_fchmodat(AT_FDCWD, native, n->mode & 07777);
    /* Only root gives what is his away: else the inode follows as little as a file's does. */
    if (r == 0 && (n->uid != NOBODY || n->gid != NOBODY))
        (void)sys_fchownat(AT_FDCWD, native, n->uid, n->gid, AT_SYMLINK_NOFOLLOW);
    if (S_ISREG(n->mode))
        sys_close(fd);
    return r;
}

long win_put_empty(const char *native, mode_t mode)
{
    return put(native, &(struct node){.mode = S_IFREG | mode, .uid = NOBODY, .gid = NOBODY});
}

/* What a file's attributes make of it with a type. False where they say no such device. */
static bool node_of(const struct stat *st, const struct store_metadata *m, mode_t type,
                    mode_t otherwise, struct node *out)
{
    const unsigned good = m->lx.good;
    bool mode = (good & NT_LX_MODE) != 0 && (m->lx.mode & S_IFMT) == type;
    bool own = (m->has & ~m->lx.has & NT_LX_MODE) != 0;
    *out = (struct node){.mode = type | (mode  ? m->lx.mode & 07777
                                         : own ? st->st_mode & 0777
                                               : otherwise),
                         .device = sys_device(m->lx.major, m->lx.minor),
                         .uid = (good & NT_LX_UID) != 0 ? m->lx.uid : NOBODY,
                         .gid = (good & NT_LX_GID) != 0 ? m->lx.gid : NOBODY};
    return (type != S_IFCHR && type != S_IFBLK) || (mode && (good & NT_LX_DEVICE) != 0);
}

long win_become_special(const char *native, uint32_t tag, mode_t mode, bool devices)
{
    const struct store_object o = object(native);
    mode_t type = nt_reparse_type(tag);
    bool device = type == S_IFCHR || type == S_IFBLK;
    struct stat st;
    struct store_metadata m;
    struct node n;
    if (type == 0 || type == S_IFLNK || (device && !devices)) /* a link is what its data says */
        return 0;
    long r = sys_fstatat(AT_FDCWD, native, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0 || !S_ISREG(st.st_mode) || st.st_size != 0)
        return r;
    r = store_metadata_get(&o, &st, &m);
    /* On a drive a socket without a mode has the mark: store_metadata_is_windows. */
    mode_t otherwise = devices && type == S_IFSOCK ? STORE_MARK | mode : mode;
    if (r < 0 || !node_of(&st, &m, type, otherwise, &n))
        return r;
    r = put(native, &n);
    return r == -EPERM ? 0 : r < 0 ? r : 1;
}

/* Another number is another node. */
static long renumber(const char *native, const struct stat *st, const struct nt_lx *lx)
{
    dev_t device = sys_device(lx->major, lx->minor);
    if (!S_ISCHR(st->st_mode) && !S_ISBLK(st->st_mode))
        return -EOPNOTSUPP;
    return device == st->st_rdev
               ? 0
               : put(native, &(struct node){st->st_mode, device, st->st_uid, st->st_gid});
}

long win_special_set(const char *native, enum nt_lx_field field, const struct nt_ea *ea)
{
    struct nt_lx lx = {.has = 0};
    struct stat st;
    long r = sys_fstatat(AT_FDCWD, native, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0)
        return r;
    if (ea->size > 0)
        nt_lx_take(&lx, field, ea->value, ea->size);
    if ((lx.good & field) == 0)
        return -EOPNOTSUPP;
    switch (field) {
    case NT_LX_UID:
        r = sys_fchownat(AT_FDCWD, native, lx.uid, (gid_t)-1, AT_SYMLINK_NOFOLLOW);
        break;
    case NT_LX_GID:
        r = sys_fchownat(AT_FDCWD, native, (uid_t)-1, lx.gid, AT_SYMLINK_NOFOLLOW);
        break;
    case NT_LX_DEVICE:
        r = renumber(native, &st, &lx);
        break;
    default:
        if (lx.mode == st.st_mode)
            r = 0;
        else if (S_ISLNK(st.st_mode) || (lx.mode & S_IFMT) != (st.st_mode & S_IFMT))
            r = -EOPNOTSUPP;
        else
            r = sys_fchmodat(AT_FDCWD, native, lx.mode & 07777);
    }
    return r;
}
