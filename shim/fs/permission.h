/* SPDX-License-Identifier: MIT */
/* What a mode grants that the kernel knows nothing of, to whoever asks. */
#ifndef LXSHIM_FS_PERMISSION_H
#define LXSHIM_FS_PERMISSION_H

#include <stdbool.h>
#include <sys/types.h>

#define LX_ANYTHING 07u /* R_OK | W_OK | X_OK */

/*
 * What a mode, of a file that uid and gid own, grants the caller: a set of R_OK, W_OK and X_OK. By
 * his effective ids or his real ones. To root all but to execute what nobody may.
 */
unsigned lx_granted(mode_t mode, uid_t uid, gid_t gid, bool effective);

#endif
