/* SPDX-License-Identifier: MIT */
/* Case folding as NTFS compares names: each UTF-16 unit upper-cased on its own. Pure functions. */
#ifndef LXSHIM_NT_FOLD_H
#define LXSHIM_NT_FOLD_H

#include <stddef.h>
#include <stdint.h>

/* The upper-case form of one code point; beyond U+FFFF nothing folds. */
uint32_t nt_upcase(uint32_t code);

/* A hash that is equal for names NTFS takes for the same (n bytes of UTF-8; other bytes as is). */
uint64_t nt_fold_hash(const char *name, size_t n);

/* True where NTFS takes both names for the same in a case-insensitive directory. */
int nt_fold_equal(const char *a, size_t an, const char *b, size_t bn);

/* How NTFS sorts both names in a directory: by upper-cased UTF-16 units. <0, 0 or >0. */
int nt_fold_compare(const char *a, size_t an, const char *b, size_t bn);

#endif
