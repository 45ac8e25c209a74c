/* SPDX-License-Identifier: MIT */
/* Control groups as WSL has them, by eras: cgroups.def. Data, for who shows them and who makes
 * them. */
#ifndef LXSHIM_POLICY_CGROUPS_H
#define LXSHIM_POLICY_CGROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The name of version 2's hierarchy, and of its directory beside those of version 1. */
#define LX_CGROUP_UNIFIED "unified"

/* What is mounted at /sys/fs/cgroup. */
enum lx_cgroups {
    LX_CGROUPS_NONE,
    LX_CGROUPS_FIRST, /* version 1, a directory for each controller, and on WSL2 one of version 2 */
    LX_CGROUPS_SECOND /* version 2 alone */
};

/* What wsl.conf and .wslconfig say of them, where the era goes by it. */
struct lx_cgroups_said {
    bool first;          /* automount.cgroups = v1 */
    const char *without; /* cgroup_no_v1= of the kernel's command line: names, or "all"; or NULL */
};

struct lx_cgroup_file {
    char controller[12]; /* "" for each of version 1 */
    char name[28];
    char text[24]; /* "*" for the machine's processors */
    mode_t mode;
    unsigned kernels;
    unsigned where;
};

/* What an era's WSL mounts where nobody says anything else, by its profile. */
enum lx_cgroups lx_cgroups_of(const char *profile);

/*
 * True for an era in which automount.cgroups of wsl.conf says which: its key is younger than the
 * others of WSL2.
 */
bool lx_cgroups_chosen(const char *profile);

/* The n-th controller of an era's kernel, from 0 on; NULL behind the last. */
const char *lx_cgroup_controller(const char *profile, unsigned n);

/* True for the name (n bytes) of a controller of any of WSL's kernels. */
bool lx_cgroup_is_controller(const char *name, size_t n);

/*
 * The next file, from *at on, of a group in the hierarchy of a controller, or of LX_CGROUP_UNIFIED:
 * of its root or of a group that is made. NULL behind the last.
 */
const struct lx_cgroup_file *lx_cgroup_file(const char *profile, const char *hierarchy, bool root,
                                            unsigned *at);

#endif
