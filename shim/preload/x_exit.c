/* SPDX-License-Identifier: MIT */
/*
 * The end of a process is the end of what it has open, and whoever has waited for it reads what a
 * trace says of it. exit() comes by our destructor; what ends without one comes here. Nobody can be
 * told of an end by a signal: whoever waits for it looks.
 */
#include <stdlib.h>
#include <unistd.h>

#include "preload/next.h"
#include "preload/shim.h"
#include "sys/sys.h"
#include "vfs/finish.h"
#include "vfs/tracefile.h"

static void leave(void)
{
    vfs_settle(lx_self(), true);
    vfs_trace_pass_on(lx_self());
}

static __attribute__((destructor(101))) void destructor(void)
{
    leave();
}

LX_EXPORT void _exit(int status)
{
    leave();
    for (;;)
        SYS1(SYS_exit_group, status);
}
LX_ALIAS(_Exit, _exit);

LX_EXPORT void quick_exit(int status)
{
    leave();
    NEXT(quick_exit)(status);
    __builtin_unreachable();
}
