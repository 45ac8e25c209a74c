/* SPDX-License-Identifier: MIT */
#include "policy/policy.h"

#include <string.h>

static bool may_fold(const struct lx_mount *mount)
{
    if ((mount->flags & LX_MOUNT_VOLUME_ROOT) != 0 &&
        lx_rule(mount, LX_RULE_CASE_VOLUME_ROOT) == LX_INSENSITIVE)
        return true;
    return mount->case_option == LX_OFF || mount->case_option == LX_DIR;
}

int lx_policy_attach(struct lx_policy *policy, const struct lx_image *image, size_t size)
{
    int r = lx_image_check(image, size);
    if (r < 0)
        return r;
    policy->image = image;
    policy->trace = lx_image_string(image, image->trace);
    policy->stats = NULL;
    policy->observe = (image->flags & LX_IMAGE_OBSERVE) != 0;
    policy->trace_all = (image->flags & LX_IMAGE_TRACE_ALL) != 0;
    policy->trace_own = (image->flags & LX_IMAGE_TRACE_OWN) != 0;
    policy->may_link = (image->flags & LX_IMAGE_MAY_LINK) != 0;
    policy->redirects = false;
    policy->override_ops = image->override_count == 0 ? 0 : image->override_ops;
    policy->mount_count = image->mount_count;
    for (unsigned i = 0; i < image->mount_count; i++) {
        const struct lx_image_mount *from = &lx_image_mounts(image)[i];
        struct lx_mount *to = &policy->mounts[i];
        to->source = lx_image_string(image, from->source);
        to->target = lx_image_string(image, from->target);
        to->backing = lx_image_string(image, from->backing);
        to->bind_alias = lx_image_string(image, from->bind_alias);
        to->target_length = strlen(to->target);
        to->backing_length = strlen(to->backing);
        to->label = lx_image_string(image, from->label);
        to->symlinkroot = lx_image_string(image, from->symlinkroot);
        to->serial = from->serial;
        to->uid = from->uid;
        to->gid = from->gid;
        to->file_mask = (from->umask | from->fmask) & 07777;
        to->dir_mask = (from->umask | from->dmask) & 07777;
        to->index = (uint8_t)i;
        to->type = from->type;
        to->filesystem = from->filesystem;
        to->case_option = from->case_option;
        to->flags = from->flags;
        to->rules = from->rules;
        to->in_place = strcmp(to->target, to->backing) == 0;
        policy->redirects |= !to->in_place;
        to->folds = may_fold(to);
        to->dac = !lx_metadata(to) && (to->file_mask | to->dir_mask) != 0;
    }
    return 0;
}
