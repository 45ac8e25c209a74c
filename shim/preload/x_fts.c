/* SPDX-License-Identifier: MIT */
/*
 * fts. Always as with FTS_NOCHDIR: fts_accpath is the whole path, which the manual allows, and the
 * current directory stays the program's own.
 */
#if !defined(LXSHIM_MUSL) || __has_include(<fts.h>) /* some musl have it in a library of its own \
                                                     */
#include <dirent.h>
#include <fts.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "preload/export.h"
#include "preload/foreign.h"
#include "preload/next.h"

#define ALL_OPTIONS 0x00ff

typedef int compare_fn(const FTSENT **, const FTSENT **);

/* What the caller gets is the first member; the rest is ours. */
struct stream {
    FTS fts;
    FTSENT *root; /* above the arguments, level -1 */
    compare_fn *compare;
    bool stopped;
};

static struct stream *stream_of(FTS *fts)
{
    return (struct stream *)(void *)fts;
}

static FTSENT *new_entry(FTSENT *above, const char *name, const char *path)
{
    size_t n = strlen(name);
    FTSENT *e = calloc(1, offsetof(FTSENT, fts_name) + n + 1);
    if (e == NULL)
        return NULL;
    e->fts_statp = calloc(1, sizeof(*e->fts_statp));
    e->fts_path = strdup(path);
    if (e->fts_statp == NULL || e->fts_path == NULL) {
        free(e->fts_statp);
        free(e->fts_path);
        free(e);
        return NULL;
    }
    e->fts_accpath = e->fts_path;
    e->fts_pathlen = (unsigned short)strlen(path);
    e->fts_namelen = (unsigned short)n;
    e->fts_parent = above;
    e->fts_level = (short)(above == NULL ? FTS_ROOTPARENTLEVEL : above->fts_level + 1);
    e->fts_instr = FTS_NOINSTR;
    memcpy(e->fts_name, name, n + 1);
    return e;
}

static void free_entry(FTSENT *e)
{
    free(e->fts_statp);
    free(e->fts_path);
    free(e);
}

static void free_list(FTSENT *e)
{
    while (e != NULL) {
        FTSENT *next = e->fts_link;
        free_entry(e);
        e = next;
    }
}

/* Sets fts_info and the stat of an entry. */
static void examine(struct stream *s, FTSENT *e, bool follow)
{
    struct stat *st = e->fts_statp;
    int options = s->fts.fts_options;
    if ((options & FTS_LOGICAL) != 0 || follow) {
        if (stat(e->fts_path, st) < 0) {
            int error = errno;
            if (lstat(e->fts_path, st) == 0) {
                errno = 0;
                e->fts_info = FTS_SLNONE;
                return;
            }
            e->fts_errno = error;
            memset(st, 0, sizeof(*st));
            e->fts_info = FTS_NS;
            return;
        }
    } else if (lstat(e->fts_path, st) < 0) {
        e->fts_errno = errno;
        memset(st, 0, sizeof(*st));
        e->fts_info = FTS_NS;
        return;
    }
    e->fts_dev = st->st_dev;
    e->fts_ino = st->st_ino;
    e->fts_nlink = st->st_nlink;
    if (!S_ISDIR(st->st_mode)) {
        e->fts_info = S_ISLNK(st->st_mode) ? FTS_SL : S_ISREG(st->st_mode) ? FTS_F : FTS_DEFAULT;
        return;
    }
    e->fts_info = FTS_D;
    if (strcmp(e->fts_name, ".") == 0 || strcmp(e->fts_name, "..") == 0) {
        if (e->fts_level > FTS_ROOTLEVEL)
            e->fts_info = FTS_DOT;
        return;
    }
    for (FTSENT *p = e->fts_parent; p != NULL && p->fts_level >= FTS_ROOTLEVEL; p = p->fts_parent)
        if (p->fts_ino == e->fts_ino && p->fts_dev == e->fts_dev) {
            e->fts_cycle = p;
            e->fts_info = FTS_DC;
            return;
        }
}

/* Sorts a list as the caller compares. On no memory it stays as it is. */
static FTSENT *sort(const struct stream *s, FTSENT *head, size_t count)
{
    size_t i = 0;
    if (s->compare == NULL || count < 2)
        return head;
    FTSENT **array = malloc(count * sizeof(FTSENT *));
    if (array == NULL)
        return head;
    for (FTSENT *e = head; e != NULL; e = e->fts_link)
        array[i++] = e;
    qsort(array, count, sizeof(FTSENT *),
          (int (*)(const void *, const void *))(void (*)(void))s->compare);
    for (i = 0; i + 1 < count; i++)
        array[i]->fts_link = array[i + 1];
    array[count - 1]->fts_link = NULL;
    head = array[0];
    free(array);
    return head;
}

static FTSENT *child(struct stream *s, FTSENT *dir, const struct dirent *e)
{
    char path[PATH_MAX];
    size_t n = dir->fts_pathlen;
    size_t name = strlen(e->d_name);
    bool slash = n > 0 && dir->fts_path[n - 1] == '/';
    if (n + 1 + name >= sizeof(path)) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    memcpy(path, dir->fts_path, n);
    path[n] = '/';
    memcpy(path + n + (slash ? 0 : 1), e->d_name, name + 1);
    FTSENT *entry = new_entry(dir, e->d_name, path);
    if (entry == NULL)
        return NULL;
    bool unknown = e->d_type == DT_UNKNOWN || e->d_type == DT_DIR;
    int physical = FTS_NOSTAT | FTS_PHYSICAL;
    if ((s->fts.fts_options & physical) == physical && !unknown)
        entry->fts_info = FTS_NSOK;
    else
        examine(s, entry, false);
    return entry;
}

/* Reads a directory into a list; NULL with errno 0 for an empty one. */
static FTSENT *build(struct stream *s, FTSENT *dir)
{
    FTSENT *head = NULL;
    FTSENT **tail = &head;
    size_t count = 0;
    const struct dirent *e;
    DIR *d = opendir(dir->fts_path);
    if (d == NULL)
        return NULL;
    errno = 0;
    while ((e = readdir(d)) != NULL) {
        bool dots = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
        if (dots && (s->fts.fts_options & FTS_SEEDOT) == 0)
            continue;
        FTSENT *entry = child(s, dir, e);
        if (entry == NULL)
            break;
        *tail = entry;
        tail = &entry->fts_link;
        count++;
        errno = 0;
    }
    int error = errno;
    closedir(d);
    if (error != 0) {
        free_list(head);
        errno = error;
        return NULL;
    }
    errno = 0;
    return sort(s, head, count);
}

LX_EXPORT FTS *fts_open(char *const *paths, int options, compare_fn *compare)
{
    FTSENT **tail;
    size_t count = 0;
    if (lx_foreign())
        return NEXT(fts_open)(paths, options, compare);
    if ((options & ~ALL_OPTIONS) != 0) {
        errno = EINVAL;
        return NULL;
    }
    struct stream *s = calloc(1, sizeof(*s));
    if (s == NULL)
        return NULL;
    s->fts.fts_options = options | FTS_NOCHDIR;
    s->fts.fts_rfd = -1;
    s->compare = compare;
    s->root = new_entry(NULL, "", "");
    if (s->root == NULL) {
        free(s);
        return NULL;
    }
    tail = &s->fts.fts_child;
    for (; *paths != NULL; paths++) {
        if ((*paths)[0] == '\0')
            continue;
        /* The whole argument is its name, as in glibc, until it is read: see give. */
        FTSENT *e = new_entry(s->root, *paths, *paths);
        if (e == NULL) {
            fts_close(&s->fts);
            return NULL;
        }
        examine(s, e, (options & FTS_COMFOLLOW) != 0);
        *tail = e;
        tail = &e->fts_link;
        count++;
    }
    s->fts.fts_child = sort(s, s->fts.fts_child, count);
    return &s->fts;
}
LX_WIDE(fts64_open, fts_open);

LX_EXPORT int fts_close(FTS *fts)
{
    struct stream *s = stream_of(fts);
    if (lx_foreign())
        return NEXT(fts_close)(fts);
    /* Everything alive hangs off the current entry: its later siblings, and those of its parents.
     */
    FTSENT *e = fts->fts_cur;
    while (e != NULL && e->fts_level >= FTS_ROOTLEVEL) {
        FTSENT *above = e->fts_parent;
        free_list(e);
        e = above;
    }
    free_list(fts->fts_child);
    free_entry(s->root);
    free(s);
    return 0;
}
LX_WIDE(fts64_close, fts_close);

static FTSENT *give(struct stream *s, FTSENT *e)
{
    char *slash = e->fts_level == FTS_ROOTLEVEL ? strrchr(e->fts_name, '/') : NULL;
    if (slash != NULL && (slash != e->fts_name || slash[1] != '\0')) {
        e->fts_namelen = (unsigned short)strlen(slash + 1);
        memmove(e->fts_name, slash + 1, e->fts_namelen + 1U);
    }
    s->fts.fts_cur = e;
    s->fts.fts_dev = e->fts_level == FTS_ROOTLEVEL ? e->fts_dev : s->fts.fts_dev;
    return e;
}

/* Goes into a directory: its first entry, or itself again as done or unreadable. */
static FTSENT *descend(struct stream *s, FTSENT *dir)
{
    FTSENT *first = s->fts.fts_child;
    s->fts.fts_child = NULL;
    if (first == NULL) {
        first = build(s, dir);
        if (first == NULL && errno != 0) {
            dir->fts_info = FTS_DNR;
            dir->fts_errno = errno;
            return give(s, dir);
        }
    }
    if (first == NULL) {
        dir->fts_info = FTS_DP;
        return give(s, dir);
    }
    return give(s, first);
}

/* The entry after e: its sibling, or its parent as done; NULL at the end. */
static FTSENT *advance(struct stream *s, FTSENT *e)
{
    FTSENT *next = e->fts_link;
    FTSENT *above = e->fts_parent;
    free_entry(e);
    if (next != NULL)
        return give(s, next);
    if (above->fts_level == FTS_ROOTPARENTLEVEL) {
        s->fts.fts_cur = NULL;
        errno = 0;
        return NULL;
    }
    above->fts_info = above->fts_errno != 0 ? FTS_ERR : FTS_DP;
    return give(s, above);
}

/* An entry that was only advanced to may have been told to be skipped or followed meanwhile. */
static FTSENT *arrive(struct stream *s, FTSENT *e)
{
    while (e != NULL && e->fts_instr == FTS_SKIP) {
        e->fts_instr = FTS_NOINSTR;
        e = advance(s, e);
    }
    if (e != NULL && e->fts_instr == FTS_FOLLOW) {
        e->fts_instr = FTS_NOINSTR;
        examine(s, e, true);
    }
    return e;
}

LX_EXPORT FTSENT *fts_read(FTS *fts)
{
    struct stream *s = stream_of(fts);
    FTSENT *e = fts->fts_cur;
    if (lx_foreign())
        return NEXT(fts_read)(fts);
    if (s->stopped)
        return NULL;
    if (e == NULL) {
        e = fts->fts_child;
        fts->fts_child = NULL;
        if (e == NULL) {
            s->stopped = true;
            errno = 0;
            return NULL;
        }
        return arrive(s, give(s, e));
    }
    int instruction = e->fts_instr;
    e->fts_instr = FTS_NOINSTR;
    if (instruction == FTS_AGAIN) {
        examine(s, e, false);
        return e;
    }
    if (instruction == FTS_FOLLOW && (e->fts_info == FTS_SL || e->fts_info == FTS_SLNONE)) {
        examine(s, e, true);
        /* overlayfs gives a symlink another device than the directories around it. */
        if (e->fts_level == FTS_ROOTLEVEL)
            fts->fts_dev = e->fts_dev;
        return e;
    }
    if (e->fts_info == FTS_D) {
        bool elsewhere = (fts->fts_options & FTS_XDEV) != 0 && e->fts_dev != fts->fts_dev;
        if (instruction == FTS_SKIP || elsewhere) {
            free_list(fts->fts_child);
            fts->fts_child = NULL;
            e->fts_info = FTS_DP;
            return e;
        }
        return arrive(s, descend(s, e));
    }
    e = arrive(s, advance(s, e));
    s->stopped = e == NULL;
    return e;
}
LX_WIDE(fts64_read, fts_read);

LX_EXPORT FTSENT *fts_children(FTS *fts, int instruction)
{
    struct stream *s = stream_of(fts);
    FTSENT *e = fts->fts_cur;
    if (lx_foreign())
        return NEXT(fts_children)(fts, instruction);
    if (instruction != 0 && instruction != FTS_NAMEONLY) {
        errno = EINVAL;
        return NULL;
    }
    errno = 0;
    if (s->stopped)
        return NULL;
    if (e == NULL) /* before the first read: the arguments */
        return fts->fts_child;
    if (e->fts_info != FTS_D)
        return NULL;
    free_list(fts->fts_child);
    fts->fts_child = build(s, e);
    return fts->fts_child;
}
LX_WIDE(fts64_children, fts_children);

LX_EXPORT int fts_set(FTS *fts, FTSENT *e, int instruction)
{
    if (lx_foreign())
        return NEXT(fts_set)(fts, e, instruction);
    if (instruction != 0 && instruction != FTS_AGAIN && instruction != FTS_FOLLOW &&
        instruction != FTS_NOINSTR && instruction != FTS_SKIP) {
        errno = EINVAL;
        return 1;
    }
    e->fts_instr = (unsigned short)instruction;
    return 0;
}
LX_WIDE(fts64_set, fts_set);
#endif
