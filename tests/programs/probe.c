/* SPDX-License-Identifier: MIT */
/*
 * probe DIR [NAME...]: runs every check, or those named, and prints a line for each: NAME ok, NAME
 * ERRNO, NAME wrong: what was seen, or NAME absent: why. probe --list prints the names.
 */
#include "probe.h"

#include <dlfcn.h>
#include <ftw.h>
#include <signal.h>
#include <sys/mman.h>

#define CHILD_LIMIT 100 /* seconds until a check that hangs is killed and reported */

/* What a check's process tells the one that prints; shared with its children. */
struct report {
    int result;
    int noted;
    char outside[PATH_MAX];
    char text[400];
};

static struct report unshared; /* of a child that exec made */
static struct report *report = &unshared;
static const struct check *current;
static char top_path[PATH_MAX];
static char base_path[PATH_MAX];
static char self_path[PATH_MAX];

static const struct check *const tables[] = {
    probe_files,     probe_attributes,  probe_entries, probe_trees,
    probe_processes, probe_descriptors, probe_sockets, probe_views,
    probe_errors,    probe_syscalls,    probe_waits,
};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

int wrong(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(report->text, sizeof(report->text), format, args);
    va_end(args);
    return WRONG;
}

int absent(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(report->text, sizeof(report->text), format, args);
    va_end(args);
    return ABSENT;
}

static _Noreturn void end_check(int result)
{
    report->result = result;
    _exit(0);
}

any_fn *symbol_under_test(void)
{
    if (strncmp(current->name, "syscall:", 8) == 0) {
        any_fn *call = by_number(current->name + 8);
        if (call == NULL)
            end_check(absent("not on this architecture"));
        return call;
    }
    void *found = dlsym(RTLD_DEFAULT, current->name);
    if (found == NULL)
        end_check(absent("not in this libc"));
    return (any_fn *)found;
}

const char *top(void)
{
    return top_path;
}

const char *base(void)
{
    return base_path;
}

const char *self(void)
{
    return self_path;
}

const char *check_name(void)
{
    return current->name;
}

/* dir/name in one of a few buffers, so that a call can have two of them. */
static const char *join(const char *dir, const char *name)
{
    static char paths[16][PATH_MAX];
    static unsigned turn;
    char *path = paths[turn++ % 16];
    if (snprintf(path, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX)
        end_check(wrong("before: DIR is too long"));
    return path;
}

const char *in(const char *name)
{
    return join(base_path, name);
}

const char *outside(void)
{
    if (report->outside[0] == '\0') {
        const char *tmp = getenv("TMPDIR");
        char path[PATH_MAX];
        snprintf(path, sizeof(path), "%s/probe.XXXXXX", tmp == NULL ? "/tmp" : tmp);
        if (mkdtemp(path) == NULL)
            end_check(wrong("before: mkdtemp: %s", strerrorname_np(errno)));
        memcpy(report->outside, path, sizeof(path));
        if (make_file(in_outside("o:ut")) != OK || make_file(in_outside("plain")) != OK)
            end_check(WRONG);
        chmod(in_outside("plain"), 0640);
    }
    return report->outside;
}

const char *in_outside(const char *name)
{
    return join(outside(), name);
}

int base_fd(void)
{
    int fd = open(base_path, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        end_check(wrong("before: open of a directory: %s", strerrorname_np(errno)));
    return fd;
}

int reads(int fd)
{
    char text[32];
    if (fd < 0)
        return errno;
    ssize_t n = read(fd, text, sizeof(text));
    close(fd);
    return n == 6 && memcmp(text, "hello\n", 6) == 0 ? OK : wrong("%zd bytes of another file", n);
}

int is_file(const struct stat *st)
{
    if (!S_ISREG(st->st_mode) || st->st_size != 6)
        return wrong("mode %o, size %ld", st->st_mode, (long)st->st_size);
    return OK;
}

int exists(const char *name)
{
    struct stat st;
    if (lstat(in(name), &st) < 0)
        return wrong("%s is not there: %s", name, strerrorname_np(errno));
    return OK;
}

int gone(const char *name)
{
    struct stat st;
    if (lstat(in(name), &st) == 0)
        return wrong("%s is still there", name);
    return errno == ENOENT ? OK : wrong("%s is not gone: %s", name, strerrorname_np(errno));
}

int same_text(const char *seen, const char *expected)
{
    if (seen == NULL)
        return errno;
    return strcmp(seen, expected) == 0 ? OK : wrong("'%s' for '%s'", seen, expected);
}

int make_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
    NEED(fd);
    ssize_t n = write(fd, "hello\n", 6);
    close(fd);
    return n == 6 ? OK : wrong("before: write: %s", strerrorname_np(errno));
}

int copy_file(const char *from, const char *to, mode_t mode)
{
    char block[65536];
    ssize_t n;
    int source = open(from, O_RDONLY);
    NEED(source);
    int target = open(to, O_WRONLY | O_CREAT | O_EXCL, mode);
    NEED(target);
    while ((n = read(source, block, sizeof(block))) > 0)
        if (write(target, block, (size_t)n) != n)
            return wrong("before: write: %s", strerrorname_np(errno));
    NEED(n);
    close(source);
    close(target);
    return OK;
}

int copy_self(const char *name)
{
    return copy_file(self_path, in(name), 0755);
}

void note(int result)
{
    report->noted = result;
}

int child_result(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return wrong("waitpid: %s", strerrorname_np(errno));
    if (report->noted != OK)
        return report->noted;
    if (WIFSIGNALED(status))
        return wrong("the child was killed by signal %d", WTERMSIG(status));
    return WEXITSTATUS(status) == 0 ? OK : wrong("the child ended with %d", WEXITSTATUS(status));
}

int in_child(int (*fn)(void))
{
    pid_t pid = fork();
    NEED(pid);
    if (pid == 0) {
        note(fn());
        _exit(0);
    }
    return child_result(pid);
}

static int make_tree(void)
{
    if (snprintf(base_path, sizeof(base_path), "%s/t:%s", top_path, current->name) >= PATH_MAX)
        return wrong("before: DIR is too long");
    NEED(mkdir(base_path, 0755));
    SEE(make_file(in("f:ile")));
    NEED(mkdir(in("d:ir"), 0755));
    SEE(make_file(in("d:ir/in:ner")));
    NEED(symlink("f:ile", in("l:ink")));
    NEED(symlink("d:ir", in("dl:ink")));
    return OK;
}

static void print(void)
{
    switch (report->result) {
    case OK:
        printf("%s ok\n", current->name);
        break;
    case WRONG:
        printf("%s wrong: %s\n", current->name, report->text);
        break;
    case ABSENT:
        printf("%s absent: %s\n", current->name, report->text);
        break;
    default:
        printf("%s %s\n", current->name, strerrorname_np(report->result));
    }
    fflush(stdout);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void run(const struct check *check)
{
    int status;
    current = check;
    memset(report, 0, sizeof(*report));
    report->result = wrong("it ended without a word");
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGPIPE, SIG_IGN);
        alarm(CHILD_LIMIT);
        umask(022);
        int result = make_tree();
        end_check(result == OK ? check->run() : result);
    }
    if (pid < 0)
        report->result = wrong("before: fork: %s", strerrorname_np(errno));
    else if (waitpid(pid, &status, 0) == pid && WIFSIGNALED(status))
        report->result = wrong("killed by signal %d", WTERMSIG(status));
    print();
    if (report->outside[0] != '\0')
        nftw(report->outside, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int find_self(void)
{
    ssize_t n = readlink("/proc/self/exe", self_path, sizeof(self_path) - 1);
    return n < 0 ? -1 : 0;
}

static void list(void)
{
    for (size_t i = 0; i < TABLES; i++)
        for (const struct check *c = tables[i]; c->name != NULL; c++)
            puts(c->name);
}

static bool wanted(const char *name, int count, char **names)
{
    bool any = count == 0;
    for (int i = 0; i < count; i++)
        any |= strcmp(names[i], name) == 0;
    return any;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--child") == 0)
        return run_as_child(argc - 2, argv + 2);
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        list();
        return 0;
    }
    if (argc < 2 || argv[1][0] != '/' || strlen(argv[1]) >= sizeof(top_path)) {
        fputs("usage: probe --list | probe /DIR [NAME...]\n", stderr);
        return 2;
    }
    memcpy(top_path, argv[1], strlen(argv[1]) + 1);
    report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (report == MAP_FAILED || find_self() < 0) {
        perror("probe");
        return 2;
    }
    for (size_t i = 0; i < TABLES; i++)
        for (const struct check *c = tables[i]; c->name != NULL; c++)
            if (wanted(c->name, argc - 2, argv + 2))
                run(c);
    return 0;
}
