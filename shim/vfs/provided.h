/* SPDX-License-Identifier: MIT */
/*
 * Programs of ours by the names that WSL has its own by, such as /bin/wslpath, where the system has
 * no file of that name: for whoever looks at it, opens it to read, or runs it. Nothing is written
 * anywhere, and no listing shows them.
 */
#ifndef LXSHIM_VFS_PROVIDED_H
#define LXSHIM_VFS_PROVIDED_H

#include <stdbool.h>
#include <stddef.h>

#include "fs/call.h"

/*
 * True for a path (n bytes) that is spelled as one of those names, where the policy has our
 * programs, or as the link of a virtiofs mount's tag. Nothing is asked of the kernel: most names
 * differ in their length already.
 */
bool provided_name(const struct lx_policy *policy, const char *path, size_t n);

/*
 * The answer to a call with one path, which the kernel has found to lead to nothing outside every
 * mount: that of our program, or -ENOENT for every other name, and for what would change it. So a
 * file can be made there, which is then the one that is found.
 */
long provided_instead(struct lx_call *c);

/* What the host says, in place of what a call that looks or runs has for its path, of a program of
 * ours. Apart, for its buffer. */
long provided_ask(struct lx_call *c, const char *program);

/* The same before the kernel was asked, of a call on behalf of a task: false where it is to be. */
bool provided_answers(struct lx_call *c, long *result);

#endif
