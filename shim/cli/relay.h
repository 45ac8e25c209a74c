/* SPDX-License-Identifier: MIT */
/*
 * Runs a command in a child and stands in for it towards the outside: signals are passed on, a stop
 * is shared, and so is the way it ends.
 */
#ifndef LXSHIM_CLI_RELAY_H
#define LXSHIM_CLI_RELAY_H

#include <stdbool.h>

#include "policy/policy.h"

/* argv[0] of this program where it is started anew, about to become the command. */
#define RELAY_STAGE "lxshim-exec"

/* By which ways the command's calls are seen. */
struct relay_lanes {
    bool preload;
    bool supervise;
    bool complete; /* not without the supervisor */
    bool silent;   /* no word where there is none, and the command is run all the same */
    const struct lx_policy *policy;
    void (*ended)(const struct lx_policy *policy); /* see supervise_start */
};

/*
 * Runs argv with this process's environment until it ends. Returns its wait status, or -errno where
 * there is no child. The command is executed by the library's means, so that it is found, and its
 * execution judged, by the policy's rules; and under the supervisor's filter. Where the library is
 * in this process already, with another policy, the child is this program anew.
 */
int relay_run(char **argv, const struct relay_lanes *lanes);

/* That: executes argv or says why not. Returns the exit status of a failure. */
int relay_stage(char **argv);

/* Ends this process the way the status says; returns the exit status where that is one. */
int relay_end(int status);

#endif
