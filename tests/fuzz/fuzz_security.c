/* SPDX-License-Identifier: MIT */
/* Security descriptors from outside: what is read is within, and reads the same again. */
#include <stdlib.h>
#include <string.h>

#include "nt/access.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t out[2 * NT_SECURITY_MAX];

static void check(int condition)
{
    if (!condition)
        abort();
}

static void within(struct nt_bytes part, const uint8_t *data, size_t size)
{
    check(part.n == 0 || (part.at >= data && part.n <= size && part.at + part.n <= data + size));
}

static void same(struct nt_bytes a, struct nt_bytes b)
{
    check(a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nt_security s;
    struct nt_security back;
    struct nt_ace ace;
    if (nt_ntacl_decode(data, size, &s) != 0)
        return 0;
    within(s.owner, data, size);
    within(s.group, data, size);
    within(s.dacl, data, size);
    within(s.sacl, data, size);
    for (size_t at = 0; nt_acl_next(s.dacl, &at, &ace);) {
        within(ace.sid, data, size);
        within(ace.all, data, size);
    }
    uint32_t granted = nt_access_granted(&s, &(struct nt_token){true});
    check((granted & ~NT_FILE_ALL) == 0);
    check(nt_acl_inherit(s.dacl, size % 2 == 0, nt_sid_user, out, sizeof(out)) <=
          (long)sizeof(out));
    /* Parts may overlap in one that nobody would write: then the copy is too long, no more. */
    long n = nt_ntacl_encode(&s, out, sizeof(out));
    if (n < 0)
        return 0;
    check(nt_ntacl_decode(out, (size_t)n, &back) == 0);
    same(s.owner, back.owner);
    same(s.group, back.group);
    same(s.dacl, back.dacl);
    same(s.sacl, back.sacl);
    check(nt_access_granted(&back, &(struct nt_token){true}) == granted);
    return 0;
}
