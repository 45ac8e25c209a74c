/* SPDX-License-Identifier: MIT */
/* What WSL mounts before any drive: wslmounts.def. Data, for who shows it and who does it. */
#ifndef LXSHIM_POLICY_WSLMOUNTS_H
#define LXSHIM_POLICY_WSLMOUNTS_H

#include <stdbool.h>
#include <stddef.h>

struct lx_wslmount {
    unsigned long flags; /* MS_* */
    unsigned eras;
    char point[32];
    char source[16];
    char type[16];
    char data[48];
};

/*
 * What is mounted at a point (n bytes) in an era: by Windows' build for WSL1, by 0 for WSL2. NULL
 * where that is nothing, or nobody has told.
 */
const struct lx_wslmount *lx_wslmount_at(const char *point, size_t n, unsigned build);

#endif
