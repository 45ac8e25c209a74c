/* SPDX-License-Identifier: MIT */
#ifndef LXSHIM_POLICY_WHOLE_H
#define LXSHIM_POLICY_WHOLE_H

#include <stddef.h>

/*
 * Reads what is left of a descriptor, up to one byte more than `most` or a little beyond that, into
 * *text, to be freed. Returns 0 or -errno.
 */
int lx_read_whole(int fd, size_t most, char **text, size_t *size);

#endif
