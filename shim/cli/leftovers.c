/* SPDX-License-Identifier: MIT */
/*
 * A process needs a file of state if it has it mapped, as everyone has who has the library in him,
 * or if LXSHIM_STATE in its environment names it, for what it starts. Both come from the parent
 * only. So the last who needs it is found in this order:
 *
 * 1. The one for whom it was made has ended. (Before, it may have the name in its hands alone.)
 *    That he was in another namespace of process ids only who sees all processes can tell, and so
 *    what he started there is met below.
 * 2. The kernel gives a lease: nobody has it mapped. Whoever needs it now has its name in the
 *    environment it was started with, and so has all that comes from it.
 * 3. A look at the environment of each process in /proc, until a list of them has none that was
 *    not looked at: a child has a greater number than its parent, so that one of a line is met. If
 *    the numbers have started anew meanwhile, or there is no end, it counts for nothing.
 *
 * Nobody can begin to need it afterwards: no file is given to a second one.
 */
#include "cli/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/tree.h"
#include "cli/wslroot.h"
#include "policy/image.h"

#define OVERLAYFS_MAGIC 0x794c7630 /* a file that is only mapped is not open there, for a lease */
#define KERNEL_THREAD   0x00200000 /* PF_KTHREAD */
#define EXITING         0x00000004 /* PF_EXITING */
#define LOADING_MOST    1000 /* looks at a program that is being loaded, a millisecond apart */
#define LOOKS_MOST      100
#define PIDS_MOST       (1 << 22) /* PID_MAX_LIMIT */
#define FORKS_MOST      1000      /* numbers are used again after some thousands at the earliest */

struct leftover {
    char *path;
    struct lx_stamp stamp;
    bool needed;
};

struct leftovers {
    struct leftover *list;
    size_t count;
    size_t room;
    uint64_t since; /* nobody who was started before can need one of them */
};

static void add(struct leftovers *all, const char *directory, const char *name,
                const struct lx_stamp *stamp)
{
    if (all->count == all->room) {
        size_t room = 2 * all->room + 16;
        struct leftover *more = realloc(all->list, room * sizeof(*more));
        if (more == NULL)
            return;
        all->list = more;
        all->room = room;
    }
    struct leftover *l = &all->list[all->count];
    *l = (struct leftover){.stamp = *stamp};
    if (asprintf(&l->path, "%s/%s", directory, name) < 0)
        return;
    if (all->count++ == 0 || stamp->start < all->since)
        all->since = stamp->start;
}

/* A tree goes with its run: nobody needs one whose run has ended. */
static void remove_tree(const char *directory, const char *name)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s/%s", directory, name) < (int)sizeof(path))
        tree_remove(path);
}

/* Those whose owners have ended. */
static void collect(struct leftovers *all, const char *directory, const struct lx_stamp *ended)
{
    DIR *dir = opendir(directory);
    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
        struct lx_stamp stamp;
        struct stat st;
        if (e->d_name[0] != 'l' || !lx_stamp_parse(e->d_name, getuid(), &stamp) || stamp.pid <= 0)
            continue;
        if (fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_uid != geteuid())
            continue;
        bool dead = lx_stamp_life(&stamp) == LX_LIFE_ENDED;
        if (!dead && (ended == NULL || !lx_stamp_same(&stamp, ended)))
            continue;
        if (S_ISREG(st.st_mode))
            add(all, directory, e->d_name, &stamp);
        else if (S_ISDIR(st.st_mode) && dead)
            remove_tree(directory, e->d_name);
    }
    if (dir != NULL)
        closedir(dir);
}

/* True unless the kernel says that nobody has the file open or mapped. */
static bool is_open(const char *path)
{
    struct statfs fs;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return true;
    bool open = fstatfs(fd, &fs) < 0 || fs.f_type == OVERLAYFS_MAGIC ||
                /* The signal of a broken lease would kill, but for one that is ignored. */
                fcntl(fd, F_SETSIG, SIGURG) < 0 || fcntl(fd, F_SETLEASE, F_WRLCK) < 0;
    close(fd); /* and with it the lease: who has come meanwhile goes on */
    return open;
}

/* Marks what was made for the one that a file's name tells of. */
static void mark_file(struct leftovers *all, const char *path)
{
    struct lx_stamp stamp;
    if (path == NULL || !lx_stamp_parse(path, getuid(), &stamp))
        return;
    for (size_t i = 0; i < all->count; i++)
        if (lx_stamp_same(&all->list[i].stamp, &stamp))
            all->list[i].needed = true;
}

static void mark_all(struct leftovers *all)
{
    for (size_t i = 0; i < all->count; i++)
        all->list[i].needed = true;
}

/* Marks what is named anywhere in an image of another version of ours: its strings are as they are.
 */
static void mark_named(struct leftovers *all, const char *image, size_t size)
{
    for (size_t i = 0; i < all->count; i++) {
        const char *name = strrchr(all->list[i].path, '/') + 1;
        all->list[i].needed |= memmem(image, size, name, strlen(name)) != NULL;
    }
}

/* Marks what a value of LXSHIM_STATE names: a file with the image, or an image with one. */
static void mark_state(struct leftovers *all, const char *value)
{
    _Alignas(8) char image[LX_IMAGE_INLINE_MAX];
    const struct lx_image *at = (const struct lx_image *)(const void *)image;
    struct lx_state state;
    if (lx_state_parse(value, &state) < 0)
        return;
    mark_file(all, state.file);
    long n = state.image == NULL ? 0 : lx_base64_decode(state.image, image, sizeof(image));
    if (n > 0 && lx_image_check(at, (size_t)n) != 0) {
        mark_named(all, image, (size_t)n);
    } else if (n > 0) {
        mark_file(all, lx_image_string(at, at->stats));
        mark_file(all, lx_image_string(at, at->table));
        mark_file(all, lx_image_string(at, at->table_file));
    }
}

/* Reads a file of /proc whole, with a NUL behind it, to be freed. NULL with errno. */
static char *read_proc(const char *name, size_t *size)
{
    size_t room = 16384;
    char *text = malloc(room);
    int fd = text == NULL ? -1 : open(name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : 1;
    for (*size = 0; n > 0; *size += (size_t)n) {
        if (*size + 1 >= room) {
            char *more = realloc(text, room *= 2);
            if (more == NULL) {
                n = -1;
                break;
            }
            text = more;
        }
        n = read(fd, text + *size, room - *size - 1);
        if (n <= 0)
            break;
    }
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (n < 0) {
        free(text);
        errno = error;
        return NULL;
    }
    text[*size] = '\0';
    return text;
}

/* True where one of a process's user ids is ours. */
static bool is_ours(pid_t pid)
{
    char name[40];
    size_t size;
    unsigned id[4] = {0};
    snprintf(name, sizeof(name), "/proc/%d/status", (int)pid);
    char *status = read_proc(name, &size);
    const char *line = status == NULL ? NULL : strstr(status, "\nUid:");
    bool ours = line == NULL ||
                sscanf(line + 5, "%u %u %u %u", &id[0], &id[1], &id[2], &id[3]) != 4 ||
                id[0] == getuid() || id[1] == getuid() || id[2] == getuid() || id[3] == getuid();
    free(status);
    return ours;
}

/* True where the first thread has ended, or ends: others may go on. */
static bool first_has_ended(const struct lx_process *process)
{
    return process->state == 'Z' || (process->flags & EXITING) != 0;
}

/* True for one that has no environment, and will start no program. */
static bool starts_nothing(const struct lx_process *process)
{
    return (process->flags & KERNEL_THREAD) != 0 ||
           (first_has_ended(process) && process->threads <= 1);
}

/* Reads what is in a process's environment, of one whose first thread has ended by another: that
 * one has no memory any more. As read_proc, and ESRCH where no thread is left. */
static char *read_environ(pid_t pid, const struct lx_process *process, size_t *size)
{
    char name[64];
    snprintf(name, sizeof(name), "/proc/%d/environ", (int)pid);
    if (!first_has_ended(process))
        return read_proc(name, size);
    snprintf(name, sizeof(name), "/proc/%d/task", (int)pid);
    DIR *threads = opendir(name);
    char *text = NULL;
    int error = ESRCH;
    for (struct dirent *e; threads != NULL && text == NULL && (e = readdir(threads)) != NULL;) {
        long thread = strtol(e->d_name, NULL, 10);
        if (thread <= 0 || thread == pid)
            continue;
        snprintf(name, sizeof(name), "/proc/%d/task/%ld/environ", (int)pid, thread);
        text = read_proc(name, size);
        if (text == NULL) {
            error = errno;
        } else if (*size == 0) {
            free(text);
            text = NULL;
        }
    }
    if (threads != NULL)
        closedir(threads);
    errno = error;
    return text;
}

/*
 * Reads the environment a process was started with, to be freed. NULL with *whole true where it has
 * none or is gone, and false where it cannot be told.
 */
static char *read_environment(const struct leftovers *all, pid_t pid, size_t *size, bool *whole)
{
    const struct timespec pause = {0, 1000000};
    struct lx_process process;
    *whole = true;
    for (unsigned i = 0; i < LOADING_MOST; i++) {
        int r = lx_process_read(pid, &process);
        bool gone = r == -ENOENT || r == -ESRCH;
        if (gone || (r == 0 && (process.start < all->since || starts_nothing(&process))))
            return NULL;
        char *text = r == 0 ? read_environ(pid, &process, size) : NULL;
        if (text != NULL && *size > 0)
            return text;
        if (text == NULL && (r < 0 || (errno != ENOENT && errno != ESRCH)))
            break;
        /* A program has a place for its environment, an empty one too, once it is loaded. */
        bool empty = text != NULL && process.env_start != 0 && process.env_start == process.env_end;
        free(text);
        if (empty)
            return NULL;
        nanosleep(&pause, NULL);
    }
    *whole = getuid() != 0 && !is_ours(pid);
    return NULL;
}

/* Marks what a process needs. One that cannot be looked into counts, unless it is another user's:
 * the library is not in what changes its user, for ld.so does not preload there. */
static void mark_process(struct leftovers *all, pid_t pid)
{
    static const char variable[] = LX_STATE_VARIABLE "=";
    size_t size = 0;
    bool whole;
    char *text = read_environment(all, pid, &size, &whole);
    for (const char *p = text; p != NULL && p < text + size; p += strlen(p) + 1)
        if (strncmp(p, variable, sizeof(variable) - 1) == 0)
            mark_state(all, p + sizeof(variable) - 1);
    free(text);
    if (!whole)
        mark_all(all);
}

/* The last process id that was given, or -1. */
static long last_number(void)
{
    size_t size;
    long number = -1;
    char *load = read_proc("/proc/loadavg", &size);
    const char *word = load == NULL ? NULL : strrchr(load, ' ');
    if (word == NULL || sscanf(word + 1, "%ld", &number) != 1)
        number = -1;
    free(load);
    return number;
}

/* Looks at the processes that are not among those looked at. True where there was any. */
static bool mark_processes(struct leftovers *all, DIR *proc, unsigned char *seen)
{
    bool any = false;
    rewinddir(proc);
    for (struct dirent *e; (e = readdir(proc)) != NULL;) {
        long pid = strtol(e->d_name, NULL, 10);
        if (pid <= 0 || pid >= PIDS_MOST || (seen[pid / 8] >> pid % 8 & 1) != 0)
            continue;
        seen[pid / 8] |= (unsigned char)(1U << pid % 8);
        mark_process(all, (pid_t)pid);
        any = true;
    }
    return any;
}

/* Looks at every process. False where one may have been missed. */
static bool mark_needed(struct leftovers *all)
{
    unsigned looks = 0;
    long first = last_number();
    for (size_t i = 0; i < all->count; i++)
        if (is_open(all->list[i].path))
            mark_file(all, all->list[i].path); /* and what belongs to it */
    unsigned char *seen = calloc(1, PIDS_MOST / 8);
    DIR *proc = opendir("/proc");
    while (seen != NULL && proc != NULL && looks < LOOKS_MOST && mark_processes(all, proc, seen))
        looks++;
    if (proc != NULL)
        closedir(proc);
    free(seen);
    return looks > 0 && looks < LOOKS_MOST && first >= 0 && last_number() >= first;
}

/* The same, once more where the kernel's numbers have begun anew meanwhile, as they do at times. */
static bool find_needed(struct leftovers *all)
{
    if (all->count == 0 || mark_needed(all))
        return all->count > 0;
    for (size_t i = 0; i < all->count; i++)
        all->list[i].needed = false;
    return mark_needed(all);
}

/*
 * The library that lxshim run has loaded, to start the command by it, has mapped the file. It is
 * called no more but by exit(), where it asks whether lines of a trace are left: an image of zeros
 * has none.
 */
static void unmap(const char *path)
{
    size_t size;
    char *maps = read_proc("/proc/self/maps", &size);
    char *save = NULL;
    for (char *line = maps == NULL ? NULL : strtok_r(maps, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        uintptr_t from;
        uintptr_t to;
        const char *name = strchr(line, '/');
        if (name != NULL && strcmp(name, path) == 0 &&
            sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &from, &to) == 2)
            (void)mmap((void *)from, to - from, PROT_READ, // NOLINT(performance-no-int-to-ptr)
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    }
    free(maps);
}

bool leftovers_remove(const struct lx_stamp *ended, bool everywhere)
{
    struct leftovers all = {0};
    const char *directory;
    for (unsigned i = 0; lx_state_directory(i, &directory) && (i == 0 || everywhere); i++)
        if (directory != NULL)
            collect(&all, directory, ended);
    for (size_t i = 0; ended != NULL && i < all.count; i++)
        if (lx_stamp_same(&all.list[i].stamp, ended))
            unmap(all.list[i].path);
    bool left = false;
    bool known = find_needed(&all);
    for (size_t i = 0; i < all.count; i++) {
        if (known && !all.list[i].needed)
            unlink(all.list[i].path);
        else
            left |= ended != NULL && lx_stamp_same(&all.list[i].stamp, ended);
        free(all.list[i].path);
    }
    free(all.list);
    return left;
}

void leftovers_say(const char *path, int error)
{
    char outside[PATH_MAX * 2];
    const char *cure =
        error == EPERM    ? "see lsattr, and take it back by chattr -i, or -a"
        : error == EROFS  ? "mount its file system writable"
        : error == EACCES ? "it is for whoever owns it, or root, to begin a session there"
        : error == ENOTDIR || error == ELOOP
            ? "move it away: Windows sees nothing of what is removed while it is open"
            : "it is tried again at each start";
    wslroot_outside(path, outside, sizeof(outside));
    cli_error(
        "temp, for files that were removed while they were open, cannot be emptied: %s: %s; %s",
        outside, strerror(error), cure);
}
