/* SPDX-License-Identifier: MIT */
/* A command and what it has started, to be stopped where nobody can answer for them any more. */
#ifndef LXSHIM_SUPERVISOR_TREE_H
#define LXSHIM_SUPERVISOR_TREE_H

#include <stdint.h>
#include <sys/types.h>

/* A process, which nobody is taken for who gets its number later. */
struct tree {
    pid_t root;
    uint64_t start; /* when it was started, in ticks since the machine was; 0: it is not known */
};

/* The tree of a process that lives. */
struct tree tree_of(pid_t root);

/*
 * Kills the root, its children and theirs, as /proc tells them apart; and whoever has lost its
 * parent, but is under a filter and has this process's LXSHIM_STATE in the environment that it was
 * started with. Orphans that emptied theirs are not found.
 */
void tree_kill(const struct tree *tree);

#endif
