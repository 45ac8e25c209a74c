/* SPDX-License-Identifier: MIT */
/* Running programs, for the exec names and for posix_spawn's child. */
#ifndef LXSHIM_PRELOAD_EXEC_H
#define LXSHIM_PRELOAD_EXEC_H

/*
 * execve with an environment that keeps the child shimmed. Makes system calls only: a vfork child
 * may call it. Returns -errno.
 */
long exec_at(int dirfd, const char *path, char *const argv[], char *const envp[], int flags);

/*
 * The same for a name without a slash, looked up along PATH as execvpe does; a file the kernel
 * cannot run is given to the shell where `shell` says so.
 */
long exec_search(const char *file, char *const argv[], char *const envp[], int shell);

#endif
