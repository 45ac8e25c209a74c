/* SPDX-License-Identifier: MIT */
#include "vfs/stale.h"

#include "vfs/descriptor.h"

/* True with the verdict remembered on a directory of the very name that path i spells. */
static bool remembered(const struct lx_call *c, unsigned i, const struct vfs_found *found,
                       struct verdict *v)
{
    const char *path = c->path[i];
    uint64_t hash = VERDICT_SEED_ROOT;
    if (found[i].base != 0)
        return verdict_recall(vfs_spelling(c, i, &found[i]), c->moment, v);
    if (path[0] != '/')
        vfs_descriptor(c->task, c->fd[i], &hash);
    return verdict_recall(verdict_hash(hash, path, c->path_length[i]), c->moment, v);
}

void stale_after(const struct lx_call *c, const struct vfs_found *found)
{
    struct verdict v;
    switch (c->op) {
    case LX_OP_SYMLINK:
        verdict_forget_all();
        break;
    case LX_OP_RENAME:
        if (c->moves_directory || remembered(c, 0, found, &v) || remembered(c, 1, found, &v))
            verdict_forget_all();
        break;
    case LX_OP_LINK:
        if (remembered(c, 1, found, &v)) /* of a symlink it makes another */
            verdict_forget_all();
        break;
    case LX_OP_MKDIR:
        /* Where there was a symlink. A directory made again is where it was. */
        if (remembered(c, 0, found, &v) &&
            (found->base == 0 || v.mount != found->self.mount || v.flags != found->self.flags))
            verdict_forget_all();
        break;
    default:
        break;
    }
}
