/* SPDX-License-Identifier: MIT */
/* What WSL mounts before any drive: wslmounts.def. Data, for who shows it and who does it. */
#ifndef LXSHIM_POLICY_WSLMOUNTS_H
#define LXSHIM_POLICY_WSLMOUNTS_H

#include <stdbool.h>
#include <stddef.h>

struct lx_wslmount {
    const char *point;
    unsigned eras;
    const char *source;
    const char *type;
    unsigned long flags; /* MS_* */
    const char *data;
};

/*
 * What is mounted at a point (n bytes) in an era: by Windows' build for WSL1, by 0 for WSL2. NULL
 * where that is nothing, or nobody has told.
 */
const struct lx_wslmount *lx_wslmount_at(const char *point, size_t n, unsigned build);

#endif
