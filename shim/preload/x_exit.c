/* SPDX-License-Identifier: MIT */
/*
 * The end of a process is the end of what it has open. exit() comes by our destructor; what ends
 * without one comes here. Nobody can be told of an end by a signal: whoever waits for it looks.
 */
#include <stdlib.h>
#include <unistd.h>

#include "preload/next.h"
#include "preload/shim.h"
#include "sys/sys.h"
#include "vfs/finish.h"

static __attribute__((destructor(101))) void destructor(void)
{
    vfs_settle(lx_self(), true);
}

LX_EXPORT void _exit(int status)
{
    vfs_settle(lx_self(), true);
    for (;;)
        SYS1(SYS_exit_group, status);
}
LX_ALIAS(_Exit, _exit);

LX_EXPORT void quick_exit(int status)
{
    vfs_settle(lx_self(), true);
    NEXT(quick_exit)(status);
    __builtin_unreachable();
}
