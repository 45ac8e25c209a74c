/* SPDX-License-Identifier: MIT */
#include "policy/guest.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "policy/found.h"
#include "policy/path.h"
#include "sys/own.h"

/* `what` is wrong with a place, `expected` is what a guest may have there. */
static int refuse(struct lx_load *load, struct lx_place place, const char *what,
                  const char *expected)
{
    return lx_refuse(load, place, "%s, expected %s; the policy was only found: " LX_FOUND_CURE,
                     what, expected);
}

static const char *outside(struct lx_load *load, const char *key, const char *value)
{
    return lx_arena_format(load->arena, "%s \"%s\" is not below %s", key, value,
                           load->found->directory);
}

/*
 * True for a path where nothing is looked for but drives: /mnt and what is below it, on which no
 * program's run depends [FHS 3.0, 3.12], and /c, where WSL mounts drives with automount's root=/.
 * Another place may be empty and no place for a guest all the same: /usr/local/bin is empty on many
 * systems and among the first of PATH, and git reads ~/.config/git, which is missing on most.
 */
static bool is_for_drives(const char *path)
{
    return lx_path_within(path, "/mnt") || (isalpha((unsigned char)path[1]) && path[2] == '\0');
}

/* True where a directory is missing or has no entries. */
static bool holds_nothing(const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *e;
    bool nothing = dir != NULL || errno == ENOENT;
    errno = 0;
    while (dir != NULL && nothing && (e = readdir(dir)) != NULL)
        nothing = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
    nothing = nothing && (dir == NULL || errno == 0);
    if (dir != NULL)
        closedir(dir);
    return nothing;
}

/* True where some component begins with a dot. */
static bool is_hidden(const char *path)
{
    return path[0] == '.' || strstr(path, "/.") != NULL;
}

/* git takes no ".git" out of a repository, and no other tool its own: it would be obeyed. */
static int refuse_hidden(struct lx_load *load, struct lx_place place, const char *key,
                         const char *value)
{
    return refuse(load, place, lx_arena_format(load->arena, "%s \"%s\" is hidden", key, value),
                  "a name that begins with no dot");
}

/* Where a drive whose files are elsewhere appears. */
static int check_target(struct lx_load *load, const struct lx_mount_part *part, const char *target)
{
    static const char expected[] = "an empty or missing one";
    bool below = lx_path_within(target, load->found->directory);
    if (!below && !is_for_drives(target))
        return refuse(load, part->target_place, outside(load, "target", part->target),
                      "one that is, or one in /mnt");
    if (!holds_nothing(target))
        return refuse(load, part->target_place,
                      lx_arena_format(load->arena, "target \"%s\" is not empty", part->target),
                      expected);
    if (below && is_hidden(lx_path_below(target, load->found->directory)))
        return refuse_hidden(load, part->target_place, "target", part->target);
    return 0;
}

int lx_guest_volume(struct lx_load *load, struct lx_place place, const char *text,
                    const char *backing)
{
    const struct lx_found *found = load->found;
    if (found == NULL)
        return 0;
    if (found->others != NULL)
        return refuse(load, place, found->others, "no backing");
    return lx_path_within(backing, found->directory)
               ? 0
               : refuse(load, place, outside(load, "backing", text), "one that is");
}

int lx_guest_mount(struct lx_load *load, const struct lx_mount_part *part,
                   const struct lx_effective_mount *mount)
{
    const struct lx_found *found = load->found;
    if (found == NULL || part->place.line == 0) /* --mount */
        return 0;
    if (strcmp(mount->target, mount->backing) == 0)
        return lx_path_within(mount->target, found->directory)
                   ? 0
                   : refuse(load, part->target_place, outside(load, "target", part->target),
                            "one that is");
    int r = lx_guest_volume(load, part->backing_place, part->backing, mount->backing);
    return r < 0 ? r : check_target(load, part, mount->target);
}

int lx_guest_handler(struct lx_load *load, struct lx_place place, const char *handler)
{
    return load->found == NULL
               ? 0
               : refuse(
                     load, place,
                     lx_arena_format(load->arena, "\"handler\" names a program, \"%s\"", handler),
                     "none");
}

/* An absolute path without "." and "..", as its words say: no symlink is to be in it. */
static char *normal(struct lx_arena *arena, const char *path)
{
    char *out = lx_arena_string(arena, path, strlen(path));
    size_t length = 0;
    while (*(path += strspn(path, "/")) != '\0') {
        size_t n = strcspn(path, "/");
        if (n == 2 && memcmp(path, "..", 2) == 0) {
            while (length > 0 && out[--length] != '/')
                ;
        } else if (n != 1 || path[0] != '.') {
            out[length++] = '/';
            memmove(out + length, path, n);
            length += n;
        }
        path += n;
    }
    out[length] = '\0';
    return out;
}

/* Why a file that is there, or not, is none for a guest's trace; or NULL. */
static const char *unfit(const char *path)
{
    static const char head[] = "{\"time\":\"";
    char begin[sizeof(head) - 1];
    int fd = sys_open_own(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
    if (fd == -ENOENT)
        return NULL;
    if (fd == -ELOOP)
        return "is reached by a symlink";
    if (fd == -EPERM)
        return "is not a plain file of the user's with one name";
    if (fd == -ENOSYS)
        return "may be reached by a symlink, for all that this kernel tells";
    if (fd < 0)
        return strerror(-fd);
    long n = sys_pread(fd, begin, sizeof(begin), 0);
    sys_close(fd);
    return n == 0 || (n == (long)sizeof(begin) && memcmp(begin, head, sizeof(begin)) == 0)
               ? NULL
               : "holds something that is no trace";
}

const char *lx_guest_trace(struct lx_load *load, struct lx_place place, const char *key,
                           const char *file, const char *path)
{
    const struct lx_found *found = load->found;
    if (found == NULL)
        return path;
    const char *whole = normal(load->arena, path);
    const char *why = NULL;
    int r = 0;
    if (found->others != NULL)
        r = refuse(load, place, found->others, lx_arena_format(load->arena, "no %s", key));
    else if (!lx_path_within(whole, found->directory))
        r = refuse(load, place, outside(load, key, file), "one that is");
    else if (is_hidden(lx_path_below(whole, found->directory)))
        r = refuse_hidden(load, place, key, file);
    else if ((why = unfit(whole)) != NULL)
        r = refuse(load, place, lx_arena_format(load->arena, "%s \"%s\" %s", key, file, why),
                   lx_arena_format(load->arena, "a new file, or a %s", key));
    return r == 0 ? whole : NULL;
}
