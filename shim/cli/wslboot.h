/* SPDX-License-Identifier: MIT */
/* What a session's root does beside it: boot.command of wsl.conf. */
#ifndef LXSHIM_CLI_WSLBOOT_H
#define LXSHIM_CLI_WSLBOOT_H

/*
 * Forks a process that is the session's root: root's own, or uid 0 of a user namespace which has
 * nobody but whoever asks. Nobody waits for it, and it neither reads nor says anything. Returns 1
 * in it, 0 in the session, or -errno there, where the kernel refuses such a namespace.
 */
int wslboot_fork(void);

#endif
