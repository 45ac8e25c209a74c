/* SPDX-License-Identifier: MIT */
/* A worker's half of livetable.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fs/madeup.h"
#include "supervisor/livetable.h"
#include "supervisor/pass.h"
#include "vfs/tables.h"

#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC 0x65735546
#endif

/* How often it is looked whether there is still somebody who will answer. */
#define LOOK_MS 50

bool livetable_is(int fd)
{
    struct statfs fs;
    return fstatfs(fd, &fs) == 0 && (unsigned long)fs.f_type == FUSE_SUPER_MAGIC;
}

/* Has the master start whoever serves, unless somebody has asked for that. False: there is nobody.
 */
static bool is_served(struct pool *pool)
{
    int none = POOL_TABLES_NONE;
    if (atomic_compare_exchange_strong(&pool->tables, &none, POOL_TABLES_WANTED))
        pool_call_master(pool);
    return atomic_load(&pool->tables) != POOL_TABLES_REFUSED;
}

/* Waits for the answer to an asking: the directory in which the file is, or -errno. */
static int answer_to(struct pool *pool, uint64_t number)
{
    struct pollfd event = {.fd = pool->tables_asked, .events = POLLIN};
    for (;;) {
        uint64_t answered = 0;
        int directory = -1;
        if (poll(&event, 1, LOOK_MS) <= 0) {
            if (atomic_load(&pool->tables) == POOL_TABLES_REFUSED)
                return -ENOENT;
            continue;
        }
        ssize_t n = pass_receive(event.fd, &answered, sizeof(answered), &directory);
        if (n == (ssize_t)sizeof(answered) && answered == number)
            return directory < 0 ? -ENOENT : directory;
        /* To somebody who was killed before he could hear it. */
        if (directory >= 0)
            close(directory);
    }
}

/* Under the lock: what is asked for last is what is opened next. */
static int ask(struct pool *pool, struct livetable_ask *what, int fd, int flags)
{
    what->number = ++pool->tables_number;
    int r = pass_send(pool->tables_asked, what, sizeof(*what), fd);
    int directory = r < 0 ? r : answer_to(pool, what->number);
    if (directory < 0)
        return directory;
    char path[sizeof(MADEUP_LINK) + sizeof(what->name)];
    memcpy(path, MADEUP_LINK, sizeof(MADEUP_LINK) - 1);
    memcpy(path + sizeof(MADEUP_LINK) - 1, what->name, sizeof(what->name));
    /* Directly, so that sendfile takes what is read, and not what the kernel has kept. */
    int own = openat(directory, path + 1, O_RDONLY | O_CLOEXEC | O_DIRECT | (flags & O_NONBLOCK));
    int error = errno;
    close(directory);
    return own < 0 ? -error : own;
}

int livetable_open(const struct request *r, const char *name, int fd, int flags)
{
    struct pool *pool = r->pool;
    const struct lx_policy *policy = lx_policy_of_run(r->task.policy);
    struct livetable_ask what = {.space = policy->space, .origin = policy->origin};
    if (pool->tables_asked < 0 || r->confined || strlen(name) >= sizeof(what.name) ||
        !is_served(pool))
        return -ENOENT;
    strcpy(what.name, name);
    tables_root(name, what.root);
    pool_lock(&pool->tables_lock);
    int own = ask(pool, &what, fd, flags);
    pthread_mutex_unlock(&pool->tables_lock);
    return own;
}
