/* SPDX-License-Identifier: MIT */
#include "supervisor/calls.h"

#include <linux/sysinfo.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <utime.h>

const struct supervise_call supervise_calls[] = {
#define CALL(name, arguments, size)     {SYS_##name, false, #name, arguments, size},
#define CALL_SIX(name, arguments, size) {SYS_##name, true, #name, arguments, size},
#include "supervisor/calls.def"
#undef CALL
#undef CALL_SIX
};

const size_t supervise_call_count = sizeof(supervise_calls) / sizeof(supervise_calls[0]);

const struct supervise_call *supervise_call_find(int number)
{
    for (size_t i = 0; i < supervise_call_count; i++)
        if (supervise_calls[i].number == number)
            return &supervise_calls[i];
    return NULL;
}
