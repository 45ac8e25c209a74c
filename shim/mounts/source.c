/* SPDX-License-Identifier: MIT */
#include "mounts/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "sys/sys.h"

/* Puts a volume's backing before a path in it. */
static int put_backing(const char *backing, char path[PATH_MAX])
{
    size_t n = strlen(backing);
    size_t length = strlen(path);
    size_t slash = length > 0;
    if (n + slash + length >= PATH_MAX)
        return -ENAMETOOLONG;
    memmove(path + n + slash, path, length + 1);
    memcpy(path, backing, n);
    if (slash != 0)
        path[n] = '/';
    return 0;
}

int mounts_source(const struct lx_policy *policy, const char *source, struct lx_source_found *found)
{
    const struct lx_volumes *volumes = lx_image_volumes(policy->image);
    struct stat st;
    int r = volumes == NULL ? -ENOENT : lx_volumes_find(volumes, source, found);
    if (r == 0)
        r = put_backing(lx_volumes_text(volumes, found->volume->backing), found->rest);
    if (r == 0)
        r = sys_fstatat(AT_FDCWD, found->rest, &st, 0);
    return r == 0 && !S_ISDIR(st.st_mode) ? -ENOTDIR : r;
}
