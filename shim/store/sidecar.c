/* SPDX-License-Identifier: MIT */
#include "store/sidecar.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "store/hidden.h"
#include "store/identity.h"
#include "sys/dirents.h"
#include "sys/mountid.h"
#include "sys/say.h"
#include "sys/sys.h"

/* A writer's own file, until it is complete: "." and two numbers. */
#define SCRATCH_MAX    32
#define SCRATCH_ROUNDS 64

/* A writer finds its directory gone where somebody removes the object, or drops its last fact. */
#define SET_ROUNDS 8

#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* --- which drives have one ------------------------------------------------------------------ */

/*
 * What this process found out of its drives: store_hash_root, and 1 more where the hidden directory
 * is there. Any thread or signal handler may write an entry; each is one word. Who
 * made his mind up before another process made the directory leaves a removed file's facts in it,
 * which nobody finds again.
 */
#define DRIVES 8
static _Atomic uint64_t drives[DRIVES];

static void remember_drive(uint64_t root, bool exists)
{
    atomic_store_explicit(&drives[root / 2 % DRIVES], root | exists, memory_order_relaxed);
}

static bool drive_has_one(const char *root)
{
    uint64_t hash = store_hash_root(root);
    uint64_t known = atomic_load_explicit(&drives[hash / 2 % DRIVES], memory_order_relaxed);
    if ((known & ~UINT64_C(1)) != hash) {
        bool exists = store_hidden_exists(root);
        remember_drive(hash, exists);
        return exists;
    }
    return (known & 1) != 0;
}

/* --- which object --------------------------------------------------------------------------- */

/*
 * Whether an object is on the file system of `hidden`. An overlay of several gives its directories
 * one device and files others (seen on Linux 6.18): there they are of one mount.
 */
static bool beside(const struct store_object *o, const struct store_identity *file, int hidden,
                   const struct statx *here)
{
    if (file->device[0] == here->stx_dev_major && file->device[1] == here->stx_dev_minor)
        return true;
    int flags = AT_SYMLINK_NOFOLLOW | (o->path[0] == '\0' ? AT_EMPTY_PATH : 0);
    uint64_t mount = sys_mount_id(hidden, "", AT_EMPTY_PATH);
    return mount != 0 && mount == sys_mount_id(o->dfd, o->path, flags);
}

/* The name of an object's directory; `hidden` is open, on the same file system. */
static int key_of(const struct store_object *o, int hidden, char key[STORE_SIDECAR_KEY])
{
    struct store_identity file = {.mode = 0};
    struct statx here = {.stx_mask = 0};
    int r = sys_statx(hidden, "", AT_EMPTY_PATH, STATX_INO, &here);
    if (r == 0)
        r = store_identify(o, STORE_BY_BOTH, &file);
    if (r < 0)
        return r;
    if ((!S_ISREG(file.mode) && !S_ISDIR(file.mode)) || !beside(o, &file, hidden, &here))
        return -EOPNOTSUPP;
    char *end = store_put_hex(key, file.inode);
    *end++ = '-';
    *store_put_hex(end, file.life) = '\0';
    return 0;
}

/* Opens the directory of an object's facts, and writes its name. -ENODATA where it has none. */
static int open_object(const struct store_object *o, char key[STORE_SIDECAR_KEY])
{
    int sidecar = store_hidden_open(o->root);
    if (sidecar < 0)
        return sidecar == -ENOENT ? -ENODATA : sidecar;
    int r = key_of(o, sidecar, key);
    int fd = r == 0 ? sys_openat(sidecar, key, OPEN_DIRECTORY, 0) : r;
    sys_close(sidecar);
    return (r == 0 && fd == -ENOENT) || r == -EOPNOTSUPP ? -ENODATA : fd;
}

/* --- facts ---------------------------------------------------------------------------------- */

static long read_all(int fd, char *out, size_t room)
{
    struct stat st;
    long r = sys_fstat(fd, &st);
    if (r < 0 || room == 0)
        return r < 0 ? r : (long)st.st_size;
    if ((uint64_t)st.st_size > room)
        return -ERANGE;
    size_t used = 0;
    while (used < (size_t)st.st_size) {
        long n = sys_pread(fd, out + used, (size_t)st.st_size - used, (off_t)used);
        if (n == -EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? n : -EIO;
        used += (size_t)n;
    }
    return (long)used;
}

long store_sidecar_get(const struct store_object *o, const char *name, void *value, size_t room)
{
    char key[STORE_SIDECAR_KEY];
    int dir = open_object(o, key);
    if (dir < 0)
        return dir;
    int fd = sys_openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
    sys_close(dir);
    if (fd < 0)
        return fd == -ENOENT ? -ENODATA : fd;
    long n = read_all(fd, value, room);
    sys_close(fd);
    return n;
}

/* A file of this writer's alone in a directory; its name goes to `name`. */
static int make_scratch(int dir, char name[SCRATCH_MAX])
{
    int fd = -EEXIST;
    for (unsigned i = 0; fd == -EEXIST && i < SCRATCH_ROUNDS; i++) {
        char *end = name;
        *end++ = '.';
        end = store_put_hex(end, (uint64_t)(uint32_t)SYS0(SYS_gettid) << 32 | i);
        *end = '\0';
        fd = sys_openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    }
    return fd;
}

/* One attempt; -ENOENT where the directory went meanwhile. */
static long put(int sidecar, const char *key, const char *name, const void *value, size_t size)
{
    char scratch[SCRATCH_MAX];
    struct stat st = {.st_mode = 0700};
    long r = sys_fstat(sidecar, &st);
    if (r == 0)
        r = sys_mkdirat(sidecar, key, 0700);
    if (r == 0)
        (void)sys_fchmodat(sidecar, key, st.st_mode & 0777);
    if (r < 0 && r != -EEXIST)
        return r;
    int dir = sys_openat(sidecar, key, OPEN_DIRECTORY, 0);
    if (dir < 0)
        return dir;
    int fd = make_scratch(dir, scratch);
    r = fd;
    if (fd >= 0) {
        r = sys_fill(fd, value, size);
        (void)sys_fchmod(fd, st.st_mode & 0666);
        sys_close(fd);
        if (r == 0)
            r = sys_renameat2(dir, scratch, dir, name, 0);
        if (r < 0)
            sys_unlinkat(dir, scratch, 0);
    }
    sys_close(dir);
    return r;
}

/* Gives the object the mark. Some file systems take a mode and forget it. */
static int mark(const struct store_object *o)
{
    struct stat st;
    int r = store_object_stat(o, &st);
    if (r < 0 || store_marked(&st))
        return r;
    r = store_object_chmod(o, (st.st_mode & 07777) | STORE_MARK);
    if (r == 0)
        r = store_object_stat(o, &st);
    return r == 0 && !store_marked(&st) ? -EOPNOTSUPP : r;
}

/*
 * Takes the directory of an object that has no facts, and the hidden one with the last of them:
 * what is not empty stays, and who was about to write there makes them anew.
 */
static void tidy(const char *root, int sidecar, const char *key)
{
    sys_unlinkat(sidecar, key, AT_REMOVEDIR);
    store_hidden_tidy(root);
}

/* store_sidecar_set once; -ENOENT where a directory went meanwhile. */
static long set_once(const struct store_object *o, const char *name, const void *value, size_t size)
{
    char key[STORE_SIDECAR_KEY] = "";
    int sidecar = store_hidden_make(o->root);
    if (sidecar < 0)
        return sidecar;
    remember_drive(store_hash_root(o->root), true);
    /* A copy-up of an overlay comes with the mark, and must not come after the key. */
    long r = mark(o);
    bool missing = r == -ENOENT;
    if (r == 0)
        r = key_of(o, sidecar, key);
    if (r == 0)
        r = put(sidecar, key, name, value, size);
    if (r == 0) /* again, if somebody took it away who found no facts */
        r = mark(o);
    if (r < 0)
        tidy(o->root, sidecar, key);
    sys_close(sidecar);
    return missing ? -ESTALE : r;
}

long store_sidecar_set(const struct store_object *o, const char *name, const void *value,
                       size_t size)
{
    long r = -ENOENT;
    for (unsigned i = 0; r == -ENOENT && i < SET_ROUNDS; i++)
        r = set_once(o, name, value, size);
    return r == -ESTALE ? -ENOENT : r;
}

long store_sidecar_remove(const struct store_object *o, const char *name)
{
    char key[STORE_SIDECAR_KEY];
    int dir = open_object(o, key);
    if (dir < 0)
        return dir;
    long r = sys_unlinkat(dir, name, 0);
    if (r == 0)
        store_hidden_tidy_part(o->root, dir, key);
    sys_close(dir);
    return r == -ENOENT ? -ENODATA : r;
}

long store_sidecar_list(const struct store_object *o, char *list, size_t room)
{
    char buf[1024] __attribute__((aligned(8)));
    size_t used = 0;
    char key[STORE_SIDECAR_KEY];
    long n;
    int dir = open_object(o, key);
    if (dir < 0)
        return dir == -ENODATA ? 0 : dir;
    while ((n = sys_getdents64(dir, buf, sizeof(buf))) > 0) {
        for (long at = 0; at < n; at += sys_dirent_at(buf, at)->length) {
            const char *name = sys_dirent_at(buf, at)->name;
            size_t length = strlen(name) + 1;
            if (name[0] == '.') /* itself, its parent, and what is being written */
                continue;
            if (room != 0 && used + length > room)
                n = -ERANGE;
            else if (room != 0)
                memcpy(list + used, name, length);
            if (n < 0)
                break;
            used += length;
        }
        if (n < 0)
            break;
    }
    sys_close(dir);
    return n < 0 ? n : (long)used;
}

/* --- removal -------------------------------------------------------------------------------- */

bool store_sidecar_about(const struct store_object *o, char key[STORE_SIDECAR_KEY])
{
    struct stat st;
    if (!drive_has_one(o->root) ||
        sys_fstatat(o->dfd, o->path, &st,
                    o->path[0] == '\0' ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW) < 0 ||
        !store_marked(&st) || (!S_ISDIR(st.st_mode) && st.st_nlink > 1))
        return false;
    int sidecar = store_hidden_open(o->root);
    if (sidecar < 0)
        return false;
    int r = key_of(o, sidecar, key);
    sys_close(sidecar);
    return r == 0;
}

void store_sidecar_drop(const char *root, const char *key)
{
    char buf[1024] __attribute__((aligned(8)));
    int sidecar = store_hidden_open(root);
    int dir = sidecar < 0 ? sidecar : sys_openat(sidecar, key, OPEN_DIRECTORY, 0);
    long n;
    if (dir >= 0) {
        while ((n = sys_getdents64(dir, buf, sizeof(buf))) > 0)
            for (long at = 0; at < n; at += sys_dirent_at(buf, at)->length)
                if (!sys_dirent_is_dots(sys_dirent_at(buf, at)))
                    sys_unlinkat(dir, sys_dirent_at(buf, at)->name, 0);
        sys_close(dir);
        tidy(root, sidecar, key);
    }
    if (sidecar >= 0)
        sys_close(sidecar);
}
