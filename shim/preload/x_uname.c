/* SPDX-License-Identifier: MIT */
/* Which kernel this is. */
#include <sys/utsname.h>

#include "preload/shim.h"
#include "vfs/shown.h"

LX_EXPORT int uname(struct utsname *name)
{
    return (int)lx_ret(lx_uname(lx_self(), name));
}
