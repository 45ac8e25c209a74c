/* SPDX-License-Identifier: MIT */
/*
 * Names of the host's for which a file system answers that nobody mounts (struct lx_fs_shown).
 * Nothing here is asked but in a run whose policy shows something.
 */
#ifndef LXSHIM_VFS_SHOWN_H
#define LXSHIM_VFS_SHOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "fs/call.h"

struct sysinfo;
struct utsname;
struct lines_words;

/* True for a path (n bytes) whose last name may be that of such a file. A look at a few bytes. */
bool shown_named(const struct lx_policy *policy, const char *path, size_t n);

/* True for a call that may open one that the kernel has, to read it, by its last name. */
bool shown_may_open(const struct lx_call *c);

/*
 * What the program gets in place of fd, which the kernel has opened for such a call: the same
 * number, with other words in it, or as it was.
 */
long shown_opened(struct lx_call *c, long fd);

/*
 * True for a question about a descriptor itself, outside every mount, where it leads to such a file
 * and the kernel's answer is not what its path is said to be.
 */
bool shown_holds(const struct lx_call *c);

/* Has the kernel's answer to any call say what that of the path does, where it is such a one. */
void shown_held(struct lx_call *c);

/*
 * What programs call a directory of the kernel's (n bytes) that stands for one which it has not, or
 * NULL.
 */
const char *shown_stands(const struct lx_policy *policy, const char *directory, size_t n);

/*
 * True for a path of a call that leads through a directory, or to something, which is not there for
 * the run, whatever the kernel has: ENOENT.
 */
bool shown_gone(struct lx_call *c, unsigned i);

/* Answers a call of one path, outside every mount, where the kernel's answer does not count. */
bool shown_instead(struct lx_call *c, long *result);

/*
 * The same of a path that was walked, and came to nothing, since it leads through a directory that
 * the kernel has not: "/run/WSL/..". The result, or -ENOENT.
 */
long shown_beyond(struct lx_call *c);

/*
 * True where a listing of descriptor `fd`, outside every mount, differs from the kernel's. Fills in
 * its name (PATH_MAX bytes), whose length is *n.
 */
bool shown_lists(const struct lx_task *t, int fd, char *directory, size_t *n);

/* The same by a directory's name (n bytes). */
bool shown_lists_name(const struct lx_policy *policy, const char *directory, size_t n);

/* The same by the kernel's, which is changed in place (PATH_MAX bytes). */
bool shown_lists_native(const struct lx_policy *policy, char *directory, size_t n);

/* False for a name of such a directory that no listing shows. `directory` has room for it. */
bool shown_listed(const struct lx_policy *policy, char *directory, size_t n, const char *name);

/*
 * The next name from *at on (0 at first), which it moves, that such a listing shows besides the
 * kernel's; NULL after the last. *at stays below SHOWN_ENDS.
 */
#define SHOWN_ENDS (1u << 24)
const char *shown_besides(const struct lx_policy *policy, const char *directory, size_t length,
                          unsigned *at);

/* Puts other words, as long, in the text of a mount table, n bytes. */
void shown_table(const struct lx_policy *policy, char *text, size_t n);

/* Other words for a line of a mount table. False where it stays as it is. */
bool shown_words(const struct lx_policy *policy, struct lines_words *words);

/* True for a call, by its number, that the kernel which the run shows has not: it is ENOSYS. */
bool shown_lacks(const struct lx_task *t, long nr);

/*
 * uname(2). As it, and -LX_CONTINUE where whoever asked gets the kernel's answer: of a program in
 * another UTS namespace, or with another personality, only the kernel knows the other names.
 */
long lx_uname(const struct lx_task *t, struct utsname *name);

/*
 * sysinfo(2), into the kernel's structure. As it, and -LX_CONTINUE where whoever asked gets the
 * kernel's answer: a time namespace has an uptime of its own.
 */
long lx_sysinfo(const struct lx_task *t, struct sysinfo *info);

#endif
