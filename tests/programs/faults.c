/* SPDX-License-Identifier: MIT */
/*
 * faults raw|syscall|libc: puts every bad value into every pointer of every system call that a
 * supervisor answers, made by the instruction or by syscall(), or of every name that the library
 * exports and that hands its pointers to the kernel, all else being good, and prints what comes of
 * it, a line each: "CALL ARGUMENT VALUE ANSWER". What libc itself dies of natively says "died".
 *
 * faults names: the exported names that are accounted for here.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
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
    {"open_tree_attr-all", SYS_open_tree_attr, "fp.v."},
    {"name_to_handle_at-all", SYS_name_to_handle_at, "fpss."},
    {"open_by_handle_at-all", SYS_open_by_handle_at, "fs."},
    {"file_getattr-all", SYS_file_getattr, "fpb.."},
    {"file_setattr-all", SYS_file_setattr, "fpv.."},
    {"getxattrat-all", SYS_getxattrat, "fp.nb."},
    {"setxattrat-all", SYS_setxattrat, "fp.nv."},
    {"execve-all", SYS_execve, "paa"},
    {"execveat-all", SYS_execveat, "fpaa."},
};

#include "faults.def"

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
    int fd = open("file", O_CREAT | O_EXCL | O_WRONLY, 0755); /* a program, on any file system */
    if (fd >= 0)
        (void)!write(fd, "content", 7);
    close(fd);
    (void)!symlink("file", "link");
    if (access("true", F_OK) != 0)
        (void)!system("cp /bin/true true");
}

/* True for a name of a call that wants a new entry for its argument i. */
static bool makes(const char *name, const char *kinds, unsigned i)
{
    static const char *const makers[] = {"mkdir",  "mknod", "__xmknod", "symlink",
                                         "mkfifo", "link",  "rename"};
    bool last = strchr(kinds + i + 1, 'e') == NULL;
    for (size_t k = 0; k < sizeof(makers) / sizeof(makers[0]); k++)
        if (strncmp(name, makers[k], strlen(makers[k])) == 0)
            return last;
    return false;
}

/* By the name without libc's underscores. */
static bool begins(const struct call *c, const char *with)
{
    return strncmp(c->name + strspn(c->name, "_"), with, strlen(with)) == 0;
}

/* What is after the colon. */
static const char *part_of(const struct call *c)
{
    const char *colon = strchr(c->name, ':');
    return colon == NULL ? "" : colon + 1;
}

static bool is_part(const struct call *c, const char *name)
{
    return strcmp(part_of(c), name) == 0;
}

static long command_of(const struct call *c)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (is_part(c, commands[i].name))
            return commands[i].number;
    return 0;
}

/* A socket with what a call wants: a message that waits, or a client, whose names the kernel makes
 * up. */
static long good_socket(const struct call *c)
{
    int pair[2];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t length = sizeof(address);
    if (begins(c, "send") || begins(c, "recv") || begins(c, "getpeer")) {
        socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
        (void)!bind(pair[1], (struct sockaddr *)&address, sizeof(sa_family_t));
        (void)!send(pair[1], "message", 7, 0);
        return pair[0];
    }
    int one = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (!begins(c, "accept"))
        return one;
    (void)!bind(one, (struct sockaddr *)&address, sizeof(sa_family_t));
    (void)!listen(one, 1);
    (void)!getsockname(one, (struct sockaddr *)&address, &length);
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    (void)!connect(client, (struct sockaddr *)&address, length);
    return one;
}

static long good_descriptor(const struct call *c, const char *name, bool at)
{
    if (begins(c, "bind") || begins(c, "connect") || begins(c, "sendto") || begins(c, "sendmsg") ||
        begins(c, "recv") || begins(c, "getsock") || begins(c, "getpeer") || begins(c, "accept"))
        return good_socket(c);
    if (begins(c, "inotify"))
        return syscall(SYS_inotify_init1, 0);
    if (begins(c, "epoll"))
        return epoll_create1(0);
    if (c->number == 0 && begins(c, "fsconfig"))
        return syscall(SYS_fsopen, "tmpfs", 0);
    return at ? AT_FDCWD : open(name, O_RDONLY);
}

/* A message of one buffer, of which a part may be bad. */
static struct msghdr *message_with(const struct call *c, void *bad)
{
    static char buffer[16];
    static struct iovec parts = {buffer, sizeof(buffer)};
    static struct msghdr message = {.msg_iov = &parts, .msg_iovlen = 1};
    if (is_part(c, "name"))
        message.msg_name = bad, message.msg_namelen = sizeof(struct sockaddr_un);
    else if (is_part(c, "parts"))
        message.msg_iov = bad;
    else if (is_part(c, "buffer"))
        parts.iov_base = bad;
    else if (is_part(c, "control"))
        message.msg_control = bad, message.msg_controllen = 64;
    return &message;
}

/* For poll and select: a file, by the number 0, or a mount table there. */
static void open_zero(const struct call *c)
{
    dup2(open(is_part(c, "table") ? "/proc/self/mounts" : "file", O_RDONLY), 0);
    if (!is_part(c, "table"))
        return;
    close(0);
    (void)!open("/proc/self/mounts", O_RDONLY);
}

/* What is the same for every call; false for another kind. */
static bool always_good(const struct call *c, char kind, long *value)
{
    static char buffer[65536] __attribute__((aligned(16)));
    static struct timespec no_time[1]; /* select writes what is left of it */
    static char word[] = "true";
    static char *list[] = {word, NULL};
    static struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    static socklen_t length = sizeof(address);
    static struct iovec parts = {buffer, 4096};
    static struct pollfd places = {.fd = 0, .events = POLLIN};
    static fd_set sets[3];
    static unsigned set;
    static uint64_t all_mounts[3] = {sizeof(all_mounts), UINT64_MAX, 0};
    const struct {
        char kind;
        long value;
    } values[] = {
        {'n', (long)"user.name"},
        {'s', (long)buffer},
        {'b', (long)buffer},
        {'v', (long)buffer},
        {'o', (long)buffer},
        {'T', (long)no_time},
        {'a', (long)list},
        {'A', (long)list},
        {'V', (long)&address},
        {'q', (long)all_mounts},
        {'l', (long)&length},
        {'t', 0},
        {'g', (long)buffer},
        {'i', (long)&parts},
        {'d', (long)&places},
        {'w', (long)word},
        {'r', (long)"r"},
        {'1', 1},
        {'R', 4096},
        {'x', begins(c, "prctl") ? SECCOMP_MODE_FILTER : WEXITED},
        {'#', command_of(c)},
    };
    if (kind == 'm') {
        *value = (long)message_with(c, NULL);
        return true;
    }
    if (kind == 'k') {
        FD_SET(0, &sets[set % 3]);
        *value = (long)&sets[set++ % 3];
        return true;
    }
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        *value = values[i].value;
        if (values[i].kind == kind)
            return true;
    }
    return false;
}

/* What a call gets where nothing is wrong. */
static long good(const struct call *c, unsigned i)
{
    bool program = begins(c, "exec") || begins(c, "fexec") || begins(c, "posix_spawn");
    bool directory = begins(c, "getdents") || begins(c, "opendir") || begins(c, "chdir") ||
                     begins(c, "fchdir") || begins(c, "rmdir") || begins(c, "scandir");
    const char *name = program ? "true" : directory ? "dir" : "file";
    long value;
    if (always_good(c, c->kinds[i], &value))
        return value;
    switch (c->kinds[i]) {
    case 'f':
        return good_descriptor(c, name, c->kinds[i + 1] == 'p' || c->kinds[i + 1] == 'e');
    case 'W':
        return open("file", O_RDWR);
    case 'S':
        return good_socket(c);
    case 'F':
        return (long)fopen("file", "r");
    case 'e':
        return makes(c->name, c->kinds, i)           ? (long)"new"
               : strstr(c->name, "readlink") != NULL ? (long)"link"
                                                     : (long)name;
    case 'p':
    case 'P':
        return (long)name;
    default:
        if (i > 0 && (c->kinds[i - 1] == 'b' || c->kinds[i - 1] == 'v'))
            return 4096;
        if (i > 0 && c->kinds[i - 1] == 'V')
            return sizeof(struct sockaddr_un);
        return begins(c, "inotify") ? 2 : 0;
    }
}

/* What it gets where something is: the bad value, or what has it inside. */
static long bad(const struct call *c, unsigned i, enum bad which)
{
    static struct iovec parts = {.iov_len = 4096};
    const struct pollfd place = {.fd = 0, .events = POLLIN};
    const bool sets = strchr("dk", c->kinds[i]) != NULL;
    if (which == READ_ONLY && sets) {
        mprotect(read_only, 4096, PROT_READ | PROT_WRITE);
        memset(read_only, 0, 16);
        if (c->kinds[i] == 'd')
            memcpy(read_only, &place, sizeof(place));
        else
            read_only[0] = 1;
        mprotect(read_only, 4096, PROT_READ);
    }
    void *value = bad_value(which);
    if (c->kinds[i] == 'M')
        return (long)message_with(c, value);
    parts.iov_base = value;
    return c->kinds[i] == 'I' ? (long)&parts : (long)value;
}

static bool is_pointer(char kind)
{
    return strchr("f.owArFWST1Rx#", kind) == NULL;
}

typedef long function(long, long, long, long, long, long, long);

/* A name of libc's, or one that only programs of before have. */
static function *find(const struct call *c)
{
    static const char *const bases[] = {"GLIBC_2.2.5", "GLIBC_2.17"};
    char name[64];
    function *found;
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(c->name, ":"), c->name);
    void *symbol = dlsym(RTLD_DEFAULT, name);
    for (size_t i = 0; symbol == NULL && i < sizeof(bases) / sizeof(bases[0]); i++)
        symbol = dlvsym(RTLD_DEFAULT, name, bases[i]);
    memcpy(&found, &symbol, sizeof(found));
    return found;
}

/* What a name of libc's answered: 0, or -errno. */
static long by_name(const struct call *c, const long a[7])
{
    static const char *const pointers[] = {
        "opendir", "fopen", "IO_fopen", "IO_popen", "popen",        "freopen", "setmntent",
        "getcwd",  "getwd", "tempnam",  "realpath", "canonicalize", "mkdtemp"};
    bool of_pointer = false;
    for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
        of_pointer |= begins(c, pointers[i]);
    if (begins(c, "wait") && fork() == 0)
        _exit(0);
    if (strchr(c->kinds, 'd') != NULL || strchr(c->kinds, 'k') != NULL)
        open_zero(c);
    unsetenv("TMPDIR"); /* tempnam looks at its argument after it */
    function *call = find(c);
    errno = 0;
    long r = call(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
    if (begins(c, "posix_spawn"))
        return -r;
    bool failed = of_pointer ? r == 0 : (int)r == -1;
    return failed ? -errno : 0;
}

static bool by_syscall; /* whether system calls are made by libc's syscall() */

/* In a child: makes the call with a bad argument, and says what it answered. */
static void attempt(const struct call *c, unsigned bad_argument, enum bad which)
{
    long a[7] = {0};
    for (unsigned i = 0; c->kinds[i] != '\0'; i++)
        a[i] = i == bad_argument ? bad(c, i, which) : good(c, i);
    fflush(stdout);
    close(2); /* what has become of a bad command is not asked */
    long r;
    if (c->number == 0)
        r = by_name(c, a);
    else if (!by_syscall)
        r = sys_call6(c->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    else if ((r = syscall(c->number, a[0], a[1], a[2], a[3], a[4], a[5])) == -1)
        r = -errno;
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

/* False for a name of a libc that is newer than this one. */
static bool has(const struct call *c)
{
    return c->number != 0 || find(c) != NULL;
}

static void run_all(const struct call *calls, size_t count)
{
    for (size_t k = 0; k < count; k++)
        for (unsigned i = 0; has(&calls[k]) && calls[k].kinds[i] != '\0'; i++)
            for (size_t which = 0; which < BAD_COUNT; which++)
                if (is_pointer(calls[k].kinds[i]))
                    run(&calls[k], i, (enum bad)which);
}

/* Names to lines, each up to its colon. */
static void print_names(const char *list)
{
    for (; *list != '\0'; list += strcspn(list, " "), list += *list == ' ')
        printf("%.*s\n", (int)strcspn(list, " :"), list);
}

static int list_names(void)
{
    print_names("syscall");
    print_names(no_pointer);
    print_names(libcs_own);
    for (size_t i = 0; i < sizeof(by_libc) / sizeof(by_libc[0]); i++)
        print_names(by_libc[i].name);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "raw";
    if (strcmp(what, "names") == 0)
        return list_names();
    map_pages();
    prepare();
    by_syscall = strcmp(what, "syscall") == 0;
    if (strcmp(what, "libc") == 0) {
        run_all(by_libc, sizeof(by_libc) / sizeof(by_libc[0]));
        return 0;
    }
    run_all(raw, sizeof(raw) / sizeof(raw[0]));
    run_all(more, sizeof(more) / sizeof(more[0]));
    return 0;
}
