/* SPDX-License-Identifier: MIT */
/*
 * traps NAME: the situations in which interposers break. Each prints "ok" or what went wrong, and
 * works on files in the current directory and in /tmp.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition)                                                               \
    do {                                                                               \
        if (!(condition)) {                                                            \
            printf("line %d: %s (errno %s)\n", __LINE__, #condition, strerror(errno)); \
            exit(1);                                                                   \
        }                                                                              \
    } while (0)

static char fifo[64];

static void make_fifo(void)
{
    snprintf(fifo, sizeof(fifo), "/tmp/lxshim-fifo.%d", (int)getpid());
    CHECK(mkfifo(fifo, 0600) == 0);
}

static void touch(const char *path)
{
    int fd = open(path, O_CREAT | O_WRONLY, 0644);
    CHECK(fd >= 0);
    close(fd);
}

static void *open_fifo(void *unused)
{
    (void)unused;
    int fd = open(fifo, O_RDONLY);
    return fd >= 0 ? (void *)1 : NULL;
}

/* A thread that blocks in open must not hold up another. */
static void blocked(void)
{
    pthread_t thread;
    struct stat st;
    void *result;
    make_fifo();
    touch("file");
    CHECK(pthread_create(&thread, NULL, open_fifo, NULL) == 0);
    for (int i = 0; i < 2000; i++)
        CHECK(stat("file", &st) == 0 && stat("/etc", &st) == 0);
    int fd = open(fifo, O_WRONLY);
    CHECK(fd >= 0);
    pthread_join(thread, &result);
    CHECK(result != NULL);
    unlink(fifo);
}

/* open of a FIFO is a cancellation point. */
static void cancel(void)
{
    pthread_t thread;
    void *result;
    make_fifo();
    CHECK(pthread_create(&thread, NULL, open_fifo, NULL) == 0);
    CHECK(pthread_cancel(thread) == 0);
    CHECK(pthread_join(thread, &result) == 0);
    CHECK(result == PTHREAD_CANCELED);
    unlink(fifo);
}

static atomic_bool stop;

static void *work(void *number)
{
    char name[32];
    char moved[32];
    struct stat st;
    snprintf(name, sizeof(name), "w%ld:", (long)(intptr_t)number);
    snprintf(moved, sizeof(moved), "m%ld:", (long)(intptr_t)number);
    while (!atomic_load(&stop)) {
        touch(name);
        CHECK(stat(name, &st) == 0);
        CHECK(rename(name, moved) == 0);
        CHECK(unlink(moved) == 0);
        DIR *dir = opendir(".");
        CHECK(dir != NULL);
        while (readdir(dir) != NULL)
            ;
        closedir(dir);
    }
    return NULL;
}

/* A child forked while other threads are anywhere in the library can use it. */
static void fork_threads(void)
{
    pthread_t threads[3];
    for (long i = 0; i < 3; i++)
        CHECK(pthread_create(&threads[i], NULL, work, (void *)(intptr_t)i) == 0);
    for (int i = 0; i < 100; i++) {
        int status;
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            alarm(100);
            char name[32];
            struct stat st;
            snprintf(name, sizeof(name), "c%d?", i);
            touch(name);
            _exit(stat(name, &st) == 0 && unlink(name) == 0 && mkdir(name, 0755) == 0 &&
                          rmdir(name) == 0
                      ? 0
                      : 1);
        }
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
}

static volatile sig_atomic_t handled;
static volatile sig_atomic_t handler_failed;

static void in_handler(int sig)
{
    struct stat st;
    (void)sig;
    int error = errno;
    int fd = open("si:g", O_RDONLY);
    if (fd < 0 || fstat(fd, &st) < 0 || stat("li:nk", &st) < 0 || close(fd) < 0)
        handler_failed = errno;
    handled++;
    errno = error;
}

/* A signal handler may call anything that is async-signal-safe, on a small stack, at any moment. */
static void signals(void)
{
    stack_t stack = {.ss_size = 32768, .ss_sp = malloc(32768)};
    struct sigaction sa = {.sa_handler = in_handler, .sa_flags = SA_ONSTACK | SA_RESTART};
    struct stat st;
    touch("si:g");
    CHECK(symlink("si:g", "li:nk") == 0);
    CHECK(sigaltstack(&stack, NULL) == 0 && sigaction(SIGUSR1, &sa, NULL) == 0);
    pid_t self = getpid();
    pid_t child = fork();
    if (child == 0) {
        /* Whoever answers the calls, in the program or beside it, has to get on as well. */
        const struct timespec moment = {.tv_nsec = 20000};
        while (kill(self, SIGUSR1) == 0)
            nanosleep(&moment, NULL);
        _exit(0);
    }
    for (int i = 0; handled < 2000; i++) {
        char name[32];
        snprintf(name, sizeof(name), "x:%d", i % 10);
        touch(name);
        CHECK(stat(name, &st) == 0);
        CHECK(unlink(name) == 0);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    errno = handler_failed;
    CHECK(handler_failed == 0);
}

/* Calls of every kind, by whoever has no more of a stack than a thread may have at least. */
static void *make_calls(void *unused)
{
    char where[64];
    struct stat st;
    (void)unused;
    touch("st:1");
    CHECK(mkdir("st:d", 0755) == 0 && symlink("st:d", "st:l") == 0);
    CHECK(rename("st:1", "st:l/x?") == 0 && stat("st:l/x?", &st) == 0);
    CHECK(stat("/bin/sh", &st) == 0 && access("/bin/sh", X_OK) == 0);
    CHECK(chdir("st:l") == 0 && syscall(SYS_getcwd, where, 1) < 0 && errno == ERANGE);
    int fd = open("x?", O_RDONLY);
    CHECK(fd >= 0 && unlink("x?") == 0 && close(fd) == 0);
    CHECK(chdir("..") == 0 && mkdir("st:e", 0755) == 0 && rename("st:e", "st:f") == 0);
    CHECK(rmdir("st:f") == 0);
    while (rmdir("st:d") < 0) /* what was removed may go a moment after its handle */
        CHECK(errno == ENOTEMPTY);
    CHECK(unlink("st:l") == 0);
    return NULL;
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)path, (void)st, (void)type, (void)at;
    return 0;
}

/* The same, and what is no handler's to call; of a tree in which each directory takes some. */
static void *make_more_calls(void *unused)
{
    glob_t found;
    char deep[64] = "st:t";
    make_calls(unused);
    CHECK(mkdir(deep, 0755) == 0);
    for (int i = 0; i < 16; i++)
        CHECK(mkdir(strcat(deep, "/d"), 0755) == 0);
    CHECK(nftw("st:t", visit, 3, FTW_CHDIR | FTW_DEPTH) == 0);
    CHECK(glob("st:t/*", 0, NULL, &found) == 0 && found.gl_pathc == 1);
    globfree(&found);
    CHECK(mount("none", "st:none", "tmpfs", 0, NULL) < 0);
    return NULL;
}

static void make_calls_in_handler(int sig)
{
    (void)sig;
    make_calls(NULL);
    handled++;
}

/* What is below a stack, which nobody may write. */
#define BELOW 65536

static void small_stacks(void)
{
    const size_t least = 16384; /* PTHREAD_STACK_MIN, of the kernel's smallest pages */
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    char *room = mmap(NULL, BELOW + least, PROT_READ | PROT_WRITE, flags, -1, 0);
    struct sigaction sa = {.sa_handler = make_calls_in_handler, .sa_flags = SA_ONSTACK};
    stack_t stack = {.ss_size = 8192, .ss_sp = room + BELOW}; /* SIGSTKSZ, as it was for long */
    pthread_attr_t attributes;
    pthread_t thread;
    CHECK(room != MAP_FAILED);
    /* Nothing stops who writes below a signal stack. */
    CHECK(sigaltstack(&stack, NULL) == 0 && sigaction(SIGUSR1, &sa, NULL) == 0);
    CHECK(raise(SIGUSR1) == 0 && handled == 1);
    for (size_t i = 0; i < BELOW; i++)
        CHECK(room[i] == 0);
    CHECK(mprotect(room, BELOW, PROT_NONE) == 0);
    CHECK(pthread_attr_init(&attributes) == 0);
    CHECK(pthread_attr_setstack(&attributes, room + BELOW, least) == 0);
    stack.ss_flags = SS_DISABLE;
    CHECK(sigaltstack(&stack, NULL) == 0);
    CHECK(pthread_create(&thread, &attributes, make_more_calls, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

/* errno survives success. */
static void keep_errno(void)
{
    struct stat st;
    char buf[4096];
    int fd;
#define KEEPS(call)           \
    do {                      \
        errno = 4242;         \
        CHECK((call) >= 0);   \
        CHECK(errno == 4242); \
    } while (0)
    KEEPS(fd = open("e:1", O_CREAT | O_RDWR, 0644));
    KEEPS(fstat(fd, &st));
    KEEPS(fchmod(fd, 0444));
    KEEPS(fchmod(fd, 0644));
    KEEPS(ftruncate(fd, 0));
    KEEPS(close(fd));
    KEEPS(stat("e:1", &st));
    KEEPS(lstat("e:1", &st));
    KEEPS(access("e:1", R_OK));
    KEEPS(chmod("e:1", 0600));
    KEEPS(link("e:1", "e2"));
    KEEPS(symlink("e:1", "e3"));
    KEEPS((int)readlink("e3", buf, sizeof(buf)));
    KEEPS(stat("e3", &st));
    KEEPS(rename("e2", "e4"));
    KEEPS(mkdir("e5", 0755));
    KEEPS(chdir("e5"));
    KEEPS(getcwd(buf, sizeof(buf)) == NULL ? -1 : 0);
    KEEPS(chdir(".."));
    KEEPS(rmdir("e5"));
    KEEPS(unlink("e:1"));
    KEEPS(unlink("e3"));
    KEEPS(unlink("e4"));
    KEEPS(realpath(".", buf) == NULL ? -1 : 0);
    KEEPS(stat("/etc/passwd", &st));
    errno = 4242;
    CHECK(unlink("e:1") == -1 && errno == ENOENT);
}

/* What a vfork child opens, closes and changes is its own. */
static void vforked(void)
{
    struct stat st;
    char here[4096];
    char before[4096];
    int status;
    CHECK(mkdir("in:side", 0755) == 0);
    touch("in:side/x:");
    int dir = open("in:side", O_RDONLY | O_DIRECTORY);
    CHECK(dir >= 0 && getcwd(before, sizeof(before)) != NULL);
    for (int i = 0; i < 200; i++) {
        pid_t child = vfork();
        if (child == 0) {
            close(dir);
            int other = open("/", O_RDONLY | O_DIRECTORY); /* at the same number */
            int r = other == dir && chdir("/etc") == 0 && stat("passwd", &st) == 0 &&
                    fstatat(other, "etc", &st, 0) == 0;
            _exit(r ? 0 : 1);
        }
        CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
        CHECK(fstatat(dir, "x:", &st, 0) == 0 && (st.st_mode & 0777) != 0);
        CHECK(stat("in:side/x:", &st) == 0);
        CHECK(getcwd(here, sizeof(here)) != NULL && strcmp(here, before) == 0);
    }
}

/* A program may close every descriptor there is, also behind our back, and reuse the numbers. */
static void close_everything(void)
{
    struct stat st;
    closefrom(3); /* whatever the caller left us */
    CHECK(mkdir("in", 0755) == 0);
    touch("in/a:b");
    int in = open("in", O_RDONLY | O_DIRECTORY);
    CHECK(in >= 0 && fstatat(in, "a:b", &st, 0) == 0);
    CHECK(close_range(3, ~0U, 0) == 0);
    int out = open("/", O_RDONLY | O_DIRECTORY);
    CHECK(out == in);
    CHECK(fstatat(out, "etc", &st, 0) == 0 && fstatat(out, "a:b", &st, 0) < 0);
    CHECK(close(out) == 0);
    in = open("in", O_RDONLY | O_DIRECTORY);
    CHECK(fstatat(in, "a:b", &st, 0) == 0);
    /* fclose and closedir close the descriptor below. */
    CHECK(fclose(fdopen(in, "r")) == 0);
    out = open("/etc", O_RDONLY | O_DIRECTORY);
    CHECK(out == in && fstatat(out, "passwd", &st, 0) == 0);
    CHECK(dup2(open("in", O_RDONLY | O_DIRECTORY), out) == out);
    CHECK(fstatat(out, "a:b", &st, 0) == 0);
    /* Received from another process: a number nobody here opened. */
    closefrom(3);
    CHECK(stat("in/a:b", &st) == 0);
}

static int restrict_to(const int *allowed, size_t count)
{
    struct sock_filter program[64];
    size_t n = 0;
    program[n++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < count; i++)
        program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)allowed[i],
                                                    (unsigned char)(count - i), 0);
    program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog prog = {.len = (unsigned short)n, .filter = program};
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
}

/* A program that allows itself nothing but what it calls must not die of what we add. */
static void seccomp_filter(void)
{
    static const int allowed[] = {
        SYS_openat,     SYS_read,       SYS_write, SYS_close,  SYS_fstat,  SYS_lseek,
        SYS_exit_group, SYS_newfstatat, SYS_brk,   SYS_mmap,   SYS_munmap,
#ifdef SYS_access
        SYS_access,     SYS_unlink,     SYS_mkdir, SYS_rename,
#else /* of a machine that has the calls with a directory alone */
        SYS_faccessat,  SYS_unlinkat,   SYS_mkdirat, SYS_renameat,
#endif
    };
    struct stat st;
    touch("file");
    CHECK(symlink("file", "link") == 0);
    CHECK(restrict_to(allowed, sizeof(allowed) / sizeof(allowed[0])) == 0);
    int fd = open("file", O_RDONLY);
    CHECK(fd >= 0 && fstat(fd, &st) == 0 && close(fd) == 0);
    CHECK(stat("file", &st) == 0 && stat("link", &st) == 0 && access("file", R_OK) == 0);
    CHECK(stat("missing", &st) < 0 && errno == ENOENT);
    CHECK(mkdir("dir", 0755) == 0 && rename("file", "moved") == 0 && unlink("moved") == 0);
    fd = open("new", O_CREAT | O_WRONLY, 0644);
    CHECK(fd >= 0);
}

/* The kernel answers EFAULT for a bad pointer; nobody may read it first. */
static void bad_pointers(void)
{
    char *hole = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct stat st;
    const char *volatile null = NULL;
    CHECK(hole != MAP_FAILED);
    CHECK(open(null, O_RDONLY) < 0 && errno == EFAULT);
    CHECK(stat(null, &st) < 0 && errno == EFAULT);
    CHECK(unlink(null) < 0 && errno == EFAULT);
    CHECK(rename(null, null) < 0 && errno == EFAULT);
    CHECK(open((char *)1, O_RDONLY) < 0 && errno == EFAULT);
    CHECK(stat("/etc", (struct stat *)hole) < 0 && errno == EFAULT);
    CHECK(stat("", &st) < 0 && errno == ENOENT);
    CHECK(open("", O_RDONLY) < 0 && errno == ENOENT);
}

/* Longer than a page: paths, working directories, names. */
static void long_paths(void)
{
    char name[256];
    char path[8192];
    struct stat st;
    memset(name, 'n', 255);
    name[255] = '\0';
    memset(path, 'p', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    CHECK(stat(path, &st) < 0 && errno == ENAMETOOLONG);
    CHECK(open(path, O_CREAT | O_WRONLY, 0644) < 0 && errno == ENAMETOOLONG);
    path[256] = '\0';
    CHECK(mkdir(path, 0755) < 0 && errno == ENAMETOOLONG);
    for (int i = 0; i < 20; i++)
        CHECK(mkdir(name, 0755) == 0 && chdir(name) == 0);
    touch("deep");
    CHECK(stat("deep", &st) == 0 && access("deep", W_OK) == 0);
    CHECK(rename("deep", "deeper") == 0 && unlink("deeper") == 0);
    char *cwd = getcwd(NULL, 0);
    CHECK(cwd != NULL && strlen(cwd) > 5000);
    for (int i = 0; i < 20; i++)
        CHECK(chdir("..") == 0 && rmdir(name) == 0);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } traps[] = {
        {"blocked", blocked},        {"cancel", cancel},          {"fork_threads", fork_threads},
        {"signals", signals},        {"errno", keep_errno},       {"vfork", vforked},
        {"close", close_everything}, {"seccomp", seccomp_filter}, {"pointers", bad_pointers},
        {"long", long_paths},        {"stacks", small_stacks},
    };
    alarm(200);
    for (size_t i = 0; argc == 2 && i < sizeof(traps) / sizeof(traps[0]); i++)
        if (strcmp(argv[1], traps[i].name) == 0) {
            traps[i].run();
            if (write(1, "ok\n", 3) != 3)
                return 1;
            _exit(0);
        }
    fputs("usage: traps NAME\n", stderr);
    return 2;
}
