/* SPDX-License-Identifier: MIT */
/* The rules as data: ids, values, defaults, evidence. See rules.def and values.def. */
#ifndef LXSHIM_POLICY_RULES_H
#define LXSHIM_POLICY_RULES_H

#include <stdbool.h>
#include <stdint.h>

enum lx_value {
#define VALUE(symbol, word, error) LX_##symbol,
#include "values.def"
#undef VALUE
    LX_VALUE_COUNT
};

enum lx_rule {
#define RULE(types, symbol, id, values, value, summary, grade, evidence) LX_RULE_##symbol,
#include "rules.def"
#undef RULE
    LX_RULE_COUNT,
    LX_RULE_NONE = LX_RULE_COUNT
};

/* How good a reason evidence is, the best first. */
enum lx_grade {
#define GRADE(symbol, word) LX_GRADE_##symbol,
#include "grades.def"
#undef GRADE
    LX_GRADES
};

/* Among the counters of rules: the override that acted, which is no rule. */
#define LX_RULE_OVERRIDE LX_RULE_COUNT

_Static_assert(LX_VALUE_COUNT <= 64, "a rule's values no longer fit one word");

/* In place of a value, where a table of them says nothing of a rule. */
#define LX_UNSAID 0xFF

/*
 * What a mount is of. The host's, LX_MOUNT_HOST, is the last: no rule holds below such a mount.
 * What comes after it has no mounts, and its rules are the run's: lx_rule_of_run.
 */
enum lx_mount_type {
#define FILESYSTEM(symbol, word, operations, names, properties) LX_MOUNT_##symbol,
#include "fs/filesystems.def"
#undef FILESYSTEM
    LX_MOUNT_TYPES
};

/* Sets of file systems: a bit each. */
enum lx_mount_type_set {
#define FILESYSTEM(symbol, word, operations, names, properties) \
    LX_OF_##symbol = 1 << LX_MOUNT_##symbol,
#include "fs/filesystems.def"
#undef FILESYSTEM
    LX_OF_VOLFS = LX_OF_LXFS | LX_OF_WSLFS,
    LX_OF_DISKS = LX_OF_DRVFS | LX_OF_VOLFS,
    LX_OF_TIMED = LX_OF_DRVFS | LX_OF_WSLFS,             /* those whose times are NTFS' own */
    LX_OF_ANY = (1 << LX_MOUNT_TYPES) | (LX_OF_HOST - 1) /* all that can be mounted, ever */
};

/* What programs say of a rule. */
struct lx_rule_info {
    const char *id;
    uint64_t values; /* one bit per enum lx_value that the rule may take */
    unsigned types;  /* the file systems whose mounts carry it: a set, or LX_OF_ANY */
    enum lx_value fallback;
    const char *summary;
    enum lx_grade grade;
    const char *evidence;
};

/* Not in the library, which has the functions below: rulewords.c. */
extern const struct lx_rule_info lx_rules[LX_RULE_COUNT];

const char *lx_rule_id(enum lx_rule rule);
const char *lx_rule_evidence(enum lx_rule rule);

/* The value of a rule of which nobody says anything. */
uint8_t lx_rule_fallback(enum lx_rule rule);

/* The word of a value as policies spell it ("pending"). */
const char *lx_value_word(enum lx_value value);

/* The word of a grade ("vendor test"). */
const char *lx_grade_word(enum lx_grade grade);

/* The grade with that word, or LX_GRADES. */
enum lx_grade lx_grade_find(const char *word);

/* The errno a value answers with, 0 for values that refuse nothing. */
int lx_value_errno(enum lx_value value);

/* True for a number that is a value which a rule may take. */
bool lx_rule_takes(enum lx_rule rule, unsigned value);

/* True where the mounts of a file system carry a rule. */
bool lx_rule_belongs(enum lx_rule rule, enum lx_mount_type type);

/* True for a rule that no mount carries: the run has it. */
bool lx_rule_is_of_run(enum lx_rule rule);

/* The rule with that id, or LX_RULE_NONE. */
enum lx_rule lx_rule_find(const char *id);

/* The value with that word among those a rule may take, or LX_VALUE_COUNT. */
enum lx_value lx_rule_value_find(enum lx_rule rule, const char *word);

#endif
