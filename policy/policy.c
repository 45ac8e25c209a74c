/* SPDX-License-Identifier: MIT */
#include "policy/policy.h"

#include <string.h>

int lx_policy_attach(struct lx_policy *policy, const struct lx_image *image, size_t size)
{
    int r = lx_image_check(image, size);
    if (r < 0)
        return r;
    policy->image = image;
    policy->trace = lx_image_string(image, image->trace);
    policy->programs = lx_image_string(image, image->programs);
    policy->stats = NULL;
    policy->debug_file = NULL;
    policy->debug_fd = 2;
    policy->debug = 0;
    policy->observe = (image->flags & LX_IMAGE_OBSERVE) != 0;
    policy->silent = image->silent;
    policy->trace_all = (image->flags & LX_IMAGE_TRACE_ALL) != 0;
    policy->watches = (uint8_t)((policy->trace != NULL ? LX_WATCH_TRACE : 0) |
                                (policy->trace_all ? LX_WATCH_ALL : 0));
    policy->trace_own = (image->flags & LX_IMAGE_TRACE_OWN) != 0;
    policy->may_link = (image->flags & LX_IMAGE_MAY_LINK) != 0;
    policy->elevated = (image->flags & LX_IMAGE_ELEVATED) != 0;
    policy->override_ops = image->override_count == 0 ? 0 : image->override_ops;
    policy->fixed = lx_image_mounted(image);
    policy->table = NULL;
    policy->space = 0;
    policy->origin = 0;
    policy->run = NULL;
    return 0;
}
