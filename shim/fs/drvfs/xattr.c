/* SPDX-License-Identifier: MIT */
/* Extended attributes on a Windows drive: the case flag by its WSL name, ours hidden. */
#include <string.h>
#include <sys/mman.h>
#include <sys/xattr.h>

#include "fs/drvfs/drvfs.h"
#include "fs/native.h"
#include "fs/refusal.h"
#include "store/directory.h"
#include "sys/sys.h"

#define SYSTEM_PREFIX "system."
#define WSL_CASE      SYSTEM_PREFIX "wsl_case_sensitive"
#define LIST_MAX      65536 /* XATTR_LIST_MAX, the kernel's own limit */

static bool is_case_flag(const struct lx_call *c)
{
    return strcmp(c->name, WSL_CASE) == 0 && c->at[0].mount->case_option != LX_SENSITIVE;
}

/* Where Windows' own facts are kept: no program sees them as attributes. */
static bool reserved(const char *name)
{
    return strncmp(name, STORE_OWN_PREFIX, sizeof(STORE_OWN_PREFIX) - 1) == 0 ||
           strcmp(name, STORE_REPARSE) == 0 || strcmp(name, STORE_DOSATTRIB) == 0 ||
           store_metadata_is(name);
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
    if (case_value(c, &st) == value)
        return 0;
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

long drvfs_getxattr(struct lx_call *c)
{
    int r = lx_forbid_by(c, c->at[0].mount, LX_RULE_XATTR_USER);
    if (r < 0 || !lx_has_text(c, c->name))
        return r < 0 ? r : lx_host_fs.run[LX_OP_GETXATTR](c);
    if (is_case_flag(c))
        return get_case(c);
    /* Not noted: ls asks for the ACL of everything it lists. */
    if (of_system(c->name) && lx_rule(c->at[0].mount, LX_RULE_XATTR_SYSTEM) != LX_ALLOW)
        return -EOPNOTSUPP;
    return reserved(c->name) ? -ENODATA : lx_host_fs.run[LX_OP_GETXATTR](c);
}

long drvfs_setxattr(struct lx_call *c)
{
    int r = lx_forbid_by(c, c->at[0].mount, LX_RULE_XATTR_USER);
    if (r < 0 || !lx_has_text(c, c->name))
        return r < 0 ? r : lx_host_fs.run[LX_OP_SETXATTR](c);
    if (is_case_flag(c))
        return set_case(c);
    if (of_system(c->name))
        r = lx_forbid_by(c, c->at[0].mount, LX_RULE_XATTR_SYSTEM);
    if (r < 0)
        return r;
    return reserved(c->name) ? -EPERM : lx_host_fs.run[LX_OP_SETXATTR](c);
}

long drvfs_removexattr(struct lx_call *c)
{
    int r = lx_forbid_by(c, c->at[0].mount, LX_RULE_XATTR_USER);
    if (r < 0 || !lx_has_text(c, c->name))
        return r < 0 ? r : lx_host_fs.run[LX_OP_REMOVEXATTR](c);
    if (is_case_flag(c))
        return -EOPNOTSUPP;
    if (of_system(c->name))
        r = lx_forbid_by(c, c->at[0].mount, LX_RULE_XATTR_SYSTEM);
    if (r < 0)
        return r;
    return reserved(c->name) ? -ENODATA : lx_host_fs.run[LX_OP_REMOVEXATTR](c);
}

/* Takes the names out of a list that get would not find, in place; returns its new length. */
static size_t strip(const struct lx_mount *mount, char *list, size_t n)
{
    bool system = lx_rule(mount, LX_RULE_XATTR_SYSTEM) == LX_ALLOW;
    size_t to = 0;
    for (size_t from = 0; from < n;) {
        size_t length = strnlen(list + from, n - from) + 1;
        if (!reserved(list + from) && (system || !of_system(list + from))) {
            memmove(list + to, list + from, length);
            to += length;
        }
        from += length;
    }
    return to;
}

static __attribute__((noinline)) long list_all(struct lx_call *c, char *out, size_t room)
{
    struct stat st;
    struct lx_call inner = *c;
    inner.buf = out;
    inner.size = room;
    long n = lx_host_fs.run[LX_OP_LISTXATTR](&inner);
    if (n < 0)
        return n;
    size_t length = strip(c->at[0].mount, out, (size_t)n);
    if (c->at[0].mount->case_option != LX_SENSITIVE && look(c, &st) == 1) {
        if (length + sizeof(WSL_CASE) > room)
            return -ERANGE;
        memcpy(out + length, WSL_CASE, sizeof(WSL_CASE));
        length += sizeof(WSL_CASE);
    }
    return (long)length;
}

long drvfs_listxattr(struct lx_call *c)
{
    char small[2048];
    char *list = small;
    int r = lx_forbid_by(c, c->at[0].mount, LX_RULE_XATTR_USER);
    if (r < 0)
        return r;
    long n = list_all(c, list, sizeof(small));
    if (n == -ERANGE) {
        list = sys_mmap(NULL, LIST_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (sys_mmap_failed(list))
            return -ENOMEM;
        n = list_all(c, list, LIST_MAX);
    }
    if (n > 0 && c->size != 0) {
        if ((size_t)n > c->size)
            n = -ERANGE;
        else if (lx_give(c->task, c->buf, list, (size_t)n) < 0)
            n = -EFAULT;
    }
    if (list != small)
        sys_munmap(list, LIST_MAX);
    return n;
}
