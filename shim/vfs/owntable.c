/* SPDX-License-Identifier: MIT */
#include "vfs/owntable.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

#include "sys/sys.h"
#include "vfs/text.h"

#define ID_BITS 32 /* of a file's number in /proc, and of its device's */

/* How programs, and libc for them, spell their own tables; `name`: behind the process's number. */
static const struct {
    char path[24];
    char name[12];
    uint8_t length; /* of the path */
} spellings[] = {
#define SPELLING(path, name)              \
    {                                     \
        path, "/" name, sizeof(path) - 1, \
    }
    SPELLING("/proc/mounts", "mounts"),
    SPELLING("/proc/self/mounts", "mounts"),
    SPELLING("/proc/self/mountinfo", "mountinfo"),
#undef SPELLING
};

#define SPELLINGS (sizeof(spellings) / sizeof(spellings[0]))

/*
 * The file that each has led to, as `ask` tells it, and the number of the process whose it is; they
 * are of one another where the first is the same before and after. Any thread's, a vfork child's
 * and a forked one's, too: theirs is another file, so that it is found out again. What a child that
 * was killed has left half noted stays so, and is found out each time.
 */
#define BEING_NOTED 1 /* a file of no device */
static struct {
    _Atomic uint64_t file;
    _Atomic int pid;
} seen[SPELLINGS];

/* The spelling that a call opens by; SPELLINGS for none, and where somebody else's root counts. */
static size_t spelling_of(const struct lx_call *c)
{
    const struct lx_task *t = c->task;
    size_t i = 0;
    if (t->pid != 0 || t->root != NULL || t->on_behalf || c->resolve != 0 ||
        c->at[0].given != NULL || c->path_length[0] == LX_BAD_ADDRESS)
        return SPELLINGS;
    while (i < SPELLINGS && (c->path_length[0] != spellings[i].length ||
                             memcmp(c->path[0], spellings[i].path, spellings[i].length) != 0))
        i++;
    return i;
}

/*
 * Which file a descriptor is of. In /proc the kernel numbers those of each process anew, by one
 * number for all mounts of it, so that nobody has the same. 0 where it cannot be told.
 */
static uint64_t ask(int fd)
{
    struct stat st;
    if (sys_fstat(fd, &st) < 0 || st.st_dev >> ID_BITS != 0 || st.st_ino >> ID_BITS != 0)
        return 0;
    return (uint64_t)st.st_dev << ID_BITS | st.st_ino;
}

bool owntable_is(const struct lx_call *c, int fd, char path[PATH_MAX])
{
    const size_t i = spelling_of(c);
    struct text t = {path, 0, PATH_MAX};
    uint64_t last = i == SPELLINGS ? 0 : atomic_load(&seen[i].file);
    if (last == 0 || ask(fd) != last)
        return false;
    const int pid = atomic_load(&seen[i].pid);
    if (atomic_load(&seen[i].file) != last)
        return false;
    text_put(&t, "/proc/");
    text_number(&t, pid);
    text_put(&t, spellings[i].name);
    path[t.length] = '\0';
    return true;
}

void owntable_note(const struct lx_call *c, int fd)
{
    const size_t i = spelling_of(c);
    if (i == SPELLINGS)
        return;
    uint64_t last = atomic_load(&seen[i].file);
    if (last == BEING_NOTED || !atomic_compare_exchange_strong(&seen[i].file, &last, BEING_NOTED))
        return;
    atomic_store(&seen[i].pid, sys_getpid());
    atomic_store(&seen[i].file, ask(fd));
}
