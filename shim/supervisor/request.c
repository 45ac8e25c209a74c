/* SPDX-License-Identifier: MIT */
#include "supervisor/request.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/follows.h"
#include "supervisor/place.h"
#include "supervisor/proc.h"

/* No extended attribute is larger, and no directory block that programs read (XATTR_SIZE_MAX). */
#define BLOCK_MAX 65536

/* What "/proc/self" and its like grow by, when they name a thread by its id. */
#define NAMED_MORE 64

/*
 * Where arguments are copied to. A worker takes one call at a time and has one thread; large, and
 * therefore not on its stack.
 */
static char strings[TRACEE_STRINGS][PATH_MAX + NAMED_MORE];
static char block[BLOCK_MAX] __attribute__((aligned(16)));

/* The caller's own words for a string that says something else: see name_the_caller. */
static struct {
    bool said;
    char text[PATH_MAX];
} before[TRACEE_STRINGS];

/* What the kernel resolves by who asks: to something of his process, or of himself. */
static const struct own {
    const char *prefix;
    const char *below;
    bool thread;
} own[] = {{"/proc/self", "", false},       {"/proc/thread-self", "", true},
           {"/dev/fd", "/fd", false},       {"/dev/stdin", "/fd/0", false},
           {"/dev/stdout", "/fd/1", false}, {"/dev/stderr", "/fd/2", false}};

static const struct own *own_of(const char *path)
{
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        size_t n = strlen(own[i].prefix);
        if (strncmp(path, own[i].prefix, n) == 0 && (path[n] == '\0' || path[n] == '/'))
            return &own[i];
    }
    return NULL;
}

/* "/proc/self" is whoever asks. Changes one of the strings in place. */
static void name_the_caller(char *path, const struct own *by, pid_t tid)
{
    const size_t room = sizeof(strings[0]);
    unsigned at = path == strings[0] ? 0 : 1;
    const char *rest = before[at].text + strlen(by->prefix);
    const int process = (int)proc_process(tid);
    before[at].said = true;
    memcpy(before[at].text, path, strlen(path) + 1);
    if (by->thread)
        snprintf(path, room, "/proc/%d/task/%d%s", process, (int)tid, rest);
    else
        snprintf(path, room, "/proc/%d%s%s", process, by->below, rest);
}

/* True where the link is meant that names the caller, and not where it leads. */
static bool is_such_a_link(const struct request *r, unsigned i, const struct own *by)
{
    bool itself =
        request_is_openat2(r) ? (r->how.flags & O_NOFOLLOW) != 0 : !follows(r->call, i, r->given);
    return itself && strcmp(request_string(r, i), by->prefix) == 0;
}

/* What an openat2 is asked for, by a structure that is a larger one to newer programs. */
static int read_how(struct request *r)
{
    if (!request_is_openat2(r))
        return 0;
    return r->given[3] < sizeof(r->how)
               ? -EINVAL
               : tracee_read(&r->tracee, r->given[2], &r->how, sizeof(r->how));
}

/* Where "/" is the directory that the path starts from, it starts from there. */
static void start_in_root(const struct request *r, char *path)
{
    if (!request_is_openat2(r) || (r->how.resolve & SYS_RESOLVE_IN_ROOT) == 0 || path[0] != '/')
        return;
    size_t slashes = strspn(path, "/");
    memmove(path, path + slashes, strlen(path + slashes) + 1);
    if (path[0] == '\0')
        strcpy(path, ".");
}

int request_strings(struct request *r)
{
    char *const to[TRACEE_STRINGS] = {strings[0], strings[1]};
    uint64_t from[TRACEE_STRINGS] = {0};
    unsigned used = 0;
    before[0].said = before[1].said = false;
    for (unsigned i = 0; r->call->arguments[i] != '\0' && used < TRACEE_STRINGS; i++) {
        if (!request_is_path(r->call->arguments[i]) && r->call->arguments[i] != 'n')
            continue;
        r->args[i] = r->given[i] == 0 ? 0 : (long)(uintptr_t)to[used];
        from[used++] = r->given[i];
    }
    int error = read_how(r);
    if (error == 0)
        error = tracee_strings(&r->tracee, from, to, PATH_MAX);
    for (unsigned i = 0; r->call->arguments[i] != '\0' && error == 0; i++) {
        char kind = r->call->arguments[i];
        char *path = (char *)(uintptr_t)r->args[i];
        if (!request_is_path(kind) || path == NULL)
            continue;
        start_in_root(r, path);
        const struct own *by = own_of(path);
        if (by != NULL && !is_such_a_link(r, i, by))
            name_the_caller(path, by, r->tracee.tid);
    }
    return error;
}

const char *request_words(const struct request *r, unsigned i)
{
    const char *words = request_string(r, i);
    for (unsigned at = 0; at < TRACEE_STRINGS; at++)
        if (words == strings[at] && before[at].said)
            return before[at].text;
    return words;
}

int request_start(const struct request *r, bool anyhow)
{
    int start = anyhow ? AT_FDCWD : PLACE_NONE;
    for (unsigned i = 0; r->call->arguments[i] != '\0'; i++) {
        char kind = r->call->arguments[i];
        if (kind == 'V' || (request_is_path(kind) && request_is_relative(request_string(r, i)) &&
                            (start == PLACE_NONE || request_base(r, i) == AT_FDCWD)))
            start = request_base(r, i);
    }
    return start;
}

static void bring_descriptor(struct request *r, unsigned i)
{
    int fd = (int)r->given[i];
    char next = r->call->arguments[i + 1];
    /* inotify's, before a path of kind P, is no directory that the path starts from. */
    const char *path = request_is_path(next) && next != 'P' ? request_string(r, i + 1) : NULL;
    r->args[i] = AT_FDCWD;
    /* Of no use to an absolute path; a bad number is no mistake there. */
    if (fd == AT_FDCWD || (path != NULL && path[0] == '/') ||
        (request_is_relative(path) && place_is(fd)))
        return;
    int copy = tracee_descriptor(&r->tracee, fd);
    if (copy >= 0)
        r->descriptors[r->descriptor_count++] = copy;
    r->args[i] = copy < 0 ? -1 : copy;
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

/* A buffer that is read: n bytes, or NULL. */
static int bring_block(struct request *r, unsigned i, size_t n)
{
    if (n > sizeof(block))
        return -E2BIG;
    r->args[i] = r->given[i] == 0 ? 0 : (long)(uintptr_t)block;
    return r->given[i] == 0 || n == 0 ? 0 : tracee_read(&r->tracee, r->given[i], block, n);
}

/*
 * A buffer that is written: ours, wherever the caller's is. What cannot be written back is EFAULT;
 * of a directory that was read so far the entries come again then.
 */
static void lend_block(struct request *r, unsigned i)
{
    r->args[i] = (long)(uintptr_t)block;
    if (strncmp(r->call->name, "getdents", 8) == 0)
        r->offset = lseek((int)r->args[0], 0, SEEK_CUR);
}

/* A structure that is read (may be NULL). */
static int bring_structure(struct request *r, unsigned i)
{
    const struct compat_structure *other = r->compat.structure;
    char theirs[COMPAT_STRUCTURE_MAX] __attribute__((aligned(8)));
    if (other == NULL || r->given[i] == 0)
        return bring_block(r, i, r->call->size);
    int error = tracee_read(&r->tracee, r->given[i], theirs, other->size);
    if (error == 0)
        other->widen(theirs, block);
    r->args[i] = (long)(uintptr_t)block;
    return error;
}

/* An address, or NULL where there is no number to be read. */
static void bring_address(struct request *r, unsigned i)
{
    uint32_t number;
    bool there = tracee_read(&r->tracee, r->given[i], &number, sizeof(number)) == 0;
    r->args[i] = there ? (long)r->given[i] : 0;
}

/* The length of a buffer that is an int to readlink: the kernel refuses one before it looks at the
 * path. */
static bool is_negative_length(const struct request *r, unsigned i)
{
    return strncmp(r->call->name, "readlink", 8) == 0 && (int32_t)r->given[i] < 0;
}

int request_bring(struct request *r)
{
    int error = bring_start(r);
    for (unsigned i = 0; r->call->arguments[i] != '\0' && error == 0; i++) {
        switch (r->call->arguments[i]) {
        case 'f':
            bring_descriptor(r, i);
            break;
        case 'e':
        case 'p':
        case 'P':
        case 'n':
            break;
        case 't':
            error = bring_structure(r, i);
            break;
        case 'v':
        case 'V':
            error = bring_block(r, i, (size_t)r->given[i + 1]);
            break;
        case 's':
        case 'b':
            lend_block(r, i);
            break;
        case 'a':
            bring_address(r, i);
            break;
        default:
            r->args[i] = (long)r->given[i];
            /* The length of a buffer before it: no more than we have. */
            if (i > 0 && r->call->arguments[i - 1] == 'b' && r->given[i] > sizeof(block) &&
                !is_negative_length(r, i))
                r->args[i] = sizeof(block);
            break;
        }
    }
    return error;
}

/* What argument i has in memory after a call: n bytes of *what. -EOVERFLOW: the caller's cannot
 * hold it. */
static long written(const struct request *r, unsigned i, long result, char *theirs,
                    const void **what)
{
    const struct compat_structure *other = r->compat.structure;
    *what = block;
    switch (r->call->arguments[i]) {
    case 's':
        if (other == NULL)
            return (long)r->call->size;
        *what = theirs;
        return other->narrow(block, theirs);
    case 'b':
        return r->given[i + 1] == 0 ? 0 : result; /* only the length was asked for */
    default:
        return 0;
    }
}

long request_take_back(struct request *r, long result)
{
    char theirs[COMPAT_STRUCTURE_MAX] __attribute__((aligned(8)));
    const void *what;
    for (unsigned i = 0; r->call->arguments[i] != '\0' && result >= 0; i++) {
        long n = written(r, i, result, theirs, &what);
        if (n < 0)
            return n;
        int error = n == 0 ? 0 : tracee_write(&r->tracee, r->given[i], what, (size_t)n);
        if (error == 0)
            continue;
        if (r->offset >= 0)
            (void)lseek((int)r->args[0], r->offset, SEEK_SET);
        /* Nobody may look into the program: no address of its own is wrong. */
        return error == -EPERM || error == -EACCES ? -EPERM : -EFAULT;
    }
    return result;
}

void request_put_down(struct request *r)
{
    while (r->descriptor_count > 0)
        close(r->descriptors[--r->descriptor_count]);
    if (r->task.cwd >= 0)
        close(r->task.cwd);
    r->task.cwd = AT_FDCWD;
}
