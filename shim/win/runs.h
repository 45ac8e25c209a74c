/* SPDX-License-Identifier: MIT */
/* What runs that are under way have to know of Windows' view at once. */
#ifndef LXSHIM_WIN_RUNS_H
#define LXSHIM_WIN_RUNS_H

/*
 * After something of a drive has got a security descriptor: whatever a process of a run believes of
 * drives without any is of the past. Told once for each root, to every run that /proc shows and
 * that is this user's, or anybody's to root.
 */
void win_tell_described(const char *root);

#endif
