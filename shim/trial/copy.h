/* SPDX-License-Identifier: MIT */
/* Fresh copies of a project, each for one run, and where they are. */
#ifndef LXSHIM_TRIAL_COPY_H
#define LXSHIM_TRIAL_COPY_H

#include <limits.h>
#include <stdint.h>

#include "trial/trial.h"

/*
 * Makes the directory in which copies are made, "lxshim-UID-trial-...": in $TMPDIR or /tmp, or
 * beside the project where only that is on its file system, so that copies can share its blocks.
 * What killed ones have left there is removed. Returns it, to be freed, or NULL with `why` in
 * words.
 */
char *copy_place(const char *project, const char **why);

/*
 * Makes a directory "lxshim-UID-KIND-..." in another, where it removes what killed ones have left
 * of that kind. Returns it, to be freed, or NULL with `why` in words.
 */
char *copy_place_in(const char *directory, const char *kind, const char **why);

/*
 * Makes a fresh copy in `job`, a directory that is there. Returns where to run, to be freed, or
 * NULL with `why` in words, of `room` bytes.
 */
char *copy_make(const struct trial_options *options, const char *job, char *why, size_t room);

/* Where a job's copy is, or the project itself; below it where a run is in a part of a work tree.
 */
void copy_where(const struct trial_options *options, const char *job, char out[PATH_MAX]);

/*
 * A number that stands for the state of the project: names, sizes, times and modes of its files. 0
 * where runs change it themselves.
 */
uint64_t copy_state(const struct trial_options *options);

/*
 * Removes a directory and what is in it. What a command has left without rights for its owner is
 * given them, if it cannot go otherwise. One in which something is mounted stays.
 */
void copy_discard(const char *path);

/* Removes a copy and its job's directory, whatever rights the command has left on it. */
void copy_remove(const struct trial_options *options, const char *job);

/* Runs a program and waits for it; it prints to `out`, or nowhere where that is -1, and is killed
 * where this process is. Returns its exit status, or 127 where it is not there. */
int copy_run(const char *const *argv, const char *directory, int out);

/* Finds where a copy of the project was that a line of a trace names. False where it names none. */
bool copy_named(const struct trial_options *options, const char *text, char out[PATH_MAX]);

#endif
