/* SPDX-License-Identifier: MIT */
/*
 * Names that programs see.
 *
 * On 64-bit machines libc has one function for stat and stat64, and we one with two names. On
 * 32-bit x86 there are up to three of different types: with sizes of 32 bits, of 64 (stat64), and
 * with times of 64 bits as well (__stat64_time64). The library is compiled for the last of these
 * there, by which libc's headers give our functions the names they have; the others are said by
 * LX_NARROW.
 */
#ifndef LXSHIM_PRELOAD_EXPORT_H
#define LXSHIM_PRELOAD_EXPORT_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#define LX_EXPORT __attribute__((visibility("default")))

/*
 * Another name for an exported function of the same shape. By assembly, because headers declare
 * stat64 and stat with types that C takes for different though they are one.
 */
#define LX_ALIAS(name, target) \
    __asm__(".globl " #name "\n.set " #name ", " #target "\n.type " #name ", %function\n")

#if defined(__i386__)
/* The name of a function that has sizes of 64 bits in any case: given by a header, or LX_NARROW. */
#define LX_WIDE(name, target) _Static_assert(1, #name " and " #target)

/* Defines libc's function `name` of the types that are given, where ours by that name is another.
 */
#define LX_NARROW(type, name, ...)                     \
    type lx_narrow_##name(__VA_ARGS__) __asm__(#name); \
    LX_EXPORT type lx_narrow_##name(__VA_ARGS__)
#else
/* The name as it stands: headers of musl before 1.2.4 have it as a macro. */
#define LX_WIDE(name, target)                                                  \
    __asm__(".globl " #name "\n.set " #name ", " #target "\n.type " #name ", " \
            "%function\n")
#endif

#endif
