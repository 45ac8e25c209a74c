/* SPDX-License-Identifier: MIT */
/*
 * The second lane: system calls that never pass through libc's names (static programs, Go, musl,
 * ld.so, inline assembly) reach the same lx_* functions by seccomp's user notification.
 *
 * The filter notifies of every call that takes a path or tells a name, unless its sixth argument is
 * the cookie that the preloaded library's own calls carry. A small tree of processes answers: a
 * master that outlives the command as long as anybody lives under the filter, and workers that each
 * take one call at a time. Workers are processes and not threads, so that a call that waits stops
 * nobody else, and descriptors taken from a program go with their worker. One that dies is a call
 * that fails; if the master dies, or the process that has started it, the command is stopped.
 */
#ifndef LXSHIM_SUPERVISOR_SUPERVISOR_H
#define LXSHIM_SUPERVISOR_SUPERVISOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "policy/policy.h"

/* Of which calls a run hears. */
enum supervise_filter {
    SUPERVISE_PLAIN,
    SUPERVISE_SHOWS,  /* of uname, sysinfo, copy_file_range as well: see lx_policy.shows */
    SUPERVISE_WRITES, /* of that, and of writes */
    SUPERVISE_MOVES   /* of all that, and of reads */
};

/* What a policy has to hear of. */
enum supervise_filter supervise_filter(const struct lx_policy *policy);

/*
 * In the process that will become the command: installs the filter for itself and all it starts.
 * Needs no_new_privs unless root, which makes setuid programs run as whoever starts them. Returns a
 * listener, close-on-exec, or -errno, for which supervise_reason has words.
 */
int supervise_install(enum supervise_filter which);

/* True where a call that has been taken waits for its answer whatever signal comes, but a fatal
 * one. */
bool supervise_holds(void);

/* Whether a listener can be had, by trying it in a child. Returns 0 or -errno. */
int supervise_try(void);

/* Why there is no listener, in words without an end: "the kernel has no seccomp (...)". Valid until
 * the next call. */
const char *supervise_reason(int error);

#define SUPERVISE_UNCOVERED \
    "static programs, Go programs and others that make system calls without libc are not covered"

/*
 * Sends the listener over a socket and waits until it is served. Returns 0 or -errno. The command
 * makes no call that is trapped before that.
 */
int supervise_hand_over(int socket, int listener);

/*
 * In the same process, once that is done: from here until supervise_started it is killed should the
 * master die. Calls wait then, the exec among them, and the process that would stop this one waits
 * for the exec where it has vforked. `leash` is that one's end. Returns 0 or -errno.
 */
int supervise_tie(int leash);

/*
 * The other end: starts the master, which receives the listener and serves it with `policy`, which
 * has to stay where it is. Returns its process id, or -errno. It ends with 0 once nobody lives
 * under the filter, or where the other side sends none, or has been told why it is not served; any
 * other end is a failure, and whoever lives under the filter has to be stopped.
 * `leash` is one end of a pair of sockets: by the other end, for the functions below, the master
 * notices that this process is killed, and stops the command and what that has started. `ended`, or
 * NULL, is called in the master once nobody lives under the filter any more.
 */
#define SUPERVISE_FAILED   125 /* the master's exit status when it cannot go on, */
#define SUPERVISE_UNSERVED 124 /* and when it has no process that would answer the first call */
pid_t supervise_start(int socket, int leash, const struct lx_policy *policy,
                      void (*ended)(const struct lx_policy *policy));

/*
 * In the process that has started it, with its end of the leash.
 *
 * supervise_started: the command is executed, and this process free to stop it: calls wait, should
 * the master die, instead of being answered ENOSYS, until supervise_stop.
 */
void supervise_started(int leash, pid_t command);

/*
 * The command has ended and was collected. Collects the supervisor where nobody lives under the
 * filter any more, so that it is not left to init, which not every container has; else it goes on
 * for those who do. Returns 0, or the wait status with which it has failed.
 */
int supervise_part(int leash, pid_t supervisor);

/*
 * After its death: supervise_stop kills the command and what that has started, as far as that can
 * be found. supervise_stop_rest, after the command was collected, sees to it that whoever was not
 * found is killed at the next call that the filter catches.
 */
void supervise_stop(int leash);
void supervise_stop_rest(void);

#endif
