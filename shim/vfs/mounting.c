/* SPDX-License-Identifier: MIT */
#include "vfs/mounting.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>

#include "fs/filesystems.h"
#include "mounts/attach.h"
#include "store/holders.h"
#include "sys/clock.h"
#include "sys/mountid.h"
#include "sys/sys.h"
#include "vfs/ask.h"
#include "vfs/mounts.h"
#include "vfs/ops.h"
#include "vfs/refused.h"
#include "vfs/spot.h"

#ifndef UMOUNT_NOFOLLOW
#define UMOUNT_NOFOLLOW 8
#endif

/* How often, and after how long, a busy mount is tried again; while lxshim looks, about 10 s. */
#define BUSY_LOOKS    8
#define BUSY_PATIENCE 5000
#define BUSY_PAUSE_NS 2000000

/* Flags by which mount(2) changes how mounts propagate. */
#define PROPAGATES (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

/* Old programs have this in the upper half, and the kernel ignores it. */
#define MAGIC_MASK 0xffff0000UL
#define MAGIC      0xC0ED0000UL

/*
 * Takes the mount's own flags over to what is bound. Read-only stays ours, as facts about files are
 * kept beside them, and deletions that wait are finished there.
 */
static void set_flags(const struct lx_task *t, const char *native, unsigned long flags)
{
    const unsigned long own =
        flags & (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_RELATIME |
                 MS_STRICTATIME | MS_NOSYMFOLLOW);
    if (own != 0 || (flags & MS_REMOUNT) != 0)
        (void)vfs_ask(t, SYS_mount,
                      (const long[6]){0, (long)native, 0, (long)(MS_REMOUNT | MS_BIND | own), 0});
}

/* True for whom the kernel would let mount, had it the right in this namespace. */
static bool is_root(void)
{
    return sys_geteuid() == 0;
}

static int check_directory(const char *native)
{
    struct stat st;
    int r = sys_fstatat(AT_FDCWD, native, &st, 0);
    if (r < 0)
        return r;
    return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

/* Takes the lock for a mount that was found. 0, -EINVAL where it is gone by now, or -errno. */
static int write_on(const struct lx_task *t, struct mounts_writer *w, const struct lx_mount **m)
{
    int r = mounts_write(t->policy, w);
    if (r < 0)
        return r;
    *m = mounts_still(w, *m);
    if (*m == NULL)
        mounts_leave(w);
    return *m == NULL ? -EINVAL : 0;
}

/* How many looks of lxshim's have begun and ended. */
static uint32_t looks(const struct lx_task *t)
{
    struct lx_stats *stats = t->policy->stats;
    return stats == NULL ? 0 : atomic_load(&stats->looks);
}

/*
 * The kernel's part of a change. A mount may be busy by a look of ours alone, of whoever finishes
 * what waits to be deleted there: natively nobody would have looked. That is over in a moment; of
 * lxshim's it is known when, since it may have to wait for a busy processor.
 */
static long ask_patiently(const struct lx_task *t, long nr, const long args[6])
{
    for (unsigned i = 0;; i++) {
        uint32_t before = looks(t);
        long r = vfs_ask(t, nr, args);
        bool looked = before % 2 != 0 || looks(t) != before;
        if (r != -EBUSY || nr != SYS_umount2 || i >= (looked ? BUSY_PATIENCE : BUSY_LOOKS))
            return r;
        struct timespec pause = {0, BUSY_PAUSE_NS};
        sys_sleep(&pause);
    }
}

/*
 * The change that a writer has in mind happens: the kernel's part between two steps of ours, so
 * that nobody sees half of it, and whoever comes after one of us that was killed finds out.
 */
static long happen(const struct lx_task *t, struct mounts_writer *w, const char *point, long nr,
                   const long args[6])
{
    long r = mounts_prepare(w, point);
    if (r == 0)
        r = ask_patiently(t, nr, args);
    if (r == 0)
        mounts_commit(w);
    else if (r == -ESRCH) /* the caller was killed, before the kernel's part or after it */
        (void)mounts_find_out(w, t->policy);
    else
        (void)mounts_abandon(w, t->policy);
    return r;
}

/* The same of one that the kernel has no part in. */
static long happen_alone(struct mounts_writer *w)
{
    int r = mounts_prepare(w, "");
    if (r < 0)
        return r;
    mounts_commit(w);
    mounts_wake(w);
    return 0;
}

/*
 * True for a mount that the kernel had at a point and has no more: where a directory that is
 * mounted on in one mount namespace is removed in another, it takes the mount away, and tells
 * nobody.
 */
static bool has_vanished(const struct lx_mount *m, const char *point)
{
    bool real = lx_bind_alias(m) != NULL || m->type == LX_MOUNT_HOST;
    struct statx stx;
    return real && !lx_is_root(m) &&
           sys_statx(AT_FDCWD, point, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, 0, &stx) == 0 &&
           (stx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0 &&
           (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0;
}

/* What has vanished at a point would be there again once what is mounted now is unmounted. */
static void forget_vanished(const struct lx_policy *policy, struct mounts_writer *w,
                            const struct spot *spot)
{
    const struct lx_mount *m = mounts_at(policy, spot->native, spot->program);
    m = m == NULL ? NULL : mounts_still(w, m);
    if (m != NULL && has_vanished(m, spot->native))
        mounts_detach(w, m, true);
}

/* The backing is bound to the target. */
static long attach_real(const struct lx_task *t, struct mounts_writer *w, struct mounts_plan *plan,
                        const struct spot *spot, unsigned long flags)
{
    const long args[6] = {(long)plan->backing, (long)spot->native, 0,
                          (long)(MS_BIND | (flags & MS_REC)), 0};
    int r = mounts_attach(w, plan, true);
    if (r < 0)
        return r;
    long done = happen(t, w, spot->native, SYS_mount, args);
    if (done == 0)
        set_flags(t, spot->native, flags);
    return done;
}

/* Mounts what was planned: for real where the kernel lets us, else by translation. */
static long carry_out(const struct lx_task *t, struct mounts_plan *plan, const struct spot *spot,
                      unsigned long flags)
{
    struct mounts_writer w;
    long done = mounts_write(t->policy, &w);
    if (done < 0)
        return done;
    forget_vanished(t->policy, &w, spot);
    /* Inside a mount that is translated the kernel has another name for the target. */
    bool binds = mounts_redirected(t->policy, spot->program, strlen(spot->program)) == NULL;
    plan->texts.target = binds ? spot->native : spot->program;
    done = binds ? attach_real(t, &w, plan, spot, flags) : -EPERM;
    if (done == -EPERM || done == -EACCES) {
        plan->texts.target = spot->program;
        done = mounts_attach(&w, plan, false);
        if (done == 0)
            done = happen_alone(&w);
    }
    mounts_leave(&w);
    return done;
}

/*
 * Finds a source that is a directory of Linux', where the type takes one: 1, 0 where it is a
 * volume's name, or -errno.
 */
static int find_directory(const struct lx_task *t, const char *type, const char *source,
                          struct spot *from)
{
    if (!mounts_takes_directory(t->policy, type, source))
        return 0;
    int r = spot_find(t, AT_FDCWD, source, true, from);
    if (r == 0)
        r = check_directory(from->native);
    return r < 0 ? r : 1;
}

int lx_mount_source(const struct lx_task *t, const char *type, const char *source)
{
    struct spot from;
    int r = find_directory(t, type, source, &from);
    return r == 0 ? mounts_check_source(t->policy, type, source) : r < 0 ? r : 0;
}

int lx_mount_plan(const struct lx_task *t, const struct mounts_request *request, struct spot *from,
                  struct mounts_plan *plan)
{
    struct mounts_request found = *request;
    int r = find_directory(t, request->type, request->source, from);
    found.directory = r > 0 ? from->native : NULL;
    return r < 0 ? r : mounts_plan(t->policy, &found, plan);
}

/* A mount of one of our types. */
static long attach_new(const struct lx_task *t, const struct mounts_request *request,
                       const struct spot *spot)
{
    struct mounts_plan plan;
    struct spot from;
    if (!is_root())
        return -EPERM;
    int r = lx_mount_plan(t, request, &from, &plan);
    if (r == 0)
        r = check_directory(spot->native);
    long done = r < 0 ? r : carry_out(t, &plan, spot, request->flags);
    lx_fs_mounted *mounted = r < 0 ? NULL : lx_filesystem(&plan.record)->ops->mounted;
    if (done == 0 && mounted != NULL)
        mounted(&plan.record, plan.backing);
    return done;
}

/* A directory of a drive is bound somewhere else. */
static long attach_bind(const struct lx_task *t, const struct mounts_request *request,
                        const struct spot *spot)
{
    struct mounts_plan plan;
    struct spot from;
    const char *directory = request->cloned == NULL ? from.native : request->directory;
    int r = request->cloned != NULL   ? 0
            : request->source == NULL ? -EINVAL
                                      : spot_find(t, AT_FDCWD, request->source, true, &from);
    if (r < 0)
        return r;
    const struct lx_mount *now =
        mounts_of(t->policy, mounts_classify(t->policy, directory, strlen(directory)));
    const struct lx_mount *m = request->cloned == NULL ? now : request->cloned;
    const struct lx_mount *there = mounts_at(t->policy, spot->native, spot->program);
    /* As plan_made_up says of what mount(2) mounts. */
    if (m != NULL && (m->flags & LX_MOUNT_NOWHERE) != 0 && there != NULL &&
        there->type == m->type && lx_mount_type_has((enum lx_mount_type)m->type, LX_TYPE_MADE_UP))
        return -EBUSY;
    if (m == NULL)
        return -LX_CONTINUE;
    if (!is_root())
        return -EPERM;
    r = check_directory(directory);
    if (r == -ENOTDIR)
        return -LX_CONTINUE; /* a file on a file: the kernel's paths are right by themselves */
    if (r == 0)
        r = check_directory(spot->native);
    if (r == -ENOTDIR && request->cloned != NULL)
        return -EINVAL; /* as of all that moves */
    if (r == 0)
        r = mounts_plan_bind(m, directory, request, &plan);
    /* The first of its backing here: of another namespace's, or of none so far. */
    if (r == 0 && (now == NULL || (m->flags & LX_MOUNT_NOWHERE) != 0))
        plan.record.number = 0;
    return r < 0 ? r : carry_out(t, &plan, spot, request->flags);
}

/* Something that is none of ours comes into a drive, or over one, by a call of the kernel's. */
static long attach_host(const struct lx_task *t, const struct mounts_request *request,
                        const struct spot *spot, long nr, const long args[6])
{
    struct placement v = mounts_classify(t->policy, spot->native, strlen(spot->native));
    struct mounts_plan plan;
    struct mounts_writer w;
    if (v.mount == 0 && (v.flags & PLACEMENT_ANCESTOR) == 0)
        return -LX_CONTINUE;
    int r = mounts_write(t->policy, &w);
    if (r < 0)
        return r;
    mounts_plan_host(request, &plan);
    plan.texts.target = spot->native;
    long done = mounts_attach(&w, &plan, true);
    if (done == 0)
        done = happen(t, &w, spot->native, nr, args);
    mounts_leave(&w);
    return done;
}

/* The same by mount(2). */
static long mount_host(const struct lx_task *t, const struct mounts_request *request,
                       const struct spot *spot)
{
    struct spot from;
    bool binds = (request->flags & MS_BIND) != 0;
    int r = binds ? spot_find(t, AT_FDCWD, request->source, true, &from) : 0;
    const long args[6] = {binds ? (long)from.native : (long)request->source, (long)spot->native,
                          (long)request->type, (long)request->flags, (long)request->options};
    return r < 0 ? r : attach_host(t, request, spot, SYS_mount, args);
}

long lx_mount_change(const struct lx_task *t, const struct lx_mount *m,
                     const struct mounts_request *request)
{
    struct mounts_plan plan;
    struct mounts_writer w;
    int r = mounts_plan_again(t->policy, m, request, &plan);
    if (r == 0)
        r = write_on(t, &w, &m);
    if (r < 0)
        return r;
    if (lx_in_place(m) && request->native != NULL)
        set_flags(t, request->native, request->flags);
    long done = mounts_change(&w, m, &plan);
    if (done == 0)
        done = happen_alone(&w);
    mounts_leave(&w);
    return done;
}

long lx_mount_kernels(const struct lx_task *t, const char *native, unsigned long flags)
{
    return vfs_ask(t, SYS_mount, (const long[6]){0, (long)native, 0, (long)flags, 0});
}

static long remount(const struct lx_task *t, const struct mounts_request *request,
                    const struct spot *spot)
{
    const struct lx_mount *m = mounts_at(t->policy, spot->native, spot->program);
    bool reads = (request->flags & MS_BIND) == 0;
    if (m == NULL || m->type == LX_MOUNT_HOST ||
        (reads && !vfs_has_text_if_any(t, request->options)))
        return -LX_CONTINUE;
    return is_root() ? lx_mount_change(t, m, request) : -EPERM;
}

/* A mount that is there moves, with all that is mounted in it. */
static long move(const struct lx_task *t, const struct lx_mount *m, const struct spot *from,
                 const struct spot *spot)
{
    struct mounts_writer w;
    if (!is_root())
        return -EPERM;
    int r = check_directory(spot->native);
    if (r == 0)
        r = write_on(t, &w, &m);
    if (r < 0)
        return r == -ENOTDIR ? -EINVAL : r;
    const long args[6] = {(long)from->native, (long)spot->native, 0, MS_MOVE, 0};
    long done = mounts_move(&w, m, lx_in_place(m) ? spot->native : spot->program);
    if (done == 0)
        done = lx_in_place(m) ? happen(t, &w, spot->native, SYS_mount, args) : happen_alone(&w);
    mounts_leave(&w);
    return done;
}

/* By mount(2). */
static long move_source(const struct lx_task *t, const struct mounts_request *request,
                        const struct spot *spot)
{
    struct spot from;
    int r =
        request->source == NULL ? -EINVAL : spot_find(t, AT_FDCWD, request->source, true, &from);
    if (r < 0)
        return r;
    const struct lx_mount *m = mounts_at(t->policy, from.native, from.program);
    return m == NULL ? -LX_CONTINUE : move(t, m, &from, spot);
}

/* True where what a descriptor has is what is mounted at its path; else it is mounted nowhere. */
static bool is_attached(int fd, const char *native)
{
    return sys_mount_id(fd, "", AT_EMPTY_PATH) == sys_mount_id(AT_FDCWD, native, 0);
}

long lx_move_mounted(const struct lx_task *t, const struct lx_move *move_it)
{
    const struct mounts_request request = {.source = NULL};
    struct spot from;
    struct spot spot;
    int r = spot_find(t, move_it->to, move_it->target, move_it->target_follow, &spot);
    if (r < 0) /* who may not mount is told so before any path is looked at */
        return is_root() ? r : -LX_CONTINUE;
    r = spot_find(t, move_it->from, move_it->path, move_it->follow, &from);
    bool attached =
        r == 0 && (move_it->path != LX_DESCRIPTOR || is_attached(move_it->from, from.native));
    const struct lx_mount *m = attached ? mounts_at(t->policy, from.native, from.program) : NULL;
    /* What goes beneath another mount is under what is older, and nobody has it so. */
    if (move_it->beneath && (m != NULL || mounts_at(t->policy, spot.native, spot.program) != NULL))
        return -EINVAL;
    if (m != NULL)
        return move(t, m, &from, &spot);
    /* A path has the kernel's own words; a descriptor is what it is. */
    bool by_path = r == 0 && move_it->path != LX_DESCRIPTOR;
    const long args[6] = {by_path ? AT_FDCWD : move_it->args[0],
                          by_path ? (long)from.native : move_it->args[1], AT_FDCWD,
                          (long)spot.native, move_it->args[4]};
    return attach_host(t, &request, &spot, SYS_move_mount, args);
}

bool lx_mounts_type(const struct lx_task *t, const char *type)
{
    return mounts_knows_type(t->policy, type);
}

const struct lx_mount *lx_mount_of(const struct lx_task *t, int dirfd, const char *path,
                                   bool follow, char native[PATH_MAX])
{
    struct spot spot;
    if (spot_find(t, dirfd, path, follow, &spot) < 0 || check_directory(spot.native) < 0)
        return NULL;
    memcpy(native, spot.native, strlen(spot.native) + 1);
    return mounts_of(t->policy, mounts_classify(t->policy, spot.native, strlen(spot.native)));
}

long lx_mount(const struct lx_task *t, const char *source, const char *target, const char *type,
              unsigned long flags, const void *data)
{
    return lx_mount_at(t, source, AT_FDCWD, target, true, type, flags, data);
}

/* What mount(2) is asked for, at a spot that was found. */
static long mount_at(const struct lx_task *t, const struct mounts_request *request,
                     const struct spot *spot)
{
    if ((request->flags & MS_REMOUNT) != 0)
        return remount(t, request, spot);
    if ((request->flags & MS_MOVE) != 0)
        return move_source(t, request, spot);
    if ((request->flags & MS_BIND) != 0) {
        long bound = attach_bind(t, request, spot);
        return bound == -LX_CONTINUE ? mount_host(t, request, spot) : bound;
    }
    return mounts_knows_type(t->policy, request->type) ? attach_new(t, request, spot)
                                                       : mount_host(t, request, spot);
}

/* True for a request that is about a mount of ours, as soon as it is answered by us. */
static bool is_about_ours(const struct lx_task *t, const struct mounts_request *request)
{
    return (request->flags & (MS_REMOUNT | MS_MOVE)) != 0 ||
           mounts_knows_type(t->policy, request->type);
}

/* The same of a target by a directory's descriptor. */
static long mount_there(const struct lx_task *t, struct mounts_request request, int dirfd,
                        const char *target, bool follow)
{
    const char *source = request.source;
    const char *type = request.type;
    const unsigned long flags = request.flags;
    struct spot spot;
    if (t->seccomp_confined || !vfs_has_text(t, target) || !vfs_has_text_if_any(t, source) ||
        !vfs_has_text_if_any(t, type) ||
        (mounts_knows_type(t->policy, type) && !vfs_has_text_if_any(t, request.options)))
        return -LX_CONTINUE;
    /* The kernel takes no longer word there, and looks at it before the target. */
    if (source != NULL && strnlen(source, PATH_MAX) == PATH_MAX)
        return -EINVAL;
    request.target = target;
    if (t->policy->table == NULL) {
        if (mounts_knows_type(t->policy, type))
            vfs_mount_refused(t, "mount", &request, -ENODEV);
        return -LX_CONTINUE;
    }
    if ((flags & MAGIC_MASK) == MAGIC)
        request.flags &= ~MAGIC_MASK;
    if ((flags & PROPAGATES) != 0 && (flags & MS_REMOUNT) == 0)
        return -LX_CONTINUE;
    long r = spot_find(t, dirfd, target, follow, &spot);
    if (r == 0) {
        request.target = spot.program;
        request.native = spot.native;
        r = mount_at(t, &request, &spot);
    }
    if (r < 0 && r != -LX_CONTINUE && is_about_ours(t, &request))
        vfs_mount_refused(t, "mount", &request, r);
    return r;
}

long lx_mount_at(const struct lx_task *t, const char *source, int dirfd, const char *target,
                 bool follow, const char *type, unsigned long flags, const void *data)
{
    const struct mounts_request request = {
        .source = source, .type = type, .options = data, .flags = flags};
    return mount_there(t, request, dirfd, target, follow);
}

long lx_mount_tree(const struct lx_task *t, const struct lx_mount *mount, const char *directory,
                   int dirfd, const char *target, bool follow, unsigned long flags)
{
    struct mounts_request request = {
        .source = directory, .directory = directory, .cloned = mount, .flags = flags | MS_BIND};
    if ((mount->flags & LX_MOUNT_NOWHERE) != 0) {
        request.source = lx_source(mount);
        request.type = lx_filesystem(mount)->word;
    }
    return mount_there(t, request, dirfd, target, follow);
}

/* True where anybody has a translated mount's root open, or as current directory. */
static bool root_is_held(const struct lx_mount *m)
{
    struct store_holders nobody = {.room = 0};
    struct stat st;
    int fd = sys_openat(AT_FDCWD, lx_backing(m), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    bool held = fd >= 0 && sys_fstat(fd, &st) == 0 && store_directory_held(fd, &st, &nobody);
    if (fd >= 0)
        sys_close(fd);
    return held;
}

/* True where anybody has anything of a translated mount open, or something is mounted in it. */
static bool is_busy(const struct lx_policy *policy, const struct lx_mount *m)
{
    struct store_holders nobody = {.room = 0};
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *other;
    for (unsigned i = 0; (other = lx_mounts_next(mounts, &i)) != NULL;)
        if (other != m && other->number > m->number && other->target_length > m->target_length &&
            memcmp(lx_target(other), lx_target(m), m->target_length) == 0 &&
            lx_target(other)[m->target_length] == '/')
            return true;
    return root_is_held(m) ||
           store_descendant_held(AT_FDCWD, lx_backing(m), lx_backing(m), NULL, &nobody);
}

/* What there is no mount of the kernel's for. */
static long detach_translated(const struct lx_task *t, const struct lx_mount *m, int flags)
{
    if (!is_root())
        return -EPERM;
    if ((flags & MNT_EXPIRE) != 0 && (flags & (MNT_FORCE | MNT_DETACH)) != 0)
        return -EINVAL;
    return (flags & MNT_DETACH) == 0 && is_busy(t->policy, m) ? -EBUSY : 0;
}

/* Takes a mount of the table away, by the kernel where it has it as well. */
static long detach(const struct lx_task *t, const struct lx_mount *m, const struct spot *spot,
                   int flags)
{
    struct mounts_writer w;
    int r = write_on(t, &w, &m);
    if (r < 0)
        return r;
    bool real = lx_bind_alias(m) != NULL || m->type == LX_MOUNT_HOST;
    const long args[6] = {(long)spot->native, flags};
    long done = real ? 0 : detach_translated(t, m, flags);
    if (done == 0) {
        mounts_detach(&w, m, (flags & MNT_DETACH) != 0);
        done = real ? happen(t, &w, spot->native, SYS_umount2, args) : happen_alone(&w);
    }
    if (done == -EINVAL && has_vanished(m, spot->native)) {
        mounts_detach(&w, m, true);
        (void)happen_alone(&w);
    }
    mounts_leave(&w);
    return done;
}

long lx_umount(const struct lx_task *t, const char *target, int flags)
{
    struct spot spot;
    if (t->policy->table == NULL || t->seccomp_confined || !vfs_has_text(t, target) ||
        (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW)) != 0)
        return -LX_CONTINUE;
    int r = spot_find(t, AT_FDCWD, target, (flags & UMOUNT_NOFOLLOW) == 0, &spot);
    if (r < 0)
        return r;
    const struct lx_mount *m = mounts_at(t->policy, spot.native, spot.program);
    if (m == NULL)
        return -LX_CONTINUE;
    long done = detach(t, m, &spot, flags);
    if (done < 0 && m->type != LX_MOUNT_HOST)
        vfs_mount_refused(t, "umount",
                          &(struct mounts_request){.source = lx_source(m),
                                                   .target = spot.program,
                                                   .native = spot.native,
                                                   .flags = (unsigned long)flags},
                          done);
    return done;
}
