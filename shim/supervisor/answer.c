/* SPDX-License-Identifier: MIT */
#include "supervisor/answer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/call.h"
#include "supervisor/calls.h"
#include "supervisor/decide.h"
#include "supervisor/outside.h"
#include "supervisor/place.h"
#include "supervisor/roots.h"
#include "supervisor/tracee.h"
#include "supervisor/views.h"
#include "sys/sys.h"
#include "vfs/syscalls.h"
#include "vfs/verdict.h"

#ifndef SECCOMP_ADDFD_FLAG_SEND
#define SECCOMP_ADDFD_FLAG_SEND (1UL << 1)
#endif

#define ARGUMENTS 6
#define BLOCK_MAX \
    65536 /* no extended attribute and no directory block that programs read is larger */

/* One call with its arguments brought over. */
struct request {
    struct tracee tracee;
    struct lx_task task;
    const struct supervise_call *call;
    const uint64_t *given; /* the arguments as they came */
    long args[ARGUMENTS];  /* and as this process can use them */
    int descriptors[2];    /* fetched ones, to be closed */
    unsigned descriptor_count;
    int start; /* the descriptor its relative paths start from, or the first of two, or PLACE_NONE
                */
    bool looked_at; /* not left alone before any rule was asked */
};

/*
 * Where arguments are copied to. A worker takes one call at a time and has one thread; large, and
 * therefore not on its stack.
 */
static char strings[TRACEE_STRINGS][PATH_MAX + 64];
static char block[BLOCK_MAX] __attribute__((aligned(16)));

/* "/proc/self" is whoever asks. Changes text of room bytes in place. */
static void name_the_caller(char *path, size_t room, pid_t tid)
{
    static const struct {
        const char *prefix;
        const char *below;
    } own[] = {{"/proc/self", ""},      {"/proc/thread-self", ""}, {"/dev/fd", "/fd"},
               {"/dev/stdin", "/fd/0"}, {"/dev/stdout", "/fd/1"},  {"/dev/stderr", "/fd/2"}};
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        size_t n = strlen(own[i].prefix);
        char rest[PATH_MAX];
        if (strncmp(path, own[i].prefix, n) != 0 || (path[n] != '\0' && path[n] != '/'))
            continue;
        snprintf(rest, sizeof(rest), "%s", path + n);
        snprintf(path, room, "/proc/%d%s%s", (int)tid, own[i].below, rest);
        return;
    }
}

static const char *string_of(const struct request *r, unsigned i)
{
    return (const char *)(uintptr_t)r->args[i];
}

static bool is_path(char kind)
{
    return kind == 'p' || kind == 'P' || kind == 'e';
}

/* Reads its strings. Returns 0 or -errno. */
static int bring_strings(struct request *r)
{
    char *const to[TRACEE_STRINGS] = {strings[0], strings[1]};
    uint64_t from[TRACEE_STRINGS] = {0};
    unsigned used = 0;
    for (unsigned i = 0; r->call->arguments[i] != '\0' && used < TRACEE_STRINGS; i++) {
        if (!is_path(r->call->arguments[i]) && r->call->arguments[i] != 'n')
            continue;
        r->args[i] = r->given[i] == 0 ? 0 : (long)(uintptr_t)to[used];
        from[used++] = r->given[i];
    }
    int error = tracee_strings(&r->tracee, from, to, PATH_MAX);
    for (unsigned i = 0; r->call->arguments[i] != '\0' && error == 0; i++)
        if (is_path(r->call->arguments[i]) && r->args[i] != 0)
            name_the_caller((char *)(uintptr_t)r->args[i], sizeof(strings[0]), r->tracee.tid);
    return error;
}

/* The descriptor a path starts from; of P, the kernel knows no other than the current directory. */
static int base_of(const struct request *r, unsigned i)
{
    const char *kind = r->call->arguments + i;
    bool given = i > 0 && (*kind == 'p' || *kind == 'e') && kind[-1] == 'f';
    return given ? (int)r->given[i - 1] : AT_FDCWD;
}

static bool is_relative(const char *path)
{
    return path != NULL && path[0] != '/' && path[0] != '\0';
}

/*
 * Where a call starts that has relative paths, and an address may be one. The current directory,
 * where it is one of two, since it has no descriptor.
 */
static int start_of(const struct request *r)
{
    /* A script's interpreter may be relative, whatever its own path. */
    bool anyhow = r->call->number == SYS_getcwd || decides(r->call->number);
    int start = anyhow ? AT_FDCWD : PLACE_NONE;
    for (unsigned i = 0; r->call->arguments[i] != '\0'; i++) {
        char kind = r->call->arguments[i];
        if (kind == 'V' || (is_path(kind) && is_relative(string_of(r, i)) &&
                            (start == PLACE_NONE || base_of(r, i) == AT_FDCWD)))
            start = base_of(r, i);
    }
    return start;
}

/* True where an address is no name in the file system. */
static bool is_other_address(const struct request *r, unsigned i)
{
    struct sockaddr_un address = {.sun_family = AF_UNSPEC};
    size_t least = offsetof(struct sockaddr_un, sun_path) + 1;
    if (r->given[i + 1] < least || tracee_read(&r->tracee, r->given[i], &address, least) < 0)
        return true;
    return address.sun_family != AF_UNIX || address.sun_path[0] == '\0';
}

/* True where a path, a relative one from `base` (NULL: that is not known), is below /proc. */
static bool is_in_proc(const char *base, const char *path)
{
    if (path[0] == '/' || base == NULL)
        return strncmp(path, "/proc/", 6) == 0;
    return strncmp(base, "/proc/", 6) == 0 ||
           (strcmp(base, "/") == 0 && strncmp(path, "proc/", 5) == 0);
}

/* True where argument i certainly has nothing to do with any mount. */
static bool is_outside(const struct request *r, unsigned i)
{
    const struct lx_policy *policy = r->task.policy;
    const char *kinds = r->call->arguments;
    const char *path = is_path(kinds[i]) ? string_of(r, i) : NULL;
    const char *base;
    switch (kinds[i]) {
    case 'f':
        /* With a path, that is asked. Where inotify's comes first, it is no directory. */
        return is_path(kinds[i + 1]) || kinds[i + 1] == 'V' ||
               outside_descriptor(policy, &r->tracee, (int)r->given[i]);
    case 'e':
    case 'p':
    case 'P':
        if (path == NULL || path[0] == '\0')
            return base_of(r, i) == AT_FDCWD ||
                   outside_descriptor(policy, &r->tracee, base_of(r, i));
        /* In another root only the walk knows. */
        if (r->task.root != NULL)
            return false;
        base = is_relative(path)
                   ? place_name_of(&r->tracee, base_of(r, i), base_of(r, i) == r->start)
                   : NULL;
        /* What readlink answers there may be a name inside. */
        if (kinds[i] == 'e' && kinds[i + 1] == 'b' && is_in_proc(base, path))
            return false;
        return outside_path(policy, base, path, kinds[i] != 'e');
    case 'V':
        return is_other_address(r, i);
    default:
        return true;
    }
}

/* True where no rule can be about the call, by what its strings and descriptors lead to. */
static bool is_left_alone(const struct request *r)
{
    if (r->call->number == SYS_getcwd)
        return outside_descriptor(r->task.policy, &r->tracee, AT_FDCWD);
    if (decide_needs_none(r->task.policy, r->call->number))
        return true;
    if (decide_needs_look(r->task.policy, r->call->number))
        return false;
    for (unsigned i = 0; r->call->arguments[i] != '\0'; i++)
        if (!is_outside(r, i))
            return false;
    return true;
}

static int bring_descriptor(struct request *r, unsigned i)
{
    int fd = (int)r->given[i];
    const char *path = is_path(r->call->arguments[i + 1]) ? string_of(r, i + 1) : NULL;
    r->args[i] = AT_FDCWD;
    /* Of no use to an absolute path; a bad number is no mistake there. */
    if (fd == AT_FDCWD || (path != NULL && path[0] == '/') || (is_relative(path) && place_is(fd)))
        return 0;
    int copy = tracee_descriptor(&r->tracee, fd);
    if (copy >= 0)
        r->descriptors[r->descriptor_count++] = copy;
    r->args[i] = copy < 0 ? -1 : copy;
    return 0;
}

/*
 * Goes where relative paths start. A current directory that can no more be entered is still one to
 * start from, if only by a descriptor that names it.
 */
static int bring_start(struct request *r)
{
    if (r->start == PLACE_NONE)
        return 0;
    int error = place_go(&r->tracee, r->start);
    if (error == 0)
        r->task.cwd_name = place_name();
    if (error == 0 || r->start != AT_FDCWD)
        return 0;
    r->task.cwd = tracee_cwd(&r->tracee);
    return r->task.cwd < 0 ? r->task.cwd : strchr(r->call->arguments, 'P') != NULL ? error : 0;
}

/* A buffer that is read (n bytes, may be NULL) or, with n 0, only has to be there. */
static int bring_block(struct request *r, unsigned i, size_t n)
{
    if (n > sizeof(block))
        return -E2BIG;
    r->args[i] = r->given[i] == 0 ? 0 : (long)(uintptr_t)block;
    return r->given[i] == 0 || n == 0 ? 0 : tracee_read(&r->tracee, r->given[i], block, n);
}

/* Everything else, once its strings are there. */
static int bring(struct request *r)
{
    int error = bring_start(r);
    for (unsigned i = 0; r->call->arguments[i] != '\0' && error == 0; i++) {
        switch (r->call->arguments[i]) {
        case 'V':
            error = bring_block(r, i, (size_t)r->given[i + 1]);
            break;
        case 'f':
            error = bring_descriptor(r, i);
            break;
        case 'e':
        case 'p':
        case 'P':
        case 'n':
            break;
        case 't':
            error = bring_block(r, i, r->call->size);
            break;
        case 'v':
            error = bring_block(r, i, (size_t)r->given[i + 1]);
            break;
        case 's':
        case 'b':
            error = bring_block(r, i, 0);
            break;
        default:
            r->args[i] = (long)r->given[i];
            /* The length of a buffer before it: no more than we have. */
            if (i > 0 && r->call->arguments[i - 1] == 'b' && r->given[i] > sizeof(block))
                r->args[i] = sizeof(block);
            break;
        }
    }
    return error;
}

/* Writes back what the call has written. Returns its result, or -EFAULT. */
static long take_back(struct request *r, long result)
{
    for (unsigned i = 0; r->call->arguments[i] != '\0' && result >= 0; i++) {
        char kind = r->call->arguments[i];
        size_t n = kind == 's' ? r->call->size : kind == 'b' ? (size_t)result : 0;
        if (kind == 'b' && r->given[i + 1] == 0)
            n = 0; /* only the length was asked for */
        if (n > 0 && tracee_write(&r->tracee, r->given[i], block, n) < 0)
            return -EFAULT;
    }
    return result;
}

static bool opens(const struct supervise_call *call)
{
    return strcmp(call->name, "openat") == 0 || strcmp(call->name, "open") == 0 ||
           strcmp(call->name, "creat") == 0 || call->number == SYS_open_by_handle_at;
}

static long flags_of_open(const struct request *r)
{
    return strcmp(r->call->name, "openat") == 0       ? r->args[2]
           : strcmp(r->call->name, "open") == 0       ? r->args[1]
           : r->call->number == SYS_open_by_handle_at ? r->args[2]
                                                      : 0;
}

/* This worker and its pool, for hooks, which have no argument for them. */
static struct {
    struct pool *pool;
    struct slot *slot;
    bool masked; /* it has the caller's umask */
} own;

static void reply(const struct request *r, long result)
{
    struct seccomp_notif_resp response = {.id = r->tracee.id};
    if (result == -LX_EPASS)
        response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    else if (result < 0)
        response.error = (int32_t)result;
    else
        response.val = result;
    /* ENOENT: it was killed. There is nobody to tell. */
    (void)ioctl(r->tracee.listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

/*
 * Gives a descriptor to the caller as the result of its call. Ours is closed before the caller goes
 * on: what it closes then is closed, and can be removed. Where a signal could take the caller out
 * of its call in between, with a descriptor that it knows nothing of, that has to be one step.
 */
static void give_descriptor(const struct request *r, int fd)
{
    struct seccomp_notif_addfd add = {.id = r->tracee.id,
                                      .flags = own.pool->holds ? 0 : SECCOMP_ADDFD_FLAG_SEND,
                                      .srcfd = (uint32_t)fd,
                                      .newfd_flags = (uint32_t)flags_of_open(r) & O_CLOEXEC};
    int given = ioctl(r->tracee.listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
    int error = given < 0 ? -errno : 0;
    close(fd);
    if (error == -ENOENT) /* killed meanwhile: nobody waits */
        return;
    if (error < 0 || own.pool->holds)
        reply(r, error < 0 ? error : given);
}

/* Before something that may wait for long. */
static void expect_to_wait(void)
{
    pool_hand_over(own.pool, own.slot);
}

/*
 * Lets the master's sign through, or no more. Only around calls that wait: an ADDFD that is
 * interrupted would answer the caller without having given it anything.
 */
static void hear_master(bool on)
{
    sigset_t sign;
    sigemptyset(&sign);
    sigaddset(&sign, POOL_SIGNAL);
    sigprocmask(on ? SIG_UNBLOCK : SIG_BLOCK, &sign, NULL);
}

/* Only a FIFO waits for somebody to come. */
static int announced_open(int dfd, const char *path, int flags, mode_t mode, unsigned resolve)
{
    const int other = O_NONBLOCK | O_PATH | O_DIRECTORY;
    struct stat st;
    if ((flags & other) != 0 || sys_fstatat(dfd, path, &st, 0) < 0 || !S_ISFIFO(st.st_mode))
        return sys_open(dfd, path, flags, mode, resolve);
    expect_to_wait();
    hear_master(true);
    int fd = sys_open(dfd, path, flags, mode, resolve);
    hear_master(false);
    return fd;
}

/* Workers have none of their own: what a drive makes has the drive's mode. */
static void take_mask(const struct lx_task *task)
{
    const struct tracee t = {.tid = task->pid};
    umask(tracee_umask(&t));
    own.masked = true;
}

static long run(struct request *r)
{
    vfs_syscall *answer = vfs_syscalls[r->call->number];
    tracee_become(&r->tracee);
    if (r->call->number == SYS_connect) { /* waits for room in a listener's queue */
        expect_to_wait();
        hear_master(true);
    }
    long result = decides(r->call->number)
                      ? decide(&r->task, &r->tracee, r->call, r->given, r->args)
                      : answer(&r->task, r->args);
    if (r->call->number == SYS_connect)
        hear_master(false);
    tracee_become(NULL);
    if (own.masked)
        umask(0);
    own.masked = false;
    return result;
}

/* To the kernel: handle the signal, then make the call again if its handler allows. */
#define RESTART 512

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
            return -RESTART;
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
        verdict_forget_all();
    known = now;
}

/*
 * Notes a program whose calls the library does not see, once. A process is looked at again where
 * its calls are made elsewhere in memory: it has become another program.
 */
static void note_program(struct lx_stats_lane *lane, const struct tracee *t, uint64_t instruction)
{
    /* This worker's own. */
    static struct {
        pid_t tid;
        uint64_t region;
    } seen[64];
    struct lx_stats_program program = {.name = ""};
    enum lx_outside why;
    uint64_t region = instruction >> 24;
    size_t at = ((size_t)t->tid ^ region) % (sizeof(seen) / sizeof(seen[0]));
    if (seen[at].tid == t->tid && seen[at].region == region)
        return;
    enum tracee_library library = tracee_library(t, &why);
    if (library != TRACEE_BEGINS) {
        seen[at].tid = t->tid;
        seen[at].region = region;
    }
    if (library != TRACEE_LACKS_LIBRARY)
        return;
    program.why = (uint8_t)why;
    tracee_comm(t, program.name);
    uint32_t count = atomic_load(&lane->programs);
    for (uint32_t i = 0; i < count && i < LX_STATS_PROGRAMS; i++)
        if (memcmp(&lane->program[i], &program, sizeof(program)) == 0)
            return;
    /* Two workers at once may note one program twice, or lose one: it is for a summary. */
    if (count < LX_STATS_PROGRAMS) {
        lane->program[count] = program;
        atomic_compare_exchange_strong(&lane->programs, &count, count + 1);
    }
}

static void count(const struct request *r, long result, uint64_t instruction)
{
    struct lx_stats *stats = r->task.policy->stats;
    if (stats == NULL)
        return;
    atomic_fetch_add_explicit(&stats->lane.trapped, 1, memory_order_relaxed);
    if (result != -LX_EPASS)
        atomic_fetch_add_explicit(&stats->lane.answered, 1, memory_order_relaxed);
    if (r->looked_at)
        note_program(&stats->lane, &r->tracee, instruction);
}

/* Closes what was fetched, before the caller goes on: it is not to meet us as somebody who has it.
 */
static void put_down(struct request *r)
{
    while (r->descriptor_count > 0)
        close(r->descriptors[--r->descriptor_count]);
    if (r->task.cwd >= 0)
        close(r->task.cwd);
    r->task.cwd = AT_FDCWD;
}

/* From the arguments to the answer, in the caller's own view of the file system. */
static void answer_request(struct request *r, struct pool *pool, const struct slot *slot,
                           uint64_t instruction)
{
    long result = -LX_EPASS;
    if (moves(r->call))
        atomic_fetch_add(&pool->moves, 1);
    forget_moved(pool);
    int error = bring_strings(r);
    r->start = error == 0 ? start_of(r) : PLACE_NONE;
    r->looked_at = error == 0 && !is_left_alone(r);
    if (error == 0)
        error = r->looked_at ? bring(r) : -LX_EPASS;
    /* Where nobody may look at what it asks for, it does not get past the rules by that. */
    if (error == -EPERM)
        result = error;
    /* What was read is the caller's only if it still waits. */
    if (error == 0 && tracee_waits(&r->tracee))
        result = run_to_end(r, slot);
    place_leave(r->looked_at);
    put_down(r);
    if (moves(r->call))
        atomic_fetch_add(&pool->moves, 1);
    count(r, result, instruction);
    if (result >= 0 && opens(r->call) && (flags_of_open(r) & O_PATH) != 0) {
        /* A descriptor that only names cannot be handed over; the rules have spoken. */
        close((int)result);
        result = -LX_EPASS;
    }
    /* What cannot be read, the kernel refuses; what is too large for us, no rule is about. */
    if (result >= 0 && opens(r->call)) {
        give_descriptor(r, (int)result);
    } else if (result != -DECIDE_ANSWERED) {
        reply(r, result == -LX_EPASS ? result : take_back(r, result));
    }
}

/* The caller's root, where it is not ours. This worker's own, for one call. */
static char root[PATH_MAX];

static void set_root(struct request *r, int where)
{
    r->task.root = where == ROOTS_BELOW ? root : NULL;
    r->tracee.root = r->task.root;
}

/*
 * A caller in another mount namespace: a child goes there, for this one call. Where it cannot, the
 * call goes on as it is, and the summary says so: whoever is there has left the drive's world, and
 * to refuse every path would not bring it back.
 */
static void answer_elsewhere(struct request *r, const struct lx_policy *policy, struct pool *pool,
                             const struct slot *slot, uint64_t instruction)
{
    int status = 0;
    pid_t worker = getpid();
    expect_to_wait();
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int where = getppid() == worker ? roots_enter(&r->tracee, root) : -ESRCH;
        if (where < 0)
            _exit(1);
        set_root(r, where);
        r->task.policy = views_policy(policy, true);
        place_leave(false);
        answer_request(r, pool, slot, instruction);
        _exit(0);
    }
    hear_master(true);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        kill(child, POOL_SIGNAL);
    hear_master(false);
    if (child > 0 && status == 0)
        return;
    struct lx_stats *stats = r->task.policy->stats;
    if (stats != NULL)
        atomic_fetch_add_explicit(&stats->lane.elsewhere, 1, memory_order_relaxed);
    reply(r, -LX_EPASS);
}

void supervise_answer(const struct lx_policy *policy, struct pool *pool, struct slot *slot,
                      const struct seccomp_notif *call)
{
    struct request r = {.call = supervise_call_find(call->data.nr),
                        .given = (const uint64_t *)call->data.args};
    enum roots where = ROOTS_OURS;
    r.task = (struct lx_task){.policy = policy,
                              .cwd = AT_FDCWD,
                              .pid = (int)call->pid,
                              .deputy = true,
                              .open = announced_open,
                              .mask = take_mask};
    r.tracee = tracee_of(pool->listener, call);
    own.pool = pool;
    own.slot = slot;
    if (r.call != NULL && roots_differ_after(r.call->number))
        atomic_store(&pool->roots, true);
    if (atomic_load_explicit(&pool->roots, memory_order_relaxed)) {
        where = roots_of(&r.tracee, root);
        r.task.policy = views_policy(policy, false);
    }
    set_root(&r, (int)where);
    uint64_t instruction = call->data.instruction_pointer;
    if (r.call == NULL)
        reply(&r, -ENOSYS);
    else if (where == ROOTS_ELSEWHERE)
        answer_elsewhere(&r, policy, pool, slot, instruction);
    else
        answer_request(&r, pool, slot, instruction);
}
