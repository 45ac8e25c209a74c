/* SPDX-License-Identifier: MIT */
#include "store/temp.h"

#include <string.h>

#include "nt/fold.h"
#include "store/holders.h"
#include "store/procscan.h"
#include "sys/dirents.h"
#include "sys/sys.h"

#define ROOTFS "/rootfs"
#define TEMP   "temp"

#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

bool store_temp_belongs(const char *root)
{
    const size_t length = sizeof(ROOTFS) - 1;
    size_t n = strlen(root);
    return n > length && nt_fold_equal(root + n - length, length, ROOTFS, length);
}

static int put_name(const struct store_object *o, char name[STORE_TEMP_NAME])
{
    uint64_t number;
    int r = store_identify_number(o, &number);
    if (r == 0)
        *store_put_hex(name, number) = '\0';
    return r;
}

/* Writes the path of `temp` itself, which leaves room for names in it. 0 or -errno. */
static int put_temp(const char *root, char path[PATH_MAX])
{
    const struct store_object o = {root, AT_FDCWD, root};
    int r = store_object_parent(&o, path);
    size_t n = strlen(path);
    if (r == 0 && n + sizeof("/" TEMP) + (size_t)2 * (1 + STORE_TEMP_NAME) > PATH_MAX)
        r = -ENAMETOOLONG;
    if (r == 0)
        memcpy(path + n, "/" TEMP, sizeof("/" TEMP));
    return r;
}

/* `temp` itself; made where it is missing, as any directory is, if `make`. */
static int open_temp(const char *root, bool make)
{
    char path[PATH_MAX];
    int r = put_temp(root, path);
    if (r < 0)
        return r;
    int fd = sys_openat(AT_FDCWD, path, OPEN_DIRECTORY, 0);
    if (fd != -ENOENT || !make)
        return fd;
    r = sys_mkdirat(AT_FDCWD, path, 0755);
    return r == 0 || r == -EEXIST ? sys_openat(AT_FDCWD, path, OPEN_DIRECTORY, 0) : r;
}

/*
 * The tree's directory in it. Nobody else may look into it: a file is there that may have been out
 * of others' sight for the directory that it was in.
 */
static int open_own(const char *root, bool make)
{
    const struct store_object o = {root, AT_FDCWD, root};
    char name[STORE_TEMP_NAME];
    int r = put_name(&o, name);
    int temp = r < 0 ? r : open_temp(root, make);
    if (temp < 0)
        return temp;
    int fd = sys_openat(temp, name, OPEN_DIRECTORY, 0);
    if (fd == -ENOENT && make) {
        r = sys_mkdirat(temp, name, 0700);
        fd = r == 0 || r == -EEXIST ? sys_openat(temp, name, OPEN_DIRECTORY, 0) : r;
    }
    sys_close(temp);
    return fd;
}

/* True where an entry is what its name says. */
static bool is_right(const char *root, int own, const char *name)
{
    const struct store_object o = {root, own, name};
    char right[STORE_TEMP_NAME];
    return put_name(&o, right) == 0 && strcmp(name, right) == 0;
}

int store_temp_keep(const struct store_object *o, char name[STORE_TEMP_NAME])
{
    int r = put_name(o, name);
    int own = r < 0 ? r : open_own(o->root, true);
    if (own < 0)
        return own;
    r = sys_linkat(o->dfd, o->path, own, name, 0);
    /* By the path there may have been another file a moment later. */
    if (r == 0 && !is_right(o->root, own, name)) {
        sys_unlinkat(own, name, 0);
        r = -ESTALE;
    }
    sys_close(own);
    return r;
}

void store_temp_drop(const char *root, const char *name)
{
    int own = open_own(root, false);
    if (own < 0)
        return;
    sys_unlinkat(own, name, 0);
    sys_close(own);
}

bool store_temp_has(const struct store_object *o)
{
    char name[STORE_TEMP_NAME];
    struct stat st;
    int own = put_name(o, name) < 0 ? -1 : open_own(o->root, false);
    if (own < 0)
        return false;
    bool has = sys_fstatat(own, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    sys_close(own);
    return has;
}

bool store_temp_absent(const char *root)
{
    int own = open_own(root, false);
    if (own >= 0)
        sys_close(own);
    return own < 0 && own != -EACCES;
}

/* A look at all that a tree has in `temp`. */
struct look {
    const char *root;
    struct procscan_marked *others; /* where the process is about to end; or NULL */
    unsigned left;                  /* how many somebody holds */
    int error;                      /* why the first of the rest stays, -errno; or 0 */
    char stays[STORE_TEMP_NAME];    /* which that is; empty: the tree's directory itself */
};

static void note(struct look *look, const char *name, int error)
{
    if (look->error != 0 || error >= 0 || error == -ENOENT)
        return;
    look->error = error;
    memcpy(look->stays, name, strlen(name) + 1);
}

/* Removes the directory where nothing is left in it; `temp` is WSL's and stays. */
static void tidy(struct look *look)
{
    const struct store_object o = {look->root, AT_FDCWD, look->root};
    char name[STORE_TEMP_NAME];
    int temp = put_name(&o, name) < 0 ? -1 : open_temp(look->root, false);
    if (temp < 0)
        return;
    int r = sys_unlinkat(temp, name, AT_REMOVEDIR);
    if (r != -ENOTEMPTY && r != -EEXIST) /* what is not ours stays, and that is right */
        note(look, "", r);
    sys_close(temp);
}

/* One entry. */
static void empty_one(struct look *look, int own, const char *name)
{
    if (!is_right(look->root, own, name))
        return;
    int fd = look->others != NULL ? store_claim_from_ourselves(own, name, look->others)
                                  : store_try_claim(own, name);
    if (fd == -EBUSY)
        look->left++;
    else if (fd < 0)
        note(look, name, fd);
    if (fd < 0)
        return;
    note(look, name, sys_unlinkat(own, name, 0));
    sys_close(fd);
}

static void empty(struct look *look)
{
    char buf[1024] __attribute__((aligned(8)));
    long n;
    int own = open_own(look->root, false);
    note(look, "", own);
    look->left += own == -EACCES; /* somebody else's, who may look */
    if (own < 0)
        return;
    while ((n = sys_getdents64(own, buf, sizeof(buf))) > 0)
        for (long at = 0; at < n; at += sys_dirent_at(buf, at)->length)
            if (!sys_dirent_is_dots(sys_dirent_at(buf, at)))
                empty_one(look, own, sys_dirent_at(buf, at)->name);
    note(look, "", (int)n);
    sys_close(own);
    if (look->left == 0)
        tidy(look);
}

unsigned store_temp_empty(const char *root, bool leaving)
{
    struct procscan_marked others = {.known = false};
    struct look look = {.root = root, .others = leaving ? &others : NULL};
    empty(&look);
    return look.left;
}

int store_temp_stuck(const char *root, char path[PATH_MAX])
{
    const struct store_object o = {root, AT_FDCWD, root};
    struct look look = {.root = root};
    empty(&look);
    int r = look.error == 0 ? 0 : put_temp(root, path);
    if (look.error == 0 || r < 0)
        return r;
    size_t n = strlen(path);
    int temp = open_temp(root, false);
    if (temp < 0)
        return look.error;
    sys_close(temp);
    path[n++] = '/';
    if (put_name(&o, path + n) < 0 || look.stays[0] == '\0')
        return look.error;
    n += strlen(path + n);
    path[n++] = '/';
    memcpy(path + n, look.stays, strlen(look.stays) + 1);
    return look.error;
}
