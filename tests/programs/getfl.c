/* SPDX-License-Identifier: MIT */
/*
 * getfl: opens files below the current directory in each way that there is, and prints what F_GETFL
 * says of each descriptor, by libc and by number, and whether it can be opened anew by
 * /proc/self/fd with that; the same of copies, in children, of what came by a socket.
 * getfl ask NAME: the same of standard input.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(SYS_fcntl64)
#define BY_NUMBER SYS_fcntl64
#else
#define BY_NUMBER SYS_fcntl
#endif

static char self[4096];

/* The kernel's struct open_how, which not every libc's headers have. */
struct how {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
};

/* Words of ours: each libc has others. */
static const char *error(void)
{
    return errno == ELOOP     ? "ELOOP"
           : errno == ENOTDIR ? "ENOTDIR"
           : errno == ENOENT  ? "ENOENT"
           : errno == EISDIR  ? "EISDIR"
           : errno == ETXTBSY ? "ETXTBSY"
                              : strerror(errno);
}

/* What it says, but for the size that all files may have. */
static void tell(const char *how, const char *what, int fd)
{
    char name[64];
    if (fd < 0) {
        printf("%s %s: %s\n", how, what, error());
        return;
    }
    int flags = fcntl(fd, F_GETFL);
    int same = (int)syscall(BY_NUMBER, fd, F_GETFL, 0);
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    int again = open(name, flags & ~(O_CREAT | O_EXCL));
    printf("%s %s: %o %s, again %s\n", how, what, (unsigned)flags & ~0100000u,
           same == flags ? "twice" : "OTHERWISE BY NUMBER", again < 0 ? error() : "yes");
    if (again >= 0)
        close(again);
}

static void told(const char *how, const char *what, int fd)
{
    tell(how, what, fd);
    if (fd >= 0)
        close(fd);
}

static int by_openat2(const char *name, int flags, uint64_t resolve)
{
    const struct how how = {(unsigned)flags, 0, resolve};
    return (int)syscall(SYS_openat2, AT_FDCWD, name, &how, sizeof(how));
}

static void open_each_way(const char *name, int flags, const char *with)
{
    char what[512];
    const char *slash = strrchr(name, '/');
    char directory[256] = ".";
    if (slash != NULL)
        snprintf(directory, sizeof(directory), "%.*s", (int)(slash - name), name);
    snprintf(what, sizeof(what), "%s%s", name, with);
    for (int turn = 0; turn < 2; turn++) { /* the second by what is remembered */
        told("open", what, open(name, flags));
        int dir = open(directory, O_RDONLY | O_DIRECTORY);
        told("openat", what, openat(dir, slash == NULL ? name : slash + 1, flags));
        close(dir);
        told("openat2", what, by_openat2(name, flags, 0));
        told("openat2 beneath", what, by_openat2(name, flags, 0x08));
        told("number", what, (int)syscall(SYS_openat, AT_FDCWD, name, flags, 0));
    }
}

static void open_all(void)
{
    static const char *const names[] = {"file",       "./file",   "dir/file",   "link/file",
                                        "leaf",       "dir/leaf", "link/leaf",  "dir",
                                        "dir/",       "link",     "link/",      "link/sub",
                                        "dir/../dir", "missing",  "dir/sub/..", "/proc/self/exe"};
    static const struct {
        int flags;
        const char *name;
    } with[] = {{O_RDONLY, ""},
                {O_RDONLY | O_NOFOLLOW, " nofollow"},
                {O_RDONLY | O_DIRECTORY, " directory"},
                {O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, " directory nofollow"},
                {O_PATH, " path"},
                {O_PATH | O_NOFOLLOW, " path nofollow"},
                {O_RDWR | O_APPEND | O_NONBLOCK, " append"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        for (size_t k = 0; k < sizeof(with) / sizeof(with[0]); k++)
            open_each_way(names[i], with[k].flags, with[k].name);
}

/* By a handle, where the file system and the user's rights have such. */
static void open_by_handle(const char *name, const char *what, int flags)
{
    struct {
        unsigned bytes;
        int type;
        char room[128];
    } handle = {.bytes = sizeof(handle.room)};
    int mount;
    int here = open(".", O_RDONLY | O_DIRECTORY);
    if (syscall(SYS_name_to_handle_at, AT_FDCWD, name, &handle, &mount, 0) != 0)
        printf("handle %s: none\n", what);
    else
        told("handle", what, (int)syscall(SYS_open_by_handle_at, here, &handle, flags));
    close(here);
}

static void tell_stream(const char *what, FILE *f)
{
    tell("fopen", what, f == NULL ? -1 : fileno(f));
    if (f != NULL)
        fclose(f);
}

static void open_otherwise(void)
{
    char name[] = "tempXXXXXX";
    told("creat", "new", creat("new", 0644));
    told("creat", "old", creat("new", 0644));
    told("creat", "leaf", creat("leaf", 0644));
    told("O_CREAT", "dir/new", open("dir/new", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0644));
    told("O_CREAT", "dir/new", open("dir/new", O_RDWR | O_CREAT, 0644));
    told("O_CREAT", "dir/other", open("dir/other", O_RDWR | O_CREAT, 0644));
    told("O_CREAT", "link/third", open("link/third", O_RDWR | O_CREAT | O_TRUNC, 0644));
    told("mkstemp", "temp", mkstemp(name));
    unlink(name);
    told("O_TMPFILE", "dir", open("dir", O_TMPFILE | O_RDWR, 0600));
    tell_stream("r", fopen("dir/file", "r"));
    tell_stream("w", fopen("link/new", "w"));
    tell_stream("a+", fopen("leaf", "a+"));
    open_by_handle("dir/file", "dir/file", O_RDONLY);
    open_by_handle("dir/file", "dir/file nofollow", O_RDWR | O_NOFOLLOW);
    open_by_handle("dir", "dir nofollow", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    open_by_handle("dir", "dir", O_RDONLY | O_DIRECTORY);
    DIR *d = opendir("dir");
    tell("opendir", "dir", d == NULL ? -1 : dirfd(d));
    if (d != NULL)
        closedir(d);
    d = opendir("link");
    tell("opendir", "link", d == NULL ? -1 : dirfd(d));
    if (d != NULL)
        closedir(d);
}

static void send_to(int socket, int fd)
{
    char byte = 'x';
    char room[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec v = {&byte, 1};
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &fd, sizeof(fd));
    if (sendmsg(socket, &m, 0) != 1)
        exit(3);
}

static int receive(int socket)
{
    char byte;
    char room[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec v = {&byte, 1};
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    int fd = -1;
    if (recvmsg(socket, &m, 0) == 1 && CMSG_FIRSTHDR(&m) != NULL)
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
    return fd;
}

static void in_child(int fd, const char *what, bool executed)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0 && executed) {
        dup2(fd, 0);
        execl(self, self, "ask", what, (char *)NULL);
        _exit(127);
    }
    if (child == 0) {
        tell("child", what, fd);
        fflush(stdout);
        _exit(0);
    }
    waitpid(child, NULL, 0);
}

/* `given`: the program has given O_NOFOLLOW, which only who has opened it knows. */
static void hand_on(const char *what, int fd, bool given)
{
    int pair[2];
    told("dup", what, dup(fd));
    told("dup2", what, dup2(fd, 100));
    told("dup3", what, dup3(fd, 101, O_CLOEXEC));
    told("F_DUPFD", what, fcntl(fd, F_DUPFD, 60));
    told("F_DUPFD_CLOEXEC", what, fcntl(fd, F_DUPFD_CLOEXEC, 60));
    told("number", what, (int)syscall(SYS_dup3, fd, 102, 0));
    in_child(fd, what, false);
    if (!given) {
        in_child(fd, what, true);
        told("high", what, dup2(fd, 1020));
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
            exit(3);
        send_to(pair[0], fd);
        told("sent", what, receive(pair[1]));
        close(pair[0]);
        close(pair[1]);
    }
    close(fd);
}

/* A number that was a file's opened with O_NOFOLLOW is another's. */
static void take_number(const char *how, int fd, int (*end)(int fd))
{
    char what[64];
    snprintf(what, sizeof(what), "after %s", how);
    if (fd < 0 || end(fd) != 0)
        exit(3);
    int next = open("dir/file", O_RDONLY);
    if (next != fd)
        printf("%s: another number\n", what);
    told("open", what, next);
}

static int end_by_number(int fd)
{
    return (int)syscall(SYS_close, fd);
}

static int end_by_range(int fd)
{
    return (int)syscall(SYS_close_range, fd, fd, 0);
}

static int end_by_stream(int fd)
{
    return fclose(fdopen(fd, "r"));
}

static void make_tree(void)
{
    int fd;
    if (mkdir("dir", 0755) != 0 || mkdir("dir/sub", 0755) != 0 || symlink("dir", "link") != 0 ||
        symlink("dir/file", "leaf") != 0 || symlink("file", "dir/leaf") != 0)
        exit(3);
    if ((fd = open("file", O_CREAT | O_WRONLY, 0644)) >= 0)
        close(fd);
    if ((fd = open("dir/file", O_CREAT | O_WRONLY, 0644)) >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    if (argc == 3) {
        tell("executed", argv[2], 0);
        return 0;
    }
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (n < 0)
        return 3;
    make_tree();
    open_all();
    open_otherwise();
    hand_on("file", open("file", O_RDONLY), false);
    hand_on("link/file", open("link/file", O_RDWR), false);
    hand_on("leaf", open("leaf", O_RDONLY), false);
    hand_on("dir", open("dir", O_RDONLY | O_DIRECTORY), false);
    hand_on("path", open("dir", O_PATH), false);
    hand_on("nofollow", open("dir/file", O_RDONLY | O_NOFOLLOW), true);
    take_number("close", open("file", O_RDONLY | O_NOFOLLOW), close);
    take_number("close by number", open("file", O_RDONLY | O_NOFOLLOW), end_by_number);
    take_number("close_range", open("file", O_RDONLY | O_NOFOLLOW), end_by_range);
    take_number("fclose", open("file", O_RDONLY | O_NOFOLLOW), end_by_stream);
    return 0;
}
