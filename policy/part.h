/* SPDX-License-Identifier: MIT */
/*
 * One document of a policy, or one flag of the command line, after its words and types have been
 * checked and before anything is merged or any path is looked at.
 */
#ifndef LXSHIM_POLICY_PART_H
#define LXSHIM_POLICY_PART_H

#include "policy/added.h"
#include "policy/document.h"
#include "policy/effective.h"

/* No tree of policies is deeper, and no list of experiments longer. */
#define LX_EXTENDS_MAX  32
#define LX_OVERRIDE_MAX 16384

/* A rule's value, LX_VALUE_COUNT where it is not stated, and the line it stands on. */
struct lx_stated {
    enum lx_value value;
    unsigned line;
};

struct lx_rule_set {
    struct lx_stated rules[LX_RULE_COUNT];
};

struct lx_mount_part {
    struct lx_place place;
    struct lx_place source_place;
    struct lx_place target_place;
    struct lx_place backing_place;
    struct lx_place volume_place; /* no line: it says nothing of its volume */
    const char *directory;        /* what relative paths are relative to */
    const char *type;
    const char *source;
    const char *target;
    const char *backing; /* NULL: in place */
    const char *options_text;
    struct lx_mount_options options;
    struct lx_volume_facts volume; /* LX_FILESYSTEMS: not said */
    struct lx_rule_set rules;
};

struct lx_folder_part {
    const char *source; /* "C:\\dir" */
    struct lx_place place;
};

struct lx_volume_part {
    struct lx_volume_facts facts;
    struct lx_place place; /* of its name */
    const char *name;
    const char *backing;
    struct lx_place backing_place;
    size_t folder_count;
    struct lx_folder_part *folders;
};

struct lx_share_part {
    struct lx_place place; /* of its name */
    const char *name;
    const char *volume;
    struct lx_place volume_place;
};

/* line 0: it says nothing of this. */
struct lx_interop_part {
    unsigned line;
    const char *handler; /* or NULL */
    struct lx_place handler_place;
    bool stubs;
    const char *record; /* or NULL */
    struct lx_place record_place;
};

/* Which of a scanner's keys are stated. */
enum lx_scanner_key {
    LX_SCANNER_TRIGGERS = 1,
    LX_SCANNER_SHARES = 2,
    LX_SCANNER_CALLS = 4,
    LX_SCANNER_MS = 8,
    LX_SCANNER_CHANCE = 16,
    LX_SCANNER_SEED = 32,
    LX_SCANNER_WAITS = 64,
    LX_SCANNER_PATHS = 128,
    LX_SCANNER_ONLY = 256,
    LX_SCANNER_EXCEPT = 512
};

struct lx_scanner_part {
    bool said;
    bool off;
    unsigned stated;                /* enum lx_scanner_key */
    const struct lx_preset *preset; /* or NULL */
    struct lx_image_scanner image;  /* what is stated */
    const char **globs;
    uint64_t *events;
    uint64_t *left_out;
    struct lx_origin origin;
};

struct lx_part {
    const struct lx_document *document;
    const struct lx_part *base; /* what it extends, or NULL */
    const char *profile;
    unsigned profile_line;
    bool has_volumes;
    size_t volume_count;
    struct lx_volume_part *volumes;
    bool has_shares;
    size_t share_count;
    struct lx_share_part *shares;
    bool has_mounts;
    size_t mount_count;
    struct lx_mount_part *mounts;
    struct lx_rule_set rules;
    size_t override_count;
    struct lx_effective_override *overrides;
    struct lx_scanner_part scanner;
    bool has_mode;
    bool observe;
    unsigned mode_line;
    struct lx_ruleset silent;
    unsigned latency; /* a client's number, or 0 */
    uint32_t latency_seed;
    bool latency_counted;
    bool latency_off; /* nothing takes longer, whatever it extends says */
    unsigned latency_line;
    const char *trace; /* relative to the document's directory */
    bool trace_all;
    struct lx_place trace_place;
    struct {
        bool stated;
        bool value;
        unsigned line;
    } windows[LX_WINDOWS_FACTS];
    struct lx_interop_part interop;
};

/*
 * Reads a document and the chain of documents it extends. Returns NULL with the problem noted.
 * alone: it may not extend anything.
 */
struct lx_part *lx_part_read(struct lx_load *load, struct lx_document *document, bool alone);

/* A rule set in which nothing is stated. */
void lx_rule_set_clear(struct lx_rule_set *set);

/* Readers of single things; out is what the name says, zeroed. */
int lx_read_rules(struct lx_load *load, const struct lx_node *node, struct lx_rule_set *out);
int lx_read_mount(struct lx_load *load, const struct lx_node *node, struct lx_mount_part *out);
int lx_read_volumes(struct lx_load *load, const struct lx_node *node, struct lx_part *out);
int lx_read_shares(struct lx_load *load, const struct lx_node *node, struct lx_part *out);
int lx_read_volume_facts(struct lx_load *load, const struct lx_node *node,
                         struct lx_volume_facts *out);
int lx_read_interop(struct lx_load *load, const struct lx_node *node, struct lx_interop_part *out);
int lx_read_override(struct lx_load *load, const struct lx_node *node,
                     struct lx_effective_override *out);

int lx_read_scanner(struct lx_load *load, const struct lx_node *node, struct lx_scanner_part *out);

/* Puts what a part states of a scanner over what was before, or over the first preset. */
void lx_scanner_overlay(struct lx_effective_scanner *out, const struct lx_scanner_part *part);

/* "latency": a client's word, or an object with it. */
int lx_read_latency(struct lx_load *load, const struct lx_node *node, struct lx_part *out);

/* An array of rules: the others are silent. */
int lx_read_enforced(struct lx_load *load, const struct lx_node *node, struct lx_ruleset *silent);

/* A file that is an array of overrides, as --overrides names one. */
int lx_read_overrides_file(struct lx_load *load, struct lx_document *document,
                           struct lx_part *part);

/* Reads --scanner. */
int lx_read_scanner_flag(struct lx_load *load, const char *flag, const char *directory,
                         struct lx_scanner_part *out);

/* Reads a drive that is mounted besides. */
int lx_read_added(struct lx_load *load, const struct lx_added *added, const char *directory,
                  struct lx_mount_part *out);

/* Reads --mount, --set and --enforce. */
int lx_read_mount_flag(struct lx_load *load, const char *flag, const char *directory,
                       struct lx_mount_part *out);
int lx_read_set_flag(struct lx_load *load, const char *flag, struct lx_rule_set *out);
int lx_read_latency_flag(struct lx_load *load, const char *flag, struct lx_part *out);
int lx_read_enforce_flag(struct lx_load *load, const char *flag, struct lx_ruleset *silent);

/* Checks a mount's type and source, and parses its options. `inside`: where options_text stands. */
int lx_check_type(struct lx_load *load, struct lx_place place, const char *type);
int lx_check_source(struct lx_load *load, struct lx_place place, const char *source);

/* Refuses a word that is no kind of volume, with the nearest one. */
int lx_refuse_filesystem(struct lx_load *load, struct lx_place place, const char *word);

/* The value of a rule by words; refused with the nearest word. */
int lx_state_rule(struct lx_load *load, struct lx_place rule_place, const char *rule,
                  struct lx_place value_place, const char *value, struct lx_rule_set *out);

/* Notes an error of lx_options_parse that stands at `place`. */
int lx_refuse_option(struct lx_load *load, struct lx_place place, const char *text,
                     const struct lx_option_error *error);

#endif
