/* SPDX-License-Identifier: MIT */
/*
 * What Linux itself refuses. The kernel looks at a call's paths and its objects before the file
 * system is asked, so that its errno comes before any rule's. Asked for only where a rule is about
 * to refuse: what passes the rules is the kernel's to judge anyway.
 */
#ifndef LXSHIM_FS_REFUSAL_H
#define LXSHIM_FS_REFUSAL_H

#include "fs/rules.h"

/*
 * The errno, negative, that the kernel would answer a call with for the sake of its paths, of what
 * is there and of who asks; 0 where it would ask the file system. Of rename and link across a
 * border: see native_refuses_ends.
 */
int native_refusal(const struct lx_call *c);

/* The same whoever asks, and whatever is mounted there. */
int native_refusal_of_names(const struct lx_call *c);

/*
 * Of rename and link, whether both ends can be, whatever a rename would meet at its new name: 0, or
 * -errno.
 */
int native_refuses_ends(const struct lx_call *c);

/* Of a call that changes something on a read-only mount: what comes before EROFS, or that. -errno.
 */
int native_refuses_readonly(const struct lx_call *c);

/*
 * The same of an open on a read-only mount: 0 where nothing is to be written or made, else -errno,
 * at last EROFS; -LX_EWALK for a symlink that is to be followed. `is_link` tells of path 0, with
 * its lstat, whether it is one that the kernel does not know; NULL where the file system has none
 * such.
 */
int native_refuses_readonly_open(struct lx_call *c, bool (*is_link)(struct lx_call *c, unsigned i,
                                                                    const struct stat *st));

/*
 * A rule refuses the call, unless the kernel does before. Returns -error, the kernel's -errno, or 0
 * where the call is let through all the same (observe mode, or an override that allows it):
 * if ((r = lx_forbid(c, RULE, EPERM)) < 0) return r;
 */
int lx_forbid(struct lx_call *c, enum lx_rule rule, int error);

/* The same with the errno that the rule's value stands for; 0 for a value that refuses nothing. */
int lx_forbid_by(struct lx_call *c, const struct lx_mount *mount, enum lx_rule rule);

/* True for a rename with a slash behind one of its names. */
bool lx_has_slash(const struct lx_call *c);

/*
 * Of a rename of a directory: one that a rule does not find by such a slash is refused. As
 * lx_forbid_by. [WSL#1008, WSL#1651, WSL#2106]
 */
int lx_check_slash(struct lx_call *c);

#endif
