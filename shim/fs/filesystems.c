/* SPDX-License-Identifier: MIT */
#include "fs/filesystems.h"

const struct lx_fs_type lx_filesystems[LX_MOUNT_TYPES] = {
#define FILESYSTEM(symbol, word, operations, names, properties) \
    [LX_MOUNT_##symbol] = {word, &operations, &names},
#include "fs/filesystems.def"
#undef FILESYSTEM
};
