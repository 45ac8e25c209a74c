/* SPDX-License-Identifier: MIT */
#include "vfs/learn.h"

#include "policy/policy.h"
#include "sys/room.h"
#include "vfs/descriptor.h"
#include "vfs/directory.h"

bool vfs_learn_way(const struct lx_task *t, int fd, const char *path, struct vfs_way *w)
{
    const size_t n = w->length;
    struct placement v = {0, 0};
    uint64_t base = PLACEMENT_SEED_ROOT;
    if (sys_room_is_known(&v) || t->root != NULL || lx_redirects(t->policy) ||
        n - 1 >= PATH_MAX - 1 || placement_unsure())
        return false;
    const char *slash = memrchr(path, '/', n);
    w->above = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    if (w->above == n || sys_is_dots(path + w->above, n - w->above) || !sys_room_look_near(&v))
        return false;
    if (path[0] != '/')
        v = vfs_descriptor_at(t, fd, w->moment, &base);
    const size_t length = w->above == 0 ? 0 : w->above - 1 + (w->above < 2);
    const uint64_t hash = placement_hash(base, path, length);
    const struct vfs_directory d = {fd, path, length, v, base, hash, false, false};
    if (base == 0 || (length != 0 && !placement_recall(hash, w->moment, &v) &&
                      !vfs_ask_directory(t, &d, w->moment)))
        return false;
    return vfs_recall_way(fd, path, w);
}
