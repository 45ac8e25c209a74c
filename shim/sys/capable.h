/* SPDX-License-Identifier: MIT */
/* What the kernel asks a caller's capabilities for. */
#ifndef LXSHIM_SYS_CAPABLE_H
#define LXSHIM_SYS_CAPABLE_H

#include <linux/capability.h>
#include <stdbool.h>

#include "sys/sys.h"

#define SYS_FIRST_USER_NAMESPACE 0xEFFFFFFDu /* PROC_USER_INIT_INO of the kernel */

/* True where this thread has a capability in effect, in the user namespace that it is in. */
static inline bool sys_has_capability(unsigned capability)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return SYS2(SYS_capget, &header, data) == 0 &&
           (data[capability / 32].effective & 1u << capability % 32) != 0;
}

/*
 * True where this thread has a capability in effect, and has it in the first user namespace: what
 * a namespace of one's own gives is none for whoever makes a device, say. Where no /proc tells of
 * the namespace it counts as the first.
 */
static inline bool sys_is_capable(unsigned capability)
{
    struct stat st;
    if (!sys_has_capability(capability))
        return false;
    return sys_fstatat(AT_FDCWD, "/proc/self/ns/user", &st, 0) < 0 ||
           st.st_ino == SYS_FIRST_USER_NAMESPACE;
}

#endif
