/* SPDX-License-Identifier: MIT */
/* Names from outside: scanning, escaping, unescaping, folding, checking. */
#include <stdlib.h>
#include <string.h>

#include "nt/fold.h"
#include "nt/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *name = (const char *)data;
    char *out = malloc(size * 3 + 1);
    char *copy = malloc(size + 1);
    check(out != NULL && copy != NULL);

    unsigned kind = nt_name_scan(name, size);
    long escaped = nt_name_escape(name, size, out, size * 3 + 1);
    check(escaped >= (long)size);
    check((kind & NT_ILLEGAL) != 0 || escaped == (long)size);
    check((nt_name_scan(out, (size_t)escaped) & NT_ILLEGAL) == 0);

    /* Escaping and back is the name itself, unless it spelled an escape already. */
    size_t back = nt_name_unescape(out, (size_t)escaped);
    if ((kind & NT_PRIVATE) == 0)
        check(back == size && memcmp(out, name, size) == 0);

    memcpy(copy, name, size);
    check(nt_name_unescape(copy, size) <= size);
    memcpy(copy, name, size);
    nt_name_pending(name, size);
    nt_name_check(name, size, 1, 1);
    check(nt_fold_equal(name, size, name, size));
    nt_fold_hash(name, size);
    free(out);
    free(copy);
    return 0;
}
