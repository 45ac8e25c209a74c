/* SPDX-License-Identifier: MIT */
/*
 * What the kernel reads from and writes to 32-bit programs of x86, and how that comes from and
 * becomes what 64-bit ones have. Pure, and the same on every machine. What a field cannot hold is
 * EOVERFLOW, cut off or replaced, as the kernel does it for each of these structures.
 * [fs/stat.c, fs/statfs.c, fs/readdir.c, arch/x86/kernel/sys_ia32.c of Linux]
 */
#ifndef LXSHIM_SYS_I386_H
#define LXSHIM_SYS_I386_H

#include <errno.h>
#include <linux/sysinfo.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <time.h>

/* A 64-bit kernel gives it to every file that a 64-bit program opens, whose headers have it as 0.
 */
#define I386_O_LARGEFILE 0100000

/* The last byte of a file that is opened without it. */
#define I386_SIZE_MAX 0x7fffffffLL

/* oldstat, oldlstat, oldfstat */
struct i386_old_stat {
    uint16_t dev;
    uint16_t ino;
    uint16_t mode;
    uint16_t nlink;
    uint16_t uid;
    uint16_t gid;
    uint16_t rdev;
    uint32_t size;
    uint32_t atime;
    uint32_t mtime;
    uint32_t ctime;
};

/* stat, lstat, fstat */
struct i386_stat {
    uint32_t dev;
    uint32_t ino;
    uint16_t mode;
    uint16_t nlink;
    uint16_t uid;
    uint16_t gid;
    uint32_t rdev;
    uint32_t size;
    uint32_t blksize;
    uint32_t blocks;
    uint32_t atime[2]; /* seconds, nanoseconds */
    uint32_t mtime[2];
    uint32_t ctime[2];
    uint32_t unused[2];
};

/* stat64, lstat64, fstat64, fstatat64 */
struct i386_stat64 {
    uint64_t dev;
    uint32_t pad0;
    uint32_t low_ino;
    uint32_t mode;
    uint32_t nlink;
    uint32_t uid;
    uint32_t gid;
    uint64_t rdev;
    uint32_t pad3;
    int64_t size;
    uint32_t blksize;
    uint64_t blocks;
    uint32_t atime[2];
    uint32_t mtime[2];
    uint32_t ctime[2];
    uint64_t ino;
} __attribute__((packed, aligned(4)));

/* statfs, fstatfs */
struct i386_statfs {
    uint32_t type;
    uint32_t bsize;
    uint32_t blocks;
    uint32_t bfree;
    uint32_t bavail;
    uint32_t files;
    uint32_t ffree;
    int32_t fsid[2];
    uint32_t namelen;
    uint32_t frsize;
    uint32_t flags;
    uint32_t spare[4];
};

/* statfs64, fstatfs64, which are given the size of it */
struct i386_statfs64 {
    uint32_t type;
    uint32_t bsize;
    uint64_t blocks;
    uint64_t bfree;
    uint64_t bavail;
    uint64_t files;
    uint64_t ffree;
    int32_t fsid[2];
    uint32_t namelen;
    uint32_t frsize;
    uint32_t flags;
    uint32_t spare[4];
} __attribute__((packed, aligned(4)));

/* sysinfo */
struct i386_sysinfo {
    int32_t uptime;
    uint32_t loads[3];
    uint32_t totalram;
    uint32_t freeram;
    uint32_t sharedram;
    uint32_t bufferram;
    uint32_t totalswap;
    uint32_t freeswap;
    uint16_t procs;
    uint16_t pad;
    uint32_t totalhigh;
    uint32_t freehigh;
    uint32_t mem_unit;
    uint32_t spare[2];
};

/* Of utimensat and of utimes: seconds, and nanoseconds or microseconds; of utime: two times. */
struct i386_times {
    int32_t first[2];
    int32_t second[2];
};

static inline void i386_take_timespecs(const struct i386_times *from, struct timespec to[2])
{
    to[0] = (struct timespec){.tv_sec = from->first[0], .tv_nsec = from->first[1]};
    to[1] = (struct timespec){.tv_sec = from->second[0], .tv_nsec = from->second[1]};
}

static inline void i386_take_timevals(const struct i386_times *from, struct timeval to[2])
{
    to[0] = (struct timeval){.tv_sec = from->first[0], .tv_usec = from->first[1]};
    to[1] = (struct timeval){.tv_sec = from->second[0], .tv_usec = from->second[1]};
}

/* A record of getdents; its last byte is the type. That of readdir has the name's length. */
struct i386_dirent {
    uint32_t ino;
    uint32_t off;
    uint16_t length;
    char name[];
};
#define I386_DIRENT_NAME 10 /* bytes before the name, which no padding follows */

/* ids of 16 bits */
#define I386_OVERFLOW_ID 65534 /* what /proc/sys/kernel/overflowuid is, unless changed */

static inline uint16_t i386_low_id(uint32_t id)
{
    return id > UINT16_MAX ? I386_OVERFLOW_ID : (uint16_t)id;
}

/* -1, in 16 bits too, means that an id stays. */
static inline uint32_t i386_high_id(uint32_t id)
{
    return (uint16_t)id == UINT16_MAX ? UINT32_MAX : (uint16_t)id;
}

static inline uint16_t i386_old_dev(dev_t dev)
{
    return (uint16_t)(major(dev) << 8 | minor(dev));
}

static inline int i386_put_old_stat(const struct stat *from, struct i386_old_stat *to)
{
    memset(to, 0, sizeof(*to));
    to->dev = i386_old_dev(from->st_dev);
    to->ino = (uint16_t)from->st_ino;
    to->mode = (uint16_t)from->st_mode;
    to->nlink = (uint16_t)from->st_nlink;
    to->uid = i386_low_id(from->st_uid);
    to->gid = i386_low_id(from->st_gid);
    to->rdev = i386_old_dev(from->st_rdev);
    to->size = (uint32_t)from->st_size; /* cut off, by a 64-bit kernel */
    to->atime = (uint32_t)from->st_atim.tv_sec;
    to->mtime = (uint32_t)from->st_mtim.tv_sec;
    to->ctime = (uint32_t)from->st_ctim.tv_sec;
    return to->ino != from->st_ino || to->nlink != from->st_nlink ? -EOVERFLOW : 0;
}

static inline void i386_put_time(const struct timespec *from, uint32_t to[2])
{
    to[0] = (uint32_t)from->tv_sec;
    to[1] = (uint32_t)from->tv_nsec;
}

static inline int i386_put_stat(const struct stat *from, struct i386_stat *to)
{
    memset(to, 0, sizeof(*to));
    to->dev = (uint32_t)from->st_dev;
    to->ino = (uint32_t)from->st_ino;
    to->mode = (uint16_t)from->st_mode;
    to->nlink = (uint16_t)from->st_nlink;
    to->uid = i386_low_id(from->st_uid);
    to->gid = i386_low_id(from->st_gid);
    to->rdev = (uint32_t)from->st_rdev;
    to->size = (uint32_t)from->st_size;
    to->blksize = (uint32_t)from->st_blksize;
    to->blocks = (uint32_t)from->st_blocks;
    i386_put_time(&from->st_atim, to->atime);
    i386_put_time(&from->st_mtim, to->mtime);
    i386_put_time(&from->st_ctim, to->ctime);
    int64_t size = from->st_size;
    bool fits = to->ino == from->st_ino && to->nlink == from->st_nlink && size >= 0 &&
                size <= I386_SIZE_MAX;
    return fits ? 0 : -EOVERFLOW;
}

static inline int i386_put_stat64(const struct stat *from, struct i386_stat64 *to)
{
    memset(to, 0, sizeof(*to));
    to->dev = from->st_dev;
    to->low_ino = (uint32_t)from->st_ino;
    to->mode = from->st_mode;
    to->nlink = (uint32_t)from->st_nlink;
    to->uid = from->st_uid;
    to->gid = from->st_gid;
    to->rdev = from->st_rdev;
    to->size = from->st_size;
    to->blksize = (uint32_t)from->st_blksize;
    to->blocks = (uint64_t)from->st_blocks;
    i386_put_time(&from->st_atim, to->atime);
    i386_put_time(&from->st_mtim, to->mtime);
    i386_put_time(&from->st_ctim, to->ctime);
    to->ino = from->st_ino;
    return 0;
}

/* -1 is what a file system says that does not count files. */
static inline bool i386_counts(uint64_t n)
{
    return n <= UINT32_MAX || n == UINT64_MAX;
}

static inline int i386_put_statfs(const struct statfs *from, struct i386_statfs *to)
{
    uint64_t large = (uint64_t)from->f_blocks | (uint64_t)from->f_bfree | (uint64_t)from->f_bavail |
                     (uint64_t)from->f_bsize | (uint64_t)from->f_frsize;
    memset(to, 0, sizeof(*to));
    to->type = (uint32_t)from->f_type;
    to->bsize = (uint32_t)from->f_bsize;
    to->blocks = (uint32_t)from->f_blocks;
    to->bfree = (uint32_t)from->f_bfree;
    to->bavail = (uint32_t)from->f_bavail;
    to->files = (uint32_t)from->f_files;
    to->ffree = (uint32_t)from->f_ffree;
    memcpy(to->fsid, &from->f_fsid, sizeof(to->fsid));
    to->namelen = (uint32_t)from->f_namelen;
    to->frsize = (uint32_t)from->f_frsize;
    to->flags = (uint32_t)from->f_flags;
    bool fits = large <= UINT32_MAX && i386_counts(from->f_files) && i386_counts(from->f_ffree);
    return fits ? 0 : -EOVERFLOW;
}

static inline int i386_put_statfs64(const struct statfs *from, struct i386_statfs64 *to)
{
    memset(to, 0, sizeof(*to));
    to->type = (uint32_t)from->f_type;
    to->bsize = (uint32_t)from->f_bsize;
    to->blocks = from->f_blocks;
    to->bfree = from->f_bfree;
    to->bavail = from->f_bavail;
    to->files = from->f_files;
    to->ffree = from->f_ffree;
    memcpy(to->fsid, &from->f_fsid, sizeof(to->fsid));
    to->namelen = (uint32_t)from->f_namelen;
    to->frsize = (uint32_t)from->f_frsize;
    to->flags = (uint32_t)from->f_flags;
    return ((uint64_t)from->f_bsize | (uint64_t)from->f_frsize) > UINT32_MAX ? -EOVERFLOW : 0;
}

/* Amounts that are more bytes than a field holds are all said in pages. [kernel/sys.c] */
static inline int i386_put_sysinfo(const struct sysinfo *from, struct i386_sysinfo *to)
{
    const uint32_t page = 4096;
    unsigned shift = 0;
    if (((uint64_t)from->totalram | (uint64_t)from->totalswap) >> 32 != 0)
        while (from->mem_unit << shift < page)
            shift++;
    memset(to, 0, sizeof(*to));
    to->uptime = (int32_t)from->uptime;
    for (unsigned i = 0; i < 3; i++)
        to->loads[i] = (uint32_t)from->loads[i];
    to->totalram = (uint32_t)(from->totalram >> shift);
    to->freeram = (uint32_t)(from->freeram >> shift);
    to->sharedram = (uint32_t)(from->sharedram >> shift);
    to->bufferram = (uint32_t)(from->bufferram >> shift);
    to->totalswap = (uint32_t)(from->totalswap >> shift);
    to->freeswap = (uint32_t)(from->freeswap >> shift);
    to->procs = from->procs;
    to->totalhigh = (uint32_t)(from->totalhigh >> shift);
    to->freehigh = (uint32_t)(from->freehigh >> shift);
    to->mem_unit = from->mem_unit << shift;
    return 0;
}

#endif
