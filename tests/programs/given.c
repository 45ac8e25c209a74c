/* SPDX-License-Identifier: MIT */
/*
 * given [LINK]: makes a file, a symlink and a socket here, asks each call that answers into memory
 * of the caller's, also of LINK, and looks at each byte of the answer. Prints which have answered.
 * What it does next depends on all of it: valgrind complains of a byte that it takes for unwritten.
 */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ROOM 8192

static char *room;
static unsigned sum;

/* Memory that nobody has written. */
static void *fresh(void)
{
    free(room);
    room = malloc(ROOM);
    if (room == NULL)
        exit(3);
    return room;
}

/* Looks at n bytes that were given; n < 0: the call has failed. */
static void look(const char *call, const void *given, long n)
{
    for (long i = 0; i < n; i++)
        sum = sum * 31 + ((const unsigned char *)given)[i];
    if (n >= 0)
        puts(call);
}

static void look_string(const char *call, const char *given)
{
    look(call, given, given == NULL ? -1 : (long)strlen(given) + 1);
}

static void look_whole(const char *call, int r, size_t size)
{
    look(call, room, r < 0 ? -1 : (long)size);
}

static void ask_names(const char *link)
{
    look_string("getcwd", getcwd(fresh(), ROOM));
    look_string("realpath", realpath("f", fresh()));
    fresh();
    look("readlink", room, readlink("l", room, ROOM));
    fresh();
    look("readlink of /proc", room, readlink("/proc/self/cwd", room, ROOM));
    if (link != NULL) {
        fresh();
        look("readlink of another's", room, readlink(link, room, ROOM));
    }
    struct file_handle *at = fresh();
    int mount;
    at->handle_bytes = MAX_HANDLE_SZ;
    if (name_to_handle_at(AT_FDCWD, "f", at, &mount, 0) == 0) {
        look("name_to_handle_at", at, (long)(sizeof(*at) + at->handle_bytes));
        look("its mount", &mount, sizeof(mount));
    }
}

static void ask_attributes(int fd)
{
    fsetxattr(fd, "user.a", "value", 5, 0);
    fresh();
    look("getxattr", room, getxattr("f", "user.a", room, ROOM));
    fresh();
    look("fgetxattr", room, fgetxattr(fd, "user.a", room, ROOM));
    fresh();
    look("listxattr", room, listxattr("f", room, ROOM));
    fresh();
    look("flistxattr", room, flistxattr(fd, room, ROOM));
    fresh();
    look("getxattr of a directory's case", room,
         getxattr(".", "system.wsl_case_sensitive", room, ROOM));
}

/* Those without padding, or of which the kernel writes it. */
static void ask_structures(int fd)
{
    look_whole("stat", stat("f", fresh()), sizeof(struct stat));
    look_whole("lstat", lstat("l", fresh()), sizeof(struct stat));
    look_whole("fstat", fstat(fd, fresh()), sizeof(struct stat));
    look_whole("statfs", statfs("f", fresh()), sizeof(struct statfs));
    look_whole("fstatfs", fstatfs(fd, fresh()), sizeof(struct statfs));
    look_whole("statvfs", statvfs("f", fresh()), sizeof(struct statvfs));
    look_whole("uname", uname(fresh()), sizeof(struct utsname));
}

static void ask_sockets(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "s"};
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    socklen_t n = sizeof(name);
    if (bind(server, (const struct sockaddr *)&name, sizeof(name)) < 0 || listen(server, 1) < 0)
        return;
    if (getsockname(server, fresh(), &n) == 0)
        look("getsockname", room, (long)n);
    if (connect(client, (const struct sockaddr *)&name, sizeof(name)) < 0)
        return;
    n = sizeof(name);
    if (getpeername(client, fresh(), &n) == 0)
        look("getpeername", room, (long)n);
}

/* Of a table of mounts, which says when it has changed. */
static void ask_waits(int fd)
{
    int table = open("/proc/self/mounts", O_RDONLY);
    struct timeval at_once = {0, 0};
    struct pollfd *places = fresh();
    fd_set except, written;
    for (int i = 0; i < 2; i++) {
        places[i].fd = i == 0 ? table : fd;
        places[i].events = POLLIN | POLLOUT;
    }
    if (poll(places, 2, 0) >= 0)
        look("poll", places, 2 * sizeof(*places));
    FD_ZERO(&except);
    FD_ZERO(&written);
    FD_SET(table, &except);
    FD_SET(fd, &written);
    if (select((fd > table ? fd : table) + 1, NULL, &written, &except, &at_once) >= 0) {
        look("select", &except, sizeof(except));
        look("select's written", &written, sizeof(written));
    }
}

int main(int argc, char **argv)
{
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    if (fd < 0 || symlink("target", "l") < 0)
        return 2;
    ask_names(argc > 1 ? argv[1] : NULL);
    ask_attributes(fd);
    ask_structures(fd);
    ask_sockets();
    ask_waits(fd);
    if (sum == 0)
        puts("nothing but zeros");
    return 0;
}
