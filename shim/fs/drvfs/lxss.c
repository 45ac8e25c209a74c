/* SPDX-License-Identifier: MIT */
/*
 * The directories of a WSL1 distribution, which its own file system has for itself: a program that
 * comes to them by a drive gets no further. [RN:14361; vendor test DrvFsTestHiddenLxFsDirs]
 */
#include <string.h>

#include "fs/drvfs/drvfs.h"
#include "nt/fold.h"
#include "sys/sys.h"

/* Where the first releases had it: %LOCALAPPDATA%\\lxss. Windows' names ignore case. */
#define LXSS "lxss"

/* In it: what makes it one; and what is the user's to list, with directories of its own in it. */
#define ROOTFS "rootfs"
#define TEMP   "temp"

static bool is_name(const char *name, size_t n, const char *other)
{
    return nt_fold_equal(name, n, other, strlen(other));
}

/* The first component of a path of n bytes that is called so: where it begins, or NULL. */
static const char *find(const char *path, size_t n, const char *name)
{
    const char *end = path + n;
    while (path < end) {
        const char *slash = memchr(path, '/', (size_t)(end - path));
        size_t length = (size_t)((slash == NULL ? end : slash) - path);
        if (is_name(path, length, name))
            return path;
        path += length + 1;
    }
    return NULL;
}

bool drvfs_guards(const char *path, size_t n)
{
    return find(path, n, LXSS) != NULL;
}

/* True for a directory of Linux', the first n bytes of a path and then a name. */
static bool is_directory(const char *path, size_t n, const char *name)
{
    char whole[PATH_MAX];
    struct stat st;
    if (n + 1 + strlen(name) >= sizeof(whole))
        return false;
    memcpy(whole, path, n);
    whole[n] = '\0';
    if (name[0] != '\0') {
        whole[n] = '/';
        memcpy(whole + n + 1, name, strlen(name) + 1);
    }
    return sys_fstatat(AT_FDCWD, whole, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* The component after one, without its slash; "" where none is left. */
static const char *after(const char *component)
{
    component += strcspn(component, "/");
    return component + strspn(component, "/");
}

/* What `here` is, a component of the path, of the directory lxss that is the one before. */
static enum lx_bar bar_at(const char *path, const char *here)
{
    size_t n = strcspn(here, "/");
    if (is_name(here, n, TEMP)) {
        here = after(here);
        n = strcspn(here, "/");
    }
    if (n == 0 || !is_directory(path, (size_t)(here - path) + n, ""))
        return LX_BAR_NONE;
    return *after(here) == '\0' ? LX_BAR_HERE : LX_BAR_BELOW;
}

enum lx_bar drvfs_bars(const struct lx_mount *mount, const char *path)
{
    const char *rest = path + mount->backing_length;
    const char *lxss = rest;
    while ((lxss = find(lxss, strlen(lxss), LXSS)) != NULL) {
        size_t n = (size_t)(lxss - path) + sizeof(LXSS) - 1;
        if (is_directory(path, n, ROOTFS))
            return bar_at(path, after(lxss));
        lxss = after(lxss);
    }
    return LX_BAR_NONE;
}

int drvfs_barred(struct lx_call *c, const struct lx_mount *mount)
{
    return lx_deny(c, LX_RULE_LXSS_DIRECTORIES,
                   lx_value_errno(lx_rule(mount, LX_RULE_LXSS_DIRECTORIES)));
}
