/* SPDX-License-Identifier: MIT */
#include "store/pending.h"

#include <limits.h>
#include <string.h>

#include "nt/names.h"
#include "store/hidden.h"
#include "store/holders.h"
#include "store/procscan.h"
#include "store/scratch.h"
#include "store/waiting.h"
#include "sys/dirents.h"
#include "sys/fdpath.h"
#include "sys/sys.h"

/* --- marking -------------------------------------------------------------------------------- */

/* Writes the marked name of a path. -ENAMETOOLONG where its last component has no room for it. */
static int marked_path(const char *path, char *out, size_t room)
{
    size_t n = strlen(path);
    const char *slash = memrchr(path, '/', n);
    size_t leaf = slash == NULL ? n : (size_t)(path + n - slash) - 1;
    if (leaf + NT_PENDING_SUFFIX_LENGTH > NT_NAME_BYTES || n + NT_PENDING_SUFFIX_LENGTH + 1 > room)
        return -ENAMETOOLONG;
    memcpy(out, path, n);
    memcpy(out + n, NT_PENDING_SUFFIX, NT_PENDING_SUFFIX_LENGTH + 1);
    return 0;
}

/*
 * What waits to go has the mark (store_marked), which one fstat shows to whoever closes it. Not
 * where another hard link keeps the file: there it would be on that one, too.
 */
static void hint(const struct store_object *marked, const struct store_identity *id)
{
    if ((id->mode & STORE_MARK) == 0 &&
        (S_ISDIR(id->mode) || (S_ISREG(id->mode) && id->links == 1)))
        sys_fchmodat(marked->dfd, marked->path, (id->mode & 07777) | STORE_MARK);
}

/*
 * Sees to it that the note is of what was just renamed: a file of an overlay's lower layer becomes
 * another one by the rename. *id: what it is.
 */
static int confirm(int list, const struct store_object *marked, uint64_t noted,
                   enum store_waits_for what, struct store_identity *id)
{
    uint64_t number;
    int r = store_waiting_identify(marked, marked, &number, id);
    if (r < 0 || number == noted)
        return r;
    r = store_waiting_add(list, marked, number, what);
    if (r == 0)
        store_waiting_drop(list, noted);
    return r;
}

/* store_pending_mark, with the list of what waits. *id: what was marked. */
static int mark_noted(int list, const struct store_object *o, const struct store_object *marked,
                      enum store_waits_for what, struct store_identity *id)
{
    uint64_t number;
    int r = store_waiting_number(o, marked, &number);
    /* First, so that a process that is killed in between leaves no file that nobody finishes. */
    if (r == 0 && store_waiting_add(list, marked, number, what) < 0)
        r = -EOPNOTSUPP;
    if (r < 0)
        return r;
    r = store_rename_to_free(o->dfd, o->path, o->dfd, marked->path);
    if (r == 0) {
        r = confirm(list, marked, number, what, id);
        if (r < 0)
            (void)store_rename_to_free(o->dfd, marked->path, o->dfd, o->path);
    }
    if (r < 0)
        store_waiting_drop(list, number);
    return r;
}

int store_pending_mark(const struct store_object *o, bool watches)
{
    char path[PATH_MAX];
    struct store_identity id = {.mode = 0};
    const struct store_object marked = {o->root, o->dfd, path};
    int r = marked_path(o->path, path, sizeof(path));
    if (r < 0)
        return r;
    int list = store_waiting_lock(o->root, STORE_WAITING_MADE);
    if (list < 0)
        return -EOPNOTSUPP;
    r = mark_noted(list, o, &marked, watches ? STORE_WAITS_FOR_WATCHES : STORE_WAITS_FOR_HANDLES,
                   &id);
    if (r < 0) {
        store_waiting_unlock(o->root, list);
        return r;
    }
    sys_close(list);
    hint(&marked, &id);
    return 0;
}

int store_pending_revive(const struct store_object *marked)
{
    char path[PATH_MAX];
    uint64_t number;
    size_t n = strlen(marked->path);
    if (n >= sizeof(path) || !nt_name_pending(marked->path, n))
        return -EINVAL;
    memcpy(path, marked->path, n);
    path[n - NT_PENDING_SUFFIX_LENGTH] = '\0';
    int list = store_waiting_lock(marked->root, STORE_WAITING_NEEDED);
    if (list < 0)
        return list == -ENOENT ? -EINVAL : list;
    int r = store_waiting_number(marked, marked, &number);
    if (r == 0 && !store_waiting_noted(list, number, NULL))
        r = -EINVAL;
    if (r == 0)
        r = store_rename_to_free(marked->dfd, marked->path, marked->dfd, path);
    /* Last, so that a process that is killed in between leaves a note that leads to nothing. */
    if (r == 0)
        store_waiting_drop(list, number);
    store_waiting_unlock(marked->root, list);
    return r;
}

/* --- looking -------------------------------------------------------------------------------- */

/* The list, open, and the number where an object is noted in it; or -errno. */
static int noted(const struct store_object *marked, uint64_t *number, enum store_waits_for *what)
{
    int r = store_waiting_number(marked, marked, number);
    return r < 0 ? r : store_waiting_open(marked->root, *number, what);
}

bool store_pending_proved(const struct store_object *marked)
{
    uint64_t number;
    enum store_waits_for what;
    int list = noted(marked, &number, &what);
    if (list >= 0)
        sys_close(list);
    return list >= 0;
}

/* Who finishes a deletion. */
struct finisher {
    /* Again: whoever seems to hold it may only be another one of us. Else it has to know, since
     * what it says goes by the answer. */
    bool may_look_later;
    /* It leaves, so that what this process itself has open does not count: what others have. */
    struct procscan_marked *others;
};

/* A file: a descriptor by which it is claimed, or -errno as claim. */
static int claim_file(const struct store_object *marked, const struct finisher *who)
{
    struct store_holders nobody = {.list = NULL, .room = 0};
    if (who->others != NULL)
        return store_claim_from_ourselves(marked->dfd, marked->path, who->others);
    if (who->may_look_later)
        return store_try_claim(marked->dfd, marked->path);
    int fd = store_claim_file(marked->dfd, marked->path, &nobody);
    /* Not ours to read, and nobody holds it. */
    return fd != -EACCES
               ? fd
               : sys_openat(marked->dfd, marked->path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
}

/*
 * Opens what nobody else has open, in a way by which nobody can until it is closed; or -EBUSY, or
 * -errno.
 */
static int claim(const struct store_object *marked, const struct finisher *who)
{
    struct store_holders nobody = {.list = NULL, .room = 0};
    struct stat st;
    int fd = claim_file(marked, who);
    if (fd != -EINVAL) /* no regular file */
        return fd;
    fd = sys_openat(marked->dfd, marked->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    bool held = sys_fstat(fd, &st) < 0 ||
                (who->others != NULL ? store_directory_held_by_others(fd, &st, who->others)
                                     : store_directory_held(fd, &st, &nobody));
    if (held)
        sys_close(fd);
    return held ? -EBUSY : fd;
}

/*
 * Removes an object that was noted, and that nobody else can open. `list`: open, or -1; it is
 * closed. 0 or -errno: see store_waiting_remove.
 */
static int remove_claimed(const struct store_object *marked, uint64_t number, int fd, int list,
                          const struct finisher *who)
{
    struct store_identity id = {.mode = 0};
    list = store_waiting_lock_opened(
        marked->root, list, who->may_look_later ? STORE_WAITING_LATER : STORE_WAITING_NEEDED);
    if (list < 0)
        return list == -ENOENT ? -ESTALE : list;
    /* What is open may have come since the look by which it was proved. */
    int r = store_waiting_noted(list, number, NULL) && store_waiting_is(marked, number, fd, &id)
                ? store_waiting_remove(list, marked, number, &id)
                : -ESTALE;
    if (r == 0)
        store_waiting_drop(list, number);
    store_waiting_unlock(marked->root, list);
    return r;
}

/*
 * What is said of an object that no note is about: somebody may have removed it, and taken the note
 * back, since the caller met its name.
 */
static enum store_pending not_noted(const struct store_object *marked)
{
    struct stat st;
    int r = sys_fstatat(marked->dfd, marked->path, &st, AT_SYMLINK_NOFOLLOW);
    return r == -ENOENT ? STORE_PENDING_GONE : STORE_NOT_PENDING;
}

/* The same of what waits for who watches it as well. */
static int claim_unwatched(const struct store_object *marked, enum store_waits_for what,
                           const struct finisher *who)
{
    struct store_holders nobody = {.list = NULL, .room = 0};
    int fd = claim(marked, who);
    if (fd < 0 || what != STORE_WAITS_FOR_WATCHES ||
        !store_watched(fd, who->others != NULL, &nobody))
        return fd;
    sys_close(fd);
    return -EBUSY;
}

/* Removes a noted object where nobody holds it. `list`: open, or -1; it is closed. */
static enum store_pending finish(const struct store_object *marked, uint64_t number,
                                 enum store_waits_for what, int list, const struct finisher *who)
{
    int fd = claim_unwatched(marked, what, who);
    if (fd < 0) {
        if (list >= 0)
            sys_close(list);
        return fd == -ENOENT ? STORE_PENDING_GONE : STORE_PENDING_HELD;
    }
    int r = remove_claimed(marked, number, fd, list, who);
    sys_close(fd);
    if (r == -ESTALE)
        return not_noted(marked);
    return r == 0 || r == -ENOENT ? STORE_PENDING_GONE : STORE_PENDING_HELD;
}

enum store_pending store_pending_look(const struct store_object *marked)
{
    const struct finisher has_to_know = {.may_look_later = false};
    uint64_t number;
    enum store_waits_for what;
    int list = noted(marked, &number, &what);
    return list >= 0 ? finish(marked, number, what, list, &has_to_know) : not_noted(marked);
}

mode_t store_pending_blocks(const struct store_object *o)
{
    char path[PATH_MAX];
    struct stat st;
    const struct store_object marked = {o->root, o->dfd, path};
    if (marked_path(o->path, path, sizeof(path)) < 0 ||
        sys_fstatat(o->dfd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    return store_pending_look(&marked) == STORE_PENDING_HELD ? st.st_mode & S_IFMT : 0;
}

/* True where the native path of a directory ends in a mark, and it is pending. */
static bool is_pending_path(const char *root, const char *path, size_t n)
{
    const struct store_object o = {root, AT_FDCWD, path};
    return nt_name_pending(path, n) && store_pending_proved(&o);
}

__attribute__((noinline)) bool store_pending_open(const char *root, int fd)
{
    char path[PATH_MAX];
    const struct store_object o = {root, fd, ""};
    long n = store_object_path(&o, path);
    return n > 0 && is_pending_path(root, path, (size_t)n);
}

/* The directory part of an absolute path. Apart, for its buffer. */
static __attribute__((noinline)) bool parent_pending(const struct store_object *o)
{
    char path[PATH_MAX];
    return store_object_parent(o, path) == 0 && is_pending_path(o->root, path, strlen(path));
}

bool store_pending_directory(const struct store_object *o)
{
    struct stat st;
    const char *path = o->path;
    if (path[0] == '/') /* walked to: the path says it */
        return strstr(path, NT_PENDING_SUFFIX "/") != NULL && parent_pending(o);
    /* Below a name in it: what waits to be deleted is empty, so that the kernel finds no such. */
    if (path[0] != '.' && strchr(path, '/') != NULL)
        return false;
    int r =
        o->dfd == AT_FDCWD ? sys_fstatat(AT_FDCWD, "", &st, AT_EMPTY_PATH) : sys_fstat(o->dfd, &st);
    return r == 0 && store_marked(&st) && store_pending_open(o->root, o->dfd);
}

/* --- finishing ------------------------------------------------------------------------------ */

bool store_pending_sweep(const char *root, int dir)
{
    char buf[2048] __attribute__((aligned(8)));
    bool removed = false;
    long n;
    while ((n = sys_getdents64(dir, buf, sizeof(buf))) > 0) {
        for (long at = 0; at < n;) {
            const struct sys_dirent *e = sys_dirent_at(buf, at);
            const struct store_object marked = {root, dir, e->name};
            at += e->length;
            if (nt_name_pending(e->name, strlen(e->name)))
                removed |= store_pending_look(&marked) == STORE_PENDING_GONE;
        }
    }
    return removed;
}

struct settling {
    struct finisher who;
    unsigned done;
};

/* Takes a note back that leads to nothing, or to something else. */
static void forget(const struct store_object *marked, uint64_t number)
{
    uint64_t found;
    int list = store_waiting_lock(marked->root, STORE_WAITING_LATER);
    if (list < 0)
        return;
    if (store_waiting_number(marked, marked, &found) < 0 || found != number)
        store_waiting_drop(list, number);
    store_waiting_unlock(marked->root, list);
}

static void settle_one(const struct store_object *marked, uint64_t number,
                       enum store_waits_for what, void *data)
{
    struct settling *s = data;
    uint64_t found;
    if (store_waiting_number(marked, marked, &found) < 0 || found != number) {
        forget(marked, number);
        s->done++;
    } else if (finish(marked, number, what, -1, &s->who) != STORE_PENDING_HELD) {
        s->done++;
    }
}

unsigned store_pending_settle(const char *root, bool leaving)
{
    struct procscan_marked others = {.known = false};
    struct settling s = {{.may_look_later = !leaving, .others = leaving ? &others : NULL}, 0};
    if (!store_hidden_exists(root))
        return 0;
    store_scratch_sweep(root);
    return store_waiting_list(root, settle_one, &s) - s.done;
}

size_t store_pending_unmark(const char *root, char *path, size_t n)
{
    if (!is_pending_path(root, path, n))
        return n;
    path[n - NT_PENDING_SUFFIX_LENGTH] = '\0';
    return n - NT_PENDING_SUFFIX_LENGTH;
}
