/* SPDX-License-Identifier: MIT */
#include "supervisor/follows.h"

#include <fcntl.h>
#include <linux/fanotify.h>
#include <stddef.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/syscall.h>

/* MOVE_MOUNT_F_SYMLINKS and MOVE_MOUNT_T_SYMLINKS: each path has its own. */
#define MOVES_SYMLINKS_FROM 0x01
#define MOVES_SYMLINKS_TO   0x10

/* How a call says so: a bit of an argument. What is not here always follows its paths of kind p. */
static const struct {
    long nr;
    unsigned bit;
    unsigned argument;
    bool follows; /* with the bit, and else not; or the other way round */
} symlinks[] = {
    {SYS_newfstatat, AT_SYMLINK_NOFOLLOW, 3, false},
    {SYS_statx, AT_SYMLINK_NOFOLLOW, 2, false},
    {SYS_faccessat2, AT_SYMLINK_NOFOLLOW, 3, false},
    {SYS_fchmodat2, AT_SYMLINK_NOFOLLOW, 3, false},
    {SYS_fchownat, AT_SYMLINK_NOFOLLOW, 4, false},
    {SYS_utimensat, AT_SYMLINK_NOFOLLOW, 3, false},
    {SYS_execveat, AT_SYMLINK_NOFOLLOW, 4, false},
    {SYS_linkat, AT_SYMLINK_FOLLOW, 4, true},
    {SYS_name_to_handle_at, AT_SYMLINK_FOLLOW, 4, true},
    {SYS_inotify_add_watch, IN_DONT_FOLLOW, 2, false},
    {SYS_fanotify_mark, FAN_MARK_DONT_FOLLOW, 1, false},
    {SYS_umount2, UMOUNT_NOFOLLOW, 1, false},
    {SYS_open_tree, AT_SYMLINK_NOFOLLOW, 2, false},
    {SYS_open_tree_attr, AT_SYMLINK_NOFOLLOW, 2, false},
    {SYS_file_getattr, AT_SYMLINK_NOFOLLOW, 4, false},
    {SYS_file_setattr, AT_SYMLINK_NOFOLLOW, 4, false},
    {SYS_listxattrat, AT_SYMLINK_NOFOLLOW, 2, false},
    {SYS_removexattrat, AT_SYMLINK_NOFOLLOW, 2, false},
    {SYS_getxattrat, AT_SYMLINK_NOFOLLOW, 5, false}, /* as xattrat.c has arranged them */
    {SYS_setxattrat, AT_SYMLINK_NOFOLLOW, 5, false},
    {SYS_mount_setattr, AT_SYMLINK_NOFOLLOW, 2, false},
    {SYS_fspick, 2 /* FSPICK_SYMLINK_NOFOLLOW */, 2, false},
    {SYS_lgetxattr, 0, 0, true},
    {SYS_lsetxattr, 0, 0, true},
    {SYS_llistxattr, 0, 0, true},
    {SYS_lremovexattr, 0, 0, true},
};

/* An open with O_CREAT and O_EXCL makes an entry, or none. */
static bool open_follows(uint64_t flags)
{
    return (flags & O_NOFOLLOW) == 0 && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
}

bool follows(const struct supervise_call *call, unsigned i, const uint64_t given[6])
{
    if (call->arguments[i] == 'e')
        return false;
    if (call->number == SYS_openat)
        return open_follows(given[2]);
#ifdef SYS_open
    if (call->number == SYS_open)
        return open_follows(given[1]);
#endif
    if (call->number == SYS_move_mount)
        return (given[4] & (i == 1 ? MOVES_SYMLINKS_FROM : MOVES_SYMLINKS_TO)) != 0;
    for (size_t k = 0; k < sizeof(symlinks) / sizeof(symlinks[0]); k++)
        if (symlinks[k].nr == call->number)
            return ((given[symlinks[k].argument] & symlinks[k].bit) != 0) == symlinks[k].follows;
    return true;
}
