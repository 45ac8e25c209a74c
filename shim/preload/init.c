/* SPDX-License-Identifier: MIT */
/* Start-up: the policy of this process, from its parent or, in the first one, made. */
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "policy/debug.h"
#include "policy/image.h"
#include "preload/adopt.h"
#include "preload/environment.h"
#include "preload/first.h"
#include "preload/foreign.h"
#include "preload/initial.h"
#include "preload/sanitizer.h"
#include "preload/shim.h"
#include "store/cwds.h"
#include "sys/preload.h"
#include "sys/room.h"
#include "sys/say.h"
#include "sys/sys.h"
#include "sys/touched.h"
#include "sys/unwatched.h"
#include "vfs/finish.h"
#include "vfs/placement.h"

#define SHOWN_STATE 120 /* bytes of a state that is refused: the name of its file */

/*
 * The state of this process. Written once, before main, by whichever of our functions is called
 * first (the constructor, or a name that another library's constructor calls); read by everyone
 * afterwards. `seccomp_confined` and `plain` alone are written later, the bits beside them as they
 * are: see lx_confine.
 */
static SYS_TOUCHED struct lx_policy policy;
struct lx_task lx_own_task = {.policy = &policy, .cwd = AT_FDCWD};
SYS_TOUCHED _Atomic int lx_phase;
static SYS_TOUCHED bool unpublished; /* the state is in an environment that libc will not have */
static char long_image[LX_IMAGE_INLINE_MAX] __attribute__((aligned(8)));
static SYS_TOUCHED char short_image[768] __attribute__((aligned(8))); /* for nearly all */

/* glibc knows whether there is another thread; elsewhere assume there is. */
extern char __libc_single_threaded __attribute__((weak));

/* open blocks on a FIFO, and is a cancellation point then. */
static int cancellable_open(const struct lx_task *self, int dfd, const char *path, int flags,
                            mode_t mode, unsigned resolve)
{
    int type;
    (void)self;
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    int fd = sys_open(dfd, path, flags, mode, resolve);
    pthread_setcanceltype(type, NULL);
    return fd;
}

static struct lx_task_ops hooks = {.open = cancellable_open};

/* By no function of libc's: ld.so looks each up when it is first called, which costs more than
 * this. */
static const char *find(char *const *env, const char *name)
{
    for (; env != NULL && *env != NULL; env++) {
        const char *rest = preload_behind(*env, name);
        if (rest != NULL && *rest == '=')
            return rest + 1;
    }
    return NULL;
}

/*
 * Gives our own environment what children need; libc copies it when it has to change it. True where
 * that stays: libc has not set environ yet where we are called before it.
 */
static bool publish(char **env)
{
    static struct lx_environment own; /* only here, before main */
    bool stays = env == environ;
    if (lx_environment_for(&own, env) == 0)
        environ = own.envp;
    return stays;
}

/*
 * Says something before main. `what` may be anything that an environment has: no more than `most`
 * bytes of it, and none that paints a terminal. Apart, for its buffer.
 */
static __attribute__((noinline)) void say(const char *why, const char *what, size_t most)
{
    char shown[PATH_MAX];
    size_t n = strnlen(what, most < sizeof(shown) ? most : sizeof(shown) - 1);
    for (size_t i = 0; i < n; i++)
        shown[i] = (char)((unsigned char)what[i] < ' ' || what[i] == 0x7F ? '?' : what[i]);
    shown[n] = '\0';
    const char *const words[] = {"lxshim: ", why, shown, what[n] != '\0' ? "...\n" : "\n"};
    struct iovec parts[sizeof(words) / sizeof(words[0])];
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        parts[i] = (struct iovec){(void *)(uintptr_t)words[i], strlen(words[i])};
    (void)sys_say(2, parts, sizeof(parts) / sizeof(parts[0]));
}

/* No rule of WSL's is worth running a program unshimmed that was to be shimmed. */
static void refuse(const char *why, const char *what, size_t most)
{
    say(why, what, most);
    SYS1(SYS_exit_group, 125);
}

/* What there is to say about a state that cannot be taken over. */
static const char *state_problem(int error)
{
    switch (-error) {
    case EINVAL:
        return LX_STATE_VARIABLE " is damaged; unset it to start anew: ";
    case ENOENT:
        return LX_STATE_VARIABLE "'s image is gone; unset it to start anew: ";
    case EPERM:
        return LX_STATE_VARIABLE "'s image is another user's, or others may write it; unset it to "
                                 "start anew: ";
    default:
        return LX_STATE_VARIABLE "'s image cannot be read; unset it to start anew: ";
    }
}

/*
 * What LXSHIM_DEBUG asks for. Only the first process of a tree says what it does not know. A
 * program may write over its environment: the file's name is kept.
 */
static void start_debug(const char *value, bool first)
{
    static char kept[PATH_MAX]; /* only here, before main */
    size_t n = value == NULL ? 0 : strlen(value);
    if (n == 0 || n >= sizeof(kept))
        return;
    memcpy(kept, value, n + 1);
    const char *unknown = lx_debug_start(&policy, kept, &n);
    if (unknown == NULL || !first)
        return;
    say(LX_DEBUG_VARIABLE " has no floor ", unknown, n);
    say("there are ", lx_debug_words, SIZE_MAX);
}

/* Takes a state over: what the process has from its parent, or what was made for the first one. */
static void begin_with(char **env, const char *state, bool first)
{
    const char *list = find(env, "LD_PRELOAD");
    /* dladdr looks through every symbol there is: 7000 instructions, of each process. */
    if (!lx_library_keep(list) && lx_library_path()[0] == '\0')
        lx_library_find();
    /* Four letters are three bytes of an image. */
    bool is_short = strlen(state) <= sizeof(short_image) / 3 * 4;
    int r = lx_adopt(state, &policy, is_short ? short_image : long_image,
                     is_short ? sizeof(short_image) : sizeof(long_image));
    if (r < 0)
        refuse(state_problem(r), state, SHOWN_STATE);
    lx_state_keep(state, strlen(state));
    if (!first)
        lx_environment_hide(env, list);
    lx_own_task.seccomp_confined = state[1] == LX_STATE_CONFINED;
    lx_own_task.caching = true;
    /* A page that is read first is found twice: once more to be written. */
    placement_forget_fd(AT_FDCWD);
    /* An initializer would need a relocation of a kind that nothing else does. */
    hooks.alone = &__libc_single_threaded;
    lx_own_task.ops = &hooks;
    if (!lx_own_task.seccomp_confined)
        lx_adopt_run(state, &policy);
    if (!lx_own_task.seccomp_confined)
        start_debug(find(env, LX_DEBUG_VARIABLE), first);
    if (first) {
        unpublished = !publish(env);
        lx_library_keep(find(environ, "LD_PRELOAD"));
    }
    lx_own_task.plain = !lx_own_task.seccomp_confined && !policy.stubs &&
                        (policy.watches & (LX_WATCH_ALL | LX_WATCH_DEBUG)) == 0;
    /* What a killed run has left; or what an exec has closed, where no counter tells of it. */
    if (first || policy.stats == NULL)
        vfs_settle(&lx_own_task, false);
}

/* Apart, for its buffer: what is below it on the stack would be pages that a process touches for
 * nothing. */
static __attribute__((noinline)) void begin_first(char **env)
{
    char made[LX_STATE_INLINE_MAX];
    lx_library_find();
    int r = lx_first_state(made, sizeof(made), lx_library_path(), env);
    if (r < 0)
        refuse(lx_first_problem(r), r == -EIO ? made : "", SIZE_MAX);
    begin_with(env, made, true);
}

static void begin(void)
{
    /* ld.so preloads us there only where an administrator has gone out of his way for it. */
    if (getauxval(AT_SECURE) != 0)
        refuse("not for setuid programs: what " LX_STATE_VARIABLE " says is their caller's word",
               "", 0);
    sys_room_first(initial_stack());
    char **env = initial_environment();
    const char *inherited = find(env, LX_STATE_VARIABLE);
    lx_sanitizer_hide(env);
    const char *list = find(env, "LD_PRELOAD");
    sys_grumbles = list != NULL && strstr(list, "/vgpreload_core-") != NULL; /* valgrind's own */
    if (sys_grumbles) {
        sys_unwatched_begin(list);
        /* Each that looks at what is read has an object of its own there. */
        if (strstr(list, "/vgpreload_memcheck-") != NULL ||
            strstr(list, "/vgpreload_helgrind-") != NULL || strstr(list, "/vgpreload_drd-") != NULL)
            sys_read_exactly();
    }
    if (inherited == NULL)
        begin_first(env);
    else
        begin_with(env, inherited, false);
}

const struct lx_task *lx_begin_self(void)
{
    int none = 0;
    /* In a program of musl the task never has a mount. */
    if (!lx_foreign() && atomic_compare_exchange_strong(&lx_phase, &none, 1)) {
        int error = errno;
        begin();
        errno = error;
        atomic_store_explicit(&lx_phase, LX_READY, memory_order_release);
    }
    return &lx_own_task;
}

#if !defined(LXSHIM_MUSL)
/* What pthread_atfork calls, which musl lacks; and this object, as libc knows it. */
int __register_atfork(void (*before)(void), void (*in_parent)(void), void (*in_child)(void),
                      void *object) __attribute__((weak));
extern void *__dso_handle;
#define AT_FORK(in_parent) __register_atfork(NULL, in_parent, NULL, __dso_handle)
#else
#define AT_FORK(in_parent) pthread_atfork(NULL, in_parent, NULL)
#endif

/* The earliest moment a constructor may have. */
static __attribute__((constructor(101))) void constructor(void)
{
    if (lx_foreign()) {
        lx_foreign_start();
        return;
    }
    lx_sanitizer_first();
    lx_self();
    if (unpublished)
        publish(environ);
    AT_FORK(store_cwds_forget);
}

void lx_moved_space(void)
{
    lx_adopt_space(&policy);
}

void lx_confine(void)
{
    lx_own_task.seccomp_confined = true;
    lx_own_task.plain = false;
    lx_state_be_quiet();
}
