/* SPDX-License-Identifier: MIT */
/* chmod, chown, utimes and truncate on a Windows drive. */
#include <unistd.h>

#include "fs/drvfs/clock.h"
#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/granted.h"
#include "fs/drvfs/handle.h"
#include "fs/drvfs/object.h"
#include "fs/drvfs/owner.h"
#include "fs/drvfs/sharing.h"
#include "fs/native.h"
#include "fs/permitted.h"
#include "fs/refusal.h"
#include "nt/times.h"
#include "sys/sys.h"

/* Owner and type of the object; says "walk" for a symlink that the call follows. */
static int look(const struct lx_call *c, struct stat *st)
{
    int r = native_stat(c, 0, st);
    if (r == 0 && S_ISLNK(st->st_mode) && (c->flags & AT_SYMLINK_NOFOLLOW) == 0 &&
        (c->at[0].flags & LX_LOC_DESCRIPTOR) == 0)
        return -LX_EWALK;
    return r;
}

/* The flags of a call's descriptor, by which it is made: of O_PATH it is none. -errno. */
static long descriptor_flags(const struct lx_call *c)
{
    long flags = sys_fcntl(c->at[0].dfd, F_GETFL, 0);
    return flags >= 0 && (flags & O_PATH) != 0 && (c->flags & AT_EMPTY_PATH) == 0 ? -EBADF : flags;
}

static bool is_by_descriptor(const struct lx_call *c)
{
    return (c->at[0].flags & LX_LOC_DESCRIPTOR) != 0 && c->at[0].dfd != AT_FDCWD;
}

/* look, where only the errno and a symlink matter: of a descriptor its flags, else 0. */
static long find(const struct lx_call *c)
{
    struct stat st;
    return is_by_descriptor(c) ? descriptor_flags(c) : look(c, &st);
}

/*
 * The answer of a call that changes nothing on a drive, which the kernel is not asked to make: 0,
 * but where it would be refused to everybody. Who writes by a descriptor (`flags`) may.
 */
static long change_nothing(const struct lx_call *c, long flags)
{
    if (flags < 0 || c->task->seccomp_confined ||
        (is_by_descriptor(c) && (flags & (O_ACCMODE | O_PATH)) != O_RDONLY))
        return flags < 0 ? flags : 0;
    return native_permits_anybody(c);
}

/* True where uid= and gid= of a mount own whatever is on it. */
static bool owned_by_options(const struct lx_mount *m)
{
    return !drvfs_keeps(m) && lx_rule(m, LX_RULE_MODE_OWNER) == LX_OPTIONS;
}

/* True for root and for whom every file of the mount shows as its owner, whatever file it is. */
static bool owns_all(const struct lx_mount *m, uid_t uid)
{
    return uid == 0 || (owned_by_options(m) && uid == m->uid);
}

static int check_owner(struct lx_call *c, const struct stat *st, enum lx_rule rule)
{
    struct drvfs_owner owner;
    const struct lx_mount *m = c->at[0].mount;
    const struct store_object o = drvfs_object(&c->at[0]);
    drvfs_owner_of(c, m, &o, st, &owner);
    return owner.kernel || drvfs_is_owner(&owner) ? 0 : lx_forbid_by(c, m, rule);
}

/* chmod of the inode's own mode. The mark of a descriptor stays, which is not the program's. */
static long chmod_inode(struct lx_call *c)
{
    struct stat st;
    mode_t asked = c->mode;
    uint32_t granted = DRVFS_ALL_GRANTED;
    const struct lx_loc *at = &c->at[0];
    int r = 0;
    if (drvfs_has_descriptors(c, 0) && native_stat(c, 0, &st) == 0) {
        r = drvfs_demand(c, 0, &st, DRVFS_LOOK_UP | NT_WRITE_ATTRIBUTES);
        (void)drvfs_rights(c, at->mount, at->dfd, at->path, &st, &granted);
    }
    if (r < 0)
        return r;
    if (granted != DRVFS_ALL_GRANTED)
        c->mode |= STORE_MARK;
    long result = lx_host_fs.run[LX_OP_CHMOD](c);
    c->mode = asked;
    return result;
}

/* [seed: DrvFs permissions] chmod sets or clears the read-only attribute of a file, and no more. */
long drvfs_chmod(struct lx_call *c)
{
    const struct lx_mount *m = c->at[0].mount;
    struct stat st;
    mode_t asked = c->mode;

    if (drvfs_keeps(m))
        return drvfs_metadata_chmod(c);
    if (lx_rule(m, LX_RULE_CHMOD_READONLY_BIT) != LX_ON)
        return chmod_inode(c);
    int r = look(c, &st);
    if (r == 0)
        r = drvfs_demand(c, 0, &st, DRVFS_LOOK_UP | NT_WRITE_ATTRIBUTES);
    if (r == 0 && S_ISLNK(st.st_mode))
        return lx_host_fs.run[LX_OP_CHMOD](c);
    if (r == 0)
        r = check_owner(c, &st, LX_RULE_CHMOD_NON_OWNER);
    if (r < 0)
        return r;
    bool readonly = (asked & 0222) == 0;
    mode_t kept = st.st_mode & 07777;
    if (S_ISREG(st.st_mode) && readonly != drvfs_is_readonly(st.st_mode))
        kept = readonly ? kept & ~0222u : kept | 0200u;
    if (kept == (asked & 07777))
        return lx_host_fs.run[LX_OP_CHMOD](c);
    if (!lx_alter(c, LX_RULE_CHMOD_READONLY_BIT))
        return lx_host_fs.run[LX_OP_CHMOD](c);
    if (kept == (st.st_mode & 07777))
        return change_nothing(c, is_by_descriptor(c) ? descriptor_flags(c) : 0);
    const struct store_object o = drvfs_object(&c->at[0]);
    r = lx_observing(c) || c->task->seccomp_confined ? 0 : store_metadata_keep_mode(&o);
    if (r == -ENOSPC || r == -EROFS || r == -EIO) /* of the others the kernel says why */
        return r;
    c->mode = kept;
    long result = lx_host_fs.run[LX_OP_CHMOD](c);
    c->mode = asked;
    return result;
}

/* [hexpm/hex#624] What the kernel refuses to everybody it says first. */
static long check_unchanged(struct lx_call *c)
{
    const struct lx_mount *m = c->at[0].mount;
    if (c->uid != (uid_t)-1 || c->gid != (gid_t)-1 ||
        lx_rule(m, LX_RULE_CHOWN_UNCHANGED) == LX_NATIVE)
        return 0;
    long r = change_nothing(c, find(c));
    return r < 0 ? r : lx_forbid_by(c, m, LX_RULE_CHOWN_UNCHANGED);
}

/* Without metadata there is no owner to change: root and the owner are told it worked. */
long drvfs_chown(struct lx_call *c)
{
    const struct lx_mount *m = c->at[0].mount;
    long r = check_unchanged(c);
    if (r < 0)
        return r;
    if (drvfs_keeps(m))
        return drvfs_metadata_chown(c);
    r = drvfs_demand_at(c, 0, DRVFS_LOOK_UP);
    if (r < 0)
        return r;
    if (!owned_by_options(m))
        return lx_host_fs.run[LX_OP_CHOWN](c);
    long found = find(c);
    if (found < 0)
        return found;
    uid_t uid = sys_geteuid();
    if (!owns_all(m, uid))
        r = lx_forbid_by(c, m, LX_RULE_CHOWN_NON_OWNER);
    if (r < 0)
        return r;
    bool unchanged =
        (c->uid == (uid_t)-1 || c->uid == m->uid) && (c->gid == (gid_t)-1 || c->gid == m->gid);
    if (!unchanged && uid != 0) {
        r = lx_forbid_by(c, m, LX_RULE_CHOWN_OWNER);
        if (r < 0)
            return r;
    }
    if (!unchanged && !lx_alter(c, LX_RULE_CHOWN_OWNER))
        return lx_host_fs.run[LX_OP_CHOWN](c);
    return change_nothing(c, found);
}

/* True for times that only an owner may set: who may write may set both to now. */
static bool sets_times(const struct lx_call *c)
{
    const struct timespec *times = c->times;
    return times != NULL && lx_has_bytes(c, times, 2 * sizeof(*times)) &&
           !(times[0].tv_nsec == UTIME_NOW && times[1].tv_nsec == UTIME_NOW);
}

/* True for one of utimensat's two times that is said in so many seconds. */
static bool is_explicit(const struct timespec *time)
{
    return time->tv_nsec != UTIME_NOW && time->tv_nsec != UTIME_OMIT;
}

/* A time that the volume has no word for. */
static int check_range(struct lx_call *c)
{
    for (unsigned i = 0; i < 2; i++)
        if (is_explicit(&c->times[i]) &&
            (c->times[i].tv_sec < NT_FAT_FIRST || c->times[i].tv_sec >= NT_FAT_END))
            return lx_forbid_by(c, c->at[0].mount, LX_RULE_UTIMES_RANGE);
    return 0;
}

/* True where a call is by a descriptor that something was written through, as its position says. */
static bool is_by_writer(const struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    if ((at->flags & LX_LOC_DESCRIPTOR) == 0 || at->dfd == AT_FDCWD)
        return false;
    long flags = sys_fcntl(at->dfd, F_GETFL, 0);
    return flags >= 0 && (flags & O_PATH) == 0 && (flags & O_ACCMODE) != O_RDONLY &&
           sys_lseek(at->dfd, 0, SEEK_CUR) > 0;
}

/* Cuts times to what a client passes on. True where that takes anything away. */
static bool cut_to_seconds(const struct timespec given[2], struct timespec cut[2])
{
    long left = 0;
    for (unsigned i = 0; i < 2; i++) {
        cut[i] = given[i];
        if (is_explicit(&cut[i]) && cut[i].tv_nsec > 0 && cut[i].tv_nsec < 1000000000L)
            cut[i].tv_nsec = 0;
        left |= cut[i].tv_nsec ^ given[i].tv_nsec;
    }
    return left != 0;
}

/* Passes the call on, with the times that the drive will have of those that were given. */
static long set_times(struct lx_call *c)
{
    const struct timespec *given = c->times;
    const struct lx_mount *m = c->at[0].mount;
    struct timespec other[2];
    if (sets_times(c) && lx_rule(m, LX_RULE_UTIMES_UNITS) == LX_SECONDS &&
        cut_to_seconds(given, other) && lx_alter(c, LX_RULE_UTIMES_UNITS))
        c->times = other;
    if (sets_times(c) && is_explicit(&given[1]) && lx_rule(m, LX_RULE_UTIMES_WRITTEN) == LX_LOSES &&
        is_by_writer(c) && lx_alter(c, LX_RULE_UTIMES_WRITTEN)) {
        other[0] = c->times[0];
        other[1] = (struct timespec){.tv_nsec = UTIME_NOW};
        c->times = other;
    }
    long r = lx_host_fs.run[LX_OP_UTIMES](c);
    c->times = given;
    if (r == 0)
        drvfs_times_were_set(c);
    return r;
}

/* [WSL#12192] */
static int check_volume_root(struct lx_call *c)
{
    const struct lx_mount *m = c->at[0].mount;
    struct stat root;
    struct stat st;
    if (lx_rule(m, LX_RULE_UTIMES_VOLUME_ROOT) == LX_NATIVE ||
        (m->flags & LX_MOUNT_VOLUME_ROOT) == 0 || native_stat(c, 0, &st) < 0 ||
        sys_fstatat(AT_FDCWD, lx_backing(m), &root, 0) < 0 || st.st_ino != root.st_ino ||
        st.st_dev != root.st_dev)
        return 0;
    return lx_forbid_by(c, m, LX_RULE_UTIMES_VOLUME_ROOT);
}

long drvfs_utimes(struct lx_call *c)
{
    const struct lx_mount *m = c->at[0].mount;
    struct stat st;
    int r = drvfs_demand_at(c, 0, DRVFS_LOOK_UP | NT_WRITE_ATTRIBUTES);
    if (r < 0)
        return r;
    if (sets_times(c) && !owns_all(m, sys_geteuid())) {
        r = look(c, &st);
        if (r == 0)
            r = check_owner(c, &st, LX_RULE_UTIMES_NON_OWNER);
    }
    if (r == 0 && sets_times(c) && lx_rule(m, LX_RULE_UTIMES_RANGE) != LX_NATIVE)
        r = check_range(c);
    if (r == 0)
        r = check_volume_root(c);
    return r < 0 ? r : set_times(c);
}

/* What the kernel refuses itself, of a descriptor, before its client hears of it. */
static bool kernel_refuses(const struct lx_call *c)
{
    long flags = sys_fcntl(c->at[0].dfd, F_GETFL, 0);
    return flags < 0 || (flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_RDONLY || c->length < 0;
}

/* Of a descriptor, where its client goes by its file's name: that has to be there, and may be
 * opened for writing. */
static long check_name(struct lx_call *c)
{
    const struct lx_mount *m = c->at[0].mount;
    bool by_name = lx_rule(m, LX_RULE_HANDLE_READONLY) != LX_NATIVE;
    struct stat st;
    if ((c->at[0].flags & LX_LOC_DESCRIPTOR) == 0 ||
        (!by_name && lx_rule(m, LX_RULE_HANDLE_UNLINKED) == LX_NATIVE &&
         lx_rule(m, LX_RULE_HANDLE_RENAMED) == LX_NATIVE) ||
        kernel_refuses(c) || sys_fstat(c->at[0].dfd, &st) < 0)
        return 0;
    long r = drvfs_check_named(c, st.st_mode, drvfs_links_of(&c->at[0], -1, &st));
    if (r == 0 && by_name && S_ISREG(st.st_mode) && drvfs_is_readonly(st.st_mode))
        r = lx_deny(c, LX_RULE_HANDLE_READONLY, EACCES);
    return r;
}

/* What truncate asks of a name: of a descriptor that is open for writing nobody asks that. */
static int check_truncated_name(struct lx_call *c, struct stat *st)
{
    const struct store_object o = drvfs_object(&c->at[0]);
    int r = look(c, st);
    if (r == 0 && S_ISREG(st->st_mode) && drvfs_is_readonly(st->st_mode))
        r = lx_forbid_by(c, c->at[0].mount, LX_RULE_OPEN_READONLY_FILE);
    if (r == 0)
        r = drvfs_demand(c, 0, st, DRVFS_LOOK_UP | NT_WRITE_DATA);
    if (r == 0)
        r = drvfs_permit(c, c->at[0].mount, &o, st, W_OK);
    if (r == 0)
        r = drvfs_check_sharing_at(c, 0, st, STORE_OPEN | STORE_WRITES);
    if (r == 0)
        r = drvfs_check_scanner(c, 0, STORE_OPEN | STORE_WRITES);
    return r;
}

long drvfs_truncate(struct lx_call *c)
{
    bool by_name = (c->at[0].flags & LX_LOC_DESCRIPTOR) == 0;
    struct stat st;
    long r = by_name ? check_truncated_name(c, &st) : 0;
    if (r == 0)
        r = drvfs_check_size(c, c->length);
    if (r == 0)
        r = check_name(c);
    if (r == 0 && lx_rule(c->at[0].mount, LX_RULE_FILE_TRUNCATE_MAPPED) != LX_NATIVE &&
        (by_name || sys_fstat(c->at[0].dfd, &st) == 0))
        r = drvfs_check_cut(c, &st, c->length);
    return r < 0 ? r : lx_host_fs.run[LX_OP_TRUNCATE](c);
}
