/* SPDX-License-Identifier: MIT */
/* The scanners that a policy can name: scanners.def. */
#ifndef LXSHIM_POLICY_PRESETS_H
#define LXSHIM_POLICY_PRESETS_H

#include <stdint.h>

struct lx_preset {
    const char *word;
    uint32_t chance; /* of 1000 */
    uint32_t calls;
    uint32_t least_ms;
    uint32_t most_ms;
    uint32_t waits;
    const char *summary;
    const char *evidence;
};

/* All there are; ends with word NULL. The first is the one where nobody names any. */
extern const struct lx_preset lx_presets[];

/* By its word, or NULL. */
const struct lx_preset *lx_preset_find(const char *word);

#endif
