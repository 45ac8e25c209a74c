/* SPDX-License-Identifier: MIT */
#include "supervisor/place.h"

#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/roots.h"
#include "sys/sys.h"

/* What the kernel says first of a place that no path from our "/" leads to. */
#define UNREACHABLE "(unreachable)"

/* A worker's own: it has one thread and is at one call at a time. */
static struct {
    int at; /* the caller's descriptor, AT_FDCWD, or PLACE_NONE */
    bool inside;
    long length;         /* of the name, or -errno */
    char name[PATH_MAX]; /* of the place */
    char other[PATH_MAX];
} here = {.at = PLACE_NONE};

/*
 * The name of a place in another mount namespace is that from its own "/": who makes such a
 * namespace takes all mounts along, and is not noticed before one changes (roots.h). Where the
 * caller cannot reach the place either, it is told so.
 */
static void name_from_there(const struct tracee *t)
{
    const size_t n = sizeof(UNREACHABLE) - 1;
    if (here.length <= (long)n || memcmp(here.name, UNREACHABLE, n) != 0 || roots_same_namespace(t))
        return;
    here.length -= (long)n;
    memmove(here.name, here.name + n, (size_t)here.length);
}

int place_go(const struct tracee *t, int fd)
{
    if (here.at == fd)
        return 0;
    int r = tracee_go(t, fd);
    if (r < 0)
        return r;
    here.at = fd;
    here.length = sys_getcwd(here.name, sizeof(here.name));
    name_from_there(t);
    return 0;
}

bool place_is(int fd)
{
    return here.at == fd && fd != PLACE_NONE;
}

const char *place_name(void)
{
    return here.at != PLACE_NONE && here.length > 0 && here.name[0] == '/' ? here.name : NULL;
}

const char *place_name_of(const struct tracee *t, int fd, bool stays)
{
    if (place_is(fd) || (stays && here.inside && here.at == PLACE_NONE && place_go(t, fd) == 0))
        return place_name();
    long n = tracee_name(t, fd, here.other, sizeof(here.other));
    return n > 0 && here.other[0] == '/' ? here.other : NULL;
}

void place_leave(bool inside)
{
    static int home = -1; /* where workers are, for it costs less than the path */
    here.inside = inside;
    if (here.at == PLACE_NONE)
        return;
    here.at = PLACE_NONE;
    if (home < 0)
        home = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (home < 0 || fchdir(home) < 0)
        (void)!chdir("/");
}
