/* SPDX-License-Identifier: MIT */
/*
 * Somebody who may look into programs where workers may not. With Yama's ptrace_scope=1, as Ubuntu
 * has it, the kernel lets only ancestors of a program read its memory or duplicate its descriptors,
 * and CAP_SYS_PTRACE, which root has (not in every container). Workers are no ancestors; the
 * process that started the command is one, and a thread of it opens for them what they ask for. It
 * ends with that process: what still runs then is answered EPERM, since nobody can know what it
 * asks for. [Documentation/admin-guide/LSM/Yama.rst of the kernel]
 */
#ifndef LXSHIM_SUPERVISOR_BROKER_H
#define LXSHIM_SUPERVISOR_BROKER_H

#include <stdbool.h>
#include <sys/types.h>

/* What the kernel lets the supervisor look into. */
enum broker_need {
    BROKER_NOT_NEEDED,
    BROKER_NEEDED,
    BROKER_IN_VAIN /* nobody may: ptrace_scope is 2 or 3 */
};
enum broker_need broker_need(void);

/*
 * In the process that is the command's parent. broker_open makes the two ends, of which the first
 * is for broker_start and the second for workers; broker_start begins to serve, in a thread, and
 * has orphans of the command become children of this process. Both return 0 or -errno.
 */
int broker_open(int ends[2]);
int broker_start(int end);

/* In a worker: the end to ask at; -1: nobody. */
void broker_use(int end);

/* A descriptor for the memory of a program, or a duplicate of one of its descriptors. -EPERM where
 * nobody can be asked, or another -errno. */
int broker_memory(pid_t tid);
int broker_descriptor(pid_t tid, int fd);

#endif
