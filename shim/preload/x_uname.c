/* SPDX-License-Identifier: MIT */
/* Which kernel this is, and what it has. */
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "preload/shim.h"
#include "vfs/shown.h"

LX_EXPORT int uname(struct utsname *name)
{
    return (int)lx_ret(lx_uname(lx_self(), name));
}

LX_EXPORT int sysinfo(struct sysinfo *info)
{
    return (int)lx_ret(lx_sysinfo(lx_self(), info));
}
