/* SPDX-License-Identifier: MIT */
/* Checks of names that list directories, walk trees and say where something is. */
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <stdint.h>
#include <sys/inotify.h>

#include "probe.h"

/* What a listing of BASE must have and nothing else; each is ticked off. */
static const char *const entries[] = {".", "..", "f:ile", "d:ir", "l:ink", "dl:ink"};
#define ENTRIES (sizeof(entries) / sizeof(entries[0]))

struct listing {
    bool seen[ENTRIES];
    char stranger[NAME_MAX + 1];
};

static void tick(struct listing *l, const char *name)
{
    for (size_t i = 0; i < ENTRIES; i++)
        if (strcmp(name, entries[i]) == 0) {
            l->seen[i] = true;
            return;
        }
    snprintf(l->stranger, sizeof(l->stranger), "%s", name);
}

static int is_complete(const struct listing *l)
{
    if (l->stranger[0] != '\0')
        return wrong("it lists '%s'", l->stranger);
    for (size_t i = 0; i < ENTRIES; i++)
        if (!l->seen[i])
            return wrong("it does not list %s", entries[i]);
    return OK;
}

static int lists(DIR *dir)
{
    struct listing l = {{false}, ""};
    const struct dirent *e;
    if (dir == NULL)
        return errno;
    while ((e = readdir(dir)) != NULL)
        tick(&l, e->d_name);
    closedir(dir);
    return is_complete(&l);
}

/* Directory streams */

static int open_stream(void)
{
    return lists(SYMBOL(DIR * (const char *))(base()));
}

static int open_stream_of(void)
{
    return lists(SYMBOL(DIR * (int))(base_fd()));
}

static int read_stream(void)
{
    struct listing l = {{false}, ""};
    const struct dirent *e;
    DIR *dir = opendir(base());
    NEED(dir == NULL ? -1 : 0);
    while ((e = SYMBOL(struct dirent * (DIR *))(dir)) != NULL)
        tick(&l, e->d_name);
    return is_complete(&l);
}

static int read_stream_r(void)
{
    struct listing l = {{false}, ""};
    struct dirent room;
    struct dirent *e;
    DIR *dir = opendir(base());
    NEED(dir == NULL ? -1 : 0);
    for (;;) {
        int error = SYMBOL(int(DIR *, struct dirent *, struct dirent **))(dir, &room, &e);
        if (error != 0)
            return error;
        if (e == NULL)
            return is_complete(&l);
        tick(&l, e->d_name);
    }
}

static int rewind_stream(void)
{
    DIR *dir = opendir(base());
    NEED(dir == NULL ? -1 : 0);
    while (readdir(dir) != NULL)
        ;
    SYMBOL(void(DIR *))(dir);
    return lists(dir);
}

/* The position before the third entry leads back to that entry. */
static int position(long (*tell)(DIR *), void (*seek)(DIR *, long))
{
    char third[NAME_MAX + 1];
    const struct dirent *e;
    DIR *dir = opendir(base());
    NEED(dir == NULL ? -1 : 0);
    readdir(dir);
    readdir(dir);
    long at = tell(dir);
    e = readdir(dir);
    if (e == NULL)
        return wrong("before: two entries only");
    snprintf(third, sizeof(third), "%s", e->d_name);
    while (readdir(dir) != NULL)
        ;
    seek(dir, at);
    e = readdir(dir);
    return e == NULL ? wrong("the end, not %s", third) : same_text(e->d_name, third);
}

static int seek_stream(void)
{
    return position(telldir, SYMBOL(void(DIR *, long)));
}

static int tell_stream(void)
{
    return position(SYMBOL(long(DIR *)), seekdir);
}

/* The block as the kernel writes it: ino, off, length, type, name; getdents has no type there. */
static int read_block(size_t name_at)
{
    struct listing l = {{false}, ""};
    char block[4096] __attribute__((aligned(8)));
    typedef ssize_t fn(int, void *, size_t);
    int fd = base_fd();
    ssize_t n;
    while ((n = SYMBOL(fn)(fd, block, sizeof(block))) > 0)
        for (ssize_t at = 0; at < n;) {
            uint16_t length;
            memcpy(&length, block + at + 16, sizeof(length));
            tick(&l, block + at + name_at);
            at += length;
        }
    TRY(n);
    return is_complete(&l);
}

static int read_block64(void)
{
    return read_block(19);
}

static int read_old_block(void)
{
    return read_block(18);
}

/* scandir */

static int only_colons(const struct dirent *e)
{
    return strchr(e->d_name, ':') != NULL;
}

/* Sorted, so that the order is known. */
static int is_sorted(int count, struct dirent **list)
{
    static const char *const expected[] = {"d:ir", "dl:ink", "f:ile", "l:ink"};
    TRY(count);
    if (count != 4)
        return wrong("%d entries", count);
    for (int i = 0; i < 4; i++)
        SEE(same_text(list[i]->d_name, expected[i]));
    return OK;
}

typedef int compare_fn(const struct dirent **, const struct dirent **);

static int scan(void)
{
    struct dirent **list = NULL;
    typedef int fn(const char *, struct dirent ***, int (*)(const struct dirent *), compare_fn *);
    int n = SYMBOL(fn)(base(), &list, only_colons, alphasort);
    return is_sorted(n, list);
}

static int scan_at(void)
{
    struct dirent **list = NULL;
    typedef int fn(int, const char *, struct dirent ***, int (*)(const struct dirent *),
                   compare_fn *);
    int n = SYMBOL(fn)(base_fd(), ".", &list, only_colons, alphasort);
    return is_sorted(n, list);
}

/* glob */

static int match(void)
{
    glob_t found;
    typedef int fn(const char *, int, int (*)(const char *, int), glob_t *);
    memset(&found, 0, sizeof(found));
    int r = SYMBOL(fn)(in("?:i*/in:*"), 0, NULL, &found);
    if (r != 0 || found.gl_pathc != 1)
        return wrong("glob ends with %d and %zu names", r, found.gl_pathc);
    SEE(same_text(found.gl_pathv[0], in("d:ir/in:ner")));
    r = SYMBOL(fn)(in("f:ile"), GLOB_APPEND, NULL, &found);
    return r == 0 && found.gl_pathc == 2 ? same_text(found.gl_pathv[1], in("f:ile"))
                                         : wrong("a plain name is not found");
}

/* Walks: two files and two directories, everything named as it was made */

struct tally {
    int files;
    int directories;
    char stranger[PATH_MAX];
};

static struct tally tally;

static void count(const char *path, bool is_directory)
{
    static const char *const known[] = {"",       "/f:ile",  "/d:ir",         "/d:ir/in:ner",
                                        "/l:ink", "/dl:ink", "/dl:ink/in:ner"};
    size_t n = strlen(base());
    bool good = false;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        good |= strncmp(path, base(), n) == 0 && strcmp(path + n, known[i]) == 0;
    if (!good)
        snprintf(tally.stranger, sizeof(tally.stranger), "%s", path);
    if (is_directory)
        tally.directories++;
    else
        tally.files++;
}

static int is_tally(int files, int directories)
{
    if (tally.stranger[0] != '\0')
        return wrong("it shows %s", tally.stranger);
    if (tally.files != files || tally.directories != directories)
        return wrong("%d files and %d directories", tally.files, tally.directories);
    return OK;
}

static int count_plain(const char *path, const struct stat *st, int type)
{
    (void)st;
    count(path, type == FTW_D);
    return 0;
}

/* Symlinks are followed, and a directory that was seen is left out. */
static int walk_plain(void)
{
    typedef int fn(const char *, int (*)(const char *, const struct stat *, int), int);
    TRY(SYMBOL(fn)(base(), count_plain, 8));
    return is_tally(3, 2);
}

static int count_extended(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    if (strchr(path + at->base, '/') != NULL)
        snprintf(tally.stranger, sizeof(tally.stranger), "base %d of %s", at->base, path);
    count(path, type == FTW_DP);
    return 0;
}

static int walk_extended(void)
{
    typedef int fn(const char *, int (*)(const char *, const struct stat *, int, struct FTW *), int,
                   int);
    TRY(SYMBOL(fn)(base(), count_extended, 8, FTW_PHYS | FTW_DEPTH));
    return is_tally(4, 2);
}

/* Of fts, one name is under test and its relatives of the same generation do the rest. */
static int walk_fts(void)
{
    char path[PATH_MAX];
    char *roots[] = {path, NULL};
    const FTSENT *e;
    snprintf(path, sizeof(path), "%s", base());
    FTS *tree = SYMBOL(FTS * (char *const *, int, int (*)(const FTSENT **, const FTSENT **)))(
        roots, FTS_PHYSICAL, NULL);
    if (tree == NULL)
        return errno;
    while ((e = fts_read(tree)) != NULL)
        if (e->fts_info != FTS_DP)
            count(e->fts_path, e->fts_info == FTS_D);
    fts_close(tree);
    return is_tally(4, 2);
}

static FTS *open_tree_here(void)
{
    static char path[PATH_MAX];
    char *roots[] = {path, NULL};
    snprintf(path, sizeof(path), "%s", base());
    return fts_open(roots, FTS_PHYSICAL, NULL);
}

static int walk_fts_read(void)
{
    const FTSENT *e;
    FTS *tree = open_tree_here();
    if (tree == NULL)
        return errno;
    while ((e = SYMBOL(FTSENT * (FTS *))(tree)) != NULL)
        if (e->fts_info != FTS_DP)
            count(e->fts_path, e->fts_info == FTS_D);
    return is_tally(4, 2);
}

static int walk_fts_children(void)
{
    FTS *tree = open_tree_here();
    if (tree == NULL)
        return errno;
    if (fts_read(tree) == NULL)
        return wrong("before: fts_read: %s", strerrorname_np(errno));
    errno = 0;
    int seen = 0;
    for (FTSENT *e = SYMBOL(FTSENT * (FTS *, int))(tree, 0); e != NULL; e = e->fts_link, seen++)
        if (strchr(e->fts_name, ':') == NULL)
            return wrong("it shows %s", e->fts_name);
    if (seen != 4)
        return errno != 0 ? errno : wrong("%d children", seen);
    return OK;
}

/* A directory that is to be skipped is not gone into. */
static int walk_fts_set(void)
{
    FTSENT *e;
    FTS *tree = open_tree_here();
    if (tree == NULL)
        return errno;
    while ((e = fts_read(tree)) != NULL) {
        if (e->fts_info == FTS_D && strcmp(e->fts_name, "d:ir") == 0)
            TRY(SYMBOL(int(FTS *, FTSENT *, int))(tree, e, FTS_SKIP));
        if (e->fts_info != FTS_DP)
            count(e->fts_path, e->fts_info == FTS_D);
    }
    return is_tally(3, 2);
}

static int walk_fts_close(void)
{
    FTS *tree = open_tree_here();
    if (tree == NULL)
        return errno;
    if (fts_read(tree) == NULL)
        return wrong("before: fts_read: %s", strerrorname_np(errno));
    TRY(SYMBOL(int(FTS *))(tree));
    return OK;
}

/* Where something is */

static int resolve(void)
{
    char path[PATH_MAX];
    typedef char *fn(const char *, char *);
    SEE(same_text(SYMBOL(fn)(in("dl:ink/../l:ink"), path), in("f:ile")));
    return same_text(SYMBOL(fn)(in("dl:ink/in:ner"), NULL), in("d:ir/in:ner"));
}

static int resolve_chk(void)
{
    char path[PATH_MAX];
    typedef char *fn(const char *, char *, size_t);
    return same_text(SYMBOL(fn)(in("dl:ink/./../f:ile"), path, sizeof(path)), in("f:ile"));
}

static int resolve_name(void)
{
    return same_text(SYMBOL(char *(const char *))(in("l:ink")), in("f:ile"));
}

static int get_cwd(void)
{
    char path[PATH_MAX];
    typedef char *fn(char *, size_t);
    NEED(chdir(in("dl:ink")));
    SEE(same_text(SYMBOL(fn)(path, sizeof(path)), in("d:ir")));
    if (SYMBOL(fn)(path, 4) != NULL || errno != ERANGE)
        return wrong("it fits into 4 bytes");
    return OK;
}

static int get_cwd_chk(void)
{
    char path[PATH_MAX];
    typedef char *fn(char *, size_t, size_t);
    NEED(chdir(in("d:ir")));
    return same_text(SYMBOL(fn)(path, sizeof(path), sizeof(path)), in("d:ir"));
}

static int get_wd(void)
{
    char path[PATH_MAX];
    NEED(chdir(in("d:ir")));
    return same_text(SYMBOL(char *(char *))(path), in("d:ir"));
}

static int get_wd_chk(void)
{
    char path[PATH_MAX];
    NEED(chdir(in("d:ir")));
    return same_text(SYMBOL(char *(char *, size_t))(path, sizeof(path)), in("d:ir"));
}

/* The spelling that PWD has, where that is the same directory. */
static int get_current_directory(void)
{
    typedef char *fn(void);
    NEED(chdir(in("d:ir")));
    setenv("PWD", in("dl:ink"), 1);
    SEE(same_text(SYMBOL(fn)(), in("dl:ink")));
    setenv("PWD", in("f:ile"), 1);
    return same_text(SYMBOL(fn)(), in("d:ir"));
}

/* The system call: it returns a length. */
static int get_cwd_length(void)
{
    char path[PATH_MAX];
    NEED(chdir(in("d:ir")));
    long n = SYMBOL(long(char *, size_t))(path, sizeof(path));
    TRY(n);
    return n == (long)strlen(path) + 1 ? same_text(path, in("d:ir")) : wrong("%ld bytes", n);
}

/* Outside, and known to be: what is known must not outlive the change. */
static int start_outside(void)
{
    SEE(make_file(in("d:ir/plain")));
    NEED(chdir(outside()));
    return reads(open("plain", O_RDONLY));
}

static int is_in_directory(void)
{
    char path[PATH_MAX];
    struct stat here;
    struct stat there;
    TRY(stat("plain", &here));
    NEED(stat(in("d:ir/plain"), &there));
    if (here.st_ino != there.st_ino || here.st_mode != there.st_mode)
        return wrong("mode %o, by its whole path %o", here.st_mode, there.st_mode);
    SEE(same_text(getcwd(path, sizeof(path)), in("d:ir")));
    return reads(open("in:ner", O_RDONLY));
}

static int change_directory(void)
{
    SEE(start_outside());
    TRY(SYMBOL(int(const char *))(in("dl:ink")));
    return is_in_directory();
}

static int change_directory_to(void)
{
    int fd = open(in("d:ir"), O_RDONLY | O_DIRECTORY);
    NEED(fd);
    SEE(start_outside());
    TRY(SYMBOL(int(int))(fd));
    return is_in_directory();
}

/* Events */

static int watch(void)
{
    char block[1024] __attribute__((aligned(8)));
    int fd = inotify_init1(IN_NONBLOCK);
    if (fd < 0)
        return absent("no inotify: %s", strerrorname_np(errno));
    TRY(SYMBOL(int(int, const char *, uint32_t))(fd, in("d:ir"), IN_CREATE));
    SEE(make_file(in("d:ir/n:ew")));
    ssize_t n = read(fd, block, sizeof(block));
    TRY(n);
    return same_text(((struct inotify_event *)(void *)block)->name, "n:ew");
}

const struct check probe_trees[] = {
    {"opendir", open_stream},
    {"fdopendir", open_stream_of},
    {"readdir", read_stream},
    {"readdir64", read_stream},
    {"readdir_r", read_stream_r},
    {"readdir64_r", read_stream_r},
    {"getdents64", read_block64},
    {"rewinddir", rewind_stream},
    {"seekdir", seek_stream},
    {"telldir", tell_stream},
    {"scandir", scan},
    {"scandir64", scan},
    {"scandirat", scan_at},
    {"scandirat64", scan_at},
    {"glob", match},
    {"glob64", match},
#ifdef __i386__
    {"__glob64_time64", match},
    {"__ftw64_time64", walk_plain},
    {"__nftw64_time64", walk_extended},
    {"__fts64_open_time64", walk_fts},
    {"__fts64_read_time64", walk_fts_read},
    {"__fts64_children_time64", walk_fts_children},
    {"__fts64_set_time64", walk_fts_set},
    {"__fts64_close_time64", walk_fts_close},
#endif
    {"ftw", walk_plain},
    {"ftw64", walk_plain},
    {"nftw", walk_extended},
    {"nftw64", walk_extended},
    {"fts_open", walk_fts},
    {"fts64_open", walk_fts},
    {"fts_read", walk_fts_read},
    {"fts64_read", walk_fts_read},
    {"fts_children", walk_fts_children},
    {"fts64_children", walk_fts_children},
    {"fts_set", walk_fts_set},
    {"fts64_set", walk_fts_set},
    {"fts_close", walk_fts_close},
    {"fts64_close", walk_fts_close},
    {"realpath", resolve},
    {"__realpath_chk", resolve_chk},
    {"canonicalize_file_name", resolve_name},
    {"getcwd", get_cwd},
    {"__getcwd_chk", get_cwd_chk},
    {"getwd", get_wd},
    {"__getwd_chk", get_wd_chk},
    {"get_current_dir_name", get_current_directory},
    {"chdir", change_directory},
    {"fchdir", change_directory_to},
    {"inotify_add_watch", watch},
    {"syscall:getdents64", read_block64},
    {"syscall:getdents", read_old_block},
    {"syscall:getcwd", get_cwd_length},
    {"syscall:chdir", change_directory},
    {"syscall:fchdir", change_directory_to},
    {"syscall:inotify_add_watch", watch},
    {NULL, NULL},
};
