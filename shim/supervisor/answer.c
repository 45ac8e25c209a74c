/* SPDX-License-Identifier: MIT */
#include "supervisor/answer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/call.h"
#include "supervisor/calls.h"
#include "supervisor/copied.h"
#include "supervisor/credential_calls.h"
#include "supervisor/credentials.h"
#include "supervisor/decide.h"
#include "supervisor/errand.h"
#include "supervisor/hooks.h"
#include "supervisor/int80.h"
#include "supervisor/left_alone.h"
#include "supervisor/mounting.h"
#include "supervisor/pathfd.h"
#include "supervisor/place.h"
#include "supervisor/program.h"
#include "supervisor/request.h"
#include "supervisor/rescue.h"
#include "supervisor/ring.h"
#include "supervisor/roots.h"
#include "supervisor/stack.h"
#include "supervisor/strict.h"
#include "supervisor/tablewait.h"
#include "supervisor/tracee.h"
#include "supervisor/transfer.h"
#include "supervisor/views.h"
#include "supervisor/xattrat.h"
#include "sys/space.h"
#include "sys/sys.h"
#include "vfs/debug.h"
#include "vfs/placement.h"
#include "vfs/shown.h"
#include "vfs/space.h"
#include "vfs/syscalls.h"

#ifndef SECCOMP_ADDFD_FLAG_SEND
#define SECCOMP_ADDFD_FLAG_SEND (1UL << 1)
#endif

/* True for creat, whose files may be large, for which its caller has no flag. */
static bool is_creat(const struct request *r)
{
#ifdef SYS_creat
    return r->call->number == SYS_creat;
#else
    (void)r;
    return false;
#endif
}

/* The flags of a call that opens a file; -1 of every other. */
static long open_flags(const struct request *r)
{
    switch (r->call->number) {
    case SYS_openat2:
        return (uint32_t)r->how.flags;
    case SYS_openat:
    case SYS_open_by_handle_at:
        return (uint32_t)r->args[2];
    case SYS_fsopen:
    case SYS_fsmount:
        return (r->args[1] & 1) != 0 ? O_CLOEXEC : 0;
    case SYS_open_tree_attr:
    case SYS_open_tree: /* what it does not clone it only names */
        return ((uint32_t)r->args[2] & O_CLOEXEC) | ((r->args[2] & 1) == 0 ? O_PATH : 0);
    case SYS_fspick:
        return (r->args[2] & 1) != 0 ? O_CLOEXEC : 0;
#ifdef SYS_open /* machines of today have openat alone */
    case SYS_open:
        return (uint32_t)r->args[1];
    case SYS_creat:
        return 0;
#endif
    default:
        return -1;
    }
}

/* Tells the kernel the answer: a result, -errno, or -LX_CONTINUE, which lets the caller go on. */
static void reply(const struct request *r, long result)
{
    struct seccomp_notif_resp response = {.id = r->tracee.id};
    if (result == -LX_CONTINUE)
        response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    else if (result < 0)
        response.error = (int32_t)result;
    else
        response.val = result;
    if (debug_wants(r->policy, LX_DEBUG_SUPERVISOR))
        debug_reply(&r->task, r->call == NULL ? "" : r->call->name, result);
    /* ENOENT: it was killed. There is nobody to tell. */
    (void)ioctl(r->tracee.listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

/*
 * Gives a descriptor to the caller as the result of its call. Ours is closed before the caller goes
 * on: what it closes then is closed, and can be removed. Where a signal could take the caller out
 * of its call in between, with a descriptor that it knows nothing of, that has to be one step.
 */
static void give_descriptor(const struct request *r, int fd, unsigned flags)
{
    struct seccomp_notif_addfd add = {.id = r->tracee.id,
                                      .flags = r->pool->holds ? 0 : SECCOMP_ADDFD_FLAG_SEND,
                                      .srcfd = (uint32_t)fd,
                                      .newfd_flags = flags & O_CLOEXEC};
    if (r->pool->holds)
        rescue_mark(fd, r->tracee.id);
    int given = ioctl(r->tracee.listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
    int error = given < 0 ? -errno : 0;
    atomic_store(&r->slot->given, given + 1);
    if (r->pool->holds)
        rescue_unmark(fd);
    close(fd);
    if (error == -ENOENT) /* killed meanwhile: nobody waits */
        return;
    if (error < 0 || r->pool->holds)
        reply(r, error < 0 ? error : given);
}

/* Which of its ids a caller's call goes by. */
static enum credentials ids_of(const struct request *r)
{
    switch (r->call->number) {
#ifdef SYS_access
    case SYS_access:
#endif
    case SYS_faccessat:
        return CREDENTIALS_REAL;
    case SYS_faccessat2:
        return (r->given[3] & AT_EACCESS) == 0 ? CREDENTIALS_REAL : CREDENTIALS_IN_EFFECT;
    default:
        return CREDENTIALS_IN_EFFECT;
    }
}

/* Makes the call, as the caller and by its rules. Returns its result or -errno. */
static long run(struct request *r)
{
    vfs_syscall *answer =
        r->compat.answer != NULL ? r->compat.answer : vfs_syscalls[r->call->number];
    enum credentials which = ids_of(r);
    int error = credentials_take(&r->tracee, which);
    if (error < 0 && error != -EPERM)
        return error;
    r->confined |= error == -EPERM;
    /* What is decided about, the caller does itself anyway. */
    if (r->confined && !decides(r->call->number))
        errand_begin(r, which);
    if (r->call->number == SYS_connect) { /* waits for room in a listener's queue */
        hook_waits(&r->task);
        hooks_hear(true);
    }
    long nr = r->call->number;
    long result = decides(nr)        ? decide(r)
                  : transfers(nr)    ? transfer(r)
                  : tablewait_is(nr) ? tablewait(r)
                                     : answer(&r->task, r->args);
    if (r->call->number == SYS_connect)
        hooks_hear(false);
    credentials_return();
    if (r->masked)
        umask(0);
    r->masked = false;
    return result;
}

/* ERESTARTSYS, to the kernel: handle the signal, then make the call again if its handler allows. */
#define RESTART 512

/* ERESTARTNOHAND: the same, of a call that no handler allows to be made again. */
#define RESTART_UNHANDLED 514

/*
 * Runs the call until it is done. One that waits is interrupted by the master's sign only; natively
 * a signal of the caller would have done that, which cannot reach it as long as it waits for us.
 */
static long run_to_end(struct request *r, const struct slot *slot)
{
    for (;;) {
        long result = run(r);
        if (result != -EINTR || !tracee_waits(&r->tracee))
            return result;
        if (atomic_load(&slot->signalled) == r->tracee.id)
            return tablewait_is(r->call->number) ? -RESTART_UNHANDLED : -RESTART;
        if (atomic_load(&slot->perhaps) == r->tracee.id)
            return -EINTR;
    }
}

/* True for what may make a remembered directory lead elsewhere. */
static bool moves(const struct supervise_call *call)
{
    return strncmp(call->name, "rename", 6) == 0 || strncmp(call->name, "symlink", 7) == 0;
}

/* What any worker moved, this one forgets. */
static void forget_moved(struct pool *pool)
{
    static uint32_t known; /* this worker's own */
    uint32_t now = atomic_load(&pool->moves);
    if (now != known)
        placement_forget_all();
    known = now;
}

static void count(const struct request *r, long result, uint64_t instruction)
{
    struct lx_stats *stats = r->task.policy->stats;
    if (stats == NULL)
        return;
    atomic_fetch_add_explicit(&stats->lane.trapped, 1, memory_order_relaxed);
    if (result != -LX_CONTINUE)
        atomic_fetch_add_explicit(&stats->lane.answered, 1, memory_order_relaxed);
    if (r->looked_at)
        program_note(&stats->lane, &r->tracee, instruction);
}

/* A descriptor that only names cannot be given; the rules have spoken. */
static long hand_name_over(const struct request *r, int fd, int flags)
{
    bool at = r->call->arguments[0] == 'f';
    if (r->call->number == SYS_open_by_handle_at) {
        close(fd);
        return -LX_CONTINUE;
    }
    return pathfd_open(&r->task, &r->tracee, at ? (int)r->args[0] : AT_FDCWD,
                       request_string(r, at ? 1 : 0), flags, fd);
}

/*
 * A call that makes a name and would go on by words that another thread may change: it is made by
 * those that were read. What could not be read then is not there for the kernel, either.
 */
static long keep_words(const struct request *r)
{
    if (r->unread < 0)
        return r->unread;
    return copied_make(r) ? -DECIDE_ANSWERED : -LX_CONTINUE;
}

/* The answer of a call that opens: what becomes of the descriptor. */
static long hand_over(const struct request *r, long fd, long flags)
{
    if ((flags & O_PATH) != 0 && (fcntl((int)fd, F_GETFL) & O_PATH) != 0)
        return hand_name_over(r, (int)fd, (int)flags);
    if (!r->confined)
        return fd;
    long number = errand_number((int)fd);
    close((int)fd);
    return number;
}

/*
 * True where the caller can have no descriptor for what its call makes, or empties: the kernel
 * takes one before it looks for a file, and we give ours when that has happened.
 */
static bool lacks_room(const struct request *r)
{
    long flags = is_creat(r) ? O_CREAT : open_flags(r);
    return flags >= 0 && (flags & (O_CREAT | O_TRUNC)) != 0 && !tracee_has_room(&r->tracee);
}

/* True for a call to which the kernel gives a descriptor before it looks for the file. */
static bool opens_by_path(const struct request *r)
{
    switch (r->call->number) {
    case SYS_openat:
    case SYS_openat2:
#ifdef SYS_open
    case SYS_open:
    case SYS_creat:
#endif
        return true;
    default:
        return false;
    }
}

/*
 * What an open has failed at, to the kernel, which says first that no descriptor is left. Nobody is
 * asked about an open that succeeds: giving the descriptor fails then. What flags, an address or
 * an empty path are refused for comes before.
 */
static long failed_open(const struct request *r, long error)
{
    unsigned path = r->call->arguments[0] == 'f' ? 1 : 0;
    bool before = error == -EINVAL || error == -EFAULT || error == -E2BIG || error == -LX_CONTINUE;
    if (error >= 0 || before || !opens_by_path(r) || request_string(r, path)[0] == '\0')
        return error;
    return tracee_has_room(&r->tracee) ? error : -EMFILE;
}

/* From what is known of a call to its answer. `error` is -LX_CONTINUE where no rule is about it. */
static void finish(struct request *r, int error, uint64_t instruction)
{
    long result = -LX_CONTINUE;
    if (error == 0)
        error = request_bring(r);
    /* An address that is too large for us is so for the kernel, too. */
    if (r->looked_at && r->call->number == SYS_bind && error != -E2BIG)
        r->unread = error;
    /* Where nobody may look at what it asks for, it does not get past the rules by that. */
    if (error == -EPERM || error == -EACCES)
        result = error;
    else if (mounting_faults(r))
        result = -EFAULT;
    /* What was read is the caller's only if it still waits. */
    if (error == 0 && tracee_waits(&r->tracee))
        result = lacks_room(r) ? -EMFILE : failed_open(r, run_to_end(r, r->slot));
    long flags = open_flags(r);
    if (result >= 0 && flags >= 0)
        result = hand_over(r, result, flags);
    if (result >= 0 && flags < 0)
        result = request_take_back(r, result);
    place_leave(r->looked_at);
    request_put_down(r);
    if (moves(r->call))
        atomic_fetch_add(&r->pool->moves, 1);
    count(r, result, instruction);
    if (errand_end(result))
        return;
    if (r->refused && r->policy->stacks && result < 0 && result != -LX_CONTINUE &&
        stack_answer(r, result))
        return;
    if (result == -LX_CONTINUE && copied_asks(r))
        result = keep_words(r);
    if (result == -DECIDE_ANSWERED)
        return;
    if (result >= 0 && flags >= 0)
        give_descriptor(r, (int)result, (unsigned)flags);
    else
        reply(r, result);
}

/*
 * Has a child do something for a call, which goes where the caller is and comes back no more. True
 * where the call is answered: by it, or because it died.
 */
static bool by_child(void (*answer)(struct request *r, uint64_t instruction), struct request *r,
                     uint64_t instruction)
{
    int status = 0;
    pid_t worker = getpid();
    hook_waits(&r->task);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == worker)
            answer(r, instruction);
        _exit(1);
    }
    hooks_hear(true);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        kill(child, POOL_SIGNAL);
    hooks_hear(false);
    if (child <= 0 || !WIFSIGNALED(status))
        return child > 0 && status == 0;
    /* As of a worker: see master.c. */
    struct lx_stats *stats = r->task.policy->stats;
    bool failed = rescue_call(r->pool, r->slot);
    if (stats != NULL) {
        atomic_fetch_add(&stats->lane.deaths, 1);
        atomic_fetch_add(&stats->lane.failed, failed);
    }
    return true;
}

/* In a child, for a caller in another user namespace. */
static void finish_there(struct request *r, uint64_t instruction)
{
    r->confined |= credentials_enter(&r->tracee, ids_of(r)) < 0;
    finish(r, 0, instruction);
    _exit(0);
}

/* From the arguments to the answer, in the caller's own view of the file system. */
static void answer_request(struct request *r, uint64_t instruction)
{
    struct pool *pool = r->pool;
    if (moves(r->call))
        atomic_fetch_add(&pool->moves, 1);
    forget_moved(pool);
    int error = request_strings(r);
    /* A script's interpreter may be relative, whatever its own path. */
    bool anyhow = r->call->number == SYS_getcwd || decides(r->call->number);
    r->start = error == 0 ? request_start(r, anyhow) : PLACE_NONE;
    r->unread = error;
    /* Whether an address is a name is not known without it. */
    bool address = error == 0 && r->call->number == SYS_bind && copied_asks(r);
    int alone = error == 0 && !address ? left_alone(r) : 0;
    r->looked_at = error == 0 && alone <= 0;
    if (alone < 0 && credentials_are_ours(&r->tracee, ids_of(r))) {
        place_leave(false);
        count(r, alone, instruction);
        reply(r, alone);
        return;
    }
    if (error == 0 && !r->looked_at)
        error = -LX_CONTINUE;
    /* What cannot be read, the kernel refuses; what is too large for us, no rule is about. */
    r->confined = r->looked_at && (atomic_load_explicit(&pool->landlock, memory_order_relaxed) ||
                                   credentials_are_labelled(&r->tracee));
    if (!r->looked_at || !credentials_are_elsewhere(&r->tracee)) {
        finish(r, error, instruction);
    } else if (r->there) {
        r->confined |= credentials_enter(&r->tracee, ids_of(r)) < 0;
        finish(r, error, instruction);
    } else {
        bool answered = by_child(finish_there, r, instruction);
        place_leave(true);
        if (!answered)
            reply(r, -EACCES);
    }
}

/* The caller's root, where it is not ours. This worker's own, for one call. */
static char root[PATH_MAX];

static void set_root(struct request *r, int where)
{
    r->task.root = where == ROOTS_BELOW ? root : NULL;
    r->tracee.root = r->task.root;
}

/* In a child, for a caller in another mount namespace. */
static void answer_there(struct request *r, uint64_t instruction)
{
    int where = roots_enter(&r->tracee, ids_of(r), root);
    if (where < 0)
        return;
    set_root(r, where);
    r->there = true;
    static struct lx_policy there; /* this child's own */
    there = *r->policy;
    if (there.table != NULL)
        vfs_enter_space(&there, sys_space());
    r->task.policy = mounting_asks(r->call->number) || mounting_looks(r->call->number)
                         ? &there
                         : views_policy(&there, true);
    place_leave(false);
    answer_request(r, instruction);
    _exit(0);
}

/*
 * A caller in another mount namespace: a child goes there, for this one call. Where it cannot, the
 * call goes on as it is, and the summary says so: whoever is there has left the drive's world, and
 * to refuse every path would not bring it back.
 */
static void answer_elsewhere(struct request *r, uint64_t instruction)
{
    if (by_child(answer_there, r, instruction))
        return;
    struct lx_stats *stats = r->task.policy->stats;
    if (stats != NULL) {
        atomic_fetch_add_explicit(&stats->lane.elsewhere, 1, memory_order_relaxed);
        if (program_lacks_library(&r->tracee))
            atomic_fetch_add_explicit(&stats->lane.unjudged, 1, memory_order_relaxed);
    }
    reply(r, -LX_CONTINUE);
}

/* Numbers of the x32 ABI, which tools/filter.c sends here with whatever is larger. */
#define X32_CALL  0x40000000
#define X32_CALLS 1024

/* The same of one that has its arguments in a structure. */
static int take_structure(struct request *r)
{
    int error = xattrat_take(&r->compat, &r->tracee, r->call, r->given);
    if (error < 0 || r->compat.answer == NULL)
        return error;
    r->call = r->compat.call;
    r->given = r->compat.args;
    return 0;
}

/* What the call is. Returns 0, or as compat_take. */
static int take_call(struct request *r, const struct seccomp_notif *call)
{
    if (r->tracee.i386) {
        int error = compat_take(&r->compat, &r->tracee, &call->data);
        r->call = r->compat.call;
        r->given = r->compat.args;
        return error < 0 ? error : take_structure(r);
    }
    r->call = supervise_call_find(call->data.nr);
    r->given = (const uint64_t *)call->data.args;
    if (r->call != NULL)
        return shown_lacks(&r->task, r->call->number) ? -ENOSYS : take_structure(r);
    bool x32 = call->data.nr >= X32_CALL && call->data.nr < X32_CALL + X32_CALLS;
    if (x32 && r->task.policy->stats != NULL)
        program_note_x32(&r->task.policy->stats->lane, r->tracee.tid);
    return -ENOSYS;
}

static void answer_ring(const struct request *r, const struct seccomp_notif *call)
{
    bool answered = false;
    long result = -ENOSYS;
    if (!shown_lacks(&r->task, call->data.nr))
        result = ring_make(&r->tracee, (const uint64_t *)call->data.args, &answered);
    if (!answered)
        reply(r, result);
}

/* Notes a call by which a caller may have less, or is somebody else, afterwards: it goes on. */
static bool is_only_noted(const struct request *r, int nr)
{
    if (credentials_change_by(&r->tracee, nr))
        atomic_fetch_add(&r->pool->changes, 1);
    else if (nr == SYS_landlock_restrict_self) /* the same number to every program */
        atomic_store(&r->pool->landlock, true);
    else if (nr == (r->tracee.i386 ? UMASK_I386 : SYS_umask))
        atomic_store(&r->pool->masks_write, true);
    else
        return false;
    return true;
}

void supervise_answer(const struct lx_policy *policy, struct pool *pool, struct slot *slot,
                      const struct seccomp_notif *call)
{
    static const struct lx_task_ops acting = {HOOKS};
    struct request r = {.call = NULL, .offset = -1, .policy = policy, .pool = pool, .slot = slot};
    enum roots where = ROOTS_OURS;
    r.task = (struct lx_task){.policy = policy,
                              .cwd = AT_FDCWD,
                              .pid = (int)call->pid,
                              .on_behalf = true,
                              .ops = &acting,
                              .owner = &r};
    r.tracee = tracee_of(pool->listener, call);
    r.task.narrow = r.tracee.i386;
    int error = take_call(&r, call);
    r.narrow = r.tracee.i386 && error == 0 && !is_creat(&r) && r.call->number != SYS_openat2;
    if (error == 0 && roots_differ_after(r.call->number))
        atomic_store(&pool->roots, true);
    bool changes = error == 0 && (r.call->number == SYS_execve || r.call->number == SYS_execveat ||
                                  r.call->number == SYS_setns);
    if (changes)
        atomic_fetch_add(&pool->changes, 1);
    if ((changes || pool->chrooted) && !atomic_load_explicit(&pool->roots, memory_order_relaxed) &&
        roots_have_a_name(&r.tracee))
        atomic_store(&pool->roots, true);
    if (atomic_load_explicit(&pool->roots, memory_order_relaxed)) {
        where = roots_of(&r.tracee, root);
        /* What is mounted goes by the table; who looks for a file goes by what the kernel has. */
        if (error < 0 || !(mounting_asks(r.call->number) || mounting_looks(r.call->number)))
            r.task.policy = views_policy(policy, false);
    }
    set_root(&r, (int)where);
    uint64_t instruction = call->data.instruction_pointer;
    credentials_begin(&r.tracee, atomic_load(&pool->changes));
    if (is_only_noted(&r, call->data.nr)) {
        reply(&r, -LX_CONTINUE);
    } else if (strict_asks(&r.tracee, call->data.nr)) {
        if (!strict_enter(&r.tracee))
            reply(&r, -LX_CONTINUE);
    } else if (ring_asks(call->data.nr)) {
        answer_ring(&r, call);
    } else if (error < 0)
        reply(&r, error);
    else if (where == ROOTS_ELSEWHERE)
        answer_elsewhere(&r, instruction);
    else
        answer_request(&r, instruction);
    if (changes)
        credentials_forget();
}
