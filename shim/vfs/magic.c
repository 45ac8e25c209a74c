/* SPDX-License-Identifier: MIT */
#include "vfs/magic.h"

#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "fs/names.h"
#include "sys/sys.h"
#include "vfs/mounts.h"
#include "vfs/text.h"

__attribute__((noinline)) bool magic_is_proc(const char *directory)
{
    struct statfs fs;
    return sys_statfs(directory, &fs) == 0 && (unsigned long)fs.f_type == PROC_SUPER_MAGIC;
}

bool magic_leads_alone(const struct lx_policy *policy, const char *path, const char *target)
{
    struct stat by_link;
    struct stat by_text;
    size_t n = strlen(target);
    if (target[0] != '/')
        return strchr(target, ':') != NULL; /* pipe:[1], anon_inode:[eventfd] */
    struct placement v = mounts_classify(policy, target, n);
    return (mounts_name_kind(policy, v, target, n) & LX_NAME_CONCEALED) != 0 ||
           sys_fstatat(AT_FDCWD, path, &by_link, 0) < 0 ||
           sys_fstatat(AT_FDCWD, target, &by_text, AT_SYMLINK_NOFOLLOW) < 0 ||
           by_link.st_dev != by_text.st_dev || by_link.st_ino != by_text.st_ino;
}

bool magic_is_by_asker(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    return strcmp(name, "self") == 0 || strcmp(name, "thread-self") == 0;
}

__attribute__((noinline)) bool magic_name_caller(const struct lx_task *task, const char *path,
                                                 char *target, long *n, size_t room)
{
    char own[24];
    struct text from = {own, 0, sizeof(own)};
    struct text to = {target, 0, room};
    if (!magic_is_by_asker(path))
        return false;
    text_number(&from, sys_getpid());
    if ((size_t)*n < from.length || memcmp(target, own, from.length) != 0 ||
        (target[from.length] != '\0' && target[from.length] != '/'))
        return false;
    bool thread = target[from.length] == '/';
    text_number(&to, lx_process_of(task));
    if (thread) {
        text_put(&to, "/task/");
        text_number(&to, task->pid);
    }
    target[to.length] = '\0';
    *n = (long)to.length;
    return true;
}
