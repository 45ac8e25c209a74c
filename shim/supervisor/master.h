/* SPDX-License-Identifier: MIT */
/* The process that has others answer, and sees to it that there are as many as it takes. */
#ifndef LXSHIM_SUPERVISOR_MASTER_H
#define LXSHIM_SUPERVISOR_MASTER_H

#include "policy/policy.h"
#include "supervisor/pool.h"
#include "supervisor/tree.h"

/* What the process that started the command, the front, and the master say over the leash. */
enum leash_word {
    LEASH_ENDED,    /* the front: the command has ended, and so shall I; else it was killed */
    LEASH_LISTENER, /* the master, with the listener: for the front, should the master be killed */
    LEASH_USED      /* the master: somebody still lives under the filter */
};

struct master {
    const struct lx_policy *policy;
    struct pool *pool;
    int leash;        /* -1 once the front has ended */
    struct tree tree; /* the command's */
    pid_t guard;      /* who stops the tree if the master is killed after the front has ended; 0 */
    pid_t tables;     /* who serves mount tables; 0: nobody */
    void (*ended)(const struct lx_policy *policy);
};

/* A worker more. Returns 0, or -EAGAIN where there can be none. */
int master_start_worker(struct master *m);

/*
 * Serves until nobody lives under the filter, whatever becomes of workers. If the front dies, the
 * tree is stopped. With the signals and descriptors that it shall have.
 */
_Noreturn void master_run(struct master *m);

#endif
