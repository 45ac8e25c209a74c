/* SPDX-License-Identifier: MIT */
/* What children inherit: the library's path, and the state that has the policy. */
#ifndef LXSHIM_PRELOAD_ENVIRONMENT_H
#define LXSHIM_PRELOAD_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

/* This library, as LD_PRELOAD is to name it; "" before it is known, or where it cannot be. */
const char *lx_library_path(void);

/* The value of LXSHIM_STATE. */
const char *lx_state_value(void);

/*
 * The rest writes those two, and is the initialisation's alone, before main; lx_state_be_quiet is
 * called later, too. lx_library_find looks where this object was loaded from. lx_library_keep takes
 * note of the value of LD_PRELOAD (or NULL) that this process has, and takes the spelling from
 * there: `lxshim run` spells the path in a way that musl's ld.so passes over; false where it does
 * not name this library, or not by an absolute path.
 */
void lx_library_find(void);
bool lx_library_keep(const char *list);
void lx_state_keep(const char *value, size_t length); /* less than LX_STATE_INLINE_MAX */
void lx_state_be_quiet(void);

/*
 * The value of LD_PRELOAD that a child gets in place of `before` (NULL: it was to have none, and
 * will see none): this library is its last, so that functions of another library there are called
 * first, and find ours by RTLD_NEXT; in the list that this process was started with it stays where
 * it is. `out` has lx_preload_room bytes.
 */
size_t lx_preload_room(const char *before);
void lx_preload_list(const char *before, char *out);

/*
 * The environment a child needs to be shimmed: envp itself where it has LD_PRELOAD and LXSHIM_STATE
 * already, else a copy with them in `env`. A wsl kernel would still be there after `env -i`, too.
 */
struct lx_environment {
    char **envp;
    char *small[256];
    char preload[4096];
    void *mapped; /* where those are too small; leaks into an exec, is unmapped on failure */
    size_t mapped_size;
};

/* Fills it for a child that is given envp (NULL: nothing). 0 or -ENOMEM. */
int lx_environment_for(struct lx_environment *env, char *const envp[]);

/*
 * Takes LD_PRELOAD and LXSHIM_STATE out of this process's environment, before main, where its
 * parent was to give it neither: `list` is its LD_PRELOAD, or NULL. The kernel's copy in /proc
 * keeps them.
 */
void lx_environment_hide(char **env, const char *list);

/* Gives back what was mapped; nothing else is held. */
void lx_environment_free(struct lx_environment *env);

/* True where the process' own environment has lost what a child needs. */
int lx_environment_lost(void);

#endif
