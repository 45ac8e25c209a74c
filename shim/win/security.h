/* SPDX-License-Identifier: MIT */
/* Security descriptors of Windows' view: who may do what, and changing that. */
#ifndef LXSHIM_WIN_SECURITY_H
#define LXSHIM_WIN_SECURITY_H

#include "store/descriptor.h"
#include "win/file.h"

#define WIN_ACE_MAX 1024u

/* A descriptor that is looked at or changed. Entries point into what was read, or at constants. */
struct win_security {
    struct store_descriptor stored; /* what was read, where `is_stored` */
    bool is_stored;
    bool directory;
    bool guarded; /* nothing is inherited */
    struct nt_bytes owner;
    struct nt_bytes group;
    struct nt_bytes dacl; /* as it was read */
    size_t count;
    struct nt_ace aces[WIN_ACE_MAX];
};

/*
 * Reads the descriptor of a native file. What has none has inherited that everybody may do
 * everything. On success it is to be given back.
 */
nt_status win_security_get(const char *native, struct win_security *out);
void win_security_free(struct win_security *s);

/*
 * Writes it, explicit entries first and of these denying ones, and hands on to everything below
 * what that inherits. Nothing is stored of what has inherited no more than is said above.
 */
nt_status win_security_put(const char *native, const struct win_security *s);

/* Replaces the entries that were inherited by what the directory has to inherit now. */
nt_status win_security_inherit(const char *native, struct win_security *s);

/* Drops the inherited entries, or the others. */
void win_security_drop(struct win_security *s, bool inherited);

/* Gives what was just made what it inherits from its directory. */
nt_status win_security_made(const char *native);

/*
 * STATUS_ACCESS_DENIED where the session's token is not granted all of `want`; what the directory
 * may grant as well, it is asked for. [MS-FSA 2.1.5.1.2]
 */
nt_status win_may(const struct win *win, const char *native, uint32_t want);

/* The same of the directory of what is to be made. */
nt_status win_may_add(const struct win *win, const char *native, bool directory);

#endif
