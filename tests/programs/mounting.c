/* SPDX-License-Identifier: MIT */
/*
 * mounting: calls about mounts, handles and marks by the instruction, which no preloaded library
 * sees. Each prints what the kernel answers.
 *
 *   handle PATH    takes a handle of it, and opens that again, to read and to write
 *   stale PATH     the same, but the file is removed in between, while somebody has it open
 *   mark PATH      marks it by fanotify
 *   drvfs SOURCE TARGET [OPTIONS]       and so of each type of ours
 *   fsopen SOURCE TARGET [KEY [VALUE]]  the same by the new calls, of type $TYPE, else drvfs
 *   bind FROM TO | umount PATH | tree FROM TO [readonly] | readonly PATH | pick PATH
 *   new            makes system calls that are newer than any libc
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fanotify.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "sys/arch.h"
#include "sys/numbers.h"

#define CALL(nr, a, b, c, d, e) \
    sys_call6((nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

static long say(const char *what, long r)
{
    printf("%s %s\n", what, r < 0 ? strerrorname_np((int)-r) : "ok");
    return r;
}

static void handle(const char *path, const char *removed)
{
    struct {
        struct file_handle head;
        unsigned char room[MAX_HANDLE_SZ];
    } h;
    int mount = 0;
    h.head.handle_bytes = MAX_HANDLE_SZ;
    if (say("handle", CALL(SYS_name_to_handle_at, AT_FDCWD, path, &h, &mount, 0)) < 0)
        return;
    if (removed != NULL) {
        CALL(SYS_openat, AT_FDCWD, removed, O_RDONLY, 0, 0);
        say("unlink", CALL(SYS_unlinkat, AT_FDCWD, removed, 0, 0, 0));
    }
    say("open", CALL(SYS_open_by_handle_at, AT_FDCWD, &h, O_RDONLY | O_CLOEXEC, 0, 0));
    say("write", CALL(SYS_open_by_handle_at, AT_FDCWD, &h, O_RDWR, 0, 0));
}

/* What mount_setattr takes: to set, to clear, propagation, user namespace. */
static const unsigned long long readonly[4] = {1 /* MOUNT_ATTR_RDONLY */, 0, 0, 0};

static void tree(const char *from, const char *to, bool reads)
{
    long fd = say("open_tree", CALL(SYS_open_tree, AT_FDCWD, from, 1 /* OPEN_TREE_CLONE */, 0, 0));
    if (fd >= 0 && reads)
        say("setattr", CALL(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, readonly, sizeof(readonly)));
    if (fd >= 0)
        say("move_mount", CALL(SYS_move_mount, fd, "", AT_FDCWD, to, 4 /* F_EMPTY_PATH */));
}

/* As mount(8) does from util-linux 2.39 on. */
static void by_new_calls(const char *source, const char *target, const char *key, const char *value)
{
    const char *type = getenv("TYPE");
    long fd = say("fsopen", CALL(SYS_fsopen, type == NULL ? "drvfs" : type, 1, 0, 0, 0));
    if (fd < 0)
        return;
    say("source", CALL(SYS_fsconfig, fd, 1, "source", source, 0));
    if (key != NULL)
        say("option", CALL(SYS_fsconfig, fd, value == NULL ? 0 : 1, key, value, 0));
    say("create", CALL(SYS_fsconfig, fd, 6, NULL, NULL, 0));
    long tree = say("fsmount", CALL(SYS_fsmount, fd, 1, 0x10 /* MOUNT_ATTR_NOATIME */, 0, 0));
    if (tree >= 0)
        say("move_mount", CALL(SYS_move_mount, tree, "", AT_FDCWD, target, 4));
}

static void mark(const char *path)
{
    long fd = CALL(SYS_fanotify_init, FAN_CLASS_NOTIF, O_RDONLY, 0, 0, 0);
    if (fd < 0)
        say("fanotify", fd);
    else
#ifdef __i386__ /* whose mask comes in two halves */
        say("mark",
            sys_call6(SYS_fanotify_mark, fd, FAN_MARK_ADD, FAN_OPEN, 0, AT_FDCWD, (long)path));
#else
        say("mark", CALL(SYS_fanotify_mark, fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, path));
#endif
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    const char *path = argc > 2 ? argv[2] : "";
    const char *to = argc > 3 ? argv[3] : "";
    if (strcmp(what, "handle") == 0)
        handle(path, NULL);
    else if (strcmp(what, "stale") == 0)
        handle(path, path);
    else if (strcmp(what, "mark") == 0)
        mark(path);
    else if (strcmp(what, "bind") == 0)
        say("bind", CALL(SYS_mount, path, to, "none", MS_BIND, 0));
    else if (strcmp(what, "drvfs") == 0 || strcmp(what, "lxfs") == 0 || strcmp(what, "wslfs") == 0)
        say("mount", CALL(SYS_mount, path, to, what, MS_NOATIME, argc > 4 ? argv[4] : NULL));
    else if (strcmp(what, "fsopen") == 0)
        by_new_calls(path, to, argc > 4 ? argv[4] : NULL, argc > 5 ? argv[5] : NULL);
    else if (strcmp(what, "umount") == 0)
        say("umount", CALL(SYS_umount2, path, 0, 0, 0, 0));
    else if (strcmp(what, "expire") == 0)
        say("expire", CALL(SYS_umount2, path, MNT_EXPIRE, 0, 0, 0));
    else if (strcmp(what, "tree") == 0)
        tree(path, to, argc > 4);
    else if (strcmp(what, "readonly") == 0)
        say("setattr", CALL(SYS_mount_setattr, AT_FDCWD, path, 0, readonly, sizeof(readonly)));
    else if (strcmp(what, "pick") == 0)
        say("fspick", CALL(SYS_fspick, AT_FDCWD, path, 0, 0, 0));
    else if (strcmp(what, "new") == 0) {
        say("open_tree_attr", CALL(SYS_open_tree_attr, AT_FDCWD, path, 0, 0, 0));
        say("file_getattr", CALL(SYS_file_getattr, AT_FDCWD, path, readonly, 24, 0));
    } else {
        return 2;
    }
    return 0;
}
