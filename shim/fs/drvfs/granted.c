/* SPDX-License-Identifier: MIT */
/*
 * What security descriptors grant on a drive. Who asks is the token of the run, whatever Linux's
 * uid: sudo changes no token.
 */
#include <stdatomic.h>

#include "fs/drvfs/granted.h"
#include "fs/drvfs/object.h"
#include "fs/native.h"
#include "fs/refusal.h"
#include "store/descriptor.h"
#include "sys/sys.h"

/* Read attributes come by list of the directory, too, and deleting by its delete child. */
#define BY_PARENT (NT_READ_ATTRIBUTES | NT_DELETE)

/* What is known of a drive is believed for so many of lx_tick's: 4 ms. */
#define BELIEF_SHIFT 4
/* Any number that no time between two moments comes near. */
#define BELIEF_STEP UINT32_C(0x2a5a5b)

static bool is_asked(const struct lx_call *c, const struct lx_mount *m)
{
    return lx_rule(m, LX_RULE_ACCESS_GRANTED) != LX_ALLOW && !c->task->seccomp_confined;
}

static __attribute__((noinline)) int read_rights(struct lx_call *c, const struct lx_mount *mount,
                                                 const struct store_object *o, uint32_t *granted)
{
    struct store_descriptor d;
    const struct nt_token token = {.elevated = c->task->policy->elevated};
    int r = store_descriptor_get(o, true, &d);
    if (r == -ENODATA)
        return 0;
    if (r == -EACCES) { /* Linux keeps the file from him, and does not tell what it grants */
        *granted = DRVFS_LOOK_UP;
        return 0;
    }
    if (r == -EBADMSG)
        return lx_rule(mount, LX_RULE_ACCESS_DAMAGED) == LX_ALLOW
                   ? 0
                   : lx_deny(c, LX_RULE_ACCESS_DAMAGED, EIO);
    if (r < 0)
        return r;
    *granted = nt_access_granted(&d.security, &token);
    store_descriptor_free(&d);
    return 0;
}

bool drvfs_denies_link(const struct lx_policy *policy, const struct lx_mount *mount,
                       const struct store_object *link)
{
    struct store_descriptor d;
    const struct nt_token token = {.elevated = policy->elevated};
    if (lx_rule(mount, LX_RULE_SYMLINK_DENIED) == LX_NATIVE ||
        lx_rule(mount, LX_RULE_ACCESS_GRANTED) == LX_ALLOW ||
        store_descriptor_get(link, true, &d) < 0)
        return false;
    uint32_t granted = nt_access_granted(&d.security, &token);
    store_descriptor_free(&d);
    return (granted & NT_READ_DATA) == 0;
}

int drvfs_rights(struct lx_call *c, const struct lx_mount *mount, int dfd, const char *path,
                 const struct stat *st, uint32_t *granted)
{
    const struct store_object o = {lx_backing(mount), dfd, path};
    *granted = DRVFS_ALL_GRANTED;
    if (!store_marked(st) || (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode)) ||
        !is_asked(c, mount))
        return 0;
    return read_rights(c, mount, &o, granted);
}

/* The path of the directory of a location, of "." and ".." as well. False where it is too long. */
static bool parent_path(const struct lx_loc *at, char out[PATH_MAX])
{
    static const char up[] = "/..";
    const struct store_object o = drvfs_object(at);
    size_t n = strlen(at->path);
    if (!drvfs_last_is_dots(at->path))
        return store_object_parent(&o, out) == 0;
    if (n + sizeof(up) > PATH_MAX)
        return false;
    memcpy(out, at->path, n);
    memcpy(out + n, up, sizeof(up));
    return true;
}

/* The rights on the directory of a location; none are missing on one that cannot be found. */
static __attribute__((noinline)) int rights_of_parent(struct lx_call *c, const struct lx_loc *at,
                                                      uint32_t *granted)
{
    char path[PATH_MAX];
    struct stat st;
    *granted = DRVFS_ALL_GRANTED;
    if (at->path[0] == '\0' || !parent_path(at, path) || sys_fstatat(at->dfd, path, &st, 0) < 0)
        return 0; /* the call itself says why */
    return drvfs_rights(c, at->mount, at->dfd, path, &st, granted);
}

static uint32_t by_parent(uint32_t granted)
{
    uint32_t also = 0;
    if ((granted & NT_READ_DATA) != 0)
        also |= NT_READ_ATTRIBUTES;
    if ((granted & NT_DELETE_CHILD) != 0)
        also |= NT_DELETE;
    return also;
}

static int refuse(struct lx_call *c, uint32_t missing)
{
    return missing == 0 ? 0 : lx_forbid(c, LX_RULE_ACCESS_GRANTED, EACCES);
}

/* drvfs_demand of the object at dfd/path, which is what path i of the call leads to. */
static int demand(struct lx_call *c, unsigned i, const struct store_object *o,
                  const struct stat *st, uint32_t want)
{
    const struct lx_loc *at = &c->at[i];
    uint32_t above;
    uint32_t granted;
    int r = drvfs_rights(c, at->mount, o->dfd, o->path, st, &granted);
    if (r < 0)
        return r;
    uint32_t missing = want & ~granted;
    if ((missing & BY_PARENT) != 0) {
        r = rights_of_parent(c, at, &above);
        missing &= ~by_parent(above);
    }
    return r < 0 ? r : refuse(c, missing);
}

int drvfs_demand_of_marked(struct lx_call *c, unsigned i, const struct stat *st, uint32_t want)
{
    const struct store_object o = drvfs_object(&c->at[i]);
    return demand(c, i, &o, st, want);
}

int drvfs_demand_of_open(struct lx_call *c, int fd, const struct stat *st, uint32_t want)
{
    const struct store_object o = {lx_backing(c->at[0].mount), fd, ""};
    return demand(c, 0, &o, st, want);
}

/*
 * The moment that something is known of a drive at: time makes it another, and whoever gives a
 * drive its first descriptor, as far as he can tell a run.
 */
static uint32_t moment(const struct lx_call *c)
{
    const struct lx_stats *stats = c->task->policy->stats;
    uint32_t described =
        stats == NULL ? 0 : atomic_load_explicit(&stats->described, memory_order_acquire);
    return ((uint32_t)(lx_tick(c) >> BELIEF_SHIFT) + described * BELIEF_STEP) & 0x7FFFFF;
}

static bool drive_has_some(const struct lx_call *c, const struct lx_mount *m)
{
    return is_asked(c, m) && store_descriptors_noted(lx_backing(m), moment(c));
}

bool drvfs_has_descriptors(const struct lx_call *c, unsigned i)
{
    return drive_has_some(c, c->at[i].mount);
}

int drvfs_demand_at(struct lx_call *c, unsigned i, uint32_t want)
{
    struct stat st;
    if (!drive_has_some(c, c->at[i].mount) || native_stat(c, i, &st) < 0)
        return 0;
    return drvfs_demand(c, i, &st, want);
}

int drvfs_demand_of_parent(struct lx_call *c, unsigned i, uint32_t want)
{
    uint32_t granted;
    if (!drive_has_some(c, c->at[i].mount))
        return 0;
    int r = rights_of_parent(c, &c->at[i], &granted);
    return r < 0 ? r : refuse(c, want & ~granted);
}

/* --- what is made --------------------------------------------------------------------------- */

/* The DACL that is inherited is that which everything without a descriptor has. */
static bool is_default(struct nt_bytes dacl)
{
    struct nt_ace ace;
    size_t at = 0;
    bool all = nt_acl_next(dacl, &at, &ace) && ace.type == NT_ACE_ALLOW &&
               (ace.flags & NT_ACE_INHERIT_ONLY) == 0 && ace.mask == NT_FILE_ALL &&
               nt_sid_equal(ace.sid, nt_sid_everyone);
    return all && !nt_acl_next(dacl, &at, &ace);
}

/* Writes the descriptor of a parent to what was made in it. 0 or -errno. */
static int take_over(const struct nt_security *parent, const struct store_object *o, bool directory)
{
    uint8_t small[1024];
    uint8_t *out = small;
    long n = nt_acl_inherit(parent->dacl, directory, nt_sid_user, out, sizeof(small));
    if (n == -ENOSPC)
        return -EFBIG; /* more than anybody has */
    const struct nt_security s = {.control = NT_DACL_AUTO_INHERITED,
                                  .owner = nt_sid_user,
                                  .group = nt_sid_none,
                                  .dacl = {out, n > 0 ? (size_t)n : 0}};
    return n <= 0 || is_default(s.dacl) ? 0 : store_descriptor_set(o, &s);
}

static __attribute__((noinline)) int inherit(const struct lx_loc *at, int fd)
{
    char path[PATH_MAX];
    struct stat st;
    struct store_descriptor d;
    const struct store_object made = drvfs_object(at);
    const struct store_object there = {made.root, fd >= 0 ? fd : at->dfd, fd >= 0 ? "" : at->path};
    int r = store_object_parent(&made, path);
    if (r == 0)
        r = sys_fstatat(at->dfd, path, &st, 0);
    if (r != 0 || !store_marked(&st))
        return 0;
    const struct store_object parent = {made.root, at->dfd, path};
    r = store_descriptor_get(&parent, true, &d);
    if (r < 0)
        return r == -ENODATA ? 0 : -EIO;
    r = fd >= 0 ? sys_fstat(fd, &st) : sys_fstatat(at->dfd, at->path, &st, AT_SYMLINK_NOFOLLOW);
    if (r == 0)
        r = take_over(&d.security, &there, S_ISDIR(st.st_mode));
    store_descriptor_free(&d);
    if (r < 0)
        sys_unlinkat(at->dfd, at->path, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0);
    return r;
}

int drvfs_inherit_descriptor(struct lx_call *c, const struct lx_loc *at, int fd)
{
    return drive_has_some(c, at->mount) && !lx_observing(c) ? inherit(at, fd) : 0;
}
