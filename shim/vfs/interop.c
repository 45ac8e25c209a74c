/* SPDX-License-Identifier: MIT */
#include "vfs/interop.h"

#include <string.h>

#include "fs/filesystems.h"
#include "sys/likedir.h"
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

enum stands { NOTHING, STUB, DIRECTORY };

/*
 * What a path is to a stub's, whatever the case of their letters, of which those of stubs are A to
 * Z: the stub, or a directory that it is in.
 */
static enum stands compare(const char *path, const char *stub)
{
    while (*path != '\0' && (*path == *stub || ((*path ^ *stub) == 0x20 && (*stub | 0x20) >= 'a' &&
                                                (*stub | 0x20) <= 'z'))) {
        path++;
        stub++;
    }
    if (*path != '\0')
        return NOTHING;
    return *stub == '\0' ? STUB : *stub == '/' ? DIRECTORY : NOTHING;
}

static enum stands find(const struct lx_policy *policy, const char *path)
{
    const char *below = below_c(policy, path);
    enum stands stands = NOTHING;
    for (size_t i = 0; below != NULL && stands == NOTHING && i < sizeof(stubs) / sizeof(stubs[0]);
         i++)
        stands = compare(below, stubs[i]);
    return stands;
}

/* The end of a name by which most are none of them: of a program's, or of a directory's. */
static bool may_stand(const char *path, size_t n)
{
    while (n > 1 && n != LX_BAD_ADDRESS && path[n - 1] == '/')
        n--;
    if (n == LX_BAD_ADDRESS || n < 4)
        return false;
    switch (path[n - 1] | 0x20) {
    case 'e':
        return path[n - 4] == '.' && (path[n - 3] | 0x20) == 'e';
    case 's': /* Windows */
    case '2': /* System32; the bit is set in it */
    case 'l': /* WindowsPowerShell */
        return n >= 7;
    default: /* v1.0 */
        return memcmp(path + n - 3, "1.0", 3) == 0;
    }
}

static __attribute__((noinline)) enum stands stands_there(const struct lx_call *c)
{
    char path[PATH_MAX];
    if (whole(c->task, c->fd[0], c->path[0], path) < 0)
        return NOTHING;
    text_tidy(path);
    return find(c->task->policy, path);
}

/*
 * A directory that stubs are in: to look at, and to enter, as programs do before they start one.
 * Nothing is in it and nothing can be made there: it is an empty one of the kernel's.
 */
static __attribute__((noinline)) long ask_directory(struct lx_call *c)
{
    const struct lx_loc before = c->at[0];
    if (c->op == LX_OP_ACCESS && (c->mode & W_OK) != 0)
        return -EACCES;
    c->at[0] = (struct lx_loc){.dfd = AT_FDCWD, .path = LX_LIKE_DIRECTORY, .flags = LX_LOC_WALKED};
    long r = lx_host_fs.run[c->op](c);
    c->at[0] = before;
    return r;
}

long interop_instead(struct lx_call *c)
{
    const struct lx_task *t = c->task;
    if (t->policy->programs == NULL || t->root != NULL || t->seccomp_confined || c->resolve != 0 ||
        c->path[0] == LX_DESCRIPTOR || !may_stand(c->path[0], c->path_length[0]) ||
        (c->op != LX_OP_EXEC && c->op != LX_OP_CHDIR && !vfs_looks(c)))
        return -ENOENT;
    enum stands stands = stands_there(c);
    if (stands == DIRECTORY)
        return c->op == LX_OP_EXEC ? -EACCES : ask_directory(c);
    if (stands == NOTHING)
        return -ENOENT;
    if (c->op == LX_OP_CHDIR || c->path[0][c->path_length[0] - 1] == '/')
        return -ENOTDIR;
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
