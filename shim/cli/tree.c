/* SPDX-License-Identifier: MIT */
#include "cli/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/foreignroot.h"
#include "cli/wslenv.h"
#include "policy/stamp.h"
#include "sys/sys.h"

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

/* What is kept of groups, and where they are. */
static const struct entry kept[] = {
    {"moves", 0755, NULL}, {"names", 0755, NULL}, {"cgroup", 0755, NULL}, {NULL, 0, NULL}};

#define GROUPS "/sys/fs/cgroup"

/* The directory of a session's drives where there is none: fs/automount.c. */
#define AUTOMOUNT "automount"

#define MOST 21 /* mounts that a run gets: one for each controller, and four others */

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

/* Adds a mount whose paths are translated, before those from `at` on. */
static void insert(struct lx_effective *policy, size_t at, const char *directory, const char *name,
                   const struct lx_effective_mount *like)
{
    struct lx_arena *arena = &policy->arena;
    size_t n = policy->mount_count;
    struct lx_effective_mount *mounts = lx_arena_alloc(arena, (n + 1) * sizeof(*mounts));
    memcpy(mounts, policy->mounts, at * sizeof(*mounts));
    memcpy(mounts + at + 1, policy->mounts + at, (n - at) * sizeof(*mounts));
    mounts[at] = *like;
    mounts[at].backing = lx_arena_format(arena, "%s/%s", directory, name);
    mounts[at].options.case_option = LX_SENSITIVE;
    mounts[at].options.uid = geteuid(); /* whose files are shown as root's */
    policy->mounts = mounts;
    policy->mount_count = n + 1;
}

/* The same behind all others. */
static void add(struct lx_effective *policy, const char *directory, const char *name,
                const struct lx_effective_mount *like)
{
    insert(policy, policy->mount_count, directory, name, like);
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

/* True where a list of controllers' names has one. */
static bool has_word(const char *list, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = list; at != NULL && (at = strstr(at, word)) != NULL; at++)
        if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

/* What is to be mounted; the first era has none. Of WSL1 nobody says anything else. */
static enum lx_cgroups groups_of(const struct lx_effective *policy,
                                 const struct lx_cgroups_said *asked)
{
    if (!is_on(policy, LX_RULE_IDENTITY_CGROUPS) || access(GROUPS, F_OK) < 0)
        return LX_CGROUPS_NONE;
    bool chosen = lx_cgroups_chosen(policy->profile);
    bool first = chosen && asked->first && !has_word(asked->without, "all");
    return first ? LX_CGROUPS_FIRST : lx_cgroups_of(policy->profile);
}

/* The machine's processors, as the kernel lists them: "0-3". */
static const char *processors(char *out, size_t room)
{
    int fd = open("/sys/devices/system/cpu/online", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, out, room - 1);
    if (fd >= 0)
        close(fd);
    out[n > 0 ? n : 0] = '\0';
    return n > 0 ? out : "0\n";
}

/* Fills a hierarchy's root, a directory of the tree's. */
static bool fill_root(const char *directory, const char *name, const char *profile,
                      const char *hierarchy)
{
    char text[4096];
    char path[64];
    const struct lx_cgroup_file *file;
    int dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool made = dir >= 0 && (mkdirat(dir, name, 0755) == 0 || errno == EEXIST);
    for (unsigned at = 0; made && (file = lx_cgroup_file(profile, hierarchy, true, &at)) != NULL;) {
        bool all = strcmp(file->text, "*") == 0;
        struct entry e = {path, file->mode, all ? processors(text, sizeof(text)) : file->text};
        snprintf(path, sizeof(path), "%s/%s", name, file->name);
        made = make_file(dir, &e);
    }
    if (dir >= 0)
        close(dir);
    return made;
}

/* A hierarchy in the tree, and its mount. */
static bool add_hierarchy(struct lx_effective *policy, const char *directory, const char *name,
                          const struct lx_effective_mount *mount)
{
    bool unified = mount->type == LX_MOUNT_CGROUP2;
    bool made = fill_root(directory, name, policy->profile,
                          unified ? LX_CGROUP_UNIFIED : mount->options_text);
    if (made)
        add(policy, directory, name, mount);
    return made;
}

/* A tmpfs with a directory for each controller, and on WSL2 one for version 2, which is first. */
static bool make_first(struct lx_effective *policy, const char *directory, const char *without)
{
    static const struct lx_effective_mount top = {.type = LX_MOUNT_CGROUP_TOP,
                                                  .source = "tmpfs",
                                                  .target = GROUPS,
                                                  .options_text = "mode=755"};
    static const struct lx_effective_mount unified = {.type = LX_MOUNT_CGROUP2,
                                                      .source = "cgroup2",
                                                      .target = GROUPS "/" LX_CGROUP_UNIFIED,
                                                      .options_text = "nsdelegate"};
    const char *name;
    bool made = true;
    add(policy, directory, "cgroup", &top);
    if (wslenv_is_wsl2(policy))
        made = add_hierarchy(policy, directory, "cgroup/" LX_CGROUP_UNIFIED, &unified);
    for (unsigned n = 0; made && (name = lx_cgroup_controller(policy->profile, n)) != NULL; n++) {
        const char *where = lx_arena_format(&policy->arena, "cgroup/%s", name);
        struct lx_effective_mount mount = {.type = LX_MOUNT_CGROUP, .source = "cgroup"};
        mount.target = lx_arena_format(&policy->arena, GROUPS "/%s", name);
        mount.options_text = name;
        if (!has_word(without, name) && !has_word(without, "all"))
            made = add_hierarchy(policy, directory, where, &mount);
    }
    return made;
}

static bool make_groups(struct lx_effective *policy, const char *directory, enum lx_cgroups groups,
                        const char *without)
{
    static const struct lx_effective_mount unified = {.type = LX_MOUNT_CGROUP2,
                                                      .source = "cgroup2",
                                                      .target = GROUPS,
                                                      .options_text = "nsdelegate"};
    if (!fill(directory, kept))
        return false;
    if (groups == LX_CGROUPS_SECOND)
        return add_hierarchy(policy, directory, "cgroup", &unified);
    return make_first(policy, directory, wslenv_is_wsl2(policy) ? without : NULL);
}

/* What is left of a path in a directory, without a slash; NULL where it is not in it. */
static const char *in(const char *path, const char *directory)
{
    const size_t n = strlen(directory);
    return strncmp(path, directory, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

/* True where the drives' directory, or one that it is in, is a drive itself. */
static bool is_drive(const struct lx_effective *policy, const char *path)
{
    bool is = false;
    for (size_t i = 0; i < policy->mount_count; i++)
        is |= lx_mount_type_has(policy->mounts[i].type, LX_TYPE_DRIVE) &&
              (strcmp(path, policy->mounts[i].target) == 0 ||
               in(path, policy->mounts[i].target) != NULL);
    return is;
}

/*
 * How many bytes of a path name the first directory of it that the kernel has not, below a root or
 * "/". What a run around this one has made is not there for this one's programs.
 */
static size_t first_missing(struct lx_arena *arena, const char *root, const char *path)
{
    struct stat st;
    for (size_t n = 1;; n++) {
        n += strcspn(path + n, "/");
        const char *whole = lx_arena_format(arena, "%s%.*s", root, (int)n, path);
        if (path[n] == '\0' || sys_fstatat(AT_FDCWD, whole, &st, 0) < 0)
            return n;
    }
}

/* Makes a directory of the way to drives, by a mode that no umask takes anything of. */
static bool make_step(int dir, const char *path, mode_t mode)
{
    return mkdirat(dir, path, mode) == 0 && fchmodat(dir, path, mode, 0) == 0;
}

/* A directory for drives, with those that it is in and a place for each drive. */
static bool make_automount(struct lx_effective *policy, const char *directory)
{
    struct lx_arena *arena = &policy->arena;
    const char *made = policy->made;
    const char *root = foreignroot() == NULL ? "" : foreignroot();
    const size_t first = first_missing(arena, root, made);
    const size_t up = (size_t)((const char *)memrchr(made, '/', first) - made);
    const struct lx_effective_mount mount = {
        .type = LX_MOUNT_AUTOMOUNT,
        .source = "none",
        .target = lx_arena_string(arena, made, first),
        .options_text =
            lx_arena_format(arena, "%s%.*s", root, (int)(up + (up == 0 && *root == '\0')), made)};
    int dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool done = dir >= 0 && make_step(dir, AUTOMOUNT, 0755);
    for (size_t n = first; done && made[n] != '\0';) {
        n += 1 + strcspn(made + n + 1, "/");
        done = make_step(
            dir, lx_arena_format(arena, AUTOMOUNT "%.*s", (int)(n - first), made + first), 0755);
    }
    for (size_t i = 0; done && i < policy->mount_count; i++) {
        const char *name = in(policy->mounts[i].target, made);
        if (name != NULL && strchr(name, '/') == NULL) /* as init makes them */
            done =
                make_step(dir, lx_arena_format(arena, AUTOMOUNT "%s/%s", made + first, name), 0777);
    }
    if (dir >= 0)
        close(dir);
    size_t at = 0; /* before those that are in it */
    while (at < policy->mount_count && in(policy->mounts[at].target, made) == NULL)
        at++;
    if (done)
        insert(policy, at, directory, AUTOMOUNT, &mount);
    return done;
}

char *tree_make(struct lx_effective *policy, const struct lx_cgroups_said *asked)
{
    bool debugs = wants_debug(policy);
    bool lacks_root = policy->made != NULL && !is_drive(policy, policy->made);
    enum lx_cgroups groups = groups_of(policy, asked);
    if ((!debugs && !lacks_root && groups == LX_CGROUPS_NONE) ||
        policy->mount_count + MOST > LX_MOUNT_MAX)
        return NULL;
    char *directory = make_directory();
    if (lacks_root && (directory == NULL || !make_automount(policy, directory)))
        cli_error("cannot make %s, where drives are, in %s: %s; the session goes on", policy->made,
                  directory == NULL ? "/dev/shm or /tmp" : directory, strerror(errno));
    bool made =
        directory != NULL && (!debugs || make_debug(policy, directory)) &&
        (groups == LX_CGROUPS_NONE || make_groups(policy, directory, groups, asked->without));
    if (!made && (debugs || groups != LX_CGROUPS_NONE))
        cli_error("cannot make all that /sys shows besides, in %s: %s; the session goes on",
                  directory == NULL ? "/dev/shm or /tmp" : directory, strerror(errno));
    return directory;
}

/* Opens a directory for its entries, unless something is mounted on it, or it is none. */
static int open_own(int dir, const char *name)
{
    const struct sys_open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
                                     .resolve = SYS_RESOLVE_NO_XDEV | SYS_RESOLVE_NO_SYMLINKS};
    return sys_openat2(dir, name, &how);
}

/*
 * Removes what is in a directory, which it closes. What a program of the run has mounted in it is
 * somebody's, also where that is of the same file system: the mount stays, and what is above it.
 */
static void empty(int dir)
{
    DIR *entries = fdopendir(dir);
    if (entries == NULL) {
        close(dir);
        return;
    }
    for (struct dirent *e; (e = readdir(entries)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        int below = open_own(dir, e->d_name);
        if (below >= 0)
            empty(below); /* as deep as control groups are */
        (void)unlinkat(dir, e->d_name, below >= 0 ? AT_REMOVEDIR : 0);
    }
    closedir(entries);
}

void tree_remove(const char *directory)
{
    char parent[PATH_MAX];
    const char *slash = directory == NULL ? NULL : strrchr(directory, '/');
    if (slash == NULL || slash == directory || slash - directory >= PATH_MAX)
        return;
    snprintf(parent, sizeof(parent), "%.*s", (int)(slash - directory), directory);
    int dir = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int own = dir < 0 ? -1 : open_own(dir, slash + 1);
    if (own >= 0) {
        empty(own);
        (void)unlinkat(dir, slash + 1, AT_REMOVEDIR);
    }
    if (dir >= 0)
        close(dir);
}
