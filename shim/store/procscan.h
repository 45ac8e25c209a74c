/* SPDX-License-Identifier: MIT */
/* What /proc says about open files: who holds an inode, who holds anything below a directory. */
#ifndef LXSHIM_STORE_PROCSCAN_H
#define LXSHIM_STORE_PROCSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "store/holder.h"

/* "descriptor", "mapping" ... as traces print it. */
const char *store_holder_word(unsigned by);

/* How this library opens a file only to probe it: no program combines these. See fdinfo. */
#define STORE_PROBE_FLAGS (O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_SYNC)

struct procscan {
    dev_t dev; /* the inode asked for, when path is NULL */
    ino_t ino;
    unsigned long info_ino; /* as fdinfo says it (procscan_info_ino), or 0 where not known */
    const char *path;       /* or a native directory: anything below it */
    const char *also;       /* its name in other mount namespaces, or NULL */
    int own_fd;             /* a descriptor of this process that does not count, or -1 */
    bool cwds_only;         /* look at current directories only */
    bool maps_only;       /* look at mappings only */
    bool others_only;       /* this process does not count; its parent is asked first, and alone
                             * where it holds: from there descriptors are inherited */
    struct store_holders *holders;
    bool probed; /* the answer: somebody was seen who only probes */
};

/*
 * The inode number that /proc/PID/fdinfo has for what `fd` is open on: that of the file system,
 * which on overlayfs is not always stat's. 0 before Linux 5.14.
 */
unsigned long procscan_info_ino(int fd);

/* Reads all of /proc: 1 ms and more. Returns true where a holder was found. */
bool procscan(struct procscan *scan);

#endif
