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
    return (UINT64_C(1) << OPS) - 1;
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
