/* SPDX-License-Identifier: MIT */
/*
 * Who has a file or directory open. The answer comes from the kernel, never from a table of ours:
 * it counts every process, those that never heard of lxshim included, and a killed one holds
 * nothing.
 */
#ifndef LXSHIM_STORE_HOLDERS_H
#define LXSHIM_STORE_HOLDERS_H

#include <stdbool.h>
#include <sys/stat.h>

#include "store/holder.h"

/*
 * Claims the regular file at dfd/path: finds out whether anyone has it open, by asking for a write
 * lease. Returns a descriptor when nobody has; as long as it is open, whoever opens the file waits,
 * so close it soon. -EBUSY: it is open; holders say by whom. -ELOOP: a symlink. -EINVAL: no regular
 * file. Any other -errno: as open() answers. Where there are no leases, or the caller may not take
 * one (not the owner), /proc answers instead.
 */
int store_claim_file(int dfd, const char *path, struct store_holders *holders);

/*
 * The same without patience: -EBUSY also where somebody only asks as we do. Of a file that we may
 * not read, whose holders /proc tells, a descriptor that only names it.
 */
int store_try_claim(int dfd, const char *path);

struct procscan_marked;

/*
 * store_try_claim, for a process that is about to end: what it has open itself does not count,
 * unless another process has the same descriptor from it or of it. `others`: as in
 * store_held_by_others.
 */
int store_claim_from_ourselves(int dfd, const char *path, struct procscan_marked *others);

/*
 * True where no other open file description of a regular file is open than that of a descriptor of
 * this process; others may share it.
 */
bool store_is_only_descriptor(int fd);

/*
 * True where another process has what `fd` is open on, whose fstat is given, by what /proc shows.
 * That is read once for all that is marked, into `others`, which is empty before the first.
 */
bool store_held_by_others(int fd, const struct stat *st, struct procscan_marked *others);

/* Who else has what `fd` is open on, by /proc. True where it shows any. */
bool store_find_holders(int fd, struct store_holders *holders);

/* True where any process has the file mapped whose fstat is given, by what /proc shows. */
bool store_is_mapped(const struct stat *st, struct store_holders *holders);

/*
 * True where any process watches something below the directory at dfd/path by inotify, by what
 * /proc shows. Reads all of it, and the tree where anything on that file system is watched.
 */
bool store_descendant_watched(int dfd, const char *path, struct store_holders *holders);

/*
 * True where any process watches what `fd` is open on by inotify, by what /proc shows. `others`:
 * this process does not count. Of what we may not read it is not known, and false.
 */
bool store_watched(int fd, bool others, struct store_holders *holders);

/* Marks a directory just opened as open, for store_directory_held. Costs one system call. */
void store_mark_directory(int fd);

/* True where somebody has marked the directory open behind `fd`; says nothing of cwds. */
bool store_directory_marked(int fd);

/*
 * True where somebody but this call has the directory open or as current directory. `fd` is a
 * descriptor of it that the caller opened for this, and did not mark; st is its fstat. Descriptors
 * count that the library opened; current directories count of every process.
 */
bool store_directory_held(int fd, const struct stat *st, struct store_holders *holders);

/*
 * The same for a process that is about to end: what it has open itself does not count, and is not
 * marked any more afterwards. `others`: as in store_held_by_others.
 */
bool store_directory_held_by_others(int fd, const struct stat *st, struct procscan_marked *others);

/*
 * True where anything below the directory at dfd/path is open, mapped or somebody's current
 * directory. Walks the tree, or reads /proc where the tree is large. `native`: its absolute path;
 * `also`: the one that processes of another mount namespace may know it by, or NULL.
 */
bool store_descendant_held(int dfd, const char *path, const char *native, const char *also,
                           struct store_holders *holders);

/*
 * Shows every regular file below the directory at dfd/path, as far as its tree is no deeper and no
 * larger than anybody's.
 */
typedef void store_visit(void *visitor, int dir, const char *name);
void store_visit_files(int dfd, const char *path, store_visit *visit, void *visitor);

/*
 * True where somebody has the regular file at dfd/path open for writing, as far as that is told.
 * `nofollow`: O_NOFOLLOW, or 0 for a link of /proc.
 */
bool store_is_written(int dfd, const char *path, int nofollow);

#endif
