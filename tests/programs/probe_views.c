/* SPDX-License-Identifier: MIT */
/* Checks of what no single name is about: spellings, symlinks, the names that /proc shows. */
#include <sys/inotify.h>

#include "probe.h"

/* The character that ':' is stored as: U+F03A. */
#define ESCAPED "\xEF\x80\xBA"

/* Not so on Linux: there the two are two names, and the second is not there. */
static int one_file(void)
{
    struct stat typed;
    struct stat stored;
    TRY(stat(in("f:ile"), &typed));
    TRY(stat(in("f" ESCAPED "ile"), &stored));
    return typed.st_ino == stored.st_ino && typed.st_dev == stored.st_dev ? OK : wrong("two files");
}

/* Made by one spelling, found by the other and listed as it was typed. */
static int other_spelling(void)
{
    int count = 0;
    const struct dirent *e;
    TRY(mkdir(in("x" ESCAPED "y"), 0755));
    TRY(access(in("x:y"), F_OK));
    DIR *dir = opendir(base());
    NEED(dir == NULL ? -1 : 0);
    while ((e = readdir(dir)) != NULL)
        count += strcmp(e->d_name, "x:y") == 0;
    if (count != 1)
        return wrong("it is listed %d times", count);
    return mkdir(in("x:y"), 0755) < 0 && errno == EEXIST ? OK : wrong("there can be two");
}

static int link_shows(const char *link, const char *expected)
{
    char text[PATH_MAX];
    ssize_t n = readlink(link, text, sizeof(text) - 1);
    TRY(n);
    text[n] = '\0';
    return same_text(text, expected);
}

static int proc_cwd(void)
{
    NEED(chdir(in("dl:ink")));
    SEE(link_shows("/proc/self/cwd", in("d:ir")));
    return reads(open("/proc/self/cwd/in:ner", O_RDONLY));
}

static int proc_fd(void)
{
    char link[64];
    char text[PATH_MAX];
    int fd = open(in("l:ink"), O_RDONLY);
    NEED(fd);
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    SEE(link_shows(link, in("f:ile")));
    SEE(reads(open(link, O_RDONLY)));
    int dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
    NEED(dir);
    snprintf(link, sizeof(link), "%d", fd);
    ssize_t n = readlinkat(dir, link, text, sizeof(text) - 1);
    TRY(n);
    text[n] = '\0';
    return same_text(text, in("f:ile"));
}

static int proc_fd_directory(void)
{
    char path[64];
    int fd = open(in("dl:ink"), O_RDONLY | O_DIRECTORY);
    NEED(fd);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    SEE(link_shows(path, in("d:ir")));
    snprintf(path, sizeof(path), "/proc/self/fd/%d/in:ner", fd);
    SEE(reads(open(path, O_RDONLY)));
    snprintf(path, sizeof(path), "/proc/thread-self/fd/%d/../f:ile", fd);
    return reads(open(path, O_RDONLY));
}

/* A room of too few bytes gets as many as fit in. */
static int proc_fd_short(void)
{
    char link[64];
    char text[8];
    int fd = open(in("f:ile"), O_RDONLY);
    NEED(fd);
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, text, sizeof(text));
    TRY(n);
    return n == 8 && memcmp(text, in("f:ile"), 8) == 0 ? OK : wrong("%.*s", (int)n, text);
}

static int link_from_outside(void)
{
    NEED(symlink(base(), in_outside("w:ay")));
    SEE(reads(open(in_outside("w:ay/f:ile"), O_RDONLY)));
    SEE(reads(open(in_outside("w:ay/dl:ink/in:ner"), O_RDONLY)));
    NEED(symlink(in("f:ile"), in_outside("f:ar")));
    SEE(reads(open(in_outside("f:ar"), O_RDONLY)));
    int fd = open(in_outside("w:ay/n:ew"), O_WRONLY | O_CREAT | O_EXCL, 0644);
    TRY(fd);
    return exists("n:ew");
}

static int link_made_through_outside(void)
{
    NEED(symlink(base(), in_outside("w:ay")));
    TRY(mkdir(in_outside("w:ay/m:ade"), 0755));
    SEE(exists("m:ade"));
    TRY(rename(in_outside("w:ay/f:ile"), in("m:ade/f:ile")));
    SEE(exists("m:ade/f:ile"));
    NEED(chdir(in_outside("w:ay/m:ade")));
    char path[PATH_MAX];
    return same_text(getcwd(path, sizeof(path)), in("m:ade"));
}

static int absolute_link(void)
{
    char path[PATH_MAX];
    NEED(symlink(in("d:ir"), in("a:bs")));
    SEE(reads(open(in("a:bs/in:ner"), O_RDONLY)));
    SEE(link_shows(in("a:bs"), in("d:ir")));
    return same_text(realpath(in("a:bs/in:ner"), path), in("d:ir/in:ner"));
}

static int link_to_outside(void)
{
    NEED(symlink(in_outside("o:ut"), in("a:way")));
    return reads(open(in("a:way"), O_RDONLY));
}

/* ".." is the parent of where the symlink leads, not of where it is. */
static int parent_across_link(void)
{
    NEED(mkdir(in("d:ir/d:eep"), 0755));
    NEED(symlink("d:ir/d:eep", in("j:ump")));
    SEE(reads(open(in("j:ump/../in:ner"), O_RDONLY)));
    NEED(chdir(in("j:ump")));
    return reads(open("../in:ner", O_RDONLY));
}

static int parent_of_descriptor(void)
{
    int fd = open(in("d:ir"), O_RDONLY | O_DIRECTORY);
    NEED(fd);
    return reads(openat(fd, "../f:ile", O_RDONLY));
}

static int trailing_slash(void)
{
    struct stat st;
    TRY(stat(in("dl:ink/"), &st));
    if (!S_ISDIR(st.st_mode))
        return wrong("mode %o", st.st_mode);
    TRY(lstat(in("dl:ink/"), &st));
    if (!S_ISDIR(st.st_mode))
        return wrong("lstat: mode %o", st.st_mode);
    if (stat(in("f:ile/"), &st) == 0 || errno != ENOTDIR)
        return wrong("a file with a slash");
    TRY(mkdir(in("n:ew/"), 0755));
    return exists("n:ew");
}

static int link_loop(void)
{
    NEED(symlink("o:ne", in("t:wo")));
    NEED(symlink("t:wo", in("o:ne")));
    return open(in("o:ne"), O_RDONLY) < 0 && errno == ELOOP ? OK
                                                            : wrong("%s", strerrorname_np(errno));
}

/* What moves keeps its names, and events tell them. */
static int event_names(void)
{
    char block[4096] __attribute__((aligned(8)));
    int fd = inotify_init1(IN_NONBLOCK);
    if (fd < 0)
        return absent("no inotify: %s", strerrorname_np(errno));
    TRY(inotify_add_watch(fd, base(), IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE));
    TRY(rename(in("f:ile"), in("n:ew")));
    TRY(unlink(in("n:ew")));
    ssize_t n = read(fd, block, sizeof(block));
    TRY(n);
    static const char *const expected[] = {"f:ile", "n:ew", "n:ew"};
    unsigned seen = 0;
    for (ssize_t at = 0; at < n; seen++) {
        const struct inotify_event *e = (const struct inotify_event *)(void *)(block + at);
        if (seen == 3)
            return wrong("a fourth event: %x %s", e->mask, e->name);
        SEE(same_text(e->name, expected[seen]));
        at += (ssize_t)(sizeof(*e) + e->len);
    }
    return seen == 3 ? OK : wrong("%u events", seen);
}

/* Two kinds of success, neither of which says anything in errno. */
static int errno_kept(void)
{
    struct stat st;
    errno = EDOM;
    if (stat(in("dl:ink/in:ner"), &st) < 0 || errno != EDOM)
        return wrong("stat: %s", strerrorname_np(errno));
    int fd = open(in("n:ew"), O_WRONLY | O_CREAT, 0644);
    if (fd < 0 || errno != EDOM)
        return wrong("open: %s", strerrorname_np(errno));
    DIR *dir = opendir(base());
    while (dir != NULL && readdir(dir) != NULL)
        ;
    return dir != NULL && errno == EDOM ? OK : wrong("readdir: %s", strerrorname_np(errno));
}

const struct check probe_views[] = {
    {"names:one-file", one_file},
    {"names:other-spelling", other_spelling},
    {"names:events", event_names},
    {"view:proc-self-cwd", proc_cwd},
    {"view:proc-self-fd", proc_fd},
    {"view:proc-self-fd-directory", proc_fd_directory},
    {"view:proc-self-fd-cut-off", proc_fd_short},
    {"view:link-from-outside", link_from_outside},
    {"view:changes-through-link-from-outside", link_made_through_outside},
    {"view:absolute-link-inside", absolute_link},
    {"view:link-to-outside", link_to_outside},
    {"view:parent-across-link", parent_across_link},
    {"view:parent-of-descriptor", parent_of_descriptor},
    {"view:trailing-slash", trailing_slash},
    {"view:link-loop", link_loop},
    {"view:errno-kept", errno_kept},
    {NULL, NULL},
};
