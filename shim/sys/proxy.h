/* SPDX-License-Identifier: MIT */
/*
 * Calls that change something, where somebody else than this process has to make them: a supervisor
 * may act for a program that is confined in a way that no other process can take over. Only the
 * program lxshim has this; in the library a process acts for itself.
 */
#ifndef LXSHIM_SYS_PROXY_H
#define LXSHIM_SYS_PROXY_H

#include <stdbool.h>

#include "sys/arch.h"
#include "sys/numbers.h"

/*
 * Makes a call in this process's place. Returns its result or -errno. NULL: this process makes it.
 * Written by the one thread of a worker, for the one call that it is at.
 */
extern long (*sys_proxy)(long nr, const long args[6]);

/* True while somebody else makes this process's calls. */
static inline bool sys_is_proxied(void)
{
#if defined(LXSHIM_IS_PROGRAM)
    return sys_proxy != NULL;
#else
    return false;
#endif
}

/* True for calls that change what a path leads to. Not for what opens: see struct lx_task. */
static inline bool sys_changes(long nr)
{
    switch (nr) {
#ifdef SYS_mkdir
    case SYS_mkdir:
    case SYS_unlink:
    case SYS_rmdir:
    case SYS_rename:
    case SYS_link:
    case SYS_symlink:
    case SYS_chmod:
    case SYS_chown:
    case SYS_lchown:
#endif
#ifdef SYS_renameat
    case SYS_renameat:
#endif
    case SYS_mkdirat:
    case SYS_mknodat:
    case SYS_unlinkat:
    case SYS_renameat2:
    case SYS_linkat:
    case SYS_symlinkat:
    case SYS_truncate:
    case SYS_fchmodat:
    case SYS_fchmodat2:
    case SYS_fchmod:
    case SYS_fchownat:
    case SYS_fchown:
    case SYS_utimensat:
    case SYS_setxattr:
    case SYS_lsetxattr:
    case SYS_fsetxattr:
    case SYS_removexattr:
    case SYS_lremovexattr:
    case SYS_fremovexattr:
    case SYS_bind:
        return true;
    default:
        return false;
    }
}

static inline long sys_call_or_proxy(long nr, long a, long b, long c, long d, long e, long f)
{
    if (__builtin_expect(sys_proxy != NULL, 0) && sys_changes(nr)) {
        const long args[6] = {a, b, c, d, e, f};
        return sys_proxy(nr, args);
    }
    return sys_call6(nr, a, b, c, d, e, f);
}

#endif
