/* SPDX-License-Identifier: MIT */
#include "policy/embedded.h"

/*
 * A file as a NUL-terminated string. Paths are relative to the root of the source tree, where the
 * compiler runs.
 */
#define EMBED(symbol, path)                 \
    __asm__(".section .rodata\n"            \
            ".global lx_file_" #symbol "\n" \
            "lx_file_" #symbol ":\n"        \
            ".incbin \"" path "\"\n"        \
            ".byte 0\n"                     \
            ".previous\n");                 \
    extern const char lx_file_##symbol[]

#define PROFILE(symbol, file) EMBED(symbol, "policy/profiles/" file ".json");
#include "policy/profiles.def"
#undef PROFILE
EMBED(schema, "policy/schema/lxshim-policy-1.schema.json");

const struct lx_embedded lx_embedded_profiles[] = {
#define PROFILE(symbol, file) {file, lx_file_##symbol},
#include "policy/profiles.def"
#undef PROFILE
    {NULL, NULL},
};

const struct lx_embedded lx_embedded_schema = {"lxshim-policy-1.schema.json", lx_file_schema};
