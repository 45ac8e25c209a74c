/* SPDX-License-Identifier: MIT */
/* Attributes of lxfs from outside: what is read is within, and is written as it was read. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nt/lxattr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
    if (!condition)
        abort();
}

static void within(const struct nt_bytes *part, const uint8_t *data, size_t size)
{
    check(part->at >= data && part->n <= size && part->at + part->n <= data + size);
}

static void check_inode(const uint8_t *data, size_t size)
{
    struct nt_lxattrb a;
    uint8_t again[NT_LXATTRB_SIZE];
    if (!nt_lxattrb_get(data, size, &a))
        return;
    nt_lxattrb_put(&a, again);
    check(size == sizeof(again) && memcmp(again + 2, data + 2, sizeof(again) - 2) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[1 << 17];
    struct nt_lx_xattr x;
    struct nt_lx_xattr back;
    size_t used = 0;
    size_t last = 0;
    check_inode(data, size);
    for (size_t at = 0, before = 0; nt_lxxattr_next(data, size, &at, &x) > 0; before = at) {
        check(at > before && at <= size);
        within(&x.name, data, size);
        within(&x.value, data, size);
        long n = nt_lxxattr_put(again, sizeof(again), used, &last, &x);
        if (n == -ENOSPC)
            return 0;
        check(n > 0);
        used = (size_t)n;
        size_t written = last;
        check(nt_lxxattr_next(again, used, &written, &back) == 1 && written == used);
        check(back.name.n == x.name.n && memcmp(back.name.at, x.name.at, x.name.n) == 0);
        check(back.value.n == x.value.n &&
              (x.value.n == 0 || memcmp(back.value.at, x.value.at, x.value.n) == 0));
    }
    return 0;
}
