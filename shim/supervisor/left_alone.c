/* SPDX-License-Identifier: MIT */
#include "supervisor/left_alone.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "supervisor/decide.h"
#include "supervisor/follows.h"
#include "supervisor/outside.h"
#include "supervisor/place.h"
#include "supervisor/proc.h"
#include "supervisor/tablewait.h"
#include "sys/sys.h"
#include "vfs/mounts.h"
#include "vfs/provided.h"
#include "vfs/shown.h"

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

/* True for "/proc/PID/exe". */
static bool is_own_program(const char *path, pid_t tid)
{
    char name[32];
    snprintf(name, sizeof(name), "/proc/%d/exe", (int)proc_process(tid));
    return strcmp(path, name) == 0;
}

/* The same as outside_path of an openat2. */
static int is_resolved_outside(const struct request *r, const char *base, const char *path)
{
    const struct lx_policy *policy = r->task.policy;
    uint64_t resolve = r->how.resolve;
    bool stays = (r->how.flags & O_NOFOLLOW) != 0 || (resolve & SYS_RESOLVE_NO_SYMLINKS) != 0;
    if ((resolve & SYS_RESOLVE_SCOPED) == 0)
        return outside_path(policy, base, path, !stays);
    /* It does not get out of where it starts. */
    return base != NULL && outside_below(policy, base);
}

/* 1 where argument i certainly has nothing to do with any mount; as left_alone. */
static int argument_is_outside(const struct request *r, unsigned i)
{
    const struct lx_policy *policy = r->task.policy;
    const char *kinds = r->call->arguments;
    const char *path = request_is_path(kinds[i]) ? request_string(r, i) : NULL;
    const char *base;
    switch (kinds[i]) {
    case 'f':
        /* With a path, that is asked. Where inotify's comes first, it is no directory. */
        return request_is_path(kinds[i + 1]) || kinds[i + 1] == 'V' ||
               outside_descriptor(policy, &r->tracee, (int)r->given[i]);
    case 'e':
    case 'p':
    case 'P':
        if (path == NULL || path[0] == '\0')
            return request_base(r, i) == AT_FDCWD ||
                   outside_descriptor(policy, &r->tracee, request_base(r, i));
        /* In another root only the walk knows. */
        if (r->task.root != NULL || provided_name(policy, path, strlen(path)))
            return false;
        base = request_is_relative(path)
                   ? place_name_of(&r->tracee, request_base(r, i), request_base(r, i) == r->start)
                   : NULL;
        /* What readlink answers there may be a name inside. Of its own program each process asks.
         */
        if (kinds[i] == 'e' && kinds[i + 1] == 'b' && is_in_proc(base, path))
            return is_own_program(path, r->tracee.tid) && outside_program(policy, &r->tracee);
        if (r->call->number == SYS_umount2 && outside_mount_point(policy, base, path))
            return true;
        /* What hides a drive is outside, and the run's table says that it is there. */
        if (r->call->number == SYS_umount2 && policy->table != NULL)
            return false;
        if (request_is_openat2(r))
            return is_resolved_outside(r, base, path);
        return outside_path(policy, base, path, follows(r->call, i, r->given));
    case 'V':
        return is_other_address(r, i);
    default:
        return true;
    }
}

/* True for a directory that a run lists otherwise than the kernel. */
static bool lists_otherwise(const struct request *r)
{
    char name[PATH_MAX];
    long n = r->call->arguments[0] != 'f'
                 ? 0
                 : tracee_name(&r->tracee, (int)r->given[0], name, sizeof(name));
    char again[PATH_MAX];
    if (n <= 0)
        return false;
    memcpy(again, name, (size_t)n + 1);
    return shown_lists_native(r->task.policy, name, (size_t)n) ||
           mounts_listed(r->task.policy, again, (size_t)n);
}

int left_alone(const struct request *r)
{
    if (r->call->number == SYS_getcwd)
        return outside_descriptor(r->task.policy, &r->tracee, AT_FDCWD);
    if (r->call->number == SYS_uname || r->call->number == SYS_sysinfo)
        return !r->task.policy->shows;
    if (r->task.policy->shows && strncmp(r->call->name, "getdents", 8) == 0 && lists_otherwise(r))
        return false;
    if (tablewait_is(r->call->number))
        return !tablewait_asks(r);
    if (decide_needs_none(r->task.policy, r->call->number))
        return true;
    if (decide_needs_look(r->task.policy, r->call->number))
        return false;
    int outside = 1;
    for (unsigned i = 0; r->call->arguments[i] != '\0' && outside > 0; i++)
        outside = argument_is_outside(r, i);
    return outside;
}
