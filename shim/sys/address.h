/* SPDX-License-Identifier: MIT */
/* Addresses that a program gives. */
#ifndef LXSHIM_SYS_ADDRESS_H
#define LXSHIM_SYS_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#define SYS_FIRST_PAGE 4096 /* where nothing is mapped, unless by intent */

/*
 * False for an address that the kernel would answer EFAULT for: NULL and what is near it, and the
 * kernel's own half. It must not be read here.
 */
static inline bool sys_readable(const void *address)
{
    return (uintptr_t)address >= SYS_FIRST_PAGE && (intptr_t)address > 0;
}

#endif
