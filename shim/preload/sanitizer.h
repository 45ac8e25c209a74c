/* SPDX-License-Identifier: MIT */
/* Programs that a sanitizer's shared runtime is linked to. */
#ifndef LXSHIM_PRELOAD_SANITIZER_H
#define LXSHIM_PRELOAD_SANITIZER_H

#if !defined(LXSHIM_MUSL)
/*
 * Called before main, as early as may be. Where a runtime comes after this library in the search
 * for names, the program is started once more, with the runtime preloaded before us, and this does
 * not return. It returns where there is none, and where that cannot be.
 */
void lx_sanitizer_first(void);

/* Takes what lx_sanitizer_first added to LD_PRELOAD out of the environment again. */
void lx_sanitizer_hide(char **env);
#else
/* There is no such runtime for programs of musl. */
static inline void lx_sanitizer_first(void)
{
}
static inline void lx_sanitizer_hide(char **env)
{
    (void)env;
}
#endif

#endif
