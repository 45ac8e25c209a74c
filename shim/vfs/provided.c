/* SPDX-License-Identifier: MIT */
#include "vfs/provided.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "fs/filesystems.h"
#include "sys/sys.h"
#include "vfs/operation.h"
#include "vfs/tags.h"

/* By both names that most systems have a directory by. */
static const struct {
    const char *path;
    size_t length;
    const char *program;
} names[] = {
#define PROVIDED(path, program) {path, sizeof(path) - 1, program},
#include "fs/provided.def"
#undef PROVIDED
};

/* Our program for a name, or NULL. */
static const char *find(const struct lx_policy *policy, const char *path, size_t n)
{
    if (policy->programs == NULL)
        return NULL;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (n == names[i].length && memcmp(path, names[i].path, n) == 0)
            return names[i].program;
    return NULL;
}

bool provided_name(const struct lx_policy *policy, const char *path, size_t n)
{
    return tags_is(path, n) || find(policy, path, n) != NULL;
}

/* What would make or change something is as natively. */
static bool looks_or_runs(const struct lx_call *c)
{
    return c->op == LX_OP_EXEC || vfs_looks(c);
}

/* Our program for the call's path, or NULL. */
static const char *program_for(const struct lx_call *c)
{
    const char *program = find(c->task->policy, c->path[0], c->path_length[0]);
    /* What is in another root is not ours to say; and a program under its own filter gets the calls
     * that it made. */
    if (program == NULL || !lx_is_systems(c->at[0].mount) || c->task->root != NULL ||
        c->resolve != 0 || c->task->seccomp_confined || !looks_or_runs(c))
        return NULL;
    return program;
}

__attribute__((noinline)) long provided_ask(struct lx_call *c, const char *program)
{
    char path[PATH_MAX];
    const struct lx_loc before = c->at[0];
    size_t n = strlen(c->task->policy->programs);
    size_t length = strlen(program);
    if (n + 1 + length >= sizeof(path))
        return -ENOENT;
    if (c->op == LX_OP_ACCESS && (c->mode & W_OK) != 0)
        return -EROFS; /* WSL has its own from a read-only mount */
    memcpy(path, c->task->policy->programs, n);
    path[n] = '/';
    memcpy(path + n + 1, program, length + 1);
    c->at[0] = (struct lx_loc){.dfd = AT_FDCWD, .path = path, .flags = LX_LOC_WALKED};
    long r = lx_host_fs.run[c->op](c);
    c->at[0] = before;
    return r;
}

long provided_instead(struct lx_call *c)
{
    const char *program = program_for(c);
    return program == NULL ? tags_link(c) : provided_ask(c, program);
}

bool provided_answers(struct lx_call *c, long *result)
{
    struct stat st;
    const char *program = program_for(c);
    bool ours = program != NULL || tags_is(c->path[0], c->path_length[0]);
    if (!ours || sys_fstatat(AT_FDCWD, c->path[0], &st, AT_SYMLINK_NOFOLLOW) != -ENOENT)
        return false;
    *result = program != NULL ? provided_ask(c, program) : tags_link(c);
    return true;
}
