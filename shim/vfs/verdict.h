/* SPDX-License-Identifier: MIT */
/*
 * Verdicts: "this directory is inside mount 1", and where they are remembered.
 *
 * What is remembered is only where a directory *is*, never what is in it: no answer about a file
 * comes from here. A verdict is good until this process moves a directory or makes a symlink, and
 * for one tick of the kernel's coarse clock (1 to 10 ms) at the longest, so that a directory that
 * another process replaces by a symlink across a mount's border is noticed.
 */
#ifndef LXSHIM_VFS_VERDICT_H
#define LXSHIM_VFS_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum verdict_flag {
    VERDICT_ROOT = 1,     /* the directory is a mount's root */
    VERDICT_PARENT = 2,   /* outside, and a mount's root is directly below */
    VERDICT_ANCESTOR = 4, /* outside, and a mount's root is somewhere below */
    VERDICT_REWRITE = 8,  /* the kernel would not get there by the program's spelling: walk */
    VERDICT_ASKED = 16,   /* of a descriptor that is listed: VERDICT_LINKS was asked for */
    VERDICT_LINKS = 32    /* and it has links of Windows' */
};

struct verdict {
    uint8_t mount; /* index + 1, or 0 outside */
    uint8_t flags; /* enum verdict_flag */
};

/* Hashes of directory spellings. Seeds keep "src" below one directory apart from "src" below
 * another. */
#define VERDICT_SEED_ROOT UINT64_C(0x9E3779B97F4A7C15)
uint64_t verdict_hash(uint64_t seed, const char *path, size_t n);

/* The moment a verdict is valid for: changes with every tick and with verdict_forget_all. */
uint64_t verdict_stamp(void);

/* True with the remembered verdict on a directory's spelling, if it is still good. */
bool verdict_recall(uint64_t hash, uint64_t stamp, struct verdict *v);
void verdict_remember(uint64_t hash, uint64_t stamp, struct verdict v);

/* The same for a descriptor, with the hash its path would have. AT_FDCWD stands for the cwd. */
bool verdict_recall_fd(int fd, uint64_t stamp, struct verdict *v, uint64_t *hash);
/* False for numbers so high that nothing is remembered about them. */
bool verdict_keeps_fd(int fd);

/* What was last known, however long ago: for a directory whose path has become too long to ask. */
bool verdict_recall_fd_stale(int fd, struct verdict *v, uint64_t *hash);

void verdict_remember_fd(int fd, uint64_t stamp, struct verdict v, uint64_t hash);

/* Before a descriptor is closed or replaced; AT_FDCWD before the cwd changes. */
void verdict_forget_fd(int fd);

/* Before many are closed at once. The cwd stays. */
void verdict_forget_descriptors(void);

/* After this process moved or removed a directory, or made a symlink. */
void verdict_forget_all(void);

/*
 * Around a vfork child, which has descriptors and a cwd of its own but shares this memory: nothing
 * about descriptors is remembered in between. Counts, so that threads may overlap.
 */
extern _Atomic int verdict_vforks;

#endif
