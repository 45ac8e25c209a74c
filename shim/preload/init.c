/* SPDX-License-Identifier: MIT */
/* Start-up: the policy of this process, from its parent or, in the first one, made. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "policy/builder.h"
#include "preload/environment.h"
#include "preload/first.h"
#include "preload/foreign.h"
#include "preload/initial.h"
#include "preload/sanitizer.h"
#include "preload/shim.h"
#include "store/cwds.h"
#include "sys/sys.h"
#include "vfs/finish.h"

/*
 * The state of this process. Written once, before main, by whichever of our functions is called
 * first (the constructor, or a name that another library's constructor calls); read by everyone
 * afterwards. `quiet` alone is written later: see lx_be_quiet.
 */
static struct lx_policy policy;
static struct lx_task task = {.policy = &policy, .cwd = AT_FDCWD};
static _Atomic int phase; /* 0: nothing yet, 1: somebody is at it, 2: ready */
static bool unpublished;  /* the state is in an environment that libc will not have */
static char image[LX_IMAGE_INLINE_MAX] __attribute__((aligned(8)));

/* glibc knows whether there is another thread; elsewhere assume there is. */
extern char __libc_single_threaded __attribute__((weak));

/* open blocks on a FIFO, and is a cancellation point then. */
static int cancellable_open(int dfd, const char *path, int flags, mode_t mode, unsigned resolve)
{
    int type;
    if (&__libc_single_threaded != NULL && __libc_single_threaded)
        return sys_open(dfd, path, flags, mode, resolve);
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    int fd = sys_open(dfd, path, flags, mode, resolve);
    pthread_setcanceltype(type, NULL);
    return fd;
}

static const char *find(char *const *env, const char *name)
{
    size_t n = strlen(name);
    for (; env != NULL && *env != NULL; env++)
        if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
            return *env + n + 1;
    return NULL;
}

/* Maps the image that a state too large for the environment lies in. Returns 0 or -errno. */
static int map_image(const char *file, const struct lx_image **image_at, size_t *size)
{
    struct stat st;
    int fd = sys_openat(AT_FDCWD, file, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    int r = sys_fstat(fd, &st);
    if (r == 0 && st.st_size <= 0)
        r = -EINVAL;
    if (r == 0) {
        *size = (size_t)st.st_size;
        void *at = sys_mmap(NULL, *size, PROT_READ, MAP_SHARED, fd, 0);
        *image_at = at;
        r = sys_mmap_failed(at) ? -ENOMEM : 0;
    }
    sys_close(fd);
    return r;
}

/* The counters of the tree; without them nothing is counted. */
static void map_stats(void)
{
    const char *file = lx_image_string(policy.image, policy.image->stats);
    size_t size = lx_stats_size(policy.image->override_count);
    if (file == NULL || task.quiet)
        return;
    int fd = sys_openat(AT_FDCWD, file, O_RDWR | O_CLOEXEC, 0);
    if (fd < 0)
        return;
    void *at = sys_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    sys_close(fd);
    if (sys_mmap_failed(at))
        return;
    policy.stats = at;
    atomic_fetch_add_explicit(&policy.stats->processes, 1, memory_order_relaxed);
}

/* Takes over the state that `value` says. Returns 0 or -errno. */
static int adopt(const char *value)
{
    const struct lx_image *from = (const struct lx_image *)(const void *)image;
    size_t length = strlen(value);
    size_t size = 0;
    if (length < LX_STATE_PREFIX || length >= LX_STATE_INLINE_MAX || value[0] != LX_STATE_VERSION)
        return -EINVAL;
    if (value[2] == LX_STATE_INLINE) {
        long n = lx_base64_decode(value + LX_STATE_PREFIX, image, sizeof(image));
        if (n < 0)
            return (int)n;
        size = (size_t)n;
    } else if (value[2] == LX_STATE_FILE) {
        int r = map_image(value + LX_STATE_PREFIX, &from, &size);
        if (r < 0)
            return r;
    } else {
        return -EINVAL;
    }
    int r = lx_policy_attach(&policy, from, size);
    if (r < 0)
        return r;
    lx_state_keep(value, length);
    task.quiet = value[1] == LX_STATE_QUIET;
    return 0;
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

/* No rule of WSL's is worth running a program unshimmed that was to be shimmed. */
static void refuse(const char *why, const char *what)
{
    const char *const words[] = {"lxshim: ", why, what, "\n"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        (void)sys_write(2, words[i], strlen(words[i]));
    SYS1(SYS_exit_group, 125);
}

static void begin(void)
{
    char **env = initial_environment();
    const char *inherited = find(env, LX_STATE_VARIABLE);
    char made[LX_STATE_INLINE_MAX];
    lx_sanitizer_hide(env);
    const char *list = find(env, "LD_PRELOAD");
    sys_grumbles = list != NULL && strstr(list, "/vgpreload_core-") != NULL; /* valgrind's own */
    if (inherited == NULL) {
        lx_library_find();
        int r = lx_first_state(made, sizeof(made), lx_library_path(), env);
        if (r < 0)
            refuse(lx_first_problem(r), r == -EIO ? made : "");
        inherited = made;
    }
    /* dladdr looks through every symbol there is: 7000 instructions, of each process. */
    if (!lx_library_keep(list) && lx_library_path()[0] == '\0')
        lx_library_find();
    int r = adopt(inherited);
    if (r == -EINVAL)
        refuse(LX_STATE_VARIABLE " is damaged; unset it to start anew: ", inherited);
    if (r < 0)
        refuse(r == -ENOENT ? LX_STATE_VARIABLE "'s image is gone; unset it to start anew: "
                            : LX_STATE_VARIABLE "'s image cannot be read: ",
               inherited);
    task.caching = true;
    task.open = cancellable_open;
    map_stats();
    if (inherited == made) {
        unpublished = !publish(env);
        lx_library_keep(find(environ, "LD_PRELOAD"));
    }
    /* What a killed run has left; or what an exec has closed, where no counter tells of it. */
    if (inherited == made || policy.stats == NULL)
        vfs_settle(&task, false);
}

/* Slow half of lx_self. */
static __attribute__((noinline)) const struct lx_task *initialise(void)
{
    int none = 0;
    /* In a program of musl the task never has a mount. */
    if (!lx_foreign() && atomic_compare_exchange_strong(&phase, &none, 1)) {
        int error = errno;
        begin();
        errno = error;
        atomic_store_explicit(&phase, 2, memory_order_release);
    }
    return &task;
}

const struct lx_task *lx_self(void)
{
    if (__builtin_expect(atomic_load_explicit(&phase, memory_order_acquire) == 2, 1))
        return &task;
    return initialise();
}

/* What pthread_atfork calls, which musl lacks; and this object, as libc knows it. */
int __register_atfork(void (*before)(void), void (*in_parent)(void), void (*in_child)(void),
                      void *object) __attribute__((weak));
extern void *__dso_handle;

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
    __register_atfork(NULL, store_cwds_forget, NULL, __dso_handle);
}

void lx_be_quiet(void)
{
    task.quiet = true;
    lx_state_be_quiet();
}
