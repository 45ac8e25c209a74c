/* SPDX-License-Identifier: MIT */
/*
 * An image that has one of everything, and what a process does with one: for those who damage it.
 */
#ifndef LXSHIM_TESTS_STATES_H
#define LXSHIM_TESTS_STATES_H

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/builder.h"
#include "policy/settle_volume.h"
#include "vfs/ops.h"
#include "vfs/placement.h"

/* Puts volumes of every sort into it, and the axes. */
static inline void states_volumes(struct lx_builder *b, struct lx_image *head)
{
    static uint8_t own[LX_RULE_COUNT];
    struct lx_effective_volume volumes[] = {
        {.name = "C:", .backing = "/proc/self/fdinfo", .facts = {LX_NTFS, "label", 1}},
        {.name = "fat", .backing = "/usr/lib", .facts = {.filesystem = LX_FAT32}},
        {.name = "D:\\x", .backing = "/dev/shm", .directory = true, .rules = own}};
    struct lx_effective_folder folders[] = {{.path = "a/b", .parent = 0, .volume = 1}};
    struct lx_effective_share shares[] = {{.name = "\\\\host\\share", .volume = 1}};
    struct lx_effective e = {.volume_count = 3,
                             .volumes = volumes,
                             .folder_count = 1,
                             .folders = folders,
                             .share_count = 1,
                             .shares = shares};
    memset(own, LX_UNSAID, sizeof(own));
    own[LX_RULE_LINK_CREATE] = LX_EPERM;
    lx_settle_flat(&e);
    lx_axes_defaults(&e.axes);
    head->axes = lx_builder_block(b, &e.axes, sizeof(e.axes));
    head->volumes = lx_builder_block(b, e.flat, e.flat->size);
    lx_effective_free(&e);
}

/* Looks up what mount(2) may name, and works out what such a mount has. */
static inline void states_mount(const struct lx_image *image)
{
    static const char *const sources[] = {"C:",  "c:\\a\\b\\..", "//host/share/x",
                                          "fat", "Q:/",          "D:/x/y"};
    const struct lx_volumes *volumes = lx_image_volumes(image);
    struct lx_source_found found;
    uint8_t rules[LX_RULE_COUNT];
    for (size_t i = 0; volumes != NULL && i < sizeof(sources) / sizeof(sources[0]); i++) {
        if (lx_volumes_find(volumes, sources[i], &found) < 0)
            continue;
        lx_rules_work_out(image, LX_MOUNT_DRVFS, (enum lx_filesystem)found.volume->filesystem,
                          i % 2 == 0, rules);
        if (strlen(found.rest) >= PATH_MAX ||
            strlen(lx_volumes_text(volumes, found.volume->backing)) >= PATH_MAX)
            abort();
        for (unsigned k = 0; k < LX_RULE_COUNT; k++)
            if (lx_rule_belongs((enum lx_rule)k, LX_MOUNT_DRVFS) &&
                !lx_rule_takes((enum lx_rule)k, rules[k]))
                abort();
    }
}

/* Puts it into `buf`, aligned for an image. Returns its size. */
static inline size_t states_sample(char *buf, size_t room)
{
    struct lx_builder b;
    struct lx_image *head = lx_builder_start(&b, buf, room, 3, 3);
    struct lx_mount *mounts = (struct lx_mount *)(void *)(buf + head->mounts);
    struct lx_image_override *overrides =
        (struct lx_image_override *)(void *)(buf + head->overrides);
    lx_builder_mount(&b, &mounts[0], "C:", "/nowhere/c", "/proc/self/fdinfo");
    lx_builder_mount(&b, &mounts[1], "D:\\x", "/dev/shm", "/dev/shm");
    lx_builder_mount(&b, &mounts[2], "E:\\", "/usr/lib", "/usr/lib");
    mounts[0].symlinkroot = lx_builder_text(&b, &mounts[0], "/mnt/");
    mounts[0].label = lx_builder_text(&b, &mounts[0], "label");
    mounts[0].case_option = LX_DIR;
    mounts[0].file_mask = mounts[0].dir_mask = 022;
    mounts[2].bind_alias = lx_builder_text(&b, &mounts[2], "/usr/share");
    overrides[0].path = lx_builder_string(&b, "none");
    overrides[0].error = 13;
    overrides[0].ops = ~UINT64_C(0);
    overrides[1].path = lx_builder_string(&b, "*.x");
    overrides[1].when_errno = 2;
    overrides[1].error = 5;
    overrides[1].ops = ~UINT64_C(0);
    overrides[1].counter = 1;
    overrides[1].times = 2;
    overrides[2].action = LX_OVERRIDE_ALLOW;
    const struct lx_image_condition condition = {.uid = {0, UINT64_MAX},
                                                 .fd = {0, UINT64_MAX},
                                                 .size = {0, UINT64_MAX},
                                                 .offset = {0, UINT64_MAX},
                                                 .chance = UINT32_MAX / 2,
                                                 .comm = lx_builder_string(&b, "*")};
    overrides[1].condition = lx_builder_block(&b, &condition, sizeof(condition));
    head->occurrences = 3;
    head->counters = 3 + LX_OCCURRENCES;
    overrides[2].note = lx_builder_string(&b, "note");
    overrides[2].ops = ~UINT64_C(0);
    overrides[2].counter = 2;
    lx_builder_overrides(&b);
    states_volumes(&b, head);
    head->profile = lx_builder_string(&b, "drvfs");
    head->trace = lx_builder_string(&b, "/dev/null");
    head->programs = lx_builder_string(&b, "/usr/lib");
    long size = lx_builder_end(&b);
    if (size < 0)
        abort();
    return (size_t)size;
}

/* Looks about as a program would under a policy that has been taken, without changing anything. */
static inline void states_use(struct lx_policy *policy, char *image)
{
    static const char *const paths[] = {"/nowhere/c/a:b",
                                        "/nowhere/c/0/../none",
                                        "/nowhere/../dev/shm/n.x",
                                        "/usr/lib/locale",
                                        "none.x",
                                        "/bin/wslpath",
                                        "/usr/lib"};
    const struct lx_task task = {.policy = policy, .cwd = AT_FDCWD};
    const struct lx_image *head = policy->image;
    struct lx_image_override *o = (struct lx_image_override *)(void *)(image + head->overrides);
    char buf[PATH_MAX];
    struct stat st;
    states_mount(head); /* before something is written: overrides may lie anywhere */
    for (uint32_t i = 0; i < head->override_count; i++)
        o[i].delay_ms = 0; /* which is no damage */
    if (policy->trace != NULL)
        policy->trace = "/dev/null";
    placement_forget_all();
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        (void)lx_fstatat(&task, AT_FDCWD, paths[i], &st, 0);
        (void)lx_faccessat(&task, AT_FDCWD, paths[i], 4, 0);
        (void)lx_readlinkat(&task, AT_FDCWD, paths[i], buf, sizeof(buf));
        (void)lx_realpath(&task, paths[i], buf);
        (void)lx_native_path(&task, AT_FDCWD, paths[i], buf, sizeof(buf), 0);
        long fd = lx_openat(&task, AT_FDCWD, paths[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
        if (fd > 2)
            close((int)fd);
    }
    (void)lx_getcwd(&task, buf, sizeof(buf));
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(lx_mounts(policy), &i)) != NULL;)
        if (strlen(lx_target(m)) + strlen(lx_source(m)) > 2 * (size_t)head->size)
            abort();
}

#endif
