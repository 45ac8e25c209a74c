/* SPDX-License-Identifier: MIT */
/* Mount options, by type: "metadata,uid=1000,umask=22,case=dir" of a drive. Pure. */
#ifndef LXSHIM_POLICY_OPTIONS_H
#define LXSHIM_POLICY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/mount.h"
#include "policy/rules.h"

#define LX_MASK_MAX 07777u /* of umask=, fmask=, dmask= */

struct lx_mount_options {
    bool metadata;
    bool readonly;
    bool noatime;
    uint32_t uid; /* 0 and 0 where they are not given, as a manual mount has it [RN:17063] */
    uint32_t gid;
    uint32_t umask;
    uint32_t fmask;
    uint32_t dmask;
    enum lx_value case_option; /* LX_OFF, LX_DIR or LX_FORCE; LX_VALUE_COUNT: no case= */
    const char *symlinkroot;   /* points into the text, symlinkroot_length bytes; or NULL */
    size_t symlinkroot_length;
};

/* What is wrong with an option, and which bytes of the text it is. */
struct lx_option_error {
    size_t offset;
    size_t length;
    const char *word;       /* "unknown mount option", "bad value of the mount option" */
    const char *expected;   /* what was expected */
    const char *suggestion; /* the nearest known word, or NULL */
};

/* An option the grammar knows, for documentation. */
struct lx_option_info {
    char word[16]; /* as it is written: "uid=" */
    char summary[56];
    char value[20]; /* "a decimal number"; "" for a flag */
};

/*
 * A drive's own options, those that every type has, and then what is accepted without effect; ends
 * with an empty word.
 */
extern const struct lx_option_info lx_option_list[];

/*
 * Reads a comma-separated list of options of a type's; the last of several equal ones counts, as in
 * a mount's own. Returns 0, or -EINVAL with *error filled in.
 */
int lx_options_parse(enum lx_mount_type type, const char *text, struct lx_mount_options *out,
                     struct lx_option_error *error);

#endif
