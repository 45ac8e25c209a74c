/* SPDX-License-Identifier: MIT */
/* A program that waits in a trapped call: its memory, descriptors and current directory. */
#ifndef LXSHIM_SUPERVISOR_TRACEE_H
#define LXSHIM_SUPERVISOR_TRACEE_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tracee {
    int listener;
    uint64_t id; /* of the notification */
    pid_t tid;
    bool i386;        /* its call is one of 32-bit x86, whose pointers have 4 bytes */
    const char *root; /* where its "/" is, if not where ours is; or NULL */
};

/* Who made a call. */
struct tracee tracee_of(int listener, const struct seccomp_notif *call);

/*
 * True while the call still waits: what was read before is the caller's, not that of a later
 * process with the same id. Has to be asked before anything is done by it; an answer to a call that
 * waits no more reaches nobody.
 */
bool tracee_waits(const struct tracee *t);

/* Reads or writes n bytes of its memory. Returns 0, -EFAULT, or -EPERM where we may not. */
int tracee_read(const struct tracee *t, uint64_t from, void *to, size_t n);
int tracee_write(const struct tracee *t, uint64_t to, const void *from, size_t n);

/* Reads n of its pointers, or of what else has their size. Returns as tracee_read. */
#define TRACEE_WORDS_MAX 1024
int tracee_words(const struct tracee *t, uint64_t from, uint64_t *to, size_t n);

/* Bytes of a pointer in what its call is given. */
static inline size_t tracee_word(const struct tracee *t)
{
    return t->i386 ? sizeof(uint32_t) : sizeof(uint64_t);
}

/*
 * Reads up to two strings with their NUL (from 0: none) into room bytes each, at once if they are
 * short. Returns 0, -EFAULT, -EPERM or -ENAMETOOLONG.
 */
#define TRACEE_STRINGS 2
int tracee_strings(const struct tracee *t, const uint64_t from[TRACEE_STRINGS],
                   char *const to[TRACEE_STRINGS], size_t room);

/* A duplicate of its descriptor, close-on-exec, or -errno (-EBADF: it has none of that number). */
int tracee_descriptor(const struct tracee *t, int fd);

/* Its current directory as a descriptor that only names it, or -errno. */
int tracee_cwd(const struct tracee *t);

/* Makes its current directory, or that of its descriptor, this process's. Returns 0 or -errno. */
int tracee_go(const struct tracee *t, int fd);

/* The kernel's name for its current directory (AT_FDCWD) or descriptor. Returns its length, NUL
 * not counted, or -errno. */
long tracee_name(const struct tracee *t, int fd, char *to, size_t room);

/* False where all descriptors that its limit lets it have are open. By our own rights. */
bool tracee_has_room(const struct tracee *t);

/* Whether it has a signal to handle, for which a call that waits has to end. */
enum tracee_signals {
    TRACEE_NO_SIGNALS,
    TRACEE_SIGNALLED,
    TRACEE_PERHAPS_SIGNALLED /* or another of its process's threads */
};
enum tracee_signals tracee_signals(const struct tracee *t);

/* Its umask, 022 where that is not known. */
mode_t tracee_umask(const struct tracee *t);

#endif
