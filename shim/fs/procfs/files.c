/* SPDX-License-Identifier: MIT */
#include "fs/procfs/files.h"

#include <limits.h>
#include <stdatomic.h>
#include <string.h>

#define NEVER UINT_MAX
/* 0; refused by the compiler for a text that would have no end in its room. */
#define FITS(text, field) \
    (0 * sizeof(char[sizeof(text) <= sizeof(((struct file *)0)->field) ? 1 : -1]))
#define NAME(directory_, name_) \
    directory_, name_, sizeof(name_) - 1 + FITS(directory_, directory) + FITS(name_, name)

static const struct file files[] = {
#define FILE(directory, name, rule, when, write) \
    {NAME(directory, name), LX_RULE_IDENTITY_##rule, FILE_##when, FILE_PLAIN, 0, {0}},
#define PLACE(directory, name, rule, kind) \
    {NAME(directory, name), LX_RULE_IDENTITY_##rule, FILE_MISSING, FILE_##kind, 0, {0}},
#define LACKS(directory, name, since) SINCE(directory, name, PROC, since)
#define ABSENT(directory, name, rule) SINCE(directory, name, rule, NEVER)
#define SINCE(directory, name, rule, since) \
    {NAME(directory, name), LX_RULE_IDENTITY_##rule, FILE_HIDDEN, FILE_PLAIN, since, {0}},
#define NODE(directory, name, eras, count, major, minor, mode, gid, error) \
    {NAME(directory, name),                                                \
     LX_RULE_IDENTITY_DEVICES,                                             \
     FILE_MISSING,                                                         \
     FILE_DEVICE,                                                          \
     0,                                                                    \
     {eras, count, major, minor, mode, gid, error}},
#include "fs/procfs/every.def"
};

/* Apart, as a pointer has ld.so write the page that it is in when a process starts. */
static page_write *const writers[sizeof(files) / sizeof(files[0])] = {
#define FILE(directory, name, rule, when, write)                           write,
#define PLACE(directory, name, rule, kind)                                 NULL,
#define LACKS(directory, name, since)                                      NULL,
#define ABSENT(directory, name, rule)                                      NULL,
#define SINCE(directory, name, rule, since)                                NULL,
#define NODE(directory, name, eras, count, major, minor, mode, gid, error) NULL,
#include "fs/procfs/every.def"
};

page_write *file_writer(const struct file *file)
{
    return writers[file - files];
}

#define FILES (sizeof(files) / sizeof(files[0]))

/* Apart as well, the first letter of each name: together they are a few lines of the cache. */
static const char firsts[FILES] = {
#define FILE(directory, name, rule, when, write)                           name[0],
#define PLACE(directory, name, rule, kind)                                 name[0],
#define LACKS(directory, name, since)                                      name[0],
#define ABSENT(directory, name, rule)                                      name[0],
#define SINCE(directory, name, rule, since)                                name[0],
#define NODE(directory, name, eras, count, major, minor, mode, gid, error) name[0],
#include "fs/procfs/every.def"
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* True for a name (n bytes), a star in the file's own being a number, a question mark a letter. */
static bool is_name(const struct file *file, const char *name, size_t n)
{
    const char *pattern = file->name;
    const char *end = name + n;
    for (; *pattern != '\0'; pattern++) {
        if (name == end)
            return false;
        if (*pattern != '*') {
            bool is_one = *pattern == '?' ? *name >= 'a' && *name <= 'z' : *name == *pattern;
            if (!is_one)
                return false;
            name++;
            continue;
        }
        if (!is_digit(*name))
            return false;
        while (name < end && is_digit(*name))
            name++;
    }
    return name == end;
}

unsigned file_number(const struct file *file, const char *name, size_t n)
{
    const char *star = strchr(file->name, '*');
    unsigned number = 0;
    if (star == NULL)
        return 0;
    for (size_t i = (size_t)(star - file->name); i < n && is_digit(name[i]) && number < 100000; i++)
        number = number * 10 + (unsigned)(name[i] - '0');
    return number;
}

/* The same name, and of a row one that it has: "ttyS7", and not "ttyS07". */
static bool is_of_row(const struct file *file, const char *name, size_t n)
{
    if (file->kind != FILE_DEVICE || file->node.count == 1)
        return true;
    const char *is = devfs_row_name(file_number(file, name, n));
    return is != NULL && strlen(is) == n && memcmp(is, name, n) == 0;
}

/* True for a name that is a file's whose own begins with `first`. */
static bool is_among(char first, const char *name, size_t n)
{
    const char *end = firsts + FILES;
    const char *at = firsts;
    for (; (at = memchr(at, first, (size_t)(end - at))) != NULL; at++)
        if (is_name(&files[at - firsts], name, n))
            return true;
    return false;
}

#define SIEVE 1024u /* bits, a power of two */

/*
 * A bit for each name without a star or a question mark, by three of its letters and its
 * length: a name that has none is not among them. Of the others a bit for each letter that one may
 * begin with. Filled by whoever asks first, in any thread or signal handler: all of them set the
 * same bits, and say so afterwards.
 */
static _Atomic uint64_t sieve[SIEVE / 64];
static _Atomic uint64_t patterns;
static _Atomic bool is_filled;

static unsigned sieve_bit(const char *name, size_t n)
{
    unsigned first = (unsigned char)name[0];
    unsigned middle = (unsigned char)name[n / 2];
    unsigned last = (unsigned char)name[n - 1];
    return (first * 37 + middle * 11 + last * 5 + (unsigned)n) & (SIEVE - 1);
}

static void add(_Atomic uint64_t *words, unsigned bit)
{
    atomic_fetch_or_explicit(&words[bit / 64], UINT64_C(1) << bit % 64, memory_order_relaxed);
}

static __attribute__((noinline)) void fill_sieve(void)
{
    for (unsigned i = 0; i < FILES; i++) {
        const char *name = files[i].name;
        if (name[strcspn(name, "*?")] == '\0')
            add(sieve, sieve_bit(name, strlen(name)));
        else if (name[0] != '*')
            add(&patterns, (unsigned char)name[0] % 64);
    }
    for (unsigned digit = '0'; digit <= '9'; digit++)
        add(&patterns, digit % 64);
    atomic_store_explicit(&is_filled, true, memory_order_release);
}

static bool is_set(const _Atomic uint64_t *words, unsigned bit)
{
    uint64_t word = atomic_load_explicit(&words[bit / 64], memory_order_relaxed);
    return (word >> bit % 64 & 1) != 0;
}

/* A path of every call has a last name, and nearly all are none. */
bool file_named(const char *name, size_t n)
{
    if (n == 0)
        return false;
    if (!atomic_load_explicit(&is_filled, memory_order_acquire))
        fill_sieve();
    if (!is_set(sieve, sieve_bit(name, n)) && !is_set(&patterns, (unsigned char)name[0] % 64))
        return false;
    return is_among(name[0], name, n) || (is_digit(name[0]) && is_among('*', name, n)) ||
           (name[0] >= 'a' && name[0] <= 'z' && is_among('?', name, n));
}

/* True for the name of a directory among what is hidden: what is in it is not there, either. */
static bool is_barred(const char *name, size_t n)
{
    static const char *const names[] = {"cgroup", "map_files", "hugepages", "statistics", "system"};
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (name[0] == names[i][0] && strlen(names[i]) == n && memcmp(name, names[i], n) == 0)
            return true;
    return false;
}

bool file_bars(const char *path, size_t n)
{
    const char *end = path + n;
    const char *slash;
    for (; (slash = memchr(path, '/', (size_t)(end - path))) != NULL; path = slash + 1)
        if (slash != path && is_barred(path, (size_t)(slash - path)))
            return true;
    return false;
}

/*
 * Where the files are, in as few words as they fit in. `deep`: also below, where a directory has a
 * star, or one may be hidden.
 */
static const struct {
    char path[16];
    uint8_t length;
    bool deep;
} places[] = {
#define PLACE(path, deep)            \
    {                                \
        path, sizeof(path) - 1, deep \
    }
    PLACE("/proc", true),        PLACE("/sys", true),  PLACE("/dev", false),
    PLACE("/dev/net", true),     PLACE("/run", false), PLACE("/run/WSL", true),
    PLACE("/run/systemd", true), PLACE("/etc", false), PLACE("/usr/lib", false),
    PLACE("/usr/lib/wsl", true),
#undef PLACE
};

bool file_within(const char *directory, size_t n)
{
    if (n == 1) /* "/" */
        return true;
    for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const char *path = places[i].path;
        const size_t length = places[i].length;
        bool is_above = n <= length && (path[n] == '/' || path[n] == '\0');
        bool is_below = n > length && places[i].deep && directory[length] == '/';
        if ((is_above || is_below) && memcmp(directory, path, n < length ? n : length) == 0)
            return true;
    }
    return false;
}

/* Moves past "/", and a number or one of two words that stand for one. */
static bool skip_task(const char **path, const char *end)
{
    static const char *const words[] = {"/self", "/thread-self"};
    const char *p = *path;
    for (unsigned i = 0; i < 2; i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(end - p) >= n && memcmp(p, words[i], n) == 0) {
            *path = p + n;
            return true;
        }
    }
    if (end - p < 2 || p[0] != '/' || !is_digit(p[1]))
        return false;
    for (p++; p < end && is_digit(*p);)
        p++;
    *path = p;
    return true;
}

/* True for a directory (n bytes) that each process and each thread has. */
static bool is_of_process(const char *pattern, const char *path, size_t n)
{
    static const char proc[] = "/proc";
    static const char task[] = "/task";
    static const char net[] = "/net"; /* of /proc: a link to the process's own */
    const char *end = path + n;
    const char *below = pattern + sizeof("/proc/*") - 1;
    if (n < sizeof(proc) - 1 || memcmp(path, proc, sizeof(proc) - 1) != 0)
        return false;
    path += sizeof(proc) - 1;
    bool is_net =
        (size_t)(end - path) >= sizeof(net) - 1 && memcmp(path, net, sizeof(net) - 1) == 0;
    if (!is_net && !skip_task(&path, end))
        return false;
    if ((size_t)(end - path) >= sizeof(task) - 1 && memcmp(path, task, sizeof(task) - 1) == 0) {
        path += sizeof(task) - 1;
        if (!skip_task(&path, end))
            return false;
    }
    return (size_t)(end - path) == strlen(below) && memcmp(path, below, strlen(below)) == 0;
}

/* True for a network interface's directory (n bytes): by its class, and where its device is. */
static bool is_of_interface(const char *path, size_t n)
{
    static const char sys[] = "/sys/";
    static const char net[] = "/net";
    const char *slash = memrchr(path, '/', n);
    size_t above = slash == NULL ? 0 : (size_t)(slash - path);
    return above > sizeof(sys) + sizeof(net) && memcmp(path, sys, sizeof(sys) - 1) == 0 &&
           memcmp(slash - (sizeof(net) - 1), net, sizeof(net) - 1) == 0;
}

static bool is_in(const struct file *file, const char *directory, size_t n)
{
    const char *pattern = file->directory;
    if (n == 1 && directory[0] == '/')
        n = 0;
    if (strcmp(pattern, "/sys/*/net/*") == 0)
        return is_of_interface(directory, n);
    return strncmp(pattern, "/proc/*", 7) == 0
               ? is_of_process(pattern, directory, n)
               : strlen(pattern) == n && memcmp(pattern, directory, n) == 0;
}

/* True where a run's rules and its era have something to say of a file. */
static bool is_on(const struct lx_policy *policy, const struct file *file)
{
    if (lx_rule_of_run(policy, file->rule) == LX_OFF)
        return false;
    if (file->kind == FILE_DEVICE)
        return (file->node.eras & (kernel_is_wsl2(kernel_of(policy)) ? DEVFS_WSL2 : DEVFS_WSL1)) !=
               0;
    unsigned build = file->since == 0 ? 0 : kernel_of(policy)->build;
    return file->since == 0 || (build != 0 && build < file->since);
}

const struct file *file_find(const struct lx_policy *policy, const char *path, size_t n)
{
    const char *slash = memrchr(path, '/', n);
    if (slash == NULL)
        return NULL;
    size_t above = (size_t)(slash - path);
    for (unsigned i = 0; i < FILES; i++)
        if (is_name(&files[i], slash + 1, n - above - 1) && is_in(&files[i], path, above) &&
            is_of_row(&files[i], slash + 1, n - above - 1) && is_on(policy, &files[i]))
            return &files[i];
    return NULL;
}

const struct file *file_above(const struct lx_policy *policy, const char *path, size_t *n)
{
    const char *end = path + *n;
    const char *name = path;
    const char *slash;
    for (; (slash = memchr(name, '/', (size_t)(end - name))) != NULL; name = slash + 1) {
        const struct file *file = slash == name || !is_barred(name, (size_t)(slash - name))
                                      ? NULL
                                      : file_find(policy, path, (size_t)(slash - path));
        if (file == NULL || file->when != FILE_HIDDEN)
            continue;
        *n = (size_t)(slash - path);
        return file;
    }
    return NULL;
}

bool file_listed_in(const struct lx_policy *policy, const char *directory, size_t n)
{
    for (unsigned i = 0; i < FILES; i++)
        if (files[i].when != FILE_OPENED && is_in(&files[i], directory, n) &&
            is_on(policy, &files[i]))
            return true;
    return false;
}

const struct file *file_besides(const struct lx_policy *policy, const char *directory,
                                size_t length, unsigned *n, const char **name)
{
    unsigned before = 0;
    for (unsigned i = 0; i < FILES; i++) {
        const struct file *file = &files[i];
        unsigned count = file->kind != FILE_DEVICE ? 1 : file->node.count;
        bool may_lack = file->when == FILE_MISSING || file->when == FILE_EITHER;
        if (!may_lack || file->name[0] == '*' || *n >= before + count ||
            !is_in(file, directory, length) || !is_on(policy, file)) {
            before += count;
            continue;
        }
        unsigned number = *n < before ? 0 : *n - before;
        *n = before + number;
        *name = count == 1 ? file->name : devfs_row_name(number);
        return file;
    }
    return NULL;
}
