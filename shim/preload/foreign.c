/* SPDX-License-Identifier: MIT */
#include "preload/foreign.h"

#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "policy/builder.h"
#include "preload/again.h"
#include "preload/environment.h"
#include "preload/first.h"
#include "preload/initial.h"
#include "sys/preload.h"
#include "sys/say.h"
#include "sys/sys.h"

#if defined(__x86_64__)
#define TRIPLET "x86_64-linux-gnu"
#elif defined(__i386__)
#define TRIPLET "i386-linux-gnu"
#else
#define TRIPLET "aarch64-linux-gnu"
#endif

static char *put(char *to, const char *text, size_t n)
{
    memcpy(to, text, n);
    return to + n;
}

static void say(void)
{
    static const char what[] =
        ": a program of musl. The preloaded library sees neither its calls nor "
        "those of others of its kind that it starts; \"lxshim run\" does\n";
    char name[17] = "";
    char line[sizeof(name) + sizeof(what) + 8];
    SYS2(SYS_prctl, PR_GET_NAME, name);
    char *to = put(line, "lxshim: ", 8);
    to = put(to, name, strlen(name));
    to = put(to, what, sizeof(what) - 1);
    (void)sys_say(2, &(struct iovec){line, (size_t)(to - line)}, 1);
}

/* The way that programs of glibc have to us, by where that is; none where there are no such. */
static const char *way(void)
{
    static const char *const below[] = {"/lib/" TRIPLET "/libc.so.6", "/lib64/libc.so.6",
                                        "/lib/libc.so.6"};
    char path[64] = "/usr";
    for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
        memcpy(path + 4, below[i], strlen(below[i]) + 1);
        if (sys_faccessat(AT_FDCWD, path, 0 /* F_OK */, 0) == 0)
            return "/usr" PRELOAD_WAY;
    }
    return PRELOAD_WAY;
}

/*
 * Where the library for programs of musl is, beside this one: in a directory that has the name
 * which glibc's ld.so expands, so that one path leads each kind to its own. False where it was not
 * built.
 */
static bool find_own(char out[PATH_MAX])
{
    static const char below[] = "liblxshim/$LIB/liblxshim.so";
    const char *const library = lx_library_path();
    size_t n = (size_t)(strrchr(library, '/') + 1 - library);
    if (n + sizeof(below) > PATH_MAX)
        return false;
    memcpy(out, library, n);
    memcpy(out + n, below, sizeof(below));
    return sys_faccessat(AT_FDCWD, out, 4 /* R_OK */, 0) == 0;
}

/* "LD_PRELOAD=" and the list with us, once, by that way; mapped. NULL for want of memory. */
static char *respell(const char *list, const char *by, const char *library)
{
    const char *entry;
    size_t n;
    bool placed = false;
    size_t size = sizeof(PRELOAD) + strlen(list) + 1 + strlen(by) + strlen(library);
    char *variable =
        sys_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (sys_mmap_failed(variable))
        return NULL;
    char *start = put(variable, PRELOAD, sizeof(PRELOAD) - 1);
    char *to = start;
    while (preload_next(&list, &entry, &n)) {
        bool ours = preload_is_ours(entry, n);
        if (ours && placed)
            continue;
        if (to != start)
            *to++ = ':';
        if (!ours) {
            to = put(to, entry, n);
            continue;
        }
        to = put(to, by, strlen(by));
        to = put(to, library, strlen(library));
        placed = true;
    }
    return variable;
}

/* Gives our own environment the variable in place of the one it has. */
static void replace(char **env, char *variable)
{
    for (; *env != NULL; env++)
        if (preload_behind(*env, PRELOAD) != NULL)
            *env = variable;
}

static bool has_state(char **env)
{
    for (; *env != NULL; env++)
        if (preload_behind(*env, LX_STATE_VARIABLE "=") != NULL)
            return true;
    return false;
}

void lx_foreign_start(void)
{
    char made[LX_STATE_INLINE_MAX];
    char own[PATH_MAX];
    char **env = initial_environment();
    const char *list = again_preload(env);
    lx_library_find();
    if (list == NULL || lx_library_path()[0] != '/')
        return;
    char *variable = find_own(own) ? respell(list, "", own) : NULL;
    if (variable != NULL)
        again_start(variable + sizeof(PRELOAD) - 1, NULL);
    /* Where this is the first process of a tree, its directory is the drive of those that see one.
     */
    bool first = !has_state(env) && lx_first_state(made, sizeof(made), lx_library_path(), env) == 0;
    say();
    variable = respell(list, way(), lx_library_path());
    if (variable == NULL)
        return;
    again_start(variable + sizeof(PRELOAD) - 1, first ? made : NULL);
    replace(env, variable);
}
