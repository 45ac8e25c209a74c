/* SPDX-License-Identifier: MIT */
/*
 * The options that a program gives its sanitizer: a runtime asks for them by these names before it
 * does anything else, and finds the first one there is. Ours is asked where we come before the
 * runtime and the program has none of its own; of the three that AddressSanitizer asks for, a
 * program hardly has all. What is answered is what the next one says, the runtime's own at last.
 * (Of libc's functions only what sanitizer.c says may be called: the runtime is not ready.)
 */
#include <string.h>

#include "preload/next.h"
#include "preload/sanitizer.h"
#include "preload/shim.h"

LX_EXPORT const char *__asan_default_options(void);
LX_EXPORT const char *__lsan_default_options(void);
LX_EXPORT const char *__ubsan_default_options(void);

/* AddressSanitizer looks whether it comes first, and ends the program: it does not where the
 * program could not be started anew. */
#define ANYHOW "verify_asan_link_order=0:"

LX_EXPORT const char *__asan_default_options(void)
{
    static char options[4096]; /* the runtime's, which asks once */
    lx_sanitizer_first();
    const char *next = NEXT(__asan_default_options)();
    size_t n = strlen(next) + 1;
    if (n > sizeof(options) - sizeof(ANYHOW))
        return next;
    memcpy(options, ANYHOW, sizeof(ANYHOW) - 1);
    memcpy(options + sizeof(ANYHOW) - 1, next, n);
    return options;
}

LX_EXPORT const char *__lsan_default_options(void)
{
    lx_sanitizer_first();
    return NEXT(__lsan_default_options)();
}

LX_EXPORT const char *__ubsan_default_options(void)
{
    lx_sanitizer_first();
    return NEXT(__ubsan_default_options)();
}
