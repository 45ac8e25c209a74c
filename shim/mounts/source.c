/* SPDX-License-Identifier: MIT */
#include "mounts/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "sys/sys.h"

static bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* What follows a volume's name in a source, which says either slash; NULL where it is another's. */
static const char *below(const char *source, const char *volume)
{
    size_t n = strlen(volume);
    while (n > 0 && is_slash(volume[n - 1]))
        n--;
    for (size_t i = 0; i < n; i++) {
        bool slashes = is_slash(source[i]) && is_slash(volume[i]);
        if (source[i] == '\0' || (!slashes && lower(source[i]) != lower(volume[i])))
            return NULL;
    }
    return source[n] == '\0' || is_slash(source[n]) ? source + n : NULL;
}

/* A path in a volume as one below its backing. */
static int spell(const struct lx_mount *volume, const char *rest, char out[PATH_MAX])
{
    size_t n = volume->backing_length;
    size_t length = strlen(rest);
    while (length > 0 && is_slash(rest[length - 1]))
        length--;
    if (n + length >= PATH_MAX)
        return -ENAMETOOLONG;
    memcpy(out, lx_backing(volume), n);
    for (size_t i = 0; i < length; i++)
        out[n + i] = is_slash(rest[i]) ? '/' : rest[i];
    out[n + length] = '\0';
    return 0;
}

const struct lx_mount *mounts_source(const struct lx_policy *policy, const char *source,
                                     char backing[PATH_MAX], int *error)
{
    const struct lx_mount *found = NULL;
    const struct lx_mount *m;
    const char *rest = "";
    struct stat st;
    for (unsigned i = 0; (m = lx_mounts_next(policy->fixed, &i)) != NULL;) {
        const char *left = below(source, lx_source(m));
        /* Of two names of one directory the later one is that of the volume itself. */
        if (left == NULL || (found != NULL && strlen(left) > strlen(rest)))
            continue;
        found = m;
        rest = left;
    }
    *error = found == NULL ? -ENOENT : spell(found, rest, backing);
    if (*error == 0)
        *error = sys_fstatat(AT_FDCWD, backing, &st, 0);
    if (*error == 0 && !S_ISDIR(st.st_mode))
        *error = -ENOTDIR;
    return *error < 0 ? NULL : found;
}
