/* SPDX-License-Identifier: MIT */
#include "store/hidden.h"

#include <stdatomic.h>
#include <string.h>

#include "store/age.h"
#include "sys/sys.h"

#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Its name by a root's identity. The root's permissions, or -errno. */
static int name_of(const struct store_object *root, char out[STORE_HIDDEN_NAME])
{
    struct store_identity id;
    int r = store_identify(root, STORE_BY_BIRTH, &id);
    if (r < 0)
        return r;
    size_t n = sizeof(STORE_HIDDEN_PREFIX) - 1;
    memcpy(out, STORE_HIDDEN_PREFIX, n);
    *store_put_hex(out + n, store_identity_number(&id)) = '\0';
    return S_ISDIR(id.mode) ? id.mode & 0777 : 0700;
}

/* Its path. The root's permissions, or -errno: -ENOENT also for no root. */
static int path_of(const char *root, char out[PATH_MAX])
{
    const struct store_object o = {root, AT_FDCWD, root};
    size_t n = root == NULL ? 0 : strlen(root);
    if (root == NULL)
        return -ENOENT;
    if (n + 1 + STORE_HIDDEN_NAME > PATH_MAX)
        return -ENAMETOOLONG;
    memcpy(out, root, n);
    out[n] = '/';
    return name_of(&o, out + n + 1);
}

int store_hidden_open(const char *root)
{
    char path[PATH_MAX];
    int r = path_of(root, path);
    if (r < 0)
        return r == -EOPNOTSUPP ? -ENOENT : r;
    return sys_openat(AT_FDCWD, path, OPEN_DIRECTORY, 0);
}

/* Makes a directory with all of these permissions, and opens it. */
static int make_with(int dfd, const char *path, mode_t mode)
{
    struct stat st;
    int r = sys_mkdirat(dfd, path, mode);
    if (r < 0 && r != -EEXIST)
        return r;
    int fd = sys_openat(dfd, path, OPEN_DIRECTORY, 0);
    /* A umask, or a default ACL, may have taken some. */
    if (r == 0 && fd >= 0 && sys_fstat(fd, &st) == 0 && (st.st_mode & 0777) != mode)
        (void)sys_fchmod(fd, mode);
    return fd;
}

/* store_hidden_make. *mode: the root's permissions. */
static int make_hidden(const char *root, mode_t *mode)
{
    char path[PATH_MAX];
    int r = path_of(root, path);
    if (r < 0)
        return root == NULL ? -EOPNOTSUPP : r;
    *mode = (mode_t)r;
    int fd = sys_openat(AT_FDCWD, path, OPEN_DIRECTORY, 0);
    return fd == -ENOENT ? make_with(AT_FDCWD, path, *mode) : fd;
}

int store_hidden_make(const char *root)
{
    mode_t mode;
    return make_hidden(root, &mode);
}

int store_hidden_open_part(const char *root, const char *part)
{
    int hidden = store_hidden_open(root);
    if (hidden < 0)
        return hidden;
    int fd = sys_openat(hidden, part, OPEN_DIRECTORY, 0);
    sys_close(hidden);
    return fd;
}

int store_hidden_make_part(const char *root, const char *part)
{
    mode_t mode;
    int hidden = make_hidden(root, &mode);
    if (hidden < 0)
        return hidden;
    int fd = make_with(hidden, part, mode);
    sys_close(hidden);
    return fd;
}

bool store_hidden_exists(const char *root)
{
    int fd = store_hidden_open(root);
    if (fd >= 0)
        sys_close(fd);
    return fd >= 0 || fd == -EACCES;
}

/*
 * Roots in which there was none, by store_hash_root: a hash of their states. Whoever makes
 * one changes the root's time. Any thread or signal handler may read and write an entry, which is
 * one word.
 */
#define DRIVES 8
static _Atomic uint64_t bare[DRIVES];

bool store_hidden_absent(const char *root)
{
    struct stat st;
    _Atomic uint64_t *entry = &bare[store_hash_root(root) / 2 % DRIVES];
    int64_t now = store_clock(); /* before anything is asked, so that what comes after is young */
    if (root == NULL || sys_fstatat(AT_FDCWD, root, &st, 0) < 0)
        return false;
    uint64_t state = store_hash_state(&st);
    if (atomic_load_explicit(entry, memory_order_relaxed) == state)
        return true;
    if (!store_shows_changes(root, &st, now) || store_hidden_exists(root))
        return false;
    atomic_store_explicit(entry, state, memory_order_relaxed);
    return true;
}

static bool is_named(const struct store_object *root, const char *name)
{
    char own[STORE_HIDDEN_NAME];
    return strncmp(name, STORE_HIDDEN_PREFIX, sizeof(STORE_HIDDEN_PREFIX) - 1) == 0 &&
           name_of(root, own) >= 0 && strcmp(name, own) == 0;
}

bool store_hidden_is(const char *root, int fd, const char *name)
{
    return is_named(&(struct store_object){root, fd, ""}, name);
}

bool store_hidden_is_in(const char *root, const char *name)
{
    return is_named(&(struct store_object){root, AT_FDCWD, root}, name);
}

void store_hidden_tidy(const char *root)
{
    char path[PATH_MAX];
    if (path_of(root, path) >= 0)
        sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

void store_hidden_tidy_part(const char *root, int fd, const char *part)
{
    int hidden = sys_openat(fd, "..", OPEN_DIRECTORY, 0);
    if (hidden < 0)
        return;
    int r = sys_unlinkat(hidden, part, AT_REMOVEDIR);
    sys_close(hidden);
    /* Also where somebody was killed between the two. */
    if (r == 0 || r == -ENOENT)
        store_hidden_tidy(root);
}
