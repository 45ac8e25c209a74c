/* SPDX-License-Identifier: MIT */
#include "policy/policy.h"

#include <string.h>

enum lx_value lx_rule_of_run(const struct lx_policy *policy, enum lx_rule rule)
{
    const struct lx_axes *axes = lx_image_axes(policy->image);
    if (axes == NULL)
        return (enum lx_value)lx_rule_fallback(rule);
    uint8_t stated = axes->stated[rule];
    return (enum lx_value)(stated != LX_UNSAID ? stated : axes->base[rule]);
}

/* Operations by the number that an image has for them. */
enum op {
#define OP(symbol, word, paths, properties) OP_##symbol,
#include "fs/ops.def"
#undef OP
};

/* What a rule says on a volume that may be mounted later. */
static enum lx_value value_on(const struct lx_image *image, const struct lx_volume *volume,
                              enum lx_rule rule)
{
    const uint8_t *own = (const uint8_t *)lx_image_volumes(image) + volume->rules;
    if (volume->rules != 0 && own[rule] != LX_UNSAID)
        return (enum lx_value)own[rule];
    return (enum lx_value)lx_axes_value(lx_image_axes(image),
                                        (enum lx_filesystem)volume->filesystem, false, rule);
}

/* True where a rule of some drive that is mounted, or may be, is another than Linux' own. */
static bool drives_differ(const struct lx_policy *policy, enum lx_rule rule)
{
    const struct lx_volumes *all = lx_image_volumes(policy->image);
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(policy->fixed, &i)) != NULL;)
        if (m->rules[rule] != LX_NATIVE && m->rules[rule] != LX_UNSAID)
            return true;
    for (uint32_t i = 0; all != NULL && i < all->count; i++)
        if (value_on(policy->image, &lx_volumes_list(all)[i], rule) != LX_NATIVE)
            return true;
    return false;
}

static uint64_t judged(const struct lx_policy *policy)
{
    uint64_t ops = policy->override_ops;
    if (drives_differ(policy, LX_RULE_FILE_SIZE))
        ops |= UINT64_C(1) << OP_WRITE;
    if (drives_differ(policy, LX_RULE_FILE_COPY_RANGE))
        ops |= UINT64_C(1) << OP_COPY;
    return ops;
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
    policy->judged_ops = judged(policy);
    policy->table = NULL;
    policy->space = 0;
    policy->origin = 0;
    policy->run = NULL;
    return 0;
}
