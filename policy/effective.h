/* SPDX-License-Identifier: MIT */
/*
 * The effective policy: what the built-in profiles, a policy file with its bases, and the flags of
 * a command come to, checked, with where each value came from. `policy show` prints it, and
 * policy/emit.h turns it into the image.
 */
#ifndef LXSHIM_POLICY_EFFECTIVE_H
#define LXSHIM_POLICY_EFFECTIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "policy/arena.h"
#include "policy/image.h"
#include "policy/options.h"
#include "policy/rules.h"

/* The lowest first: a later kind wins over an earlier one. */
enum lx_origin_kind {
    LX_ORIGIN_DEFAULT, /* rules.def, and the profile drvfs that restates it */
    LX_ORIGIN_PROFILE,
    LX_ORIGIN_FILE,
    LX_ORIGIN_AXIS, /* what a profile says of mounts on an axis */
    LX_ORIGIN_FLAG  /* of the command line, or a variable of the environment */
};

struct lx_origin {
    enum lx_origin_kind kind;
    const char *name; /* of the profile, file, flag; NULL for the default */
    unsigned line;    /* in the file */
    const char *axis; /* its word */
};

static inline struct lx_origin lx_from_file(const char *name, unsigned line)
{
    return (struct lx_origin){.kind = LX_ORIGIN_FILE, .name = name, .line = line};
}

static inline struct lx_origin lx_from_flag(const char *name)
{
    return (struct lx_origin){.kind = LX_ORIGIN_FLAG, .name = name};
}

/* One rule's value. LX_VALUE_COUNT: not stated. */
struct lx_setting {
    enum lx_value value;
    struct lx_origin origin;
};

/* What Windows tells of a volume. */
struct lx_volume_facts {
    enum lx_filesystem filesystem;
    const char *label; /* or NULL */
    uint32_t serial;
};

/* A volume that the policy says, or that comes with a mount which has a backing of its own. */
struct lx_effective_volume {
    const char *name;    /* "C:", "fat"; of a directory "C:\dir" */
    const char *backing; /* canonical */
    struct lx_volume_facts facts;
    bool implied;         /* it comes with a mount */
    bool directory;       /* of a volume that nobody has said */
    const uint8_t *rules; /* what that mount alone says: a table, or NULL */
    struct lx_origin origin;
};

struct lx_effective_folder {
    const char *source; /* as it was written: "C:\dir" */
    const char *path;   /* in its parent, "dir" */
    size_t parent;      /* places of volumes */
    size_t volume;
};

struct lx_effective_share {
    const char *name; /* "\\host\share" */
    size_t volume;
    struct lx_origin origin;
};

struct lx_effective_mount {
    enum lx_mount_type type;
    const char *source;
    const char *target;  /* canonical */
    const char *backing; /* canonical; equal to target when in place */
    bool bound;          /* in this mount namespace the backing is bind-mounted on the target */
    struct lx_mount_options options;
    const char *options_text; /* as it was written, or NULL */
    struct lx_volume_facts volume;
    const char *drive; /* the name of the policy's volume that it is of, or NULL */
    bool implied;      /* it has a volume of its own */
    bool whole;        /* its root is a volume's root */
    struct lx_origin origin;
    struct lx_setting rules[LX_RULE_COUNT];
    const uint8_t *own;    /* what it alone says of rules: a table, or NULL */
    const char *alias;     /* of a root: its other name, beside which files are, or NULL */
    const char *libraries; /* of a root that is translated: where its ld.so looks, or NULL */
};

/* Windows itself, as far as a rule asks: who may make symlinks that it follows. */
enum lx_windows_fact { LX_DEVELOPER_MODE, LX_ELEVATED, LX_WINDOWS_FACTS };

struct lx_effective_fact {
    bool value;
    struct lx_origin origin; /* LX_ORIGIN_DEFAULT: not stated */
};

#define LX_OVERRIDE_FLAGS 16 /* no call has more that differ */

struct lx_effective_override {
    struct lx_image_override image; /* without its strings, its counter and what it points to */
    struct lx_image_condition condition;
    bool conditional; /* and that says something */
    const char *path;
    const char *comm;
    const char *note;
    size_t flag_count; /* of flags, as they were written */
    const char *flags[LX_OVERRIDE_FLAGS];
    double chance; /* as it was written, or 0: always */
    long long seed;
    struct lx_origin origin;
};

struct lx_effective_scanner {
    const char *preset;            /* the word that it began with; NULL: there is no scanner */
    struct lx_image_scanner image; /* without its lists */
    const char *const *globs;
    const uint64_t *events;
    const uint64_t *left_out; /* events for which it does not come */
    struct lx_origin origin;
};

/* Who has asked for a policy. */
enum lx_standing {
    LX_NAMED,   /* somebody has named it, or there is none */
    LX_TRUSTED, /* it was found, in a directory that the user trusts: as good as named */
    LX_GUEST    /* it was found: see policy/guest.h */
};

struct lx_effective {
    struct lx_arena arena; /* holds everything below */
    const char *problem;   /* why it could not be loaded: one line, or NULL */
    enum lx_standing standing;
    const char *others; /* who else may have written a guest, in words; or NULL */
    const char *list;   /* of trusted directories; NULL where it was not asked, or is nowhere */
    const char *list_problem; /* why that is ignored, a sentence; or NULL */
    const char *profile;
    struct lx_origin profile_origin;
    bool observe;
    struct lx_ruleset silent; /* rules that only say what they would do */
    struct lx_origin mode_origin;
    const char *trace; /* absolute, or NULL */
    bool trace_all;
    bool trace_guest;     /* it goes by a guest's law: see sys/own.h */
    bool trace_lines;     /* who runs it writes the lines that others leave */
    bool stubs;           /* some of Windows' own programs are there */
    bool has_volumes;     /* the policy says which there are, so that a run mounts them */
    bool latency_counted; /* and not waited for */
    struct lx_origin trace_origin;
    const char *programs; /* the directory of our programs that stand in for WSL's, or NULL */
    unsigned latency;     /* the number of a client, or 0 */
    uint32_t latency_seed;
    struct lx_origin latency_origin;
    struct lx_effective_fact windows[LX_WINDOWS_FACTS];
    const char *handler; /* that runs programs of Windows': a path, or a name for PATH; or NULL */
    const char *record;  /* the file of how they were called, absolute, or NULL */
    struct lx_origin interop_origin;
    struct lx_origin handler_origin; /* of its own line */
    size_t volume_count;
    struct lx_effective_volume *volumes;
    size_t folder_count;
    struct lx_effective_folder *folders;
    size_t share_count;
    struct lx_effective_share *shares;
    const struct lx_volumes *flat; /* all of them, as the image has them */
    struct lx_axes axes;
    struct lx_setting rules[LX_RULE_COUNT]; /* of a mount that says nothing of itself */
    size_t mount_count;
    struct lx_effective_mount *mounts;
    const char *made; /* a directory of targets that nobody has made, as a target; or NULL */
    size_t override_count;
    struct lx_effective_override *overrides;
    struct lx_effective_scanner scanner;
};

/* Gives back what a policy holds. */
void lx_effective_free(struct lx_effective *policy);

/* The word of an operation by its number in overrides; NULL after the last. */
const char *lx_op_word(size_t op);

/*
 * What "*" stands for, as an override has a set of operations, a bit each: all but those that move
 * bytes, which have to be named, since to see them costs every program.
 */
uint64_t lx_op_all(void);

/* True where a mount has metadata: its option, and room for it. */
bool lx_keeps_metadata(const struct lx_effective_mount *mount);

/* "developer_mode" and "elevated", in the order of enum lx_windows_fact. */
const char *lx_windows_word(enum lx_windows_fact fact);

#endif
