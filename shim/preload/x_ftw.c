/* SPDX-License-Identifier: MIT */
/*
 * ftw and nftw. Each directory is read whole before its entries are visited, so that one descriptor
 * is open at a time, whatever the caller allows.
 */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "preload/export.h"
#include "preload/foreign.h"
#include "preload/next.h"

typedef int ftw_fn(const char *, const struct stat *, int);
typedef int nftw_fn(const char *, const struct stat *, int, struct FTW *);

/* Where the two libcs differ, each program has what its own does. */
#if defined(LXSHIM_MUSL)
#define IS_MUSL true
#else
#define IS_MUSL false
#endif

struct object {
    dev_t dev;
    ino_t ino;
};

struct walk {
    ftw_fn *plain; /* one of the two */
    nftw_fn *extended;
    int flags;
    dev_t dev;
    struct object *seen; /* directories visited, when symlinks are followed */
    size_t seen_count;
    size_t seen_room;
    size_t prefix; /* how much of path comes before what the caller is shown */
    /* PATH_MAX bytes, usable from anywhere where FTW_CHDIR moves us about. Not on the stack, of
     * which libc takes a few hundred bytes for a directory. */
    char *path;
};

/* ftw knows fewer types than nftw. */
static int plain_type(int type)
{
    switch (type) {
    case FTW_DP:
        return FTW_D;
    case FTW_SL:
        return FTW_F;
    case FTW_SLN:
        return FTW_NS;
    default:
        return type;
    }
}

/* `base`: where the last component begins in path. */
static int call(struct walk *w, const struct stat *st, int type, size_t base, int level)
{
    const char *shown = w->path + w->prefix;
    if (w->plain != NULL)
        return w->plain(shown, st, plain_type(type));
    struct FTW at = {.base = (int)(base - w->prefix), .level = level};
    return w->extended(shown, st, type, &at);
}

static bool gnu(const struct walk *w)
{
    return (w->flags & FTW_ACTIONRETVAL) != 0;
}

/* True where a directory was visited before; remembers it otherwise. -1 for want of memory. */
static int visited(struct walk *w, const struct stat *st)
{
    for (size_t i = 0; i < w->seen_count; i++)
        if (w->seen[i].dev == st->st_dev && w->seen[i].ino == st->st_ino)
            return 1;
    if (w->seen_count == w->seen_room) {
        size_t room = w->seen_room == 0 ? 32 : w->seen_room * 2;
        struct object *larger = reallocarray(w->seen, room, sizeof(*larger));
        if (larger == NULL)
            return -1;
        w->seen = larger;
        w->seen_room = room;
    }
    w->seen[w->seen_count++] = (struct object){st->st_dev, st->st_ino};
    return 0;
}

/* The names of a directory, each NUL-terminated, ended by an empty one; NULL with errno. */
static char *read_names(const char *path)
{
    size_t used = 0;
    size_t room = 1024;
    DIR *dir = opendir(path);
    char *names = dir == NULL ? NULL : malloc(room);
    const struct dirent *e;
    while (names != NULL && (e = readdir(dir)) != NULL) {
        size_t n = strlen(e->d_name) + 1;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (used + n + 1 > room) {
            char *larger = realloc(names, room *= 2);
            if (larger == NULL)
                free(names);
            names = larger;
            if (names == NULL)
                break;
        }
        memcpy(names + used, e->d_name, n);
        used += n;
    }
    if (dir != NULL) {
        int error = errno;
        closedir(dir);
        errno = error;
    }
    if (names != NULL)
        names[used] = '\0';
    return names;
}

static int visit(struct walk *w, size_t length, size_t base, int level);

static int visit_entries(struct walk *w, const char *names, size_t length, int level)
{
    for (const char *name = names; *name != '\0'; name += strlen(name) + 1) {
        size_t n = strlen(name);
        size_t slash = length > 0 && w->path[length - 1] == '/' ? 0 : 1;
        if (length + slash + n >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        w->path[length] = '/';
        memcpy(w->path + length + slash, name, n + 1);
        int r = visit(w, length + slash + n, length + slash, level + 1);
        w->path[length] = '\0';
        if (gnu(w) && r == FTW_SKIP_SIBLINGS)
            return 0;
        if (gnu(w) && r == FTW_SKIP_SUBTREE)
            r = 0;
        if (r != 0)
            return r;
    }
    return 0;
}

/* Goes to the directory that holds the entry at `base`, where its callback expects to be. */
static int go_to(struct walk *w, size_t base)
{
    size_t end = base > 1 ? base - 1 : 1;
    if ((w->flags & FTW_CHDIR) == 0 || base == 0)
        return 0;
    char next = w->path[end];
    w->path[end] = '\0';
    int r = chdir(w->path);
    w->path[end] = next;
    return r;
}

static int visit_directory(struct walk *w, const struct stat *st, size_t length, size_t base,
                           int level)
{
    bool depth = (w->flags & FTW_DEPTH) != 0;
    char *names = read_names(w->path);
    int r = 0;
    if (names == NULL)
        return errno == EACCES ? call(w, st, FTW_DNR, base, level) : -1;
    if (!depth)
        r = call(w, st, FTW_D, base, level);
    if (r == 0)
        r = visit_entries(w, names, length, level);
    free(names);
    /* To musl only the directories that one is in are visited ones. */
    if (IS_MUSL && w->seen_count > 0)
        w->seen_count--;
    if (r == 0 && depth) {
        /* glibc is still inside the directory when it says that it is done. */
        if ((w->flags & FTW_CHDIR) != 0 && chdir(w->path) < 0)
            return -1;
        r = call(w, st, FTW_DP, base, level);
    }
    return r;
}

static int visit(struct walk *w, size_t length, size_t base, int level)
{
    struct stat st;
    int type = 0;
    bool physical = (w->flags & FTW_PHYS) != 0;
    int r = go_to(w, base);
    if (r != 0)
        return r;
    memset(&st, 0, sizeof(st));
    if ((physical ? lstat(w->path, &st) : stat(w->path, &st)) < 0) {
        if (errno != EACCES && errno != ENOENT)
            return -1;
        type = !physical && lstat(w->path, &st) == 0 && S_ISLNK(st.st_mode) ? FTW_SLN : FTW_NS;
        if (type == FTW_NS && (level == 0 || (IS_MUSL && errno == ENOENT)))
            return -1;
        return call(w, &st, type, base, level);
    }
    if (level == 0)
        w->dev = st.st_dev;
    else if ((w->flags & FTW_MOUNT) != 0 && st.st_dev != w->dev)
        return 0;
    if (!S_ISDIR(st.st_mode))
        return call(w, &st, S_ISLNK(st.st_mode) ? FTW_SL : FTW_F, base, level);
    if (!physical) {
        r = visited(w, &st);
        if (r != 0)
            return r < 0 ? -1 : 0;
    }
    return visit_directory(w, &st, length, base, level);
}

/* Puts the starting path into w->path; absolute where callbacks are called from elsewhere. */
static int set_path(struct walk *w, const char *path)
{
    size_t n = strlen(path);
    w->prefix = 0;
    if (n == 0) {
        errno = ENOENT;
        return -1;
    }
    if ((w->flags & FTW_CHDIR) != 0 && path[0] != '/') {
        if (getcwd(w->path, PATH_MAX - 1) == NULL)
            return -1;
        w->prefix = strlen(w->path);
        if (w->prefix > 1)
            w->path[w->prefix++] = '/';
    }
    if (w->prefix + n >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(w->path + w->prefix, path, n + 1);
    while (n > 1 && path[n - 1] == '/')
        w->path[w->prefix + --n] = '\0';
    return 0;
}

static int walk_from(const char *path, struct walk *w)
{
    int here = -1;
    if (set_path(w, path) < 0)
        return -1;
    size_t n = strlen(w->path);
    const char *slash = memrchr(w->path, '/', n);
    size_t base = slash == NULL || n == 1 ? 0 : (size_t)(slash - w->path) + 1;
    if ((w->flags & FTW_CHDIR) != 0) {
        here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (here < 0)
            return -1;
    }
    int r = visit(w, n, base, 0);
    int error = errno;
    if (gnu(w) && (r == FTW_SKIP_SUBTREE || r == FTW_SKIP_SIBLINGS))
        r = 0;
    if (here >= 0) {
        if (fchdir(here) < 0 && r == 0) {
            r = -1;
            error = errno;
        }
        close(here);
    }
    errno = error;
    return r;
}

static int walk_tree(const char *path, struct walk *w)
{
    w->path = malloc(PATH_MAX);
    int r = w->path == NULL ? -1 : walk_from(path, w);
    int error = errno;
    free(w->seen);
    free(w->path);
    errno = error;
    return r;
}

LX_EXPORT int nftw(const char *path, nftw_fn *fn, int descriptors, int flags)
{
    /* musl stays where it is, whatever it was asked for. */
    struct walk w = {.extended = fn, .flags = IS_MUSL ? flags & ~FTW_CHDIR : flags};
    if (lx_foreign())
        return NEXT(nftw)(path, fn, descriptors, flags);
    return walk_tree(path, &w);
}
LX_WIDE(nftw64, nftw);

LX_EXPORT int ftw(const char *path, ftw_fn *fn, int descriptors)
{
    struct walk w = {.plain = fn};
    if (lx_foreign())
        return NEXT(ftw)(path, fn, descriptors);
#if defined(LXSHIM_MUSL)
    /* Which is nftw there, with its types, and with an argument that the callback does not look at.
     */
    w = (struct walk){.extended = (nftw_fn *)(void (*)(void))fn, .flags = FTW_PHYS};
#endif
    return walk_tree(path, &w);
}
LX_WIDE(ftw64, ftw);
