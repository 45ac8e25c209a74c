/* SPDX-License-Identifier: MIT */
/*
 * spawns DIR: starts programs in every way that libc has and prints what they find: signals,
 * groups, descriptors, arguments; and how starting one fails. For comparison: the shim has
 * posix_spawn and the exec family anew.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char self[PATH_MAX];
static char *child_arguments[] = {self, (char[]){"--child"}, (char[]){"word"}, NULL};
static char *small_environment[] = {(char[]){"MARK=1"}, NULL};

static const char *name_of(int error)
{
    return error == 0 ? "-" : strerrorname_np(error);
}

/* What a child finds, in one line. */
static int child(int argc, char **argv)
{
    char line[256];
    sigset_t blocked;
    printf("  child: %d arguments, first %s, last %s;", argc,
           strrchr(argv[0], '/') != NULL ? "path" : argv[0], argv[argc - 1]);
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    for (int i = 1; i < 32; i++) {
        struct sigaction sa;
        if (sigismember(&blocked, i) == 1)
            printf(" blocked %d", i);
        if (sigaction(i, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN)
            printf(" ignored %d", i);
    }
    printf("; group %s, session %s;", getpgrp() == getpid() ? "own" : "parent's",
           getsid(0) == getpid() ? "own" : "parent's");
    printf(" nice %d, policy %d;", getpriority(PRIO_PROCESS, 0), sched_getscheduler(0));
    printf(" descriptors");
    for (int fd = 0; fd < 64; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            printf(" %d", fd);
    printf("; mark %s; in %s", getenv("MARK") != NULL ? getenv("MARK") : "none",
           getcwd(line, sizeof(line)) != NULL ? strrchr(line, '/') : "?");
    if (fcntl(7, F_GETFD) >= 0) {
        ssize_t n = read(7, line, sizeof(line) - 1);
        printf("; 7 reads %.*s", n > 0 ? (int)n - 1 : 0, line);
    }
    printf("\n");
    return 3;
}

static void say(const char *what, int error, pid_t pid)
{
    int status = 0;
    printf("%s: %s", what, name_of(error));
    if (error == 0 && waitpid(pid, &status, 0) == pid)
        printf(" %x", (unsigned)status);
    printf("\n");
    fflush(stdout);
}

static void spawn(const char *what, const char *path, const posix_spawn_file_actions_t *actions,
                  const posix_spawnattr_t *attributes)
{
    pid_t pid = -2;
    fflush(stdout);
    int error = posix_spawn(&pid, path, actions, attributes, child_arguments, small_environment);
    say(what, error, pid);
}

static void search(const char *name)
{
    pid_t pid = -2;
    char what[PATH_MAX];
    snprintf(what, sizeof(what), "posix_spawnp %s", name);
    fflush(stdout);
    int error = posix_spawnp(&pid, name, NULL, NULL, child_arguments, small_environment);
    say(what, error, pid);
}

static void with_attributes(void)
{
    posix_spawnattr_t a;
    sigset_t set;
    struct sched_param parameter = {0};

    signal(SIGUSR1, SIG_IGN);
    signal(SIGUSR2, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    spawn("plain", self, NULL, NULL);

    posix_spawnattr_init(&a);
    spawn("no attributes", self, NULL, &a);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    posix_spawnattr_setsigdefault(&a, &set);
    posix_spawnattr_setsigmask(&a, &set);
    posix_spawnattr_setflags(&a, POSIX_SPAWN_SETSIGDEF);
    spawn("default signals", self, NULL, &a);
    posix_spawnattr_setflags(&a, POSIX_SPAWN_SETSIGMASK);
    spawn("mask", self, NULL, &a);
    posix_spawnattr_setflags(&a, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    spawn("both", self, NULL, &a);
    posix_spawnattr_setflags(&a, POSIX_SPAWN_SETPGROUP);
    spawn("group", self, NULL, &a);
    posix_spawnattr_setpgroup(&a, 1);
    spawn("another's group", self, NULL, &a);
    posix_spawnattr_setpgroup(&a, 0);
    posix_spawnattr_setflags(&a, POSIX_SPAWN_SETSID);
    spawn("session", self, NULL, &a);
    posix_spawnattr_setschedpolicy(&a, SCHED_BATCH);
    posix_spawnattr_setschedparam(&a, &parameter);
    posix_spawnattr_setflags(&a, POSIX_SPAWN_SETSCHEDULER | POSIX_SPAWN_RESETIDS);
    spawn("scheduler", self, NULL, &a);
    posix_spawnattr_setflags(&a, POSIX_SPAWN_SETSCHEDPARAM);
    spawn("parameter", self, NULL, &a);
    posix_spawnattr_setflags(&a, POSIX_SPAWN_USEVFORK);
    spawn("vfork", self, NULL, &a);
    posix_spawnattr_destroy(&a);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

typedef posix_spawn_file_actions_t actions_t;

static void with_actions(void)
{
    actions_t a;
    posix_spawn_file_actions_init(&a);
    printf("close -1 %s\n", name_of(posix_spawn_file_actions_addclose(&a, -1)));
    printf("open -1 %s\n", name_of(posix_spawn_file_actions_addopen(&a, -1, "f", O_RDONLY, 0)));
    printf("open far %s\n",
           name_of(posix_spawn_file_actions_addopen(&a, 1 << 30, "f", O_RDONLY, 0)));
    printf("dup2 -1 %s\n", name_of(posix_spawn_file_actions_adddup2(&a, -1, 3)));
    printf("dup2 to -1 %s\n", name_of(posix_spawn_file_actions_adddup2(&a, 3, -1)));
    printf("closefrom -1 %s\n", name_of(posix_spawn_file_actions_addclosefrom_np(&a, -1)));
    spawn("nothing in it", self, &a, NULL);
    posix_spawn_file_actions_addopen(&a, 7, "file", O_RDONLY, 0);
    spawn("open", self, &a, NULL);
    posix_spawn_file_actions_addclose(&a, 40);
    spawn("close of what is closed", self, &a, NULL);
    posix_spawn_file_actions_adddup2(&a, 7, 9);
    posix_spawn_file_actions_addclose(&a, 7);
    spawn("dup2 and close", self, &a, NULL);
    posix_spawn_file_actions_addchdir_np(&a, "dir");
    posix_spawn_file_actions_addopen(&a, 7, "../file", O_RDONLY, 0);
    spawn("chdir, then open", self, &a, NULL);
    posix_spawn_file_actions_addclosefrom_np(&a, 8);
    spawn("closefrom", self, &a, NULL);
    posix_spawn_file_actions_addopen(&a, 8, "missing", O_RDONLY, 0);
    spawn("open of what is missing", self, &a, NULL);
    posix_spawn_file_actions_destroy(&a);

    posix_spawn_file_actions_init(&a);
    posix_spawn_file_actions_adddup2(&a, 50, 7);
    spawn("dup2 of what is closed", self, &a, NULL);
    posix_spawn_file_actions_destroy(&a);

    posix_spawn_file_actions_init(&a);
    posix_spawn_file_actions_addchdir_np(&a, "file");
    spawn("chdir to a file", self, &a, NULL);
    posix_spawn_file_actions_destroy(&a);

    posix_spawn_file_actions_init(&a);
    printf("fchdir -1 %s\n", name_of(posix_spawn_file_actions_addfchdir_np(&a, -1)));
    spawn("fchdir to nothing", self, &a, NULL);
    posix_spawn_file_actions_destroy(&a);

    /* A descriptor that is closed by exec is kept by dup2 to itself. */
    int fd = open("file", O_RDONLY | O_CLOEXEC);
    dup3(fd, 7, O_CLOEXEC);
    close(fd);
    posix_spawn_file_actions_init(&a);
    spawn("closed by exec", self, &a, NULL);
    posix_spawn_file_actions_adddup2(&a, 7, 7);
    spawn("dup2 to itself", self, &a, NULL);
    posix_spawn_file_actions_destroy(&a);
    close(7);
}

static void failures(void)
{
    static const char *const files[] = {"missing", "dir", "file",   "text",   "denied",
                                        "./text",  "",    "file/x", "script", "no-interpreter",
                                        "loop"};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char path[64];
        snprintf(path, sizeof(path), "%s%s", files[i][0] == '\0' ? "" : "./", files[i]);
        spawn(files[i], path, NULL, NULL);
    }
}

static void searches(void)
{
    static const char *const paths[] = {".",    "dir:.", "", "missing:dir", "denied-dir:.",
                                        ":dir", "dir:"};
    static const char *const files[] = {"text", "script",   "missing", "denied",
                                        "dir",  "./script", ""};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        setenv("PATH", paths[i], 1);
        printf("PATH=%s\n", paths[i]);
        for (size_t k = 0; k < sizeof(files) / sizeof(files[0]); k++)
            search(files[k]);
    }
    unsetenv("PATH");
    printf("no PATH\n");
    search("true");
    search("script");
}

/* exec in a fork: what comes back. */
static void exec(const char *what, int (*call)(void))
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        call();
        printf("  %s\n", name_of(errno));
        fflush(stdout);
        _exit(9);
    }
    say(what, pid < 0 ? errno : 0, pid);
}

static const char *file;

static int call_execv(void)
{
    return execv(file, child_arguments);
}

static int call_execvp(void)
{
    return execvp(file, child_arguments);
}

static int call_execvpe(void)
{
    return execvpe(file, child_arguments, small_environment);
}

static int call_execlp(void)
{
    return execlp(file, "zero", "one", "two", (char *)NULL);
}

static int call_execl_many(void)
{
    return execl(self, "zero", "--child", "1", "2", "3", "4", "5", "6", "7", "8", "9",
                 (char *)NULL);
}

static int call_execle(void)
{
    return execle(self, self, "--child", "last", (char *)NULL, small_environment);
}

static int call_fexecve(void)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    return fexecve(fd, child_arguments, small_environment);
}

static int call_execveat(void)
{
    int dir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return execveat(dir, file, child_arguments, small_environment, AT_SYMLINK_NOFOLLOW);
}

static void execs(void)
{
    static const char *const files[] = {"./text",      "text",          "script", "./script",
                                        "missing",     "dir",           "denied", "no-interpreter",
                                        "deep-script", "./deep-script", "link",   "./link",
                                        "one-line",    "./spaces"};
    setenv("PATH", "dir:.", 1);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        file = files[i];
        printf("exec %s\n", file);
        exec("execv", call_execv);
        exec("execvp", call_execvp);
        exec("execvpe", call_execvpe);
        exec("execlp", call_execlp);
        exec("fexecve", call_fexecve);
        exec("execveat", call_execveat);
    }
    exec("execl", call_execl_many);
    exec("execle", call_execle);
}

static void shells(void)
{
    static const char *const modes[] = {"r", "w", "re", "we", "rw", "x", "", "rr"};
    setenv("PATH", "/usr/bin:/bin", 1);
    signal(SIGINT, SIG_IGN);
    printf("system NULL %d\n", system(NULL));
    printf("system %x\n", (unsigned)system("echo from the shell; exit 4"));
    printf("system %x\n", (unsigned)system("kill -9 $$"));
    printf("system %x\n", (unsigned)system("/missing 2>/dev/null"));
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        char line[32] = "";
        fflush(stdout);
        errno = 0;
        FILE *f = popen(modes[i][0] == 'w' ? "cat >/dev/null; exit 6" : "echo from a pipe; exit 5",
                        modes[i]);
        printf("popen %s %s", modes[i], f == NULL ? name_of(errno) : "made");
        if (f != NULL) {
            if (modes[i][0] == 'r' && fgets(line, sizeof(line), f) == NULL)
                printf(" nothing");
            printf(" %d %s", fcntl(fileno(f), F_GETFD), line);
            fflush(stdout);
            printf("closed %x", (unsigned)pclose(f));
        }
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--child") == 0)
        return child(argc, argv);
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (argc != 2 || n < 0 || chdir(argv[1]) < 0)
        return 2;
    with_attributes();
    with_actions();
    failures();
    searches();
    execs();
    shells();
    return 0;
}
