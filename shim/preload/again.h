/* SPDX-License-Identifier: MIT */
/* A program that was started with what it must not have before us, or with us at all. */
#ifndef LXSHIM_PRELOAD_AGAIN_H
#define LXSHIM_PRELOAD_AGAIN_H

#include <stddef.h>

/* The value of LD_PRELOAD in an environment (NULL: none), or NULL. */
char *again_preload(char **env);

/*
 * Executes this program once more, before its main, with another value of LD_PRELOAD and, where
 * `state` is not NULL, of LXSHIM_STATE. Returns where that cannot be. Calls nothing of libc's but
 * getauxval, memcpy and strlen: see sanitizer.c.
 */
void again_start(const char *preload, const char *state);

#endif
