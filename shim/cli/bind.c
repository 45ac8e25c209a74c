/* SPDX-License-Identifier: MIT */
#include "cli/bind.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "sys/sys.h"

/* Of <sys/mount.h>, which some versions of <linux/mount.h> do not bear beside them. */
#ifndef MS_REC
#define MS_REC   16384
#define MS_SLAVE (1 << 19)
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

static bool is_redirected(const struct lx_effective_mount *m)
{
    return strcmp(m->target, m->backing) != 0;
}

/* What is left of a path inside a directory: "" or "/x"; NULL where it is not inside. */
static const char *inside(const char *path, const char *dir)
{
    size_t n = strlen(dir);
    return strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0') ? path + n : NULL;
}

/* Where in a mount the current directory is, by either of its names; or NULL. */
static const char *place_in(const struct lx_effective_mount *m, const char *here)
{
    const char *rest = inside(here, m->target);
    return rest != NULL ? rest : inside(here, m->backing);
}

/* Why a mount has to be translated, whatever the kernel allows; or NULL. */
static const char *obstacle(const struct lx_effective_mount *m, const char *here)
{
    char path[2 * PATH_MAX];
    struct stat st;
    const char *rest = place_in(m, here);
    /* The kernel is asked, which mounts it: not a run around this one. */
    int there = sys_fstatat(AT_FDCWD, m->target, &st, 0);
    if (there < 0)
        return there == -ENOENT ? "the target is not there: make it first, for a bind mount"
                                : strerror(-there);
    /* What is covered could not be preloaded. */
    if (cli_program(path, sizeof(path)) < 0 || inside(path, m->target) != NULL)
        return "lxshim itself is below the target";
    snprintf(path, sizeof(path), "%s%s", m->backing, rest != NULL ? rest : "");
    return stat(path, &st) == 0 ? NULL : "the current directory is not in the backing";
}

static bool write_file(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));
    if (fd >= 0)
        close(fd);
    return n == (ssize_t)strlen(text);
}

int bind_become(unsigned user, unsigned group)
{
    char users[64];
    char groups[64];
    snprintf(users, sizeof(users), "%u %u 1", user, geteuid());
    snprintf(groups, sizeof(groups), "%u %u 1", group, getegid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
        return -errno;
    if (!write_file("/proc/self/setgroups", "deny") || !write_file("/proc/self/uid_map", users) ||
        !write_file("/proc/self/gid_map", groups))
        return -errno;
    return 0;
}

int bind_enter(enum bind_when when)
{
    int r = unshare(CLONE_NEWNS) < 0 ? -errno : 0;
    if (r == -EPERM && when == BIND_ALWAYS)
        r = bind_become(geteuid(), getegid());
    return r < 0 ? r : (int)SYS5(SYS_mount, "none", "/", NULL, MS_REC | MS_SLAVE, NULL);
}

/*
 * By the calls that take descriptors: all backings are taken before the first mount covers
 * anything. What is mounted below a backing comes along, as it is there for translated paths;
 * without it the kernel would refuse in a user namespace, which may not uncover anything. Our own
 * calls carry the cookie: where another `lxshim run` is around this one, its supervisor lets them
 * pass.
 */
static int take_backing(const struct lx_effective_mount *m)
{
    return (int)SYS3(SYS_open_tree, AT_FDCWD, m->backing,
                     OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
}

static int put_on_target(int tree, const struct lx_effective_mount *m)
{
    return (int)SYS5(SYS_move_mount, tree, "", AT_FDCWD, m->target, MOVE_MOUNT_F_EMPTY_PATH);
}

/* Enters the current directory anew where it is in a mount: it is still what the mount covers. */
static void follow(const struct lx_effective *policy, const char *here)
{
    char path[2 * PATH_MAX];
    const char *said = getenv("PWD");
    for (size_t i = 0; i < policy->mount_count; i++) {
        const struct lx_effective_mount *m = &policy->mounts[i];
        const char *rest = m->bound ? place_in(m, here) : NULL;
        if (rest == NULL)
            continue;
        snprintf(path, sizeof(path), "%s%s", m->target, rest);
        if (chdir(path) == 0 && said != NULL && strcmp(said, here) == 0)
            setenv("PWD", path, 1);
        return;
    }
}

/* Tells what becomes of a mount. `why` it is not bound, or NULL. */
static void tell(const struct lx_effective_mount *m, const char *why, enum bind_when when,
                 bool verbose)
{
    if (why != NULL && when == BIND_ALWAYS)
        cli_error("%s cannot be bind-mounted on %s: %s", m->backing, m->target, why);
    else if (verbose && why != NULL)
        cli_error("%s on %s is translated to %s: %s", m->source, m->target, m->backing, why);
    else if (verbose)
        cli_error("%s on %s is a bind mount of %s", m->source, m->target, m->backing);
}

/* The same of the namespace that they are made in. False where it was asked for and cannot be. */
static bool tell_entered(int entered, enum bind_when when, bool verbose)
{
    if (verbose && entered == 0)
        cli_error("what the command mounts stays in a mount namespace of its own");
    if (entered < 0 && when == BIND_ALWAYS)
        cli_error("cannot go into a mount namespace: %s; " BIND_WANTS, strerror(-entered));
    return entered == 0 || when != BIND_ALWAYS;
}

bool bind_mounts(struct lx_effective *policy, enum bind_when when, bool verbose)
{
    const char *why[LX_MOUNT_MAX] = {NULL};
    int trees[LX_MOUNT_MAX];
    char here[PATH_MAX];
    /* Where the policy says volumes, what is run will mount them. */
    bool wanted = policy->has_volumes && when != BIND_NEVER;
    bool all = true;
    if (getcwd(here, sizeof(here)) == NULL)
        here[0] = '\0';
    for (size_t i = 0; i < policy->mount_count; i++) {
        const struct lx_effective_mount *m = &policy->mounts[i];
        trees[i] = -1;
        if (is_redirected(m))
            why[i] = when == BIND_NEVER ? "as --bind=never asks" : obstacle(m, here);
        wanted |= is_redirected(m) && why[i] == NULL;
    }
    int entered = wanted ? bind_enter(when) : 0;
    if (!tell_entered(entered, when, verbose && wanted && policy->has_volumes))
        return false;
    for (size_t i = 0; i < policy->mount_count && wanted; i++) {
        if (!is_redirected(&policy->mounts[i]) || why[i] != NULL)
            continue;
        trees[i] = entered < 0 ? entered : take_backing(&policy->mounts[i]);
    }
    for (size_t i = 0; i < policy->mount_count; i++) {
        struct lx_effective_mount *m = &policy->mounts[i];
        if (!is_redirected(m)) {
            if (verbose)
                cli_error("%s is %s", m->source, m->target);
            continue;
        }
        int r = trees[i] < 0 ? trees[i] : put_on_target(trees[i], m);
        if (trees[i] >= 0)
            close(trees[i]);
        m->bound = why[i] == NULL && r == 0;
        if (why[i] == NULL && r < 0)
            why[i] = r == -EPERM && when == BIND_AUTO
                         ? "that needs root, or --bind=always and a user namespace"
                         : strerror(-r);
        tell(m, why[i], when, verbose);
        all &= m->bound;
    }
    follow(policy, here);
    return all || when != BIND_ALWAYS;
}
