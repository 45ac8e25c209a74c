/* SPDX-License-Identifier: MIT */
/*
 * What glibc's headers say and musl's do not, or say otherwise. Included before everything where
 * the library is made for programs of musl (-include, see the Makefile). Layouts and numbers are
 * the kernel's, so that it does not matter which musl a program has.
 */
#ifndef LXSHIM_PRELOAD_X_MUSL_H
#define LXSHIM_PRELOAD_X_MUSL_H

#define LXSHIM_MUSL 1

/* musl has a statx since 1.2.5, whose structure ended before the mount's id; other headers include
 * it. */
#define statx           musl_statx
#define statx_timestamp musl_statx_timestamp
#include <sys/stat.h>
#undef statx
#undef statx_timestamp

#include <dirent.h>
#include <ftw.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#undef STATX_TYPE
#undef STATX_MODE
#undef STATX_NLINK
#undef STATX_UID
#undef STATX_GID
#undef STATX_ATIME
#undef STATX_MTIME
#undef STATX_CTIME
#undef STATX_INO
#undef STATX_SIZE
#undef STATX_BLOCKS
#undef STATX_BASIC_STATS
#undef STATX_BTIME
#undef STATX_ALL

#define STATX_TYPE        0x1U
#define STATX_MODE        0x2U
#define STATX_NLINK       0x4U
#define STATX_UID         0x8U
#define STATX_GID         0x10U
#define STATX_ATIME       0x20U
#define STATX_MTIME       0x40U
#define STATX_CTIME       0x80U
#define STATX_INO         0x100U
#define STATX_SIZE        0x200U
#define STATX_BLOCKS      0x400U
#define STATX_BASIC_STATS 0x7ffU
#define STATX_BTIME       0x800U
#define STATX_MNT_ID      0x1000U
#define STATX__RESERVED   0x80000000U

struct statx_timestamp {
    int64_t tv_sec;
    uint32_t tv_nsec;
    int32_t spare;
};

struct statx {
    uint32_t stx_mask;
    uint32_t stx_blksize;
    uint64_t stx_attributes;
    uint32_t stx_nlink;
    uint32_t stx_uid;
    uint32_t stx_gid;
    uint16_t stx_mode;
    uint16_t spare1;
    uint64_t stx_ino;
    uint64_t stx_size;
    uint64_t stx_blocks;
    uint64_t stx_attributes_mask;
    struct statx_timestamp stx_atime;
    struct statx_timestamp stx_btime;
    struct statx_timestamp stx_ctime;
    struct statx_timestamp stx_mtime;
    uint32_t stx_rdev_major;
    uint32_t stx_rdev_minor;
    uint32_t stx_dev_major;
    uint32_t stx_dev_minor;
    uint64_t stx_mnt_id;
    uint64_t spare[13];
};
_Static_assert(sizeof(struct statx) == 256, "the kernel's structure has 256 bytes");

/* Before 1.2.4 musl's headers give names with sizes of 64 bits by macros: to them it is one. Since
 * then they have none of them unasked. */
#undef getdents64
#define off64_t off_t
ssize_t getdents64(int fd, void *buf, size_t size);

/* glibc's nftw knows a flag by which what a callback returns is an order; musl's looks at no such.
 */
#ifndef FTW_ACTIONRETVAL
#define FTW_ACTIONRETVAL  0
#define FTW_SKIP_SUBTREE  2
#define FTW_SKIP_SIBLINGS 3
#endif

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE  2
#endif
#ifndef W_EXITCODE
#define W_EXITCODE(status, signal) ((status) << 8 | (signal))
#endif

/* musl's ioctl takes an int for the kernel's unsigned one, which does not hold every request. */
#pragma GCC diagnostic ignored "-Wsign-conversion"

#if defined(LXSHIM_IS_PROGRAM)
/* The program makes these calls itself: not every musl has the names. */
static inline int close_range(unsigned first, unsigned last, int flags)
{
    return (int)syscall(SYS_close_range, first, last, flags);
}

static inline int statx(int dfd, const char *path, int flags, unsigned mask, struct statx *out)
{
    return (int)syscall(SYS_statx, dfd, path, flags, mask, out);
}

static inline int renameat2(int odfd, const char *old, int ndfd, const char *new, unsigned flags)
{
    return (int)syscall(SYS_renameat2, odfd, old, ndfd, new, flags);
}
#else
int close_range(unsigned first, unsigned last, int flags);
int statx(int dfd, const char *restrict path, int flags, unsigned mask, struct statx *restrict out);
ssize_t preadv2(int fd, const struct iovec *parts, int n, off_t offset, int flags);
ssize_t pwritev2(int fd, const struct iovec *parts, int n, off_t offset, int flags);
int renameat2(int odfd, const char *old, int ndfd, const char *new, unsigned flags);
#endif

/* Names that only glibc declares, or only newer ones of musl; a program may have them from another
 * library, or look them up. */
char *canonicalize_file_name(const char *path);
int execveat(int dfd, const char *path, char *const argv[], char *const envp[], int flags);
int scandirat(int dfd, const char *restrict path, struct dirent ***restrict names,
              int (*filter)(const struct dirent *),
              int (*compare)(const struct dirent **, const struct dirent **));
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *fa, int fd);
int posix_spawn_file_actions_addtcsetpgrp_np(posix_spawn_file_actions_t *fa, int fd);

#endif
