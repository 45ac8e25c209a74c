/* SPDX-License-Identifier: MIT */
/* Extended attributes on a Windows drive: the case flag by its WSL name, ours hidden. */
#include <string.h>
#include <sys/xattr.h>

#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/granted.h"
#include "fs/drvfs/object.h"
#include "fs/listing.h"
#include "fs/native.h"
#include "fs/refusal.h"
#include "store/directory.h"
#include "store/volfs.h"
#include "sys/sys.h"

#define SYSTEM_PREFIX "system."
#define WSL_CASE      SYSTEM_PREFIX "wsl_case_sensitive"

/* What the kernel keeps by no such name is here by its name behind this; no list shows it. */
#define NAMED STORE_OWN_PREFIX "named."
/* And a note that there is an attribute which the kernel lists to nobody but CAP_SYS_ADMIN. */
#define NOTED          STORE_OWN_PREFIX "noted."
#define TRUSTED_PREFIX "trusted."

static bool has_case_flag(const struct lx_mount *m)
{
    return m->case_option != LX_SENSITIVE && lx_rule(m, LX_RULE_XATTR_CASE_FLAG) == LX_ALLOW;
}

static bool is_case_flag(const struct lx_call *c)
{
    return has_case_flag(c->at[0].mount) && strcmp(c->name, WSL_CASE) == 0;
}

/* 1 for a directory, 0 for what is none, or -errno. */
static int look(const struct lx_call *c, struct stat *st)
{
    int r = native_stat(c, 0, st);
    return r < 0 ? r : S_ISDIR(st->st_mode) ? 1 : 0;
}

static char case_value(const struct lx_call *c, const struct stat *st)
{
    const struct store_object o = drvfs_object(&c->at[0]);
    char value = '0';
    (void)store_attr_get(&o, store_marked(st), STORE_CASE, &value, 1);
    if (c->at[0].mount->case_option == LX_FORCE)
        value = '1';
    return value;
}

static long get_case(const struct lx_call *c)
{
    struct stat st;
    int directory = look(c, &st);
    if (directory <= 0)
        return directory < 0 ? directory : -EINVAL; /* a file: invalid parameter. [recalled] */
    if (c->size == 0)
        return 1;
    char value = case_value(c, &st);
    int r = lx_give(c->task, c->buf, &value, 1);
    return r < 0 ? r : 1;
}

/* 1 or 0 of a directory, or -errno. */
static int is_empty(const struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    const char *path = (at->flags & LX_LOC_DESCRIPTOR) != 0 ? "." : at->path;
    int fd = sys_openat(at->dfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    bool empty = store_directory_empty(fd);
    sys_close(fd);
    return empty;
}

static long set_case(struct lx_call *c)
{
    struct stat st;
    int directory = look(c, &st);
    if (directory <= 0)
        return directory < 0 ? directory : -EINVAL;
    char value = '\0';
    if (c->size == 1 && !lx_has_bytes(c, c->value, 1))
        return -EFAULT;
    if (c->size == 1)
        value = *(const char *)c->value;
    if (value != '0' && value != '1')
        return -EINVAL;
    if ((c->how & XATTR_CREATE) != 0)
        return -EEXIST; /* every directory has it */
    /* [WSL#3967] Asked for the value that there is as well, as cp -a and tar do. */
    int r = drvfs_demand(c, 0, &st, DRVFS_FLAG_RIGHTS);
    if (r < 0 || case_value(c, &st) == value)
        return r;
    int empty = is_empty(c);
    if (empty <= 0)
        return empty < 0 ? empty : -ENOTEMPTY;
    const struct store_object o = drvfs_object(&c->at[0]);
    return store_attr_set(&o, STORE_CASE, &value, 1);
}

/* NTFS has nothing of the kind: "system.posix_acl_access" is not kept, and not passed on. */
static bool of_system(const char *name)
{
    return strncmp(name, SYSTEM_PREFIX, sizeof(SYSTEM_PREFIX) - 1) == 0;
}

#define NAME_MAX_BYTES 251 /* NTFS puts "LX." before it, of its 254 */
#define NAME_ROOM      256 /* XATTR_NAME_MAX, the kernel's own limit, and a NUL */

/* The name behind "user." and the like; NULL where it is in no namespace that Linux knows. */
static const char *behind_namespace(const char *name)
{
    static const char *const known[] = {"user.", "trusted.", "security.", SYSTEM_PREFIX};
    for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strncmp(name, known[i], strlen(known[i])) == 0)
            return name + strlen(known[i]);
    return NULL;
}

/* True for a name of no namespace where such a name is as good as any: virtiofs looks at none. */
static bool is_named(const struct lx_call *c)
{
    return c->name[0] != '\0' && behind_namespace(c->name) == NULL &&
           lx_rule(c->at[0].mount, LX_RULE_XATTR_NAMESPACE) == LX_ENODATA;
}

/* [MS-FSCC 2.4.15] Names of EAs have no more characters than FAT had room for. */
static bool is_ea_name(const char *name)
{
    for (; *name != '\0'; name++)
        if ((unsigned char)*name < 0x20 || strchr("\"*+,/:;<=>?[\\]|", *name) != NULL)
            return false;
    return true;
}

static int check_characters(struct lx_call *c)
{
    return is_ea_name(c->name) ? 0 : lx_forbid_by(c, c->at[0].mount, LX_RULE_XATTR_CHARACTERS);
}

/*
 * Puts the name of a call as NTFS knows it, in small letters, into `room`. 0, or -ERANGE where it
 * is too long for that.
 */
static int fold_name(struct lx_call *c, char room[NAME_ROOM])
{
    size_t n = strnlen(c->name, NAME_ROOM);
    const char *own = is_named(c) ? c->name : behind_namespace(c->name);
    if (lx_rule(c->at[0].mount, LX_RULE_XATTR_NAMES) != LX_INSENSITIVE || own == NULL ||
        n >= NAME_ROOM)
        return 0;
    if (n > NAME_MAX_BYTES)
        return lx_deny(c, LX_RULE_XATTR_NAMES, ERANGE);
    bool folded = false;
    for (size_t i = 0; i <= n; i++) {
        bool large = c->name + i >= own && c->name[i] >= 'A' && c->name[i] <= 'Z';
        room[i] = (char)(large ? c->name[i] - 'A' + 'a' : c->name[i]);
        folded |= large;
    }
    if (folded && lx_alter(c, LX_RULE_XATTR_NAMES))
        c->name = room;
    return 0;
}

/* The call by another name, which is `prefix` and its own. */
static long by_another(struct lx_call *c, const char *prefix)
{
    char name[NAME_ROOM];
    const char *given = c->name;
    size_t n = strnlen(given, NAME_ROOM);
    size_t before = strlen(prefix);
    if (before + n >= NAME_ROOM)
        return -ERANGE;
    memcpy(name, prefix, before);
    memcpy(name + before, given, n + 1);
    c->name = name;
    long r = lx_host_fs.run[c->op](c);
    c->name = given;
    return r;
}

static bool of_trusted(const char *name)
{
    return strncmp(name, TRUSTED_PREFIX, sizeof(TRUSTED_PREFIX) - 1) == 0;
}

/*
 * After an attribute trusted.* was set or removed: notes that where a list is to show it, which the
 * kernel does not to who may not have it. Where no note has room it is not shown.
 */
static void note_trusted(const struct lx_call *c)
{
    struct lx_call note = *c;
    if (lx_rule(c->at[0].mount, LX_RULE_XATTR_TRUSTED) != LX_SHOWN || !of_trusted(c->name))
        return;
    note.value = "";
    note.size = 0;
    note.how = 0;
    (void)by_another(&note, NOTED);
}

/* A call by a name as NTFS knows it; one that somebody has set by another on Linux is found, too.
 */
static long by_name(struct lx_call *c)
{
    char folded[NAME_ROOM];
    const char *given = c->name;
    long r = fold_name(c, folded);
    if (r == 0 && is_named(c) && lx_alter(c, LX_RULE_XATTR_NAMESPACE)) {
        r = by_another(c, NAMED);
        c->name = given;
        return r;
    }
    if (r == 0)
        r = lx_host_fs.run[c->op](c);
    if (r == 0 && c->op != LX_OP_GETXATTR)
        note_trusted(c);
    bool found = r != -ENODATA || c->name == given || c->op == LX_OP_SETXATTR;
    c->name = given;
    return found ? r : lx_host_fs.run[c->op](c);
}

/*
 * 9p has no word for an attribute that gets nothing in place of what it had: it is how an attribute
 * is removed. One that is new, or set whether it is there or not, is kept.
 */
static long set_to_nothing(struct lx_call *c)
{
    lx_alter(c, LX_RULE_XATTR_EMPTY);
    c->op = LX_OP_REMOVEXATTR;
    long r = by_name(c);
    c->op = LX_OP_SETXATTR;
    return r;
}

/*
 * What comes before any attribute of the file's own: 0 to go on, 1 for the case flag, or -errno.
 * `error`: of a name that is ours, and not the program's.
 */
static int check(struct lx_call *c, int error)
{
    int r = lx_forbid_by(c, c->at[0].mount, LX_RULE_XATTR_USER);
    if (r == 0)
        r = drvfs_demand_at(c, 0, DRVFS_LOOK_UP | (c->op == LX_OP_GETXATTR ? 0 : NT_WRITE_EA));
    if (r < 0 || !lx_has_text(c, c->name))
        return r;
    if (is_case_flag(c))
        return 1;
    /* Not noted where one is read: ls asks for the ACL of everything it lists. */
    if (of_system(c->name) && c->op == LX_OP_GETXATTR)
        r = lx_rule(c->at[0].mount, LX_RULE_XATTR_SYSTEM) == LX_ALLOW ? 0 : -EOPNOTSUPP;
    else if (of_system(c->name))
        r = lx_forbid_by(c, c->at[0].mount, LX_RULE_XATTR_SYSTEM);
    if (r == 0)
        r = check_characters(c);
    return r == 0 && store_keeps_facts_in(c->name) ? error : r;
}

/* The call by its name, where that can be read; else the kernel says so. */
static long go_on(struct lx_call *c)
{
    return lx_has_text(c, c->name) ? by_name(c) : lx_host_fs.run[c->op](c);
}

long drvfs_getxattr(struct lx_call *c)
{
    int r = check(c, -ENODATA);
    if (r > 0)
        return get_case(c);
    return r < 0 ? r : go_on(c);
}

long drvfs_setxattr(struct lx_call *c)
{
    int r = check(c, -EPERM);
    if (r > 0)
        return set_case(c);
    if (r < 0)
        return r;
    bool removes = c->size == 0 && (c->how & XATTR_REPLACE) != 0 &&
                   lx_rule(c->at[0].mount, LX_RULE_XATTR_EMPTY) == LX_REMOVE &&
                   lx_has_text(c, c->name) && !lx_observing(c);
    return removes ? set_to_nothing(c) : go_on(c);
}

long drvfs_removexattr(struct lx_call *c)
{
    int r = check(c, -ENODATA);
    if (r > 0)
        return -EOPNOTSUPP;
    return r < 0 ? r : go_on(c);
}

/* True where a list of n bytes has a name. */
static bool has_name(const char *list, size_t n, const char *name)
{
    for (size_t at = 0; at < n; at += strlen(list + at) + 1)
        if (strcmp(list + at, name) == 0)
            return true;
    return false;
}

/*
 * What a list shows for an entry of it, whose rest is n bytes and what was shown before it `to`;
 * NULL for nothing.
 */
static const char *shown_as(const struct lx_call *c, const char *list, size_t to, const char *entry,
                            size_t n)
{
    const struct lx_mount *m = c->at[0].mount;
    const char *noted = entry + sizeof(NOTED) - 1;
    if (strncmp(entry, NOTED, sizeof(NOTED) - 1) == 0)
        return lx_rule(m, LX_RULE_XATTR_TRUSTED) == LX_SHOWN && !has_name(list, to, noted) &&
                       !has_name(entry, n, noted)
                   ? noted
                   : NULL;
    bool system = lx_rule(m, LX_RULE_XATTR_SYSTEM) == LX_ALLOW;
    return !store_keeps_facts_in(entry) && (system || !of_system(entry)) ? entry : NULL;
}

/* Has a list, in place, be that of the names that get would find; returns its new length. */
static size_t strip(const struct lx_call *c, char *list, size_t n)
{
    size_t to = 0;
    for (size_t from = 0; from < n;) {
        size_t length = strnlen(list + from, n - from) + 1;
        const char *name = shown_as(c, list, to, list + from, n - from);
        if (name != NULL) {
            size_t kept = length - (size_t)(name - (list + from));
            memmove(list + to, name, kept);
            to += kept;
        }
        from += length;
    }
    return to;
}

static long shape(struct lx_call *c, char *list, size_t n, size_t room)
{
    struct stat st;
    size_t length = strip(c, list, n);
    if (!has_case_flag(c->at[0].mount) || look(c, &st) != 1)
        return (long)length;
    if (length + sizeof(WSL_CASE) > room)
        return -ERANGE;
    memcpy(list + length, WSL_CASE, sizeof(WSL_CASE));
    return (long)(length + sizeof(WSL_CASE));
}

long drvfs_listxattr(struct lx_call *c)
{
    int r = lx_forbid_by(c, c->at[0].mount, LX_RULE_XATTR_USER);
    if (r == 0)
        r = drvfs_demand_at(c, 0, DRVFS_LOOK_UP);
    return r < 0 ? r : lx_list_shaped(c, shape);
}
