/* SPDX-License-Identifier: MIT */
#include "policy/cgroups.h"

#include <string.h>

enum { WSL1 = 1, LINUX_5 = 2, LINUX_6 = 4 };
enum { ROOT = 1, CHILD = 2, BOTH = ROOT | CHILD };

#define PROCESSORS "*"

static const struct controller {
    char name[12];
    unsigned kernels;
} controllers[] = {
#define CONTROLLER(name, kernels) {name, kernels},
#define GROUPFILE(controller, name, mode, where, kernels, text)
#include "policy/cgroups.def"
#undef CONTROLLER
#undef GROUPFILE
};

static const struct lx_cgroup_file files[] = {
#define CONTROLLER(name, kernels)
#define GROUPFILE(controller, name, mode, where, kernels, text) \
    {controller, name, text, mode, kernels, where},
#include "policy/cgroups.def"
#undef CONTROLLER
#undef GROUPFILE
};

#define CONTROLLER(name_, kernels) \
    _Static_assert(sizeof(name_) <= sizeof(controllers[0].name), name_ " is long");
#define GROUPFILE(controller_, name_, mode, where, kernels, text_)       \
    _Static_assert(sizeof(controller_) <= sizeof(files[0].controller) && \
                       sizeof(name_) <= sizeof(files[0].name) &&         \
                       sizeof(text_) <= sizeof(files[0].text),           \
                   "what is said of " name_ " is long");
#include "policy/cgroups.def"
#undef CONTROLLER
#undef GROUPFILE

/* The kernel of an era. Any other profile goes by WSL1. */
static unsigned kernel_of(const char *profile)
{
    return strcmp(profile, "wsl2-virtiofs") == 0 ? LINUX_6
           : strcmp(profile, "wsl2-9p") == 0     ? LINUX_5
                                                 : WSL1;
}

/* WSL2 has version 2 alone since 2.5.1, and before it both. [WSL#6662; green-coding's
 * documentation] */
enum lx_cgroups lx_cgroups_of(const char *profile)
{
    if (strcmp(profile, "wsl1-1607") == 0)
        return LX_CGROUPS_NONE;
    return kernel_of(profile) == LINUX_6 ? LX_CGROUPS_SECOND : LX_CGROUPS_FIRST;
}

bool lx_cgroups_chosen(const char *profile)
{
    return kernel_of(profile) == LINUX_6;
}

const char *lx_cgroup_controller(const char *profile, unsigned n)
{
    for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++)
        if ((controllers[i].kernels & kernel_of(profile)) != 0 && n-- == 0)
            return controllers[i].name;
    return NULL;
}

bool lx_cgroup_is_controller(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++)
        if (strlen(controllers[i].name) == n && memcmp(controllers[i].name, name, n) == 0)
            return true;
    return false;
}

const struct lx_cgroup_file *lx_cgroup_file(const char *profile, const char *hierarchy, bool root,
                                            unsigned *at)
{
    bool second = strcmp(hierarchy, LX_CGROUP_UNIFIED) == 0;
    while (*at < sizeof(files) / sizeof(files[0])) {
        const struct lx_cgroup_file *file = &files[(*at)++];
        bool here =
            strcmp(file->controller, hierarchy) == 0 || (!second && file->controller[0] == '\0');
        if (here && (file->kernels & kernel_of(profile)) != 0 &&
            (file->where & (root ? ROOT : CHILD)) != 0)
            return file;
    }
    return NULL;
}
