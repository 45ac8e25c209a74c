/* SPDX-License-Identifier: MIT */
/* How large a file of a Windows drive may become: truncate asks here, fallocate and write answer.
 */
#include <fcntl.h>

#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/handle.h"
#include "fs/refusal.h"
#include "fs/transfer.h"
#include "sys/sys.h"

/* The end of `length` bytes from `offset` on. */
static uint64_t end_of(off_t offset, off_t length)
{
    return (uint64_t)offset + (uint64_t)length;
}

int drvfs_check_size(struct lx_call *c, int64_t end)
{
    return end > 0 && (uint64_t)end > LX_FAT_FILE_MAX
               ? lx_forbid_by(c, c->at[0].mount, LX_RULE_FILE_SIZE)
               : 0;
}

long drvfs_fallocate(struct lx_call *c)
{
    int r = lx_forbid_by(c, c->at[0].mount, LX_RULE_FILE_FALLOCATE);
    if (r == 0 && c->offset >= 0 && c->length > 0)
        r = drvfs_check_size(c,
                             c->offset > INT64_MAX - c->length ? INT64_MAX : c->offset + c->length);
    return r < 0 ? r : lx_host_fs.run[LX_OP_FALLOCATE](c);
}

/* True for a descriptor that the kernel would not write to, whatever is to be written. */
static bool is_for_reading(int fd)
{
    long flags = sys_fcntl(fd, F_GETFL, 0);
    return flags < 0 || (flags & O_ACCMODE) == O_RDONLY;
}

/* As with Linux' own limits of size: what fits is written, and then nothing is. */
long drvfs_write(struct lx_call *c)
{
    const struct lx_mount *m = c->at[0].mount;
    int r = 0;
    if (lx_rule(m, LX_RULE_FILE_SIZE) == LX_NATIVE || c->length == 0 ||
        end_of(c->offset, c->length) <= LX_FAT_FILE_MAX || is_for_reading(c->at[0].dfd))
        return lx_host_fs.run[LX_OP_WRITE](c);
    if ((uint64_t)c->offset >= LX_FAT_FILE_MAX)
        r = lx_deny(c, LX_RULE_FILE_SIZE, lx_value_errno(lx_rule(m, LX_RULE_FILE_SIZE)));
    else if (lx_alter(c, LX_RULE_FILE_SIZE)) {
        c->length = (off_t)LX_FAT_FILE_MAX - c->offset;
        c->meddled = true;
    }
    return r < 0 ? r : lx_host_fs.run[LX_OP_WRITE](c);
}
