/* SPDX-License-Identifier: MIT */
/*
 * The flat image: a policy after checking, as one block without pointers. The first process (or
 * `lxshim run`) makes it; every child gets it through the environment, or through a file where it
 * is too large for that, and reads it in place. It is never parsed and never written.
 *
 * All offsets count from the start of the image; offset 0 means "none". Numbers are the machine's
 * own: an image does not travel further than a process tree.
 */
#ifndef LXSHIM_POLICY_IMAGE_H
#define LXSHIM_POLICY_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/axes.h"
#include "policy/mount.h"
#include "policy/ruleset.h"
#include "policy/scan.h"
#include "policy/tracelines.h"
#include "policy/volumes.h"

#define LX_IMAGE_MAGIC   0x4d49584cu /* "LXIM" */
#define LX_IMAGE_VERSION 9u

/*
 * Where the state travels: LXSHIM_STATE=1-:<base64 of the image>, or LXSHIM_STATE=1-@<file>. The
 * '-' becomes 'q' below a process that installed a seccomp filter of its own.
 */
#define LX_STATE_VARIABLE "LXSHIM_STATE"
#define LX_FIRST_VARIABLE "LXSHIM_FIRST" /* the library is the one that asks for a state */

/* The policy that is found in the current directory where none is named. */
#define LX_FOUND_NAME ".lxshim.json"

#define LX_STATE_VERSION  '1'
#define LX_STATE_PLAIN    '-'
#define LX_STATE_CONFINED 'q'
#define LX_STATE_INLINE   ':'
#define LX_STATE_FILE     '@'
#define LX_STATE_PREFIX   3 /* bytes before the payload */

/*
 * Under lxshim run there is a giver (policy/giver.h) before those: LXSHIM_STATE=1-~<giver>:<base64>
 * or with @<file>. It stands beside the image, as that may be in a file that everybody reads.
 */
#define LX_STATE_GIVER  '~'
#define LX_GIVER_NAME   16u /* hexadecimal digits that name its socket, */
#define LX_GIVER_SECRET 32u /* and those of its secret */
#define LX_GIVER_LENGTH (LX_GIVER_NAME + LX_GIVER_SECRET)

#define LX_STATE_BEGIN_MAX (LX_STATE_PREFIX + 1 + LX_GIVER_LENGTH) /* bytes before any payload */

/* An environment string may have 128 KiB; this is enough for any usual policy, and a page or two.
 */
#define LX_STATE_INLINE_MAX 16384u
#define LX_IMAGE_INLINE_MAX (LX_STATE_INLINE_MAX / 4u * 3u)

#define LX_MOUNT_MAX       100                /* of a policy */
#define LX_IMAGE_MOUNT_MAX (2 * LX_MOUNT_MAX) /* one that is bind-mounted is there by two names */

/* A value of LXSHIM_STATE, taken apart: the text of an image, or the file it is in. */
struct lx_state {
    const char *image; /* base64, or NULL */
    const char *file;  /* absolute, or NULL */
    const char *giver; /* LX_GIVER_LENGTH digits, and more behind them; or NULL */
    bool seccomp_confined;
};

/* Takes a value apart. Returns 0 or -EINVAL; whether there is an image in it is not known then. */
int lx_state_parse(const char *value, struct lx_state *out);

enum lx_image_flag {
    LX_IMAGE_OBSERVE = 1,   /* record what the rules would have done, and let the call through */
    LX_IMAGE_TRACE_ALL = 2, /* trace every intercepted call, not only denied and altered ones */
    LX_IMAGE_MAY_LINK = 4,  /* Windows lets its user make symlinks */
    LX_IMAGE_TRACE_OWN =
        8, /* the trace's file has to be the user's own, and no symlink leads to it */
    LX_IMAGE_ELEVATED = 16,  /* the token of Windows is an administrator's */
    LX_IMAGE_STUBS = 32,     /* some of Windows' own programs are there */
    LX_IMAGE_COST_ONLY = 64, /* what calls would take longer is counted, and not waited for */
    LX_IMAGE_LINES = 128,    /* behind the counters is room for lines of the trace */
    LX_IMAGE_FLAGS = 255     /* all of them */
};

enum lx_override_action {
    LX_OVERRIDE_ERRNO,
    LX_OVERRIDE_DELAY,
    LX_OVERRIDE_ALLOW,
    LX_OVERRIDE_KEEP /* the rules speak, and no override behind this one acts */
};

struct lx_image_override {
    uint64_t ops;       /* one bit per enum lx_op */
    uint32_t path;      /* glob over the path inside its mount as programs see it, or 0: any */
    uint32_t note;      /* the policy's own words for the trace, or 0 */
    int32_t when_errno; /* act when the call would end with this errno; 0: act before the call */
    int32_t error;      /* what LX_OVERRIDE_ERRNO answers */
    uint32_t delay_ms;  /* wait so long first, whatever the action */
    uint32_t times;     /* act at most so often; 0: without end */
    uint32_t every;     /* act on every n-th match; 0 and 1: on each */
    uint32_t after;     /* let so many matches pass first */
    uint32_t counter;   /* index of its match counter in the shared statistics */
    uint32_t next;      /* index + 1 of the next one that the same look meets, or 0 */
    uint8_t action;     /* enum lx_override_action */
    uint8_t late;       /* the call is made first; one that succeeds is answered so */
    uint8_t pad[2];     /* of the same size to programs of 32 bits */
    uint32_t condition; /* struct lx_image_condition, or 0 */
};

/* From `least` to `most`, both included; all there are where nothing is said. */
struct lx_image_range {
    uint64_t least;
    uint64_t most;
};

/* What else an override asks of a call, and does to it: apart, as thousands have none. */
struct lx_image_condition {
    struct lx_image_range uid;
    struct lx_image_range fd;   /* as the program calls it, of a call on a descriptor */
    struct lx_image_range size; /* bytes that the call is about */
    struct lx_image_range
        offset;           /* bytes of the file; where a read or a write touches one of them */
    uint64_t after_bytes; /* let so many be written first; 0: none */
    uint64_t draw;        /* what its calls are drawn by: the seed and what it says */
    uint32_t chance;      /* of 2^32 calls so many are drawn; 0: all */
    uint32_t bytes;       /* move at most so many; 0: as many as are asked for */
    int32_t flags_mask;   /* of the open flags these bits */
    int32_t flags;        /* have to be so */
    uint32_t comm;        /* glob over the name of who calls, or 0 */
    uint32_t pad;
};

struct lx_image {
    uint32_t magic;
    uint32_t version;
    uint32_t size;
    uint32_t flags;
    uint32_t rule_count; /* LX_RULE_COUNT of who made it: tables of rules have that many */
    uint32_t profile;
    uint32_t trace;   /* file the trace goes to, or 0 */
    uint32_t stats;   /* file of shared counters (struct lx_stats), or 0 */
    uint32_t mounts;  /* their records, one after the other */
    uint32_t mounted; /* struct lx_mounts of them all */
    uint32_t mount_count;
    uint32_t overrides;
    uint32_t override_count;
    uint32_t counters; /* how many shared counters they have, of which the last */
    uint32_t costs;    /* LX_COST_ALL of them, from here on, where there is a latency */
    uint32_t latency;  /* the number of a client that calls take as long as on, or 0 */
    uint32_t latency_seed;
    uint32_t occurrences; /* LX_OCCURRENCES are those of calls that are drawn; or 0 */

    /*
     * Overrides by the path they are about, so that thousands cost a call no more than a few: those
     * of one path without a wildcard are a chain that starts in a table (uint32_t, index + 1) of a
     * power of two of entries, at the path's hash; all others are one chain more.
     */
    uint32_t buckets;
    uint32_t bucket_count;
    uint32_t wild;
    uint32_t table;      /* file of the mounts of a run (struct lx_table), or 0 */
    uint32_t table_file; /* the same by a name for who may not go by that one, or 0 */
    uint32_t pad;
    uint32_t programs;        /* the directory of ours that stand in for WSL's, or 0 */
    uint32_t axes;            /* struct lx_axes, or 0: those of the profile drvfs */
    uint32_t volumes;         /* struct lx_volumes, or 0 */
    uint32_t handler;         /* that runs programs of Windows': a path, or a name for PATH; or 0 */
    uint32_t record;          /* the file of how they were called, or 0 */
    uint32_t scanner;         /* struct lx_image_scanner, or 0 */
    uint64_t override_ops;    /* the operations that some override is about, one bit each */
    struct lx_ruleset silent; /* rules that only say what they would do */
};

/* Both word sizes read it: nothing lies elsewhere where uint64_t is aligned to 4 bytes. */
_Static_assert(sizeof(struct lx_image_override) % 8 == 0, "it has another size to 32-bit programs");
_Static_assert(sizeof(struct lx_image_scanner) % 8 == 0, "or that has");
_Static_assert(sizeof(struct lx_image_condition) % 8 == 0, "it has another size to them");
_Static_assert(offsetof(struct lx_image, override_ops) % 8 == 0, "and a field another place");

/*
 * Counters that a whole process tree shares, in a file mapped by each process: what `lxshim run`
 * sums up at the end, and the counters of overrides. Every field is only ever added to with atomic
 * operations, from any thread, signal handler or vfork child; `example` is written once, by whoever
 * moves `claimed` from 0 to 1, and may be read when `ready` is 1.
 */
struct lx_stats_rule {
    _Atomic uint64_t denied;
    _Atomic uint64_t altered;
    _Atomic uint64_t observed;
    _Atomic uint32_t claimed;
    _Atomic uint32_t ready;
    char example[224];
};

#define LX_STATS_MAGIC 0x5453584cu /* "LXST" */

/*
 * What lxshim run calls the memory that has them: whoever opens it knows it by that; and where it
 * has it open. A process that outlives it may look when somebody else has its id: a number that few
 * processes have keeps it from what is not ours.
 */
#define LX_STATS_MEMORY "lxshim-stats"
#define LX_STATS_FD     731

#define LX_STATS_PROGRAMS 16

/* Why the library is not in a program. */
enum lx_outside {
    LX_OUTSIDE_STATIC,      /* no ld.so */
    LX_OUTSIDE_MUSL,        /* not glibc's */
    LX_OUTSIDE_SECURE,      /* setuid and the like: ld.so drops what would be preloaded */
    LX_OUTSIDE_ENVIRONMENT, /* started without LD_PRELOAD */
    LX_OUTSIDE_I386,        /* a program of 32 bits, for which there is no library */
    LX_OUTSIDE_X32,         /* one whose system calls only a kernel could answer */
    LX_OUTSIDE_UNKNOWN
};

struct lx_stats_program {
    char name[16]; /* as ps shows it */
    uint8_t why;   /* enum lx_outside */
};

/* By which way calls have come. */
struct lx_stats_lane {
    _Atomic uint64_t library;   /* calls that the library saw lead into a mount */
    _Atomic uint64_t trapped;   /* calls that did not come by the library, but to the supervisor */
    _Atomic uint64_t answered;  /* of those: made for the program, because a rule touches them */
    _Atomic uint64_t elsewhere; /* neither: their caller's mount namespace could not be entered */
    _Atomic uint64_t unjudged;  /* of those: of programs that the library is not in, either */
    _Atomic uint64_t x32;       /* calls of that ABI, which are refused */
    _Atomic uint64_t deaths;    /* processes of the supervisor's that died at their work, */
    _Atomic uint64_t failed;    /* and calls that were answered EIO for that */
    _Atomic uint64_t lost;      /* programs that went on where nothing of theirs is counted */
    bool i386; /* there is a library for 32-bit programs of x86; written before others map this */
    bool musl; /* there is one for programs of musl; as above */
    _Atomic uint32_t programs; /* without the library in them, whose calls rules were asked about */
    struct lx_stats_program program[LX_STATS_PROGRAMS];
};

#define LX_STATS_HELD 1024

/* What was shown of a time that was ahead: of a file and its time, hashed, so many ns less. */
struct lx_stats_held {
    _Atomic uint64_t key; /* exclusive or `less`: both words have to fit */
    _Atomic uint64_t less;
};

/* Of times that were set: see shim/fs/drvfs/clock.c. Written, not added to. */
struct lx_stats_times {
    _Atomic uint64_t set; /* the tick of the coarse clock in which some were, in ns, or 0 */
    _Atomic uint64_t any; /* whether ever */
    struct lx_stats_held held[LX_STATS_HELD];
};

/* Files of whose metadata processes of a run have found out: see shim/store/metadata.c. */
#define LX_STATS_FOUND 32768u

struct lx_stats {
    uint32_t magic;
    uint32_t counter_count;
    _Atomic uint64_t processes;
    _Atomic uint64_t untold;       /* lines that could not be written to the trace, */
    _Atomic uint32_t untold_errno; /* and why the first of them was not */
    /* How many deletions were pending ever; a futex, for who finishes them. And how many of these
     * are surely finished: where both are the same, nobody who closes a file has to look. */
    _Atomic uint32_t pending;
    _Atomic uint32_t settled;
    _Atomic uint32_t described; /* how often a drive may have got its first security descriptor */
    _Atomic uint32_t looks; /* lxshim's own into mounts, begun and ended: odd while one goes on */
    struct lx_stats_times times;
    struct lx_stats_lane lane;
    struct lx_stats_rule rules[LX_RULE_OVERRIDE + 1];
    _Atomic uint64_t found[LX_STATS_FOUND];
    _Atomic uint64_t counters[]; /* of overrides */
};

/*
 * How often each call has come of those that are drawn by chance, by a hash of what it is: two that
 * share one are still drawn, though not by themselves.
 */
#define LX_OCCURRENCES 1024u

/* Bytes of the counters of a policy whose overrides have so many: the size of their file. */
static inline size_t lx_stats_size(uint32_t counter_count)
{
    return offsetof(struct lx_stats, counters) + (size_t)counter_count * sizeof(uint64_t);
}

/* The same with what is behind them: what a scanner has open, then room for lines of the trace. */
static inline size_t lx_stats_room(uint32_t counter_count, bool scanner, bool lines)
{
    size_t size = lx_stats_size(counter_count) + (scanner ? sizeof(struct lx_scans) : 0);
    return size + (lines ? sizeof(struct lx_trace_lines) : 0);
}

/* What a scanner has open, behind the counters of a policy that has one. */
static inline struct lx_scans *lx_stats_scans(struct lx_stats *stats, uint32_t counter_count)
{
    return (struct lx_scans *)(void *)((char *)stats + lx_stats_size(counter_count));
}

/* The string at an offset, or NULL for offset 0. */
static inline const char *lx_image_string(const struct lx_image *image, uint32_t offset)
{
    return offset == 0 ? NULL : (const char *)image + offset;
}

/* The tables of a checked image (lx_image_check), where it says that they are. */
static inline const struct lx_mounts *lx_image_mounted(const struct lx_image *image)
{
    return (const struct lx_mounts *)(const void *)((const char *)image + image->mounted);
}

static inline const struct lx_mount *lx_image_mounts(const struct lx_image *image)
{
    return (const struct lx_mount *)(const void *)((const char *)image + image->mounts);
}

static inline const struct lx_image_override *lx_image_overrides(const struct lx_image *image)
{
    return (const struct lx_image_override *)(const void *)((const char *)image + image->overrides);
}

static inline const uint32_t *lx_image_buckets(const struct lx_image *image)
{
    return (const uint32_t *)(const void *)((const char *)image + image->buckets);
}

/* NULL where the image has none. */
static inline const struct lx_axes *lx_image_axes(const struct lx_image *image)
{
    return image->axes == 0
               ? NULL
               : (const struct lx_axes *)(const void *)((const char *)image + image->axes);
}

static inline const struct lx_volumes *lx_image_volumes(const struct lx_image *image)
{
    return image->volumes == 0
               ? NULL
               : (const struct lx_volumes *)(const void *)((const char *)image + image->volumes);
}

static inline const struct lx_image_scanner *lx_image_scanner(const struct lx_image *image)
{
    return image->scanner == 0
               ? NULL
               : (const struct lx_image_scanner *)(const void *)((const char *)image +
                                                                 image->scanner);
}

/*
 * Works out the rules that a mount of a policy has by what the policy says for all mounts: see
 * lx_axes_work_out. What it says for a mount alone is put over them.
 */
void lx_rules_work_out(const struct lx_image *image, enum lx_mount_type type,
                       enum lx_filesystem filesystem, bool metadata, uint8_t rules[LX_RULE_COUNT]);

/* Where the chain of overrides of a path without a wildcard starts, in a table with buckets. */
static inline uint32_t lx_image_bucket(const struct lx_image *image, const char *path)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (; *path != '\0'; path++)
        hash = (hash ^ (unsigned char)*path) * 16777619u;
    return (hash ^ hash >> 16) & (image->bucket_count - 1);
}

/*
 * Checks that `size` bytes at `image` are an image that may be read in place: magic, version, every
 * offset and string inside the block, every path one that fits a buffer of PATH_MAX and every word
 * a known one. Of overrides only their tables: see lx_image_override. Returns 0 or -EINVAL.
 */
int lx_image_check(const struct lx_image *image, size_t size);

/*
 * One override by its index + 1, checked as it is met, so that starting a process does not read
 * them all; NULL for 0, and for a damaged one.
 */
const struct lx_image_override *lx_image_override(const struct lx_image *image, uint32_t number);

/* What a checked override asks beside its path, or NULL. */
static inline const struct lx_image_condition *lx_image_condition(const struct lx_image *image,
                                                                  const struct lx_image_override *o)
{
    return o->condition == 0
               ? NULL
               : (const struct lx_image_condition *)(const void *)((const char *)image +
                                                                   o->condition);
}

/* A look for the overrides that may be about a path: those of its very name, and all wildcards. */
struct lx_image_look {
    uint32_t plain;
    uint32_t wild;
};

/* Starts one, in an image that has overrides. */
struct lx_image_look lx_image_look(const struct lx_image *image, const char *path);

/* The next one in the policy's order: its index + 1 and itself, or 0. */
uint32_t lx_image_look_on(const struct lx_image *image, struct lx_image_look *look,
                          const struct lx_image_override **found);

/*
 * Base64 (RFC 4648 url alphabet, no padding), NUL-terminated. Encoding returns the length without
 * the NUL, decoding the number of bytes; -EINVAL for a foreign character, -ENOSPC for want of room.
 */
long lx_base64_encode(const void *data, size_t size, char *out, size_t room);
long lx_base64_decode(const char *text, void *out, size_t room);

#endif
