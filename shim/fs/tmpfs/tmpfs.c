/* SPDX-License-Identifier: MIT */
/*
 * TmpFs is Linux's own. What is WSL's of it is where it is mounted, and what mount tables say of
 * that and of what else its init mounts: policy/wslmounts.def.
 */
#include <string.h>

#include "fs/filesystems.h"
#include "fs/procfs/kernels.h"
#include "mounts/lines.h"
#include "policy/wslmounts.h"

/* A tmpfs that somebody has mounted says no more than the kernel of the era does. [WSL#7152] */
static bool of_somebodys(const struct kernel *kernel, struct lines_words *words)
{
    if (!sys_span_is(words->type, "tmpfs"))
        return false;
    words->without = ",inode64"; /* which kernels before 5.9 had no word for */
    words->with = kernel_has_huge_tmpfs(kernel) ? ",huge=advise" : NULL;
    return true;
}

static bool mounted(const struct lx_policy *policy, struct lines_words *words)
{
    const struct kernel *kernel = kernel_of(policy);
    if (lx_rule_of_run(policy, LX_RULE_IDENTITY_MOUNTS) == LX_OFF)
        return false;
    const struct lx_wslmount *mount =
        lx_wslmount_at(words->point, strlen(words->point), kernel->build);
    if (mount == NULL)
        return of_somebodys(kernel, words);
    words->source = mount->source;
    words->shown_type = mount->type;
    words->flags = mount->flags;
    words->data = mount->data;
    return true;
}

static const struct lx_fs_shown shows = {.mounted = mounted};

const struct lx_fs lx_tmpfs = {.shows = &shows};
