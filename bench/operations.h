/* SPDX-License-Identifier: MIT */
#ifndef BENCH_OPERATIONS_H
#define BENCH_OPERATIONS_H

#include <limits.h>
#include <stddef.h>

/* One thread's work: its own names, so that threads meet in the directory only. */
struct lane {
    unsigned number;
    unsigned size; /* of what is operated on: entries, components; from the operation's name */
    int directory; /* a descriptor of it, for operations that want one */
    char path[PATH_MAX];
    char other[PATH_MAX];
};

struct operation {
    const char *name;
    void (*prepare)(struct lane *); /* once, before the clock runs */
    void (*run)(struct lane *);     /* one turn */
    void (*finish)(struct lane *);  /* takes away what prepare made; may be NULL */
};

extern const struct operation operations[];
extern const size_t operation_count;

/*
 * A turn of an operation as the system calls that the library makes for it in a drive, or in one
 * that ignores case; NULL where that is not known of one. Once in a process.
 */
void (*floor_of(const char *name, int in_any_case))(struct lane *);

/* Ends the program with what failed, if result says that it did. */
void must(long result, const char *what);

/* Makes what the operations work on, in the current directory, with directories of these sizes. */
void make_tree(unsigned depth, char *const *sizes);

#endif
