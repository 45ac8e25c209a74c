/* SPDX-License-Identifier: MIT */
/* The kernels of WSL, by their words. */
#ifndef LXSHIM_FS_PROCFS_KERNELS_H
#define LXSHIM_FS_PROCFS_KERNELS_H

#include <stdbool.h>

#include "policy/policy.h"

struct kernel {
    unsigned build; /* Windows', of WSL1; 0 for WSL2, whose kernel is Linux' */
    char profile[16];
    char release[40];
    char version[56];
    char line[184];     /* /proc/version */
    char signature[48]; /* /proc/version_signature; "" where there is none */
};

/* That of a run's era: by its profile, and where that is none of WSL's, as wsl1-current. */
const struct kernel *kernel_of(const struct lx_policy *policy);

/* True for one that runs programs of Windows'. [RN:14951] */
bool kernel_has_interop(const struct kernel *kernel);

/* True for one whose tmpfs has huge pages unless it is told otherwise. [WSL#7152] */
bool kernel_has_huge_tmpfs(const struct kernel *kernel);

/* True for one of WSL2's. */
bool kernel_is_wsl2(const struct kernel *kernel);

#endif
