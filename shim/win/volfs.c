/* SPDX-License-Identifier: MIT */
#include "win/volfs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "nt/fold.h"
#include "store/metadata.h"
#include "sys/sys.h"

#define LIST_MAX  65536
#define VALUE_MAX 65535

static struct store_object object(const char *native)
{
    return (struct store_object){win_root_of(native), AT_FDCWD, native};
}

static bool is_inode(const struct stat *st)
{
    return !S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode);
}

/* --- extended attributes of Linux' ---------------------------------------------------------- */

/* True for one that a program of Linux has set, and WSL keeps with the file, in EAs. */
static bool is_kept(const struct store_tree *tree, const char *name)
{
    return (strcmp(name, STORE_CAPABILITY) == 0 && !tree->streams) ||
           strncmp(name, "trusted.", 8) == 0 ||
           (strncmp(name, "user.", 5) == 0 && !store_keeps_facts_in(name) &&
            strncmp(name, WIN_STREAM_PREFIX, sizeof(WIN_STREAM_PREFIX) - 1) != 0);
}

/* lxfs: all of them in one. Its size, 0 for none or for what has no room. */
static size_t write_lxxattr(const struct store_tree *tree, const struct store_object *o,
                            uint8_t *out, size_t room)
{
    static char list[2 * LIST_MAX]; /* one thread */
    static uint8_t value[LIST_MAX];
    size_t used = 0;
    size_t last = 0;
    long n = store_attr_list(o, true, list, sizeof(list));
    for (long at = 0; at < n; at += (long)strlen(list + at) + 1) {
        const char *name = list + at;
        long size =
            is_kept(tree, name) ? store_attr_get(o, true, name, value, sizeof(value)) : -ENODATA;
        if (size < 0)
            continue;
        const struct nt_lx_xattr x = {{(const uint8_t *)name, strlen(name)}, {value, (size_t)size}};
        long length = nt_lxxattr_put(out, room, used, &last, &x);
        if (length < 0)
            return 0;
        used = (size_t)length;
    }
    return used;
}

/* The EA of wslfs for an attribute, or back: a name in capitals has lost how it was spelled. */
static bool ea_of(const char *name, char out[STORE_EA_NAME])
{
    size_t n = strlen(name);
    size_t prefix = sizeof(NT_LX_PREFIX) - 1;
    if (n == 0 || prefix + n >= STORE_EA_NAME)
        return false;
    memcpy(out, NT_LX_PREFIX, prefix);
    for (size_t i = 0; i <= n; i++)
        out[prefix + i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
    return true;
}

static bool name_of_ea(const struct nt_ea *ea, char out[STORE_EA_NAME])
{
    size_t prefix = sizeof(NT_LX_PREFIX) - 1;
    if (ea->name_length <= prefix || ea->name_length >= STORE_EA_NAME ||
        !nt_fold_equal(ea->name, prefix, NT_LX_PREFIX, prefix))
        return false;
    size_t n = ea->name_length - prefix;
    for (size_t i = 0; i < n; i++) {
        char c = ea->name[prefix + i];
        out[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    out[n] = '\0';
    return true;
}

static void add_each(const struct store_tree *tree, const struct store_object *o,
                     win_volfs_add *add, void *chain)
{
    static char list[2 * LIST_MAX]; /* one thread */
    static uint8_t value[LIST_MAX];
    size_t header = sizeof(NT_LX_HEADER) - 1;
    long n = store_attr_list(o, true, list, sizeof(list));
    memcpy(value, NT_LX_HEADER, header);
    for (long at = 0; at < n; at += (long)strlen(list + at) + 1) {
        char name[STORE_EA_NAME];
        if (!is_kept(tree, list + at) || !ea_of(list + at, name))
            continue;
        long size = store_attr_get(o, true, list + at, value + header, sizeof(value) - header);
        if (size >= 0)
            add(chain, name, value, header + (size_t)size);
    }
}

static nt_status set_xattr(const struct store_tree *tree, const struct store_object *o,
                           const char *name, const void *value, size_t size)
{
    if (!is_kept(tree, name))
        return NT_INVALID_EA_NAME;
    return win_status_of_ea(store_attr_change(o, name, value, size));
}

/* lxfs: removes all that are there, and sets those of a value. */
static nt_status set_lxxattr(const struct store_tree *tree, const struct store_object *o,
                             const uint8_t *value, size_t size)
{
    static char list[2 * LIST_MAX]; /* one thread */
    nt_status status = NT_SUCCESS;
    struct nt_lx_xattr x;
    int r = size == 0 ? 0 : 1;
    for (size_t at = 0; r > 0;) /* all of it is one, before any is set */
        r = nt_lxxattr_next(value, size, &at, &x);
    if (r < 0)
        return NT_EA_LIST_INCONSISTENT;
    long n = store_attr_list(o, true, list, sizeof(list));
    for (long at = 0; at < n; at += (long)strlen(list + at) + 1)
        if (is_kept(tree, list + at))
            (void)store_attr_change(o, list + at, NULL, 0);
    for (size_t at = 0;
         status == NT_SUCCESS && size > 0 && nt_lxxattr_next(value, size, &at, &x) > 0;) {
        char name[STORE_EA_NAME];
        (void)snprintf(name, sizeof(name), "%.*s", (int)x.name.n, (const char *)x.name.at);
        status = set_xattr(tree, o, name, x.value.at, x.value.n);
    }
    return status;
}

/* --- what WSL goes by ----------------------------------------------------------------------- */

static void query_lxfs(const struct store_tree *tree, const struct store_object *o,
                       const struct store_volfs *v, const struct nt_lxattrb *a, win_volfs_add *add,
                       void *chain)
{
    static uint8_t xattrs[VALUE_MAX]; /* one thread */
    uint8_t value[256];
    long n = store_attr_get(o, true, STORE_LXATTRB, value, sizeof(value));
    if (n < 0 && v->lacks == 0) {
        nt_lxattrb_put(a, value);
        n = NT_LXATTRB_SIZE;
    }
    if (n >= 0)
        add(chain, NT_LXATTRB, value, (size_t)n);
    size_t size = write_lxxattr(tree, o, xattrs, sizeof(xattrs));
    if (size > 0)
        add(chain, NT_LXXATTR, xattrs, size);
}

static void query_wslfs(const struct store_tree *tree, const struct store_object *o,
                        const struct store_volfs *v, const struct nt_lxattrb *a, win_volfs_add *add,
                        void *chain)
{
    static const enum nt_lx_field order[] = {NT_LX_UID, NT_LX_GID, NT_LX_MODE, NT_LX_DEVICE};
    const struct nt_lx own = {
        .uid = a->uid, .gid = a->gid, .mode = a->mode, .major = a->major, .minor = a->minor};
    unsigned has = NT_LX_OWNED & ~v->lacks;
    if (S_ISCHR(a->mode) || S_ISBLK(a->mode))
        has |= NT_LX_DEVICE;
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        char attribute[STORE_EA_NAME];
        uint8_t value[256];
        const char *name = nt_lx_name(order[i]);
        long n = store_ea_attribute(name, strlen(name), attribute)
                     ? store_attr_get(o, true, attribute, value, sizeof(value))
                     : -ENODATA;
        if (n >= 0)
            add(chain, name, value, (size_t)n);
        else if ((has & order[i]) != 0)
            add(chain, name, value, nt_lx_put(&own, order[i], value));
    }
    add_each(tree, o, add, chain);
}

void win_volfs_query(const struct store_tree *tree, const char *native, const struct stat *st,
                     win_volfs_add *add, void *chain)
{
    const struct store_object o = object(native);
    struct store_volfs v;
    struct nt_lxattrb a;
    store_volfs_get(&o, st, tree->format, &v);
    store_volfs_show(st, &v, &a);
    (tree->format == STORE_LXFS ? query_lxfs : query_wslfs)(tree, &o, &v, &a, add, chain);
}

/* What an LXATTRB says of times is the inode's, to the nanosecond. */
static void take_times(const char *native, const struct nt_ea *ea)
{
    struct nt_lxattrb a;
    if (!nt_lxattrb_get(ea->value, ea->size, &a))
        return;
    const struct timespec times[] = {
        {(time_t)a.accessed.seconds, (long)a.accessed.nanoseconds},
        {(time_t)a.modified.seconds, (long)a.modified.nanoseconds},
    };
    sys_utimensat(AT_FDCWD, native, times, AT_SYMLINK_NOFOLLOW);
}

/* Facts of a file of a tree, and whether it lacks any. */
static bool is_known(const char *native, struct stat *st)
{
    const struct store_object o = object(native);
    struct store_volfs v;
    struct store_tree tree;
    if (!win_tree_of(native, &tree) || store_object_stat(&o, st) < 0)
        return false;
    store_volfs_get(&o, st, tree.format, &v);
    return v.lacks == 0 || v.since == tree.mounted;
}

static nt_status set_fields(const struct store_tree *tree, const char *native, unsigned fields,
                            const struct nt_ea *ea)
{
    const struct store_object o = object(native);
    char attribute[STORE_EA_NAME];
    struct stat st;
    int r = store_object_stat(&o, &st);
    if (r < 0)
        return nt_status_of(r);
    if (is_inode(&st) || !store_ea_attribute(ea->name, ea->name_length, attribute))
        return NT_EAS_NOT_SUPPORTED; /* Linux keeps no attributes on these */
    r = ea->size == 0 ? store_volfs_strip(&o, tree, fields, is_known(native, &st))
                      : store_volfs_set(&o, tree, attribute, fields, ea->value, ea->size);
    if (r == 0 && ea->size != 0 && tree->format == STORE_LXFS)
        take_times(native, ea);
    if (r == 0) /* it may be a link by now, or be ignored: listings look at it */
        store_note_link(AT_FDCWD, native);
    return win_status_of_ea(r);
}

bool win_volfs_set(const struct store_tree *tree, const char *native, const struct nt_ea *ea,
                   nt_status *status)
{
    const struct store_object o = object(native);
    bool lxfs = tree->format == STORE_LXFS;
    char name[STORE_EA_NAME];
    unsigned field = nt_lx_field_of(ea->name, ea->name_length);
    if (lxfs && nt_fold_equal(ea->name, ea->name_length, NT_LXATTRB, strlen(NT_LXATTRB)))
        *status = set_fields(tree, native, NT_LX_OWNED, ea);
    else if (lxfs && nt_fold_equal(ea->name, ea->name_length, NT_LXXATTR, strlen(NT_LXXATTR)))
        *status = set_lxxattr(tree, &o, ea->value, ea->size);
    else if (!lxfs && field != 0)
        *status = set_fields(tree, native, field, ea);
    else if (!lxfs && name_of_ea(ea, name) && ea->size == 0)
        *status = set_xattr(tree, &o, name, NULL, 0);
    else if (!lxfs && name_of_ea(ea, name) && ea->size >= 4 &&
             memcmp(ea->value, NT_LX_HEADER, 4) == 0)
        *status = set_xattr(tree, &o, name, ea->value + 4, ea->size - 4);
    else
        return false;
    return true;
}

/* --- what Windows leaves -------------------------------------------------------------------- */

static int strip(const char *native, bool known)
{
    const struct store_object o = object(native);
    struct store_tree tree;
    if (!win_tree_of(native, &tree))
        return 0;
    int r = store_volfs_strip(&o, &tree, NT_LX_OWNED, known);
    if (r == 0) /* so that listings look at it */
        store_note_link(AT_FDCWD, native);
    return r == -EOPNOTSUPP ? 0 : r;
}

int win_volfs_made(const char *native)
{
    return strip(native, false);
}

void win_volfs_before(const char *native, struct win_volfs_old *old)
{
    old->known = is_known(native, &old->st);
}

int win_volfs_overwritten(const char *native, const struct win_volfs_old *old)
{
    return strip(native, old->known);
}

int win_volfs_replaced(const char *native, const struct win_volfs_old *old)
{
    const struct store_object o = object(native);
    struct stat st;
    if (!old->known || is_inode(&old->st) || is_known(native, &st))
        return 0;
    /* What is remembered is the inode's: the owner only where he can be. */
    (void)sys_fchownat(AT_FDCWD, native, old->st.st_uid, old->st.st_gid, AT_SYMLINK_NOFOLLOW);
    (void)store_object_chmod(&o, (old->st.st_mode & 07777) | STORE_MARK);
    return strip(native, true);
}
