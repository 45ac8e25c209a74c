/* SPDX-License-Identifier: MIT */
/* What stat and statfs show of a Windows drive. [drvfs: mode, owner, sizes, times] */
#include <string.h>
#include <sys/statfs.h>

#include "fs/drvfs/clock.h"
#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/granted.h"
#include "fs/drvfs/handle.h"
#include "fs/drvfs/link.h"
#include "fs/drvfs/object.h"
#include "fs/drvfs/owner.h"
#include "fs/native.h"
#include "nt/times.h"
#include "sys/mountid.h"
#include "sys/sys.h"

/* A file up to this size lives in its MFT record and has no clusters. Recalled, not measured. */
#define RESIDENT_MAX 700

/* Where clusters count: of the 100 MB volume of the vendor's test, which has sectors of 512. */
#define SECTOR       512
#define CLUSTER      1024
#define NTFS_CLUSTER 4096

#define V9FS_TYPE 0x01021997
#define FUSE_TYPE 0x65735546

/* What stat and statx have in common: the field here, in a struct stat, and in a struct statx. */
#define FIELDS(FIELD)                    \
    FIELD(mode, st_mode, stx_mode)       \
    FIELD(uid, st_uid, stx_uid)          \
    FIELD(gid, st_gid, stx_gid)          \
    FIELD(nlink, st_nlink, stx_nlink)    \
    FIELD(size, st_size, stx_size)       \
    FIELD(blocks, st_blocks, stx_blocks) \
    FIELD(unit, st_blksize, stx_blksize)
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
    int64_t unit;
    int64_t seconds[4];
    long nanoseconds[4];
};

/* Of whose the owner is, and what the mode: the rule that says so, where the file itself does not.
 */
static enum lx_rule says(const struct drvfs_owner *o, unsigned fields, enum lx_rule otherwise)
{
    return (o->has & fields) != 0 ? LX_RULE_METADATA_KEEP : otherwise;
}

/*
 * Takes from a mode what a descriptor does not grant, where the file has none of its own; and the
 * mark by which it has one. The rule that such a mode is by.
 */
static enum lx_rule take_ungranted(const struct lx_mount *m, uint32_t granted,
                                   struct drvfs_owner *o)
{
    if (granted == DRVFS_ALL_GRANTED || (o->has & NT_LX_MODE) != 0)
        return LX_RULE_MODE_FIXED;
    o->mode &= ~(mode_t)STORE_MARK;
    mode_t before = o->mode;
    if (lx_rule(m, LX_RULE_ACCESS_MODE) != LX_ON)
        return LX_RULE_MODE_FIXED;
    o->mode &= ~(mode_t)0777 | nt_access_mode(granted, S_ISDIR(o->mode));
    return o->mode == before ? LX_RULE_MODE_FIXED : LX_RULE_ACCESS_MODE;
}

/* Shows an owner, with the rules that mode and ids are by. */
static inline void show_owner(struct lx_call *c, const struct drvfs_owner *o, struct shape *s,
                              enum lx_rule of_mode, enum lx_rule of_ids)
{
    /* Of a link that Windows made no other mode is shown. */
    if (o->mode != s->mode && !S_ISLNK(s->mode) && lx_alter(c, of_mode))
        s->mode = o->mode;
    if ((o->uid != s->uid || o->gid != s->gid) && lx_alter(c, of_ids)) {
        s->uid = o->uid;
        s->gid = o->gid;
    }
}

/* Of a file that may have one of its own, or a descriptor. */
static __attribute__((noinline)) void shape_kept_owner(struct lx_call *c, const struct lx_mount *m,
                                                       const struct stat *st, struct shape *s,
                                                       uint32_t granted)
{
    struct drvfs_owner o;
    const struct store_object object = drvfs_object(&c->at[0]);
    drvfs_owner_of(c, m, &object, st, &o);
    enum lx_rule rule = take_ungranted(m, granted, &o);
    show_owner(c, &o, s, says(&o, NT_LX_MODE, rule),
               says(&o, NT_LX_UID | NT_LX_GID, LX_RULE_MODE_OWNER));
}

static inline void shape_owner(struct lx_call *c, const struct lx_mount *m, const struct stat *st,
                               struct shape *s, uint32_t granted)
{
    struct drvfs_owner o;
    if (drvfs_keeps(m) || granted != DRVFS_ALL_GRANTED) {
        shape_kept_owner(c, m, st, s, granted);
        return;
    }
    drvfs_mounts_owner(m, st, &o);
    show_owner(c, &o, s, LX_RULE_MODE_FIXED, LX_RULE_MODE_OWNER);
}

/* What may only be looked at grants nothing. */
static inline void shape_barred(struct lx_call *c, struct shape *s)
{
    if ((c->at[0].flags & LX_LOC_BARRED) != 0 && lx_alter(c, LX_RULE_LXSS_DIRECTORIES))
        s->mode &= S_IFMT;
}

/* What a directory shows: a size, blocks and links that are not the backing's. */
static __attribute__((noinline)) void shape_directory(struct lx_call *c, const struct lx_mount *m,
                                                      struct shape *s)
{
    enum lx_value how = lx_rule(m, LX_RULE_STAT_DIRECTORY);
    struct shape as = {.size = s->unit, .nlink = 1, .unit = s->unit};
    if (how == LX_TWO_LINKS)
        as = (struct shape){.size = 0, .blocks = 8, .nlink = 2, .unit = SECTOR};
    else if (how == LX_NO_LINKS)
        as = (struct shape){.size = SECTOR, .nlink = 0, .unit = s->unit};
    if (how == LX_OFF || (s->size == as.size && s->blocks == as.blocks && s->nlink == as.nlink) ||
        !lx_alter(c, LX_RULE_STAT_DIRECTORY))
        return;
    s->size = as.size;
    s->blocks = as.blocks;
    s->nlink = as.nlink;
    s->unit = as.unit;
}

/* The blocks of a file that has some, by the rule stat.blocks. */
static uint64_t blocks_of(const struct lx_mount *m, const struct shape *s)
{
    uint64_t size = s->size > 0 ? (uint64_t)s->size : 0;
    uint64_t whole = (size + NTFS_CLUSTER - 1) / NTFS_CLUSTER * (NTFS_CLUSTER / SECTOR);
    switch (lx_rule(m, LX_RULE_STAT_BLOCKS)) {
    case LX_ALLOCATED: /* and what fallocate has made room for behind its end */
        return s->blocks > whole ? s->blocks : whole;
    case LX_CLUSTERS:
        return (size + CLUSTER - 1) / CLUSTER * (CLUSTER / SECTOR);
    case LX_BYTES:
        return s->blocks * SECTOR;
    default:
        return s->blocks;
    }
}

static inline void shape_file(struct lx_call *c, const struct lx_mount *m, struct shape *s)
{
    bool small = s->size <= RESIDENT_MAX && lx_rule(m, LX_RULE_STAT_SMALL_FILE) == LX_ON;
    uint64_t blocks = small ? 0 : blocks_of(m, s);
    if (blocks != s->blocks && lx_alter(c, small ? LX_RULE_STAT_SMALL_FILE : LX_RULE_STAT_BLOCKS))
        s->blocks = blocks;
    if (s->nlink != 1 && lx_rule(m, LX_RULE_STAT_LINKS) == LX_ONE &&
        lx_alter(c, LX_RULE_STAT_LINKS))
        s->nlink = 1;
}

static inline void shape_size(struct lx_call *c, const struct lx_mount *m, struct shape *s)
{
    if (lx_rule(m, LX_RULE_STAT_BLOCKS) == LX_CLUSTERS && !lx_observing(c))
        s->unit = SECTOR;
    if (S_ISDIR(s->mode))
        shape_directory(c, m, s);
    else
        shape_file(c, m, s);
}

/*
 * True of a file that Windows has told to have holes, or compressed: what is not written takes no
 * room (inference).
 */
static __attribute__((noinline)) bool has_holes(struct lx_call *c, mode_t mode)
{
    const struct store_object o = drvfs_object(&c->at[0]);
    return S_ISREG(mode) && lx_rule(c->at[0].mount, LX_RULE_STAT_BLOCKS) == LX_ALLOCATED &&
           store_has_holes(&o);
}

/* Holds the times back that are ahead of the coarse clock: see clock.c. */
static __attribute__((noinline)) void hold_back(struct lx_call *c, uint64_t file, struct shape *s)
{
    uint64_t now = drvfs_held_until(c);
    for (unsigned i = 0; i < TIME_OF_BIRTH; i++) {
        const struct timespec time = {.tv_sec = (time_t)s->seconds[i],
                                      .tv_nsec = s->nanoseconds[i]};
        uint64_t less = s->seconds[i] < 0 ? 0 : drvfs_ahead_by(c, file, &time, now);
        if (less == 0 || !lx_alter(c, LX_RULE_UTIMES_CLOCK))
            continue;
        int64_t shown = s->seconds[i] * 1000000000 + s->nanoseconds[i] - (int64_t)less;
        s->seconds[i] = shown / 1000000000;
        s->nanoseconds[i] = (long)(shown % 1000000000 / 100 * 100);
    }
}

/* Rounds a time to what a volume has room for that is no NTFS: see the rule stat.times. */
static void round_time(struct shape *s, unsigned i, enum lx_value units)
{
    const int64_t hundredth = 10000000;
    int64_t *seconds = &s->seconds[i];
    long *ns = &s->nanoseconds[i];
    if (i == 0) {
        if (units == LX_UNITS_FAT)
            nt_time_to_day(seconds, ns);
        else
            nt_time_round_seconds(seconds, ns, 2);
    } else if (units == LX_UNITS_FAT && i != TIME_OF_BIRTH) {
        nt_time_round_seconds(seconds, ns, 2);
    } else {
        *ns = (long)((*ns + hundredth - 1) / hundredth * hundredth);
        if (*ns >= 1000000000L) {
            *ns = 0;
            ++*seconds;
        }
    }
}

/* True where any time of a shape is not one of NTFS'. */
static inline bool is_odd(const struct shape *s, unsigned times)
{
    bool odd = false;
    for (unsigned i = 0; i < times; i++)
        odd |= nt_time_is_odd(s->nanoseconds[i]);
    return odd;
}

/* What is not there in Windows' time is its beginning in Linux'. */
static __attribute__((noinline)) void shape_early(struct lx_call *c, const struct lx_mount *m,
                                                  struct shape *s, unsigned times)
{
    if (lx_rule(m, LX_RULE_STAT_BEFORE_1970) != LX_ZERO || !lx_alter(c, LX_RULE_STAT_BEFORE_1970))
        return;
    for (unsigned i = 0; i < times; i++)
        if (s->seconds[i] < 0)
            s->seconds[i] = s->nanoseconds[i] = 0;
}

/* The times of a volume that is no NTFS. */
static __attribute__((noinline)) void shape_coarse(struct lx_call *c, struct shape *s,
                                                   unsigned times, enum lx_value units)
{
    if (!lx_alter(c, LX_RULE_STAT_TIMES))
        return;
    for (unsigned i = 0; i < times; i++)
        round_time(s, i, units);
    if (units == LX_UNITS_FAT || units == LX_UNITS_EXFAT) { /* there is no other */
        s->seconds[2] = s->seconds[1];
        s->nanoseconds[2] = s->nanoseconds[1];
    }
}

static inline void shape_times(struct lx_call *c, const struct lx_mount *m, uint64_t file,
                               struct shape *s, unsigned times)
{
    enum lx_value units = lx_rule(m, LX_RULE_STAT_TIMES);
    int64_t early = 0; /* negative where one of them is */
    for (unsigned i = 0; i < times; i++)
        early |= s->seconds[i];
    if (__builtin_expect(early < 0, 0))
        shape_early(c, m, s, times);
    if (lx_rule(m, LX_RULE_UTIMES_CLOCK) == LX_COARSE &&
        __builtin_expect(drvfs_has_set_times(c), 0))
        hold_back(c, file, s);
    if (units == LX_UNITS_100NS) {
        if (is_odd(s, times) && lx_alter(c, LX_RULE_STAT_TIMES))
            for (unsigned i = 0; i < times; i++)
                nt_time_round(&s->seconds[i], &s->nanoseconds[i]);
    } else if (units != LX_NATIVE) {
        shape_coarse(c, s, times, units);
    }
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

/* A reparse point says what it is to a listing, and a mode, which there is none of, to stat. */
static void shape_special(struct lx_call *c, const struct lx_mount *m, const struct stat *st,
                          struct shape *s)
{
    if (S_ISSOCK(s->mode) && lx_rule(m, LX_RULE_STAT_SPECIAL) == LX_REGULAR &&
        (!drvfs_keeps(m) || store_metadata_is_windows(st)) && lx_alter(c, LX_RULE_STAT_SPECIAL))
        s->mode = S_IFREG | (s->mode & 07777);
}

static void shape_symlink(struct lx_call *c, const struct lx_mount *m, struct shape *s)
{
    if (S_ISLNK(s->mode) && s->size != 0 && lx_rule(m, LX_RULE_STAT_SYMLINK_SIZE) == LX_ZERO &&
        lx_alter(c, LX_RULE_STAT_SYMLINK_SIZE))
        s->size = 0;
}

/* A descriptor of a link is the link. */
static bool follows(const struct lx_call *c)
{
    return (c->flags & AT_SYMLINK_NOFOLLOW) == 0 && (c->at[0].flags & LX_LOC_DESCRIPTOR) == 0;
}

/* Whether a marked file is found, and what is granted of it. */
static __attribute__((noinline)) long look_up(struct lx_call *c, const struct stat *st,
                                              uint32_t *granted)
{
    const struct lx_loc *at = &c->at[0];
    int r = (at->flags & LX_LOC_DESCRIPTOR) != 0 ? 0 : drvfs_demand(c, 0, st, DRVFS_LOOK_UP);
    if (r == 0)
        r = drvfs_rights(c, at->mount, at->dfd, at->path, st, granted);
    return r;
}

/*
 * Gives a file's facts, with so many times, the shape that a drive shows. `st`: by which a link of
 * Windows' is known. 0, -LX_EWALK, or -errno. Inline, since then what it works on need not go by
 * way of memory.
 */
static inline __attribute__((always_inline)) long reshape(struct lx_call *c, const struct stat *st,
                                                          struct shape *s, unsigned times)
{
    const struct lx_mount *m = c->at[0].mount;
    long length = 0;
    enum drvfs_kind kind = drvfs_kind(c, 0, st, &length);
    if (kind == DRVFS_LINK && follows(c))
        return -LX_EWALK;
    if (store_marked(st))
        s->nlink = drvfs_links_of_marked(&c->at[0], -1, s->mode, s->nlink);
    long r = drvfs_check_named(c, s->mode, s->nlink);
    uint32_t granted = DRVFS_ALL_GRANTED;
    bool holes = false;
    if (r == 0 && store_marked(st)) {
        r = look_up(c, st, &granted);
        holes = r == 0 && has_holes(c, st->st_mode);
    }
    if (r < 0)
        return r;
    shape_kind(s, kind, length);
    shape_owner(c, m, st, s, granted);
    shape_barred(c, s);
    shape_symlink(c, m, s);
    shape_special(c, m, st, s);
    if (!holes)
        shape_size(c, m, s);
    shape_times(c, m, st->st_ino, s, times);
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

/* A number that has no room in 32 bits, for who may have no more. */
static inline bool is_wide(struct lx_call *c)
{
    return lx_is_narrow(c->task) && lx_rule(c->at[0].mount, LX_RULE_STAT_INODE) == LX_EOVERFLOW &&
           lx_alter(c, LX_RULE_STAT_INODE);
}

long drvfs_stat(struct lx_call *c)
{
    struct stat *st = c->buf;
    struct shape s;
    long r = lx_host_fs.run[LX_OP_STAT](c);
    if (r < 0)
        return r;
    FIELDS(FROM_STAT)
    TIMES(TIME_FROM_STAT)
    r = reshape(c, st, &s, TIME_OF_BIRTH);
    if (r < 0)
        return r;
    FIELDS(TO_STAT)
    TIMES(TIME_TO_STAT)
    if (is_wide(c))
        st->st_ino = lx_wide_number(st->st_ino);
    if (!lx_observing(c))
        st->st_dev = sys_device(0, c->at[0].mount->device);
    return 0;
}

/* As the kernel has them: not every libc has all. */
#ifndef STATX_ATTR_AUTOMOUNT
#define STATX_ATTR_AUTOMOUNT 0x1000
#endif
#ifndef STATX_ATTR_DAX
#define STATX_ATTR_DAX 0x200000
#endif

/* What the VFS says of a file itself, of whatever file system. */
#define KNOWN_TO_LINUX (STATX_ATTR_AUTOMOUNT | STATX_ATTR_MOUNT_ROOT | STATX_ATTR_DAX)

static void shape_attributes(struct lx_call *c, struct statx *stx)
{
    if (lx_rule(c->at[0].mount, LX_RULE_STAT_ATTRIBUTES) == LX_NATIVE ||
        (stx->stx_attributes_mask & ~(uint64_t)KNOWN_TO_LINUX) == 0 ||
        !lx_alter(c, LX_RULE_STAT_ATTRIBUTES))
        return;
    stx->stx_attributes &= KNOWN_TO_LINUX;
    stx->stx_attributes_mask &= KNOWN_TO_LINUX;
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
    TAKE_TIME(stx->stx_btime, TIME_OF_BIRTH)
    FIELDS(FROM_STATX)
    TIMES(TIME_FROM_STATX)
    const struct stat as_stat = as_stat_of(stx);
    r = reshape(c, &as_stat, &s, TIME_OF_BIRTH + 1);
    if (r < 0)
        return r;
    FIELDS(TO_STATX)
    TIMES(TIME_TO_STATX)
    if (is_wide(c))
        stx->stx_ino = lx_wide_number(stx->stx_ino);
    GIVE_TIME(stx->stx_btime, TIME_OF_BIRTH)
    shape_attributes(c, stx);
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
