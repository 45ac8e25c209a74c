/* SPDX-License-Identifier: MIT */
#include "fs/listing.h"

#include <errno.h>
#include <sys/mman.h>

#include "fs/filesystems.h"
#include "sys/sys.h"

#define LIST_MAX 65536 /* XATTR_LIST_MAX, the kernel's own limit */

static __attribute__((noinline)) long list_all(struct lx_call *c, lx_list_shape *shape, char *out,
                                               size_t room)
{
    struct lx_call inner = *c;
    inner.buf = out;
    inner.size = room;
    long n = lx_host_fs.run[LX_OP_LISTXATTR](&inner);
    return n < 0 ? n : shape(c, out, (size_t)n, room);
}

long lx_list_shaped(struct lx_call *c, lx_list_shape *shape)
{
    char small[2048];
    char *list = small;
    long n = list_all(c, shape, list, sizeof(small));
    if (n == -ERANGE) {
        list = sys_mmap(NULL, LIST_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (sys_mmap_failed(list))
            return -ENOMEM;
        n = list_all(c, shape, list, LIST_MAX);
    }
    if (n > 0 && c->size != 0) {
        if ((size_t)n > c->size)
            n = -ERANGE;
        else if (lx_give(c->task, c->buf, list, (size_t)n) < 0)
            n = -EFAULT;
    }
    if (list != small)
        sys_munmap(list, LIST_MAX);
    return n;
}
