/* SPDX-License-Identifier: MIT */
#include "cli/wslroot.h"

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

#include "cli/bind.h"
#include "cli/cli.h"
#include "cli/foreignroot.h"
#include "policy/wslmounts.h"
#include "sys/sys.h"

/* Of <sys/mount.h>, which some versions of <linux/mount.h> do not bear beside them. */
#ifndef MS_BIND
#define MS_BIND 4096
#define MS_REC  16384
#endif
#ifndef MNT_DETACH
#define MNT_DETACH 2
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

#define RUN     "run/lxshim" /* in the root */
#define LIBRARY RUN "/lib"
#define POLICY  RUN "/policy"

/* Our own calls carry the cookie, as in bind.c. Returns 0 or -errno. */
static int mount_on(const char *source, const char *target, const char *type, unsigned long flags,
                    const char *data)
{
    return (int)SYS5(SYS_mount, source, target, type, flags, data);
}

/* What is mounted below comes along: a user namespace may not uncover it. */
static int bind_on(const char *source, const char *target)
{
    return mount_on(source, target, NULL, MS_BIND | MS_REC, NULL);
}

/* Says what could not be done, and what for. Returns false. */
static bool refuse(const char *directory, const char *what, int error)
{
    cli_error("--root %s: %s: %s", directory, what, strerror(-error));
    return false;
}

/*
 * A namespace for the root's mounts: true, or *translated, which is said, or false, having said
 * what is missing.
 */
static bool enter(const struct cli_arguments *arguments, bool *translated)
{
    const char *bind = arguments->bind;
    bool never = bind != NULL && strcmp(bind, "never") == 0;
    bool always = bind != NULL && strcmp(bind, "always") == 0;
    int r = never ? 0 : bind_enter(BIND_ALWAYS);
    *translated = never || (r < 0 && !always);
    if (r < 0 && always)
        cli_error("--root %s: a mount namespace: %s; " BIND_WANTS, arguments->root, strerror(-r));
    else if (r < 0 && !arguments->quiet)
        cli_error("--root %s: a mount namespace: %s; paths are translated, see lxshim help wsl",
                  arguments->root, strerror(-r));
    return r == 0 || !always;
}

/* Mounts something as WSL's init does. */
static int mount_own(const char *point)
{
    const struct lx_wslmount *m = lx_wslmount_at(point, strlen(point), 0);
    const char *target = point + 1; /* in the root, which is entered */
    return mount_on(m->source, target, m->type, m->flags, m->data[0] != '\0' ? m->data : NULL);
}

/*
 * What WSL's init mounts below /run, and where memory is shared. binfmt_misc is each user
 * namespace's own from Linux 6.7 on, and before that nobody's but the machine's root's; a session
 * goes without.
 */
static bool mount_inits(const char *directory)
{
    static const char *const points[] = {"/run/lock", "/run/shm", "/run/user"};
    struct stat st;
    int r = mount_own("/run");
    if (r < 0)
        return refuse(directory, "a tmpfs on its /run", r);
    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        r = mkdir(points[i] + 1, 0755) < 0 ? -errno : mount_own(points[i]);
        if (r < 0)
            return refuse(directory, points[i], r);
    }
    r = stat("dev/shm", &st) < 0 ? 0 : bind_on("run/shm", "dev/shm");
    if (r < 0)
        return refuse(directory, "/dev/shm", r);
    if (stat("proc/sys/fs/binfmt_misc/status", &st) < 0)
        (void)mount_own("/proc/sys/fs/binfmt_misc");
    return true;
}

/* What every system has; a root that has no place for one goes without. The root is entered. */
static bool mount_system(const char *directory)
{
    static const char *const places[] = {"proc", "sys", "dev"};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char source[8];
        struct stat st;
        if (stat(places[i], &st) < 0) {
            cli_error("--root %s: no %s in it: the session goes without", directory, places[i]);
            continue;
        }
        snprintf(source, sizeof(source), "/%s", places[i]);
        int r = bind_on(source, places[i]);
        if (r < 0)
            return refuse(directory, source, r);
    }
    return mount_inits(directory); /* on its /run our own things can be */
}

/* Brings what was taken of outside in. */
static bool bring(const char *directory, int tree, const char *target)
{
    int r = mkdir(target, 0755) < 0 ? -errno : 0;
    if (r == 0)
        r = (int)SYS5(SYS_move_mount, tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH);
    return r == 0 || refuse(directory, target, r);
}

/* Where a policy is that can be read once, as a pipe can: where it was named. */
static bool is_nowhere(const char *directory)
{
    struct stat st;
    return stat(directory, &st) < 0 || strncmp(directory, "/proc/", 6) == 0 ||
           strncmp(directory, "/dev/", 5) == 0;
}

/* The directory of a policy, absolute: that of its file, or else the current one. */
static bool find_policy(const char *file, char out[PATH_MAX])
{
    char here[PATH_MAX];
    char path[PATH_MAX];
    char *slash = NULL;
    if (getcwd(here, sizeof(here)) == NULL)
        return false;
    snprintf(path, sizeof(path), "%s", file == NULL ? "" : file);
    slash = strrchr(path, '/');
    if (slash == path)
        slash++;
    if (slash != NULL)
        *slash = '\0';
    return realpath(slash == NULL || is_nowhere(path) ? here : path, out) != NULL;
}

/* What a session needs of outside. */
struct ours {
    int library; /* trees of mounts */
    int policy;
};

/* Written before anything is started. */
static char alias[PATH_MAX * 2];
static char beside[PATH_MAX]; /* the policy's directory, outside */

const char *wslroot_alias(void)
{
    return alias[0] == '\0' ? NULL : alias;
}

void wslroot_outside(const char *path, char *out, size_t room)
{
    static const char brought[] = "/" POLICY "/";
    const size_t n = sizeof(brought) - 2;
    bool is_brought = beside[0] != '\0' && strncmp(path, brought, n + 1) == 0;
    snprintf(out, room, "%s%s", is_brought ? beside : "", is_brought ? path + n : path);
}

/* Takes it, before anything is mounted that would come along. `library`: the directory of it. */
static bool take_ours(const char *directory, const char *root, const char *library,
                      const char *file, struct ours *out)
{
    const unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE;
    char policy[PATH_MAX];
    if (!find_policy(file, policy))
        return refuse(directory, "the policy's directory", -errno);
    size_t n = strlen(policy);
    if (strncmp(root, policy, n) == 0 && root[n] == '/')
        snprintf(alias, sizeof(alias), "/" POLICY "%s", root + n);
    memcpy(beside, policy, n + 1);
    out->library = (int)SYS3(SYS_open_tree, AT_FDCWD, library, flags);
    out->policy = (int)SYS3(SYS_open_tree, AT_FDCWD, policy, flags);
    return (out->library >= 0 || refuse(directory, library, out->library)) &&
           (out->policy >= 0 || refuse(directory, policy, out->policy));
}

static bool bring_ours(const char *directory, const struct ours *ours)
{
    if (mkdir(RUN, 0755) < 0)
        return refuse(directory, RUN, -errno);
    bool there = bring(directory, ours->library, LIBRARY) && bring(directory, ours->policy, POLICY);
    close(ours->library);
    close(ours->policy);
    return there;
}

/* Leaves what was the root behind, with the root for the current directory. */
static bool leave(const char *directory)
{
    int r = (int)SYS2(SYS_pivot_root, ".", ".");
    if (r == 0)
        r = (int)SYS2(SYS_umount2, ".", MNT_DETACH);
    if (r == 0 && chdir("/") < 0)
        r = -errno;
    return r == 0 || refuse(directory, "making it the root", r);
}

/* Whether the policy is one that can be taken along. */
static bool may_take(const char *directory, const struct lx_request *request)
{
    if (request->found) {
        cli_error("--root %s: %s was only found here; name it: --policy %s", directory,
                  request->file, request->file);
        return false;
    }
    if (request->file == NULL || request->text != NULL)
        return true;
    if (access(request->file, R_OK) < 0)
        return refuse(directory, request->file, -errno);
    cli_error("--root %s: %s cannot be read as a policy", directory, request->file);
    return false;
}

/* The root, absolute: a directory in which the session's own things can be. */
static bool find_root(const char *directory, char out[PATH_MAX])
{
    char run[PATH_MAX + 5];
    struct stat st;
    if (realpath(directory, out) == NULL || stat(out, &st) < 0)
        return refuse(directory, "the root", -errno);
    if (!S_ISDIR(st.st_mode))
        return refuse(directory, "the root", -ENOTDIR);
    if (strcmp(out, "/") == 0) {
        cli_error("--root %s: that is the root already, without --root", directory);
        return false;
    }
    snprintf(run, sizeof(run), "%s/run", out);
    int r = stat(run, &st) < 0 ? -errno : 0;
    if (r == 0 && S_ISDIR(st.st_mode))
        return true;
    if (r < 0 && r != -ENOENT)
        return refuse(directory, "run in it", r);
    cli_error("--root %s: no directory run in it, where a session has things of its own; mkdir "
              "%s makes it",
              directory, run);
    return false;
}

/* Has the request name a policy that is nowhere, where it names none. */
static void name_none(struct lx_request *request)
{
    static const char nothing[] = "{\"version\": 1, \"volumes\": {}}";
    if (request->file != NULL)
        return;
    request->text = nothing;
    request->size = sizeof(nothing) - 1;
    request->file = "/none";
}

/* The root where it is translated: a policy is where it was. */
static bool translate(const char *real, struct lx_request *request)
{
    static char file[PATH_MAX * 2]; /* the request's; the program has one thread */
    char policy[PATH_MAX];
    if (!find_policy(request->file, policy))
        return refuse(real, "the policy's directory", -errno);
    name_none(request);
    const char *slash = strrchr(request->file, '/');
    snprintf(file, sizeof(file), "%s/%s", policy, slash == NULL ? request->file : slash + 1);
    request->file = file;
    return foreignroot_take(real, policy);
}

bool wslroot_enter(const struct cli_arguments *arguments, struct lx_request *request)
{
    const char *directory = arguments->root;
    static char file[PATH_MAX]; /* the request's; the program has one thread */
    char real[PATH_MAX];
    char library[PATH_MAX * 2];
    struct ours ours;
    bool translated;
    if (!may_take(directory, request) || !find_root(directory, real))
        return false;
    /* Afterwards /proc/self/exe is of another namespace, whose "/" is above ours in a chroot. */
    if (!cli_library(library, sizeof(library)))
        return refuse(directory, library, -ENOENT);
    *strrchr(library, '/') = '\0';
    if (!enter(arguments, &translated))
        return false;
    if (translated)
        return translate(real, request);
    if (!take_ours(directory, real, library, request->file, &ours))
        return false;
    int r = bind_on(real, real);
    if (r < 0 || chdir(real) < 0)
        return refuse(directory, "a mount of itself", r < 0 ? r : -errno);
    if (!mount_system(directory) || !bring_ours(directory, &ours) || !leave(directory))
        return false;
    cli_library_move("/" LIBRARY);
    name_none(request);
    const char *slash = strrchr(request->file, '/');
    snprintf(file, sizeof(file), "/" POLICY "/%s", slash == NULL ? request->file : slash + 1);
    request->file = file;
    request->directory = "/";
    return setenv("PWD", "/", 1) == 0;
}
