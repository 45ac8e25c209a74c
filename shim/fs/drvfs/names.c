/* SPDX-License-Identifier: MIT */
/*
 * DrvFs names: what NTFS cannot hold is stored as a private character and shown as itself, and what
 * waits to be deleted is listed under the name it had. [vendor test DrvFsTestEscapedNames]
 */
#include "nt/names.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/link.h"
#include "nt/utf.h"
#include "store/hidden.h"
#include "store/pending.h"

/* A scan of nt's is one of the codec's. */
_Static_assert((int)LX_NAME_RESPELLED == (int)NT_ILLEGAL, "what NTFS cannot hold is respelled");
_Static_assert((int)LX_NAME_SUSPECT == (int)NT_HIGH, "text that is not ASCII has to be checked");
_Static_assert((int)LX_NAME_STORED == (int)NT_PRIVATE, "private characters are only stored");
_Static_assert((int)LX_NAME_ODD == (int)NT_ODD, "what 1803 shows otherwise is asked about");
_Static_assert((int)LX_NAME_CONCEALED == (int)NT_MARKED, "what waits to be deleted is concealed");
_Static_assert(LX_NAME_BYTES == NT_NAME_BYTES, "a name that NTFS holds fits an entry");

static bool drvfs_valid(const char *name, size_t n)
{
    return nt_name_check(name, n, 1, 1) == 0;
}

/* True for a call that makes what it names: NT says of a name that is none which of both it is. */
static bool makes(const struct lx_call *c)
{
    switch (c->op) {
    case LX_OP_OPEN:
        return (c->flags & O_CREAT) != 0;
    case LX_OP_MKDIR:
    case LX_OP_MKNOD:
    case LX_OP_SYMLINK:
    case LX_OP_LINK:
    case LX_OP_RENAME:
    case LX_OP_BIND:
        return true;
    default:
        return false;
    }
}

/* [WSL#1514, WSL#1804] touch(1) is told EINVAL by open, and then ENOENT by utimensat. */
static long reject(struct lx_call *c, const char *name, size_t n, char *out, size_t room)
{
    int r = lx_deny(c, LX_RULE_NAMES_ILLEGAL, makes(c) ? EINVAL : ENOENT);
    return r < 0 ? r : lx_name_keep(name, n, out, room);
}

/* What a name of UTF-8 is on the disk. */
static long encode(struct lx_call *c, const struct lx_mount *m, const char *name, size_t n,
                   char *out, size_t room)
{
    unsigned kind = nt_name_scan(name, n);
    if (lx_rule(m, LX_RULE_NAMES_LENGTH) == LX_UTF16 && nt_utf16_length(name, n) > NT_NAME_UNITS) {
        int r = lx_deny(c, LX_RULE_NAMES_LENGTH, ENAMETOOLONG);
        if (r < 0)
            return r;
    }
    if ((kind & NT_ILLEGAL) == 0)
        return lx_name_keep(name, n, out, room);
    if (lx_rule(m, LX_RULE_NAMES_ILLEGAL) == LX_REJECT)
        return reject(c, name, n, out, room);
    if (!lx_alter(c, LX_RULE_NAMES_ILLEGAL))
        return lx_name_keep(name, n, out, room);
    return nt_name_store(name, n, out, room);
}

/* The same of a name with bytes that are no UTF-8. */
static __attribute__((noinline)) long encode_invalid(struct lx_call *c, const struct lx_mount *m,
                                                     const char *name, size_t n, char *out,
                                                     size_t room)
{
    char replaced[NAME_MAX + 1];
    enum lx_value value = lx_rule(m, LX_RULE_NAMES_INVALID_UTF8);
    if (value != LX_REPLACE) {
        int error = lx_value_errno(value);
        int r = error == 0 ? 0 : lx_deny(c, LX_RULE_NAMES_INVALID_UTF8, error);
        return r < 0 ? r : encode(c, m, name, n, out, room);
    }
    if (!lx_alter(c, LX_RULE_NAMES_INVALID_UTF8))
        return encode(c, m, name, n, out, room);
    long length = nt_name_replace(name, n, replaced, sizeof(replaced));
    return length < 0 ? length : encode(c, m, replaced, (size_t)length, out, room);
}

static long drvfs_encode(struct lx_call *c, const struct lx_mount *m, const char *name, size_t n,
                         char *out, size_t room)
{
    bool valid = (nt_name_scan(name, n) & NT_HIGH) == 0 || nt_utf16_length(name, n) >= 0;
    return valid ? encode(c, m, name, n, out, room) : encode_invalid(c, m, name, n, out, room);
}

const struct lx_names lx_drvfs_names = {
    .bytes = nt_name_bytes,
    .look = nt_name_scan,
    .valid = drvfs_valid,
    .encode = drvfs_encode,
    .decode = nt_name_unescape,
    .lead = NT_PRIVATE_LEAD,
};

/* [WSL#3200] What is shown of the n bytes of a name, or of names, in their place. */
static size_t show(const struct lx_mount *m, char *name, size_t n)
{
    return lx_rule(m, LX_RULE_NAMES_PRIVATE) == LX_LOSES ? nt_name_unescape_all(name, n)
                                                         : nt_name_unescape(name, n);
}

bool drvfs_listed(const struct lx_task *t, const struct lx_mount *m, int dir, bool root, char *name)
{
    if (root && store_hidden_is(lx_backing(m), dir, name))
        return false;
    if (t->policy->observe)
        return true;
    if (drvfs_hides_reparse(t, m, dir, name))
        return false;
    size_t n = strlen(name);
    if (nt_name_pending(name, n) && !t->seccomp_confined) {
        const struct store_object o = {lx_backing(m), dir, name};
        enum store_pending state = store_pending_look(&o);
        if (state == STORE_PENDING_GONE)
            return false;
        if (state == STORE_PENDING_HELD)
            name[n -= NT_PENDING_SUFFIX_LENGTH] = '\0';
    }
    if (lx_rule(m, LX_RULE_NAMES_ILLEGAL) == LX_ESCAPE)
        show(m, name, n);
    return true;
}

size_t drvfs_shown(const struct lx_mount *m, char *path, size_t n)
{
    if (nt_name_pending(path, n))
        n = store_pending_unmark(lx_backing(m), path, n);
    return m->backing_length + show(m, path + m->backing_length, n - m->backing_length);
}
