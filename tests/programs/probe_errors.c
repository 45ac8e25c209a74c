/* SPDX-License-Identifier: MIT */
/* Checks of failures: the errno is the one that Linux gives for the same mistake. */
#include <sys/statfs.h>
#include <sys/xattr.h>

#include "probe.h"

/* The call fails with that errno and no other. */
#define FAILS(expected, call)                                             \
    do {                                                                  \
        errno = 0;                                                        \
        long result_ = (long)(call);                                      \
        if (result_ != -1 || errno != (expected))                         \
            return wrong("%s: %ld, %s for %s", #call, result_,            \
                         errno == 0 ? "nothing" : strerrorname_np(errno), \
                         strerrorname_np(expected));                      \
    } while (0)

/* Like it for what returns a pointer. */
#define POINTS_NOWHERE(expected, call) FAILS(expected, (call) == NULL ? -1L : 0L)

/* No compiler sees through it: a pointer that programs must not pass, and some do. */
static const char *volatile nothing;

static struct stat st;
static char buf[PATH_MAX];

static int missing(void)
{
    FAILS(ENOENT, open(in("no:ne"), O_RDONLY));
    FAILS(ENOENT, open(in("no:ne/x:y"), O_RDWR | O_CREAT, 0644));
    FAILS(ENOENT, stat(in("no:ne"), &st));
    FAILS(ENOENT, access(in("no:ne"), F_OK));
    FAILS(ENOENT, unlink(in("no:ne")));
    FAILS(ENOENT, rmdir(in("no:ne")));
    FAILS(ENOENT, rename(in("no:ne"), in("n:ew")));
    FAILS(ENOENT, rename(in("f:ile"), in("no:ne/x:y")));
    FAILS(ENOENT, link(in("no:ne"), in("n:ew")));
    FAILS(ENOENT, symlink("x", in("no:ne/x:y")));
    FAILS(ENOENT, mkdir(in("no:ne/x:y"), 0755));
    FAILS(ENOENT, chmod(in("no:ne"), 0644));
    FAILS(ENOENT, chown(in("no:ne"), getuid(), getgid()));
    FAILS(ENOENT, truncate(in("no:ne"), 0));
    FAILS(ENOENT, utimensat(AT_FDCWD, in("no:ne"), NULL, 0));
    FAILS(ENOENT, readlink(in("no:ne"), buf, sizeof(buf)));
    FAILS(ENOENT, chdir(in("no:ne")));
    FAILS(ENOENT, statfs(in("no:ne"), (struct statfs *)(void *)buf));
    FAILS(ENOENT, getxattr(in("no:ne"), "user.x", NULL, 0));
    FAILS(ENOENT, execv(in("no:ne"), (char *[]){buf, NULL}));
    POINTS_NOWHERE(ENOENT, opendir(in("no:ne")));
    POINTS_NOWHERE(ENOENT, fopen(in("no:ne"), "r"));
    POINTS_NOWHERE(ENOENT, realpath(in("no:ne"), buf));
    return OK;
}

static int through_file(void)
{
    FAILS(ENOTDIR, open(in("f:ile/x:y"), O_RDONLY));
    FAILS(ENOTDIR, open(in("f:ile/x:y"), O_RDWR | O_CREAT, 0644));
    FAILS(ENOTDIR, stat(in("l:ink/x:y"), &st));
    FAILS(ENOTDIR, lstat(in("f:ile/.."), &st));
    FAILS(ENOTDIR, mkdir(in("f:ile/x:y"), 0755));
    FAILS(ENOTDIR, unlink(in("f:ile/x:y")));
    FAILS(ENOTDIR, rename(in("f:ile/x:y"), in("n:ew")));
    FAILS(ENOTDIR, rename(in("f:ile"), in("f:ile/x:y")));
    FAILS(ENOTDIR, chdir(in("f:ile")));
    FAILS(ENOTDIR, rmdir(in("f:ile")));
    FAILS(ENOTDIR, rmdir(in("dl:ink")));
    FAILS(ENOTDIR, unlink(in("f:ile/")));
    FAILS(ENOTDIR, stat(in("f:ile/"), &st));
    FAILS(ENOTDIR, open(in("f:ile/"), O_RDONLY));
    FAILS(ENOTDIR, open(in("f:ile"), O_RDONLY | O_DIRECTORY));
    FAILS(ENOTDIR, openat(open(in("f:ile"), O_RDONLY), "x:y", O_RDONLY));
    FAILS(ENOTDIR, fchdir(open(in("f:ile"), O_RDONLY)));
    POINTS_NOWHERE(ENOTDIR, opendir(in("f:ile")));
    POINTS_NOWHERE(ENOTDIR, realpath(in("f:ile/x:y"), buf));
    return OK;
}

static int for_directories(void)
{
    FAILS(EISDIR, open(in("d:ir"), O_WRONLY));
    FAILS(EISDIR, open(in("dl:ink"), O_RDWR));
    FAILS(EISDIR, open(in("d:ir"), O_RDONLY | O_CREAT, 0644));
    FAILS(EISDIR, open(in("n:ew/"), O_WRONLY | O_CREAT, 0644));
    FAILS(EISDIR, unlink(in("d:ir")));
    FAILS(EISDIR, truncate(in("d:ir"), 0));
    FAILS(EISDIR, rename(in("f:ile"), in("d:ir")));
    FAILS(ENOTDIR, rename(in("d:ir"), in("f:ile")));
    FAILS(ENOTEMPTY, rmdir(in("d:ir")));
    FAILS(EPERM, link(in("d:ir"), in("n:ew")));
    POINTS_NOWHERE(EISDIR, fopen(in("d:ir"), "w"));
    NEED(mkdir(in("o:ther"), 0755));
    /* POSIX allows both; on Linux xfs has the second. tests/bats/rename.bats knows what a drive
     * says. */
    if (rename(in("o:ther"), in("d:ir")) == 0 || errno != EEXIST)
        FAILS(ENOTEMPTY, rename(in("o:ther"), in("d:ir")));
    FAILS(EINVAL, rename(in("o:ther"), in("o:ther/x:y")));
    FAILS(EACCES, execv(in("d:ir"), (char *[]){buf, NULL}));
    return OK;
}

static int in_the_way(void)
{
    FAILS(EEXIST, open(in("f:ile"), O_RDWR | O_CREAT | O_EXCL, 0644));
    FAILS(EEXIST, open(in("l:ink"), O_RDWR | O_CREAT | O_EXCL, 0644));
    FAILS(EEXIST, mkdir(in("f:ile"), 0755));
    FAILS(EEXIST, mkdir(in("d:ir/"), 0755));
    FAILS(EEXIST, mkdir(in("dl:ink"), 0755));
    FAILS(EEXIST, mkdir(base(), 0755));
    FAILS(EEXIST, mkdir(top(), 0755));
    FAILS(EEXIST, mkdir("/", 0755));
    FAILS(EEXIST, link(in("f:ile"), in("l:ink")));
    FAILS(EEXIST, symlink("x", in("f:ile")));
    FAILS(EEXIST, symlink("x", in("l:ink")));
    FAILS(EEXIST, mknod(in("f:ile"), S_IFREG | 0644, 0));
    return OK;
}

static int dots(void)
{
    NEED(chdir(in("d:ir")));
    FAILS(EINVAL, rmdir("."));
    FAILS(ENOTEMPTY, rmdir(".."));
    FAILS(ENOTEMPTY, rmdir(in("d:ir/..")));
    FAILS(EISDIR, unlink("."));
    FAILS(EISDIR, unlink(in("d:ir/..")));
    FAILS(EBUSY, rename(".", in("n:ew")));
    FAILS(EBUSY, rename(in("d:ir/.."), in("n:ew")));
    FAILS(EBUSY, rename(in("f:ile"), in("d:ir/.")));
    FAILS(EEXIST, mkdir(".", 0755));
    FAILS(EEXIST, mkdir(in("d:ir/.."), 0755));
    FAILS(EISDIR, open("..", O_WRONLY));
    FAILS(ENOENT, open("x:y/..", O_RDONLY));
    return OK;
}

static int links(void)
{
    FAILS(ELOOP, open(in("l:ink"), O_RDONLY | O_NOFOLLOW));
    FAILS(EINVAL, readlink(in("f:ile"), buf, sizeof(buf)));
    FAILS(EINVAL, readlink(in("d:ir"), buf, sizeof(buf)));
    FAILS(EINVAL, readlink(in("l:ink"), buf, 0));
    FAILS(ENOENT, symlink("", in("n:ew")));
    NEED(symlink("no:where", in("d:angling")));
    FAILS(ENOENT, stat(in("d:angling"), &st));
    FAILS(ENOENT, chdir(in("d:angling")));
    FAILS(EEXIST, mkdir(in("d:angling"), 0755));
    FAILS(ENOENT, open(in("d:angling/x:y"), O_WRONLY | O_CREAT, 0644));
    /* To create a file through a symlink is allowed, and makes the target. */
    int fd = open(in("d:angling"), O_WRONLY | O_CREAT, 0644);
    TRY(fd);
    SEE(exists("no:where"));
    NEED(symlink("l:oop", in("l:oop")));
    FAILS(ELOOP, stat(in("l:oop"), &st));
    FAILS(ELOOP, open(in("l:oop/x:y"), O_RDONLY));
    FAILS(ELOOP, chdir(in("l:oop")));
    FAILS(ELOOP, truncate(in("l:oop"), 0));
    POINTS_NOWHERE(ELOOP, realpath(in("l:oop"), buf));
    return OK;
}

static int numbers(void)
{
    FAILS(EBADF, openat(-1, "x:y", O_RDONLY));
    FAILS(EBADF, openat(9999, "x:y", O_RDONLY));
    FAILS(EBADF, fstatat(9999, "x:y", &st, 0));
    FAILS(EBADF, mkdirat(9999, "x:y", 0755));
    FAILS(EBADF, unlinkat(9999, "x:y", 0));
    FAILS(EBADF, renameat(9999, "x:y", AT_FDCWD, in("n:ew")));
    FAILS(EBADF, renameat(AT_FDCWD, in("f:ile"), 9999, "x:y"));
    FAILS(EBADF, linkat(AT_FDCWD, in("f:ile"), 9999, "x:y", 0));
    FAILS(EBADF, symlinkat("x", 9999, "x:y"));
    FAILS(EBADF, readlinkat(9999, "x:y", buf, sizeof(buf)));
    FAILS(EBADF, faccessat(9999, "x:y", F_OK, 0));
    FAILS(EBADF, fchmodat(9999, "x:y", 0644, 0));
    FAILS(EBADF, utimensat(9999, "x:y", NULL, 0));
    FAILS(EBADF, fstat(9999, &st));
    FAILS(EBADF, fstat(-1, &st));
    FAILS(EBADF, fchmod(9999, 0644));
    FAILS(EBADF, fchown(9999, getuid(), getgid()));
    FAILS(EBADF, ftruncate(9999, 0));
    FAILS(EBADF, fchdir(9999));
    FAILS(EBADF, fgetxattr(9999, "user.x", NULL, 0));
    FAILS(EBADF, close(9999));
    FAILS(EBADF, dup2(9999, 20));
    FAILS(EBADF, openat(AT_FDCWD - 1, in("f:ile") + 1, O_RDONLY));
    /* An absolute path needs no directory. */
    SEE(reads(openat(-1, in("f:ile"), O_RDONLY)));
    FAILS(EINVAL, dup3(0, 0, 0));
    FAILS(EINVAL, unlinkat(AT_FDCWD, in("f:ile"), 0x40000000));
    FAILS(EINVAL, fstatat(AT_FDCWD, in("f:ile"), &st, 0x40000000));
    FAILS(EINVAL, linkat(AT_FDCWD, in("f:ile"), AT_FDCWD, in("n:ew"), 0x40000000));
    FAILS(EINVAL, faccessat(AT_FDCWD, in("f:ile"), F_OK, 0x40000000));
    FAILS(EINVAL, access(in("f:ile"), 8));
    FAILS(EINVAL, truncate(in("f:ile"), -1));
    return OK;
}

static int pointers(void)
{
    FAILS(EFAULT, open(nothing, O_RDONLY));
    FAILS(EFAULT, stat(nothing, &st));
    FAILS(EFAULT, unlink(nothing));
    FAILS(EFAULT, rename(in("f:ile"), nothing));
    FAILS(EFAULT, rename(nothing, in("n:ew")));
    FAILS(EFAULT, mkdir(nothing, 0755));
    FAILS(EFAULT, symlink(nothing, in("n:ew")));
    FAILS(EFAULT, access(nothing, F_OK));
    FAILS(EFAULT, chdir(nothing));
    FAILS(EFAULT, chmod(nothing, 0644));
    FAILS(EFAULT, readlink(nothing, buf, sizeof(buf)));
    FAILS(EFAULT, truncate(nothing, 0));
    FAILS(EFAULT, execv(nothing, (char *[]){buf, NULL}));
    return OK;
}

static int empty_paths(void)
{
    int fd = open(in("f:ile"), O_RDONLY);
    NEED(fd);
    FAILS(ENOENT, open("", O_RDONLY));
    FAILS(ENOENT, stat("", &st));
    FAILS(ENOENT, fstatat(fd, "", &st, 0));
    FAILS(ENOENT, unlink(""));
    FAILS(ENOENT, mkdir("", 0755));
    FAILS(ENOENT, rename("", in("n:ew")));
    FAILS(ENOENT, rename(in("f:ile"), ""));
    FAILS(ENOENT, access("", F_OK));
    FAILS(ENOENT, chdir(""));
    FAILS(ENOENT, readlink("", buf, sizeof(buf)));
    FAILS(ENOENT, execv("", (char *[]){buf, NULL}));
    POINTS_NOWHERE(ENOENT, opendir(""));
    POINTS_NOWHERE(ENOENT, realpath("", buf));
    /* But of these an empty path means the descriptor. */
    TRY(fstatat(fd, "", &st, AT_EMPTY_PATH));
    SEE(is_file(&st));
    return OK;
}

static int lengths(void)
{
    static char name[300];
    static char path[2 * PATH_MAX];
    memset(name, 'n', 256);
    FAILS(ENAMETOOLONG, open(in(name), O_RDONLY));
    FAILS(ENAMETOOLONG, mkdir(in(name), 0755));
    FAILS(ENAMETOOLONG, stat(in(name), &st));
    NEED(chdir(base()));
    FAILS(ENAMETOOLONG, rename("f:ile", name));
    POINTS_NOWHERE(ENAMETOOLONG, realpath(name, buf));
    name[255] = '\0';
    TRY(mkdir(name, 0755));
    /* PATH_MAX counts the NUL: BASE////...f:ile of 4095 bytes, and of one more. */
    memset(path, '/', sizeof(path));
    memcpy(path, base(), strlen(base()));
    strcpy(path + PATH_MAX - 6, "f:ile");
    SEE(reads(open(path, O_RDONLY)));
    path[PATH_MAX - 6] = '/';
    strcpy(path + PATH_MAX - 5, "f:ile");
    FAILS(ENAMETOOLONG, open(path, O_RDONLY));
    memset(path, 'x', sizeof(path) - 1);
    FAILS(ENAMETOOLONG, open(path, O_RDONLY));
    FAILS(ENAMETOOLONG, stat(path, &st));
    FAILS(ENAMETOOLONG, chdir(path));
    FAILS(ENAMETOOLONG, execv(path, (char *[]){buf, NULL}));
    return OK;
}

/* What was renamed, removed or made is seen at once under its new name and no more under the old.
 */
static int at_once(void)
{
    for (int i = 0; i < 5; i++) {
        TRY(rename(in("d:ir"), in("n:ew")));
        SEE(reads(open(in("n:ew/in:ner"), O_RDONLY)));
        FAILS(ENOENT, open(in("d:ir/in:ner"), O_RDONLY));
        FAILS(ENOENT, stat(in("dl:ink/in:ner"), &st));
        TRY(rename(in("n:ew"), in("d:ir")));
        SEE(reads(open(in("dl:ink/in:ner"), O_RDONLY)));
        TRY(unlink(in("l:ink")));
        FAILS(ENOENT, open(in("l:ink"), O_RDONLY));
        TRY(symlink("d:ir/in:ner", in("l:ink")));
        SEE(reads(open(in("l:ink"), O_RDONLY)));
    }
    return OK;
}

/* The same name is outside, then inside, then outside again: another process moves the symlink. */
static const char *aim;

static int turn_link(void)
{
    NEED(unlink(in_outside("turn")));
    NEED(symlink(aim, in_outside("turn")));
    return OK;
}

static int turned_by_another(void)
{
    char far[PATH_MAX];
    snprintf(far, sizeof(far), "%s", outside());
    NEED(symlink(far, in_outside("turn")));
    for (int i = 0; i < 20; i++) {
        SEE(reads(open(in_outside("turn/o:ut"), O_RDONLY)));
        aim = base();
        SEE(in_child(turn_link));
        SEE(reads(open(in_outside("turn/f:ile"), O_RDONLY)));
        aim = far;
        SEE(in_child(turn_link));
    }
    return OK;
}

static int turned_by_rename(void)
{
    char far[PATH_MAX];
    snprintf(far, sizeof(far), "%s", outside());
    NEED(symlink(far, in_outside("turn")));
    for (int i = 0; i < 20; i++) {
        SEE(reads(open(in_outside("turn/o:ut"), O_RDONLY)));
        NEED(symlink(base(), in_outside("next")));
        NEED(rename(in_outside("next"), in_outside("turn")));
        SEE(reads(open(in_outside("turn/f:ile"), O_RDONLY)));
        NEED(symlink(far, in_outside("next")));
        NEED(rename(in_outside("next"), in_outside("turn")));
    }
    return OK;
}

/* A stream's descriptor is replaced inside libc: what it shows is the new file's. */
static int reopened_elsewhere(void)
{
    struct stat there;
    NEED(chmod(in_outside("o:ut"), 0640));
    NEED(stat(in_outside("o:ut"), &there));
    for (int i = 0; i < 20; i++) {
        FILE *stream = fopen(in("f:ile"), "r");
        NEED(stream == NULL ? -1 : fstat(fileno(stream), &st));
        stream = freopen(in_outside("o:ut"), "r", stream);
        NEED(stream == NULL ? -1 : fstat(fileno(stream), &st));
        if (st.st_ino != there.st_ino || st.st_mode != there.st_mode)
            return wrong("mode %o, the file has %o", st.st_mode, there.st_mode);
        fclose(stream);
    }
    return OK;
}

const struct check probe_errors[] = {
    {"errno:missing", missing},
    {"errno:through-a-file", through_file},
    {"errno:for-directories", for_directories},
    {"errno:in-the-way", in_the_way},
    {"errno:dots", dots},
    {"errno:links", links},
    {"errno:numbers", numbers},
    {"errno:pointers", pointers},
    {"errno:empty-paths", empty_paths},
    {"errno:lengths", lengths},
    {"view:changes-at-once", at_once},
    {"view:link-turned-by-another-process", turned_by_another},
    {"view:link-turned-by-rename", turned_by_rename},
    {"view:stream-reopened-elsewhere", reopened_elsewhere},
    {NULL, NULL},
};
