/* SPDX-License-Identifier: MIT */
/* What stat and statfs show of a Windows drive. [drvfs: mode, owner, sizes, times] */
#include <string.h>
#include <sys/statfs.h>

#include "fs/drvfs/drvfs.h"
#include "fs/native.h"
#include "nt/times.h"
#include "sys/sys.h"

/* A file up to this size lives in its MFT record and has no clusters. Recalled, not measured. */
#define RESIDENT_MAX 700

#define V9FS_TYPE 0x01021997
#define FUSE_TYPE 0x65735546

/* What stat and statx have in common: the field here, in a struct stat, and in a struct statx. */
#define FIELDS(FIELD)                 \
    FIELD(mode, st_mode, stx_mode)    \
    FIELD(uid, st_uid, stx_uid)       \
    FIELD(gid, st_gid, stx_gid)       \
    FIELD(nlink, st_nlink, stx_nlink) \
    FIELD(size, st_size, stx_size)    \
    FIELD(blocks, st_blocks, stx_blocks)
#define TIMES(TIME)             \
    TIME(0, st_atim, stx_atime) \
    TIME(1, st_mtim, stx_mtime) \
    TIME(2, st_ctim, stx_ctime)
#define TIME_OF_BIRTH 3 /* a statx has it as well */

struct shape {
    mode_t mode;
    uid_t uid;
    gid_t gid;
    nlink_t nlink;
    int64_t size;
    uint64_t blocks;
    int64_t seconds[4];
    long nanoseconds[4];
    unsigned times;
};

/* Of whose the owner is, and what the mode: the rule that says so, where the file itself does not.
 */
static enum lx_rule says(const struct drvfs_owner *o, unsigned fields, enum lx_rule otherwise)
{
    return (o->has & fields) != 0 ? LX_RULE_METADATA_KEEP : otherwise;
}

static void shape_owner(struct lx_call *c, const struct lx_mount *m, const struct stat *st,
                        struct shape *s)
{
    struct drvfs_owner o;
    const struct store_object object = drvfs_object(&c->at[0]);
    drvfs_owner_of(c, m, &object, st, &o);
    if (S_ISLNK(s->mode))
        o.mode = s->mode; /* of a link that Windows made no other is shown */
    if (o.mode != s->mode && lx_alter(c, says(&o, NT_LX_MODE, LX_RULE_MODE_FIXED)))
        s->mode = o.mode;
    if ((o.uid != s->uid || o.gid != s->gid) &&
        lx_alter(c, says(&o, NT_LX_UID | NT_LX_GID, LX_RULE_MODE_OWNER))) {
        s->uid = o.uid;
        s->gid = o.gid;
    }
}

static void shape_size(struct lx_call *c, const struct lx_mount *m, struct shape *s)
{
    if (S_ISDIR(s->mode)) {
        if ((s->size != DRVFS_BLOCK || s->blocks != 0 || s->nlink != 1) &&
            lx_rule(m, LX_RULE_STAT_DIRECTORY) == LX_ON && lx_alter(c, LX_RULE_STAT_DIRECTORY)) {
            s->size = DRVFS_BLOCK;
            s->blocks = 0;
            s->nlink = 1;
        }
    } else if (s->size <= RESIDENT_MAX && s->blocks != 0 &&
               lx_rule(m, LX_RULE_STAT_SMALL_FILE) == LX_ON &&
               lx_alter(c, LX_RULE_STAT_SMALL_FILE)) {
        s->blocks = 0;
    }
}

static void shape_times(struct lx_call *c, const struct lx_mount *m, struct shape *s)
{
    unsigned odd = 0;
    for (unsigned i = 0; i < s->times; i++)
        odd |= (unsigned)(s->nanoseconds[i] % 100);
    if (odd == 0 || lx_rule(m, LX_RULE_STAT_TIMES) != LX_UNITS_100NS ||
        !lx_alter(c, LX_RULE_STAT_TIMES))
        return;
    for (unsigned i = 0; i < s->times; i++)
        nt_time_round(&s->seconds[i], &s->nanoseconds[i]);
}

/* A link that Windows made, or an alias: of so many bytes. */
static void shape_kind(struct shape *s, enum drvfs_kind kind, long length)
{
    if (kind == DRVFS_FILE)
        return;
    s->size = length;
    if (kind == DRVFS_ALIAS)
        return;
    s->mode = S_IFLNK | 0777;
    s->blocks = 0;
    s->nlink = 1;
}

/* A descriptor of a link is the link. */
static bool follows(const struct lx_call *c)
{
    return (c->flags & AT_SYMLINK_NOFOLLOW) == 0 && (c->at[0].flags & LX_LOC_DESCRIPTOR) == 0;
}

/*
 * Gives a file's facts the shape that a drive shows. `st`: by which a link of Windows' is known. 0,
 * or -LX_EWALK.
 */
static inline long reshape(struct lx_call *c, const struct stat *st, struct shape *s)
{
    const struct lx_mount *m = c->at[0].mount;
    long length = 0;
    enum drvfs_kind kind = drvfs_kind(c, 0, st, &length);
    if (kind == DRVFS_LINK && follows(c))
        return -LX_EWALK;
    shape_kind(s, kind, length);
    shape_owner(c, m, st, s);
    shape_size(c, m, s);
    shape_times(c, m, s);
    return 0;
}

/* One field, or time, of the shape's `s`, from or to `st` or `stx`. */
#define TAKE(from, field) s.field = (__typeof__(s.field))(from);
#define GIVE(to, field)   (to) = (__typeof__(to))s.field;
#define TAKE_TIME(from, number) \
    TAKE((from).tv_sec, seconds[number]) TAKE((from).tv_nsec, nanoseconds[number])
#define GIVE_TIME(to, number) \
    GIVE((to).tv_sec, seconds[number]) GIVE((to).tv_nsec, nanoseconds[number])

#define FROM_STAT(field, of_stat, of_statx)        TAKE(st->of_stat, field)
#define FROM_STATX(field, of_stat, of_statx)       TAKE(stx->of_statx, field)
#define TO_STAT(field, of_stat, of_statx)          GIVE(st->of_stat, field)
#define TO_STATX(field, of_stat, of_statx)         GIVE(stx->of_statx, field)
#define TIME_FROM_STAT(number, of_stat, of_statx)  TAKE_TIME(st->of_stat, number)
#define TIME_FROM_STATX(number, of_stat, of_statx) TAKE_TIME(stx->of_statx, number)
#define TIME_TO_STAT(number, of_stat, of_statx)    GIVE_TIME(st->of_stat, number)
#define TIME_TO_STATX(number, of_stat, of_statx)   GIVE_TIME(stx->of_statx, number)

long drvfs_stat(struct lx_call *c)
{
    struct stat *st = c->buf;
    struct shape s;
    long r = lx_host_fs.run[LX_OP_STAT](c);
    if (r < 0)
        return r;
    s.times = TIME_OF_BIRTH;
    FIELDS(FROM_STAT)
    TIMES(TIME_FROM_STAT)
    r = reshape(c, st, &s);
    if (r < 0)
        return r;
    FIELDS(TO_STAT)
    TIMES(TIME_TO_STAT)
    if (!lx_observing(c))
        st->st_dev = sys_device(0, c->at[0].mount->device);
    return 0;
}

#define KNOWS_FILE (STATX_INO | STATX_CTIME)

/* What a statx says of the kind of a file. The inode is 0 where not all of KNOWS_FILE is known. */
static struct stat as_stat_of(const struct statx *stx)
{
    bool knows = (stx->stx_mask & KNOWS_FILE) == KNOWS_FILE;
    return (struct stat){
        .st_dev = sys_device(stx->stx_dev_major, stx->stx_dev_minor),
        .st_ino = knows ? (ino_t)stx->stx_ino : 0,
        .st_mode = stx->stx_mode,
        .st_uid = stx->stx_uid,
        .st_gid = stx->stx_gid,
        .st_size = (off_t)stx->stx_size,
        .st_ctim = {.tv_sec = stx->stx_ctime.tv_sec, .tv_nsec = (long)stx->stx_ctime.tv_nsec},
    };
}

long drvfs_statx(struct lx_call *c)
{
    struct statx *stx = c->buf;
    struct shape s;
    unsigned mask = c->mask;
    /* Mode and size decide the other fields, asked for or not; inode and time what is remembered.
     */
    c->mask |= STATX_TYPE | STATX_MODE | STATX_SIZE | KNOWS_FILE;
    long r = lx_host_fs.run[LX_OP_STATX](c);
    c->mask = mask;
    if (r < 0)
        return r;
    s.times = TIME_OF_BIRTH + 1;
    TAKE_TIME(stx->stx_btime, TIME_OF_BIRTH)
    FIELDS(FROM_STATX)
    TIMES(TIME_FROM_STATX)
    const struct stat as_stat = as_stat_of(stx);
    r = reshape(c, &as_stat, &s);
    if (r < 0)
        return r;
    FIELDS(TO_STATX)
    TIMES(TIME_TO_STATX)
    GIVE_TIME(stx->stx_btime, TIME_OF_BIRTH)
    if (!lx_observing(c)) {
        stx->stx_dev_major = 0;
        stx->stx_dev_minor = c->at[0].mount->device;
    }
    return 0;
}

long drvfs_statfs(struct lx_call *c)
{
    struct statfs *fs = c->buf;
    enum lx_value type = lx_rule(c->at[0].mount, LX_RULE_STATFS_TYPE);
    long r = lx_host_fs.run[LX_OP_STATFS](c);
    if (r < 0 || type == LX_NATIVE || !lx_alter(c, LX_RULE_STATFS_TYPE))
        return r;
    /* Space in units of f_bsize: convert before the unit changes. */
    uint64_t unit = (uint64_t)(fs->f_frsize > 0 ? fs->f_frsize : fs->f_bsize);
    fs->f_blocks = fs->f_blocks * unit / DRVFS_BLOCK;
    fs->f_bfree = fs->f_bfree * unit / DRVFS_BLOCK;
    fs->f_bavail = fs->f_bavail * unit / DRVFS_BLOCK;
    fs->f_type = type == LX_PLAN9 ? V9FS_TYPE : type == LX_FUSE ? FUSE_TYPE : LX_WSL1_MAGIC;
    fs->f_bsize = DRVFS_BLOCK;
    fs->f_frsize = DRVFS_BLOCK;
    /* As straced on WSL1. [WSL#2627; openvmm lxutil get_lx_file_system_attributes] */
    fs->f_files = 999;
    fs->f_ffree = 1000000;
    fs->f_namelen = 255;
    memset(&fs->f_fsid, 0, sizeof(fs->f_fsid));
    memcpy(&fs->f_fsid, &(int){1}, sizeof(int));
    return 0;
}
