/* SPDX-License-Identifier: MIT */
/* The system calls by which a program changes its ids, groups, capabilities and user namespace. */
#ifndef LXSHIM_SUPERVISOR_CREDENTIAL_CALLS_H
#define LXSHIM_SUPERVISOR_CREDENTIAL_CALLS_H

#include <sys/syscall.h>

/* Not setns, which is in calls.def; and bounding set, ambient set and securebits count at an exec
 * or with one of these. */
#define CREDENTIAL_CALLS                                                              \
    SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, \
        SYS_setfsuid, SYS_setfsgid, SYS_setgroups, SYS_capset, SYS_unshare

/* The same of 32-bit x86, the older ones with 16-bit ids first. */
#define CREDENTIAL_CALLS_I386 \
    23, 46, 70, 71, 164, 170, 138, 139, 81, 185, 310, 213, 214, 203, 204, 208, 210, 215, 216, 206

/* umask of 32-bit x86. Of either only one is told of that takes an owner's write bit. */
#define UMASK_I386 60

#endif
