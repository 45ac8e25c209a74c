/* SPDX-License-Identifier: MIT */
/*
 * Made-up files: what is in one is written when it is opened, into sealed memory that the program
 * gets in place of the kernel's file. All else that can be asked of it the kernel's own file
 * answers, which has the same name: the memory's name tells which that is.
 */
#ifndef LXSHIM_FS_MADEUP_H
#define LXSHIM_FS_MADEUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct statx;
struct statfs;

/* What stands for a file that no kernel has: of its kind, and of nobody's interest. */
#define MADEUP_LIKE "/proc/version"

/* What a file of a disk has that is not there. */
#define MADEUP_MODE (S_IFREG | 0644)

/* What a link of /proc shows of one, before the name of the kernel's file. */
#define MADEUP_LINK "/memfd:lxshim:"

/* True for a name that memory can have. */
bool madeup_fits(const char *name);

/* Memory for the file of that name, to be written to. A descriptor or -errno. */
int madeup_begin(const char *name);

/*
 * Nothing more comes. The memory, sealed and opened by flags (of open): a descriptor that is closed
 * on exec, or -errno. Either way `memory` is closed.
 */
int madeup_seal(int memory, int flags);

/*
 * The same. Puts the memory, sealed and opened by flags (of open), in the place of the
 * kernel's file, a descriptor. 0, or -errno, and then that is as it was. Either way `memory` is
 * closed.
 */
int madeup_end(int memory, int flags, int fd);

/*
 * The same, where the caller can do without that very number, and open the kernel's file once more:
 * a descriptor, which has that number unless another thread has taken it in between, or -errno. The
 * kernel's file is closed either way. Two calls less.
 */
int madeup_instead(int memory, int flags, int fd);

/*
 * All of that at once: has a descriptor of the kernel's file `name`, opened by flags, be one of
 * memory with n bytes in it. False: it is as it was.
 */
bool madeup_put(const char *name, const char *text, size_t n, int flags, int fd);

/* True where the text of a link (n bytes) is that of a made-up file. */
bool madeup_link(const char *text, size_t n);

/* Makes of it, in place, the name of the kernel's file, with a NUL. Returns its length. */
size_t madeup_cut(char *text, size_t n);

/* True for a descriptor of one. */
bool madeup_is(int fd);

/*
 * True for the name of a kernel's file that is on a disk: who reads as many bytes as its size says
 * means what is in it. Of those of /proc and /sys no size says that.
 */
bool madeup_has_size(const char *name);

/* True for what a made-up file is, and hardly anything else, by its mode and its links. */
static inline bool madeup_may_be(unsigned mode, unsigned long links)
{
    return mode == (S_IFREG | 0444) && links == 0;
}

/*
 * Of what has been asked about a descriptor: that which the kernel says of its own file instead,
 * where it is a made-up one's. The answers that there are already tell of most that they are none:
 * nothing else has no name, and is in memory. The size stays, of what has one.
 */
void madeup_stat(int fd, struct stat *st);
void madeup_statx(int fd, int flags, unsigned mask, struct statx *stx);
void madeup_statfs(int fd, struct statfs *fs);

#endif
