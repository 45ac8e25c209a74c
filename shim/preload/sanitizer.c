/* SPDX-License-Identifier: MIT */
/*
 * A sanitizer's runtime has functions of libc's names, too, which check what they are given and
 * call the next ones. As a shared object that the program is linked to, it comes after what is
 * preloaded, and the program would call ours instead: AddressSanitizer's then refuses to start, and
 * where it does not, what read() writes is not looked at, and ThreadSanitizer takes threads that
 * talk by a pipe for ones that race. So it has to be preloaded before us. That is known to nobody
 * before the program is there: it is started anew, which only such programs pay for.
 */
#include "preload/sanitizer.h"

#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include "preload/again.h"
#include "preload/initial.h"
#include "sys/preload.h"
#include "sys/sys.h"

/* Behind its name in LD_PRELOAD: an empty entry, which ld.so passes over. We put it there. */
#define MARK "::"

/* Each of them has one. Those of programs that have the runtime in them are theirs. */
void __asan_init(void) __attribute__((weak));
void __hwasan_init(void) __attribute__((weak));
void __tsan_init(void) __attribute__((weak));

/*
 * Of libc's functions only those may be called that a runtime answers before it is ready, as
 * AddressSanitizer's is when it asks for options: of its names memcpy, memmove, memset and strlen.
 */
extern __typeof__(dladdr1) dladdr1 __attribute__((weak));

/* The runtime as a loaded object that is not the program, which costs nothing to know where there
 * is none; or NULL. */
static const struct link_map *find_runtime(void)
{
    void *in_it = __asan_init != NULL     ? (void *)__asan_init
                  : __hwasan_init != NULL ? (void *)__hwasan_init
                                          : (void *)__tsan_init;
    void *map;
    Dl_info info;
    if (in_it == NULL || dladdr1 == NULL || dladdr1(in_it, &info, &map, RTLD_DL_LINKMAP) == 0)
        return NULL;
    return ((struct link_map *)map)->l_prev == NULL ? NULL : map;
}

/* True where names are looked up in us before they are in a loaded object. */
static bool comes_after_us(const struct link_map *map)
{
    while (map != NULL && map->l_ld != _DYNAMIC)
        map = map->l_prev;
    return map != NULL;
}

/* Where in a list there is the runtime's name with its mark, and what follows; or NULL. */
static char *find_mark(char *list, const char *name, char **rest)
{
    for (char *at = list; *at != '\0'; at++) {
        char *end = at == list || preload_separates(at[-1]) ? preload_behind(at, name) : NULL;
        *rest = end == NULL ? NULL : preload_behind(end, MARK);
        if (*rest != NULL)
            return at;
    }
    return NULL;
}

void lx_sanitizer_hide(char **env)
{
    const struct link_map *runtime = env == NULL ? NULL : find_runtime();
    if (runtime == NULL || comes_after_us(runtime))
        return;
    char *rest;
    char *list = again_preload(env);
    char *at = list == NULL ? NULL : find_mark(list, runtime->l_name, &rest);
    if (at == NULL)
        return;
    size_t n = strlen(rest);
    memmove(at, rest, n + 1);
    /* /proc shows the memory behind as well. */
    memset(at + n + 1, 0, (size_t)(rest - at));
    if (list[0] != '\0')
        return;
    /* We have come by another way than the variable. */
    while (*env + sizeof(PRELOAD) - 1 != list)
        env++;
    for (; *env != NULL; env++)
        env[0] = env[1];
}

/* The list with the runtime before our own entry, or first where we have none. */
static void write_list(char *out, const char *before, const char *name)
{
    const char *entry;
    size_t n;
    size_t at = 0; /* where ours begins */
    for (const char *list = before; preload_next(&list, &entry, &n);)
        if (preload_is_ours(entry, n)) {
            at = (size_t)(entry - before);
            break;
        }
    memcpy(out, before, at);
    out += at;
    n = strlen(name);
    memcpy(out, name, n);
    memcpy(out + n, MARK, sizeof(MARK) - 1);
    out += n + sizeof(MARK) - 1;
    memcpy(out, before + at, strlen(before + at) + 1);
}

/* True with a name that can stand in LD_PRELOAD. */
static bool can_be_listed(const char *name)
{
    const char *at = name;
    while (*at != '\0' && !preload_separates(*at))
        at++;
    return at != name && *at == '\0';
}

/* Executes this program anew. Returns where that cannot be. */
static void start_anew(const char *name)
{
    static char none[] = "";
    char *before = again_preload(initial_environment());
    char *rest;
    if (before == NULL)
        before = none;
    if (!can_be_listed(name) || find_mark(before, name, &rest) != NULL)
        return;
    size_t size = strlen(before) + strlen(name) + sizeof(MARK);
    char *list = sys_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (sys_mmap_failed(list))
        return;
    write_list(list, before, name);
    again_start(list, NULL);
}

void lx_sanitizer_first(void)
{
    static atomic_flag tried = ATOMIC_FLAG_INIT; /* by whoever is first, before main */
    const struct link_map *runtime = find_runtime();
    if (runtime != NULL && comes_after_us(runtime) && !atomic_flag_test_and_set(&tried))
        start_anew(runtime->l_name);
}
