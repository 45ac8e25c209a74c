/* SPDX-License-Identifier: MIT */
#include "policy/writers.h"

#include <string.h>
#include <sys/stat.h>

#include "sys/sys.h"

const char *lx_other_writers(struct lx_arena *arena, int fd, const char *name)
{
    struct stat st = {0};
    /* By the kernel's word: in a drive of a run around this one files are 0777, and the caller's.
     */
    int r = sys_fstat(fd, &st);
    bool sticky = S_ISDIR(st.st_mode) && (st.st_mode & S_ISVTX) != 0;
    if (r < 0)
        return lx_arena_format(arena, "nobody knows who owns %s: %s", name, strerror(-r));
    if (st.st_uid != 0 && st.st_uid != sys_geteuid())
        return lx_arena_format(arena, "user %u owns %s", st.st_uid, name);
    if ((st.st_mode & S_IWOTH) != 0 && !sticky)
        return lx_arena_format(arena, "everybody may write %s", name);
    if ((st.st_mode & S_IWGRP) != 0 && !sticky)
        return lx_arena_format(arena, "group %u may write %s", st.st_gid, name);
    return NULL;
}
