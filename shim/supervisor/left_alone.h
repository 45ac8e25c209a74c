/* SPDX-License-Identifier: MIT */
#ifndef LXSHIM_SUPERVISOR_LEFT_ALONE_H
#define LXSHIM_SUPERVISOR_LEFT_ALONE_H

#include "supervisor/request.h"

/*
 * True where no rule can be about a call, by what its strings and descriptors lead to: its caller
 * goes on by itself. Asked before anything but its strings is brought over.
 */
bool left_alone(const struct request *r);

#endif
