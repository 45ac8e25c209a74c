/* SPDX-License-Identifier: MIT */
#include "preload/adopt.h"

#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "preload/given.h"
#include "store/metadata.h"
#include "sys/space.h"
#include "sys/sys.h"
#include "sys/touched.h"
#include "sys/unwatched.h"
#include "vfs/placement.h"
#include "vfs/space.h"

/*
 * True for a plain file that nobody but the user can have made or can cut short: what is mapped of
 * one that somebody shortens is SIGBUS, and a name of ours may be free for anybody by now. given:
 * root's and the real user's are taken as well, as whoever began the tree may have been one of
 * them.
 */
static bool is_own(const struct stat *st, bool given)
{
    uid_t uid = st->st_uid;
    return S_ISREG(st->st_mode) && (st->st_mode & 022) == 0 &&
           (uid == sys_geteuid() || (given && (uid == 0 || uid == sys_getuid())));
}

/*
 * Opens a file that the environment names, once it is known to be no FIFO and no device, which even
 * an open would do something to. Returns a descriptor, or -errno: -EPERM where it is not ours.
 */
static int open_own(const char *file, int flags, bool given, struct stat *st)
{
    struct stat before;
    int r = sys_fstatat(AT_FDCWD, file, &before, AT_SYMLINK_NOFOLLOW);
    if (r < 0)
        return r;
    if (!is_own(&before, given))
        return S_ISREG(before.st_mode) ? -EPERM : -EINVAL;
    int fd = sys_openat(AT_FDCWD, file, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
    r = fd < 0 ? fd : sys_fstat(fd, st);
    if (r == 0 && (st->st_dev != before.st_dev || st->st_ino != before.st_ino))
        r = -EPERM;
    if (r < 0 && fd >= 0)
        sys_close(fd);
    return r < 0 ? r : fd;
}

/*
 * Maps the image that a state too large for the environment lies in. A copy, which nobody could cut
 * short, would make every process pay for overrides that it does not meet: the owner has to do.
 * Returns 0 or -errno.
 */
static int map_image(const char *file, const struct lx_image **image_at, size_t *size)
{
    struct stat st;
    int fd = open_own(file, O_RDONLY, true, &st);
    if (fd < 0)
        return fd;
    int r = st.st_size < (off_t)sizeof(struct lx_image) || st.st_size > UINT32_MAX ? -EINVAL : 0;
    if (r == 0) {
        *size = (size_t)st.st_size;
        void *at = sys_mmap(NULL, *size, PROT_READ, MAP_SHARED, fd, 0);
        *image_at = at;
        r = sys_mmap_failed(at) ? -ENOMEM : 0;
    }
    sys_close(fd);
    return r;
}

/* What counters begin with: the first fields of struct lx_stats, which is large for a stack. */
struct stats_head {
    uint32_t magic;
    uint32_t counter_count;
};

static bool is_stats(const struct stats_head *head, uint32_t counters)
{
    return head->magic == LX_STATS_MAGIC && head->counter_count >= counters;
}

/* Opens counters that lie in a file. What they are is read before they are opened for writing. */
static int open_stats_file(const char *file, uint32_t counters)
{
    struct stats_head head;
    struct stat st;
    int fd = open_own(file, O_RDONLY, false, &st);
    if (fd < 0)
        return fd;
    long n = sys_read(fd, &head, sizeof(head));
    sys_close(fd);
    if (n != (long)sizeof(head) || !is_stats(&head, counters))
        return -EINVAL;
    return open_own(file, O_RDWR, false, &st);
}

/* True for the name of a descriptor of lxshim run's. */
static bool is_descriptor(const char *file)
{
    return strncmp(file, "/proc/", 6) == 0;
}

/*
 * Opens what lxshim run has at a descriptor, if it is called so. In a chroot, and where another
 * file system is mounted since, the kernel does not tell the directories of a name.
 */
static int open_memory(const char *file, const char *called, int flags)
{
    char name[PATH_MAX];
    const char *last = strrchr(called, '/');
    size_t length = strlen(last);
    long n = sys_readlinkat(AT_FDCWD, file, name, sizeof(name) - 1);
    name[n < 0 ? 0 : n] = '\0';
    const char *own = strrchr(name, '/');
    if (own == NULL || strncmp(own, last, length) != 0)
        return -EPERM;
    return sys_openat(AT_FDCWD, file, flags | O_CLOEXEC, 0);
}

/* True for memory that whoever gave it cannot cut short any more. */
static bool is_sealed(int fd)
{
    int seals = sys_fcntl(fd, F_GET_SEALS, 0);
    return seals >= 0 && (seals & F_SEAL_SHRINK) != 0;
}

/* Maps counters of a descriptor that `uid` has to own; NULL where they are none. */
static void *map_stats(int fd, uid_t uid, size_t size, uint32_t counters)
{
    struct stat st;
    if (sys_fstat(fd, &st) < 0 || st.st_uid != uid || st.st_size < (off_t)size)
        return NULL;
    void *at = sys_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (sys_mmap_failed(at))
        return NULL;
    if (is_stats(at, counters))
        return at;
    sys_munmap(at, size);
    return NULL;
}

/*
 * The counters of the tree; without them nothing is counted: lxshim run may have ended, and its
 * number and descriptor be somebody else's.
 */
static void adopt_stats(struct lx_policy *policy, struct given *given)
{
    const char *file = lx_image_string(policy->image, policy->image->stats);
    uint32_t counters = policy->image->counters;
    size_t size = lx_stats_room(counters, policy->scanner != NULL,
                                (policy->image->flags & LX_IMAGE_LINES) != 0);
    if (file == NULL)
        return;
    int fd = is_descriptor(file) ? open_memory(file, "/memfd:" LX_STATS_MEMORY, O_RDWR)
                                 : open_stats_file(file, counters);
    void *at = fd < 0 ? NULL : map_stats(fd, sys_geteuid(), size, counters);
    if (fd >= 0)
        sys_close(fd);
    if (at == NULL && is_descriptor(file)) {
        fd = given_take(given, LX_GIVER_STATS);
        at = fd >= 0 && is_sealed(fd) ? map_stats(fd, given->uid, size, counters) : NULL;
    }
    if (at == NULL)
        return;
    sys_unwatched(at, size);
    policy->stats = at;
    store_metadata_share(policy->stats->found, LX_STATS_FOUND);
    atomic_fetch_add_explicit(&policy->stats->processes, 1, memory_order_relaxed);
}

/*
 * This process's mount namespace, where that is not the table's first; or 0. That of lxshim run is
 * there as long as it is, and its inode enough.
 */
static uint64_t space_of(const struct lx_table *table)
{
    if (table->views[0].inode != 0 && sys_space_inode() == table->views[0].inode)
        return 0;
    uint64_t space = sys_space();
    return space == atomic_load(&table->views[0].space) ? 0 : space;
}

void lx_adopt_space(struct lx_policy *policy)
{
    if (policy->table != NULL)
        vfs_enter_space(policy, space_of(policy->table));
}

/*
 * Opens the table for reading alone, so that it cannot be written by the descriptor: who has given
 * up its privileges has this mapping still. By a name the owner has been looked at. Another user
 * may not look at the descriptors of lxshim run's, and has the table by its file's name, where
 * there is one.
 */
static int open_table_by_name(const struct lx_image *image, struct stat *st)
{
    const char *file = lx_image_string(image, image->table);
    const char *named = lx_image_string(image, image->table_file);
    if (file == NULL)
        return -ENOENT;
    if (!is_descriptor(file))
        return open_own(file, O_RDONLY, true, st);
    int fd = open_memory(file, named == NULL ? "/memfd:" LX_TABLE_MEMORY : named, O_RDONLY);
    int r = fd < 0 ? fd : sys_fstat(fd, st);
    if (r == 0 && st->st_uid == sys_geteuid())
        return fd;
    if (fd >= 0)
        sys_close(fd);
    return named == NULL ? -EPERM : open_own(named, O_RDONLY, true, st);
}

/* The same, or the table that is given: sealed, or a file that root alone writes. */
static int open_table(const struct lx_image *image, struct given *given, struct stat *st)
{
    const char *file = lx_image_string(image, image->table);
    int fd = open_table_by_name(image, st);
    if (fd >= 0 || file == NULL || !is_descriptor(file))
        return fd;
    int other = given_take(given, LX_GIVER_TABLE);
    if (other < 0 || sys_fstat(other, st) < 0 || st->st_uid != given->uid ||
        (st->st_mode & 022) != 0 || (!is_sealed(other) && !S_ISREG(st->st_mode)))
        return fd;
    return sys_fcntl(other, F_DUPFD_CLOEXEC, 0);
}

/* True for a table of a file of that size. Somebody may add a list beyond what is looked at. */
static bool is_table(const struct lx_table *at, off_t size)
{
    uint32_t bytes = 0;
    if (at->magic != LX_TABLE_MAGIC || at->size != size)
        return false;
    while (bytes < lx_table_reach(at, false)) {
        bytes = lx_table_reach(at, false);
        const struct lx_table *all = bytes > size ? NULL : lx_table_window(at, &bytes);
        if (all == NULL)
            return false;
        if (lx_table_check(all, bytes))
            return true;
    }
    return false;
}

static void adopt_table(struct lx_policy *policy, struct given *given)
{
    struct stat st;
    int fd = open_table(policy->image, given, &st);
    if (fd < 0)
        return;
    const struct lx_table *at = MAP_FAILED;
    if (st.st_size >= LX_TABLE_SIZE && st.st_size <= LX_TABLE_MOST)
        at = sys_mmap(NULL, LX_TABLE_SIZE, PROT_READ, MAP_SHARED, fd, 0);
    sys_close(fd);
    if (sys_mmap_failed(at))
        return;
    if (!is_table(at, st.st_size)) {
        sys_munmap((void *)(uintptr_t)at, LX_TABLE_SIZE);
        return;
    }
    policy->table = at;
    placement_follow(at);
    lx_adopt_space(policy);
}

/* Who this process was when it took the counters over. Written before main. */
static SYS_TOUCHED uid_t adopted_by;

void lx_adopt_run(const char *value, struct lx_policy *policy)
{
    struct lx_state state;
    struct given given = {.giver = lx_state_parse(value, &state) < 0 ? NULL : state.giver};
    if (policy->image->stats != 0)
        adopted_by = sys_geteuid();
    adopt_stats(policy, &given);
    adopt_table(policy, &given);
    given_end(&given);
}

bool lx_adopt_again(const char *value, const struct lx_policy *policy)
{
    const char *file = lx_image_string(policy->image, policy->image->stats);
    struct lx_state state;
    char name[PATH_MAX];
    if (file == NULL || !is_descriptor(file))
        return true;
    /* Who has become another user may have capabilities still, which the program will not have. */
    if (sys_geteuid() == adopted_by && sys_readlinkat(AT_FDCWD, file, name, sizeof(name)) > 0)
        return true;
    return lx_state_parse(value, &state) == 0 && given_reaches(state.giver);
}

int lx_adopt(const char *value, struct lx_policy *policy, char *room, size_t most)
{
    const struct lx_image *image = (const struct lx_image *)(const void *)room;
    struct lx_state state;
    size_t size = 0;
    int r = lx_state_parse(value, &state);
    if (r == 0 && state.file != NULL)
        r = map_image(state.file, &image, &size);
    if (r == 0 && state.image != NULL) {
        long n = lx_base64_decode(state.image, room, most);
        size = n < 0 ? 0 : (size_t)n; /* which is no image */
    }
    return r < 0 ? r : lx_policy_attach(policy, image, size);
}
