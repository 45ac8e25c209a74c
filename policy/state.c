/* SPDX-License-Identifier: MIT */
/* LXSHIM_STATE, and the files it needs where it does not fit into the environment. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/emit.h"

/* Directories for files that live as long as a boot, the best first. NULL: $XDG_RUNTIME_DIR. */
static const char *const directories[] = {"/dev/shm", NULL, "/tmp"};

static char *format(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* A formatted string, to be freed; NULL without memory. */
static char *format(const char *text, ...)
{
    char *result = NULL;
    va_list args;
    va_start(args, text);
    if (vasprintf(&result, text, args) < 0)
        result = NULL;
    va_end(args);
    return result;
}

/*
 * Makes an empty file "DIRECTORY/lxshim-UID-KIND-XXXXXX" where that may be done. Returns its path,
 * to be freed, with *fd; or NULL with errno set.
 */
static char *make_file(const char *kind, int *fd)
{
    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
        const char *dir = directories[i] != NULL ? directories[i] : getenv("XDG_RUNTIME_DIR");
        if (dir == NULL || dir[0] != '/')
            continue;
        char *path = format("%s/lxshim-%u-%s-XXXXXX", dir, (unsigned)getuid(), kind);
        if (path == NULL)
            return NULL;
        *fd = mkostemp(path, O_CLOEXEC);
        if (*fd >= 0)
            return path;
        free(path);
    }
    return NULL;
}

static int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

/* FNV-1a: names a content; whoever finds the name compares the content. */
static uint64_t hash_of(const unsigned char *data, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ data[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* True where `path` is a file of ours that says just this. */
static bool is_same(const char *path, const void *image, size_t size)
{
    struct stat st;
    bool same = false;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
        (st.st_mode & 0222) == 0 && (size_t)st.st_size == size) {
        void *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (at != MAP_FAILED) {
            same = memcmp(at, image, size) == 0;
            munmap(at, size);
        }
    }
    close(fd);
    return same;
}

/*
 * One file per content, however often it is asked for: gives the file the name of its content, or
 * takes the one that is there. Another user's of that name is let be. Takes `path` over and returns
 * the file's path, to be freed; NULL without memory.
 */
static char *settle_name(char *path, const void *image, size_t size)
{
    char *name = format("%.*s/lxshim-%u-%016llx", (int)(strrchr(path, '/') - path), path,
                        (unsigned)getuid(), (unsigned long long)hash_of(image, size));
    bool there = name != NULL && is_same(name, image, size);
    if (name == NULL || there)
        unlink(path);
    else if (rename(path, name) < 0) {
        free(name);
        return path;
    }
    free(path);
    return name;
}

/* Puts an image into a file. Returns its path, to be freed, or NULL with errno set. */
static char *image_file(const void *image, size_t size)
{
    int fd = -1;
    char *path = make_file("new", &fd);
    if (path == NULL)
        return NULL;
    int r = write_all(fd, image, size);
    if (r == 0 && fchmod(fd, 0444) < 0)
        r = -errno;
    close(fd);
    if (r == 0)
        return settle_name(path, image, size);
    unlink(path);
    free(path);
    errno = -r;
    return NULL;
}

/* What failed with errno, as a result. */
static int failure(void)
{
    return errno > 0 ? -errno : -EIO;
}

int lx_emit_state(const void *image, size_t size, char **value)
{
    const unsigned most = LX_IMAGE_INLINE_MAX;
    if (size <= most) {
        *value = malloc((size_t)LX_STATE_INLINE_MAX + LX_STATE_PREFIX + 1);
        if (*value == NULL)
            return -ENOMEM;
        (*value)[0] = LX_STATE_VERSION;
        (*value)[1] = LX_STATE_PLAIN;
        (*value)[2] = LX_STATE_INLINE;
        long n = lx_base64_encode(image, size, *value + LX_STATE_PREFIX,
                                  (size_t)LX_STATE_INLINE_MAX + 1);
        if (n >= 0 && (size_t)n + LX_STATE_PREFIX < LX_STATE_INLINE_MAX)
            return 0;
        free(*value);
    }
    char *path = image_file(image, size);
    if (path == NULL)
        return failure();
    *value = format("%c%c%c%s", LX_STATE_VERSION, LX_STATE_PLAIN, LX_STATE_FILE, path);
    free(path);
    return *value == NULL ? -ENOMEM : 0;
}

int lx_emit_stats_file(const struct lx_effective *policy, char **path)
{
    int fd = -1;
    char *made = make_file("stats", &fd);
    if (made == NULL)
        return failure();
    int r = lx_emit_stats(policy, fd);
    close(fd);
    if (r < 0) {
        unlink(made);
        free(made);
        return r;
    }
    *path = made;
    return 0;
}
