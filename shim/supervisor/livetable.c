/* SPDX-License-Identifier: MIT */
/* The process that serves mount tables as files of FUSE: see linux/fuse.h for its words. */
#include "supervisor/livetable.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fuse.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "supervisor/pass.h"
#include "vfs/tables.h"
#include "vfs/watch.h"

#ifndef FOPEN_NOFLUSH
#define FOPEN_NOFLUSH (1 << 5) /* a close waits for nobody; nothing to older kernels */
#endif

#define FOREVER  (1u << 30)       /* seconds that the kernel keeps what it was told */
#define ROOM     (128u << 10)     /* of a request, and of what is read at once */
#define MINOR    31               /* of the protocol, as far as it is spoken here */
#define OLDEST   23               /* from which on INIT's answer has its size */
#define IS_FILE  (S_IFREG | 0444) /* with no link: see is_unnamed of fs/host.c */
#define IS_OTHER (S_IFDIR | 0555)

/* A table that is open. */
struct table {
    struct table *next;
    uint64_t node;           /* by which it was opened */
    int kernel;              /* the kernel's file */
    int memory;              /* what it said when it was read from its beginning, or -1 */
    bool changed;            /* since somebody who waits was told */
    bool awaited;            /* somebody sleeps, and is to be woken: */
    uint64_t sleeper;        /* what the kernel calls him */
    struct lx_policy policy; /* of the mount namespace that it is of */
    char name[sizeof(((struct livetable_ask *)0)->name)];
    char root[PATH_MAX];
};

/* All of this process, which has one thread. */
static struct {
    struct pool *pool;
    const struct lx_policy *policy;
    int device;
    int directory;
    int changes;        /* wakes for mounts that the kernel has no part in; or -1 */
    int events;         /* of all these */
    uint64_t nodes;     /* names that the kernel has asked for: each is a node of its own, */
    uint64_t last_node; /* but for that of the file that was asked for last, */
    char last_name[sizeof(((struct table *)0)->name)]; /* by this name of the kernel's */
    struct table *open;                                /* tables */
    struct table *pending; /* asked for, and to be opened next; or NULL */
    char request[ROOM];
    char text[ROOM];
} served;

static void answer(const struct fuse_in_header *to, int error, const void *data, size_t n)
{
    struct fuse_out_header header = {
        .len = (uint32_t)(sizeof(header) + n), .error = error, .unique = to->unique};
    struct iovec parts[] = {{&header, sizeof(header)}, {(void *)(uintptr_t)data, n}};
    (void)!writev(served.device, parts, 2);
}

static void drop(struct table *t)
{
    if (t == NULL)
        return;
    if (t->memory >= 0)
        close(t->memory);
    close(t->kernel);
    free(t);
}

static bool listen_to(int fd, uint32_t events, void *of)
{
    struct epoll_event event = {.events = events, .data = {.ptr = of}};
    return fd >= 0 && epoll_ctl(served.events, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* Wakes who sleeps by a table. */
static void tell(struct table *t)
{
    struct fuse_notify_poll_wakeup_out out = {.kh = t->sleeper};
    struct fuse_out_header header = {.len = sizeof(header) + sizeof(out),
                                     .error = FUSE_NOTIFY_POLL};
    struct iovec parts[] = {{&header, sizeof(header)}, {&out, sizeof(out)}};
    t->changed = true;
    if (t->awaited)
        (void)!writev(served.device, parts, 2);
    t->awaited = false;
}

/* Hears of mounts that the kernel has no part in. */
static void hear_changes(void)
{
    bool any = false;
    while (served.changes >= 0 && read(served.changes, served.text, sizeof(served.text)) > 0)
        any = true;
    for (struct table *t = served.open; any && t != NULL; t = t->next)
        tell(t);
}

/* True where something was mounted since this was asked last. */
static bool has_changed(struct table *t)
{
    struct pollfd event = {.fd = t->kernel, .events = POLLPRI};
    tables_settle(&t->policy); /* a change is heard of once, when all of it is there */
    hear_changes();
    bool changed = poll(&event, 1, 0) > 0 && (event.revents & POLLPRI) != 0;
    changed |= t->changed;
    t->changed = false;
    return changed;
}

static void be_asked(void)
{
    struct livetable_ask what;
    int kernel;
    ssize_t n = pass_receive(served.pool->tables_answered, &what, sizeof(what), &kernel);
    drop(served.pending);
    served.pending = NULL;
    if (n != (ssize_t)sizeof(what) || kernel < 0)
        return;
    struct table *t = calloc(1, sizeof(*t));
    if (t == NULL) {
        close(kernel);
    } else {
        *t = (struct table){.kernel = kernel, .memory = -1, .policy = *served.policy};
        t->policy.space = what.space;
        t->policy.origin = what.origin;
        memcpy(t->name, what.name, sizeof(t->name));
        memcpy(t->root, what.root, sizeof(t->root));
        served.pending = t;
    }
    (void)pass_send(served.pool->tables_answered, &what.number, sizeof(what.number),
                    t == NULL ? -1 : served.directory);
}

static struct fuse_attr attributes(uint64_t node, bool file)
{
    return (struct fuse_attr){.ino = node,
                              .mode = file ? IS_FILE : IS_OTHER,
                              .nlink = file ? 0 : 2,
                              .uid = getuid(),
                              .gid = getgid(),
                              .blksize = 1024};
}

/* Whoever opens the same table again finds the same node: the kernel asks but once then. */
static uint64_t node_of(struct table *t)
{
    if (served.last_node == 0 || strcmp(served.last_name, t->name) != 0) {
        served.last_node = ++served.nodes;
        memcpy(served.last_name, t->name, sizeof(t->name));
    }
    t->node = served.last_node;
    return t->node;
}

/* Directories are whatever the kernel asks for on the way to the one file that is pending. */
static void look_up(const struct fuse_in_header *in, const char *name)
{
    bool file = tables_named(name, strlen(name));
    if (file && served.pending == NULL) {
        answer(in, -ENOENT, NULL, 0);
        return;
    }
    uint64_t node = file ? node_of(served.pending) : ++served.nodes;
    struct fuse_entry_out out = {.nodeid = node,
                                 .generation = 1,
                                 .entry_valid = file ? 0 : FOREVER,
                                 .attr_valid = FOREVER,
                                 .attr = attributes(node, file)};
    answer(in, 0, &out, sizeof(out));
}

/* One more of a file that is open, by its descriptor's link in /proc. */
static struct table *once_more(uint64_t node)
{
    struct table *like = served.open;
    while (like != NULL && like->node != node)
        like = like->next;
    int kernel = like == NULL ? -1 : open(like->name, O_RDONLY | O_CLOEXEC);
    struct table *t = kernel < 0 ? NULL : calloc(1, sizeof(*t));
    if (t == NULL) {
        if (kernel >= 0)
            close(kernel);
        return NULL;
    }
    *t = *like;
    t->kernel = kernel;
    t->memory = -1;
    t->changed = t->awaited = false;
    return t;
}

static void open_table(const struct fuse_in_header *in)
{
    struct table *t = served.pending;
    if (t != NULL && t->node == in->nodeid)
        served.pending = NULL;
    else
        t = once_more(in->nodeid);
    if (t == NULL) {
        answer(in, -ENOENT, NULL, 0);
        return;
    }
    hear_changes(); /* of which this one need not be told */
    t->next = served.open;
    served.open = t;
    (void)listen_to(t->kernel, EPOLLPRI | EPOLLET, t);
    struct fuse_open_out out = {.fh = (uintptr_t)t, .open_flags = FOPEN_DIRECT_IO | FOPEN_NOFLUSH};
    answer(in, 0, &out, sizeof(out));
}

static void close_table(uint64_t handle)
{
    struct table **at = &served.open;
    while (*at != NULL && (uintptr_t)*at != handle)
        at = &(*at)->next;
    struct table *t = *at;
    if (t == NULL)
        return;
    *at = t->next;
    (void)epoll_ctl(served.events, EPOLL_CTL_DEL, t->kernel, NULL);
    drop(t);
}

static void read_table(const struct fuse_in_header *in, const struct fuse_read_in *what)
{
    struct table *t = (struct table *)(uintptr_t)what->fh;
    const struct lx_task task = {.policy = &t->policy};
    if (what->offset == 0 || t->memory < 0) {
        if (t->memory >= 0)
            close(t->memory);
        t->memory = lseek(t->kernel, 0, SEEK_SET) < 0
                        ? -1
                        : tables_written(&task, t->name, t->root, t->kernel);
    }
    size_t size = what->size < ROOM ? what->size : ROOM;
    ssize_t n = t->memory < 0 ? -1 : pread(t->memory, served.text, size, (off_t)what->offset);
    answer(in, n < 0 ? -EIO : 0, served.text, n < 0 ? 0 : (size_t)n);
}

/* As the kernel's own: it can always be read, and a mount is urgent, once. */
static void poll_table(const struct fuse_in_header *in, const struct fuse_poll_in *what)
{
    struct table *t = (struct table *)(uintptr_t)what->fh;
    struct fuse_poll_out out = {.revents = POLLIN | POLLRDNORM};
    if (has_changed(t))
        out.revents |= POLLERR | POLLPRI;
    if ((what->flags & FUSE_POLL_SCHEDULE_NOTIFY) != 0) {
        t->awaited = true;
        t->sleeper = what->kh;
    }
    answer(in, 0, &out, sizeof(out));
}

static void begin(const struct fuse_in_header *in, const struct fuse_init_in *what)
{
    bool understood = what->major == FUSE_KERNEL_VERSION && what->minor >= OLDEST;
    struct fuse_init_out out = {.major = FUSE_KERNEL_VERSION,
                                .minor = what->minor < MINOR ? what->minor : MINOR,
                                .max_write = 4096};
    answer(in, understood ? 0 : -EPROTO, &out, understood ? sizeof(out) : 0);
}

static void be_called(void)
{
    const struct fuse_in_header *in = (const struct fuse_in_header *)(const void *)served.request;
    const void *what = in + 1;
    ssize_t n = read(served.device, served.request, sizeof(served.request) - 1);
    if (n < (ssize_t)sizeof(*in)) {
        if (n < 0 && errno == ENODEV)
            _exit(0);
        return;
    }
    served.request[n] = '\0';
    switch (in->opcode) {
    case FUSE_INIT:
        begin(in, what);
        return;
    case FUSE_LOOKUP:
        look_up(in, what);
        return;
    case FUSE_GETATTR:
        answer(in, 0,
               &(struct fuse_attr_out){.attr_valid = FOREVER,
                                       .attr = attributes(in->nodeid, in->nodeid != FUSE_ROOT_ID)},
               sizeof(struct fuse_attr_out));
        return;
    case FUSE_STATFS: /* asked for the type, which is the kernel's to say */
        answer(in, 0, &(struct fuse_statfs_out){.st.namelen = NAME_MAX},
               sizeof(struct fuse_statfs_out));
        return;
    case FUSE_OPEN:
        open_table(in);
        return;
    case FUSE_READ:
        read_table(in, what);
        return;
    case FUSE_POLL:
        poll_table(in, what);
        return;
    case FUSE_RELEASE:
        close_table(((const struct fuse_release_in *)what)->fh);
        answer(in, 0, NULL, 0);
        return;
    case FUSE_FORGET: /* of these the kernel wants no answer */
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
        return;
    default:
        answer(in, -ENOSYS, NULL, 0);
    }
}

_Noreturn void livetable_serve(const struct lx_policy *policy, struct pool *pool)
{
    sigset_t none;
    served.pool = pool;
    served.policy = policy;
    served.nodes = FUSE_ROOT_ID;
    signal(SIGTERM, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL); /* a SIGTERM may wait since the fork */
    served.events = epoll_create1(EPOLL_CLOEXEC);
    served.changes = vfs_watch_table(policy);
    if (served.changes >= 0)
        (void)listen_to(served.changes, EPOLLIN, &served.changes);
    if (livetable_mount(&served.device, &served.directory) < 0 ||
        !listen_to(served.device, EPOLLIN, &served.device) ||
        !listen_to(pool->tables_answered, EPOLLIN, &served.pool))
        _exit(1);
    for (;;) {
        struct epoll_event event;
        if (epoll_wait(served.events, &event, 1, -1) != 1)
            continue;
        if (event.data.ptr == &served.device)
            be_called();
        else if (event.data.ptr == &served.pool)
            be_asked();
        else if (event.data.ptr == &served.changes)
            hear_changes();
        else
            tell(event.data.ptr);
    }
}
