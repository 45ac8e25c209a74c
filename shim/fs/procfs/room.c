/* SPDX-License-Identifier: MIT */
#include "fs/procfs/room.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "sys/sys.h"

/* Taken by whoever takes `taken` from false to true, until he gives it back. */
static struct room usual;
static _Atomic bool taken;

struct room *room_take(void)
{
    if (!atomic_exchange_explicit(&taken, true, memory_order_acquire))
        return &usual;
    struct room *room = sys_mmap(NULL, sizeof(*room), PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return sys_mmap_failed(room) ? NULL : room;
}

void room_drop(struct room *room)
{
    if (room == &usual)
        atomic_store_explicit(&taken, false, memory_order_release);
    else if (room != NULL)
        sys_munmap(room, sizeof(*room));
}
