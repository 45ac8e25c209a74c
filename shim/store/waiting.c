/* SPDX-License-Identifier: MIT */
#include "store/waiting.h"

#include <string.h>
#include <sys/file.h>
#include <sys/sysmacros.h>

#include "nt/names.h"
#include "store/hidden.h"
#include "store/identity.h"
#include "sys/dirents.h"
#include "sys/patience.h"
#include "sys/sys.h"

#define PART "pending"

/* A note's name, and that of what is being removed under it. */
#define NOTE_NAME (STORE_HEX + 1)
#define SHELTER   'x'

/* Behind the path of a note: it waits for watches as well. */
#define FOR_WATCHES '/'

/* --- numbers -------------------------------------------------------------------------------- */

/* The number by an identity and a path. */
static int number_of(const struct store_identity *id, const struct store_object *marked,
                     uint64_t *number)
{
    char dir[PATH_MAX];
    struct stat st = {.st_ino = 0};
    const char *leaf = store_leaf(marked->path);
    int r = store_object_parent(marked, dir);
    if (r == 0)
        r = sys_fstatat(marked->dfd, dir, &st, 0);
    if (r < 0)
        return r;
    uint64_t parent = st.st_ino;
    uint64_t hash = store_hash(id->life, &id->inode, sizeof(id->inode));
    hash = store_hash(hash, &parent, sizeof(parent));
    *number = store_hash(hash, leaf, strlen(leaf));
    return 0;
}

int store_waiting_identify(const struct store_object *o, const struct store_object *marked,
                           uint64_t *number, struct store_identity *id)
{
    int r = store_identify(o, STORE_BY_BIRTH, id);
    return r < 0 ? r : number_of(id, marked, number);
}

int store_waiting_number(const struct store_object *o, const struct store_object *marked,
                         uint64_t *number)
{
    struct store_identity id;
    return store_waiting_identify(o, marked, number, &id);
}

bool store_waiting_is(const struct store_object *marked, uint64_t number, int fd,
                      struct store_identity *id)
{
    const struct store_object o = {marked->root, fd, ""};
    uint64_t found;
    return store_waiting_identify(&o, marked, &found, id) == 0 && found == number;
}

static char *name_note(uint64_t number, char out[NOTE_NAME])
{
    *store_put_hex(out, number) = '\0';
    return out;
}

static char *name_shelter(uint64_t number, char out[NOTE_NAME + 1])
{
    char *end = store_put_hex(out, number);
    *end++ = SHELTER;
    *end = '\0';
    return out;
}

/* A number by the name of what is in the list; false for other names. *sheltered: a shelter's. */
static bool read_name(const char *name, uint64_t *number, bool *sheltered)
{
    *number = 0;
    for (unsigned i = 0; i < STORE_HEX; i++, name++) {
        bool digit = *name >= '0' && *name <= '9';
        if (!digit && !(*name >= 'a' && *name <= 'f'))
            return false;
        *number = *number << 4 | (uint64_t)(digit ? *name - '0' : *name - 'a' + 10);
    }
    *sheltered = *name == SHELTER;
    return name[*sheltered ? 1 : 0] == '\0';
}

/* --- the lock ------------------------------------------------------------------------------- */

/* True where a directory that we have waited for is still the list. */
static bool is_there(int list)
{
    struct stat st;
    return sys_fstat(list, &st) == 0 && st.st_nlink > 0;
}

int store_waiting_lock(const char *root, enum store_waiting_lock how)
{
    return store_waiting_lock_opened(root, -1, how);
}

int store_waiting_lock_opened(const char *root, int list, enum store_waiting_lock how)
{
    unsigned round = 0;
    const bool make = how == STORE_WAITING_MADE;
    do {
        if (list < 0)
            list = make ? store_hidden_make_part(root, PART) : store_hidden_open_part(root, PART);
        /* With make it went while it was opened: another time. */
        if (list < 0 && (list != -ENOENT || !make))
            return list;
        if (list >= 0) {
            long r = SYS2(SYS_flock, list, LOCK_EX | LOCK_NB);
            /* A file system without locks: as good as it goes. */
            if (r != -EAGAIN && r != -EINTR && is_there(list))
                return list;
            sys_close(list);
            list = -1;
        }
    } while (
        sys_patience(&round, how == STORE_WAITING_LATER ? SYS_SHORT_PATIENCE : SYS_LONG_PATIENCE));
    return -EAGAIN;
}

void store_waiting_unlock(const char *root, int list)
{
    store_hidden_tidy_part(root, list, PART);
    sys_close(list);
}

/* --- notes ---------------------------------------------------------------------------------- */

/* The path that a note says of an object in a directory: below the root, since drives are moved. */
static int path_of(const struct store_object *marked, char out[PATH_MAX])
{
    char dir[PATH_MAX];
    const char *leaf = store_leaf(marked->path);
    const struct store_object parent = {marked->root, marked->dfd, dir};
    size_t root = strlen(marked->root);
    int r = store_object_parent(marked, dir);
    long n = r < 0 ? r : store_object_path(&parent, out);
    if (n < 0)
        return (int)n;
    size_t length = (size_t)n;
    if (strncmp(out, marked->root, root) == 0 && (out[root] == '/' || out[root] == '\0')) {
        length -= out[root] == '/' ? root + 1 : root;
        memmove(out, out + (size_t)n - length, length);
    }
    if (length + 1 + strlen(leaf) >= PATH_MAX)
        return -ENAMETOOLONG;
    if (length > 0)
        out[length++] = '/';
    memcpy(out + length, leaf, strlen(leaf) + 1);
    return 0;
}

int store_waiting_add(int list, const struct store_object *marked, uint64_t number,
                      enum store_waits_for what)
{
    char path[PATH_MAX];
    char name[NOTE_NAME];
    int r = path_of(marked, path);
    size_t n = r < 0 ? 0 : strlen(path);
    if (r == 0 && what == STORE_WAITS_FOR_WATCHES && n + 1 < sizeof(path)) {
        path[n] = FOR_WATCHES;
        path[n + 1] = '\0';
    }
    if (r == 0)
        r = sys_symlinkat(path, list, name_note(number, name));
    return r == -EEXIST ? 0 : r;
}

/* The path that a note says, and for whom it waits; or 0 or -errno. */
static long read_note(int list, uint64_t number, char path[PATH_MAX], enum store_waits_for *what)
{
    char name[NOTE_NAME];
    long n = sys_readlinkat(list, name_note(number, name), path, PATH_MAX - 1);
    if (n <= 0)
        return n;
    *what = path[n - 1] == FOR_WATCHES ? STORE_WAITS_FOR_WATCHES : STORE_WAITS_FOR_HANDLES;
    n -= *what == STORE_WAITS_FOR_WATCHES;
    path[n] = '\0';
    return n;
}

bool store_waiting_noted(int list, uint64_t number, enum store_waits_for *what)
{
    char path[PATH_MAX];
    enum store_waits_for unasked;
    return read_note(list, number, path, what == NULL ? &unasked : what) > 0;
}

int store_waiting_open(const char *root, uint64_t number, enum store_waits_for *what)
{
    int list = store_hidden_open_part(root, PART);
    if (list < 0 || store_waiting_noted(list, number, what))
        return list;
    sys_close(list);
    return -ENOENT;
}

void store_waiting_drop(int list, uint64_t number)
{
    char name[NOTE_NAME];
    sys_unlinkat(list, name_note(number, name), 0);
}

/* --- removal -------------------------------------------------------------------------------- */

/* Gives what is somebody else's its path back, or one like it where that is taken by now. */
static void give_back(int list, const char *name, const struct store_object *marked)
{
    char path[PATH_MAX];
    size_t n = strlen(marked->path);
    int r = store_rename_to_free(list, name, marked->dfd, marked->path);
    for (char c = '0'; r == -EEXIST && c <= '9' && n + 2 < sizeof(path); c++) {
        memcpy(path, marked->path, n);
        path[n] = c;
        path[n + 1] = '\0';
        r = store_rename_to_free(list, name, marked->dfd, path);
    }
}

/* Removes what is sheltered and is the right one, or gives it its path back. 0 or -errno. */
static int settle(int list, const struct store_object *marked, uint64_t number, bool right,
                  mode_t mode)
{
    char name[NOTE_NAME + 1];
    name_shelter(number, name);
    if (right)
        return sys_unlinkat(list, name, S_ISDIR(mode) ? AT_REMOVEDIR : 0);
    give_back(list, name, marked);
    return -ESTALE;
}

int store_waiting_remove(int list, const struct store_object *marked, uint64_t number,
                         const struct store_identity *meant)
{
    char name[NOTE_NAME + 1];
    struct stat here = {.st_ino = 0};
    const dev_t device = makedev(meant->device[0], meant->device[1]);
    int r = store_rename_to_free(marked->dfd, marked->path, list, name_shelter(number, name));
    /* Who may not write a directory cannot move it; one with something in it does not go. */
    if (r == -EACCES && S_ISDIR(meant->mode))
        return sys_unlinkat(marked->dfd, marked->path, AT_REMOVEDIR);
    if (r == 0)
        r = sys_fstatat(list, name, &here, AT_SYMLINK_NOFOLLOW);
    return r < 0 ? r
                 : settle(list, marked, number,
                          here.st_ino == meant->inode && here.st_dev == device, here.st_mode);
}

/* What somebody sheltered, and was killed before he had looked at it. */
static void empty_shelter(int list, const struct store_object *marked, uint64_t number)
{
    char name[NOTE_NAME + 1];
    struct stat st;
    struct store_identity id;
    int fd = sys_openat(list, name_shelter(number, name), O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (sys_fstat(fd, &st) == 0 &&
        settle(list, marked, number, store_waiting_is(marked, number, fd, &id), st.st_mode) == 0)
        store_waiting_drop(list, number);
    sys_close(fd);
}

/* --- the list ------------------------------------------------------------------------------- */

/* One entry of the list. True where it is a note. */
static bool visit(const char *root, int at, int list, const char *entry, store_waiting_each *each,
                  void *data)
{
    char path[PATH_MAX];
    uint64_t number;
    enum store_waits_for what;
    bool sheltered;
    if (!read_name(entry, &number, &sheltered) || read_note(list, number, path, &what) <= 0)
        return false;
    const struct store_object marked = {root, at, path};
    if (!sheltered) {
        each(&marked, number, what, data);
        return true;
    }
    int locked = store_waiting_lock(root, STORE_WAITING_LATER);
    if (locked >= 0) {
        empty_shelter(locked, &marked, number);
        store_waiting_unlock(root, locked);
    }
    return false;
}

/* Removes a list that is empty, as one stays that somebody made, and was killed. */
static void tidy(const char *root)
{
    int locked = store_waiting_lock(root, STORE_WAITING_LATER);
    if (locked >= 0)
        store_waiting_unlock(root, locked);
}

unsigned store_waiting_list(const char *root, store_waiting_each *each, void *data)
{
    char buf[1024] __attribute__((aligned(8)));
    unsigned notes = 0;
    long n;
    int list = store_hidden_open_part(root, PART);
    if (list == -ENOENT)
        store_hidden_tidy(root);
    int at = list < 0 ? -1 : sys_openat(AT_FDCWD, root, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    while (at >= 0 && (n = sys_getdents64(list, buf, sizeof(buf))) > 0)
        for (long e = 0; e < n; e += sys_dirent_at(buf, e)->length)
            notes += visit(root, at, list, sys_dirent_at(buf, e)->name, each, data);
    if (at >= 0)
        sys_close(at);
    if (list >= 0)
        sys_close(list);
    if (list >= 0 && notes == 0)
        tidy(root);
    return notes;
}
