/* SPDX-License-Identifier: MIT */
/*
 * faults raw|libc: puts every bad value into every pointer of every system call that a supervisor
 * answers, or of every name of libc that is one call, all else being good, and prints what comes of
 * it, a line each: "CALL ARGUMENT VALUE ANSWER". What libc itself dies of natively says "died".
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

#include "sys/arch.h"
#include "sys/numbers.h"

/* A call: its name, number, and what its arguments are, as in shim/supervisor/calls.def. */
struct call {
    const char *name;
    long number;
    const char *kinds;
};

#define CALL(name, kinds, size)     {#name, SYS_##name, kinds},
#define CALL_SIX(name, kinds, size) CALL(name, kinds, size)
static const struct call raw[] = {
#include "supervisor/calls.def"
};
#undef CALL
#undef CALL_SIX

/*
 * The same letters for calls of which the supervisor takes some pointers for numbers, since it
 * reads what is there itself, or nobody does; a: a list of strings, q: what is asked about all
 * mounts.
 */
static const struct call more[] = {
    {"mount-all", SYS_mount, "ppn.n"},
    {"statmount-all", SYS_statmount, "qb.."},
    {"listmount-all", SYS_listmount, "qb.."},
    {"mount_setattr-all", SYS_mount_setattr, "fp.v."},
    {"name_to_handle_at-all", SYS_name_to_handle_at, "fpss."},
    {"open_by_handle_at-all", SYS_open_by_handle_at, "fs."},
    {"file_getattr-all", SYS_file_getattr, "fpb.."},
    {"file_setattr-all", SYS_file_setattr, "fpv.."},
    {"getxattrat-all", SYS_getxattrat, "fp.nb."},
    {"setxattrat-all", SYS_setxattrat, "fp.nv."},
    {"execve-all", SYS_execve, "paa"},
    {"execveat-all", SYS_execveat, "fpaa."},
};

/* And for libc's names; m: a message, l: a length by address. */
static const struct call by_libc[] = {
    {"open", 0, "p.."},
    {"open64", 0, "p.."},
    {"openat", 0, "fp.."},
    {"creat", 0, "p."},
    {"stat", 0, "ps"},
    {"lstat", 0, "es"},
    {"fstat", 0, "fs"},
    {"fstatat", 0, "fps."},
    {"statx", 0, "fp..s"},
    {"access", 0, "p."},
    {"faccessat", 0, "fp.."},
    {"euidaccess", 0, "p."},
    {"readlink", 0, "eb."},
    {"readlinkat", 0, "feb."},
    {"unlink", 0, "e"},
    {"unlinkat", 0, "fe."},
    {"rmdir", 0, "e"},
    {"remove", 0, "e"},
    {"rename", 0, "ee"},
    {"renameat", 0, "fefe"},
    {"renameat2", 0, "fefe."},
    {"link", 0, "ee"},
    {"linkat", 0, "fefe."},
    {"symlink", 0, "ne"},
    {"symlinkat", 0, "nfe"},
    {"mkdir", 0, "e."},
    {"mkdirat", 0, "fe."},
    {"mknod", 0, "e.."},
    {"mknodat", 0, "fe.."},
    {"mkfifo", 0, "e."},
    {"chmod", 0, "p."},
    {"fchmodat", 0, "fp.."},
    {"lchmod", 0, "e."},
    {"chown", 0, "p.."},
    {"lchown", 0, "e.."},
    {"fchownat", 0, "fp..."},
    {"utimensat", 0, "fpt."},
    {"futimens", 0, "ft"},
    {"truncate", 0, "p."},
    {"getxattr", 0, "pnb."},
    {"lgetxattr", 0, "pnb."},
    {"fgetxattr", 0, "fnb."},
    {"setxattr", 0, "pnv.."},
    {"lsetxattr", 0, "pnv.."},
    {"fsetxattr", 0, "fnv.."},
    {"listxattr", 0, "pb."},
    {"llistxattr", 0, "pb."},
    {"flistxattr", 0, "fb."},
    {"removexattr", 0, "pn"},
    {"fremovexattr", 0, "fn"},
    {"statfs", 0, "ps"},
    {"fstatfs", 0, "fs"},
    {"statvfs", 0, "p."},
    {"getcwd", 0, "b."},
    {"chdir", 0, "p"},
    {"chroot", 0, "p"},
    {"execve", 0, "paa"},
    {"execv", 0, "pa"},
    {"execveat", 0, "fpaa."},
    {"fexecve", 0, "faa"},
    {"opendir", 0, "p"},
    {"inotify_add_watch", 0, "fp."},
    {"getdents64", 0, "fb."},
    {"bind", 0, "fV."},
    {"connect", 0, "fV."},
    {"sendmsg", 0, "fm."},
    {"recvmsg", 0, "fm."},
    {"getsockname", 0, "fVl"},
    {"getpeername", 0, "fVl"},
    {"accept", 0, "fVl"},
    {"pathconf", 0, "p."},
    {"fopen", 0, "p."},
    {"name_to_handle_at", 0, "fp..."},
    {"accept4", 0, "fVl."},
    {"creat64", 0, "p."},
    {"openat64", 0, "fp.."},
    {"eaccess", 0, "p."},
    {"fstat64", 0, "fs"},
    {"lstat64", 0, "es"},
    {"stat64", 0, "ps"},
    {"fstatat64", 0, "fps."},
    {"statfs64", 0, "ps"},
    {"fstatfs64", 0, "fs"},
    {"utime", 0, "pt"},
    {"utimes", 0, "pt"},
    {"lutimes", 0, "et"},
    {"futimes", 0, "ft"},
    {"futimesat", 0, "fpt"},
    {"truncate64", 0, "p."},
    {"mkfifoat", 0, "fe."},
    {"lremovexattr", 0, "en"},
    {"mount", 0, "ppn.n"},
    {"umount", 0, "p"},
    {"umount2", 0, "p."},
    {"open_tree", 0, "fp."},
    {"move_mount", 0, "fpfp."},
    {"fspick", 0, "fp."},
    {"fsopen", 0, "n."},
    {"mount_setattr", 0, "fp.v."},
    {"read", 0, "fb."},
    {"pread", 0, "fb.."},
    {"uname", 0, "s"},
    {"sysinfo", 0, "s"},
    {"sendto", 0, "fv..V."},
    {"recvfrom", 0, "fb..Vl"},
    {"copy_file_range", 0, "ftft.."},
};

/* Values that are no addresses to read from or to write to. */
enum bad {
    NULL_POINTER,
    NEARLY_NULL,
    UNMAPPED,
    FORBIDDEN,
    KERNEL,
    LAST_BYTE,
    AT_THE_EDGE,
    READ_ONLY
};
static const char *const words[] = {"null",   "near-null", "unmapped", "forbidden",
                                    "kernel", "last-byte", "edge",     "read-only"};
#define BAD_COUNT (sizeof(words) / sizeof(words[0]))

static char *page;      /* one that can be used, */
static char *forbidden; /* and the next, which cannot */
static char *unmapped;
static char *read_only;

static void *bad_value(enum bad which)
{
    switch (which) {
    case NULL_POINTER:
        return NULL;
    case NEARLY_NULL:
        return (void *)(uintptr_t)8;
    case UNMAPPED:
        return unmapped;
    case FORBIDDEN:
        return forbidden;
    case KERNEL:
        return (void *)(uintptr_t)0xffff888000000000;
    case LAST_BYTE:
        return (void *)UINTPTR_MAX;
    case AT_THE_EDGE: /* what begins there goes on where it cannot be read */
        memset(forbidden - 3, 'x', 3);
        return forbidden - 3;
    default:
        return read_only;
    }
}

static void map_pages(void)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    page = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, flags, -1, 0);
    forbidden = page + 4096;
    unmapped = page + 2 * 4096;
    read_only = mmap(NULL, 4096, PROT_READ | PROT_WRITE, flags, -1, 0);
    memcpy(read_only, "file", 5);
    mprotect(forbidden, 4096, PROT_NONE);
    munmap(unmapped, 4096);
    mprotect(read_only, 4096, PROT_READ);
}

/* What calls are made on; what the one before has taken away is there again. */
static void prepare(void)
{
    mkdir("dir", 0755);
    close(open("file", O_CREAT | O_WRONLY, 0755)); /* a program to nobody, on any file system */
    (void)!symlink("file", "link");
    if (access("true", F_OK) != 0)
        (void)!system("cp /bin/true true");
}

/* True for a name of a call that wants a new entry for its argument i. */
static bool makes(const char *name, const char *kinds, unsigned i)
{
    static const char *const makers[] = {"mkdir", "mknod", "symlink", "mkfifo", "link", "rename"};
    bool last = strchr(kinds + i + 1, 'e') == NULL;
    for (size_t k = 0; k < sizeof(makers) / sizeof(makers[0]); k++)
        if (strncmp(name, makers[k], strlen(makers[k])) == 0)
            return last;
    return false;
}

static bool begins(const struct call *c, const char *with)
{
    return strncmp(c->name, with, strlen(with)) == 0;
}

/* What a call gets where nothing is wrong. */
static long good(const struct call *c, unsigned i)
{
    static char buffer[65536] __attribute__((aligned(16)));
    static char word[] = "true";
    static char *list[] = {word, NULL};
    static struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    static socklen_t length = sizeof(address);
    static struct msghdr message;
    static uint64_t all_mounts[3] = {sizeof(all_mounts), UINT64_MAX, 0};
    bool program = begins(c, "exec") || begins(c, "fexec");
    bool directory = begins(c, "getdents") || begins(c, "opendir") || begins(c, "chdir") ||
                     begins(c, "fchdir") || begins(c, "rmdir");
    bool at = c->kinds[i + 1] == 'p' || c->kinds[i + 1] == 'e';
    switch (c->kinds[i]) {
    case 'f':
        if (begins(c, "bind") || begins(c, "connect") || begins(c, "send") || begins(c, "recv") ||
            begins(c, "getsock") || begins(c, "getpeer") || begins(c, "accept"))
            return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (begins(c, "inotify"))
            return syscall(SYS_inotify_init1, 0);
        return at ? AT_FDCWD : open(program ? "true" : directory ? "dir" : "file", O_RDONLY);
    case 'e':
        return makes(c->name, c->kinds, i) ? (long)"new"
               : begins(c, "readlink")     ? (long)"link"
               : directory                 ? (long)"dir"
                                           : (long)"file";
    case 'p':
    case 'P':
        return (long)(program ? "true" : directory ? "dir" : "file");
    case 'n':
        return (long)"user.name";
    case 's':
    case 'b':
    case 'v':
        return (long)buffer;
    case 'a':
        return (long)list;
    case 'V':
        return (long)&address;
    case 'q':
        return (long)all_mounts;
    case 'm':
        return (long)&message;
    case 'l':
        return (long)&length;
    case 't':
        return 0;
    default:
        if (i > 0 && (c->kinds[i - 1] == 'b' || c->kinds[i - 1] == 'v'))
            return 4096;
        if (i > 0 && c->kinds[i - 1] == 'V')
            return sizeof(address);
        if (begins(c, "statvfs") || begins(c, "fopen"))
            return (long)(begins(c, "fopen") ? "r" : buffer);
        return begins(c, "inotify") ? 2 : 0;
    }
}

static bool is_pointer(char kind)
{
    return kind != 'f' && kind != '.';
}

/* In a child: makes the call with a bad argument, and says what it answered. */
static void attempt(const struct call *c, unsigned bad_argument, enum bad which)
{
    long a[6] = {0};
    for (unsigned i = 0; c->kinds[i] != '\0'; i++)
        a[i] = i == bad_argument ? (long)bad_value(which) : good(c, i);
    fflush(stdout);
    long r;
    if (c->number != 0) {
        r = sys_call6(c->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    } else {
        void *symbol = dlsym(RTLD_DEFAULT, c->name);
        long (*call)(long, long, long, long, long, long);
        memcpy(&call, &symbol, sizeof(call));
        bool of_pointer = begins(c, "opendir") || begins(c, "fopen") || begins(c, "getcwd");
        errno = 0;
        r = call(a[0], a[1], a[2], a[3], a[4], a[5]);
        bool failed = of_pointer ? r == 0 : (int)r == -1;
        r = failed ? -errno : 0;
    }
    if (r < 0)
        printf("%s\n", strerrorname_np((int)-r));
    else
        puts("ok");
    fflush(stdout);
    _exit(1);
}

static void run(const struct call *c, unsigned i, enum bad which)
{
    int status = 0;
    printf("%s %u %s ", c->name, i, words[which]);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        alarm(100); /* for what hangs, not for a slow machine */
        attempt(c, i, which);
    }
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        puts("died");
    else if (WEXITSTATUS(status) == 0)
        puts("became true");
    /* What the call did not fail at is there again for the next one. */
    unlink("file"); /* whose mode the call may have changed behind a drive's back */
    unlink("new");
    rmdir("new");
    unlink("socket");
    prepare();
}

static void run_all(const struct call *calls, size_t count)
{
    for (size_t k = 0; k < count; k++)
        for (unsigned i = 0; calls[k].kinds[i] != '\0'; i++)
            for (size_t which = 0; which < BAD_COUNT; which++)
                if (is_pointer(calls[k].kinds[i]))
                    run(&calls[k], i, (enum bad)which);
}

int main(int argc, char **argv)
{
    bool libc = argc == 2 && strcmp(argv[1], "libc") == 0;
    map_pages();
    prepare();
    if (libc) {
        run_all(by_libc, sizeof(by_libc) / sizeof(by_libc[0]));
        return 0;
    }
    run_all(raw, sizeof(raw) / sizeof(raw[0]));
    run_all(more, sizeof(more) / sizeof(more[0]));
    return 0;
}
