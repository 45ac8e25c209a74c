/* SPDX-License-Identifier: MIT */
#include "policy/presets.h"

#include <string.h>

const struct lx_preset lx_presets[] = {
#define SCANNER(word, chance, calls, least, most, waits, summary, evidence) \
    {word, chance, calls, least, most, waits, summary, evidence},
#include "policy/scanners.def"
#undef SCANNER
    {.word = NULL},
};

const struct lx_preset *lx_preset_find(const char *word)
{
    for (const struct lx_preset *p = lx_presets; p->word != NULL; p++)
        if (strcmp(p->word, word) == 0)
            return p;
    return NULL;
}
