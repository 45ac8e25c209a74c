/* SPDX-License-Identifier: MIT */
#include "store/volfs.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "nt/bytes.h"
#include "nt/reparse.h"
#include "store/metadata.h"
#include "sys/sys.h"

/* A note has a byte, and how often the tree was mounted. */
#define NOTE_SIZE 5
#define STREAMS   0x80u /* in that byte of a tree's */

static const enum nt_lx_field every_field[] = {NT_LX_UID, NT_LX_GID, NT_LX_MODE, NT_LX_DEVICE};
#define FIELDS (sizeof(every_field) / sizeof(every_field[0]))

/* --- trees ---------------------------------------------------------------------------------- */

bool store_tree_get(const char *root, struct store_tree *out)
{
    const struct store_object o = {root, AT_FDCWD, root};
    uint8_t note[NOTE_SIZE + 1];
    if (store_attr_get(&o, true, STORE_TREE, note, sizeof(note)) != NOTE_SIZE)
        return false;
    const unsigned format = note[0] & ~STREAMS;
    *out = (struct store_tree){(enum store_format)format, nt_get32(note + 1),
                               (note[0] & STREAMS) != 0};
    return format == STORE_LXFS || format == STORE_WSLFS;
}

void store_tree_mount(const char *root, enum store_format format, bool streams)
{
    const struct store_object o = {root, AT_FDCWD, root};
    struct store_tree before = {.mounted = 0};
    uint8_t note[NOTE_SIZE] = {(uint8_t)(format | (streams ? STREAMS : 0))};
    (void)store_tree_get(root, &before);
    nt_put32(note + 1, before.mounted + 1);
    (void)store_attr_set(&o, STORE_TREE, note, sizeof(note));
}

void store_tree_drop(const char *root)
{
    struct store_tree tree;
    if (store_tree_get(root, &tree))
        store_tree_mount(root, tree.format, tree.streams);
}

bool store_tree_of(const char *top, const char *path, struct store_tree *out)
{
    char at[PATH_MAX];
    size_t n = strlen(path);
    size_t least = strlen(top);
    if (n >= sizeof(at))
        return false;
    memcpy(at, path, n + 1);
    while (n > 0 && n >= least) {
        if (store_tree_get(at, out))
            return true;
        while (n > 0 && at[n - 1] != '/')
            n--;
        if (n > 0)
            n--;
        at[n] = '\0';
    }
    return false;
}

/* --- asking --------------------------------------------------------------------------------- */

static void get_lxfs(const struct store_object *o, struct store_volfs *out)
{
    uint8_t value[NT_LXATTRB_SIZE + 1];
    struct nt_lxattrb a;
    long n = store_attr_get(o, true, STORE_LXATTRB, value, sizeof(value));
    if (n == -ENODATA || n == -EOPNOTSUPP || n == -EACCES) /* who may not read it is kept out */
        return;
    if (n < 0 || !nt_lxattrb_get(value, (size_t)n, &a)) {
        out->damaged = true;
        out->lacks = NT_LX_OWNED;
        return;
    }
    out->lx = (struct nt_lx){.has = NT_LX_ALL,
                             .uid = a.uid,
                             .gid = a.gid,
                             .mode = a.mode,
                             .major = a.major,
                             .minor = a.minor};
    out->type = S_ISREG(a.mode) || S_ISDIR(a.mode) ? 0 : a.mode & S_IFMT;
    out->lacks = 0;
}

static void get_wslfs(const struct store_object *o, struct store_volfs *out)
{
    uint8_t tag[1024]; /* a signal's stack is small: what is larger is a link's */
    for (size_t i = 0; i < FIELDS; i++) {
        char name[STORE_EA_NAME];
        uint8_t value[NT_LX_SIZE_MAX + 1];
        const char *ea = nt_lx_name(every_field[i]);
        if (!store_ea_attribute(ea, strlen(ea), name))
            continue;
        long n = store_attr_get(o, true, name, value, sizeof(value));
        if (n != -ENODATA && n != -EOPNOTSUPP && n != -EACCES)
            nt_lx_take(&out->lx, every_field[i], value, n < 0 ? 0 : (size_t)n);
    }
    /* What says nothing is as good as missing. */
    out->lacks |= out->lx.has & ~out->lx.good & NT_LX_OWNED;
    out->lx.has &= out->lx.good;
    out->lacks &= ~out->lx.has;
    long n = store_attr_get(o, true, STORE_REPARSE, tag, sizeof(tag));
    out->type = n == -ERANGE ? S_IFLNK : n >= 4 ? nt_reparse_type(nt_get32(tag)) : 0;
}

/* Names are listed to everybody, also of what he may not read: he cannot have what is not there. */
static bool is_listed(const struct store_object *o, const char *name)
{
    char list[1024];
    long n = store_attr_list(o, true, list, sizeof(list));
    for (long at = 0; at < n; at += (long)strlen(list + at) + 1)
        if (strcmp(list + at, name) == 0)
            return true;
    return false;
}

void store_volfs_get(const struct store_object *o, const struct stat *st, enum store_format format,
                     struct store_volfs *out)
{
    uint8_t note[NOTE_SIZE + 1];
    *out = (struct store_volfs){.lacks = 0};
    if (!store_marked(st) || (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode)))
        return;
    long n = store_attr_get(o, true, STORE_LACKS, note, sizeof(note));
    if (n == NOTE_SIZE) {
        out->noted = true;
        out->lacks = note[0] & NT_LX_OWNED;
        out->since = nt_get32(note + 1);
    } else if (n == -EACCES && is_listed(o, STORE_LACKS)) {
        out->noted = true;
        out->lacks = NT_LX_OWNED;
    }
    if (format == STORE_LXFS)
        get_lxfs(o, out);
    else
        get_wslfs(o, out);
    out->noted |= out->lacks != 0 || out->lx.has != 0 || out->type != 0;
}

static struct nt_lx_time time_of(const struct timespec *t)
{
    return (struct nt_lx_time){(uint64_t)t->tv_sec, (uint32_t)t->tv_nsec};
}

static uint32_t type_of(const struct stat *st, const struct store_volfs *v)
{
    return v->type != 0 ? v->type : st->st_mode & S_IFMT;
}

/* A mode that is there, and is of another type: it says nothing. */
static bool is_of_another_type(const struct stat *st, const struct store_volfs *v)
{
    return (v->lx.has & NT_LX_MODE) != 0 && (v->lx.mode & S_IFMT) != type_of(st, v);
}

/* The type and the permissions. */
static uint32_t mode_of(const struct stat *st, const struct store_volfs *v)
{
    uint32_t type = type_of(st, v);
    if (!v->noted)
        return st->st_mode;
    if ((v->lx.has & NT_LX_MODE) != 0)
        return is_of_another_type(st, v) ? type : v->lx.mode;
    return (v->lacks & NT_LX_MODE) != 0 ? type : type | (st->st_mode & 07777 & ~(mode_t)STORE_MARK);
}

static uint32_t id_of(const struct store_volfs *v, enum nt_lx_field field, uint32_t said,
                      uint32_t native)
{
    return (v->lx.has & field) != 0 ? said : (v->lacks & field) != 0 ? 0 : native;
}

void store_volfs_show(const struct stat *st, const struct store_volfs *v, struct nt_lxattrb *out)
{
    bool device = (v->lx.has & NT_LX_DEVICE) != 0;
    *out = (struct nt_lxattrb){.mode = mode_of(st, v),
                               .uid = id_of(v, NT_LX_UID, v->lx.uid, st->st_uid),
                               .gid = id_of(v, NT_LX_GID, v->lx.gid, st->st_gid),
                               .major = device ? v->lx.major : major(st->st_rdev),
                               .minor = device ? v->lx.minor : minor(st->st_rdev),
                               .accessed = time_of(&st->st_atim),
                               .modified = time_of(&st->st_mtim),
                               .changed = time_of(&st->st_ctim)};
}

/* --- keeping -------------------------------------------------------------------------------- */

static int forget(const struct store_object *o, const char *name)
{
    long r = store_attr_change(o, name, NULL, 0);
    return r == -ENODATA || r == -EOPNOTSUPP ? 0 : (int)r;
}

/* Forgets all that is kept in Windows' form. */
static int forget_form(const struct store_object *o)
{
    int r = forget(o, STORE_LXATTRB);
    for (size_t i = 0; r == 0 && i < FIELDS; i++) {
        char name[STORE_EA_NAME];
        const char *ea = nt_lx_name(every_field[i]);
        if (store_ea_attribute(ea, strlen(ea), name))
            r = forget(o, name);
    }
    return r;
}

/* Notes what an object lacks; of one that lacks nothing, that it has something to be asked for. */
static int note(const struct store_object *o, unsigned lacks, uint32_t since)
{
    uint8_t value[NOTE_SIZE] = {(uint8_t)lacks};
    nt_put32(value + 1, since);
    return (int)store_attr_change(o, STORE_LACKS, value, sizeof(value));
}

static int set_mark(const struct store_object *o, bool mark)
{
    struct stat st;
    int r = store_object_stat(o, &st);
    if (r < 0 || store_marked(&st) == mark)
        return r;
    return store_object_chmod(o,
                              (st.st_mode & 07777 & ~(mode_t)STORE_MARK) | (mark ? STORE_MARK : 0));
}

static int keep_lxfs(const struct store_object *o, const struct stat *st,
                     const struct nt_lxattrb *want)
{
    uint8_t value[NT_LXATTRB_SIZE];
    struct nt_lxattrb a = *want;
    a.accessed = time_of(&st->st_atim);
    a.modified = time_of(&st->st_mtim);
    a.changed = time_of(&st->st_ctim);
    nt_lxattrb_put(&a, value);
    return (int)store_attr_change(o, STORE_LXATTRB, value, sizeof(value));
}

static int keep_wslfs(const struct store_object *o, const struct nt_lxattrb *want)
{
    const struct nt_lx lx = {.uid = want->uid,
                             .gid = want->gid,
                             .mode = want->mode,
                             .major = want->major,
                             .minor = want->minor};
    bool device = S_ISCHR(want->mode) || S_ISBLK(want->mode);
    int r = 0;
    for (size_t i = 0; r == 0 && i < FIELDS; i++)
        if (every_field[i] != NT_LX_DEVICE || device)
            r = store_metadata_set(o, &lx, every_field[i]);
    return r;
}

/* Has the inode be what is wanted, as far as it can; its facts after that. */
static int follow(const struct store_object *o, const struct nt_lxattrb *want, struct stat *st)
{
    int r = store_object_stat(o, st);
    if (r < 0)
        return r;
    if (st->st_uid != want->uid || st->st_gid != want->gid)
        (void)sys_fchownat(o->dfd, o->path, want->uid, want->gid,
                           o->path[0] == '\0' ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW);
    if (((want->mode ^ st->st_mode) & S_IFMT) == 0)
        (void)store_object_chmod(o, (want->mode & 07777) | (st->st_mode & STORE_MARK));
    return store_object_stat(o, st);
}

static bool is_so(const struct stat *st, const struct nt_lxattrb *want)
{
    mode_t other = (st->st_mode ^ want->mode) & ~(mode_t)STORE_MARK;
    return other == 0 && st->st_uid == want->uid && st->st_gid == want->gid;
}

int store_volfs_put(const struct store_object *o, enum store_format format,
                    const struct nt_lxattrb *want)
{
    struct stat st;
    int r = follow(o, want, &st);
    if (r < 0)
        return r;
    if (is_so(&st, want)) {
        r = store_marked(&st) ? forget_form(o) : 0;
        if (r == 0 && store_marked(&st))
            r = forget(o, STORE_LACKS);
        bool sticky = (want->mode & S_ISVTX) != 0;
        bool meant = store_marked(&st) && store_mark_is_meant(o);
        if (r == 0 && meant && !sticky)
            r = note(o, 0, 0);
        return r < 0 ? r : set_mark(o, sticky || meant);
    }
    r = format == STORE_LXFS ? keep_lxfs(o, &st, want) : keep_wslfs(o, want);
    if (r == 0)
        r = note(o, 0, 0);
    return r < 0 ? r : set_mark(o, true);
}

int store_volfs_hide_mark(const struct store_object *o, const struct store_tree *tree)
{
    struct store_volfs v;
    struct stat st;
    int r = store_object_stat(o, &st);
    if (r < 0 || !store_marked(&st) || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
        return r;
    store_volfs_get(o, &st, tree->format, &v);
    return v.noted ? 0 : note(o, 0, 0);
}

int store_volfs_strip(const struct store_object *o, const struct store_tree *tree, unsigned fields,
                      bool known)
{
    struct store_volfs before;
    struct stat st;
    int r = store_object_stat(o, &st);
    if (r < 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
        return r < 0 ? r : -EOPNOTSUPP;
    store_volfs_get(o, &st, tree->format, &before);
    unsigned lacks =
        tree->format == STORE_LXFS ? (unsigned)NT_LX_OWNED : before.lacks | (fields & NT_LX_OWNED);
    r = note(o, lacks, known ? tree->mounted : 0);
    for (size_t i = 0; r == 0 && i < FIELDS; i++) {
        char name[STORE_EA_NAME];
        const char *ea = nt_lx_name(every_field[i]);
        if ((lacks & every_field[i]) != 0 && store_ea_attribute(ea, strlen(ea), name))
            r = forget(o, name);
    }
    if (r == 0)
        r = forget(o, STORE_LXATTRB);
    return r < 0 ? r : set_mark(o, true);
}

int store_volfs_set(const struct store_object *o, const struct store_tree *tree,
                    const char *attribute, unsigned fields, const void *value, size_t size)
{
    struct store_volfs v;
    struct nt_lxattrb a;
    struct stat st;
    int r = store_object_stat(o, &st);
    if (r < 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
        return r < 0 ? r : -EOPNOTSUPP;
    store_volfs_get(o, &st, tree->format, &v);
    r = (int)store_attr_change(o, attribute, value, size);
    if (r == 0)
        r = note(o, v.lacks & ~fields, tree->mounted);
    if (r == 0)
        r = set_mark(o, true);
    if (r == 0)
        r = store_object_stat(o, &st);
    if (r < 0)
        return r;
    store_volfs_get(o, &st, tree->format, &v);
    if (v.lacks != 0 || v.damaged || is_of_another_type(&st, &v))
        return 0;
    store_volfs_show(&st, &v, &a);
    return store_volfs_put(o, tree->format, &a);
}

bool store_keeps_facts_in(const char *attribute)
{
    static const char *const others[] = {STORE_LXATTRB, STORE_REPARSE, STORE_DOSATTRIB,
                                         STORE_SECURITY};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (strcmp(attribute, others[i]) == 0)
            return true;
    return strncmp(attribute, STORE_OWN_PREFIX, sizeof(STORE_OWN_PREFIX) - 1) == 0 ||
           store_metadata_is(attribute);
}
