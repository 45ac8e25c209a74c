/* SPDX-License-Identifier: MIT */
/*
 * What Linux refuses for the sake of who asks and of what kind a file is, as `refusals` for the
 * sake of paths.
 *
 *   denials furnish DIR UID   makes what is asked for below DIR, by root
 *   denials list DIR UID      by root, natively: makes every call as that user, and prints a line
 * for each that is refused: "CALL PATHS ERRNO"; what succeeded is made anew denials ask DIR LIST
 * makes the calls of such a list as whoever it is run by, and prints each line whose answer is
 * another, with that behind it denials clear DIR         by root: has what cannot be removed be
 * removed
 */
#include <errno.h>
#include <ftw.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "refusals.h"

static const char *base;

/* What is there: type, mode, whether the asker owns it, flags of the inode. */
static const struct thing {
    const char *path;
    mode_t mode;
    bool own;
    unsigned flags;
} things[] = {
    {"", S_IFDIR | 0777, true, 0},
    {"file", S_IFREG | 0755, true, 0},
    {"secret", S_IFREG | 0, true, 0},
    {"reading", S_IFREG | 0444, true, 0},
    {"theirs", S_IFREG | 0644, false, 0},
    {"shared", S_IFREG | 0666, false, 0},
    {"dark", S_IFREG | 0600, false, 0},
    {"fifo", S_IFIFO | 0666, true, 0},
    {"socket", S_IFSOCK | 0666, true, 0},
    {"device", S_IFCHR | 0666, false, 0},
    {"link", S_IFLNK, true, 0},
    {"empty", S_IFDIR | 0755, true, 0},
    {"locked", S_IFDIR | 0755, false, 0},
    {"locked/file", S_IFREG | 0666, false, 0},
    {"locked/own", S_IFREG | 0644, true, 0},
    {"locked/fifo", S_IFIFO | 0666, false, 0},
    {"locked/empty", S_IFDIR | 0777, false, 0},
    {"locked/link", S_IFLNK, false, 0},
    {"closed", S_IFDIR | 0700, false, 0},
    {"closed/file", S_IFREG | 0666, false, 0},
    {"sticky", S_IFDIR | 01777, false, 0},
    {"sticky/file", S_IFREG | 0666, false, 0},
    {"sticky/reading", S_IFREG | 0444, false, 0},
    {"sticky/empty", S_IFDIR | 0777, false, 0},
    {"sticky/link", S_IFLNK, false, 0},
    {"frozen-file", S_IFREG | 0666, true, FS_IMMUTABLE_FL},
    {"frozen-reading", S_IFREG | 0444, true, FS_IMMUTABLE_FL},
    {"append-file", S_IFREG | 0666, true, FS_APPEND_FL},
    {"frozen", S_IFDIR | 0777, true, 0}, /* frozen once there is something in it */
    {"frozen/file", S_IFREG | 0666, true, 0},
    {"frozen/empty", S_IFDIR | 0777, true, 0},
    {"append", S_IFDIR | 0777, true, 0},
    {"append/file", S_IFREG | 0666, true, 0},
    {"append/empty", S_IFDIR | 0777, true, 0},
    {"ro", S_IFDIR | 0777, true, 0}, /* the test may mount it once more, read-only */
    {"ro/file", S_IFREG | 0666, true, 0},
    {"ro/reading", S_IFREG | 0444, true, 0},
    {"ro/empty", S_IFDIR | 0777, true, 0},
};
#define THING_COUNT (sizeof(things) / sizeof(things[0]))

/* Where names are that are not there. */
static const char *const news[] = {"new",        "locked/new", "closed/new", "sticky/new",
                                   "frozen/new", "append/new", "ro/new",     "missing/new"};
#define PLACE_COUNT (THING_COUNT - 1 + sizeof(news) / sizeof(news[0]))

static const char *path_of(size_t i)
{
    return i < THING_COUNT - 1 ? things[i + 1].path : news[i - (THING_COUNT - 1)];
}

/* Sets flags of an inode where its file system has them, and it has not. */
static void set_flags(const char *path, int flags)
{
    int had = 0;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0)
        return;
    if (ioctl(fd, FS_IOC_GETFLAGS, &had) == 0 &&
        (had & (FS_IMMUTABLE_FL | FS_APPEND_FL)) != flags) {
        had = (had & ~(FS_IMMUTABLE_FL | FS_APPEND_FL)) | flags;
        ioctl(fd, FS_IOC_SETFLAGS, &had);
    }
    close(fd);
}

static int clear_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)ftw;
    if (type == FTW_D || (type == FTW_F && S_ISREG(st->st_mode)))
        set_flags(path, 0);
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    if (ftw->level > 0 && strcmp(path + strlen(base), "/ro") != 0)
        (void)!(type == FTW_DP ? rmdir(path) : unlink(path));
    return 0;
}

static void make(const struct thing *t, uid_t user)
{
    static char path[PATH_MAX + LONG];
    uid_t owner = t->own ? user : 0;
    in(base, t->path, path);
    if (t->path[0] == '\0')
        snprintf(path, sizeof(path), "%s", base);
    if (S_ISDIR(t->mode))
        mkdir(path, 0777);
    else if (S_ISLNK(t->mode))
        (void)!symlink("file", path);
    else
        mknod(path, t->mode, S_ISCHR(t->mode) ? makedev(1, 3) : 0);
    (void)!lchown(path, owner, owner);
    if (!S_ISLNK(t->mode))
        (void)!chmod(path, t->mode & 07777);
    if (t->flags != 0)
        set_flags(path, (int)t->flags);
}

static void furnish(uid_t user)
{
    static char path[PATH_MAX + LONG];
    nftw(base, clear_one, 8, FTW_PHYS);
    nftw(base, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    for (size_t i = 0; i < THING_COUNT; i++)
        make(&things[i], user);
    in(base, "frozen", path);
    set_flags(path, FS_IMMUTABLE_FL);
    in(base, "append", path);
    set_flags(path, FS_APPEND_FL);
}

static bool is_root; /* who lists */

static void become(uid_t user)
{
    if (is_root && (setresgid(user, user, 0) < 0 || setresuid(user, user, 0) < 0))
        exit(3);
}

static void become_again(void)
{
    if (is_root && (setresuid(0, 0, 0) < 0 || setresgid(0, 0, 0) < 0))
        exit(3);
}

/* One call, by root as another user: its -errno, or 0. */
static int ask(const struct call *c, const char *one, const char *two, uid_t user)
{
    const struct place places[2] = {{AT_CWD, one}, {AT_CWD, two}};
    const struct place *const p[2] = {&places[0], &places[1]};
    const char *const bases[2] = {base, base};
    static int cwd = -1;
    if (cwd < 0)
        cwd = open(".", O_RDONLY | O_DIRECTORY);
    become(user);
    long r = attempt(c, p, bases);
    become_again();
    if (c->number == SYS_chdir && r >= 0)
        (void)!fchdir(cwd);
    return r < 0 ? (int)-r : 0;
}

/* What a call on a descriptor is refused for: by what it was opened on, and how. */
static const struct opened {
    const char *path;
    int flags;
} openings[] = {
    {"file", O_RDONLY},
    {"file", O_WRONLY},
    {"file", O_PATH},
    {"file", O_RDWR | O_APPEND},
    {"empty", O_RDONLY},
    {"empty", O_PATH},
    {"fifo", O_RDWR},
    {"device", O_RDWR},
    {"append-file", O_APPEND | O_RDWR},
    {"theirs", O_RDONLY},
    {"frozen-file", O_RDONLY},
    {"ro/file", O_RDONLY},
    {"shared", O_RDWR},
    {"sticky/file", O_RDONLY},
};
#define OPENING_COUNT (sizeof(openings) / sizeof(openings[0]))

static const struct timespec far_times[2] = {{1L << 40, 0}, {-5, 0}};

/* D: the descriptor; O: one of "file" that can be written. */
static const struct call by_descriptor[] = {
    {"fd-ftruncate", SYS_ftruncate, "D.", {0}},
    {"fd-ftruncate-negative", SYS_ftruncate, "D.", {-1}},
    {"fd-ftruncate-much", SYS_ftruncate, "D.", {5L << 30}},
    {"fd-fallocate", SYS_fallocate, "D...", {0, 0, 4096}},
    {"fd-fallocate-much", SYS_fallocate, "D...", {0, 0, 5L << 30}},
    {"fd-fallocate-most", SYS_fallocate, "D...", {0, 4096, (long)(~0UL >> 1)}},
    {"fd-fallocate-nothing", SYS_fallocate, "D...", {0, 0, 0}},
    {"fd-fallocate-before", SYS_fallocate, "D...", {0, -1, 4096}},
    {"fd-punch", SYS_fallocate, "D...", {3, 0, 4096}},
    {"fd-fsync", SYS_fsync, "D", {0}},
    {"fd-fdatasync", SYS_fdatasync, "D", {0}},
    {"fd-seek-data", SYS_lseek, "D..", {0, SEEK_DATA}},
    {"fd-seek-data-before", SYS_lseek, "D..", {-1, SEEK_DATA}},
    {"fd-seek-nowhere", SYS_lseek, "D..", {0, 77}},
    {"fd-getflags-nowhere", SYS_ioctl, "D..", {FS_IOC_GETFLAGS, 1}},
    {"fd-setflags-nowhere", SYS_ioctl, "D..", {FS_IOC_SETFLAGS, 1}},
    {"fd-chmod", SYS_fchmod, "D.", {0444}},
    {"fd-chmod-writable", SYS_fchmod, "D.", {0666}},
    {"fd-chown", SYS_fchown, "D..", {-1, -1}},
    {"fd-utimes", SYS_utimensat, "D...", {0, S(far_times), 0}},
    {"fd-getxattr", SYS_fgetxattr, "D...", {S("user.x"), S(long_value), 4096}},
    {"fd-setxattr", SYS_fsetxattr, "D....", {S("user.x:"), S("v"), 1, 0}},
    {"fd-setxattr-system", SYS_fsetxattr, "D....", {S("system.x"), S("v"), 1, 0}},
    {"fd-removexattr", SYS_fremovexattr, "D.", {S("user.x")}},
    {"fd-listxattr", SYS_flistxattr, "D..", {1, 4096}},
    {"fd-link", SYS_linkat, "D....", {S(""), AT_FDCWD, S("/nowhere/x"), AT_EMPTY_PATH}},
};
#define DESCRIPTOR_CALL_COUNT (sizeof(by_descriptor) / sizeof(by_descriptor[0]))

static int ask_descriptor(const struct call *c, const struct opened *o, uid_t user)
{
    static char path[PATH_MAX + LONG];
    in(base, o->path, path);
    become(user);
    int fd = open(path, o->flags | O_NONBLOCK);
    long r = fd < 0 ? 0 : syscall(c->number, fd, c->rest[0], c->rest[1], c->rest[2], c->rest[3]);
    r = r < 0 ? -errno : r;
    if (fd >= 0)
        close(fd);
    become_again();
    return r < 0 ? (int)-r : 0;
}

static void list_descriptors(uid_t user)
{
    for (size_t k = 0; k < DESCRIPTOR_CALL_COUNT; k++)
        for (size_t i = 0; i < OPENING_COUNT; i++) {
            int error = ask_descriptor(&by_descriptor[k], &openings[i], user);
            if (error == 0)
                furnish(user);
            else
                printf("%s %zu - %s\n", by_descriptor[k].name, i, strerrorname_np(error));
        }
}

static bool is_pair(const struct call *c)
{
    return strstr(c->shape, "dede") != NULL;
}

/* True for a call that is refused whatever is there: `refusals` asks for those. */
static bool is_wrong(const struct call *c)
{
    static const char *const words[] = {"unknown", "-bad",    "-closed",  "-inet",    "bind-file",
                                        "mode",    "nothing", "reserved", "-empty",   "execveat",
                                        "-long",   "-much",   "-both",    "negative", "-tmpfile-r"};
    bool wrong = false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        wrong |= strstr(c->name, words[i]) != NULL;
    return wrong;
}

/* Says of a call that is refused by what. */
static void list_one(const struct call *c, const char *one, const char *two, uid_t user)
{
    int error = ask(c, one, two, user);
    if (error == 0)
        furnish(user);
    else
        printf("%s %s %s %s\n", c->name, one, two, strerrorname_np(error));
}

static void list(uid_t user)
{
    is_root = true;
    list_descriptors(user);
    static const char *const others[] = {"file", "empty", "new"};
    furnish(user);
    for (size_t k = 0; k < CALL_COUNT; k++)
        for (size_t i = 0; i < PLACE_COUNT && !is_wrong(&calls[k]); i++) {
            if (!is_pair(&calls[k]))
                list_one(&calls[k], path_of(i), "-", user);
            for (size_t j = 0; j < 3 && is_pair(&calls[k]); j++) {
                list_one(&calls[k], path_of(i), others[j], user);
                list_one(&calls[k], others[j], path_of(i), user);
            }
        }
}

static const struct call *find(const struct call *in, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(in[i].name, name) == 0)
            return &in[i];
    return NULL;
}

/* Holds open what can be, for the rules about what is. */
static void hold(void)
{
    static char path[PATH_MAX + LONG];
    for (size_t i = 0; i < THING_COUNT; i++) {
        in(base, things[i].path, path);
        if (S_ISREG(things[i].mode) || S_ISDIR(things[i].mode))
            (void)!open(path, O_RDONLY);
    }
}

static void ask_all(const char *file)
{
    char call[32];
    char one[64];
    char two[64];
    char want[32];
    FILE *in = fopen(file, "r");
    unsigned asked = 0;
    hold();
    while (in != NULL && fscanf(in, "%31s %63s %63s %31s", call, one, two, want) == 4) {
        const struct call *c = find(calls, CALL_COUNT, call);
        int error = c != NULL ? ask(c, one, two, getuid())
                              : ask_descriptor(find(by_descriptor, DESCRIPTOR_CALL_COUNT, call),
                                               &openings[atoi(one)], getuid());
        const char *got = error == 0 ? "ok" : strerrorname_np(error);
        asked++;
        if (strcmp(got == NULL ? "?" : got, want) != 0)
            printf("%s %s %s %s -> %s\n", call, one, two, want, got == NULL ? "?" : got);
    }
    printf("%u asked\n", asked);
}

int main(int argc, char **argv)
{
    static char out[1 << 16];
    setvbuf(stdout, out, _IOFBF, sizeof(out));
    umask(022);
    make_long();
    start_fd[AT_CWD] = AT_FDCWD;
    if (argc < 3)
        return 2;
    base = argv[2];
    if (strcmp(argv[1], "furnish") == 0 && argc > 3)
        furnish((uid_t)atoi(argv[3]));
    else if (strcmp(argv[1], "list") == 0 && argc > 3)
        list((uid_t)atoi(argv[3]));
    else if (strcmp(argv[1], "ask") == 0 && argc > 3)
        ask_all(argv[3]);
    else if (strcmp(argv[1], "clear") == 0)
        nftw(base, clear_one, 8, FTW_PHYS);
    else
        return 2;
    return 0;
}
