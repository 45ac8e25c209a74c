/* SPDX-License-Identifier: MIT */
/*
 * walks DIR: prints what libc's functions say that read whole directories or trees, with every
 * option they have, and how they fail. For comparison: the shim has some of them anew.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *error_name(void)
{
    return errno == 0 ? "-" : strerrorname_np(errno);
}

/* fts */

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void print_fts(const FTSENT *e, int options)
{
    printf("  %d %d %s|%s %d %d %d", e->fts_info, e->fts_level, e->fts_path, e->fts_name,
           e->fts_pathlen, e->fts_namelen, e->fts_errno);
    if (e->fts_info != FTS_NS && e->fts_info != FTS_NSOK && (options & FTS_NOSTAT) == 0)
        printf(" %o %ld", e->fts_statp->st_mode, (long)e->fts_statp->st_ino);
    if ((options & FTS_NOCHDIR) != 0)
        printf(" %s", e->fts_accpath);
    if (e->fts_info == FTS_DC)
        printf(" cycle %d", e->fts_cycle->fts_level);
    printf("\n");
}

static void walk_fts(char *const *roots, int options)
{
    FTSENT *e;
    printf("fts %x\n", options);
    errno = 0;
    FTS *tree = fts_open(roots, options, by_name);
    if (tree == NULL) {
        printf("  %s\n", error_name());
        return;
    }
    while ((e = fts_read(tree)) != NULL) {
        print_fts(e, options);
        if (strcmp(e->fts_name, "skipped") == 0)
            fts_set(tree, e, FTS_SKIP);
        if (strcmp(e->fts_name, "followed") == 0 && e->fts_info == FTS_SL)
            fts_set(tree, e, FTS_FOLLOW);
    }
    printf("  end %s\n", error_name());
    printf("  close %d\n", fts_close(tree));
}

static void children_fts(char *const *roots, int instruction)
{
    FTSENT *e;
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    printf("fts_children %x\n", instruction);
    if (tree == NULL)
        return;
    for (FTSENT *c = fts_children(tree, instruction); c != NULL; c = c->fts_link)
        printf("  root %s\n", c->fts_name);
    while ((e = fts_read(tree)) != NULL) {
        if (e->fts_info != FTS_D)
            continue;
        printf("  %s:", e->fts_path);
        for (FTSENT *c = fts_children(tree, instruction); c != NULL; c = c->fts_link)
            printf(" %s", c->fts_name);
        printf("\n");
    }
    fts_close(tree);
}

/* ftw */

static int print_ftw(const char *path, const struct stat *st, int type)
{
    printf("  %d %s %ld\n", type, path, type == FTW_NS ? 0L : (long)st->st_ino);
    return 0;
}

static int print_nftw(const char *path, const struct stat *st, int type, struct FTW *at)
{
    printf("  %d %s %d %d %ld\n", type, path, at->base, at->level,
           type == FTW_NS ? 0L : (long)st->st_ino);
    return 0;
}

/* Where the callback is, when it is to be there. */
static int print_cwd(const char *path, const struct stat *st, int type, struct FTW *at)
{
    char cwd[PATH_MAX];
    struct stat here;
    (void)st;
    printf("  %d %s in %s: %d\n", type, path, getcwd(cwd, sizeof(cwd)),
           lstat(path + at->base, &here));
    return 0;
}

static int choose(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    printf("  %d %s\n", type, path);
    if (strcmp(path + at->base, "skipped") == 0)
        return FTW_SKIP_SUBTREE;
    return strcmp(path + at->base, "deep") == 0 ? FTW_SKIP_SIBLINGS : FTW_CONTINUE;
}

static int stop(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return strchr(path, 'f') != NULL ? 42 : 0;
}

static void walk_ftw(const char *path)
{
    static const int flags[] = {
        0, FTW_PHYS, FTW_DEPTH, FTW_PHYS | FTW_DEPTH, FTW_PHYS | FTW_MOUNT, FTW_MOUNT | FTW_DEPTH};
    errno = 0;
    printf("ftw %s\n", path);
    printf("  = %d", ftw(path, print_ftw, 4));
    printf(" %s\n", error_name());
    for (size_t i = 0; i < COUNT(flags); i++) {
        errno = 0;
        printf("nftw %s %x\n", path, flags[i]);
        printf("  = %d", nftw(path, print_nftw, 4, flags[i]));
        printf(" %s\n", error_name());
    }
    printf("nftw %s chdir\n", path);
    printf("  = %d\n", nftw(path, print_cwd, 4, FTW_PHYS | FTW_CHDIR));
    printf("  = %d\n", nftw(path, print_cwd, 4, FTW_PHYS | FTW_CHDIR | FTW_DEPTH));
    printf("nftw %s choosing\n", path);
    printf("  = %d\n", nftw(path, choose, 4, FTW_PHYS | FTW_ACTIONRETVAL));
    printf("  = %d\n", nftw(path, choose, 4, FTW_PHYS | FTW_ACTIONRETVAL | FTW_DEPTH));
    printf("nftw %s stopping\n", path);
    printf("  = %d\n", nftw(path, stop, 4, FTW_PHYS));
}

/* glob */

static int on_error(const char *path, int error)
{
    printf("  error %s %s\n", path, strerrorname_np(error));
    return 0;
}

static void match(const char *pattern, int flags)
{
    glob_t found;
    memset(&found, 0, sizeof(found));
    found.gl_offs = 2;
    int r = glob(pattern, flags, on_error, &found);
    printf("glob %s %x = %d, %zu, flags %x\n", pattern, flags, r, found.gl_pathc,
           r == 0 ? found.gl_flags : 0);
    if (r != 0)
        return;
    size_t first = (flags & GLOB_DOOFFS) != 0 ? found.gl_offs : 0;
    for (size_t i = 0; i < found.gl_pathc; i++)
        printf("  %s\n", found.gl_pathv[first + i]);
    if ((flags & GLOB_APPEND) == 0) {
        r = glob("f*", flags | GLOB_APPEND, on_error, &found);
        printf("  append = %d, %zu\n", r, found.gl_pathc);
    }
    globfree(&found);
}

static void match_all(void)
{
    static const char *const patterns[] = {
        "*",         "*/*",  ".*",  "[a-f]*",     "{deep,f*}", "no*such",
        "deep/*/",   "f?le", "./*", "loop/*",     "dangling",  "dangling*",
        "../*/deep", "\\*",  "*/",  "deep/../f*", "~",         "unreadable/*"};
    static const int flags[] = {
        0,           GLOB_MARK,    GLOB_NOSORT | GLOB_MARK,
        GLOB_BRACE,  GLOB_NOCHECK, GLOB_NOMAGIC,
        GLOB_ERR,    GLOB_PERIOD,  GLOB_ONLYDIR,
        GLOB_DOOFFS, GLOB_TILDE,   GLOB_NOESCAPE,
    };
    for (size_t i = 0; i < COUNT(patterns); i++)
        for (size_t k = 0; k < COUNT(flags); k++)
            match(patterns[i], flags[k]);
}

/* scandir */

static int no_dots(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static void scan(const char *path, int (*filter)(const struct dirent *),
                 int (*compare)(const struct dirent **, const struct dirent **))
{
    struct dirent **list = NULL;
    errno = 0;
    int n = scandir(path, &list, filter, compare);
    printf("scandir %s = %d %s\n", path, n, error_name());
    for (int i = 0; i < n; i++) {
        printf("  %s %d %ld\n", list[i]->d_name, list[i]->d_type, (long)list[i]->d_ino);
        free(list[i]);
    }
    free(list);
}

/* Where things are */

static void resolve(const char *path)
{
    char buf[PATH_MAX] = "untouched";
    errno = 0;
    const char *r = realpath(path, buf);
    /* Of errno after a success nobody may think anything. */
    printf("realpath %s = %s\n", path, r == NULL ? error_name() : r);
    errno = 0;
    char *name = canonicalize_file_name(path);
    printf("canonicalize_file_name = %s\n", name == NULL ? error_name() : name);
    free(name);
}

static void where(void)
{
    char small[4];
    char buf[PATH_MAX];
    errno = 0;
    printf("getcwd %s\n", getcwd(buf, sizeof(buf)));
    printf("getcwd 4 = %d %s\n", getcwd(small, sizeof(small)) != NULL, error_name());
    errno = 0;
    printf("getcwd 0 = %d %s\n", getcwd(small, 0) != NULL, error_name());
    char *own = getcwd(NULL, 0);
    printf("getcwd NULL %s\n", own);
    free(own);
    errno = 0;
    own = getcwd(NULL, 2);
    printf("getcwd NULL 2 = %d %s\n", own != NULL, error_name());
    setenv("PWD", "/", 1);
    own = get_current_dir_name();
    printf("get_current_dir_name %s\n", own);
    free(own);
}

/* Temporary names that cannot be, and streams */

static void make(const char *pattern, int suffix, int flags)
{
    char name[64];
    snprintf(name, sizeof(name), "%s", pattern);
    errno = 0;
    int fd = mkostemps(name, suffix, flags);
    printf("mkostemps %s %d = %d %s", pattern, suffix, fd < 0 ? fd : 0, error_name());
    if (fd >= 0) {
        struct stat st;
        int status = fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND);
        fstat(fd, &st);
        printf(" %o %x %zu", st.st_mode, (unsigned)status, strlen(name));
        close(fd);
        unlink(name);
    }
    printf("\n");
}

static void stream(const char *path, const char *mode)
{
    errno = 0;
    FILE *f = fopen(path, mode);
    printf("fopen %s %s = %d %s", path, mode, f != NULL, error_name());
    if (f != NULL) {
        int fd = fileno(f);
        printf(" %x %d %ld", (unsigned)fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND),
               fcntl(fd, F_GETFD), ftell(f));
        f = freopen(path, strcmp(mode, "wx") == 0 ? "w" : mode, f);
        printf(" again %d %d", f != NULL, f != NULL ? fileno(f) == fd : 0);
        if (f != NULL)
            printf(" %x %d %ld", (unsigned)fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND),
                   fcntl(fd, F_GETFD), ftell(f));
        if (f != NULL)
            fclose(f);
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    static const int fts[] = {FTS_PHYSICAL,
                              FTS_PHYSICAL | FTS_NOCHDIR,
                              FTS_LOGICAL,
                              FTS_LOGICAL | FTS_NOCHDIR,
                              FTS_PHYSICAL | FTS_COMFOLLOW,
                              FTS_PHYSICAL | FTS_NOSTAT,
                              FTS_PHYSICAL | FTS_SEEDOT,
                              FTS_PHYSICAL | FTS_XDEV,
                              FTS_LOGICAL | FTS_NOSTAT | FTS_SEEDOT,
                              0x1000};
    static const char *const paths[] = {
        ".",          "./",        "..",       "deep",  "deep/..", "loop",
        "loop/loop",  "dangling",  "file",     "file/", "file/..", "file/x",
        "followed",   "followed/", "/",        "//",    "/../..",  "missing",
        "missing/..", "",          "deep//er", "rounds"};
    static const char *const modes[] = {"r",   "r+", "w",           "w+",        "a", "a+", "re",
                                        "wx",  "rb", "x",           "",          "q", "rm", "r+be",
                                        "ab+", "rc", "r,ccs=UTF-8", "r,ccs=none"};
    char here[] = ".";
    char deep[] = "deep/";
    char followed[] = "followed";
    char missing[] = "missing";
    char file[] = "file";
    char *roots[] = {here, NULL};
    char *many[] = {deep, followed, missing, file, NULL};
    if (argc != 2 || chdir(argv[1]) < 0)
        return 2;
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    for (size_t i = 0; i < COUNT(fts); i++) {
        walk_fts(roots, fts[i]);
        walk_fts(many, fts[i]);
    }
    children_fts(many, 0);
    children_fts(many, FTS_NAMEONLY);
    walk_ftw(".");
    walk_ftw("deep/");
    walk_ftw("followed");
    walk_ftw("dangling");
    walk_ftw("file");
    walk_ftw("missing");
    walk_ftw("");
    match_all();
    scan(".", NULL, alphasort);
    scan("deep/", no_dots, versionsort);
    scan("file", NULL, NULL);
    scan("missing", NULL, NULL);
    for (size_t i = 0; i < COUNT(paths); i++)
        resolve(paths[i]);
    where();
    make("tXXXXXX", 0, 0);
    make("tXXXXXX.c", 2, O_APPEND);
    make("tXXXXX", 0, 0);
    make("tXXXXXX.c", 3, 0);
    make("XXXXXX", -1, 0);
    make("missing/XXXXXX", 0, 0);
    make("file/XXXXXX", 0, 0);
    for (size_t i = 0; i < COUNT(modes); i++) {
        stream("file", modes[i]);
        stream("missing/x", modes[i]);
    }
    stream("deep", "r");
    stream("deep", "w");
    return 0;
}
