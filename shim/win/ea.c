/* SPDX-License-Identifier: MIT */
#include "win/ea.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "nt/bytes.h"
#include "store/metadata.h"
#include "sys/sys.h"
#include "win/special.h"
#include "win/volfs.h"

#define LIST_MAX 65536 /* XATTR_LIST_MAX, twice for what is beside the file */

/* Attributes in which something else is kept. [Samba: source3/smbd/trans2.c, private names] */
static const char *const kept_otherwise[] = {
    STORE_DOSATTRIB, STORE_REPARSE,  STORE_OWN_PREFIX,       WIN_STREAM_PREFIX,
    "user.SAMBA_",   "user.WINEREP", "user.xdg.origin.url.", STORE_SECURITY};

/* True for the attribute of an EA that is one for itself, and not one of WSL's. */
static bool is_other(const char *attribute)
{
    size_t prefix = sizeof(STORE_EA_PREFIX) - 1;
    if (strncmp(attribute, STORE_EA_PREFIX, prefix) != 0 ||
        nt_lx_field_of(attribute + prefix, strlen(attribute + prefix)) != 0)
        return false;
    for (size_t i = 0; i < sizeof(kept_otherwise) / sizeof(kept_otherwise[0]); i++)
        if (strncasecmp(attribute, kept_otherwise[i], strlen(kept_otherwise[i])) == 0)
            return false;
    return true;
}

static struct store_object object(const char *native)
{
    return (struct store_object){win_root_of(native), AT_FDCWD, native};
}

/* --- reading -------------------------------------------------------------------------------- */

struct chain {
    uint8_t *at;
    size_t used;
    size_t last;
    nt_status status;
};

static void append(void *chain, const char *name, const uint8_t *value, size_t size)
{
    struct chain *c = chain;
    const struct nt_ea ea = {
        .name = name, .name_length = strlen(name), .value = value, .size = size};
    long n = nt_ea_put(c->at, WIN_EA_ROOM, c->used, &c->last, &ea);
    if (n < 0)
        c->status = NT_EA_TOO_LARGE;
    else
        c->used = (size_t)n;
}

/* What the inode says where the file says that it counts. */
static struct nt_lx of_inode(const struct stat *st, const struct store_metadata *m)
{
    return (struct nt_lx){.uid = st->st_uid,
                          .gid = st->st_gid,
                          .mode = store_metadata_mode(st, m),
                          .major = major(st->st_rdev),
                          .minor = minor(st->st_rdev)};
}

static void append_lx(struct chain *c, const struct store_object *o, const struct stat *st)
{
    static const enum nt_lx_field order[] = {NT_LX_UID, NT_LX_GID, NT_LX_MODE, NT_LX_DEVICE};
    struct store_metadata m;
    if (store_metadata_get(o, st, &m) < 0)
        return;
    const struct nt_lx own = of_inode(st, &m);
    unsigned has = m.has | m.lx.has;
    if ((S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) && st->st_rdev != 0)
        has |= NT_LX_DEVICE; /* [openvmm lxutil fs.rs] WSL writes none for the numbers 0 and 0 */
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        char attribute[STORE_EA_NAME];
        uint8_t value[256];
        const char *name = nt_lx_name(order[i]);
        if ((has & order[i]) == 0)
            continue;
        long n = -ENODATA;
        if ((m.lx.has & order[i]) != 0 && store_ea_attribute(name, strlen(name), attribute))
            n = store_attr_get(o, true, attribute, value, sizeof(value));
        append(c, name, value, n >= 0 ? (size_t)n : nt_lx_put(&own, order[i], value));
    }
}

static void append_others(struct chain *c, const struct store_object *o)
{
    static char list[2 * LIST_MAX]; /* one thread */
    static uint8_t value[LIST_MAX];
    long n = store_attr_list(o, true, list, sizeof(list));
    for (long at = 0; at < n; at += (long)strlen(list + at) + 1) {
        if (!is_other(list + at))
            continue;
        long size = store_attr_get(o, true, list + at, value, sizeof(value));
        if (size >= 0)
            append(c, list + at + sizeof(STORE_EA_PREFIX) - 1, value, (size_t)size);
    }
}

nt_status win_ea_query(const char *native, uint8_t chain[WIN_EA_ROOM], size_t *size)
{
    const struct store_object o = object(native);
    struct chain c = {.at = chain, .status = NT_SUCCESS};
    struct store_tree tree;
    struct stat st;
    int r = sys_fstatat(AT_FDCWD, native, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0)
        return nt_status_of(r);
    if (win_tree_of(native, &tree)) {
        win_volfs_query(&tree, native, &st, append, &c);
        *size = c.used;
        return c.status;
    }
    append_lx(&c, &o, &st);
    if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
        append_others(&c, &o);
    *size = c.used;
    return c.status;
}

/* --- writing -------------------------------------------------------------------------------- */

/* Gives the inode what was set, so that the kernel enforces it; what it cannot be is ours to. */
static void follow(const char *native, const struct stat *st, enum nt_lx_field field,
                   const uint8_t *value, size_t size)
{
    struct nt_lx lx = {.has = 0};
    nt_lx_take(&lx, field, value, size);
    if ((lx.good & field) == 0)
        return;
    if (field == NT_LX_UID || field == NT_LX_GID) {
        (void)sys_fchownat(AT_FDCWD, native, field == NT_LX_UID ? lx.uid : (uid_t)-1,
                           field == NT_LX_GID ? lx.gid : (gid_t)-1, AT_SYMLINK_NOFOLLOW);
        return;
    }
    bool same_type = (lx.mode & S_IFMT) == (st->st_mode & S_IFMT);
    bool same_attribute = ((lx.mode & 0222) == 0) == ((st->st_mode & 0222) == 0);
    if (field == NT_LX_MODE && same_type && (same_attribute || S_ISDIR(st->st_mode))) {
        (void)sys_fchmodat(AT_FDCWD, native, (lx.mode & 07777) | (st->st_mode & STORE_MARK));
    }
}

/* A file with the reparse point of a device is one as soon as all is there that makes it one. */
static nt_status settle(const char *native, const struct stat *st)
{
    uint8_t buffer[8]; /* a device's has no data */
    const struct store_object o = object(native);
    if (!S_ISREG(st->st_mode) || st->st_size != 0 || !store_marked(st) ||
        store_attr_get(&o, true, STORE_REPARSE, buffer, sizeof(buffer)) != (long)sizeof(buffer))
        return NT_SUCCESS;
    struct store_tree tree;
    long r =
        win_become_special(native, nt_get32(buffer), WIN_NEW_MODE, !win_tree_of(native, &tree));
    return r < 0 ? nt_status_of(r) : NT_SUCCESS;
}

static nt_status set_field(const char *native, enum nt_lx_field field, const struct nt_ea *ea)
{
    const struct store_object o = object(native);
    const char *name = nt_lx_name(field);
    char attribute[STORE_EA_NAME];
    struct stat st;
    int r = sys_fstatat(AT_FDCWD, native, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0)
        return nt_status_of(r);
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) /* Linux keeps no attributes on these */
        return win_status_of_ea(win_special_set(native, field, ea));
    if (ea->size == 0)
        return win_status_of_ea(store_metadata_drop(&o, field));
    if (!store_ea_attribute(name, strlen(name), attribute))
        return NT_INVALID_EA_NAME;
    follow(native, &st, field, ea->value, ea->size);
    nt_status status = win_status_of_ea(store_attr_change(&o, attribute, ea->value, ea->size));
    return status == NT_SUCCESS ? settle(native, &st) : status;
}

nt_status win_ea_set(const char *native, const struct nt_ea *ea)
{
    const struct store_object o = object(native);
    char attribute[STORE_EA_NAME];
    unsigned field = nt_lx_field_of(ea->name, ea->name_length);
    struct store_tree tree;
    nt_status status;
    if (win_tree_of(native, &tree) && win_volfs_set(&tree, native, ea, &status))
        return status;
    if (field != 0)
        return set_field(native, (enum nt_lx_field)field, ea);
    if (!store_ea_attribute(ea->name, ea->name_length, attribute) || !is_other(attribute))
        return NT_INVALID_EA_NAME;
    if (ea->size > 0) {
        bool marked = win_marked(native);
        long kept = store_attr_change(&o, attribute, ea->value, ea->size);
        return win_status_of_ea(kept < 0 ? kept : win_unstick(native, marked));
    }
    long r = store_attr_change(&o, attribute, NULL, 0);
    return r == -ENODATA ? NT_SUCCESS : win_status_of_ea(r);
}

nt_status win_ea_set_all(const char *native, const uint8_t *chain, size_t size)
{
    struct nt_ea ea;
    int r = 1;
    /* All of it is one, before any is set. */
    for (size_t at = 0; r > 0;)
        r = nt_ea_next(chain, size, &at, &ea);
    nt_status status = r < 0 ? NT_EA_LIST_INCONSISTENT : NT_SUCCESS;
    for (size_t at = 0; status == NT_SUCCESS && nt_ea_next(chain, size, &at, &ea) > 0;)
        status = win_ea_set(native, &ea);
    return status;
}

int win_lose_eas(const struct store_object *o)
{
    static char list[2 * LIST_MAX]; /* one thread */
    int r = win_lose_metadata(o);
    long n = r < 0 ? 0 : store_attr_list(o, true, list, sizeof(list));
    for (long at = 0; r == 0 && at < n; at += (long)strlen(list + at) + 1) {
        const char *name = list + at;
        bool stream = strncmp(name, WIN_STREAM_PREFIX, sizeof(WIN_STREAM_PREFIX) - 1) == 0;
        if (!stream && !is_other(name) && strcmp(name, STORE_CAPABILITY) != 0)
            continue;
        long gone = store_attr_change(o, name, NULL, 0);
        r = gone < 0 && gone != -ENODATA ? (int)gone : 0;
    }
    return r;
}
