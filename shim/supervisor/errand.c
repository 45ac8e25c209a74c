/* SPDX-License-Identifier: MIT */
#include "supervisor/errand.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "supervisor/forced.h"
#include "supervisor/place.h"
#include "sys/address.h"
#include "sys/proxy.h"
#include "sys/sys.h"
#include "vfs/walk.h"

#define ROOM       (1u << 17) /* two paths, and the value of an attribute */
#define OPENED_MAX 4 /* descriptors at once: what is opened to look at, and what is given */

/* The request that errands are for. A worker takes one call at a time and has one thread. */
static struct {
    const struct request *request;
    enum credentials which;
    bool begun;
    struct injection injection;
    struct scratch scratch;
    unsigned opened;
    struct {
        int copy;
        long number; /* the caller's */
    } open[OPENED_MAX];
} now;

/* What the caller calls a descriptor of ours; -1 for one that it has not got. */
static long callers_descriptor(int fd)
{
    const struct request *r = now.request;
    if (fd == AT_FDCWD)
        return place_is(r->start) ? r->start : AT_FDCWD;
    if (fd == r->task.cwd)
        return AT_FDCWD;
    for (unsigned i = 0; r->call->arguments[i] != '\0'; i++)
        if (r->call->arguments[i] == 'f' && (int)r->args[i] == fd)
            return (int)r->given[i];
    for (unsigned i = now.opened; i-- > 0;)
        if (now.open[i].copy == fd)
            return now.open[i].number;
    return -1;
}

/* The kernel's name of a descriptor of ours, and `rest` below it. False where it has none. */
static bool name_of(int fd, const char *rest, char out[PATH_MAX])
{
    char link[32];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, out, PATH_MAX - 1);
    if (n <= 0 || out[0] != '/')
        return false;
    rest += strspn(rest, "/");
    if (strcmp(rest, ".") == 0)
        rest = "";
    return snprintf(out + n, (size_t)(PATH_MAX - n), "%s%s", rest[0] == '\0' ? "" : "/", rest) <
           PATH_MAX - n;
}

/* By our own descriptors, as "/proc/self/fd/7/name", which are nobody else's. */
static bool is_by_descriptor(const char *path, int *fd, const char **rest)
{
    int used = 0;
    if (sscanf(path, "/proc/self/fd/%d%n", fd, &used) != 1)
        return false;
    *rest = path + used;
    return true;
}

/*
 * Puts a path there, which starts from fd: in *dfd is what the caller calls that, where its call
 * has a descriptor (NULL: it has none). The kernel's own words do where a path starts from a
 * descriptor that the caller has not got.
 */
static bool put_path(const char *path, int fd, long *dfd, long *at)
{
    char whole[PATH_MAX];
    const char *rest;
    int own;
    long theirs = callers_descriptor(fd);
    if (dfd == NULL && theirs >= 0 && path[0] != '/') {
        int n = snprintf(whole, sizeof(whole), "/proc/self/fd/%ld/%s", theirs, path);
        *at = (long)scratch_string(&now.scratch, whole);
        return n < (int)sizeof(whole);
    }
    if (dfd == NULL)
        dfd = &theirs;
    *dfd = theirs;
    if (is_by_descriptor(path, &own, &rest)) {
        if (!name_of(own, rest, whole))
            return false;
        path = whole;
    } else if (path[0] != '/' && *dfd == -1) {
        if (!name_of(fd, path, whole))
            return false;
        path = whole;
        *dfd = AT_FDCWD;
    }
    *at = (long)scratch_string(&now.scratch, vfs_from_root(&now.request->task, path));
    return true;
}

/* Puts the arguments of a call of ours there. False where the caller cannot make it. */
static bool put_arguments(const struct supervise_call *call, const long args[6], long out[6])
{
    struct scratch *s = &now.scratch;
    s->used = 0;
    s->failed = false;
    for (unsigned i = 0; call->arguments[i] != '\0'; i++) {
        char kind = call->arguments[i];
        const char *text = (const char *)(uintptr_t)args[i];
        size_t n = kind == 't' ? call->size : i < 5 ? (size_t)args[i + 1] : 0;
        bool itself = kind == 'f' && (!request_is_path(call->arguments[i + 1]) || args[i + 1] == 0);
        if (itself && (out[i] = callers_descriptor((int)args[i])) == -1)
            return false;
        if (request_is_path(kind) && text != NULL) {
            bool from = i > 0 && call->arguments[i - 1] == 'f';
            if (!put_path(text, from ? (int)args[i - 1] : AT_FDCWD, from ? &out[i - 1] : NULL,
                          &out[i]))
                return false;
        } else if (kind == 'n' && text != NULL) {
            out[i] = (long)scratch_string(s, text);
        } else if (strchr("tvV", kind) != NULL && text != NULL) {
            s->used = (s->used + 7) & ~(size_t)7;
            out[i] = (long)scratch_put(s, text, n);
        }
    }
    return !s->failed;
}

/* Takes the caller out of its call, with memory of its own to read from. */
static bool start(void)
{
    struct scratch *s = &now.scratch;
    if (now.begun)
        return true;
    if (inject_start(&now.injection, &now.request->tracee) < 0)
        return false;
    now.begun = true;
    *s = (struct scratch){.tracee = &now.request->tracee, .size = ROOM};
    long at = forced_call(
        &now.injection, SYS_mmap,
        (const long[6]){0, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0});
    if (at < 0 && at >= -4095)
        s->size = 0;
    else
        s->start = (uint64_t)at;
    return true;
}

/* Has the caller make a call. As ourselves, since nobody else may trace it. */
static long send(const struct supervise_call *call, const long args[6])
{
    long there[6];
    long result = -EACCES;
    credentials_return();
    memcpy(there, args, sizeof(there));
    there[5] = SYS_COOKIE;
    if (start() && put_arguments(call, args, there))
        result = forced_call(&now.injection, call->number, there);
    if (result == -ENOSYS) /* 32-bit programs have it with arguments that we have not */
        result = -EACCES;
    return result;
}

static void go_back(void)
{
    (void)credentials_take(&now.request->tracee, now.which);
}

/* True with a path that nobody can read: asks what the kernel refuses anyway (vfs/arguments.h). */
static bool is_question(const struct supervise_call *call, const long args[6])
{
    for (unsigned i = 0; call->arguments[i] != '\0'; i++)
        if (request_is_path(call->arguments[i]) && args[i] > 0 && args[i] < SYS_PAGE)
            return true;
    return false;
}

static long proxy(long nr, const long args[6])
{
    const struct supervise_call *call = supervise_call_find((int)nr);
    if (call == NULL)
        return -EACCES;
    if (is_question(call, args))
        return sys_call6(nr, args[0], args[1], args[2], args[3], args[4], args[5]);
    sys_proxy = NULL;
    long result = send(call, args);
    go_back();
    sys_proxy = proxy;
    return result;
}

void errand_begin(const struct request *r, enum credentials which)
{
    now.request = r;
    now.which = which;
    now.begun = false;
    now.opened = 0;
    sys_proxy = proxy;
}

/* openat2 with its structure, whose words lie in the scratch behind the path. */
static long send_open2(const long args[6], unsigned resolve)
{
    static const struct supervise_call openat2 = {SYS_openat2, false, "openat2", "fpt.",
                                                  sizeof(struct sys_open_how)};
    const struct sys_open_how how = {(unsigned long)args[2], (unsigned long)args[3], resolve};
    return send(&openat2, (const long[6]){args[0], args[1], (long)(uintptr_t)&how, sizeof(how)});
}

bool errand_open(int *fd, int dfd, const char *path, int flags, mode_t mode, unsigned resolve)
{
    static const struct supervise_call openat = {SYS_openat, false, "openat", "fp..", 0};
    bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    const long args[6] = {dfd, (long)(uintptr_t)path, flags, makes ? mode & 07777 : 0};
    if (sys_proxy == NULL || (flags & O_PATH) != 0)
        return false;
    sys_proxy = NULL;
    long number = now.opened == OPENED_MAX ? -EMFILE
                  : resolve != 0           ? send_open2(args, resolve)
                                           : send(&openat, args);
    *fd = (int)number;
    if (number >= 0) {
        *fd = tracee_descriptor(&now.request->tracee, (int)number);
        now.open[now.opened].copy = *fd;
        now.open[now.opened++].number = number;
    }
    go_back();
    sys_proxy = proxy;
    return true;
}

/* The last one: an earlier one of that number has been closed here. */
long errand_number(int fd)
{
    for (unsigned i = now.opened; i-- > 0;)
        if (now.open[i].copy == fd)
            return now.open[i].number;
    return -EACCES;
}

bool errand_end(long result)
{
    unsigned opened = now.opened;
    sys_proxy = NULL;
    now.opened = 0;
    if (!now.begun)
        return false;
    now.begun = false;
    if (result ==
        -LX_CONTINUE) { /* it is out of its call, which it makes once more then, as it is */
        long given[6];
        for (unsigned i = 0; i < 6; i++)
            given[i] = i == 5 ? SYS_COOKIE : (long)now.request->given[i];
        result = forced_call(&now.injection, now.request->call->number, given);
    }
    for (unsigned i = 0; i < opened; i++) {
        if (now.open[i].number != result)
            (void)forced_call(&now.injection, SYS_close,
                              (const long[6]){now.open[i].number, 0, 0, 0, 0, SYS_COOKIE});
    }
    if (now.scratch.size > 0)
        (void)forced_call(
            &now.injection, SYS_munmap,
            (const long[6]){(long)now.scratch.start, (long)now.scratch.size, 0, 0, 0, SYS_COOKIE});
    inject_end(&now.injection, result);
    return true;
}
