/* SPDX-License-Identifier: MIT */
#include "preload/again.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "policy/image.h"
#include "preload/initial.h"
#include "sys/preload.h"
#include "sys/sys.h"

#define STATE LX_STATE_VARIABLE "="

char *again_preload(char **env)
{
    char *found = NULL;
    for (; env != NULL && *env != NULL; env++) {
        char *value = preload_behind(*env, PRELOAD);
        found = value != NULL ? value : found; /* of several, ld.so takes the last */
    }
    return found;
}

/* A block of memory; NULL where there is none to be had. */
static void *map(size_t size)
{
    void *at = sys_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return sys_mmap_failed(at) ? NULL : at;
}

/*
 * The name by which the program was executed, so that it has the same one again; of a script, whose
 * name that would be, the interpreter's. False where there is no /proc to compare it by, and where
 * privileges are gained, which drops LD_PRELOAD.
 */
static bool find_program(const char **path, char *room, size_t size)
{
    static const char self[] = "/proc/self/exe";
    struct stat given;
    struct stat real;
    *path = (const char *)getauxval(AT_EXECFN);
    if (getauxval(AT_SECURE) != 0 || sys_fstatat(AT_FDCWD, self, &real, 0) < 0)
        return false;
    if (*path != NULL && sys_fstatat(AT_FDCWD, *path, &given, 0) == 0 &&
        given.st_dev == real.st_dev && given.st_ino == real.st_ino)
        return true;
    long n = sys_readlinkat(AT_FDCWD, self, room, size - 1);
    if (n <= 0)
        return false;
    room[n] = '\0';
    *path = room;
    return true;
}

/* More than the kernel takes: 6 MiB. What is not written to takes no memory. */
#define ARGUMENTS_MAX ((size_t)8 << 20)

/*
 * The arguments as the kernel was given them: the loader, run as a command, has taken away what it
 * was told itself. NULL where they are not to be had.
 */
static char **find_arguments(void)
{
    char *text = map(ARGUMENTS_MAX);
    int fd = text == NULL ? -ENOMEM
                          : sys_openat(AT_FDCWD, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC, 0);
    size_t size = 0;
    size_t count = 0;
    long n = fd;
    while (fd >= 0 && (n = sys_read(fd, text + size, ARGUMENTS_MAX - size)) > 0)
        size += (size_t)n;
    if (fd >= 0)
        sys_close(fd);
    for (size_t i = 0; i < size; i++)
        count += text[i] == '\0';
    char **argv = n < 0 ? NULL : map((count + 1) * sizeof(char *));
    for (size_t i = 0; argv != NULL && i < count; i++) {
        argv[i] = text;
        text += strlen(text) + 1;
    }
    return argv;
}

/* Writes a variable; returns what comes behind it. */
static char *put(char *to, const char *name, const char *value)
{
    size_t n = strlen(name);
    size_t length = strlen(value) + 1;
    memcpy(to, name, n);
    memcpy(to + n, value, length);
    return to + n + length;
}

void again_start(const char *preload, const char *state)
{
    char room[PATH_MAX];
    const char *path;
    char **argv;
    char **env = initial_environment();
    size_t count = 0;
    size_t at = 0;

    while (env != NULL && env[count] != NULL)
        count++;
    if (!find_program(&path, room, sizeof(room)) || (argv = find_arguments()) == NULL)
        return;
    size_t list = (count + 3) * sizeof(char *);
    size_t size = list + sizeof(PRELOAD) + strlen(preload) + sizeof(STATE) +
                  (state == NULL ? 0 : strlen(state));
    char **envp = map(size);
    if (envp == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        if (preload_behind(env[i], PRELOAD) == NULL &&
            (state == NULL || preload_behind(env[i], STATE) == NULL))
            envp[at++] = env[i];
    char *text = (char *)envp + list;
    envp[at++] = text;
    text = put(text, PRELOAD, preload);
    if (state != NULL) {
        envp[at++] = text;
        put(text, STATE, state);
    }
    envp[at] = NULL;
    /* Where that fails, some memory is left behind. */
    sys_execveat(AT_FDCWD, path, argv, envp, 0);
}
