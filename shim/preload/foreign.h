/* SPDX-License-Identifier: MIT */
/* Programs of another libc than glibc: musl. */
#ifndef LXSHIM_PRELOAD_FOREIGN_H
#define LXSHIM_PRELOAD_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

#if !defined(LXSHIM_MUSL)
const char *gnu_get_libc_version(void) __attribute__((weak));

/*
 * True where this object is in such a program. Structures and constants of its libc are not those
 * that this was compiled with: no rule is applied, and nothing is done that could be left to it.
 */
static inline bool lx_foreign(void)
{
    return gnu_get_libc_version == NULL;
}
#else
/* What is made for programs of musl is in no others: glibc's ld.so finds no libc for it. */
static inline bool lx_foreign(void)
{
    return false;
}
#endif

/*
 * In place of everything that the constructor does otherwise: starts the program anew, with the
 * library for its kind where that is beside this one. Else says that the program is not seen, and
 * starts it anew without us: programs of glibc that it starts are seen, and programs of its own
 * kind hear nothing more, because their loader does not find us by the way that is in LD_PRELOAD
 * then. Returns where it could not be started anew.
 */
void lx_foreign_start(void);

#endif
