/* SPDX-License-Identifier: MIT */
#include "vfs/caller.h"

#include <string.h>
#include <sys/prctl.h>

#include "sys/sys.h"
#include "vfs/text.h"

int vfs_pid_of(const struct lx_task *task)
{
    if (task->pid == 0)
        return sys_getpid();
    return task->ops != NULL && task->ops->process != NULL ? task->ops->process(task) : task->pid;
}

void vfs_comm_of(const struct lx_task *task, char comm[VFS_COMM_ROOM])
{
    memset(comm, 0, VFS_COMM_ROOM);
    if (task->pid == 0) {
        SYS5(SYS_prctl, PR_GET_NAME, comm, 0, 0, 0);
    } else {
        char name[48];
        struct text t = {name, 0, sizeof(name) - 1};
        text_put(&t, "/proc/");
        text_number(&t, task->pid);
        text_put(&t, "/comm");
        name[t.length] = '\0';
        int fd = sys_openat(AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0);
        long n = fd < 0 ? 0 : sys_read(fd, comm, VFS_COMM_ROOM - 1);
        if (fd >= 0)
            sys_close(fd);
        if (n > 0 && comm[n - 1] == '\n')
            comm[n - 1] = '\0';
    }
    comm[VFS_COMM_ROOM - 1] = '\0';
}

uid_t vfs_uid_of(const struct lx_task *task)
{
    return task->ops != NULL && task->ops->uid != NULL ? task->ops->uid(task)
                                                       : (uid_t)sys_geteuid();
}

int vfs_number_of(const struct lx_task *task, int fd)
{
    return task->ops != NULL && task->ops->number != NULL ? task->ops->number(task, fd) : fd;
}
