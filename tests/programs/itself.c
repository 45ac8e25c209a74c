/* SPDX-License-Identifier: MIT */
/*
 * itself: what a program can only do to itself, by the instruction, which no preloaded library
 * sees; with BY_LIBC, by libc's syscall().
 *
 *   itself cd DIR...            goes to each, one after the other, and says where it is
 *   itself fcd DIR              by a descriptor
 *   itself exec FILE ARG...     becomes FILE
 *   itself at DIR FILE ARG...   by a descriptor of DIR
 *   itself nofollow DIR FILE ARG...   the same, and not through a symlink
 *   itself fd FILE ARG...       by a descriptor of FILE
 *   itself vfork FILE ARG...    in a child that shares its memory; says how it ended
 *   itself thread FILE ARG...   in a thread that is not the first
 *   itself chroot DIR FILE ARG...   in another root, at its "/"
 *   itself traced ...         any of these, while somebody traces it
 *   itself loop N DIR FILE      in N threads at once: to DIR and back, while the others do so
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/arch.h"

#ifdef BY_LIBC
/* By libc's own way, which is on i386 through the kernel's page of code and not by "int $0x80". */
static long by_libc(long nr, long a, long b, long c, long d, long e)
{
    long r = syscall(nr, a, b, c, d, e);
    return r < 0 ? -errno : r;
}
#define CALL(nr, a, b, c, d, e) by_libc((nr), (long)(a), (long)(b), (long)(c), (long)(d), (e))
#else
#define CALL(nr, a, b, c, d, e) sys_call6((nr), (long)(a), (long)(b), (long)(c), (long)(d), (e), 0)
#endif

static void say(const char *what, long r)
{
    printf("%s %s\n", what, r < 0 ? strerrorname_np((int)-r) : "ok");
    fflush(stdout);
}

static void say_where(void)
{
    char path[4096];
    const char *name;
    long n = CALL(SYS_getcwd, path, sizeof(path), 0, 0, 0);
    name = n < 0 ? NULL : strrchr(path, '/');
    printf("in %s\n", name == NULL ? strerrorname_np((int)-n) : name[1] == '\0' ? "/" : name + 1);
    fflush(stdout);
}

static long become(char **argv)
{
    long r = CALL(SYS_execve, argv[0], argv, environ, 0, 0);
    say("exec", r);
    return r;
}

static int change(char **dirs)
{
    for (; *dirs != NULL; dirs++) {
        say(*dirs, CALL(SYS_chdir, *dirs, 0, 0, 0, 0));
        say_where();
    }
    return 0;
}

static void *in_thread(void *argv)
{
    become(argv);
    return NULL;
}

struct turns {
    char *dir;
    long left;
};

static void *take_turns(void *arg)
{
    struct turns *t = arg;
    char back[] = "..";
    long failed = 0;
    for (long i = 0; i < t->left; i++) {
        /* Each thread has a current directory of its own. */
        failed |= CALL(SYS_chdir, t->dir, 0, 0, 0, 0);
        failed |= CALL(SYS_chdir, back, 0, 0, 0, 0);
    }
    t->left = failed;
    return NULL;
}

static void *alone(void *arg)
{
    if (CALL(SYS_unshare, 0x200 /* CLONE_FS */, 0, 0, 0, 0) < 0)
        ((struct turns *)arg)->left = 0;
    return take_turns(arg);
}

static int loop(long threads, char *dir)
{
    pthread_t ids[16];
    struct turns turns[16];
    long failed = 0;
    for (long i = 0; i < threads && i < 16; i++) {
        turns[i] = (struct turns){dir, 20};
        pthread_create(&ids[i], NULL, alone, &turns[i]);
    }
    for (long i = 0; i < threads && i < 16; i++) {
        pthread_join(ids[i], NULL);
        failed |= turns[i].left;
    }
    say("loop", failed);
    say_where();
    return 0;
}

static int perform(int argc, char **argv);

/* The same in a child that is traced meanwhile, as by strace or a debugger. */
static int traced(int argc, char **argv)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        raise(SIGSTOP);
        _exit(perform(argc, argv));
    }
    waitpid(child, &status, WUNTRACED);
    if (ptrace(PTRACE_SEIZE, child, 0, 0) < 0)
        perror("ptrace");
    kill(child, SIGCONT);
    while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        int sig = status >> 16 != 0 || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
        ptrace(PTRACE_CONT, child, 0, sig);
    }
    return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
    return perform(argc, argv);
}

static int perform(int argc, char **argv)
{
    pthread_t thread;
    int status = 0;
    if (argc < 3)
        return 2;
    if (strcmp(argv[1], "cd") == 0)
        return change(argv + 2);
    if (strcmp(argv[1], "fcd") == 0) {
        long fd = CALL(SYS_openat, AT_FDCWD, argv[2], O_RDONLY | O_DIRECTORY, 0, 0);
        say("fchdir", CALL(SYS_fchdir, fd, 0, 0, 0, 0));
        say_where();
        return 0;
    }
    if (strcmp(argv[1], "exec") == 0)
        return become(argv + 2) < 0;
    bool follows = strcmp(argv[1], "nofollow") != 0;
    if ((!follows || strcmp(argv[1], "at") == 0) && argc > 3) {
        long dir = CALL(SYS_openat, AT_FDCWD, argv[2], O_RDONLY | O_DIRECTORY, 0, 0);
        say("exec",
            CALL(SYS_execveat, dir, argv[3], argv + 3, environ, follows ? 0 : AT_SYMLINK_NOFOLLOW));
        return 1;
    }
    if (strcmp(argv[1], "fd") == 0) {
        long fd = CALL(SYS_openat, AT_FDCWD, argv[2], O_RDONLY, 0, 0);
        say("exec", CALL(SYS_execveat, fd, "", argv + 2, environ, AT_EMPTY_PATH));
        return 1;
    }
    if (strcmp(argv[1], "vfork") == 0) {
        pid_t child = vfork();
        if (child == 0)
            _exit(CALL(SYS_execve, argv[2], argv + 2, environ, 0, 0) < 0 ? 99 : 0);
        waitpid(child, &status, 0);
        printf("ended with %d\n", WEXITSTATUS(status));
        return 0;
    }
    if (strcmp(argv[1], "thread") == 0) {
        pthread_create(&thread, NULL, in_thread, argv + 2);
        pthread_join(thread, NULL);
        return 1;
    }
    if (strcmp(argv[1], "chroot") == 0 && argc > 3) {
        say("chroot", CALL(SYS_chroot, argv[2], 0, 0, 0, 0));
        say("chdir", CALL(SYS_chdir, "/", 0, 0, 0, 0));
        return become(argv + 3) < 0;
    }
    if (strcmp(argv[1], "traced") == 0 && argc > 3)
        return traced(argc - 1, argv + 1);
    if (strcmp(argv[1], "loop") == 0 && argc > 3)
        return loop(strtol(argv[2], NULL, 10), argv[3]);
    return 2;
}
