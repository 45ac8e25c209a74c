/* SPDX-License-Identifier: MIT */
/* LD_PRELOAD and LXSHIM_STATE come back when they are lost. */
#include "preload/environment.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "policy/image.h"
#include "sys/sys.h"

#define PRELOAD "LD_PRELOAD="
#define STATE   LX_STATE_VARIABLE "="

#define STATE_NAME (sizeof(STATE) - 1) /* bytes before the value */

/* See environment.h for who writes them and when; everybody reads them afterwards. */
static char state[STATE_NAME + LX_STATE_INLINE_MAX];
static char library[PATH_MAX];

const char *lx_library_path(void)
{
    return library;
}

const char *lx_state_value(void)
{
    return state + STATE_NAME;
}

void lx_state_keep(const char *value, size_t length)
{
    memcpy(state, STATE, STATE_NAME);
    memcpy(state + STATE_NAME, value, length + 1);
}

void lx_state_be_quiet(void)
{
    state[STATE_NAME + 1] = LX_STATE_QUIET;
}

/*
 * Our library in any build of it, by an absolute path: a nested `lxshim run` brings its own, and
 * one is enough. A relative path means nothing after the next chdir.
 */
static bool is_ours(const char *path, size_t n)
{
    static const char name[] = "/liblxshim.so";
    size_t length = sizeof(name) - 1;
    return n >= length && memcmp(path + n - length, name, length) == 0;
}

/* The next entry of a list of libraries separated by ':' or ' '; false at its end. */
static bool next(const char **list, const char **entry, size_t *n)
{
    *list += strspn(*list, ": ");
    *entry = *list;
    *n = strcspn(*list, ": ");
    *list += *n;
    return *n > 0;
}

/* Our entry (*n bytes) in a value of LD_PRELOAD, where it is absolute; or NULL. */
static const char *preload_find(const char *list, size_t *n)
{
    const char *entry;
    while (next(&list, &entry, n))
        if (entry[0] == '/' && is_ours(entry, *n))
            return entry;
    return NULL;
}

void lx_library_find(void)
{
    Dl_info info;
    size_t n;
    if (dladdr(lx_library_find, &info) == 0 || info.dli_fname == NULL)
        return;
    const char *name = info.dli_fname;
    if (name[0] == '.' && name[1] == '/')
        name += 2;
    n = strlen(name);
    if (name[0] == '/') {
        if (n < sizeof(library))
            memcpy(library, name, n + 1);
        return;
    }
    long cwd = sys_getcwd(library, sizeof(library));
    if (cwd <= 0 || (size_t)cwd + n + 1 > sizeof(library)) {
        library[0] = '\0';
        return;
    }
    library[cwd - 1] = '/';
    memcpy(library + cwd, name, n + 1);
}

bool lx_library_keep(const char *list)
{
    size_t n;
    const char *entry = list == NULL ? NULL : preload_find(list, &n);
    if (entry == NULL || n >= sizeof(library))
        return false;
    memcpy(library, entry, n);
    library[n] = '\0';
    return true;
}

static bool lists_us(const char *list)
{
    size_t n;
    return preload_find(list, &n) != NULL;
}

struct found {
    size_t count;
    char *const *preload;
    char *const *state;
};

static struct found look(char *const envp[])
{
    struct found f = {0, NULL, NULL};
    for (; envp != NULL && envp[f.count] != NULL; f.count++) {
        const char *e = envp[f.count];
        if (e[0] != 'L')
            continue;
        if (strncmp(e, PRELOAD, sizeof(PRELOAD) - 1) == 0)
            f.preload = &envp[f.count];
        else if (strncmp(e, STATE, sizeof(STATE) - 1) == 0)
            f.state = &envp[f.count];
    }
    return f;
}

/*
 * Another tree's state (a nested `lxshim run`) is as good as ours, if it is one at all, and not one
 * with a word too many where ours is quiet.
 */
static bool is_state(const char *entry)
{
    struct lx_state given;
    return lx_state_parse(entry + sizeof(STATE) - 1, &given) == 0 &&
           (given.quiet || lx_state_value()[1] == LX_STATE_PLAIN);
}

static bool complete(const struct found *f)
{
    return f->preload != NULL && f->state != NULL && is_state(*f->state) &&
           lists_us(*f->preload + sizeof(PRELOAD) - 1);
}

/* "LD_PRELOAD=" ours, and what else was there before. */
static int preload_entry(char *out, size_t room, const char *before)
{
    const char *entry;
    size_t n = strlen(library);
    size_t length = sizeof(PRELOAD) - 1;
    if (length + n + strlen(before) + 2 > room)
        return -E2BIG;
    memcpy(out, PRELOAD, length);
    memcpy(out + length, library, n);
    length += n;
    while (next(&before, &entry, &n)) {
        if (is_ours(entry, n))
            continue;
        out[length++] = ':';
        memcpy(out + length, entry, n);
        length += n;
    }
    out[length] = '\0';
    return 0;
}

int lx_environment_for(struct lx_environment *env, char *const envp[])
{
    struct found f = look(envp);
    size_t at = 0;
    env->mapped = NULL;
    env->envp = (char **)(uintptr_t)envp;
    if (complete(&f) || lx_library_path()[0] == '\0' || lx_state_value()[0] == '\0')
        return 0;

    const char *before = f.preload == NULL ? "" : *f.preload + sizeof(PRELOAD) - 1;
    char *const *preload = f.preload;
    char *fresh = env->preload;
    if (!lists_us(before)) {
        int r = preload_entry(env->preload, sizeof(env->preload), before);
        if (r < 0)
            return r;
        preload = &fresh;
    }
    env->envp = env->small;
    if (f.count + 3 > sizeof(env->small) / sizeof(env->small[0])) {
        env->mapped_size = (f.count + 3) * sizeof(char *);
        env->mapped = sys_mmap(NULL, env->mapped_size, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (sys_mmap_failed(env->mapped))
            return -ENOMEM;
        env->envp = env->mapped;
    }
    for (size_t i = 0; i < f.count; i++)
        if (&envp[i] != f.preload && &envp[i] != f.state)
            env->envp[at++] = envp[i];
    env->envp[at++] = *preload;
    env->envp[at++] = f.state != NULL && is_state(*f.state)
                          ? *f.state
                          : (char *)(uintptr_t)lx_state_value() - (sizeof(STATE) - 1);
    env->envp[at] = NULL;
    return 0;
}

void lx_environment_free(struct lx_environment *env)
{
    if (env->mapped != NULL)
        sys_munmap(env->mapped, env->mapped_size);
}

int lx_environment_lost(void)
{
    struct found f = look(environ);
    return !complete(&f);
}
