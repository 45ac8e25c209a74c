/* SPDX-License-Identifier: MIT */
/* The links by which WSL tells of a virtiofs mount's tag what is mounted. */
#ifndef LXSHIM_VFS_TAGS_H
#define LXSHIM_VFS_TAGS_H

#include <stdbool.h>
#include <stddef.h>

#include "fs/call.h"

/*
 * True for a path (n bytes) by which WSL has a link for the tag of a virtiofs mount, and the answer
 * to a call that looks at one which is not there: the mount's source to a readlink, or -ENOENT.
 */
bool tags_is(const char *path, size_t n);
long tags_link(struct lx_call *c);

#endif
