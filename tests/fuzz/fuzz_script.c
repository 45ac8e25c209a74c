/* SPDX-License-Identifier: MIT */
/* A line of a script of NT calls: read within its bounds, or refused with a reason. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "win/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
    if (!condition)
        abort();
}

static void check_call(const struct win_nt_call *call)
{
    check(call->word != NULL && (unsigned)call->verb < WIN_NT_VERBS);
    check(call->handle[0] != '\0' && memchr(call->handle, '\0', sizeof(call->handle)) != NULL);
    check(memchr(call->name, '\0', sizeof(call->name)) != NULL);
    check(call->disposition <= WIN_OVERWRITE_IF && call->size <= sizeof(call->data));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct win_nt_call call;
    char why[64];
    char *line = malloc(size + 1);
    check(line != NULL);
    memcpy(line, data, size);
    line[size] = '\0';
    why[0] = '\0';
    switch (win_script_read(line, &call, why, sizeof(why))) {
    case WIN_SCRIPT_CALL:
        check_call(&call);
        break;
    case WIN_SCRIPT_BAD:
        check(why[0] != '\0' && strlen(why) < sizeof(why));
        break;
    case WIN_SCRIPT_NOTHING:
        check(why[0] == '\0');
        break;
    }
    free(line);
    return 0;
}
