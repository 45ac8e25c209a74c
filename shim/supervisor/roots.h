/* SPDX-License-Identifier: MIT */
/*
 * Callers whose "/" is not ours: in a chroot, or in another mount namespace. Nobody is asked about
 * that before a call that can bring it about has been seen; a mount namespace alone changes no
 * path, so that making one (unshare, clone) need not be seen. But where this process is in a chroot
 * itself it changes the kernel's names: there each caller is looked at.
 */
#ifndef LXSHIM_SUPERVISOR_ROOTS_H
#define LXSHIM_SUPERVISOR_ROOTS_H

#include <limits.h>
#include <stdbool.h>

#include "supervisor/credentials.h"

/* True for a call after which its caller's paths may mean something else. */
bool roots_differ_after(long nr);

enum roots {
    ROOTS_OURS,
    ROOTS_BELOW,    /* a chroot: its paths mean what is below `root` */
    ROOTS_ELSEWHERE /* another mount namespace */
};

/* True where the caller is in this process's mount namespace. */
bool roots_same_namespace(const struct tracee *t);

/* Where the caller is. `root` is set where that is below ours. */
enum roots roots_of(const struct tracee *t, char root[PATH_MAX]);

/*
 * In the master, once: true where this process may be in a chroot in which mount namespaces can be
 * made. Only setns tells, so that a child is asked, as it does not come back.
 */
bool roots_in_chroot(void);

/*
 * True where the caller's "/" is called something else from here: in a chroot, or where we are in
 * one that he has taken along to a mount namespace of his own, in which each name begins above it.
 */
bool roots_have_a_name(const struct tracee *t);

/*
 * In a child made for it: goes to the caller's mount namespace, and to its user namespace where
 * that is needed (credentials_enter). Returns ROOTS_OURS or ROOTS_BELOW, from there; or -errno
 * where it cannot be entered, or has no /proc in which we are ourselves, without which no
 * descriptor has a name.
 */
int roots_enter(const struct tracee *t, enum credentials which, char root[PATH_MAX]);

#endif
