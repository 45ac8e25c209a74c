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
#include "sys/address.h"
#include "sys/preload.h"
#include "sys/sys.h"
#include "sys/touched.h"
#include "vfs/placement.h"

#define STATE LX_STATE_VARIABLE "="

#define STATE_NAME (sizeof(STATE) - 1) /* bytes before the value */

/*
 * Behind our entry, and the last of LD_PRELOAD: empty entries, which every ld.so passes over. Who
 * is started with it was given an environment without that variable, and sees none.
 */
#define ADDED ":::"

/*
 * See environment.h for who writes them and when; everybody reads them afterwards. Nearly every
 * value has room in the shorter of two.
 */
static char long_state[STATE_NAME + LX_STATE_INLINE_MAX];
static SYS_TOUCHED char short_state[1024];
static SYS_TOUCHED char *state = long_state;
static char long_library[PATH_MAX];
static SYS_TOUCHED char short_library[256];
static SYS_TOUCHED char *library = long_library;
/* Of the value of LD_PRELOAD that this process was started with. */
static SYS_TOUCHED uint64_t own_list;

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
    if (STATE_NAME + length < sizeof(short_state))
        state = short_state;
    memcpy(state, STATE, STATE_NAME);
    memcpy(state + STATE_NAME, value, length + 1);
}

void lx_state_be_quiet(void)
{
    state[STATE_NAME + 1] = LX_STATE_CONFINED;
}

/* FNV-1a, of a value that is told from others, not kept. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

/* Our entry (*n bytes) in a value of LD_PRELOAD; or NULL. A relative path means nothing after the
 * next chdir. */
static const char *find(const char *list, size_t *n)
{
    const char *entry;
    while (preload_next(&list, &entry, n))
        if (entry[0] == '/' && preload_is_ours(entry, *n))
            return entry;
    return NULL;
}

void lx_library_find(void)
{
    Dl_info info;
    size_t n;
    library = long_library;
    if (dladdr(lx_library_find, &info) == 0 || info.dli_fname == NULL)
        return;
    const char *name = info.dli_fname;
    if (name[0] == '.' && name[1] == '/')
        name += 2;
    n = strlen(name);
    if (name[0] == '/') {
        if (n < sizeof(long_library))
            memcpy(library, name, n + 1);
        return;
    }
    long cwd = sys_getcwd(library, sizeof(long_library));
    if (cwd <= 0 || (size_t)cwd + n + 1 > sizeof(long_library)) {
        library[0] = '\0';
        return;
    }
    library[cwd - 1] = '/';
    memcpy(library + cwd, name, n + 1);
}

bool lx_library_keep(const char *list)
{
    size_t n;
    const char *entry = list == NULL ? NULL : find(list, &n);
    own_list = hash_of(list == NULL ? "" : list);
    if (entry == NULL || n >= sizeof(long_library))
        return false;
    library = n < sizeof(short_library) ? short_library : long_library;
    memcpy(library, entry, n);
    library[n] = '\0';
    return true;
}

/*
 * True for a value of LD_PRELOAD that a child may have as it is: ours is its last, or it is the one
 * that this process was started with. In whatever order that is, somebody meant it.
 */
static bool lists_us(const char *list)
{
    const char *entry;
    size_t n;
    bool last = false;
    bool any = false;
    for (const char *at = list; preload_next(&at, &entry, &n);) {
        last = entry[0] == '/' && preload_is_ours(entry, n);
        any |= last;
    }
    return last || (any && hash_of(list) == own_list);
}

size_t lx_preload_room(const char *before)
{
    return (before == NULL ? 0 : strlen(before)) + 1 + strlen(library) + sizeof(ADDED);
}

static char *put(char *to, const char *text, size_t n, const char *start)
{
    if (to != start)
        *to++ = ':';
    memcpy(to, text, n);
    return to + n;
}

void lx_preload_list(const char *before, char *out)
{
    size_t length;
    bool added = before == NULL;
    if (added)
        before = "";
    const char *ours = find(before, &length);
    const char *entry;
    size_t n;
    char *to = out;
    bool stays = hash_of(before) == own_list;
    bool placed = false;
    if (ours == NULL) { /* or by a relative path, or one that is looked up */
        ours = library;
        length = strlen(library);
    }
    while (preload_next(&before, &entry, &n)) {
        if (!preload_is_ours(entry, n)) {
            to = put(to, entry, n, out);
        } else if (stays && !placed) {
            to = put(to, ours, length, out);
            placed = true;
        }
    }
    if (!placed)
        to = put(to, ours, length, out);
    memcpy(to, added ? ADDED : "", added ? sizeof(ADDED) : 1);
}

/* True for one of the two variables that we give a child. */
static bool is_given(const char *variable)
{
    return strncmp(variable, PRELOAD, sizeof(PRELOAD) - 1) == 0 ||
           strncmp(variable, STATE, STATE_NAME) == 0;
}

void lx_environment_hide(char **env, const char *list)
{
    size_t n = list == NULL ? 0 : strlen(list);
    if (n < sizeof(ADDED) || memcmp(list + n - (sizeof(ADDED) - 1), ADDED, sizeof(ADDED)) != 0)
        return;
    char **to = env;
    for (; *env != NULL; env++)
        if (!is_given(*env))
            *to++ = *env;
    *to = NULL;
}

struct found {
    size_t count;
    char *const *preload;
    char *const *state;
    bool bad; /* somewhere an address cannot be read: the kernel says when it is its turn */
};

static struct found look(char *const envp[])
{
    struct found f = {0, NULL, NULL, false};
    uint64_t now = placement_tick();
    for (; envp != NULL; f.count++) {
        f.bad = !sys_readable(&envp[f.count], sizeof(*envp), now);
        const char *e = f.bad ? NULL : envp[f.count];
        if (e == NULL)
            break;
        f.bad = sys_string(e, now) < 0;
        if (f.bad)
            break;
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
 * with a word too many where ours is confined.
 */
static bool is_state(const char *entry)
{
    struct lx_state given;
    return lx_state_parse(entry + sizeof(STATE) - 1, &given) == 0 &&
           (given.seccomp_confined || lx_state_value()[1] == LX_STATE_PLAIN);
}

static bool complete(const struct found *f)
{
    return f->preload != NULL && f->state != NULL && is_state(*f->state) &&
           lists_us(*f->preload + sizeof(PRELOAD) - 1);
}

/* Room for a list of `count` variables and for `text` bytes, in the structure or beside it. */
static int make_room(struct lx_environment *env, size_t count, size_t text, char **text_at)
{
    size_t size = count * sizeof(char *);
    env->envp = env->small;
    *text_at = env->preload;
    if (size <= sizeof(env->small) && text <= sizeof(env->preload))
        return 0;
    env->mapped_size = size + text;
    env->mapped = sys_mmap(NULL, env->mapped_size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (sys_mmap_failed(env->mapped)) {
        env->mapped = NULL;
        return -ENOMEM;
    }
    env->envp = env->mapped;
    *text_at = (char *)env->mapped + size;
    return 0;
}

int lx_environment_for(struct lx_environment *env, char *const envp[])
{
    struct found f = look(envp);
    size_t at = 0;
    char *preload;
    env->mapped = NULL;
    env->envp = (char **)(uintptr_t)envp;
    if (f.bad || complete(&f) || lx_library_path()[0] == '\0' || lx_state_value()[0] == '\0')
        return 0;

    const char *before = f.preload == NULL ? NULL : *f.preload + sizeof(PRELOAD) - 1;
    bool stays = f.preload != NULL && lists_us(before);
    size_t text = stays ? 0 : sizeof(PRELOAD) - 1 + lx_preload_room(before);
    int r = make_room(env, f.count + 3, text, &preload);
    if (r < 0)
        return r;
    if (stays) {
        preload = *f.preload;
    } else {
        memcpy(preload, PRELOAD, sizeof(PRELOAD) - 1);
        lx_preload_list(before, preload + sizeof(PRELOAD) - 1);
    }
    for (size_t i = 0; i < f.count; i++)
        if (&envp[i] != f.preload && &envp[i] != f.state)
            env->envp[at++] = envp[i];
    env->envp[at++] = preload;
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
