/* SPDX-License-Identifier: MIT */
#include "fs/stray.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "fs/holding.h"
#include "fs/rules.h"
#include "store/object.h"
#include "store/procscan.h"
#include "sys/clock.h"
#include "sys/sys.h"

#define REVIEW_SECS 1

/* FNV-1a */
static uint64_t hash_of(const void *bytes, size_t n, uint64_t hash)
{
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* A name, of which nothing has to be there any more, as a number: its directory's and its own. */
static uint64_t name_of(const struct lx_loc *at)
{
    const struct store_object o = {lx_backing(at->mount), at->dfd, at->path};
    const char *leaf = store_leaf(at->path);
    char parent[PATH_MAX];
    struct stat st;
    if (store_object_parent(&o, parent) < 0 || sys_fstatat(at->dfd, parent, &st, 0) < 0)
        return 0;
    uint64_t hash = hash_of(&st.st_ino, sizeof(st.st_ino), UINT64_C(0xcbf29ce484222325));
    hash = hash_of(&st.st_dev, sizeof(st.st_dev), hash);
    return hash_of(leaf, strlen(leaf), hash);
}

/*
 * True where a process is in a directory, or has it open. Most are in it, which is quick to see; a
 * descriptor that only names it keeps no directory where it is.
 */
static bool is_held(dev_t dev, ino_t ino, struct store_holders *holders)
{
    struct procscan scan = {
        .dev = dev, .ino = ino, .own_fd = -1, .cwds_only = true, .holders = holders};
    if (procscan(&scan))
        return true;
    scan.cwds_only = false;
    return procscan(&scan);
}

void lx_note_stray(const struct lx_call *c)
{
    const struct lx_policy *policy = c->task->policy;
    const struct lx_loc *to = &c->at[1];
    struct store_holders nobody = {.room = 0};
    struct stat st;
    if (policy->table == NULL)
        return;
    int fd = sys_openat(to->dfd, to->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return;
    bool known = sys_fstat(fd, &st) == 0;
    bool noted =
        known && mounts_any_stray(policy) && mounts_find_stray(policy, &st) != LX_TABLE_STRAYS;
    bool held = known && (noted || store_directory_held(fd, &st, &nobody));
    sys_close(fd);
    if (held)
        (void)mounts_add_stray(policy, &st, name_of(&c->at[0]), name_of(to));
}

/* `by_name`: the call has come to it by its new name. */
static int check(struct lx_call *c, const struct lx_mount *mount, const struct stat *st,
                 bool by_name)
{
    const struct lx_policy *policy = c->task->policy;
    struct store_holders holders = lx_holders(c);
    int error = mount == NULL ? 0 : lx_value_errno(lx_rule(mount, LX_RULE_DIRECTORY_RENAMED));
    if (error == 0 || !mounts_any_stray(policy))
        return 0;
    unsigned place = mounts_find_stray(policy, st);
    if (place == LX_TABLE_STRAYS)
        return 0;
    bool found = by_name && lx_rule(mount, LX_RULE_DIRECTORY_RENAMED) == LX_UNTIL_FOUND;
    if (found || !is_held(st->st_dev, st->st_ino, &holders)) {
        (void)mounts_drop_strays(policy, UINT32_C(1) << place);
        return 0;
    }
    lx_keep_holders(c, &holders);
    return lx_deny(c, LX_RULE_DIRECTORY_RENAMED, error);
}

int lx_check_stray(struct lx_call *c, const struct lx_mount *mount, const struct stat *st)
{
    return check(c, mount, st, true);
}

int lx_check_stray_here(struct lx_call *c, const struct lx_mount *mount, int dfd)
{
    struct stat st;
    return mount != NULL && mounts_any_stray(c->task->policy) &&
                   sys_fstatat(dfd, "", &st, AT_EMPTY_PATH) == 0
               ? check(c, mount, &st, false)
               : 0;
}

void lx_review_strays(const struct lx_policy *policy)
{
    static _Atomic long reviewed; /* of any thread of this process, when it last did */
    struct timespec now = {0, 0};
    uint32_t left = 0;
    sys_clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    long before = atomic_load_explicit(&reviewed, memory_order_relaxed);
    if ((before != 0 && now.tv_sec - before < REVIEW_SECS) ||
        !atomic_compare_exchange_strong(&reviewed, &before, (long)now.tv_sec))
        return;
    for (unsigned i = 0; i < LX_TABLE_STRAYS; i++) {
        struct store_holders nobody = {.room = 0};
        const struct lx_stray *at = &policy->table->strays[i];
        ino_t ino = atomic_load(&at->ino);
        if (ino != 0 && !is_held(atomic_load(&at->dev), ino, &nobody))
            left |= UINT32_C(1) << i;
    }
    if (left != 0)
        (void)mounts_drop_strays(policy, left);
}
