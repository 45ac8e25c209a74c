/* SPDX-License-Identifier: MIT */
#include "fs/procfs/kernels.h"

#include <string.h>

static const struct kernel kernels[] = {
#define KERNEL(profile, build, release, version, line, signature) \
    {build, profile, release, version, line, signature},
#include "fs/procfs/kernels.def"
#undef KERNEL
};

#define KERNEL(profile_, build, release_, version_, line_, signature_)     \
    _Static_assert(sizeof(profile_) <= sizeof(kernels[0].profile) &&       \
                       sizeof(release_) <= sizeof(kernels[0].release) &&   \
                       sizeof(version_) <= sizeof(kernels[0].version) &&   \
                       sizeof(line_) <= sizeof(kernels[0].line) &&         \
                       sizeof(signature_) <= sizeof(kernels[0].signature), \
                   "what " profile_ " says is long");
#include "fs/procfs/kernels.def"
#undef KERNEL

#define KERNELS (sizeof(kernels) / sizeof(kernels[0]))

static const struct kernel *find(const char *profile)
{
    for (unsigned i = 0; i < KERNELS; i++)
        if (strcmp(kernels[i].profile, profile) == 0)
            return &kernels[i];
    return NULL;
}

const struct kernel *kernel_of(const struct lx_policy *policy)
{
    const char *profile = lx_image_string(policy->image, policy->image->profile);
    const struct kernel *kernel = profile == NULL ? NULL : find(profile);
    return kernel != NULL ? kernel : find("wsl1-current");
}

bool kernel_has_interop(const struct kernel *kernel)
{
    return kernel_is_wsl2(kernel) || kernel->build >= 14951;
}

bool kernel_has_huge_tmpfs(const struct kernel *kernel)
{
    return kernel_is_wsl2(kernel) && kernel->release[0] >= '6';
}

bool kernel_is_wsl2(const struct kernel *kernel)
{
    return kernel->build == 0;
}
