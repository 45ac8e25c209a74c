/* SPDX-License-Identifier: MIT */
#include "policy/debug.h"

#include <string.h>

static const struct {
    const char *word;
    unsigned floors;
} words[] = {
    {"mounts", LX_DEBUG_MOUNTS}, {"locate", LX_DEBUG_LOCATE},         {"walk", LX_DEBUG_WALK},
    {"fs", LX_DEBUG_FS},         {"supervisor", LX_DEBUG_SUPERVISOR}, {"all", LX_DEBUG_ALL},
};
const char lx_debug_words[] = "mounts, locate, walk, fs, supervisor, all";

/* What a word of n bytes asks for; 0 where it is none. */
static unsigned find(const char *word, size_t n)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strlen(words[i].word) == n && memcmp(words[i].word, word, n) == 0)
            return words[i].floors;
    return 0;
}

const char *lx_debug_start(struct lx_policy *policy, const char *value, size_t *n)
{
    const char *unknown = NULL;
    if (value == NULL)
        return NULL;
    size_t end = strcspn(value, ":");
    for (size_t i = 0, length; i < end; i += length + 1) {
        length = strcspn(value + i, ",:");
        unsigned floors = find(value + i, length);
        policy->debug = (uint8_t)(policy->debug | floors);
        if (floors == 0 && length > 0 && unknown == NULL) {
            unknown = value + i;
            *n = length;
        }
    }
    if (value[end] == ':' && value[end + 1] == '/')
        policy->debug_file = value + end + 1;
    if (policy->debug != 0)
        policy->watches |= LX_WATCH_DEBUG;
    return unknown;
}
