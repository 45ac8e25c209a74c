/* SPDX-License-Identifier: MIT */
#include "preload/strict.h"

#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>

#include "sys/strict.h"

/* True where there is one filter only, and it knows calls of ours by the cookie: io_uring is there
 * for them, and for nobody else. (Without parameters the kernel makes no ring.) */
static bool is_supervised_only(void)
{
    char status[4096];
    long plain = sys_call6(SYS_io_uring_setup, 0, 0, 0, 0, 0, 0);
    if (plain != -ENOSYS || SYS2(SYS_io_uring_setup, 0, 0) == -ENOSYS)
        return false;
    int fd = sys_openat(AT_FDCWD, "/proc/thread-self/status", O_RDONLY | O_CLOEXEC, 0);
    long n = fd < 0 ? -1 : sys_read(fd, status, sizeof(status));
    if (fd >= 0)
        sys_close(fd);
    return n > 0 && memmem(status, (size_t)n, SYS_STRICT_ONE_FILTER,
                           sizeof(SYS_STRICT_ONE_FILTER) - 1) != NULL;
}

long lx_strict(void)
{
    const struct sock_fprog program = {SYS_STRICT_LENGTH,
                                       (struct sock_filter *)(uintptr_t)sys_strict_filter};
    if (!is_supervised_only())
        return -EINVAL;
    long r = SYS3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
    if (r == -EACCES) {
        /* Who cannot execute anything any more gains nothing by it either. */
        SYS5(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        r = SYS3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
    }
    return r < 0 ? -EINVAL : 0;
}
