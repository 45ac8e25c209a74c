/* SPDX-License-Identifier: MIT */
/* Addresses that a program gives. */
#ifndef LXSHIM_SYS_ADDRESS_H
#define LXSHIM_SYS_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#define SYS_FIRST_PAGE 4096 /* where nothing is mapped, unless by intent */

/* The first address that no program has; a 32-bit one on a 64-bit kernel has nearly all there are.
 */
#if defined(__i386__)
#define SYS_NO_ADDRESS 0xffffe000u
#else
#define SYS_NO_ADDRESS ((uintptr_t)1 << 63)
#endif

/*
 * False for an address that the kernel would answer EFAULT for: NULL and what is near it, and the
 * kernel's own. It must not be read here.
 */
static inline bool sys_readable(const void *address)
{
    return (uintptr_t)address >= SYS_FIRST_PAGE && (uintptr_t)address < SYS_NO_ADDRESS;
}

#endif
