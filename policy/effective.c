/* SPDX-License-Identifier: MIT */
#include "policy/effective.h"

/* The words of operations, in the order of the bits in an image. */
static const char *const ops[] = {
#define OP(symbol, word, paths, properties) word,
#include "fs/ops.def"
#undef OP
};
#define OPS (sizeof(ops) / sizeof(ops[0]))
_Static_assert(OPS < 64, "a set of operations no longer fits one word");

const char *lx_op_word(size_t op)
{
    return op < OPS ? ops[op] : NULL;
}

uint64_t lx_op_all(void)
{
    enum { FOLLOWS = 0, PROBES = 0, CHANGES = 0, CREATES = 0, MOVES = 1 };
    static const bool moves[OPS] = {
#define OP(symbol, word, paths, properties) (properties) != 0,
#include "fs/ops.def"
#undef OP
    };
    uint64_t all = 0;
    for (size_t i = 0; i < OPS; i++)
        all |= (uint64_t)!moves[i] << i;
    return all;
}

const char *lx_windows_word(enum lx_windows_fact fact)
{
    static const char *const words[LX_WINDOWS_FACTS] = {"developer_mode", "elevated"};
    return words[fact];
}

bool lx_keeps_metadata(const struct lx_effective_mount *mount)
{
    return mount->options.metadata && lx_filesystem_keeps_metadata(mount->volume.filesystem);
}

void lx_effective_free(struct lx_effective *policy)
{
    lx_arena_free(&policy->arena);
}
