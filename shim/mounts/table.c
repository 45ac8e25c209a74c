/* SPDX-License-Identifier: MIT */
#include "mounts/table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "mounts/mark.h"
#include "sys/clock.h"
#include "sys/mountid.h"
#include "sys/sys.h"

#ifndef F_OFD_SETLK
#define F_OFD_SETLK 37
#endif

/* The lock is held while the kernel mounts something. So often it is asked for, about 10 s. */
#define LOCK_TRIES 20000
#define PAUSE_NS   500000

/* Bytes that there have to be for what one writer adds: 255 records and a list take a quarter. */
#define ROOM (1u << 20)

static int lock(int fd)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
    for (unsigned i = 0; i < LOCK_TRIES; i++) {
        struct timespec pause = {0, PAUSE_NS};
        long r = sys_fcntl(fd, F_OFD_SETLK, (long)&whole);
        if (r != -EAGAIN && r != -EACCES && r != -EINTR)
            return (int)r;
        sys_sleep(&pause);
    }
    return -EBUSY;
}

/* Bytes of a record or list, so that what follows it is aligned. */
static uint32_t aligned(size_t n)
{
    return (uint32_t)((n + 7) & ~(size_t)7);
}

/* Makes room for n bytes after what there is: their pages, as a write to a hole may be SIGBUS. */
static int reserve(const struct mounts_writer *w, size_t n)
{
    uint32_t end = w->mapped - (uint32_t)LX_TABLE_LIST;
    if (w->used > end || n > end - w->used)
        return -ENOSPC;
    int r = sys_fallocate(w->fd, 0, (off_t)w->used, (off_t)n);
    return r == -ENOSPC ? -ENOMEM : r;
}

/* Brings what the image says into the table, where a list can lead to it. */
static int copy_fixed(struct mounts_writer *w, const struct lx_mounts *fixed)
{
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(fixed, &i)) != NULL;) {
        const struct lx_mount_texts texts = lx_mount_texts(m);
        struct lx_mount *to = (struct lx_mount *)(void *)((char *)w->table + w->used);
        int r = reserve(w, lx_mount_size(&texts));
        long n = r < 0 ? r : lx_mount_put(to, w->mapped - w->used, m, &texts);
        if (n < 0)
            return (int)n;
        w->at[i - 1] = w->used;
        w->used += (uint32_t)n;
        if (m->number > w->number)
            w->number = m->number;
    }
    w->count = fixed->count;
    return 0;
}

/* What is mounted at the moment. */
static int take_over(struct mounts_writer *w, const struct lx_policy *policy)
{
    const struct lx_view *view = &w->table->views[lx_policy_view(policy)];
    const uint32_t list = atomic_load_explicit(&view->mounted, memory_order_acquire);
    const struct lx_mounts *now = (const struct lx_mounts *)(const void *)((char *)w->table + list);
    w->used = w->table->used;
    w->number = w->table->number;
    memset(w->at, 0, sizeof(w->at));
    if (list == 0)
        return copy_fixed(w, policy->fixed);
    w->count = now->count > LX_PLACE_MAX ? LX_PLACE_MAX : now->count;
    for (unsigned i = 0; i < w->count; i++) {
        const struct lx_mount *m = lx_mounts_had(now, i + 1);
        const uint32_t gone = lx_mounts_at(now, i + 1) == NULL ? LX_GONE : 0;
        w->at[i] = m == NULL ? 0 : (uint32_t)((const char *)m - (const char *)w->table) | gone;
    }
    return 0;
}

/* What fsmount gave is gone with the last of its descriptors, of which nobody else tells. */
static void forget_nowhere(struct mounts_writer *w)
{
    for (unsigned place = 1; place <= w->count; place++) {
        const struct lx_mount *m = mounts_written(w, place);
        if (m != NULL && (m->flags & LX_MOUNT_NOWHERE) != 0 && !mark_is_held(m))
            mounts_drop(w, m);
    }
}

/* The view that will be written: a new one for a namespace in which nothing was mounted before. */
static int choose_view(struct mounts_writer *w, uint64_t space)
{
    w->view = lx_table_view(w->table, space, 0);
    w->space = space;
    if (space == 0 || w->view != 0)
        return 0;
    for (w->view = 1; lx_table_has_view(w->table, w->view); w->view++)
        ;
    return w->view < LX_TABLE_VIEWS ? 0 : -ENOSPC;
}

/* The id of the mount that is at a path; 0 where there is none, or the kernel is older. */
static uint64_t mount_id(const char *path)
{
    return sys_mount_id(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);
}

/* Says that an intent is what is mounted. */
static void fulfil(struct lx_table *table)
{
    struct lx_intent *intent = &table->intent;
    struct lx_view *view = &table->views[intent->view];
    table->used = intent->used;
    table->number = intent->number;
    atomic_store_explicit(&view->mounted, atomic_load(&intent->list), memory_order_release);
    if (intent->view != 0)
        atomic_store_explicit(&view->space, intent->space, memory_order_release);
    atomic_fetch_add_explicit(&table->generation, 1, memory_order_release);
    atomic_store_explicit(&intent->list, 0, memory_order_release);
}

/*
 * What a killed writer has left. In another mount namespace its point is somewhere else, and the
 * change is as if it had never been.
 */
static void recover(struct lx_table *table, uint64_t space)
{
    struct lx_intent *intent = &table->intent;
    if (atomic_load_explicit(&intent->list, memory_order_acquire) == 0)
        return;
    bool seen = intent->space == space && intent->point < table->size;
    if (seen && mount_id((const char *)table + intent->point) != intent->mount_id)
        fulfil(table);
    else
        atomic_store_explicit(&intent->list, 0, memory_order_release);
}

/*
 * The size of what we may write into, or -EPERM: by now the name may be that of somebody else's
 * file, who could cut it short under us.
 */
static int size_of(int fd, uint32_t *size)
{
    struct stat st;
    if (sys_fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != sys_geteuid() ||
        st.st_size < LX_TABLE_SIZE || st.st_size > LX_TABLE_MOST)
        return -EPERM;
    *size = (uint32_t)st.st_size;
    return 0;
}

/* Maps more of it, where what there is leaves too little room. */
static int map_more(struct mounts_writer *w, uint32_t size)
{
    uint32_t reach = lx_table_reach(w->table, true);
    if (reach > size)
        return -ENOSYS;
    if (reach <= w->mapped - ROOM)
        return 0;
    uint32_t want = reach < size - ROOM ? reach + ROOM : size;
    void *at = sys_mremap(w->table, w->mapped, want, MREMAP_MAYMOVE);
    if (sys_mmap_failed(at))
        return -ENOMEM;
    w->table = at;
    w->mapped = want;
    return 0;
}

/* Maps what there is. -ENOSYS: lxshim run has ended, and its descriptor is somebody else's. */
static int map(struct mounts_writer *w, uint32_t size)
{
    w->mapped = LX_TABLE_SIZE;
    w->table = sys_mmap(NULL, w->mapped, PROT_READ | PROT_WRITE, MAP_SHARED, w->fd, 0);
    if (sys_mmap_failed(w->table))
        return -ENOMEM;
    int r = w->table->size == size ? map_more(w, size) : -ENOSYS;
    if (r == 0 &&
        !(lx_table_check(w->table, w->mapped) && lx_table_check_writers(w->table, w->mapped)))
        r = -ENOSYS;
    if (r < 0)
        sys_munmap(w->table, w->mapped);
    return r;
}

int mounts_write(const struct lx_policy *policy, struct mounts_writer *w)
{
    const char *file = lx_image_string(policy->image, policy->image->table);
    uint32_t size = 0;
    if (policy->table == NULL || file == NULL)
        return -ENOSYS;
    w->fd = sys_openat(AT_FDCWD, file, O_RDWR | O_CLOEXEC, 0);
    if (w->fd < 0)
        return w->fd == -EACCES ? -EPERM : w->fd;
    int r = size_of(w->fd, &size);
    if (r == 0)
        r = lock(w->fd);
    if (r == 0)
        r = map(w, size);
    if (r < 0) {
        sys_close(w->fd);
        return r;
    }
    recover(w->table, policy->space);
    r = take_over(w, policy);
    if (r == 0)
        r = choose_view(w, policy->space);
    if (r < 0)
        mounts_leave(w);
    else
        forget_nowhere(w);
    return r;
}

const struct lx_mount *mounts_written(const struct mounts_writer *w, unsigned place)
{
    if (place == 0 || place > w->count || w->at[place - 1] == 0 ||
        (w->at[place - 1] & LX_GONE) != 0)
        return NULL;
    return (const struct lx_mount *)(const void *)((const char *)w->table + w->at[place - 1]);
}

const struct lx_mount *mounts_still(const struct mounts_writer *w, const struct lx_mount *found)
{
    const struct lx_mount *m = mounts_written(w, found->place);
    return m != NULL && m->number == found->number ? m : NULL;
}

/* A place for what is mounted next: the one after the last that was given away, if it is empty. */
static unsigned empty_place(const struct mounts_writer *w)
{
    for (unsigned i = 0; i < LX_PLACE_MAX; i++) {
        unsigned place = (w->number + i) % LX_PLACE_MAX + 1;
        if (mounts_written(w, place) == NULL)
            return place;
    }
    return 0;
}

const struct lx_mount *mounts_add(struct mounts_writer *w, const struct lx_mount *like,
                                  const struct lx_mount_texts *texts,
                                  const struct lx_mount *instead, int *error)
{
    struct lx_mount *to = (struct lx_mount *)(void *)((char *)w->table + w->used);
    unsigned place = instead != NULL ? instead->place : empty_place(w);
    *error = place == 0 ? -ENOSPC : reserve(w, lx_mount_size(texts));
    if (*error < 0)
        return NULL;
    long n = lx_mount_put(to, w->mapped - w->used, like, texts);
    if (n < 0) {
        *error = (int)n;
        return NULL;
    }
    to->place = (uint8_t)place;
    to->number = instead != NULL ? instead->number : ++w->number;
    w->at[place - 1] = w->used;
    w->used += (uint32_t)n;
    if (place > w->count)
        w->count = place;
    return to;
}

void mounts_drop(struct mounts_writer *w, const struct lx_mount *mount)
{
    w->at[mount->place - 1] |= LX_GONE;
}

/* Writes the list of what the writer has. Where it lies, or -ENOSPC, -ENOMEM. */
static long write_list(struct mounts_writer *w)
{
    struct lx_mounts *list = (struct lx_mounts *)(void *)((char *)w->table + w->used);
    uint32_t at = w->used;
    size_t size = sizeof(*list) + w->count * sizeof(list->at[0]);
    int r = reserve(w, size);
    if (r < 0)
        return r;
    list->count = w->count;
    list->translated = 0;
    list->masked = 0;
    for (unsigned i = 0; i < w->count; i++) {
        const struct lx_mount *m = mounts_written(w, i + 1);
        list->at[i] = w->at[i] == 0 ? 0 : (int32_t)w->at[i] - (int32_t)at;
        list->translated += m != NULL && !lx_in_place(m) && m->type != LX_MOUNT_HOST;
        list->masked += m != NULL && lx_masked_mode(m);
    }
    w->used = aligned(at + size);
    return (long)at;
}

/* A text behind the list. Where it lies, or -errno. */
static long write_text(struct mounts_writer *w, const char *text)
{
    uint32_t at = w->used;
    size_t size = strlen(text) + 1;
    int r = reserve(w, size);
    if (r < 0)
        return r;
    memcpy((char *)w->table + at, text, size);
    w->used = aligned(at + size);
    return (long)at;
}

int mounts_prepare(struct mounts_writer *w, const char *point)
{
    struct lx_intent *intent = &w->table->intent;
    long list = write_list(w);
    long text = list < 0 ? list : write_text(w, point);
    if (text < 0)
        return (int)text;
    intent->view = w->view;
    intent->space = w->space;
    intent->mount_id = mount_id(point);
    intent->point = (uint32_t)text;
    intent->used = w->used;
    intent->number = w->number;
    atomic_store_explicit(&intent->list, (uint32_t)list, memory_order_release);
    return 0;
}

void mounts_commit(struct mounts_writer *w)
{
    fulfil(w->table);
}

int mounts_abandon(struct mounts_writer *w, const struct lx_policy *policy)
{
    atomic_store_explicit(&w->table->intent.list, 0, memory_order_release);
    return take_over(w, policy);
}

int mounts_find_out(struct mounts_writer *w, const struct lx_policy *policy)
{
    recover(w->table, policy->space);
    return take_over(w, policy);
}

/*
 * Each time by another event than the time before, IN_ATTRIB and IN_ACCESS: inotify keeps one of
 * equal ones, and who never reads them, by an epoll that hears of new ones alone, would hear of no
 * more than that. Neither is what a writer causes by what else it does.
 */
void mounts_wake(const struct mounts_writer *w)
{
    const struct timespec now = {0, UTIME_NOW};
    const struct timespec omit = {0, UTIME_OMIT};
    bool odd = (atomic_load(&w->table->generation) & 1) != 0;
    const struct timespec times[2] = {now, odd ? now : omit};
    (void)sys_utimensat(w->fd, NULL, times, 0);
}

void mounts_leave(struct mounts_writer *w)
{
    sys_munmap(w->table, w->mapped);
    sys_close(w->fd);
}
