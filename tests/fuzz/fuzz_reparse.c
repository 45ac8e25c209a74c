/* SPDX-License-Identifier: MIT */
/* Reparse buffers and DOSATTRIB values from outside: what is read is within, and reads the same
 * again. */
#include <stdlib.h>
#include <string.h>

#include "nt/dosattrib.h"
#include "nt/reparse.h"
#include "nt/utf16.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
    if (!condition)
        abort();
}

static void within(struct nt_bytes part, const uint8_t *data, size_t size)
{
    static char text[3 * NT_REPARSE_MAX + 1];
    if (part.n == 0)
        return;
    check(part.at >= data && part.n <= size && part.at + part.n <= data + size);
    nt_utf16le_to_utf8(part.at, part.n, text, sizeof(text));
}

static void reparse(const uint8_t *data, size_t size)
{
    static uint8_t first[NT_REPARSE_MAX];
    static uint8_t second[NT_REPARSE_MAX];
    struct nt_reparse r;
    struct nt_reparse back;
    if (nt_reparse_decode(data, size, &r) != 0)
        return;
    within(r.data, data, size);
    within(r.target, data, size);
    within(r.substitute, data, size);
    within(r.print, data, size);
    for (size_t i = 0; i < NT_APPEXEC_STRINGS; i++)
        within(r.strings[i], data, size);
    /* Names may overlap in a buffer that nobody would write: then the copy is too long, no more. */
    long n = nt_reparse_encode(&r, first, sizeof(first));
    check(n > 0 || r.kind == NT_REPARSE_SYMLINK || r.kind == NT_REPARSE_MOUNT);
    if (n <= 0)
        return;
    check(nt_reparse_decode(first, (size_t)n, &back) == 0 && back.tag == r.tag);
    check(nt_reparse_encode(&back, second, sizeof(second)) == n);
    check(memcmp(first, second, (size_t)n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nt_dosattrib d;
    struct nt_dosattrib back;
    uint8_t value[NT_DOSATTRIB_SIZE];
    reparse(data, size);
    if (nt_dosattrib_decode(data, size, &d) == 0) {
        check(nt_dosattrib_encode(&d, value) == sizeof(value));
        check(nt_dosattrib_decode(value, sizeof(value), &back) == 0);
        check(back.attributes == d.attributes && back.creation == d.creation);
    }
    return 0;
}
