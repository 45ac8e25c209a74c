/* SPDX-License-Identifier: MIT */
#include "fs/names.h"

#include <errno.h>

#include "nt/utf.h"

long lx_name_keep(const char *name, size_t n, char *out, size_t room)
{
    if (n >= room)
        return -ENAMETOOLONG;
    memcpy(out, name, n);
    out[n] = '\0';
    return (long)n;
}

int lx_name_character(const char *s, size_t n)
{
    uint32_t code;
    return nt_utf8_decode(s, n, &code);
}
