/* SPDX-License-Identifier: MIT */
/* What every exported name uses: the task that is ourselves, and libc's way of failing. */
#ifndef LXSHIM_PRELOAD_SHIM_H
#define LXSHIM_PRELOAD_SHIM_H

#include <errno.h>

#include "vfs/ops.h"

#define LX_EXPORT __attribute__((visibility("default")))

/*
 * Another name for an exported function of the same shape. By assembly, because headers declare
 * stat64 and stat with types that C takes for different though they are one.
 */
#define LX_ALIAS(name, target) \
    __asm__(".globl " #name "\n.set " #name ", " #target "\n.type " #name ", %function\n")

/*
 * Ourselves. Before the constructor has run, and if a name is called while it runs, a task without
 * mounts: everything is outside and every call native.
 */
const struct lx_task *lx_self(void);

/* libc's shape: -1 and errno for -errno. A success leaves errno alone. */
static inline long lx_ret(long r)
{
    if (r < 0) {
        errno = (int)-r;
        return -1;
    }
    return r;
}

/* True for NULL where a header promises that an argument never is, and callers pass it anyway. */
static inline bool lx_is_null(const void *p)
{
    __asm__("" : "+r"(p));
    return p == NULL;
}

/*
 * The environment a child needs to be shimmed: envp itself where it has LD_PRELOAD and LXSHIM_STATE
 * already, else a copy with them in `env`. A wsl kernel would still be there after `env -i`, too.
 */
struct lx_environment {
    char **envp;
    char *small[256];
    char preload[4096];
    void *mapped; /* where small is too small; leaks into an exec, is unmapped on failure */
    size_t mapped_size;
};

int lx_environment_for(struct lx_environment *env, char *const envp[]);
void lx_environment_free(struct lx_environment *env);

/* True where the process' own environment has lost what a child needs. */
int lx_environment_lost(void);

/* Our entry (*n bytes) in a value of LD_PRELOAD, where it is absolute; or NULL. */
const char *lx_preload_find(const char *list, size_t *n);

/* The strings to restore it with: LD_PRELOAD's value and LXSHIM_STATE's. */
const char *lx_library_path(void);
const char *lx_state_value(void);

/* After the program installed a seccomp filter of its own: from now on, only what it asks for. */
void lx_be_quiet(void);

#endif
