/* SPDX-License-Identifier: MIT */
/*
 * How the values of a mount's rules come about. They depend on the era of WSL and its client, which
 * a profile is; on the kind of the volume; and on whether the mount keeps metadata. A policy has a
 * table for each, so that a mount that is made while a run goes on has the rules that it would have
 * had at the start. Flat and pure.
 */
#ifndef LXSHIM_POLICY_AXES_H
#define LXSHIM_POLICY_AXES_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/rules.h"

/* Kinds of volumes. */
enum lx_filesystem {
#define KIND(symbol, word, axis, room) LX_##symbol,
#include "axes.def"
    LX_FILESYSTEMS
};

/* What a profile says values for besides its own; of two that hold, the later one wins. */
enum lx_axis {
#define AXIS(symbol, word, grade, evidence) LX_ON_##symbol,
#include "axes.def"
    LX_AXES
};

/* Tables of enum lx_value by enum lx_rule; LX_UNSAID where one says nothing. Made of bytes alone.
 */
struct lx_axes {
    uint8_t base[LX_RULE_COUNT]; /* of the profile and what a policy extends: says all */
    uint8_t on[LX_AXES][LX_RULE_COUNT];
    uint8_t stated[LX_RULE_COUNT]; /* by the policy for all mounts, and on the command line */
};

const char *lx_filesystem_word(enum lx_filesystem filesystem);

/* The kind of volume with that word, or LX_FILESYSTEMS. */
enum lx_filesystem lx_filesystem_find(const char *word);

/* The axis that a kind of volume is on. */
enum lx_axis lx_filesystem_axis(enum lx_filesystem filesystem);

/*
 * True where a volume has room for metadata. On others the option is dropped silently, as WSL does.
 * [WSL#4200]
 */
bool lx_filesystem_keeps_metadata(enum lx_filesystem filesystem);

/*
 * What a volume is through a share: SMB, but for kinds that can do less than that, which stay what
 * they are.
 */
enum lx_filesystem lx_filesystem_shared(enum lx_filesystem filesystem);

const char *lx_axis_word(enum lx_axis axis);
const char *lx_axis_evidence(enum lx_axis axis);
enum lx_grade lx_axis_grade(enum lx_axis axis);

/* The axis with that word, or LX_AXES. */
enum lx_axis lx_axis_find(const char *word);

/* What the profile `drvfs` says of a rule on an axis; LX_UNSAID for nothing. */
uint8_t lx_axis_default(enum lx_axis axis, enum lx_rule rule);

/* The tables of the profile `drvfs`, and nothing stated. */
void lx_axes_defaults(struct lx_axes *axes);

/* True where all values are such as their rules may take. */
bool lx_axes_check(const struct lx_axes *axes);

/* Puts what a table says over what is there. */
void lx_rules_overlay(uint8_t rules[LX_RULE_COUNT], const uint8_t said[LX_RULE_COUNT]);

/*
 * The value of one rule on a kind of volume, with metadata or without, as mounts that carry it have
 * it. axes: NULL for the tables of the profile `drvfs`.
 */
uint8_t lx_axes_value(const struct lx_axes *axes, enum lx_filesystem filesystem, bool metadata,
                      enum lx_rule rule);

/*
 * Works out the rules of a mount of a type, of a kind of volume, with metadata or without;
 * LX_UNSAID for rules that mounts of the type do not carry.
 */
void lx_axes_work_out(const struct lx_axes *axes, enum lx_mount_type type,
                      enum lx_filesystem filesystem, bool metadata, uint8_t rules[LX_RULE_COUNT]);

#endif
