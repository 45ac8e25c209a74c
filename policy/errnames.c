/* SPDX-License-Identifier: MIT */
#include "policy/errnames.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static const struct {
    char name[20];
    int error;
} names[] = {
#define NAME(symbol) {#symbol, symbol},
#include "errnames.def"
#undef NAME
    {"ENOTSUP", ENOTSUP},
    {"EWOULDBLOCK", EWOULDBLOCK},
};

#define NAME(symbol) _Static_assert(sizeof(#symbol) <= sizeof(names[0].name), #symbol " is long");
#include "errnames.def"
#undef NAME

const char *lx_errno_name(int error)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].error == error)
            return names[i].name;
    return NULL;
}

int lx_errno_find(const char *name)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].error;
    return 0;
}
