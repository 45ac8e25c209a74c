/* SPDX-License-Identifier: MIT */
/*
 * What mount(2) and umount2(2) mean for a run's table: which record there is afterwards, and what
 * the kernel is asked to do before. All that changes here is the writer's: see mounts_prepare.
 */
#ifndef LXSHIM_MOUNTS_ATTACH_H
#define LXSHIM_MOUNTS_ATTACH_H

#include <limits.h>

#include "mounts/table.h"

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256 /* newer than some headers */
#endif

/* What a mount is made of. Texts are the caller's, and stay for as long as the plan does. */
struct mounts_request {
    const char *source; /* as it was given; NULL: none */
    const char
        *directory; /* the kernel's name for it, of a mounts_takes_directory, or cloned; or NULL */
    const char *target;            /* where programs see it: absolute, no symlink */
    const char *native;            /* the kernel's name for the same directory */
    const char *type;              /* one of ours has its word in filesystems.def */
    const char *options;           /* its file system's; NULL: none */
    unsigned long flags;           /* MS_* */
    const struct lx_mount *cloned; /* its directory is bound, with these flags; or NULL */
};

/* A mount to come. */
struct mounts_plan {
    struct lx_mount record;
    struct lx_mount_texts texts;
    struct lx_source_found from; /* the volume; the directory by the kernel's name */
    const char *backing;         /* what the kernel is to bind */
    char symlinkroot[PATH_MAX];
    char root[PATH_MAX];
};

/* True for a type of mount that is one of ours; of what is made up, in a run that has it. */
bool mounts_knows_type(const struct lx_policy *policy, const char *type);

/*
 * 0, or -EINVAL where a list of options has one that a type (mounts_knows_type) has not, or with a
 * bad value.
 */
int mounts_check_options(const char *type, const char *options);

/* True where the run's client takes options that the type has: see client_takes. */
bool mounts_client_takes(const struct lx_policy *policy, const char *type, const char *options);

/*
 * True for a source that is no volume's, absolute, and of a type that takes directories of Linux'
 * as well. Whether it is there is for the caller to find out.
 */
bool mounts_takes_directory(const struct lx_policy *policy, const char *type, const char *source);

/* 0, or as mounts_plan where a type (mounts_knows_type) has no such source. */
int mounts_check_source(const struct lx_policy *policy, const char *type, const char *source);

/*
 * Plans a mount of one of our types. 0; -EINVAL for an option that its file system has not, -ENOENT
 * for a source that nobody has said to be there, -EBUSY where what is made up is mounted there
 * already, -ENAMETOOLONG.
 */
int mounts_plan(const struct lx_policy *policy, const struct mounts_request *request,
                struct mounts_plan *plan);

/* Plans a bind mount of a directory, by the kernel's name, of a mount that is there. As above. */
int mounts_plan_bind(const struct lx_mount *from, const char *directory,
                     const struct mounts_request *request, struct mounts_plan *plan);

/* Plans a mount that is none of ours, so that no rule holds below it. */
void mounts_plan_host(const struct mounts_request *request, struct mounts_plan *plan);

/* Plans what MS_REMOUNT makes of a mount; with MS_BIND its flags alone. As mounts_plan. */
int mounts_plan_again(const struct lx_policy *policy, const struct lx_mount *mount,
                      const struct mounts_request *request, struct mounts_plan *plan);

/* The mount is that then. 0 or -errno. */
int mounts_change(struct mounts_writer *w, const struct lx_mount *mount, struct mounts_plan *plan);

/* The mount is at another target, and what is mounted in it is below that. 0 or -errno. */
int mounts_move(struct mounts_writer *w, const struct lx_mount *mount, const char *target);

/*
 * The plan's mount is there then: `real` where the kernel mounts the backing on the target, and
 * else paths are translated. 0 or -errno.
 */
int mounts_attach(struct mounts_writer *w, struct mounts_plan *plan, bool real);

/*
 * The plan's mount is there then, and is nowhere: by its backing's own name, for as long as anybody
 * has a descriptor that is marked with it (mark.h). NULL with *error, as by mounts_add.
 */
const struct lx_mount *mounts_attach_nowhere(struct mounts_writer *w, struct mounts_plan *plan,
                                             int *error);

/* The newest mount whose root is the kernel's path, or the program's; NULL for none. */
const struct lx_mount *mounts_at(const struct lx_policy *policy, const char *native,
                                 const char *target);

/* Takes a mount away, by both its names; `with_all`: with all that is mounted in it. */
void mounts_detach(struct mounts_writer *w, const struct lx_mount *mount, bool with_all);

#endif
