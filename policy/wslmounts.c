/* SPDX-License-Identifier: MIT */
#include "policy/wslmounts.h"

#include <string.h>
#include <sys/mount.h>

enum {
    WSL1_LXFS = 1,  /* before 17093 */
    WSL1_EARLY = 2, /* before 19041 */
    WSL1_LATE = 4,
    WSL2_ANY = 8,
    TOLD = WSL1_EARLY | WSL1_LATE | WSL2_ANY
};

static const struct lx_wslmount mounts[] = {
#define WSLMOUNT(point, eras, source, type, flags, data) {flags, eras, point, source, type, data},
#include "policy/wslmounts.def"
#undef WSLMOUNT
};

#define WSLMOUNT(point_, eras, source_, type_, flags, data_)          \
    _Static_assert(sizeof(point_) <= sizeof(mounts[0].point) &&       \
                       sizeof(source_) <= sizeof(mounts[0].source) && \
                       sizeof(type_) <= sizeof(mounts[0].type) &&     \
                       sizeof(data_) <= sizeof(mounts[0].data),       \
                   "what is mounted at " point_ " is long");
#include "policy/wslmounts.def"
#undef WSLMOUNT

#define MOUNTS (sizeof(mounts) / sizeof(mounts[0]))

static unsigned era_of(unsigned build)
{
    return build == 0      ? WSL2_ANY
           : build < 17093 ? WSL1_LXFS
           : build < 19041 ? WSL1_EARLY
                           : WSL1_LATE;
}

const struct lx_wslmount *lx_wslmount_at(const char *point, size_t n, unsigned build)
{
    for (size_t i = 0; i < MOUNTS; i++)
        if ((mounts[i].eras & era_of(build)) != 0 && strlen(mounts[i].point) == n &&
            memcmp(mounts[i].point, point, n) == 0)
            return &mounts[i];
    return NULL;
}
