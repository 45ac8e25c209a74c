/* SPDX-License-Identifier: MIT */
/* Checks of names that make, link, move, remove and read directory entries. */
#include "probe.h"

/* Reading links */

static int is_target(ssize_t n, const char *text)
{
    TRY(n);
    return n == 5 && memcmp(text, "f:ile", 5) == 0 ? OK : wrong("%.*s", (int)n, text);
}

static int read_link(void)
{
    char text[64];
    return is_target(SYMBOL(ssize_t(const char *, char *, size_t))(in("l:ink"), text, sizeof(text)),
                     text);
}

static int read_link_at(void)
{
    char text[64];
    typedef ssize_t fn(int, const char *, char *, size_t);
    return is_target(SYMBOL(fn)(base_fd(), "l:ink", text, sizeof(text)), text);
}

static int read_link_chk(void)
{
    char text[64];
    typedef ssize_t fn(const char *, char *, size_t, size_t);
    return is_target(SYMBOL(fn)(in("l:ink"), text, sizeof(text), sizeof(text)), text);
}

static int read_link_at_chk(void)
{
    char text[64];
    typedef ssize_t fn(int, const char *, char *, size_t, size_t);
    return is_target(SYMBOL(fn)(base_fd(), "l:ink", text, sizeof(text), sizeof(text)), text);
}

/* Removing */

typedef int path_fn(const char *);

static int unlink_path(void)
{
    TRY(SYMBOL(path_fn)(in("l:ink")));
    SEE(gone("l:ink"));
    SEE(exists("f:ile"));
    TRY(SYMBOL(path_fn)(in("dl:ink/in:ner")));
    return gone("d:ir/in:ner");
}

static int unlink_at(void)
{
    typedef int fn(int, const char *, int);
    int dir = base_fd();
    TRY(SYMBOL(fn)(dir, "d:ir/in:ner", 0));
    SEE(gone("d:ir/in:ner"));
    TRY(SYMBOL(fn)(dir, "d:ir", AT_REMOVEDIR));
    return gone("d:ir");
}

static int rmdir_path(void)
{
    NEED(mkdir(in("e:mpty"), 0755));
    TRY(SYMBOL(path_fn)(in("e:mpty")));
    return gone("e:mpty");
}

static int remove_path(void)
{
    NEED(mkdir(in("e:mpty"), 0755));
    TRY(SYMBOL(path_fn)(in("e:mpty")));
    SEE(gone("e:mpty"));
    TRY(SYMBOL(path_fn)(in("f:ile")));
    return gone("f:ile");
}

/* Moving */

static int moved(void)
{
    SEE(gone("f:ile"));
    return reads(open(in("n:ew"), O_RDONLY));
}

static int rename_path(void)
{
    TRY(SYMBOL(int(const char *, const char *))(in("f:ile"), in("n:ew")));
    return moved();
}

static int rename_at(void)
{
    typedef int fn(int, const char *, int, const char *);
    TRY(SYMBOL(fn)(base_fd(), "f:ile", AT_FDCWD, in("n:ew")));
    return moved();
}

static int rename_at2(void)
{
    typedef int fn(int, const char *, int, const char *, unsigned);
    TRY(SYMBOL(fn)(AT_FDCWD, in("f:ile"), base_fd(), "n:ew", 0));
    return moved();
}

/* Linking */

static int linked(void)
{
    struct stat old;
    struct stat new;
    NEED(stat(in("f:ile"), &old));
    TRY(stat(in("n:ew"), &new));
    return old.st_ino == new.st_ino ? OK : wrong("another file");
}

static int link_path(void)
{
    TRY(SYMBOL(int(const char *, const char *))(in("f:ile"), in("n:ew")));
    return linked();
}

static int link_at(void)
{
    typedef int fn(int, const char *, int, const char *, int);
    int dir = base_fd();
    TRY(SYMBOL(fn)(dir, "l:ink", dir, "n:ew", AT_SYMLINK_FOLLOW));
    return linked();
}

static int points(const char *name, const char *target)
{
    char text[64];
    ssize_t n = readlink(in(name), text, sizeof(text) - 1);
    TRY(n);
    text[n] = '\0';
    return same_text(text, target);
}

static int symlink_path(void)
{
    TRY(SYMBOL(int(const char *, const char *))("d:ir/in:ner", in("n:ew")));
    SEE(points("n:ew", "d:ir/in:ner"));
    return reads(open(in("n:ew"), O_RDONLY));
}

static int symlink_at(void)
{
    typedef int fn(const char *, int, const char *);
    TRY(SYMBOL(fn)("f:ile", base_fd(), "n:ew"));
    TRY(SYMBOL(fn)("in:ner", AT_FDCWD, in("d:ir/n:ew")));
    SEE(points("n:ew", "f:ile"));
    return points("d:ir/n:ew", "in:ner");
}

/* Making */

static int is_type(const char *name, mode_t type)
{
    struct stat st;
    TRY(lstat(in(name), &st));
    return (st.st_mode & S_IFMT) == type ? OK : wrong("%s has mode %o", name, st.st_mode);
}

static int has_type(mode_t type)
{
    return is_type("n:ew", type);
}

/* The *at calls make two: one relative to a descriptor, one by its whole path. */
static int have_type(mode_t type)
{
    SEE(is_type("n:ew", type));
    return is_type("d:ir/n:ew", type);
}

static int mkdir_path(void)
{
    TRY(SYMBOL(int(const char *, mode_t))(in("n:ew"), 0755));
    return has_type(S_IFDIR);
}

static int mkdir_at(void)
{
    typedef int fn(int, const char *, mode_t);
    TRY(SYMBOL(fn)(base_fd(), "n:ew", 0755));
    TRY(SYMBOL(fn)(AT_FDCWD, in("d:ir/n:ew"), 0755));
    return have_type(S_IFDIR);
}

static int mkfifo_path(void)
{
    TRY(SYMBOL(int(const char *, mode_t))(in("n:ew"), 0644));
    return has_type(S_IFIFO);
}

static int mkfifo_at(void)
{
    typedef int fn(int, const char *, mode_t);
    TRY(SYMBOL(fn)(base_fd(), "n:ew", 0644));
    TRY(SYMBOL(fn)(AT_FDCWD, in("d:ir/n:ew"), 0644));
    return have_type(S_IFIFO);
}

static int mknod_path(void)
{
    TRY(SYMBOL(int(const char *, mode_t, dev_t))(in("n:ew"), S_IFREG | 0644, 0));
    return has_type(S_IFREG);
}

static int mknod_at(void)
{
    typedef int fn(int, const char *, mode_t, dev_t);
    TRY(SYMBOL(fn)(base_fd(), "n:ew", S_IFREG | 0644, 0));
    TRY(SYMBOL(fn)(AT_FDCWD, in("d:ir/n:ew"), S_IFREG | 0644, 0));
    return have_type(S_IFREG);
}

/* The version that programs of before glibc 2.33 pass with a device. */
#if defined(__i386__)
#define MKNOD_VERSION 1
#else
#define MKNOD_VERSION 0
#endif

static int xmknod_path(void)
{
    dev_t none = 0;
    typedef int fn(int, const char *, mode_t, dev_t *);
    TRY(SYMBOL(fn)(MKNOD_VERSION, in("n:ew"), S_IFREG | 0644, &none));
    return has_type(S_IFREG);
}

static int xmknod_at(void)
{
    dev_t none = 0;
    typedef int fn(int, int, const char *, mode_t, dev_t *);
    TRY(SYMBOL(fn)(MKNOD_VERSION, base_fd(), "n:ew", S_IFREG | 0644, &none));
    TRY(SYMBOL(fn)(MKNOD_VERSION, AT_FDCWD, in("d:ir/n:ew"), S_IFREG | 0644, &none));
    return have_type(S_IFREG);
}

static int mknod_fifo(void)
{
    TRY(mknod(in("n:ew"), S_IFIFO | 0644, 0));
    return has_type(S_IFIFO);
}

static int mknod_fifo_at(void)
{
    TRY(mknodat(base_fd(), "n:ew", S_IFIFO | 0644, 0));
    return has_type(S_IFIFO);
}

static int mknod_socket(void)
{
    TRY(mknod(in("n:ew"), S_IFSOCK | 0644, 0));
    return has_type(S_IFSOCK);
}

/* Temporary names: letters take the place of XXXXXX, and nothing else of the template changes. */

static char template[PATH_MAX];

static char *fresh_template(const char *name)
{
    snprintf(template, sizeof(template), "%s", in(name));
    return template;
}

static int is_filled(const char *name)
{
    const char *pattern = in(name);
    size_t at = (size_t)(strstr(pattern, "XXXXXX") - pattern);
    if (strncmp(template, pattern, at) != 0 || strcmp(template + at + 6, pattern + at + 6) != 0 ||
        memcmp(template + at, "XXXXXX", 6) == 0)
        return wrong("%s for %s", template, pattern);
    return OK;
}

/* The descriptor is the named file's. */
static int is_made(int fd, const char *name)
{
    struct stat by_fd;
    struct stat by_name;
    TRY(fd);
    SEE(is_filled(name));
    NEED(fstat(fd, &by_fd));
    TRY(stat(template, &by_name));
    return by_fd.st_ino == by_name.st_ino ? OK : wrong("another file");
}

static int make_temporary(void)
{
    return is_made(SYMBOL(int(char *))(fresh_template("t:XXXXXX")), "t:XXXXXX");
}

static int make_temporary_flags(void)
{
    return is_made(SYMBOL(int(char *, int))(fresh_template("t:XXXXXX"), O_APPEND), "t:XXXXXX");
}

static int make_temporary_suffix(void)
{
    return is_made(SYMBOL(int(char *, int))(fresh_template("t:XXXXXX.c:"), 3), "t:XXXXXX.c:");
}

static int make_temporary_both(void)
{
    return is_made(SYMBOL(int(char *, int, int))(fresh_template("t:XXXXXX.c:"), 3, O_APPEND),
                   "t:XXXXXX.c:");
}

static int make_temporary_directory(void)
{
    struct stat st;
    if (SYMBOL(char *(char *))(fresh_template("t:XXXXXX")) == NULL)
        return errno;
    SEE(is_filled("t:XXXXXX"));
    TRY(stat(template, &st));
    return S_ISDIR(st.st_mode) ? OK : wrong("mode %o", st.st_mode);
}

/* Only a name is made, and it must be free. */
static int make_temporary_name(void)
{
    SYMBOL(char *(char *))(fresh_template("d:ir/t:XXXXXX"));
    if (template[0] == '\0')
        return errno;
    SEE(is_filled("d:ir/t:XXXXXX"));
    return access(template, F_OK) < 0 && errno == ENOENT ? OK : wrong("%s is there", template);
}

/* In the directory asked for, which must be seen to exist for that. */
static int make_temporary_in(void)
{
    const char *dir = in("d:ir");
    size_t n = strlen(dir);
    unsetenv("TMPDIR");
    char *name = SYMBOL(char *(const char *, const char *))(dir, "p:");
    if (name == NULL)
        return errno;
    return strncmp(name, dir, n) == 0 && strncmp(name + n, "/p:", 3) == 0 ? OK : wrong("%s", name);
}

/* Always in /tmp. */
static int make_temporary_anywhere(void)
{
    char name[L_tmpnam];
    if (SYMBOL(char *(char *))(name) == NULL)
        return errno;
    return strncmp(name, P_tmpdir "/", sizeof(P_tmpdir)) == 0 ? OK : wrong("%s", name);
}

/* Handles */

static int take_handle(void)
{
    struct {
        struct file_handle head;
        unsigned char room[128];
    } handle;
    int mount;
    typedef int fn(int, const char *, struct file_handle *, int *, int);
    handle.head.handle_bytes = sizeof(handle.room);
    if (SYMBOL(fn)(base_fd(), "f:ile", &handle.head, &mount, 0) < 0)
        return errno == EOPNOTSUPP ? absent("no handles in this file system") : errno;
    return OK;
}

static int open_handle(void)
{
    struct {
        struct file_handle head;
        unsigned char room[128];
    } handle;
    int mount;
    int dir = base_fd();
    handle.head.handle_bytes = sizeof(handle.room);
    /* From a descriptor, which needs no name. */
    int fd = open(in("f:ile"), O_RDONLY);
    NEED(fd);
    if (syscall(SYS_name_to_handle_at, fd, "", &handle.head, &mount, AT_EMPTY_PATH) < 0)
        return errno == EOPNOTSUPP ? absent("no handles in this file system") : errno;
    int again = SYMBOL(int(int, struct file_handle *, int))(dir, &handle.head, O_RDONLY);
    if (again < 0 && errno == EPERM)
        return absent("it is for those with CAP_DAC_READ_SEARCH");
    return reads(again);
}

const struct check probe_entries[] = {
    {"readlink", read_link},
    {"readlinkat", read_link_at},
    {"__readlink_chk", read_link_chk},
    {"__readlinkat_chk", read_link_at_chk},
    {"unlink", unlink_path},
    {"unlinkat", unlink_at},
    {"rmdir", rmdir_path},
    {"remove", remove_path},
    {"rename", rename_path},
    {"renameat", rename_at},
    {"renameat2", rename_at2},
    {"link", link_path},
    {"linkat", link_at},
    {"symlink", symlink_path},
    {"symlinkat", symlink_at},
    {"mkdir", mkdir_path},
    {"mkdirat", mkdir_at},
    {"mkfifo", mkfifo_path},
    {"mkfifoat", mkfifo_at},
    {"mknod", mknod_path},
    {"mknodat", mknod_at},
    {"__xmknod", xmknod_path},
    {"__xmknodat", xmknod_at},
    {"mknod:fifo", mknod_fifo},
    {"mknodat:fifo", mknod_fifo_at},
    {"mknod:socket", mknod_socket},
    {"mkstemp", make_temporary},
    {"mkstemp64", make_temporary},
    {"mkostemp", make_temporary_flags},
    {"mkostemp64", make_temporary_flags},
    {"mkstemps", make_temporary_suffix},
    {"mkstemps64", make_temporary_suffix},
    {"mkostemps", make_temporary_both},
    {"mkostemps64", make_temporary_both},
    {"mkdtemp", make_temporary_directory},
    {"mktemp", make_temporary_name},
    {"__mktemp", make_temporary_name},
    {"tempnam", make_temporary_in},
    {"tmpnam", make_temporary_anywhere},
    {"name_to_handle_at", take_handle},
    {"open_by_handle_at", open_handle},
    {"syscall:readlink", read_link},
    {"syscall:readlinkat", read_link_at},
    {"syscall:unlink", unlink_path},
    {"syscall:unlinkat", unlink_at},
    {"syscall:rmdir", rmdir_path},
    {"syscall:rename", rename_path},
    {"syscall:renameat", rename_at},
    {"syscall:renameat2", rename_at2},
    {"syscall:link", link_path},
    {"syscall:linkat", link_at},
    {"syscall:symlink", symlink_path},
    {"syscall:symlinkat", symlink_at},
    {"syscall:mkdir", mkdir_path},
    {"syscall:mkdirat", mkdir_at},
    {"syscall:mknod", mknod_path},
    {"syscall:mknodat", mknod_at},
    {"syscall:name_to_handle_at", take_handle},
    {"syscall:open_by_handle_at", open_handle},
    {NULL, NULL},
};
