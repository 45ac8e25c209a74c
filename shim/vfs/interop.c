/* SPDX-License-Identifier: MIT */
#include "vfs/interop.h"

#include <string.h>

#include "fs/filesystems.h"
#include "vfs/descriptor.h"
#include "vfs/mounts.h"
#include "vfs/operation.h"
#include "vfs/provided.h"
#include "vfs/text.h"

static const char program[] = "interop";

static const char *const stubs[] = {
#define STUB(path) path,
#include "fs/stubs.def"
#undef STUB
};

/* A path from "/" on, as programs see it. Returns 0 or -errno. */
static int whole(const struct lx_task *t, int dirfd, const char *path, char out[PATH_MAX])
{
    size_t n = strlen(path);
    long base = 0;
    if (path[0] != '/') {
        base = vfs_directory_path(t, dirfd, out);
        if (base >= 0)
            base = mounts_to_program(t->policy, out, (size_t)base, PATH_MAX);
        if (base < 0)
            return (int)base;
        if (base > 1 && n > 0)
            out[base++] = '/';
    }
    if ((size_t)base + n >= PATH_MAX)
        return -ENAMETOOLONG;
    memcpy(out + base, path, n + 1);
    return 0;
}

/* What of a path is below the root of the drive C:, or NULL. */
static const char *below_c(const struct lx_policy *policy, const char *path)
{
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;) {
        const char *source = lx_source(m);
        if ((m->flags & LX_MOUNT_VOLUME_ROOT) != 0 && (source[0] | 0x20) == 'c' &&
            source[1] == ':' && strncmp(path, lx_target(m), m->target_length) == 0 &&
            path[m->target_length] == '/')
            return path + m->target_length + 1;
    }
    return NULL;
}

/* Whatever the case of their letters, of which those of stubs are A to Z. */
static bool is_same(const char *path, const char *stub)
{
    while (*path != '\0' && (*path == *stub || ((*path ^ *stub) == 0x20 && (*stub | 0x20) >= 'a' &&
                                                (*stub | 0x20) <= 'z'))) {
        path++;
        stub++;
    }
    return *path == '\0' && *stub == '\0';
}

static bool is_stub(const struct lx_policy *policy, const char *path)
{
    const char *below = below_c(policy, path);
    for (size_t i = 0; below != NULL && i < sizeof(stubs) / sizeof(stubs[0]); i++)
        if (is_same(below, stubs[i]))
            return true;
    return false;
}

/* The end of a name by which most are none of them. */
static bool is_exe(const char *path, size_t n)
{
    return n != LX_BAD_ADDRESS && n > 4 && path[n - 4] == '.' && (path[n - 3] | 0x20) == 'e';
}

static __attribute__((noinline)) bool stands_there(const struct lx_call *c)
{
    char path[PATH_MAX];
    if (whole(c->task, c->fd[0], c->path[0], path) < 0)
        return false;
    text_tidy(path);
    return is_stub(c->task->policy, path);
}

long interop_instead(struct lx_call *c)
{
    const struct lx_task *t = c->task;
    if (t->policy->programs == NULL || t->root != NULL || t->seccomp_confined || c->resolve != 0 ||
        c->path[0] == LX_DESCRIPTOR || !is_exe(c->path[0], c->path_length[0]) ||
        (c->op != LX_OP_EXEC && !vfs_looks(c)) || !stands_there(c))
        return -ENOENT;
    return c->op == LX_OP_EXEC ? -LX_ESTUB : provided_ask(c, program);
}

int interop_words(const struct lx_task *t, int dirfd, const char *path, long r,
                  struct interop_words *out)
{
    const struct lx_policy *policy = t->policy;
    size_t n = strlen(policy->programs);
    if (n + 1 + sizeof(program) > sizeof(out->program))
        return -ENAMETOOLONG;
    memcpy(out->program, policy->programs, n);
    out->program[n] = '/';
    memcpy(out->program + n + 1, program, sizeof(program));
    out->words[0] = out->program;
    out->words[1] = r == -LX_ESTUB ? "" : policy->handler;
    out->words[2] = policy->record != NULL ? policy->record : "";
    out->words[3] = path;
    out->words[4] = NULL;
    if (path[0] == '/' || (dirfd == AT_FDCWD && path[0] != '\0'))
        return 0;
    /* The descriptor may be closed by then. */
    out->words[3] = out->name;
    return whole(t, dirfd, path, out->name);
}
