/* SPDX-License-Identifier: MIT */
#include "cli/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/wslenv.h"
#include "policy/stamp.h"

/* What is in a tree: a directory where `text` is NULL. */
struct entry {
    const char *path; /* in the run's directory */
    mode_t mode;
    const char *text;
};

#define WAKEUP_SOURCES                                                              \
    "name\t\tactive_count\tevent_count\twakeup_count\texpire_count\tactive_since\t" \
    "total_time\tmax_time\tlast_change\tprevent_suspend_time\n"

static const struct entry debug[] = {{"debug", 0755, NULL},
                                     {"debug/tracing", 0755, NULL},
                                     {"debug/tracing/trace_marker", 0220, ""},
                                     {"debug/wakeup_sources", 0444, WAKEUP_SOURCES},
                                     {NULL, 0, NULL}};

/* Version 1, with the one controller of WSL1's in a directory of a tmpfs; and version 2. */
#define KEPT                                      \
    {"moves", 0755, NULL}, {"names", 0755, NULL}, \
    {                                             \
        "cgroup", 0755, NULL                      \
    }
static const struct entry first[] = {KEPT,
                                     {"cgroup/devices", 0755, NULL},
                                     {"cgroup/devices/cgroup.procs", 0644, ""},
                                     {"cgroup/devices/cgroup.sane_behavior", 0444, "0\n"},
                                     {"cgroup/devices/devices.allow", 0200, ""},
                                     {"cgroup/devices/devices.deny", 0200, ""},
                                     {"cgroup/devices/devices.list", 0444, "a *:* rwm\n"},
                                     {NULL, 0, NULL}};
static const struct entry second[] = {KEPT,
                                      {"cgroup/cgroup.controllers", 0444, "\n"},
                                      {"cgroup/cgroup.max.depth", 0644, "max\n"},
                                      {"cgroup/cgroup.max.descendants", 0644, "max\n"},
                                      {"cgroup/cgroup.procs", 0644, ""},
                                      {"cgroup/cgroup.subtree_control", 0644, "\n"},
                                      {"cgroup/cgroup.threads", 0644, ""},
                                      {NULL, 0, NULL}};

#define GROUPS "/sys/fs/cgroup"

static bool is_on(const struct lx_effective *policy, enum lx_rule rule)
{
    const struct lx_setting *setting = &policy->rules[rule];
    bool said = policy->standing != LX_GUEST || setting->origin.kind == LX_ORIGIN_FLAG;
    return said && !policy->observe && setting->value == LX_ON;
}

/* Makes the run's directory, for everybody to look into, where files of state are. */
static char *make_directory(void)
{
    const struct lx_stamp stamp = lx_stamp_of(getpid());
    const char *directory;
    for (unsigned i = 0; lx_state_directory(i, &directory); i++) {
        char *path = directory == NULL ? NULL : lx_stamp_format(directory, "tree", &stamp);
        if (path != NULL && mkdtemp(path) != NULL && chmod(path, 0755) == 0)
            return path;
        free(path);
    }
    return NULL;
}

static bool make_file(int dir, const struct entry *e)
{
    int fd = openat(dir, e->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t n = strlen(e->text);
    bool made = fd >= 0 && write(fd, e->text, n) == (ssize_t)n && fchmod(fd, e->mode) == 0;
    if (fd >= 0)
        close(fd);
    return made;
}

static bool fill(const char *directory, const struct entry *entries)
{
    int dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool made = dir >= 0;
    for (const struct entry *e = entries; made && e->path != NULL; e++)
        made = e->text != NULL
                   ? make_file(dir, e)
                   : mkdirat(dir, e->path, e->mode) == 0 && fchmodat(dir, e->path, e->mode, 0) == 0;
    if (dir >= 0)
        close(dir);
    return made;
}

/* Adds a mount whose paths are translated. */
static void add(struct lx_effective *policy, const char *directory, const char *name,
                const struct lx_effective_mount *like)
{
    struct lx_arena *arena = &policy->arena;
    size_t n = policy->mount_count;
    struct lx_effective_mount *mounts = lx_arena_alloc(arena, (n + 1) * sizeof(*mounts));
    memcpy(mounts, policy->mounts, n * sizeof(*mounts));
    mounts[n] = *like;
    mounts[n].backing = lx_arena_format(arena, "%s/%s", directory, name);
    mounts[n].options.case_option = LX_SENSITIVE;
    mounts[n].options.uid = geteuid(); /* whose files are shown as root's */
    policy->mounts = mounts;
    policy->mount_count = n + 1;
}

/* True where the system's own has what WSL1 has there. */
static bool has_debug(void)
{
    return access("/sys/kernel/debug/tracing/trace_marker", F_OK) == 0 &&
           access("/sys/kernel/debug/wakeup_sources", F_OK) == 0;
}

static bool wants_debug(const struct lx_effective *policy)
{
    return is_on(policy, LX_RULE_IDENTITY_SYSFS) && !wslenv_is_wsl2(policy) &&
           access("/sys/kernel/debug", F_OK) == 0 && !has_debug();
}

static bool make_debug(struct lx_effective *policy, const char *directory)
{
    const struct lx_effective_mount mount = {
        .type = LX_MOUNT_DEBUGFS, .source = "debugfs", .target = "/sys/kernel/debug"};
    bool made = fill(directory, debug);
    if (made)
        add(policy, directory, "debug", &mount);
    return made;
}

/* The first era has none. */
static bool wants_groups(const struct lx_effective *policy)
{
    return is_on(policy, LX_RULE_IDENTITY_CGROUPS) && strcmp(policy->profile, "wsl1-1607") != 0 &&
           access(GROUPS, F_OK) == 0;
}

static bool make_groups(struct lx_effective *policy, const char *directory)
{
    static const struct lx_effective_mount top = {.type = LX_MOUNT_CGROUP_TOP,
                                                  .source = "tmpfs",
                                                  .target = GROUPS,
                                                  .options_text = "mode=755"};
    static const struct lx_effective_mount devices = {.type = LX_MOUNT_CGROUP,
                                                      .source = "cgroup",
                                                      .target = GROUPS "/devices",
                                                      .options_text = "devices"};
    static const struct lx_effective_mount unified = {.type = LX_MOUNT_CGROUP2,
                                                      .source = "cgroup2",
                                                      .target = GROUPS,
                                                      .options_text = "nsdelegate"};
    bool is_second = wslenv_is_wsl2(policy);
    if (!fill(directory, is_second ? second : first))
        return false;
    add(policy, directory, "cgroup", is_second ? &unified : &top);
    if (!is_second)
        add(policy, directory, "cgroup/devices", &devices);
    return true;
}

char *tree_make(struct lx_effective *policy)
{
    bool debugs = wants_debug(policy);
    bool groups = wants_groups(policy);
    if ((!debugs && !groups) || policy->mount_count + 3 > LX_MOUNT_MAX)
        return NULL;
    char *directory = make_directory();
    bool made = directory != NULL && (!debugs || make_debug(policy, directory)) &&
                (!groups || make_groups(policy, directory));
    if (!made)
        cli_error("cannot make what /sys shows besides: %s", strerror(errno));
    return directory;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path) < 0 ? 1 : 0;
}

void tree_remove(const char *directory)
{
    if (directory != NULL)
        (void)nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
