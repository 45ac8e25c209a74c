/* SPDX-License-Identifier: MIT */
/*
 * Prototypes of libc's without nonnull. Included before everything in what the library is made of
 * (-include, see the Makefile): it defines these names, and programs pass null pointers to them,
 * for which the kernel and libc have errnos. By a prototype that says nonnull the compiler drops
 * our checks, those of inlined functions without a warning (seen: gcc 16, canonicalize_file_name),
 * and -fno-delete-null-pointer-checks does not bring back what a function knows of its own
 * arguments (seen: gcc 12 and 16; clang does as it says). access, which glibc's prototypes have as
 * well, is for warnings alone. musl's headers have neither.
 */
#ifndef LXSHIM_PRELOAD_X_NONNULL_H
#define LXSHIM_PRELOAD_X_NONNULL_H

#include <features.h> /* glibc's <sys/cdefs.h>, which is not read a second time */

#undef __nonnull
#define __nonnull(arguments)
#undef __attribute_nonnull__
#define __attribute_nonnull__(arguments)
#undef __returns_nonnull
#define __returns_nonnull

#endif
