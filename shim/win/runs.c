/* SPDX-License-Identifier: MIT */
#include "win/runs.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "policy/image.h"
#include "sys/dirents.h"
#include "sys/sys.h"

#define MEMORY "/memfd:" LX_STATS_MEMORY

/* True for memory that nobody can cut short, by whoever this user trusts with his own. */
static bool is_stats(int fd)
{
    struct stat st;
    uint32_t magic = 0;
    long seals = sys_fcntl(fd, F_GET_SEALS, 0);
    uid_t uid = sys_geteuid();
    return seals >= 0 && (seals & F_SEAL_SHRINK) != 0 && sys_fstat(fd, &st) == 0 &&
           (uid == 0 || st.st_uid == uid) && st.st_size >= (off_t)sizeof(struct lx_stats) &&
           sys_pread(fd, &magic, sizeof(magic), 0) == sizeof(magic) && magic == LX_STATS_MAGIC;
}

/* Tells the run of a process that is lxshim run; every other has nothing at that number. */
static void tell(const char *pid)
{
    char path[64];
    char called[sizeof(MEMORY)];
    (void)snprintf(path, sizeof(path), "/proc/%.20s/fd/%d", pid, LX_STATS_FD);
    long n = sys_readlinkat(AT_FDCWD, path, called, sizeof(called));
    if (n != sizeof(called) || memcmp(called, MEMORY " ", sizeof(called)) != 0)
        return;
    int fd = sys_openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
    if (fd < 0)
        return;
    const size_t size = sizeof(struct lx_stats);
    struct lx_stats *stats =
        is_stats(fd) ? sys_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (!sys_mmap_failed(stats)) {
        atomic_fetch_add(&stats->described, 1);
        sys_munmap(stats, size);
    }
    sys_close(fd);
}

void win_tell_described(const char *root)
{
    static const char *told;
    char buf[4096] __attribute__((aligned(8)));
    long n;
    if (root == told)
        return;
    told = root;
    int proc = sys_openat(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (proc < 0)
        return;
    while ((n = sys_getdents64(proc, buf, sizeof(buf))) > 0)
        for (long at = 0; at < n; at += sys_dirent_at(buf, at)->length)
            if (isdigit((unsigned char)sys_dirent_at(buf, at)->name[0]))
                tell(sys_dirent_at(buf, at)->name);
    sys_close(proc);
}
