/* SPDX-License-Identifier: MIT */
/*
 * The mounts of a run: a table in memory that all its processes have mapped, and that some of them
 * add to (see mounts/table.h). What is in it stays as it is; whoever mounts something adds records
 * and a list of what is mounted then, and says last which list is good.
 */
#ifndef LXSHIM_POLICY_TABLE_H
#define LXSHIM_POLICY_TABLE_H

#include <stdatomic.h>
#include <stdint.h>

#include "policy/mount.h"

#define LX_TABLE_MAGIC   0x544d584cu /* "LXMT" */
#define LX_TABLE_VERSION 7u

/* What lxshim run calls the memory that has it: whoever opens it knows it by that. */
#define LX_TABLE_MEMORY "lxshim-mounts"

/*
 * The table's file is large, and its pages are there as they are needed. Each process maps its
 * beginning, as a program may have little room (RLIMIT_AS), and more as soon as a list is beyond.
 */
#define LX_TABLE_SIZE   (4u << 20) /* bytes that everybody maps */
#define LX_TABLE_MOST   (1u << 30) /* bytes of the file; a limit to files' sizes may allow less */
#define LX_TABLE_VIEWS  1024u      /* mount namespaces in which something was mounted */
#define LX_TABLE_STRAYS 16u        /* directories that are not where they are, see fs/stray.h */

/* The largest list, aligned: one that begins earlier than that before an end lies before it. */
#define LX_TABLE_LIST ((sizeof(struct lx_mounts) + LX_PLACE_MAX * sizeof(int32_t) + 7) & ~(size_t)7)

/* What is mounted in one mount namespace. */
struct lx_view {
    _Atomic uint64_t space;   /* the namespace, see sys_space; 0: of none. The run's own is first,
                                 the others are given away in order, for good */
    _Atomic uint32_t mounted; /* where its struct lx_mounts lies in the table; 0: the image's */
    uint32_t inode;           /* of the first, which nobody else has while the run goes on; or 0 */
};

/*
 * A change that is under way: what will be mounted, while the kernel does its part. Where whoever
 * made it was killed in between, the next writer finds out by the mount that is at the point
 * whether the kernel has done it.
 */
struct lx_intent {
    _Atomic uint32_t list; /* as `mounted` of a view, later; 0: nothing is under way */
    uint32_t view;
    uint64_t space;    /* of that view, and where the point is to be looked at; 0: the first's */
    uint64_t mount_id; /* at the point before */
    uint32_t point;    /* where its text lies in the table */
    uint32_t used;     /* as the table's, later */
    uint32_t number;   /* as the table's, later */
    uint32_t pad;
};

/* A directory that a server looks for by the name which it had. */
struct lx_stray {
    _Atomic uint64_t ino; /* 0: nothing here; written last */
    _Atomic uint64_t dev;
    _Atomic uint64_t name; /* a hash of the name which it had */
};

struct lx_table {
    uint32_t magic;
    uint32_t version;
    uint32_t size;               /* of the file: LX_TABLE_SIZE to LX_TABLE_MOST */
    _Atomic uint32_t generation; /* how often anything was mounted or unmounted */
    uint32_t used;               /* bytes; its writer has the lock */
    uint32_t number;             /* of the newest record; as used */
    struct lx_intent intent;
    struct lx_view views[LX_TABLE_VIEWS];
    struct lx_stray strays[LX_TABLE_STRAYS];
    _Atomic uint32_t stray_count; /* of them: as long as it is 0, nobody looks for one */
    uint32_t pad;
};

/* The namespace of a view; 0 for one that is nobody's, as all behind it are. */
static inline uint64_t lx_table_space(const struct lx_table *table, unsigned view)
{
    return atomic_load_explicit(&table->views[view].space, memory_order_acquire);
}

/* True for the first view, and for each other that is some namespace's. */
static inline bool lx_table_has_view(const struct lx_table *table, unsigned view)
{
    return view == 0 || (view < LX_TABLE_VIEWS && lx_table_space(table, view) != 0);
}

/*
 * The view of a namespace (0: where the run began). One in which nothing was mounted in this run
 * began as a copy of another, and has the view of that: `origin`, which is also where one that has
 * its own is looked for first.
 */
static inline unsigned lx_table_view(const struct lx_table *table, uint64_t space, unsigned origin)
{
    if (space == 0 || (origin != 0 && lx_table_space(table, origin) == space))
        return space == 0 ? 0 : origin;
    for (unsigned i = 1; lx_table_has_view(table, i); i++)
        if (lx_table_space(table, i) == space)
            return i;
    return origin;
}

/*
 * How many bytes of a table there have to be for a reader to have all lists. What only its writer
 * goes by is asked for with `writers`.
 */
uint32_t lx_table_reach(const struct lx_table *table, bool writers);

/*
 * True for a table, of which there are that many bytes, in which all that readers go by lies in it,
 * and is what it should be: its name comes from the environment, and what has that name from
 * anybody who is the user. What is added afterwards is added by who has checked it, too.
 */
bool lx_table_check(const struct lx_table *table, uint32_t bytes);

/* The same of what only its writer goes by, who has the lock. */
bool lx_table_check_writers(const struct lx_table *table, uint32_t bytes);

/*
 * As many bytes of the table as are said, or more, which they are put to: what is mapped of it
 * already, or a larger mapping, which stays. NULL where the process may map no more.
 */
const struct lx_table *lx_table_window(const struct lx_table *table, uint32_t *bytes);

/* A list that is not where everybody has the table mapped; NULL for 0, and where it cannot be. */
const struct lx_mounts *lx_table_far(const struct lx_table *table, uint32_t at);

/* What is mounted in a view; NULL where that is what the image says. */
static inline const struct lx_mounts *lx_table_mounts(const struct lx_table *table, unsigned view)
{
    uint32_t at = atomic_load_explicit(&table->views[view].mounted, memory_order_acquire);
    if (at - 1 >= LX_TABLE_SIZE - LX_TABLE_LIST)
        return lx_table_far(table, at);
    return (const struct lx_mounts *)(const void *)((const char *)table + at);
}

#endif
