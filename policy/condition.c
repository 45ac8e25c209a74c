/* SPDX-License-Identifier: MIT */
#include "policy/condition.h"

#include <string.h>

uint64_t lx_draw_more(uint64_t draw, const void *bytes, size_t n)
{
    const unsigned char *from = bytes;
    uint64_t hash = draw ^ UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ from[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* Neighbours by a number or a letter have nothing in common any more: murmur3's last step. */
static uint64_t mixed(uint64_t hash)
{
    hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ hash >> 33;
}

static uint64_t call_hash(const struct lx_image_condition *w, unsigned op, const char *path)
{
    return lx_draw_more(w->draw + op, path, strlen(path));
}

uint32_t lx_draw_slot(const struct lx_image_condition *w, unsigned op, const char *path)
{
    return (uint32_t)(mixed(call_hash(w, op, path)) % LX_OCCURRENCES);
}

bool lx_draw(const struct lx_image_condition *w, unsigned op, const char *path, uint64_t n)
{
    uint64_t hash = mixed(call_hash(w, op, path) + n * UINT64_C(0x9e3779b97f4a7c15));
    return w->chance == 0 || hash >> 32 < w->chance;
}

uint64_t lx_bytes_left(const struct lx_image_condition *w, uint64_t before, uint64_t size)
{
    uint64_t left = before < w->after_bytes ? w->after_bytes - before : 0;
    return left < size ? left : size;
}
