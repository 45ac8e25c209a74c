/* SPDX-License-Identifier: MIT */
/* Errnos by name, as policies write them and traces print them. */
#ifndef LXSHIM_POLICY_ERRNAMES_H
#define LXSHIM_POLICY_ERRNAMES_H

/* "EACCES" for EACCES; NULL for an errno without a name here. */
const char *lx_errno_name(int error);

/* EACCES for "EACCES"; ENOTSUP and EWOULDBLOCK are understood as well. 0 for an unknown name. */
int lx_errno_find(const char *name);

#endif
