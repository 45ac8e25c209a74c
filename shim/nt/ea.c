/* SPDX-License-Identifier: MIT */
#include "nt/ea.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "nt/bytes.h"
#include "nt/fold.h"

#define HEADER 8 /* offset of the next entry, flags, length of the name, length of the value */
#define ALIGN  4u

static const struct {
    enum nt_lx_field field;
    const char *name;
    size_t size;
} fields[] = {
    {NT_LX_UID, "$LXUID", 4},
    {NT_LX_GID, "$LXGID", 4},
    {NT_LX_MODE, "$LXMOD", 4},
    {NT_LX_DEVICE, "$LXDEV", 8},
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/* --- chains --------------------------------------------------------------------------------- */

static size_t aligned(size_t n)
{
    return (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

static bool name_ok(const char *name, size_t n)
{
    return n > 0 && n <= NT_EA_NAME_MAX && memchr(name, '\0', n) == NULL;
}

int nt_ea_next(const uint8_t *chain, size_t n, size_t *at, struct nt_ea *out)
{
    const uint8_t *e = chain + *at;
    if (*at == n)
        return 0;
    size_t left = n - *at;
    if (left < HEADER)
        return -EINVAL;
    size_t next = nt_get32(e);
    size_t length = e[5];
    size_t size = nt_get16(e + 6);
    size_t used = HEADER + length + 1 + size;
    if (used > left || (next != 0 && (next < used || next > left || next % ALIGN != 0)))
        return -EINVAL;
    *out = (struct nt_ea){.flags = e[4],
                          .name = (const char *)e + HEADER,
                          .name_length = length,
                          .value = e + HEADER + length + 1,
                          .size = size};
    if (!name_ok(out->name, length) || e[HEADER + length] != 0)
        return -EINVAL;
    *at = next == 0 ? n : *at + next;
    return 1;
}

long nt_ea_put(uint8_t *chain, size_t room, size_t used, size_t *last, const struct nt_ea *ea)
{
    size_t at = aligned(used);
    size_t length = HEADER + ea->name_length + 1 + ea->size;
    if (!name_ok(ea->name, ea->name_length) || ea->size > NT_EA_VALUE_MAX)
        return -EINVAL;
    if (at > room || length > room - at)
        return -ENOSPC;
    memset(chain + used, 0, at - used);
    if (used > 0)
        nt_put32(chain + *last, (uint32_t)(at - *last));
    uint8_t *e = chain + at;
    nt_put32(e, 0);
    e[4] = ea->flags;
    e[5] = (uint8_t)ea->name_length;
    nt_put16(e + 6, (uint16_t)ea->size);
    memcpy(e + HEADER, ea->name, ea->name_length);
    e[HEADER + ea->name_length] = 0;
    if (ea->size > 0)
        memcpy(e + HEADER + ea->name_length + 1, ea->value, ea->size);
    *last = at;
    return (long)(at + length);
}

/* --- WSL's own ------------------------------------------------------------------------------ */

unsigned nt_lx_field_of(const char *name, size_t n)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (nt_fold_equal(name, n, fields[i].name, strlen(fields[i].name)))
            return fields[i].field;
    return 0;
}

const char *nt_lx_name(enum nt_lx_field field)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].field == field)
            return fields[i].name;
    return "";
}

size_t nt_lx_size(enum nt_lx_field field)
{
    return field == NT_LX_DEVICE ? 8 : 4;
}

void nt_lx_take(struct nt_lx *lx, enum nt_lx_field field, const uint8_t *value, size_t size)
{
    bool good = size == nt_lx_size(field);
    uint32_t number = good ? nt_get32(value) : 0;
    lx->has |= field;
    if (field == NT_LX_MODE) {
        good = good && (number & ~(uint32_t)(S_IFMT | 07777)) == 0;
        lx->mode = number;
    } else if (field == NT_LX_DEVICE) {
        lx->major = number;
        lx->minor = good ? nt_get32(value + 4) : 0;
    } else {
        good = good && number != UINT32_MAX;
        *(field == NT_LX_UID ? &lx->uid : &lx->gid) = number;
    }
    lx->good = good ? lx->good | field : lx->good & ~(unsigned)field;
}

size_t nt_lx_put(const struct nt_lx *lx, enum nt_lx_field field, uint8_t out[NT_LX_SIZE_MAX])
{
    nt_put32(out, field == NT_LX_UID    ? lx->uid
                  : field == NT_LX_GID  ? lx->gid
                  : field == NT_LX_MODE ? lx->mode
                                        : lx->major);
    if (field == NT_LX_DEVICE)
        nt_put32(out + 4, lx->minor);
    return nt_lx_size(field);
}
