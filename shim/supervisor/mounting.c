/* SPDX-License-Identifier: MIT */
#include "supervisor/mounting.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>

#include "supervisor/forced.h"
#include "sys/sys.h"
#include "vfs/mounting.h"
#include "vfs/newmounts.h"
#include "vfs/syscalls.h"

/* Source, target and type, of up to a path's length each. */
#define ROOM (3 * PATH_MAX)

/* The call this worker is at. Its hook finds the caller, and holds it from the first step on. */
struct mount_call {
    const struct tracee *tracee;
    const uint64_t *given;
    struct held held;
    bool is_held;
};

bool mounting_looks(long nr)
{
    return nr == SYS_mount || nr == SYS_move_mount || nr == SYS_fsopen || nr == SYS_fsconfig ||
           nr == SYS_fsmount || nr == SYS_mount_setattr;
}

bool mounting_asks(long nr)
{
    return nr == SYS_mount || nr == SYS_umount2 || nr == SYS_move_mount || nr == SYS_fsconfig ||
           nr == SYS_open_tree || nr == SYS_fspick || nr == SYS_mount_setattr;
}

/* Has the caller make a call, whose texts are put into memory of its own for as long. */
static long make(const struct lx_task *task, long nr, const long args[6])
{
    struct mount_call *m = task->owner;
    struct scratch *s = &m->held.scratch;
    long there[6] = {0};
    if (!m->is_held) {
        int r = hold(&m->held, m->tracee, ROOM);
        if (r < 0)
            return r;
        m->is_held = true;
    }
    s->used = 0;
    s->failed = false;
    memcpy(there, args, sizeof(there));
    for (unsigned i = 0; i < (nr == SYS_mount ? 3u : 1u); i++)
        if (args[i] != 0)
            there[i] = (long)scratch_string(s, (const char *)(uintptr_t)args[i]);
    /* What it says to a file system of the kernel's is not ours to read. */
    if (nr == SYS_mount && args[4] != 0)
        there[4] = (long)m->given[4];
    there[5] = SYS_COOKIE; /* it is not to come here again */
    return s->failed ? -EFAULT : held_call(&m->held, nr, there);
}

/* Reads a text of the caller's, NULL from 0. */
static int read_text(const struct tracee *t, uint64_t from, char *to, size_t room, const char **out)
{
    const uint64_t addresses[TRACEE_STRINGS] = {from, 0};
    char *const places[TRACEE_STRINGS] = {to, NULL};
    *out = from == 0 ? NULL : to;
    return from == 0 ? 0 : tracee_strings(t, addresses, places, room);
}

static long mount_of(struct lx_task *task, const struct mount_call *m, const long args[6])
{
    /* A worker takes one call at a time; and a text is read by more than it may have. */
    static char options[PATH_MAX];
    static char word[PATH_MAX];
    const char *type;
    const char *data;
    int r = read_text(m->tracee, m->given[2], word, sizeof(word), &type);
    if (r == -ENAMETOOLONG)
        return -LX_CONTINUE;
    if (r == 0)
        r = read_text(m->tracee, m->given[4], options, sizeof(options), &data);
    if (r == -ENAMETOOLONG || r == -EFAULT) {
        data = "";
        r = r == -EFAULT && lx_mounts_type(type) ? -EFAULT : 0;
    }
    return r < 0
               ? r
               : lx_mount(task, (const char *)(uintptr_t)args[0], (const char *)(uintptr_t)args[1],
                          type, (unsigned long)m->given[3], data);
}

/* The structure of a mount_setattr is brought here. */
static long set_attributes(const struct lx_task *task, const struct mount_call *m,
                           const long args[6])
{
    uint64_t attributes[4];
    const long here[6] = {args[0], args[1], args[2], (long)(uintptr_t)attributes, args[4]};
    if ((size_t)args[4] < sizeof(attributes) ||
        tracee_read(m->tracee, m->given[3], attributes, sizeof(attributes)) < 0)
        return -LX_CONTINUE;
    return vfs_mount_setattr(task, here);
}

static long answer(struct lx_task *task, const struct mount_call *m, long nr, const long args[6])
{
    switch (nr) {
    case SYS_mount:
        return mount_of(task, m, args);
    case SYS_umount2:
        return lx_umount(task, (const char *)(uintptr_t)args[0], (int)m->given[1]);
    case SYS_mount_setattr:
        return set_attributes(task, m, args);
    default:
        return vfs_syscalls[nr](task, args);
    }
}

long mounting(struct lx_task *task, const struct tracee *tracee, const struct supervise_call *call,
              const uint64_t given[6], const long args[6], bool *answered)
{
    struct mount_call m = {.tracee = tracee, .given = given};
    void *owner = task->owner;
    task->mounts = make;
    task->owner = &m;
    long r = answer(task, &m, call->number, args);
    task->mounts = NULL;
    task->owner = owner;
    if (m.is_held) {
        release(&m.held, r);
        *answered = true;
    }
    return r;
}
