/* SPDX-License-Identifier: MIT */
#include "supervisor/copied.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "supervisor/forced.h"
#include "supervisor/proc.h"
#include "sys/sys.h"

static bool makes_name(const struct request *r)
{
    switch (r->call->number) {
    case SYS_openat:
        return ((unsigned)r->given[2] & O_CREAT) != 0;
    case SYS_mkdirat:
    case SYS_mknodat:
    case SYS_symlinkat:
    case SYS_linkat:
    case SYS_renameat2:
    case SYS_bind:
#ifdef SYS_renameat
    case SYS_renameat:
#endif
        return true;
#ifdef SYS_open
    case SYS_open:
        return ((unsigned)r->given[1] & O_CREAT) != 0;
    case SYS_creat:
    case SYS_mkdir:
    case SYS_mknod:
    case SYS_symlink:
    case SYS_link:
    case SYS_rename:
        return true;
#endif
    default:
        return false;
    }
}

bool copied_asks(const struct request *r)
{
    char name[PROC_NAME_ROOM];
    struct stat st;
    /* The links of a directory that has one for each thread. */
    return makes_name(r) && stat(proc_name(r->tracee.tid, "task", name), &st) == 0 &&
           st.st_nlink > 3;
}

/* Bytes that argument i needs of the scratch; 0: it is passed as it is. */
static size_t room_of(const struct request *r, unsigned i)
{
    char kind = r->call->arguments[i];
    if (r->args[i] == 0)
        return 0;
    if (request_is_path(kind) || kind == 'n')
        return strlen(request_words(r, i)) + 1;
    return kind == 'V' ? (size_t)r->given[i + 1] : 0;
}

static void fill(struct scratch *s, const void *what, long args[6])
{
    const struct request *r = what;
    unsigned n = (unsigned)strlen(r->call->arguments);
    for (unsigned i = 0; i < REQUEST_ARGUMENTS; i++) {
        size_t room = i < n ? room_of(r, i) : 0;
        args[i] = room == 0 ? (long)r->given[i] : (long)scratch_put(s, request_words(r, i), room);
    }
    args[5] = SYS_COOKIE;
}

bool copied_make(const struct request *r)
{
    struct forced f = {.tracee = &r->tracee, .nr = r->call->number, .fill = fill, .what = r};
    bool answered = false;
    for (unsigned i = 0; r->call->arguments[i] != '\0'; i++)
        f.room += room_of(r, i);
    if (f.room > 0)
        (void)force(&f, &answered);
    return answered;
}
