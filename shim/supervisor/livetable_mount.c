/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/livetable.h"
#include "supervisor/pass.h"
#include "sys/sys.h"

/* Of linux/mount.h, which does not go with libc's own header of that name everywhere. */
#define OPEN_CLOEXEC  1
#define CONFIG_FLAG   0
#define CONFIG_STRING 1
#define CONFIG_CREATE 6
#define MOUNT_ATTRS   0xe /* nosuid, nodev, noexec */

static long set(int context, unsigned what, const char *key, const char *value)
{
    return SYS5(SYS_fsconfig, context, what, key, value, 0);
}

static long set_number(int context, const char *key, unsigned number)
{
    char text[16];
    snprintf(text, sizeof(text), "%u", number);
    return set(context, CONFIG_STRING, key, text);
}

/* Mounts it nowhere. `others`: programs of other users may open what is there. */
static int mount_nowhere(int device, bool others)
{
    int context = (int)SYS2(SYS_fsopen, "fuse", OPEN_CLOEXEC);
    if (context < 0)
        return context;
    long r = set(context, CONFIG_STRING, "source", "lxshim");
    r = r < 0 ? r : set_number(context, "fd", (unsigned)device);
    r = r < 0 ? r : set(context, CONFIG_STRING, "rootmode", "40000");
    r = r < 0 ? r : set_number(context, "user_id", getuid());
    r = r < 0 ? r : set_number(context, "group_id", getgid());
    if (r >= 0 && others)
        r = set(context, CONFIG_FLAG, "allow_other", NULL);
    r = r < 0 ? r : set(context, CONFIG_CREATE, NULL, NULL);
    r = r < 0 ? r : SYS3(SYS_fsmount, context, OPEN_CLOEXEC, MOUNT_ATTRS);
    close(context);
    return (int)r;
}

static int mount_here(int *device, int *directory, bool others)
{
    *directory = -1;
    *device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (*device < 0)
        return -errno;
    *directory = mount_nowhere(*device, others);
    if (*directory >= 0)
        return 0;
    close(*device);
    return *directory;
}

static bool write_text(const char *file, const char *text)
{
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return written;
}

/* One user or group is there, as the same. */
static bool write_map(const char *file, unsigned id)
{
    char map[32];
    snprintf(map, sizeof(map), "%u %u 1", id, id);
    return write_text(file, map);
}

/* In a child: goes to a user namespace of its own, mounts it there, and sends both. */
static void mount_as_root(int socket)
{
    unsigned user = getuid();
    unsigned group = getgid();
    int device;
    int directory;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 || !write_map("/proc/self/uid_map", user) ||
        !write_text("/proc/self/setgroups", "deny") || !write_map("/proc/self/gid_map", group) ||
        mount_here(&device, &directory, false) < 0)
        return;
    if (pass_send(socket, "d", 1, device) == 0)
        (void)pass_send(socket, "m", 1, directory);
}

/* For whoever may mount nothing: programs of the same user may open what is there then. */
static int mount_in_child(int *device, int *directory)
{
    int sockets[2];
    char word;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
        return -errno;
    pid_t child = fork();
    if (child == 0) {
        mount_as_root(sockets[1]);
        _exit(0);
    }
    close(sockets[1]);
    *device = *directory = -1;
    if (child > 0 && pass_receive(sockets[0], &word, 1, device) > 0)
        (void)pass_receive(sockets[0], &word, 1, directory);
    close(sockets[0]);
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    if (*device >= 0 && *directory >= 0)
        return 0;
    if (*device >= 0)
        close(*device);
    return -EPERM;
}

int livetable_mount(int *device, int *directory)
{
    int r = mount_here(device, directory, true);
    return r == -EPERM ? mount_in_child(device, directory) : r;
}
