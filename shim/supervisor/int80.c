/* SPDX-License-Identifier: MIT */
#include "supervisor/int80.h"

#if defined(__x86_64__)

#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#include "sys/fdpath.h"
#include "sys/i386.h"
#include "sys/sys.h"
#include "vfs/names.h"

/* By the numbers of 32-bit x86. */
#define READDIR    89
#define GETDENTS   141
#define GETDENTS64 220
#define OPENAT     295

#define BLOCK 65536 /* as request.c's */

/* Memory that such a call can name: below 4 GiB. */
struct low {
    char path[PATH_MAX];
    char block[BLOCK];
};

/* This worker's own, made when it is first needed; NULL where there is none. */
static struct low *low_memory(void)
{
    static struct low *low;
    if (low == NULL) {
        void *at = mmap(NULL, sizeof(*low), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
        low = at == MAP_FAILED ? NULL : at;
    }
    return low;
}

/* Addresses are of what is in low memory. */
static long call(long nr, long a, const void *b, long c, long d)
{
    long r;
    /* Kernels before 4.17 leave zero in the registers that this way has no use for. */
    __asm__ volatile("int $0x80"
                     : "=a"(r)
                     : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d)
                     : "r8", "r9", "r10", "r11", "memory");
    return (int)r;
}

static int openat_low(int dfd, const char *path, int flags, mode_t mode)
{
    struct low *low = low_memory();
    size_t n = strlen(path) + 1;
    if (low == NULL)
        return -ENOMEM;
    if (n > sizeof(low->path))
        return -ENAMETOOLONG;
    memcpy(low->path, path, n);
    return (int)call(OPENAT, dfd, low->path, flags, (long)mode);
}

/*
 * The kernel gives O_LARGEFILE to whatever openat2 opens, by this way as well. So what that finds
 * is opened anew, by /proc; -ENOSYS where none is.
 */
static int open_found(int dfd, const char *path, int flags, unsigned resolve)
{
    char link[SYS_FD_PATH];
    int found = sys_open(dfd, path, O_PATH | O_CLOEXEC, 0, resolve);
    if (found < 0)
        return found;
    sys_fd_path(found, link);
    int fd = openat_low(AT_FDCWD, link, flags, 0);
    sys_close(found);
    return fd == -ENOENT ? -ENOSYS : fd;
}

int int80_open(int dfd, const char *path, int flags, mode_t mode, unsigned resolve)
{
    if ((flags & (I386_O_LARGEFILE | O_PATH)) != 0)
        return sys_open(dfd, path, flags, mode, resolve);
    if (resolve == 0)
        return openat_low(dfd, path, flags, mode);
    /* Opening what was found anew would make nothing, and not keep the flag. */
    return (flags & (O_CREAT | O_NOFOLLOW)) != 0 ? -ENOSYS : open_found(dfd, path, flags, resolve);
}

/* Reads a block of a directory into low memory, which *block is then. Returns its bytes or -errno.
 */
static long read_block(long nr, const long a[6], char **block)
{
    struct low *low = low_memory();
    if (low == NULL)
        return -ENOMEM;
    *block = low->block;
    return call(nr, a[0], low->block, a[2] > BLOCK ? BLOCK : a[2], 0);
}

long int80_entries64(const struct lx_task *t, const long a[6])
{
    char *block;
    long n;
    do {
        n = read_block(GETDENTS64, a, &block);
        if (n <= 0)
            return n;
        n = vfs_listed_block(t, (int)a[0], block, n);
    } while (n == 0);
    memcpy((void *)(uintptr_t)a[1], block, (size_t)n);
    return n;
}

long int80_entries(const struct lx_task *t, const long a[6])
{
    char *out = (char *)(uintptr_t)a[1];
    char *block;
    long used = 0;
    if (vfs_overflows(t, (int)a[0]))
        return -EOVERFLOW;
    do {
        long n = read_block(GETDENTS, a, &block);
        if (n <= 0)
            return n;
        for (long at = 0; at < n;) {
            struct i386_dirent *e = (struct i386_dirent *)(void *)(block + at);
            at += e->length;
            if (!vfs_listed_name(t, (int)a[0], e->name, (unsigned char *)block + at - 1))
                continue;
            memcpy(out + used, e, e->length);
            used += e->length;
        }
    } while (used == 0);
    return used;
}

long int80_one_entry(const struct lx_task *t, const long a[6])
{
    const long one[6] = {a[0], a[1], 1};
    struct i386_dirent *e = (struct i386_dirent *)(uintptr_t)a[1];
    char *block;
    e->length = 0;
    if (vfs_overflows(t, (int)a[0]))
        return -EOVERFLOW;
    do {
        long n = read_block(READDIR, one, &block);
        if (n <= 0)
            return n;
        e = (struct i386_dirent *)(void *)block;
    } while (!vfs_listed_name(t, (int)a[0], e->name, NULL));
    e->length = (uint16_t)strlen(e->name);
    memcpy((void *)(uintptr_t)a[1], e, I386_DIRENT_NAME + e->length + 1U);
    return 1;
}

#else

#include "sys/sys.h"

int int80_open(int dfd, const char *path, int flags, mode_t mode, unsigned resolve)
{
    return sys_open(dfd, path, flags, mode, resolve);
}

#endif
