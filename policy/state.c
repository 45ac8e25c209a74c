/* SPDX-License-Identifier: MIT */
/* LXSHIM_STATE, and the files it needs where it does not fit into the environment. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/emit.h"
#include "policy/stamp.h"

/* Writes a file's content; 0 or -errno. */
typedef int fill_file(int fd, const void *data, size_t size);

/*
 * Makes a file for `owner` in the first directory that takes it: one may be full, or not be there.
 * Writes its path to *path, to be freed. Returns 0, or -errno with what the best directory said.
 */
static int make_file(const char *kind, const struct lx_stamp *owner, fill_file *fill,
                     const void *data, size_t size, char **path)
{
    const char *directory;
    int first = -ENOENT;
    for (unsigned i = 0; lx_state_directory(i, &directory); i++) {
        if (directory == NULL)
            continue;
        *path = lx_stamp_format(directory, kind, owner);
        if (*path == NULL)
            return -ENOMEM;
        int fd = mkostemp(*path, O_CLOEXEC);
        int r = fd < 0 ? -errno : fill(fd, data, size);
        if (fd >= 0)
            close(fd);
        if (r == 0)
            return 0;
        if (fd >= 0)
            unlink(*path);
        free(*path);
        *path = NULL;
        first = first == -ENOENT ? r : first;
    }
    return first;
}

static int fill_image(int fd, const void *data, size_t size)
{
    for (const char *at = data; size > 0;) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        at += n;
        size -= (size_t)n;
    }
    return fchmod(fd, 0444) < 0 ? -errno : 0;
}

static int fill_stats(int fd, const void *policy, size_t size)
{
    (void)size;
    return lx_emit_stats(policy, fd);
}

static int fill_table(int fd, const void *stays, size_t size)
{
    (void)size;
    int r = lx_emit_table(fd, *(const bool *)stays);
    /* Whoever has become somebody else reads what is mounted all the same. */
    return r == 0 && fchmod(fd, 0644) < 0 ? -errno : r;
}

/* What a value begins with, as far as its payload. Returns how much that is, in bytes. */
static size_t put_prefix(const char *giver, char kind, char out[LX_STATE_BEGIN_MAX])
{
    size_t n = 0;
    out[n++] = LX_STATE_VERSION;
    out[n++] = LX_STATE_PLAIN;
    if (giver != NULL) {
        out[n++] = LX_STATE_GIVER;
        memcpy(out + n, giver, LX_GIVER_LENGTH);
        n += LX_GIVER_LENGTH;
    }
    out[n++] = kind;
    return n;
}

int lx_emit_state(const void *image, size_t size, const struct lx_stamp *owner, const char *giver,
                  char **value)
{
    const unsigned most = LX_IMAGE_INLINE_MAX;
    char prefix[LX_STATE_BEGIN_MAX];
    size_t before = put_prefix(giver, LX_STATE_INLINE, prefix);
    if (size <= most) {
        *value = malloc((size_t)LX_STATE_INLINE_MAX + before + 1);
        if (*value == NULL)
            return -ENOMEM;
        memcpy(*value, prefix, before);
        long n = lx_base64_encode(image, size, *value + before, (size_t)LX_STATE_INLINE_MAX + 1);
        if (n >= 0 && (size_t)n + before < LX_STATE_INLINE_MAX)
            return 0;
        free(*value);
    }
    char *path;
    int r = make_file("state", owner, fill_image, image, size, &path);
    if (r < 0)
        return r;
    before = put_prefix(giver, LX_STATE_FILE, prefix);
    if (asprintf(value, "%.*s%s", (int)before, prefix, path) < 0) {
        unlink(path);
        r = -ENOMEM;
    }
    free(path);
    return r;
}

int lx_emit_stats_file(const struct lx_effective *policy, const struct lx_stamp *owner, char **path)
{
    return make_file("stats", owner, fill_stats, policy, 0, path);
}

int lx_emit_table_file(const struct lx_stamp *owner, bool stays, char **path)
{
    return make_file("mounts", owner, fill_table, &stays, sizeof(stays), path);
}
