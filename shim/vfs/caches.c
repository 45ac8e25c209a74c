/* SPDX-License-Identifier: MIT */
#include "vfs/caches.h"

#include <string.h>

#include "fs/filesystems.h"
#include "sys/proxy.h"
#include "vfs/tables.h"

#define NAME "drop_caches"

/* True where a text of n bytes ends in another. */
static bool ends_in(const char *text, size_t n, const char *end)
{
    size_t length = strlen(end);
    return n >= length && memcmp(text + n - length, end, length) == 0;
}

bool caches_named(const char *path, size_t n)
{
    return ends_in(path, n, NAME) && (n == sizeof(NAME) - 1 || path[n - sizeof(NAME)] == '/');
}

bool caches_names_one(const struct lx_call *c)
{
    const char *given = c->at[0].given;
    const size_t n = c->path_length[0];
    if (given != NULL)
        return caches_named(given, strlen(given));
    return n != LX_BAD_ADDRESS && c->path[0] != LX_DESCRIPTOR && caches_named(c->path[0], n);
}

__attribute__((noinline)) void caches_opened(struct lx_call *c, int fd)
{
    char path[PATH_MAX];
    const struct lx_mounts *mounts = lx_mounts(c->task->policy);
    const struct lx_mount *m;
    /* Who does by itself what changes anything opens for itself as well. */
    if (c->task->seccomp_confined || sys_is_proxied() || !tables_in_proc(fd, path) ||
        !ends_in(path, strlen(path), "/sys/vm/" NAME))
        return;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;)
        if (lx_filesystem(m)->ops->drop != NULL)
            lx_filesystem(m)->ops->drop(c, m);
}
