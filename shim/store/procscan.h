/* SPDX-License-Identifier: MIT */
/* What /proc says about open files: who holds an inode, who holds anything below a directory. */
#ifndef LXSHIM_STORE_PROCSCAN_H
#define LXSHIM_STORE_PROCSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "store/holder.h"

/* "descriptor", "mapping" ... as traces print it. */
const char *store_holder_word(unsigned by);

/* How this library opens a file only to probe it: no program combines these. See fdinfo. */
#define STORE_PROBE_FLAGS (O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_SYNC)

#define PROCSCAN_WATCHED 32768 /* bits */

/* What inotify watches on one file system: a set of inodes, or one that is looked for. */
struct procscan_watches {
    unsigned long device;                /* as fdinfo has it */
    bool any;                            /* of whatever device; the answer is then in `device` */
    ino_t ino;                           /* look for this one; 0: gather all */
    unsigned count;                      /* the answer: how many were gathered, */
    uint64_t set[PROCSCAN_WATCHED / 64]; /* by a hash that several may have */
};

#define PROCSCAN_MARKED 4096 /* bits */

/* What processes have of all that is marked (STORE_MARK), as what waits to be deleted is. */
struct procscan_marked {
    bool known;                         /* it has been gathered */
    uint64_t set[PROCSCAN_MARKED / 64]; /* inodes, by a hash that several may have */
};

struct procscan {
    dev_t dev; /* the inode asked for, when path is NULL */
    ino_t ino;
    unsigned long info_ino; /* as fdinfo says it (procscan_info_ino), or 0 where not known */
    const char *path;       /* or a native directory: anything below it */
    const char *also;       /* its name in other mount namespaces, or NULL */
    int own_fd;             /* a descriptor of this process that does not count, or -1 */
    bool cwds_only;         /* look at current directories only */
    bool maps_only;         /* look at mappings only */
    struct procscan_watches *watches; /* look at what is watched only, or NULL */
    struct procscan_marked *marked;   /* gather what is marked, and look for nothing; or NULL */
    bool others_only; /* this process does not count; its parent is asked first, and alone
                       * where it holds: from there descriptors are inherited */
    struct store_holders *holders;
    bool probed; /* the answer: somebody was seen who only probes */
};

/*
 * The inode number that /proc/PID/fdinfo has for what `fd` is open on: that of the file system,
 * which on overlayfs is not always stat's. 0 before Linux 5.14.
 */
unsigned long procscan_info_ino(int fd);

/*
 * The first byte of a lock that this process's descriptor has on its open file description, from
 * `least` on; -1 where it has none, or /proc does not say.
 */
int64_t procscan_own_lock(int fd, int64_t least);

/* Reads the watches of an instance of this process. */
void procscan_own_watches(struct procscan_watches *watches, int instance);

/* False where an inode is not among those that were gathered. */
bool procscan_may_be_watched(const struct procscan_watches *watches, ino_t ino);

/* False where an inode is not among those that were gathered. */
bool procscan_may_be_marked(const struct procscan_marked *marked, ino_t ino);

/* Reads all of /proc: 1 ms and more. Returns true where a holder was found. */
bool procscan(struct procscan *scan);

#define PROCSCAN_NEAR 16 /* descriptors */

/*
 * True where a holder is among the descriptors of this process with the next lower numbers than
 * scan->own_fd, as what was opened last has. Nobody is named.
 */
bool procscan_near(const struct procscan *scan);

#endif
