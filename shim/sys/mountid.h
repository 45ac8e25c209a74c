/* SPDX-License-Identifier: MIT */
/* Which mount of the kernel's a path leads to, or a descriptor is of. */
#ifndef LXSHIM_SYS_MOUNTID_H
#define LXSHIM_SYS_MOUNTID_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "sys/sys.h"

#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x1000U
#endif
#ifndef STATX_ATTR_MOUNT_ROOT
#define STATX_ATTR_MOUNT_ROOT 0x2000
#endif

/*
 * The mount's id, as mountinfo has it; another mount may have it once this one is gone. flags:
 * AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH. 0 where nothing is there, or the kernel is older than 5.8.
 */
static inline uint64_t sys_mount_id(int dfd, const char *path, int flags)
{
    struct statx stx;
    if (sys_statx(dfd, path, flags | AT_NO_AUTOMOUNT, STATX_MNT_ID, &stx) < 0 ||
        (stx.stx_mask & STATX_MNT_ID) == 0)
        return 0;
    return stx.stx_mnt_id;
}

/*
 * True where a path leads to the root of a mount, which natively is what is mounted there last.
 * flags as above. False where the kernel is older than 5.8.
 */
static inline bool sys_is_mount_root(int dfd, const char *path, int flags)
{
    struct statx stx;
    return sys_statx(dfd, path, flags | AT_NO_AUTOMOUNT, STATX_TYPE, &stx) == 0 &&
           (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

#endif
