/* SPDX-License-Identifier: MIT */
#include "cli/rootmounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/foreignroot.h"
#include "cli/wslenv.h"
#include "cli/wslroot.h"
#include "sys/mountinfo.h"

/* Mounts of a root, before the policy's. */
struct roots {
    struct lx_arena *arena;
    const struct lx_effective *policy;
    struct lx_effective_mount mounts[LX_MOUNT_MAX];
    size_t count;
};

/* True where the profile is one of these; the last is NULL. */
static bool is_of(const struct lx_effective *policy, const char *const *profiles)
{
    while (*profiles != NULL && strcmp(policy->profile, *profiles) != 0)
        profiles++;
    return *profiles != NULL;
}

/* Before build 17093. */
static enum lx_mount_type format_of(const struct lx_effective *policy)
{
    static const char *const first[] = {"wsl1-1607", "wsl1-1703", "wsl1-1709", NULL};
    return is_of(policy, first) ? LX_MOUNT_LXFS : LX_MOUNT_WSLFS;
}

static bool add(struct roots *r, enum lx_mount_type type, const char *source, const char *target)
{
    if (r->count + r->policy->mount_count == LX_MOUNT_MAX)
        return false;
    r->mounts[r->count++] =
        (struct lx_effective_mount){.type = type,
                                    .source = source,
                                    .target = target,
                                    .backing = target,
                                    .options = {.case_option = LX_SENSITIVE, .noatime = true}};
    return true;
}

/* True for what is at or below what the kernel has mounted, or where the policy mounts something.
 */
static bool is_known(const struct roots *r, const char *path)
{
    for (size_t i = 0; i < r->count; i++) {
        const char *target = r->mounts[i].target;
        size_t n = strlen(target);
        if (r->mounts[i].type == LX_MOUNT_HOST && strncmp(path, target, n) == 0 &&
            (path[n] == '/' || path[n] == '\0'))
            return true;
    }
    for (size_t i = 0; i < r->policy->mount_count; i++)
        if (strcmp(path, r->policy->mounts[i].target) == 0)
            return true;
    return false;
}

/* What the kernel has mounted below the root is its own: /proc, /sys, /dev, /run. */
static bool add_kernels(struct roots *r)
{
    char *line = NULL;
    size_t room = 0;
    bool added = true;
    FILE *stream = fopen("/proc/self/mountinfo", "re");
    while (stream != NULL && added && getline(&line, &room, stream) > 0) {
        struct sys_mount_line mount;
        char point[PATH_MAX];
        if (sys_mount_line(line, strcspn(line, "\n"), &mount) &&
            sys_mount_unescape(mount.point, point, sizeof(point)) > 1 && !is_known(r, point))
            added = add(r, LX_MOUNT_HOST, "none", lx_arena_string(r->arena, point, strlen(point)));
    }
    free(line);
    if (stream != NULL)
        fclose(stream);
    return added && stream != NULL;
}

/* A distribution of before the Store had these besides. */
static bool add_first(struct roots *r)
{
    static const char *const profiles[] = {"wsl1-1607", "wsl1-1703", NULL};
    static const char *const names[] = {"/root", "/home", "/data", "/cache", "/mnt"};
    struct stat st;
    bool added = true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && is_of(r->policy, profiles); i++)
        if (lstat(names[i], &st) == 0 && S_ISDIR(st.st_mode) && !is_known(r, names[i]))
            added = added && add(r, LX_MOUNT_LXFS, names[i] + 1, names[i]);
    return added;
}

void rootmounts_add(struct lx_effective *policy)
{
    struct roots *r;
    bool linux = policy->rules[LX_RULE_IDENTITY_MOUNTS].value != LX_ON || wslenv_is_wsl2(policy);
    if (foreignroot() != NULL) {
        if (!foreignroot_mount(policy, linux ? LX_MOUNT_EXT4 : format_of(policy)))
            cli_error("the root is not mounted: there is no room for so many mounts");
        return;
    }
    if (linux)
        return;
    r = lx_arena_alloc(&policy->arena, sizeof(*r));
    r->arena = &policy->arena;
    r->policy = policy;
    r->count = 0;
    bool added = add(r, format_of(policy), "rootfs", "");
    if (added)
        r->mounts[0].alias = wslroot_alias();
    if (!added || !add_kernels(r) || !add_first(r)) {
        cli_error("the root is mounted as Linux': it has more mounts than there is room for");
        return;
    }
    size_t n = r->count + policy->mount_count;
    struct lx_effective_mount *mounts = lx_arena_alloc(&policy->arena, n * sizeof(*mounts));
    memcpy(mounts, r->mounts, r->count * sizeof(*mounts));
    memcpy(mounts + r->count, policy->mounts, policy->mount_count * sizeof(*mounts));
    policy->mounts = mounts;
    policy->mount_count = n;
}
