/* SPDX-License-Identifier: MIT */
#include "supervisor/mounting.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "supervisor/forced.h"
#include "supervisor/hooks.h"
#include "supervisor/proc.h"
#include "sys/sys.h"
#include "vfs/attributes.h"
#include "vfs/listmount.h"
#include "vfs/mounting.h"
#include "vfs/newmounts.h"
#include "vfs/statmount.h"
#include "vfs/syscalls.h"
#include "vfs/walk.h"

/* Source, target and type, of up to a path's length each. */
#define ROOM ((size_t)3 * PATH_MAX)

bool mounting_looks(long nr)
{
    return nr == SYS_mount || nr == SYS_move_mount || nr == SYS_fsopen || nr == SYS_fsconfig ||
           nr == SYS_fsmount || nr == SYS_open_tree || nr == SYS_open_tree_attr ||
           nr == SYS_mount_setattr || nr == SYS_statmount || nr == SYS_listmount;
}

bool mounting_asks(long nr)
{
    return nr == SYS_mount || nr == SYS_umount2 || nr == SYS_move_mount || nr == SYS_fsconfig ||
           nr == SYS_open_tree || nr == SYS_open_tree_attr || nr == SYS_fspick ||
           nr == SYS_mount_setattr || nr == SYS_statmount || nr == SYS_listmount;
}

/* True for an argument that is a path by the kernel's name, as it is from where our "/" is. */
static bool is_native_path(long nr, const long args[6], unsigned i)
{
    const long moves = MS_BIND | MS_MOVE;
    switch (nr) {
    case SYS_mount:
        return i == 1 || (i == 0 && (args[3] & moves) != 0);
    case SYS_move_mount:
        return i == 3;
    case SYS_open_tree:
        return i == 1;
    default:
        return i == 0;
    }
}

/* Puts the arguments of a call there that the caller is to make, whose "/" may be another one. */
static void put_arguments(struct request *r, long nr, const long args[6], long there[6])
{
    struct scratch *s = &r->held->scratch;
    s->used = 0;
    s->failed = false;
    memcpy(there, args, 6 * sizeof(there[0]));
    for (unsigned i = 0; i < 4; i++) {
        const char *text = (const char *)(uintptr_t)args[i];
        bool path = is_native_path(nr, args, i) ||
                    (nr == SYS_move_mount && i == 1 && args[1] != r->args[1]);
        bool word = nr == SYS_mount && (i == 0 || i == 2);
        if ((path || word) && text != NULL)
            there[i] = (long)scratch_string(s, path ? vfs_from_root(&r->task, text) : text);
    }
    /* What it says to a file system of the kernel's is not ours to read; nor what it moves. */
    if (nr == SYS_mount && args[4] != 0)
        there[4] = (long)r->given[4];
    if (nr == SYS_move_mount && args[1] == r->args[1]) {
        there[0] = (long)r->given[0];
        there[1] = (long)r->given[1];
    }
    there[5] = SYS_COOKIE; /* it is not to come here again */
}

/* Has the caller make a call, whose texts are put into memory of its own for as long. */
static long make(const struct lx_task *task, long nr, const long args[6])
{
    struct request *r = task->owner;
    long there[6];
    if (!r->answered) {
        int error = hold(r->held, &r->tracee, ROOM);
        if (error < 0)
            return error;
        r->answered = true;
    }
    put_arguments(r, nr, args, there);
    return r->held->scratch.failed ? -EFAULT : held_call(r->held, nr, there);
}

/* Reads a text of the caller's, NULL from 0. */
static int read_text(const struct tracee *t, uint64_t from, char *to, size_t room, const char **out)
{
    const uint64_t addresses[TRACEE_STRINGS] = {from, 0};
    char *const places[TRACEE_STRINGS] = {to, NULL};
    *out = from == 0 ? NULL : to;
    return from == 0 ? 0 : tracee_strings(t, addresses, places, room);
}

static long mount_of(const struct request *m)
{
    char options[PATH_MAX]; /* a text is read by more than it may have */
    char word[PATH_MAX];
    const struct lx_task *task = &m->task;
    const long *args = m->args;
    const char *type;
    const char *data = "";
    int r = read_text(&m->tracee, m->given[2], word, sizeof(word), &type);
    if (r == -ENAMETOOLONG)
        return -LX_CONTINUE;
    if (r < 0) /* the kernel reads it first, whatever else there is */
        return r;
    r = read_text(&m->tracee, m->given[4], options, sizeof(options), &data);
    if (r == -ENAMETOOLONG) { /* the kernel takes a page of it as well, to its last byte but one */
        options[sizeof(options) - 1] = '\0';
        r = 0;
    }
    if (r == -EFAULT) {
        data = "";
        r = lx_mounts_type(task, type) ? -EFAULT : 0;
    }
    return r < 0
               ? r
               : lx_mount(task, (const char *)(uintptr_t)args[0], (const char *)(uintptr_t)args[1],
                          type, (unsigned long)m->given[3], data);
}

/* The structure of a mount_setattr is brought here. */
static long set_attributes(const struct request *m)
{
    uint64_t attributes[512]; /* of any size that the kernel takes */
    const long *args = m->args;
    const long here[6] = {args[0], args[1], args[2], (long)(uintptr_t)attributes, args[4]};
    if ((size_t)args[4] > sizeof(attributes) ||
        tracee_read(&m->tracee, m->given[3], attributes, (size_t)args[4]) < 0)
        return -LX_CONTINUE;
    return vfs_mount_setattr(&m->task, here);
}

/* The same of an open_tree_attr. */
static long open_tree_attributes(const struct request *m)
{
    uint64_t attributes[512];
    const long *args = m->args;
    const bool any = m->given[3] != 0;
    const long here[6] = {args[0], args[1], args[2], any ? (long)(uintptr_t)attributes : 0,
                          args[4]};
    const bool readable = any && attributes_fit((size_t)args[4]) &&
                          tracee_read(&m->tracee, m->given[3], attributes, (size_t)args[4]) >= 0;
    return vfs_open_tree_attr(&m->task, here, readable);
}

static int give(const struct lx_task *task, void *to, const void *from, size_t n)
{
    const struct request *r = task->owner;
    return tracee_write(&r->tracee, (uint64_t)(uintptr_t)to, from, n);
}

/* What is asked about a mount, or about those in it, is in a structure, too. */
static long tell_mount(const struct request *m)
{
    struct vfs_statmount asked = {.size = 0};
    const uint64_t *given = m->given;
    bool lists = m->call->number == SYS_listmount;
    void *to = (void *)(uintptr_t)given[1];
    if ((!lists && given[3] != 0) ||
        tracee_read(&m->tracee, given[0], &asked, VFS_STATMOUNT_FIRST) < 0 ||
        (asked.size >= sizeof(asked) &&
         tracee_read(&m->tracee, given[0], &asked, sizeof(asked)) < 0))
        return -LX_CONTINUE;
    return lists ? vfs_listmount_drives(&m->task, &asked, to, (size_t)given[2], (unsigned)given[3],
                                        give)
                 : vfs_statmount_drive(&m->task, &asked, to, (size_t)given[2], give);
}

static long answer(const struct request *m)
{
    switch (m->call->number) {
    case SYS_mount:
        return mount_of(m);
    case SYS_umount2:
        return lx_umount(&m->task, (const char *)(uintptr_t)m->args[0], (int)m->given[1]);
    case SYS_mount_setattr:
        return set_attributes(m);
    case SYS_open_tree_attr:
        return open_tree_attributes(m);
    case SYS_statmount:
    case SYS_listmount:
        return tell_mount(m);
    default:
        return vfs_syscalls[m->call->number](&m->task, m->args);
    }
}

bool mounting_faults(const struct request *r)
{
    char what[24];
    char link[PROC_NAME_ROOM];
    const uint64_t *given = r->given;
    if (r->call->number != SYS_fsconfig || r->unread != -EFAULT ||
        !lx_fsconfig_fits((unsigned)given[1], given[2] != 0, given[3] != 0, (int)given[4]))
        return false;
    snprintf(what, sizeof(what), "fd/%d", (int)r->given[0]);
    return lx_is_context(proc_name(r->tracee.tid, what, link));
}

long mounting(struct request *r)
{
    static const struct lx_task_ops hooks = {HOOKS, .mounts = make};
    const struct lx_task_ops *before = r->task.ops;
    struct held held;
    r->task.ops = &hooks;
    r->held = &held;
    long done = answer(r);
    r->task.ops = before;
    r->held = NULL;
    if (r->answered)
        release(&held, done);
    return done;
}
