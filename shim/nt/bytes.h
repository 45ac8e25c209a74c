/* SPDX-License-Identifier: MIT */
/* Bytes as Windows structures have them: little-endian numbers at any address. Pure functions. */
#ifndef LXSHIM_NT_BYTES_H
#define LXSHIM_NT_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* A part of a buffer. */
struct nt_bytes {
    const uint8_t *at;
    size_t n;
};

static inline uint16_t nt_get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t nt_get32(const uint8_t *p)
{
    return (uint32_t)nt_get16(p) | (uint32_t)nt_get16(p + 2) << 16;
}

static inline uint64_t nt_get64(const uint8_t *p)
{
    return (uint64_t)nt_get32(p) | (uint64_t)nt_get32(p + 4) << 32;
}

static inline void nt_put16(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static inline void nt_put32(uint8_t *p, uint32_t value)
{
    nt_put16(p, (uint16_t)value);
    nt_put16(p + 2, (uint16_t)(value >> 16));
}

static inline void nt_put64(uint8_t *p, uint64_t value)
{
    nt_put32(p, (uint32_t)value);
    nt_put32(p + 4, (uint32_t)(value >> 32));
}

#endif
