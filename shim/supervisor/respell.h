/* SPDX-License-Identifier: MIT */
/*
 * Calls about which there is no rule but where their paths lead: those of mounts, fanotify's, and
 * those of attributes that no rule is about (file_getattr). They change their caller's view of the
 * file system, or need its descriptors, so it makes them itself: by its own words, or by the
 * kernel's where a name is spelled otherwise on the disk.
 */
#ifndef LXSHIM_SUPERVISOR_RESPELL_H
#define LXSHIM_SUPERVISOR_RESPELL_H

#include "supervisor/request.h"

/* True for such a call. */
bool respells(long nr);

/* As decide(), with r->answered in place of -DECIDE_ANSWERED. */
long respell(struct request *r);

#endif
