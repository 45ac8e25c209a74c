/* SPDX-License-Identifier: MIT */
#include "cli/foreignroot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/elf.h"
#include "sys/sys.h"

#define LIBRARIES_MAX 8192

/* Written by foreignroot_take alone; the program has one thread. */
static struct {
    char directory[PATH_MAX];
    char policy[PATH_MAX];
    char libraries[LIBRARIES_MAX];
} taken;

const char *foreignroot(void)
{
    return taken.directory[0] == '\0' ? NULL : taken.directory;
}

/* Opens a path as the root has it, its absolute links too. A descriptor or -errno. */
static int open_in(int root, const char *path, uint64_t flags)
{
    struct sys_open_how how = {.flags = flags | O_CLOEXEC, .resolve = SYS_RESOLVE_IN_ROOT};
    return sys_openat2(root, path, &how);
}

/* The kernel's name of a descriptor. Its length, or -1. */
static ssize_t name_of(int fd, char name[PATH_MAX])
{
    char link[64];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = fd < 0 ? -1 : readlink(link, name, PATH_MAX - 1);
    if (n >= 0)
        name[n] = '\0';
    return n;
}

/* Adds a directory by its name on the disk (n bytes), once. */
static void add_name(const char *name, size_t n)
{
    size_t at = strlen(taken.libraries);
    if (n == 0 || memchr(name, ':', n) != NULL || at + n + 2 > LIBRARIES_MAX)
        return;
    for (const char *p = taken.libraries; *p != '\0'; p += strcspn(p, ":"), p += *p == ':')
        if (strncmp(p, name, n) == 0 && (p[n] == ':' || p[n] == '\0'))
            return;
    snprintf(taken.libraries + at, LIBRARIES_MAX - at, "%s%.*s", at > 0 ? ":" : "", (int)n, name);
}

/* Adds a directory of the root's by its own name, if it is there. */
static void add_directory(int root, const char *path)
{
    char name[PATH_MAX];
    int fd = open_in(root, path, O_PATH | O_DIRECTORY);
    ssize_t n = name_of(fd, name);
    if (n > 0)
        add_name(name, (size_t)n);
    if (fd >= 0)
        close(fd);
}

/*
 * Adds the directory that the root's ld.so is in: Debian's is built to look there, as in
 * /lib/x86_64-linux-gnu, whatever files for ldconfig say.
 */
static void add_own(int loader)
{
    char name[PATH_MAX];
    const char *slash = name_of(loader, name) > 0 ? strrchr(name, '/') : NULL;
    if (slash != NULL)
        add_name(name, (size_t)(slash - name));
}

/* Directories that a file for ldconfig names. */
static void add_listed(int root, const char *path)
{
    char line[PATH_MAX];
    int fd = open_in(root, path, O_RDONLY | O_NONBLOCK);
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");
    while (stream != NULL && fgets(line, sizeof(line), stream) != NULL) {
        line[strcspn(line, " \t\r\n#")] = '\0';
        if (line[0] == '/')
            add_directory(root, line);
    }
    if (stream != NULL)
        fclose(stream);
}

static int is_conf(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > 5 && strcmp(entry->d_name + n - 5, ".conf") == 0;
}

/* Where the root's ld.so is to look: what its ldconfig would, in that order, and what it is built
 * to. */
static void find_libraries(int root, int loader)
{
    static const char *const others[] = {"/lib64", "/usr/lib64", "/lib", "/usr/lib"};
    static const char directory[] = "/etc/ld.so.conf.d";
    struct dirent **list = NULL;
    char path[PATH_MAX * 2];
    snprintf(path, sizeof(path), "%s%s", taken.directory, directory);
    int count = scandir(path, &list, is_conf, alphasort);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "%s/%s", directory, list[i]->d_name);
        add_listed(root, path);
        free(list[i]);
    }
    free(list);
    add_listed(root, "/etc/ld.so.conf");
    add_own(loader);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        add_directory(root, others[i]);
}

/* True where a file has a word in it. */
static bool has_word(int fd, const char *word)
{
    struct stat st;
    void *text = fstat(fd, &st) < 0 || st.st_size == 0
                     ? MAP_FAILED
                     : mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (text == MAP_FAILED)
        return false;
    bool has = memmem(text, (size_t)st.st_size, word, strlen(word)) != NULL;
    munmap(text, (size_t)st.st_size);
    return has;
}

/*
 * Whether programs of the root can be run: by its ld.so, which has to take the name that a program
 * is called by (glibc 2.33, musl 1.1.11). What /bin/sh is like, the others are. *own becomes a
 * descriptor of that ld.so, or negative.
 */
static bool can_run(int root, const char *directory, int *own)
{
    struct elf_facts facts;
    int shell = open_in(root, "/bin/sh", O_RDONLY | O_NONBLOCK);
    int r = shell < 0 ? shell : elf_read(shell, &facts);
    int loader =
        r < 0 || facts.loader[0] == '\0' ? -1 : open_in(root, facts.loader, O_RDONLY | O_NONBLOCK);
    *own = loader;
    bool runs = r == 0 && (facts.loader[0] == '\0' || (loader >= 0 && has_word(loader, "--argv0")));
    if (r < 0)
        cli_error("--root %s: /bin/sh in it: %s", directory, strerror(-r));
    else if (facts.loader[0] != '\0' && loader < 0)
        cli_error("--root %s: %s in it: %s", directory, facts.loader, strerror(-loader));
    else if (!runs)
        cli_error("--root %s: its ld.so has no option --argv0 (glibc 2.33), without which its "
                  "programs cannot be run where the root is translated",
                  directory);
    if (shell >= 0)
        close(shell);
    return runs;
}

bool foreignroot_take(const char *directory, const char *policy)
{
    if (strchr(directory, ':') != NULL) {
        cli_error("--root %s: a colon in its name, which divides paths for ld.so", directory);
        return false;
    }
    int root = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0 || fchdir(root) < 0) {
        cli_error("--root %s: %s", directory, strerror(errno));
        return false;
    }
    int loader;
    bool runs = can_run(root, directory, &loader);
    snprintf(taken.directory, sizeof(taken.directory), "%s", directory);
    snprintf(taken.policy, sizeof(taken.policy), "%s", policy);
    find_libraries(root, loader);
    if (loader >= 0)
        close(loader);
    close(root);
    return runs && setenv("PWD", "/", 1) == 0;
}

const struct passwd *foreignroot_user(const char *name)
{
    char path[PATH_MAX + 16];
    struct passwd *user = NULL;
    if (foreignroot() == NULL)
        return getpwnam(name);
    snprintf(path, sizeof(path), "%s/etc/passwd", taken.directory);
    const char *why;
    int fd = cli_open_plain(path, &why);
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");
    do
        user = stream == NULL ? NULL : fgetpwent(stream);
    while (user != NULL && strcmp(user->pw_name, name) != 0);
    if (stream != NULL)
        fclose(stream);
    return user;
}

/* A mount on its way: of the host's, where that is a directory, or the root. */
static void put(struct lx_effective_mount *list, size_t *n, enum lx_mount_type type,
                const char *target, const char *backing)
{
    struct stat st;
    if (type == LX_MOUNT_HOST && (stat(backing, &st) < 0 || !S_ISDIR(st.st_mode)))
        return;
    list[(*n)++] = (struct lx_effective_mount){
        .type = type,
        .source = type == LX_MOUNT_HOST ? "none" : "rootfs",
        .target = target,
        .backing = backing,
        .libraries = type == LX_MOUNT_HOST ? NULL : taken.libraries,
        .options = {.case_option = LX_SENSITIVE, .noatime = true},
    };
}

bool foreignroot_mount(struct lx_effective *policy, enum lx_mount_type type)
{
    static const char *const hosts[] = {"/proc", "/sys", "/dev"};
    char library[PATH_MAX * 2];
    const char *brought[] = {NULL, taken.policy};
    size_t n = 0;
    struct lx_effective_mount *list = lx_arena_alloc(
        &policy->arena, (policy->mount_count + 8) * sizeof(struct lx_effective_mount));
    if (policy->mount_count + 8 > LX_MOUNT_MAX || !cli_library(library, sizeof(library)))
        return false;
    *strrchr(library, '/') = '\0';
    brought[0] = lx_arena_string(&policy->arena, library, strlen(library));
    put(list, &n, type, "", taken.directory);
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
        put(list, &n, LX_MOUNT_HOST, hosts[i], hosts[i]);
    for (size_t i = 0; i < 2; i++) /* "/" is a directory that nothing is brought from */
        if (strlen(brought[i]) > 1)
            put(list, &n, LX_MOUNT_HOST, brought[i], brought[i]);
    for (size_t i = 0; i < policy->mount_count; i++)
        list[n++] = policy->mounts[i];
    policy->mounts = list;
    policy->mount_count = n;
    return true;
}
