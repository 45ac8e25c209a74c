/* SPDX-License-Identifier: MIT */
/*
 * Directory streams. They stay libc's own, whoever made them; only the names that come out are
 * turned into what a program sees, in the stream's buffer. A name can only get shorter.
 */
#include <dirent.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "preload/ending.h"
#include "preload/next.h"
#include "sys/dirents.h"
#include "sys/sys.h"
#include "sys/touched.h"
#include "vfs/handles.h"
#include "vfs/listing.h"
#include "vfs/names.h"
#include "vfs/placement.h"

/*
 * libc's own, so that the supervisor, where there is one, is not asked: what a block of entries
 * needs is done here, and of what fdopendir asks by fstat, type and block size, no rule changes
 * anything. In glibc 2.36 and its like both keep the register (see next.h).
 */
typedef struct dirent *marked_readdir(DIR *, long, long, long, long, long);
typedef int marked_readdir_r(DIR *, struct dirent *, struct dirent **, long, long, long);
typedef DIR *marked_fdopendir(int, long, long, long, long, long);

static struct dirent *next_entry(DIR *dir)
{
    return NEXT_WIDE_AS(readdir, readdir64, marked_readdir)(dir, 0, 0, 0, 0, SYS_COOKIE);
}

LX_EXPORT DIR *fdopendir(int fd)
{
    return NEXT_AS(fdopendir, marked_fdopendir)(fd, 0, 0, 0, 0, SYS_COOKIE);
}

/* What each libc opens a directory with, as F_GETFL tells. */
#if defined(LXSHIM_MUSL)
#define TO_LIST (O_RDONLY | O_DIRECTORY | O_CLOEXEC)
#else
#define TO_LIST (O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC)
#endif

LX_EXPORT DIR *opendir(const char *path)
{
    int fd = (int)lx_ret(lx_openat(lx_self(), AT_FDCWD, path, TO_LIST, 0));
    if (fd < 0)
        return NULL;
    DIR *dir = fdopendir(fd);
    if (dir == NULL)
        sys_close(fd);
    return dir;
}

/*
 * Streams that are showing mounts at their end. As with any stream, one thread at a time uses a
 * slot; who finds none free (so many such streams at once) sees the host's entries only.
 */
static struct showing {
    DIR *_Atomic dir;
    unsigned shown;
    struct dirent entry;
} showing[16];
static SYS_TOUCHED _Atomic bool shows_any; /* or has: nearly no process does */

static struct showing *slot_of(DIR *dir)
{
    if (!atomic_load_explicit(&shows_any, memory_order_relaxed))
        return NULL;
    for (size_t i = 0; i < sizeof(showing) / sizeof(showing[0]); i++)
        if (atomic_load_explicit(&showing[i].dir, memory_order_relaxed) == dir)
            return &showing[i];
    return NULL;
}

static struct showing *new_slot(DIR *dir)
{
    atomic_store_explicit(&shows_any, true, memory_order_relaxed);
    for (size_t i = 0; i < sizeof(showing) / sizeof(showing[0]); i++) {
        DIR *none = NULL;
        if (atomic_compare_exchange_strong(&showing[i].dir, &none, dir)) {
            showing[i].shown = 0;
            return &showing[i];
        }
    }
    return NULL;
}

static void stop_showing(DIR *dir)
{
    struct showing *s = slot_of(dir);
    if (s != NULL)
        atomic_store(&s->dir, NULL);
}

/* An entry that is there besides, after the host's last one; NULL at the real end. */
static struct dirent *entry_besides(DIR *dir)
{
    struct showing *s = slot_of(dir);
    unsigned at = s == NULL ? 0 : s->shown;
    const char *name = vfs_listed_besides(lx_self(), dirfd(dir), &at);
    if (name == NULL || (s == NULL && (s = new_slot(dir)) == NULL))
        return NULL;
    s->shown = at;
    s->entry = (struct dirent){.d_type = DT_DIR, .d_reclen = sizeof(s->entry), .d_off = INT64_MAX};
    size_t n = strnlen(name, sizeof(s->entry.d_name) - 1);
    memcpy(s->entry.d_name, name, n);
    struct stat st;
    if (fstatat(dirfd(dir), s->entry.d_name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        s->entry.d_ino = st.st_ino;
        s->entry.d_type = (unsigned char)IFTODT(st.st_mode);
    }
    return &s->entry;
}

/*
 * What a block of entries needs that libc took from the kernel at once: asked when its first one
 * comes out, and good for those behind it, which lie behind it in the stream's buffer, too. Each
 * thread keeps the stream it read last. The address of a stream that is closed may be another's
 * soon, so that all threads count closings.
 */
static SYS_TOUCHED _Atomic unsigned closings;
static _Thread_local struct {
    DIR *dir;
    uintptr_t last; /* the entry that came out last */
    enum vfs_listing listing;
    unsigned closings;
} block;

static long closedir_now(void *dir)
{
    stop_showing(dir);
    placement_forget_fd(dirfd(dir));
    atomic_fetch_add_explicit(&closings, 1, memory_order_relaxed);
    return NEXT(closedir)(dir);
}

LX_EXPORT int closedir(DIR *dir)
{
    if (lx_is_null(dir))
        return NEXT(closedir)(dir); /* EINVAL, to glibc */
    int fd = dirfd(dir);
    return (int)(ending_matters(fd) ? ending(fd, closedir_now, dir) : closedir_now(dir));
}

LX_EXPORT void rewinddir(DIR *dir)
{
    int fd = dirfd(dir);
    stop_showing(dir);
    /* libc's own position and buffer are its own; the kernel's may be the client's affair. */
    bool stays = lx_judge_seek(lx_self(), fd, 0, SEEK_SET) == LX_DONE;
    off_t position = stays ? sys_lseek(fd, 0, SEEK_CUR) : 0;
    NEXT(rewinddir)(dir);
    if (stays)
        sys_lseek(fd, position, SEEK_SET);
}

LX_EXPORT void seekdir(DIR *dir, long position)
{
    stop_showing(dir);
    NEXT(seekdir)(dir, position);
}

/* The next entry that a program may see, from `e` on, or from the stream where that is NULL. */
static __attribute__((noinline)) struct dirent *look_for_entry(DIR *dir, struct dirent *e)
{
    unsigned now = atomic_load_explicit(&closings, memory_order_relaxed);
    int before = errno;
    errno = 0;
    if (e == NULL)
        e = next_entry(dir);
    while (e != NULL && !vfs_listed_name(lx_self(), dirfd(dir), e->d_name, &e->d_type))
        e = next_entry(dir);
    block.dir = NULL;
    if (e != NULL) {
        block.listing = vfs_listing(lx_self(), dirfd(dir));
        block.dir = block.listing == VFS_LIST_ALL ? NULL : dir;
        block.last = (uintptr_t)e;
        block.closings = now;
    } else if (errno == 0) {
        e = entry_besides(dir);
    }
    if (errno == 0)
        errno = before;
    return e;
}

/* An entry with the number that programs of this word size are to see. */
static inline struct dirent *numbered(DIR *dir, struct dirent *e)
{
#if defined(__i386__)
    if (e != NULL)
        e->d_ino = vfs_listed_number(lx_self(), dirfd(dir), e->d_name, e->d_ino);
#else
    (void)dir;
#endif
    return e;
}

LX_EXPORT struct dirent *readdir(DIR *dir)
{
    if (block.dir != dir || block.closings != atomic_load_explicit(&closings, memory_order_relaxed))
        return numbered(dir, look_for_entry(dir, NULL));
    struct dirent *e = next_entry(dir);
    if ((uintptr_t)e <= block.last) {
        block.dir = NULL;
        return e == NULL ? NULL : numbered(dir, look_for_entry(dir, e));
    }
    block.last = (uintptr_t)e;
    return block.listing == VFS_LIST_AS_THEY_ARE || !vfs_name_suspect(e->d_name)
               ? numbered(dir, e)
               : numbered(dir, look_for_entry(dir, e));
}
LX_WIDE(readdir64, readdir);

/* Deprecated, but programs use it; and so must we, to be in its place. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
LX_EXPORT int readdir_r(DIR *restrict dir, struct dirent *restrict entry,
                        struct dirent **restrict result)
{
    int error;
    do
        error = NEXT_WIDE_AS(readdir_r, readdir64_r, marked_readdir_r)(dir, entry, result, 0, 0,
                                                                       SYS_COOKIE);
    while (error == 0 && *result != NULL &&
           !vfs_listed_name(lx_self(), dirfd(dir), (*result)->d_name, &(*result)->d_type));
    if (error == 0 && *result == NULL) {
        const struct dirent *e = entry_besides(dir);
        if (e != NULL) {
            *entry = *e;
            *result = entry;
        }
    }
    if (error == 0)
        (void)numbered(dir, *result);
    return error;
}
#pragma GCC diagnostic pop
LX_WIDE(readdir64_r, readdir_r);

LX_EXPORT ssize_t getdents64(int fd, void *buf, size_t size)
{
    return lx_ret(vfs_read_block(lx_self(), fd, buf, size));
}

#if defined(LXSHIM_MUSL)
LX_ALIAS(getdents, getdents64);
#endif

struct list {
    struct dirent **entries;
    size_t count;
    size_t room;
};

static void drop(struct list *l)
{
    while (l->count > 0)
        free(l->entries[--l->count]);
    free(l->entries);
}

static int keep(struct list *l, const struct dirent *e)
{
    if (l->count == l->room) {
        size_t room = l->room == 0 ? 16 : l->room * 2;
        struct dirent **larger = reallocarray(l->entries, room, sizeof(*larger));
        if (larger == NULL)
            return -ENOMEM;
        l->entries = larger;
        l->room = room;
    }
    size_t size = offsetof(struct dirent, d_name) + strlen(e->d_name) + 1;
    struct dirent *copy = malloc(size < e->d_reclen ? e->d_reclen : size);
    if (copy == NULL)
        return -ENOMEM;
    memcpy(copy, e, size);
    l->entries[l->count++] = copy;
    return 0;
}

typedef int compare_fn(const struct dirent **, const struct dirent **);

LX_EXPORT int scandirat(int dirfd, const char *restrict path, struct dirent ***restrict names,
                        int (*filter)(const struct dirent *), compare_fn *compare)
{
    struct list l = {NULL, 0, 0};
    int before = errno;
    int fd = (int)lx_ret(lx_openat(lx_self(), dirfd, path, TO_LIST, 0));
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        if (fd >= 0)
            sys_close(fd);
        return -1;
    }
    for (;;) {
        errno = 0;
        struct dirent *e = readdir(dir);
        if (e == NULL)
            break;
        if (filter != NULL && filter(e) == 0)
            continue;
        if (keep(&l, e) < 0) {
            errno = ENOMEM;
            break;
        }
    }
    int error = errno;
    closedir(dir);
    errno = error != 0 ? error : before;
    if (error != 0 || l.count > INT_MAX) {
        drop(&l);
        return -1;
    }
    if (compare != NULL && l.count > 1)
        qsort(l.entries, l.count, sizeof(*l.entries),
              (int (*)(const void *, const void *))(void (*)(void))compare);
    *names = l.entries;
    return (int)l.count;
}
LX_WIDE(scandirat64, scandirat);

LX_EXPORT int scandir(const char *restrict path, struct dirent ***restrict names,
                      int (*filter)(const struct dirent *), compare_fn *compare)
{
    return scandirat(AT_FDCWD, path, names, filter, compare);
}
LX_WIDE(scandir64, scandir);

#if defined(__i386__)
/* Entries whose numbers have 32 bits: what the functions above say, in its own place. */
struct narrow_dirent {
    uint32_t ino;
    int32_t off;
    uint16_t reclen;
    uint8_t type;
    char name[256];
};
#define NARROW_NAME offsetof(struct narrow_dirent, name)

/* NULL stays NULL; with EOVERFLOW for one whose numbers are larger. */
static struct narrow_dirent *narrow(struct dirent *e)
{
    struct narrow_dirent *to = (struct narrow_dirent *)(void *)e;
    if (e == NULL)
        return NULL;
    ino64_t ino = e->d_ino;
    off64_t off = e->d_off == INT64_MAX ? INT32_MAX : e->d_off; /* after all others */
    unsigned char type = e->d_type;
    size_t n = strlen(e->d_name);
    if (ino > UINT32_MAX || off != (int32_t)off) {
        errno = EOVERFLOW;
        return NULL;
    }
    memmove(to->name, e->d_name, n + 1);
    to->ino = (uint32_t)ino;
    to->off = (int32_t)off;
    to->type = type;
    to->reclen = (uint16_t)((NARROW_NAME + n + 1 + 3) & ~(size_t)3);
    return to;
}

LX_NARROW(struct narrow_dirent *, readdir, DIR *dir)
{
    return narrow(readdir(dir));
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
LX_NARROW(int, readdir_r, DIR *dir, struct narrow_dirent *entry, struct narrow_dirent **result)
{
    struct dirent own;
    struct dirent *e;
    int before = errno;
    int error = readdir_r(dir, &own, &e);
    *result = NULL;
    if (error != 0 || e == NULL)
        return error;
    const struct narrow_dirent *to = narrow(e);
    if (to == NULL) {
        errno = before;
        return EOVERFLOW;
    }
    memcpy(entry, to, NARROW_NAME + strlen(to->name) + 1);
    *result = entry;
    return 0;
}
#pragma GCC diagnostic pop

typedef int narrow_compare_fn(const struct narrow_dirent **, const struct narrow_dirent **);

LX_NARROW(int, scandirat, int dirfd, const char *path, struct narrow_dirent ***names,
          int (*filter)(const struct narrow_dirent *), narrow_compare_fn *compare)
{
    struct dirent **entries;
    int count = scandirat(dirfd, path, &entries, NULL, NULL);
    struct narrow_dirent **list = (struct narrow_dirent **)(void *)entries;
    int kept = 0;
    bool fits = true;
    for (int i = 0; i < count; i++) {
        struct narrow_dirent *e = narrow(entries[i]);
        fits &= e != NULL;
        if (e == NULL || (filter != NULL && filter(e) == 0))
            free(entries[i]);
        else
            list[kept++] = e;
    }
    if (count >= 0 && !fits) {
        while (kept > 0)
            free(list[--kept]);
        free(list);
        errno = EOVERFLOW;
    }
    if (count < 0 || !fits)
        return -1;
    if (compare != NULL && kept > 1)
        qsort(list, (size_t)kept, sizeof(*list),
              (int (*)(const void *, const void *))(void (*)(void))compare);
    *names = list;
    return kept;
}

LX_NARROW(int, scandir, const char *path, struct narrow_dirent ***names,
          int (*filter)(const struct narrow_dirent *), narrow_compare_fn *compare)
{
    return lx_narrow_scandirat(AT_FDCWD, path, names, filter, compare);
}
#endif
