/* SPDX-License-Identifier: MIT */
/*
 * For whom a file of state was made: its name says so, "lxshim-UID-KIND-PLACE-PID-START-XXXXXX", so
 * that who comes later knows whether it is still of use (cli/leftovers.c).
 */
#ifndef LXSHIM_POLICY_STAMP_H
#define LXSHIM_POLICY_STAMP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A process for all times of a boot: a number is used again, but not with the same start. */
struct lx_stamp {
    uint64_t place; /* the boot and the namespaces in which the rest means anything */
    pid_t pid;      /* 0: nobody's; the file is for whoever asked for it to remove */
    uint64_t start; /* in ticks since the boot */
};

/* What /proc/PID/stat tells of a process. */
struct lx_process {
    char state;
    unsigned flags;
    uint64_t threads;
    uint64_t start;
    uint64_t env_start; /* of its environment; 0 where we may not look into it, */
    uint64_t env_end;   /* and where its program is being loaded */
};

/* Returns 0, -ENOENT or -ESRCH where there is no such process (any more), or another -errno. */
int lx_process_read(pid_t pid, struct lx_process *process);

/* The stamp of a process; nobody's where /proc does not show it under this number. */
struct lx_stamp lx_stamp_of(pid_t pid);

/* Formats the name of a file in `directory`, for mkostemp, to be freed; NULL without memory. */
char *lx_stamp_format(const char *directory, const char *kind, const struct lx_stamp *stamp);

/* Reads the stamp out of the last component of a path. False where it is no name of that user's. */
bool lx_stamp_parse(const char *path, uid_t uid, struct lx_stamp *stamp);

/* Whether the process is there for whom something was made. */
enum lx_life {
    LX_LIFE_UNKNOWN, /* nobody's, or one of a machine or a namespace that we do not see into */
    LX_LIFE_GOES_ON,
    LX_LIFE_ENDED
};

/*
 * Who is in the first namespace of process ids sees the processes of all others as well: a number
 * of another one is ended where /proc has no process that has it there.
 */
enum lx_life lx_stamp_life(const struct lx_stamp *stamp);

bool lx_stamp_same(const struct lx_stamp *one, const struct lx_stamp *other);

/* The i-th of the directories for files that live as long as a boot, the best first. False at their
 * end; *directory is NULL where there is none of that kind. */
bool lx_state_directory(unsigned i, const char **directory);

#endif
