/* SPDX-License-Identifier: MIT */
#include "policy/found.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/path.h"
#include "policy/writers.h"

static void note_writers(struct lx_arena *arena, struct lx_found *found, int fd, const char *name)
{
    if (found->others == NULL)
        found->others = lx_other_writers(arena, fd, name);
}

int lx_found_enter(struct lx_arena *arena, struct lx_found *found, const char *directory)
{
    *found = (struct lx_found){.directory = directory,
                               .fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (found->fd < 0)
        return -errno;
    note_writers(arena, found, found->fd, directory);
    return 0;
}

void lx_found_leave(struct lx_found *found)
{
    close(found->fd);
}

/*
 * Opens what is below the directory by a path that has no symlinks, step by step: one that has come
 * since is refused, and each directory's owner is looked at. Returns a descriptor or -errno.
 */
static int descend(struct lx_arena *arena, struct lx_found *found, const char *below)
{
    char *path = lx_arena_string(arena, below, strlen(below));
    int at = found->fd;
    for (char *name = path;;) {
        char *slash = strchr(name, '/');
        const int flags = slash != NULL ? O_PATH | O_DIRECTORY : O_RDONLY | O_NONBLOCK | O_NOCTTY;
        if (slash != NULL)
            *slash = '\0';
        int fd = openat(at, name, flags | O_NOFOLLOW | O_CLOEXEC);
        int error = errno;
        if (at != found->fd)
            close(at);
        if (fd < 0)
            return -error;
        note_writers(arena, found, fd, path);
        if (slash == NULL)
            return fd;
        *slash = '/';
        at = fd;
        name = slash + 1;
    }
}

int lx_found_open(struct lx_arena *arena, struct lx_found *found, const char *path,
                  const char **why)
{
    char real[PATH_MAX];
    int r = realpath(path, real) == NULL ? -errno : 0;
    if (r == 0 && !lx_path_within(real, found->directory)) {
        *why = lx_arena_format(arena,
                               "leads out of %s, expected a file below it; the policy was "
                               "only found: " LX_FOUND_CURE,
                               found->directory);
        return -1;
    }
    if (r == 0)
        r = descend(arena, found, lx_path_below(real, found->directory));
    if (r < 0) {
        *why = lx_arena_format(arena, "cannot open the policy: %s", strerror(-r));
        return -1;
    }
    /* As git refuses a repository of others: what they wrote would be done with root's rights. */
    if (found->others != NULL && geteuid() == 0) {
        *why = lx_arena_format(
            arena, "%s, and root obeys no such policy that was only found: " LX_FOUND_CURE,
            found->others);
        close(r);
        return -1;
    }
    return r;
}
