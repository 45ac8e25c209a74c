/* SPDX-License-Identifier: MIT */
#include "policy/resolve.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/path.h"
#include "sys/fdpath.h"
#include "sys/sys.h"

static char *absolute(struct lx_load *load, const char *directory, const char *path)
{
    return path[0] == '/' ? lx_arena_string(load->arena, path, strlen(path))
                          : lx_arena_format(load->arena, "%s/%s", directory, path);
}

/* The directory that a canonical one is in. */
static const char *parent_of(struct lx_load *load, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == path ? "/" : lx_arena_string(load->arena, path, (size_t)(slash - path));
}

/*
 * The canonical path of a directory, absolute, of which nothing need be there: what is missing is
 * as mkdir would make it. NULL with errno set where that would not.
 */
static const char *canonical_made(struct lx_load *load, const char *path)
{
    char real[PATH_MAX];
    struct stat st;
    const char *at = "/";
    size_t n;
    for (const char *p = path + strspn(path, "/"); *p != '\0'; p += n, p += strspn(p, "/")) {
        n = strcspn(p, "/");
        if (n == 1 && p[0] == '.')
            continue;
        if (n == 2 && p[0] == '.' && p[1] == '.') {
            at = parent_of(load, at);
            continue;
        }
        at = lx_arena_format(load->arena, "%s/%.*s", strcmp(at, "/") == 0 ? "" : at, (int)n, p);
        if (realpath(at, real) != NULL)
            at = lx_arena_string(load->arena, real, strlen(real));
        else if (errno != ENOENT || lstat(at, &st) == 0) /* a link that leads nowhere */
            return NULL;
    }
    errno = ENAMETOOLONG;
    return strlen(at) < PATH_MAX ? at : NULL;
}

const char *lx_resolve_made(struct lx_load *load, const char *path)
{
    struct stat st;
    const size_t cut = load->root == NULL ? 0 : strlen(load->root);
    const char *whole =
        load->root == NULL ? path : lx_arena_format(load->arena, "%s%s", load->root, path);
    const char *made = canonical_made(load, whole);
    if (made == NULL || (cut > 0 && !lx_path_within(made, load->root)))
        return NULL;
    load->made = made;
    /* The kernel is asked: a run around this one may have it, whose programs this one's are not. */
    return sys_fstatat(AT_FDCWD, made, &st, 0) == -ENOENT ? made + cut : NULL;
}

/* True for a directory that is missing, and is that for drives. */
static bool is_made(struct lx_load *load, const char *path)
{
    const char *made = errno == ENOENT && load->made != NULL ? canonical_made(load, path) : NULL;
    if (made != NULL && strcmp(made, load->made) == 0)
        return true;
    errno = made != NULL ? ENOENT : errno;
    return false;
}

/*
 * The canonical path of a directory that need not be there itself; the one it lies in has to be,
 * but for that of a session's drives. NULL with errno set where it is not.
 */
static char *canonical(struct lx_load *load, const char *path)
{
    char real[PATH_MAX];
    struct stat st;
    size_t n = strlen(path);
    if (realpath(path, real) != NULL)
        return lx_arena_string(load->arena, real, strlen(real));
    if (errno != ENOENT || lstat(path, &st) == 0) /* a dangling symlink is no place for one */
        return NULL;
    while (n > 1 && path[n - 1] == '/')
        n--;
    const char *whole = lx_arena_string(load->arena, path, n);
    const char *leaf = strrchr(whole, '/') + 1;
    const char *parent = lx_arena_string(load->arena, whole, (size_t)(leaf - whole));
    if (strcmp(leaf, ".") == 0 || strcmp(leaf, "..") == 0)
        return NULL;
    if (realpath(parent, real) == NULL) {
        if (!is_made(load, parent))
            return NULL;
        memcpy(real, load->made, strlen(load->made) + 1);
    }
    char *result = lx_arena_format(load->arena, "%s/%s", strcmp(real, "/") == 0 ? "" : real, leaf);
    if (strlen(result) < PATH_MAX)
        return result;
    errno = ENAMETOOLONG;
    return NULL;
}

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool touch(const char *a, const char *b)
{
    return lx_path_within(a, b) || lx_path_within(b, a);
}

/*
 * As realpath. A run around this one calls the backing of its drives by their targets, which only
 * its programs have so; where the kernel has something else there, or nothing, its own name counts.
 */
static bool real_directory(const char *path, char real[PATH_MAX])
{
    char own[PATH_MAX];
    char link[SYS_FD_PATH];
    struct stat by_path;
    struct stat by_name;
    if (realpath(path, real) == NULL)
        return false;
    if (sys_fstatat(AT_FDCWD, path, &by_path, 0) < 0 ||
        (sys_fstatat(AT_FDCWD, real, &by_name, 0) == 0 && by_name.st_ino == by_path.st_ino &&
         by_name.st_dev == by_path.st_dev))
        return true;
    int fd = sys_openat(AT_FDCWD, path, O_PATH | O_CLOEXEC, 0);
    if (fd < 0)
        return true;
    sys_fd_path(fd, link);
    long n = sys_readlinkat(AT_FDCWD, link, own, sizeof(own) - 1);
    if (n > 0) {
        memcpy(real, own, (size_t)n);
        real[n] = '\0';
    }
    sys_close(fd);
    return true;
}

const char *lx_resolve_directory(struct lx_load *load, struct lx_place place, const char *directory,
                                 const char *text)
{
    char real[PATH_MAX];
    if (!real_directory(absolute(load, directory, text), real))
        lx_refuse(load, place, "backing \"%s\": %s, expected a directory that is there", text,
                  strerror(errno));
    else if (!is_directory(real))
        lx_refuse(load, place, "backing \"%s\" is no directory, expected one", text);
    else if (strcmp(real, "/") == 0)
        lx_refuse(load, place, "backing \"%s\" is /, expected a directory below it", text);
    else
        return lx_arena_string(load->arena, real, strlen(real));
    return NULL;
}

/* `target`: the kernel's name for the mount's. */
static int resolve_backing(struct lx_load *load, const struct lx_mount_part *part,
                           const char *target, struct lx_effective_mount *out)
{
    if (part->backing == NULL) {
        if (!is_directory(target))
            return lx_refuse(
                load, part->target_place,
                "target \"%s\" is no directory, expected one, or a \"backing\" for it%s",
                part->target, part->target[0] == '/' ? "" : "; it is relative to the policy");
        out->backing = target;
        return 0;
    }
    out->backing = lx_resolve_directory(load, part->backing_place, part->directory, part->backing);
    if (out->backing == NULL)
        return -EINVAL;
    /* A root may be in a drive that is mounted in it, as WSL1's is. */
    if (load->root == NULL && strcmp(target, out->backing) != 0 && touch(target, out->backing))
        return lx_refuse(load, part->backing_place,
                         "target %s and backing %s are one inside the other, expected the same "
                         "directory or two apart",
                         target, out->backing);
    return 0;
}

/* The kernel's name for a mount's target. NULL with errno set. */
static const char *find_target(struct lx_load *load, const struct lx_mount_part *part)
{
    const char *path = absolute(load, part->directory, part->target);
    const char *target;
    if (load->root == NULL || part->target[0] != '/')
        return canonical(load, path);
    target = canonical(load, lx_arena_format(load->arena, "%s%s", load->root, path));
    if (target == NULL || lx_path_within(target, load->root))
        return target;
    errno = ENOENT; /* a link leads out, whose text is said by the names of that root */
    return NULL;
}

int lx_resolve_mount(struct lx_load *load, const struct lx_mount_part *part,
                     struct lx_effective_mount *out)
{
    /*
     * It may be missing, but not what it lies in: a directory that is there lists the mount's name,
     * and nothing could list that of a directory which is not.
     */
    const char *target = find_target(load, part);
    struct stat st;
    if (target == NULL)
        return lx_refuse(load, part->target_place,
                         "target \"%s\": %s, expected a directory, or a name in one", part->target,
                         strerror(errno));
    bool inside = load->root != NULL && lx_path_within(target, load->root);
    out->target = inside ? target + strlen(load->root) : target;
    if (strcmp(out->target, "/") == 0 || out->target[0] == '\0')
        return lx_refuse(load, part->target_place,
                         "target \"%s\" is /, expected a directory below it", part->target);
    if (strcmp(out->target, "/proc") == 0)
        return lx_refuse(load, part->target_place,
                         "target \"%s\" is where lxshim looks into programs, expected a directory "
                         "apart from it",
                         part->target);
    if (stat(target, &st) == 0 && !S_ISDIR(st.st_mode))
        return lx_refuse(load, part->target_place, "target \"%s\" is no directory, expected one",
                         part->target);
    return resolve_backing(load, part, target, out);
}

static bool is_in_place(const struct lx_effective_mount *m)
{
    return strcmp(m->target, m->backing) == 0;
}

/* True for two directories of one drive, such as C: and C:\\src. */
static bool are_of_one_drive(const struct lx_effective_mount *a, const struct lx_effective_mount *b)
{
    if (a->drive != NULL || b->drive != NULL)
        return a->drive == b->drive;
    return lx_source_has_letter(a->source) && lx_source_has_letter(b->source) &&
           toupper((unsigned char)a->source[0]) == toupper((unsigned char)b->source[0]);
}

/* True where one mount would cover another, or what the other shows. */
static bool covers(const struct lx_effective_mount *a, const struct lx_effective_mount *b)
{
    return touch(a->target, b->target) || (!is_in_place(a) && touch(a->target, b->backing)) ||
           (!is_in_place(b) && touch(b->target, a->backing));
}

int lx_resolve_overlap(struct lx_load *load, const struct lx_mount_part *part,
                       const struct lx_effective_mount *mounts, size_t index)
{
    const struct lx_effective_mount *m = &mounts[index];
    for (size_t i = 0; i < index; i++) {
        const struct lx_effective_mount *other = &mounts[i];
        if (covers(m, other) || (touch(m->backing, other->backing) && !are_of_one_drive(m, other)))
            return lx_refuse(load, part->target_place,
                             "mount %zu (%s on %s, backing %s) overlaps mount %zu (%s on %s, "
                             "backing %s), expected directories apart",
                             index + 1, m->source, m->target, m->backing, i + 1, other->source,
                             other->target, other->backing);
    }
    return 0;
}

/* A file of lines, which `what` names, in a directory that is there. */
static const char *resolve_file(struct lx_load *load, struct lx_place place, const char *what,
                                const char *directory, const char *file)
{
    char *path = absolute(load, directory, file);
    char *slash = strrchr(path, '/');
    const char *parent =
        slash == path ? "/" : lx_arena_string(load->arena, path, (size_t)(slash - path));
    if (file[0] == '\0')
        lx_refuse(load, place, "the %s file has no name, expected a file", what);
    else if (is_directory(path) || slash[1] == '\0')
        lx_refuse(load, place, "%s file \"%s\" is a directory, expected a file", what, file);
    else if (!is_directory(parent))
        lx_refuse(load, place, "%s file \"%s\": no directory %s, expected one that is there", what,
                  file, parent);
    else if (strlen(path) >= PATH_MAX)
        lx_refuse(load, place, "%s file \"%s\": the path is too long", what, file);
    else
        return path;
    return NULL;
}

const char *lx_resolve_trace(struct lx_load *load, struct lx_place place, const char *directory,
                             const char *file)
{
    return resolve_file(load, place, "trace", directory, file);
}

const char *lx_resolve_record(struct lx_load *load, struct lx_place place, const char *directory,
                              const char *file)
{
    char real[PATH_MAX];
    const char *path = resolve_file(load, place, "record", directory, file);
    const char *slash = path == NULL ? NULL : strrchr(path, '/');
    if (path == NULL || load->found != NULL) /* a guest is refused a symlink, and not led by it */
        return path;
    const char *parent = lx_arena_string(load->arena, path, (size_t)(slash - path) + 1);
    if (realpath(parent, real) == NULL)
        return path;
    return lx_arena_format(load->arena, "%s%s", strcmp(real, "/") == 0 ? "" : real, slash);
}
