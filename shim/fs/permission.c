/* SPDX-License-Identifier: MIT */
#include "fs/permission.h"

#include <sys/stat.h>
#include <unistd.h>

#include "sys/sys.h"

/* Who is in more groups than these is in none but his first: a signal stack is small. */
#define GROUPS_MAX 256

static bool in_group(gid_t gid, bool effective)
{
    gid_t groups[GROUPS_MAX];
    if (gid == (effective ? sys_getegid() : sys_getgid()))
        return true;
    int n = sys_getgroups(GROUPS_MAX, groups);
    for (int i = 0; i < n; i++)
        if (groups[i] == gid)
            return true;
    return false;
}

unsigned lx_granted(mode_t mode, uid_t owner, gid_t gid, bool effective)
{
    if ((mode & 0777) == 0777)
        return LX_ANYTHING; /* to whomever */
    uid_t uid = effective ? sys_geteuid() : sys_getuid();
    if (uid == 0)
        return R_OK | W_OK | ((mode & 0111) != 0 || S_ISDIR(mode) ? (unsigned)X_OK : 0);
    if (uid == owner)
        return mode >> 6 & LX_ANYTHING;
    return (in_group(gid, effective) ? mode >> 3 : mode) & LX_ANYTHING;
}
