/* SPDX-License-Identifier: MIT */
/* Words of absolute paths. Pure. */
#ifndef LXSHIM_POLICY_PATH_H
#define LXSHIM_POLICY_PATH_H

#include <stdbool.h>
#include <string.h>

/* True where `path` is `directory` or something below it; neither ends with a slash but "/". */
static inline bool lx_path_within(const char *path, const char *directory)
{
    size_t n = strlen(directory);
    if (strcmp(directory, "/") == 0)
        return true;
    return strncmp(path, directory, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* What of a path within a directory is below it: "a/b", or "" for the directory itself. */
static inline const char *lx_path_below(const char *path, const char *directory)
{
    const char *below = path + (strcmp(directory, "/") == 0 ? 0 : strlen(directory));
    return below + (*below == '/');
}

#endif
