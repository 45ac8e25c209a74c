/* SPDX-License-Identifier: MIT */
#include "vfs/run.h"

#include "vfs/conclude.h"
#include "vfs/interop.h"
#include "vfs/judge.h"
#include "vfs/locate.h"
#include "vfs/overrides.h"
#include "vfs/room.h"
#include "vfs/translated.h"
#include "vfs/walked.h"

/* A symlink in the last component, that does not lead into a mount as far as the fast way knows. */
static bool known_symlink(const struct lx_call *c, const struct vfs_found *found)
{
    struct placement v;
    return c->at[0].mount == NULL && found->base != 0 && c->task->caching &&
           placement_recall(vfs_symlink_spelling(c, found), c->moment, &v);
}

/* The call has met a symlink in the last component of a path that was not walked. */
static __attribute__((noinline)) long run_symlink(struct lx_call *c, const struct vfs_found *found)
{
    if (known_symlink(c, found)) {
        /* What it leads to may be shown otherwise. */
        const unsigned unknown = LX_LOC_UNPROVEN | LX_LOC_KERNELS;
        c->at[0].flags = (c->at[0].flags | LX_LOC_WALKED) & ~unknown;
        return vfs_conclude(c, vfs_dispatch(c), &(struct vfs_found){.hash = 0});
    }
    if (found->dir_hash != 0) {
        /* There is a symlink. Where: that can be remembered, if it leads to the directory. */
        c->asks = true;
        return vfs_run(c);
    }
    return vfs_run_walked(c, found);
}

/* `known`: by a way that is known, which only who acts for himself has. */
static inline long run_located(struct lx_call *c, const struct vfs_found *found, bool known)
{
    if (c->at[0].mount != NULL && vfs_overrides_apply(c))
        return vfs_run_overridden(c, found);
    long r = known && c->task->policy->stats == NULL ? vfs_judge_one(c) : vfs_dispatch(c);
    return __builtin_expect(r == -LX_EWALK, 0) ? run_symlink(c, found) : vfs_conclude(c, r, found);
}

/* Outside every mount, and no symlink leads on without the host's file system noticing. */
static inline long run_outside(struct lx_call *c, const struct vfs_found *found)
{
    long r = vfs_answer_outside(c);
    if (__builtin_expect(r == -LX_EWALK, 0))
        return run_symlink(c, found);
    if ((r < 0 || !vfs_tells(c)) &&
        (c->task->policy->watches & (LX_WATCH_ALL | LX_WATCH_DEBUG)) == 0 && !vfs_may_show(c, 0))
        return r;
    return vfs_conclude(c, r, found);
}

/* One path, and not all that has to be known of it is remembered. */
static __attribute__((noinline)) long run_unremembered(struct lx_call *c)
{
    struct vfs_found found;

    if (!vfs_has_path(c, 0))
        return vfs_run_refused(c);
    if (c->path[0][0] == '/' && translated_may_be(c)) {
        long r = vfs_run_translated(c);
        if (r != -LX_EWALK)
            return r;
    }
    if (vfs_locate(c, 0, &found) == LX_EWALK)
        return vfs_run_walked(c, &(struct vfs_found){.hash = 0});
    return run_located(c, &found, false);
}

/* Nearly every call is located and answered in this function: what it calls is rare. */
static inline long run_way(struct lx_call *c, const struct vfs_way *w)
{
    struct vfs_found found;
    long r;

    c->path_length[0] = w->length;
    if (!(w->known ? vfs_take_way(c, 0, w, &found)
                   : lx_remembers(c->task) && vfs_locate_remembered_descriptor(c, 0, &found))) {
        r = run_unremembered(c);
    } else {
        bool leads =
            (c->at[0].flags & LX_LOC_WALKED) == 0 && (vfs_ops[c->op].properties & PROBES) == 0;
        r = c->at[0].mount == NULL && !leads ? run_outside(c, &found)
                                             : run_located(c, &found, w->known);
    }
    return r == -ENOENT && c->task->policy->stubs ? interop_instead(c) : r;
}

static inline long go_on(struct lx_call *c, const struct vfs_way *w, long r)
{
    struct vfs_found found = {.hash = 0};
    c->path_length[0] = w->length;
    (void)vfs_take_way(c, 0, w, &found); /* outside no spelling is special */
    return r == -LX_EWALK ? run_symlink(c, &found) : vfs_conclude(c, r, &found);
}

/* A call and its way, for who has room for one argument. */
struct on_way {
    struct lx_call *c;
    const struct vfs_way *way;
    long answer;
};

static long run_way_elsewhere(void *with)
{
    const struct on_way *on = with;
    return run_way(on->c, on->way);
}

static long go_on_elsewhere(void *with)
{
    const struct on_way *on = with;
    return go_on(on->c, on->way, on->answer);
}

long vfs_run_way(struct lx_call *c, const struct vfs_way *w)
{
    if (sys_room_is_known(c))
        return run_way(c, w);
    return vfs_find_room(c->task, run_way_elsewhere, &(struct on_way){c, w, 0});
}

long vfs_go_on(struct lx_call *c, const struct vfs_way *w, long r)
{
    /* To conclude takes no room. */
    if (r != -LX_EWALK || sys_room_is_known(c))
        return go_on(c, w, r);
    return vfs_find_room(c->task, go_on_elsewhere, &(struct on_way){c, w, r});
}

long vfs_run_one(struct lx_call *c)
{
    struct vfs_way w;
    if (lx_remembers(c->task))
        (void)vfs_find_way(c->fd[0], c->path[0], c->moment, &w);
    else
        w = vfs_no_way(c->moment, vfs_measured(c->task, c->path[0], c->moment));
    return vfs_run_way(c, &w);
}

static long run_two(void *call)
{
    struct lx_call *c = call;
    struct vfs_found found[2];
    bool walk = false;

    found[1].base = 0;
    vfs_measure(c, 0);
    vfs_measure(c, 1);
    if (vfs_is_no_path(c, 0) || vfs_is_no_path(c, 1))
        return vfs_run_refused(c);
    if (translated_may_be(c)) {
        long r = vfs_run_translated(c);
        if (r != -LX_EWALK)
            return r;
    }
    for (unsigned i = 0; i < 2; i++)
        if (!vfs_locate_remembered(c, i, &found[i]) && vfs_locate(c, i, &found[i]) == LX_EWALK)
            walk = true;
    if (!walk && vfs_overrides_apply(c) && (c->at[0].mount != NULL || c->at[1].mount != NULL))
        return vfs_run_overridden(c, found);
    long r = walk ? -LX_EWALK : vfs_dispatch(c);
    return r == -LX_EWALK ? vfs_run_walked(c, found) : vfs_conclude(c, r, found);
}

long vfs_run_two(struct lx_call *c)
{
    return vfs_with_room(c->task, run_two, c);
}
