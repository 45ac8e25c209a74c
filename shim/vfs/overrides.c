/* SPDX-License-Identifier: MIT */
#include "vfs/overrides.h"

#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "policy/glob.h"
#include "sys/sys.h"
#include "vfs/conditions.h"
#include "vfs/mounts.h"

/*
 * Counts a match and says whether this is one to act on. The counters are the tree's where it
 * shares statistics; a process that could not map them counts for itself.
 */
static bool due(const struct lx_policy *policy, const struct lx_image_override *o)
{
    if (o->times == 0 && o->every <= 1 && o->after == 0)
        return true;
    uint64_t n =
        atomic_fetch_add_explicit(vfs_counter(policy, o->counter), 1, memory_order_relaxed);
    if (n < o->after)
        return false;
    n -= o->after;
    uint32_t every = o->every > 1 ? o->every : 1;
    if (n % every != every - 1)
        return false;
    return o->times == 0 || n / every < o->times;
}

static void wait_ms(uint32_t ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000L};
    while (sys_sleep(&t) == -EINTR)
        ;
}

bool vfs_inner_path(const struct lx_call *c, const char *native, char *out)
{
    const struct lx_policy *policy = c->task->policy;
    size_t n = strlen(native);
    struct placement v = mounts_classify(policy, native, n);
    if (v.mount == 0)
        return false;
    memcpy(out, native, n + 1);
    if (mounts_to_program(policy, out, n, PATH_MAX) < 0)
        return false;
    const char *inner = out + mounts_of(policy, v)->target_length;
    inner += *inner == '/';
    memmove(out, inner, strlen(inner) + 1);
    return true;
}

static int act(struct lx_call *c, uint32_t number, const struct lx_image_override *o)
{
    /* Where the rules speak as ever, nothing is overridden. */
    if (o->action != LX_OVERRIDE_KEEP || o->delay_ms > 0)
        c->override = number;
    if (o->delay_ms > 0) {
        if (c->task->ops != NULL && c->task->ops->waits != NULL)
            c->task->ops->waits(c->task);
        wait_ms(o->delay_ms);
    }
    if (o->action == LX_OVERRIDE_ALLOW)
        c->allowed = true;
    const struct lx_image_condition *w = lx_image_condition(c->task->policy->image, o);
    if (vfs_moves(c)) {
        c->meddled = true;
        if (w != NULL && w->bytes != 0)
            c->length = w->bytes;
    }
    return o->action == LX_OVERRIDE_ERRNO ? -o->error : 0;
}

/* The first override after number `after` that is about this call on a native path, or 0. */
static __attribute__((noinline)) uint32_t next_about(const struct lx_call *c, const char *native,
                                                     uint32_t after)
{
    char path[PATH_MAX];
    const struct lx_image *image = c->task->policy->image;
    const struct lx_image_override *o;
    if (!vfs_inner_path(c, native, path))
        return 0;
    struct lx_image_look look = lx_image_look(image, path);
    for (uint32_t number; (number = lx_image_look_on(image, &look, &o)) != 0;) {
        const char *glob = lx_image_string(image, o->path);
        if (number > after && (o->ops >> c->op & 1) != 0 &&
            (glob == NULL || lx_glob_match(glob, path)) &&
            vfs_condition_holds(c, lx_image_condition(image, o)))
            return number;
    }
    return 0;
}

/* Apart, for its buffer. */
static __attribute__((noinline)) bool drawn(const struct lx_call *c, const char *native,
                                            const struct lx_image_condition *w)
{
    char path[PATH_MAX];
    return w == NULL || w->chance == 0 ||
           (vfs_inner_path(c, native, path) && vfs_condition_drawn(c, w, path));
}

long vfs_override_before(struct lx_call *c, const char *native, const char *other,
                         uint32_t *waiting)
{
    const struct lx_image *image = c->task->policy->image;
    uint32_t number = 0;
    for (;;) {
        uint32_t first = next_about(c, native, number);
        uint32_t second = other == NULL ? 0 : next_about(c, other, number);
        number = first == 0 || (second != 0 && second < first) ? second : first;
        const struct lx_image_override *o = lx_image_override(image, number);
        if (o == NULL)
            return 0;
        const struct lx_image_condition *w = lx_image_condition(image, o);
        enum vfs_reach reached = drawn(c, number == first ? native : other, w)
                                     ? vfs_condition_reached(c, o, w)
                                     : VFS_PASSES;
        if (reached == VFS_PASSES)
            continue;
        if (reached == VFS_SHORTENED) {
            c->override = number;
            c->meddled = true;
            return 0;
        }
        if (o->when_errno != 0 || o->late) {
            *waiting = number;
            if (vfs_moves(c))
                c->meddled = true;
            return 0;
        }
        if (due(c->task->policy, o))
            return act(c, number, o);
    }
}

long vfs_override_after(struct lx_call *c, uint32_t waiting, long result)
{
    const struct lx_image_override *o = lx_image_override(c->task->policy->image, waiting);
    if (o == NULL || (o->late ? result < 0 : result != -o->when_errno) || !due(c->task->policy, o))
        return result;
    int r = act(c, waiting, o);
    if (r < 0 && result >= 0 && c->op == LX_OP_OPEN)
        sys_close((int)result);
    return r < 0 ? r : result;
}
