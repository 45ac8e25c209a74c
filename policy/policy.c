/* SPDX-License-Identifier: MIT */
#include "policy/policy.h"

#include <string.h>

enum lx_value lx_rule_of_run(const struct lx_policy *policy, enum lx_rule rule)
{
    const struct lx_axes *axes = lx_image_axes(policy->image);
    if (axes == NULL)
        return LX_OFF;
    uint8_t stated = axes->stated[rule];
    return (enum lx_value)(stated != LX_UNSAID ? stated : axes->base[rule]);
}

static bool shows(const struct lx_policy *policy)
{
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        if (lx_rule_is_of_run((enum lx_rule)i) && lx_rule_of_run(policy, (enum lx_rule)i) != LX_OFF)
            return true;
    return false;
}

int lx_policy_attach(struct lx_policy *policy, const struct lx_image *image, size_t size)
{
    int r = lx_image_check(image, size);
    if (r < 0)
        return r;
    policy->image = image;
    policy->trace = lx_image_string(image, image->trace);
    policy->programs = lx_image_string(image, image->programs);
    policy->handler = lx_image_string(image, image->handler);
    policy->record = lx_image_string(image, image->record);
    policy->stubs = (image->flags & LX_IMAGE_STUBS) != 0;
    policy->stats = NULL;
    policy->debug_file = NULL;
    policy->debug_fd = 2;
    policy->debug = 0;
    policy->observe = (image->flags & LX_IMAGE_OBSERVE) != 0;
    policy->silent = image->silent;
    policy->shows = shows(policy);
    policy->trace_all = (image->flags & LX_IMAGE_TRACE_ALL) != 0;
    policy->watches = (uint8_t)((policy->trace != NULL ? LX_WATCH_TRACE : 0) |
                                (policy->trace_all ? LX_WATCH_ALL : 0) |
                                (image->latency != 0 ? LX_WATCH_COST : 0));
    policy->stacks = false;
    policy->trace_own = (image->flags & LX_IMAGE_TRACE_OWN) != 0;
    policy->may_link = (image->flags & LX_IMAGE_MAY_LINK) != 0;
    policy->elevated = (image->flags & LX_IMAGE_ELEVATED) != 0;
    policy->override_ops = image->override_count == 0 ? 0 : image->override_ops;
    policy->scanner = lx_image_scanner(image);
    policy->fixed = lx_image_mounted(image);
    policy->table = NULL;
    policy->space = 0;
    policy->origin = 0;
    policy->run = NULL;
    return 0;
}
