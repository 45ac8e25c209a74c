/* SPDX-License-Identifier: MIT */
#include "policy/scan.h"

#include <stddef.h>

/* A file, or a path, is in one of so many places behind the one that its hash says. */
#define WINDOW 8

/* [Steele and others, SplitMix] */
uint64_t lx_scan_mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static uint64_t not_zero(uint64_t hash)
{
    return hash == 0 ? 1 : hash;
}

uint64_t lx_scan_file(uint64_t dev, uint64_t ino)
{
    return not_zero(lx_scan_mix(lx_scan_mix(dev + 1) ^ ino));
}

uint64_t lx_scan_path(const char *path)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (; *path != '\0'; path++)
        hash = (hash ^ (unsigned char)*path) * UINT64_C(1099511628211);
    return not_zero(lx_scan_mix(hash));
}

uint64_t lx_scan_event(const char *path, uint32_t nth)
{
    return not_zero(lx_scan_mix(lx_scan_path(path) + nth));
}

uint32_t lx_scan_next(struct lx_scans *scans, const char *path)
{
    uint64_t hash = lx_scan_path(path);
    struct lx_scan_path *mine = &scans->paths[hash % LX_SCANS];
    for (unsigned i = 0; i < WINDOW; i++) {
        struct lx_scan_path *p = &scans->paths[(hash + i) % LX_SCANS];
        uint64_t none = 0;
        if (atomic_compare_exchange_strong(&p->path, &none, hash) || none == hash)
            return atomic_fetch_add(&p->count, 1) + 1;
    }
    /* No room: the one that it shares the place with counts from its beginning. */
    atomic_store(&mine->path, hash);
    atomic_store(&mine->count, 1);
    return 1;
}

uint32_t lx_scan_duration(const struct lx_image_scanner *scanner, uint64_t event)
{
    /* The eighth power of an even distribution: half are in the first 250th, a fifth beyond the
     * first sixth. */
    uint64_t x = lx_scan_mix(event + lx_scan_mix(scanner->seed)) >> 48;
    for (unsigned i = 0; i < 3; i++)
        x = x * x >> 16;
    return scanner->least_ms + (uint32_t)((scanner->most_ms - scanner->least_ms) * x >> 16);
}

struct lx_scan *lx_scan_of(struct lx_scans *scans, uint64_t file)
{
    for (unsigned i = 0; i < WINDOW; i++) {
        struct lx_scan *s = &scans->files[(file + i) % LX_SCANS];
        if (atomic_load_explicit(&s->file, memory_order_acquire) == file)
            return s;
    }
    return NULL;
}

struct lx_scan *lx_scan_take(struct lx_scans *scans, uint64_t file)
{
    struct lx_scan *oldest = lx_scan_of(scans, file);
    for (unsigned i = 0; i < WINDOW && oldest == NULL; i++) {
        struct lx_scan *s = &scans->files[(file + i) % LX_SCANS];
        uint64_t none = 0;
        if (atomic_compare_exchange_strong(&s->file, &none, file))
            oldest = s;
    }
    if (oldest != NULL)
        return oldest;
    oldest = &scans->files[file % LX_SCANS];
    for (unsigned i = 1; i < WINDOW; i++) {
        struct lx_scan *s = &scans->files[(file + i) % LX_SCANS];
        if (atomic_load(&s->since) < atomic_load(&oldest->since))
            oldest = s;
    }
    atomic_store(&oldest->left, 0);
    atomic_store(&oldest->file, file);
    return oldest;
}
