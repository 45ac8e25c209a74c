/* SPDX-License-Identifier: MIT */
/* Chains of extended attributes from outside: what is read is within, and reads the same again. */
#include <stdlib.h>
#include <string.h>

#include "nt/ea.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
    if (!condition)
        abort();
}

static void within(const void *part, size_t n, const uint8_t *data, size_t size)
{
    const uint8_t *at = part;
    check(at >= data && n <= size && at + n <= data + size);
}

static void take(const struct nt_ea *ea)
{
    struct nt_lx lx = {.has = 0};
    uint8_t value[NT_LX_SIZE_MAX];
    unsigned field = nt_lx_field_of(ea->name, ea->name_length);
    if (field == 0)
        return;
    nt_lx_take(&lx, (enum nt_lx_field)field, ea->value, ea->size);
    check(lx.has == field && (lx.good & ~field) == 0);
    if (lx.good == field)
        check(nt_lx_put(&lx, (enum nt_lx_field)field, value) == ea->size &&
              memcmp(value, ea->value, ea->size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[1 << 17];
    struct nt_ea ea;
    struct nt_ea back;
    size_t used = 0;
    size_t last = 0;
    int r;
    for (size_t at = 0, before = 0; (r = nt_ea_next(data, size, &at, &ea)) > 0; before = at) {
        check(at > before && at <= size);
        within(ea.name, ea.name_length + 1, data, size);
        within(ea.value, ea.size, data, size);
        take(&ea);
        long n = nt_ea_put(again, sizeof(again), used, &last, &ea);
        check(n > 0 || used + ea.size > sizeof(again) / 2);
        if (n <= 0)
            return 0;
        used = (size_t)n;
        size_t written = last;
        check(nt_ea_next(again, used, &written, &back) == 1 && written == used);
        check(back.size == ea.size && back.name_length == ea.name_length &&
              memcmp(back.value, ea.value, ea.size) == 0);
    }
    return 0;
}
