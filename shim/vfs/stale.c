/* SPDX-License-Identifier: MIT */
#include "vfs/stale.h"

#include "vfs/descriptor.h"

/* The hash of path i where locating it has not come upon that of where it starts. */
static __attribute__((noinline)) uint64_t spelling_of_walked(const struct lx_call *c, unsigned i)
{
    const char *path = c->path[i];
    uint64_t hash = PLACEMENT_SEED_ROOT;
    if (path[0] != '/')
        vfs_descriptor(c->task, c->fd[i], &hash);
    return placement_hash(hash, path, c->path_length[i]);
}

/* True with the placement remembered on a directory of the very name that path i spells. */
static inline bool remembered(const struct lx_call *c, unsigned i, const struct vfs_found *found,
                              struct placement *v)
{
    uint64_t hash = found[i].base != 0 ? vfs_spelling(c, i, &found[i]) : spelling_of_walked(c, i);
    return placement_recall(hash, c->moment, v);
}

void stale_after(const struct lx_call *c, const struct vfs_found *found)
{
    struct placement v;
    switch (c->op) {
    case LX_OP_SYMLINK:
        placement_forget_all();
        break;
    case LX_OP_RENAME:
        if (c->moves_directory || remembered(c, 0, found, &v) || remembered(c, 1, found, &v))
            placement_forget_all();
        break;
    case LX_OP_LINK:
        if (remembered(c, 1, found, &v)) /* of a symlink it makes another */
            placement_forget_all();
        break;
    case LX_OP_MKDIR:
        /* Where there was a symlink. A directory made again is where it was. */
        if (remembered(c, 0, found, &v) &&
            (found->base == 0 || v.mount != found->self.mount ||
             ((v.flags ^ found->self.flags) & ~PLACEMENT_KERNELS) != 0))
            placement_forget_all();
        break;
    default:
        break;
    }
}

/* True where that is that path 0, as it is spelled, is a directory and no symlink. */
static bool shows_directory(const struct lx_call *c)
{
    if ((c->at[0].flags & LX_LOC_WALKED) != 0 || c->op == LX_OP_CHDIR)
        return false;
    return c->op != LX_OP_OPEN ||
           ((c->flags & O_DIRECTORY) != 0 && (c->flags & O_TMPFILE) != O_TMPFILE);
}

void shown_after(const struct lx_call *c, int r, const struct vfs_found *found)
{
    const bool opens = c->op == LX_OP_OPEN;
    uint64_t hash = vfs_spelling(c, 0, found);
    if (opens || c->op == LX_OP_CHDIR) {
        int fd = opens ? r : AT_FDCWD;
        if (hash != 0)
            placement_remember_fd(fd, c->moment, found->self, hash);
        else
            placement_forget_fd(fd);
        if (found->dir_hash != 0)
            placement_remember(found->dir_hash, c->moment, found->dir);
    }
    if (found->base != 0 && shows_directory(c))
        placement_remember(hash, c->moment, found->self);
}
