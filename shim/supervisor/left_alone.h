/* SPDX-License-Identifier: MIT */
#ifndef LXSHIM_SUPERVISOR_LEFT_ALONE_H
#define LXSHIM_SUPERVISOR_LEFT_ALONE_H

#include "supervisor/request.h"

/*
 * 1 where no rule can be about a call, by what its strings and descriptors lead to: its caller goes
 * on by itself. 0 says nothing. -errno: its caller would find that, too, if it is allowed what we
 * are. Asked before anything but its strings is brought over.
 */
int left_alone(const struct request *r);

#endif
