/* SPDX-License-Identifier: MIT */
#include "store/procscan.h"

#include <limits.h>
#include <string.h>

#include "nt/names.h"
#include "store/object.h"
#include "sys/dirents.h"
#include "sys/fdpath.h"
#include "sys/sys.h"

const char *store_holder_word(unsigned by)
{
    static const char *const words[] = {"descriptor", "mapping", "cwd",     "root",
                                        "program",    "watch",   "scanner", "unknown"};
    return by < sizeof(words) / sizeof(words[0]) ? words[by] : "?";
}

static int number(const char *name)
{
    int value = 0;
    for (; *name != '\0'; name++) {
        if (*name < '0' || *name > '9' || value > INT_MAX / 10 - 1)
            return -1;
        value = value * 10 + (*name - '0');
    }
    return value;
}

/* Reads a small file of a process whole; returns its length, 0 where it cannot be read. */
static size_t slurp(int dir, const char *name, char *buf, size_t size)
{
    int fd = sys_openat(dir, name, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return 0;
    long n = sys_read(fd, buf, size - 1);
    sys_close(fd);
    n = n < 0 ? 0 : n;
    buf[n] = '\0';
    return (size_t)n;
}

/* Somebody wants the name of the next holder. */
static bool wants_name(const struct procscan *s)
{
    return s->holders->count < s->holders->room;
}

static void add_holder(struct procscan *s, int dir, int pid, int fd, enum store_holder_by by)
{
    struct store_holders *h = s->holders;
    if (wants_name(s)) {
        struct store_holder *to = &h->list[h->count];
        size_t n = slurp(dir, "comm", to->comm, sizeof(to->comm));
        if (n > 0 && to->comm[n - 1] == '\n')
            to->comm[n - 1] = '\0';
        to->pid = pid;
        to->fd = fd;
        to->by = (uint8_t)by;
    }
    h->count++;
}

/* True where a path is below the directory we look for, whichever of its names it begins with. */
static bool is_below(const struct procscan *s, const char *path, size_t n)
{
    const char *const names[] = {s->path, s->also};
    for (size_t i = 0; i < 2 && names[i] != NULL; i++) {
        size_t length = strlen(names[i]);
        if (n > length && memcmp(path, names[i], length) == 0 && path[length] == '/')
            return true;
    }
    return false;
}

/* The root of whose link `name` is: "7" in fd, "PID/cwd" in /proc, or a name in its own directory.
 */
static void root_beside(const char *name, char out[24])
{
    const char *slash = strrchr(name, '/');
    size_t n = slash == NULL ? 0 : (size_t)(slash + 1 - name);
    const char *root = number(name) >= 0 ? "../root" : "root";
    memcpy(out, name, n);
    memcpy(out + n, root, strlen(root) + 1);
}

/*
 * What of a path is below a process's "/", or NULL. In another mount namespace the kernel tells
 * paths from the "/" of that one on, which is above where all of us are in a chroot.
 */
static __attribute__((noinline)) const char *below_root(int dir, const char *link, const char *path,
                                                        size_t n)
{
    char root[PATH_MAX];
    long length = sys_readlinkat(dir, link, root, sizeof(root));
    bool below = length > 1 && (size_t)length < n && memcmp(path, root, (size_t)length) == 0 &&
                 path[length] == '/';
    return below ? path + length : NULL;
}

/* The same for a path that is told so: its process has our "/" for its own. */
static bool is_below_there(const struct procscan *s, int dir, const char *name, const char *path,
                           size_t n)
{
    char link[24];
    struct stat theirs;
    struct stat ours;
    bool may_be = memmem(path, n, s->path, strlen(s->path)) != NULL ||
                  (s->also != NULL && memmem(path, n, s->also, strlen(s->also)) != NULL);
    if (!may_be)
        return false;
    root_beside(name, link);
    const char *rest = below_root(dir, link, path, n);
    return rest != NULL && is_below(s, rest, n - (size_t)(rest - path)) &&
           sys_fstatat(dir, link, &theirs, 0) == 0 && sys_fstatat(AT_FDCWD, "/", &ours, 0) == 0 &&
           theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev;
}

/* Where a set of so many bits has an inode. */
static unsigned place_in(unsigned bits, ino_t ino)
{
    return (unsigned)((ino * 0x9e3779b97f4a7c15u) >> 48) % bits;
}

static void gather(struct procscan_marked *m, ino_t ino)
{
    unsigned at = place_in(PROCSCAN_MARKED, ino);
    m->set[at / 64] |= (uint64_t)1 << (at % 64);
}

bool procscan_may_be_marked(const struct procscan_marked *marked, ino_t ino)
{
    unsigned at = place_in(PROCSCAN_MARKED, ino);
    return (marked->set[at / 64] >> (at % 64) & 1) != 0;
}

/* Is what a link of /proc leads to what we look for? */
static bool matches(const struct procscan *s, int dir, const char *name)
{
    if (s->marked != NULL) {
        struct stat st;
        if (sys_fstatat(dir, name, &st, 0) == 0 && store_marked(&st))
            gather(s->marked, st.st_ino);
        return false;
    }
    if (s->path == NULL) {
        struct stat st;
        return sys_fstatat(dir, name, &st, 0) == 0 && st.st_ino == s->ino && st.st_dev == s->dev;
    }
    char target[PATH_MAX];
    long n = sys_readlinkat(dir, name, target, sizeof(target) - 1);
    if (n <= 0 ||
        (!is_below(s, target, (size_t)n) && !is_below_there(s, dir, name, target, (size_t)n)))
        return false;
    /* What was deleted for good is below nothing any more. */
    return !sys_is_deleted(target, (size_t)n);
}

/* A number in the text of fdinfo, or `missing`. */
static unsigned long field(const char *text, const char *name, unsigned base, unsigned long missing)
{
    unsigned long value = 0;
    const char *p = strstr(text, name);
    if (p == NULL)
        return missing;
    for (p += strlen(name); *p == ' ' || *p == '\t'; p++)
        ;
    for (; *p >= '0' && *p < '0' + (char)base; p++)
        value = value * base + (unsigned long)(*p - '0');
    return value;
}

/*
 * A descriptor that is no holder, though its link led to the inode: opened only to probe, or only
 * as a path, or closed meanwhile. Flags and inode come in one reading, so that a prober which opens
 * something else under the same number is not taken for a holder.
 */
static bool is_probe(const struct procscan *s, int dir, const char *info)
{
    char text[256];
    if (slurp(dir, info, text, sizeof(text)) == 0)
        return true;
    if (s->info_ino != 0 && field(text, "ino:", 10, s->info_ino) != s->info_ino)
        return true;
    unsigned long flags = field(text, "flags:", 8, 0);
    if ((flags & O_PATH) != 0)
        return true;
    /*
     * The kernel does not keep O_NOCTTY, and adds O_LARGEFILE (0100000), which is 0 in user space,
     * and O_ASYNC when a lease is granted.
     */
    flags &= ~(0100000UL | O_ASYNC);
    return flags == (unsigned long)(STORE_PROBE_FLAGS & ~O_NOCTTY);
}

#define SYS_FD_INFO 48
#define PROC_INFO   40 /* from the directory of descriptors */

/* The path of a descriptor's fdinfo, in `info`. */
static const char *own_info(int fd, char *info)
{
    static const char directory[] = "/proc/self/fdinfo/";
    char link[SYS_FD_PATH];
    sys_fd_path(fd, link);
    const char *digits = strrchr(link, '/') + 1;
    memcpy(info, directory, sizeof(directory));
    memcpy(info + sizeof(directory) - 1, digits, strlen(digits) + 1);
    return info;
}

unsigned long procscan_info_ino(int fd)
{
    char info[SYS_FD_INFO];
    char text[256];
    return slurp(AT_FDCWD, own_info(fd, info), text, sizeof(text)) == 0
               ? 0
               : field(text, "ino:", 10, 0);
}

/* lock:	1: OFDLCK ADVISORY  READ -1 fe:00:1234 FIRST LAST */
int64_t procscan_own_lock(int fd, int64_t least)
{
    char info[SYS_FD_INFO];
    char text[512];
    const char *p = text;
    if (slurp(AT_FDCWD, own_info(fd, info), text, sizeof(text)) == 0)
        return -1;
    while ((p = strstr(p, "OFDLCK ")) != NULL) {
        const char *end = strchr(p, '\n');
        p = end == NULL ? p + strlen(p) : end;
        const char *last = memrchr(text, ' ', (size_t)(p - text));
        const char *before = last == NULL ? NULL : memrchr(text, ' ', (size_t)(last - text));
        int64_t first = 0;
        for (before += before != NULL; before != NULL && before < last; before++) {
            if (*before < '0' || *before > '9' || first > (INT64_MAX - 9) / 10)
                return -1;
            first = first * 10 + (*before - '0');
        }
        if (first >= least)
            return first;
    }
    return -1;
}

typedef void each_entry(struct procscan *s, int dir, int pid, const char *name);

/* Nobody wants their names: that there is one is all. */
static bool is_enough(const struct procscan *s)
{
    return s->holders->room == 0 && s->holders->count > 0;
}

static void list(struct procscan *s, int dir, int pid, each_entry *each)
{
    char buf[2048] __attribute__((aligned(8)));
    long n;
    while (!is_enough(s) && (n = sys_getdents64(dir, buf, sizeof(buf))) > 0) {
        for (long at = 0; at < n && !is_enough(s);) {
            const struct sys_dirent *e = sys_dirent_at(buf, at);
            each(s, dir, pid, e->name);
            at += e->length;
        }
    }
}

static void look_at_descriptor(struct procscan *s, int fds, int pid, const char *name)
{
    int fd = number(name);
    if (fd < 0 || (fd == s->own_fd && pid == sys_getpid()) || !matches(s, fds, name))
        return;
    char info[PROC_INFO] = "../fdinfo/";
    memcpy(info + strlen(info), name, strnlen(name, 12) + 1);
    if (s->path == NULL && is_probe(s, fds, info)) {
        s->probed = true;
        return;
    }
    int process = wants_name(s) ? sys_openat(fds, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) : -1;
    if (process >= 0 || !wants_name(s))
        add_holder(s, process, pid, fd, STORE_BY_DESCRIPTOR);
    if (process >= 0)
        sys_close(process);
}

static bool is_inode(const struct procscan *s, int dir, const char *name)
{
    struct stat st;
    return sys_fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_ino == s->ino &&
           st.st_dev == s->dev;
}

/*
 * True where a path is the inode: as we find it, or the process itself, whose mount namespace may
 * not be ours.
 */
static bool path_is_inode(const struct procscan *s, int process, const char *path, size_t n)
{
    char name[PATH_MAX + 8] = "root";
    if (n >= PATH_MAX)
        return false;
    memcpy(name + 4, path, n);
    name[4 + n] = '\0';
    if (is_inode(s, process, name) || is_inode(s, process, name + 4))
        return true;
    const char *rest = below_root(process, "root", path, n);
    if (rest == NULL)
        return false;
    n -= (size_t)(rest - path);
    memcpy(name + 4, rest, n);
    name[4 + n] = '\0';
    return is_inode(s, process, name);
}

/* One line of maps: address perms offset dev inode path. True where it is the inode or below. */
static bool line_matches(const struct procscan *s, int process, const char *line, size_t n)
{
    const char *end = line + n;
    const char *p = line;
    unsigned long ino = 0;
    for (int field = 0; field < 4; field++) {
        p = memchr(p, ' ', (size_t)(end - p));
        if (p == NULL)
            return false;
        p++;
    }
    for (; p < end && *p >= '0' && *p <= '9'; p++)
        ino = ino * 10 + (unsigned long)(*p - '0');
    if (ino == 0)
        return false;
    const char *path = memchr(p, '/', (size_t)(end - p));
    if (s->marked != NULL) {
        if (path != NULL && nt_name_pending(path, (size_t)(end - path)))
            gather(s->marked, ino);
        return false;
    }
    if (s->path == NULL) {
        /* The device of a map differs from stat's on overlayfs and btrfs: ask for the path. */
        return ino == s->ino && path != NULL &&
               path_is_inode(s, process, path, (size_t)(end - path));
    }
    n = path == NULL ? 0 : (size_t)(end - path);
    return path != NULL && (is_below(s, path, n) || is_below_there(s, process, "maps", path, n));
}

bool procscan_may_be_watched(const struct procscan_watches *w, ino_t ino)
{
    unsigned at = place_in(PROCSCAN_WATCHED, ino);
    return (w->set[at / 64] >> (at % 64) & 1) != 0;
}

static unsigned long hexadecimal(const char **text, const char *name)
{
    unsigned long value = 0;
    const char *p = strstr(*text, name);
    if (p == NULL)
        return 0;
    for (p += strlen(name);; p++) {
        unsigned digit = *p >= 'a' ? (unsigned)(*p - 'a') + 10 : (unsigned)(*p - '0');
        if (digit > 15)
            break;
        value = value * 16 + digit;
    }
    *text = p;
    return value;
}

/* A line of fdinfo: inotify wd:1 ino:2a sdev:fd00000 mask:... True where it is the one sought. */
static bool note_watch(struct procscan_watches *w, const char *line)
{
    if (strncmp(line, "inotify ", 8) != 0)
        return false;
    ino_t ino = hexadecimal(&line, " ino:");
    unsigned long device = hexadecimal(&line, " sdev:");
    if (w->any)
        w->device = device;
    if (device != w->device)
        return false;
    if (w->ino != 0)
        return ino == w->ino;
    unsigned at = place_in(PROCSCAN_WATCHED, ino);
    w->set[at / 64] |= (uint64_t)1 << (at % 64);
    w->count++;
    return false;
}

/* Reads the watches of an instance from its fdinfo, and closes that. */
static bool read_watches(struct procscan_watches *w, int fd)
{
    char buf[1024];
    size_t have = 0;
    bool found = false;
    long n;
    while (!found && (n = sys_read(fd, buf + have, sizeof(buf) - 1 - have)) > 0) {
        have += (size_t)n;
        buf[have] = '\0';
        char *line = buf;
        char *newline;
        while (!found && (newline = strchr(line, '\n')) != NULL) {
            *newline = '\0';
            found = note_watch(w, line);
            line = newline + 1;
        }
        have -= (size_t)(line - buf);
        memmove(buf, line, have);
        if (have == sizeof(buf) - 1)
            have = 0; /* no line of inotify's is that long */
    }
    sys_close(fd);
    return found;
}

void procscan_own_watches(struct procscan_watches *w, int instance)
{
    char info[SYS_FD_INFO];
    int fd = sys_openat(AT_FDCWD, own_info(instance, info), O_RDONLY | O_CLOEXEC, 0);
    if (fd >= 0)
        (void)read_watches(w, fd);
}

static void look_at_watches(struct procscan *s, int fds, int pid, const char *name)
{
    static const char inotify[] = "anon_inode:inotify";
    char link[sizeof(inotify)];
    char info[PROC_INFO] = "../fdinfo/";
    int number_of = number(name);
    if (number_of < 0 || sys_readlinkat(fds, name, link, sizeof(link)) != sizeof(inotify) - 1 ||
        memcmp(link, inotify, sizeof(inotify) - 1) != 0)
        return;
    memcpy(info + strlen(info), name, strnlen(name, 12) + 1);
    int fd = sys_openat(fds, info, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0 || !read_watches(s->watches, fd))
        return;
    int process = sys_openat(fds, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    add_holder(s, process, pid, number_of, STORE_BY_WATCH);
    if (process >= 0)
        sys_close(process);
}

static void look_at_maps(struct procscan *s, int process, int pid)
{
    char buf[8192];
    size_t have = 0;
    int fd = sys_openat(process, "maps", O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return;
    for (;;) {
        long n = sys_read(fd, buf + have, sizeof(buf) - have);
        if (n <= 0)
            break;
        have += (size_t)n;
        char *line = buf;
        char *newline;
        while ((newline = memchr(line, '\n', (size_t)(buf + have - line))) != NULL) {
            if (line_matches(s, process, line, (size_t)(newline - line))) {
                add_holder(s, process, pid, -1, STORE_BY_MAPPING);
                sys_close(fd);
                return;
            }
            line = newline + 1;
        }
        have -= (size_t)(line - buf);
        memmove(buf, line, have);
        if (have == sizeof(buf))
            have = 0; /* a line longer than any path */
    }
    sys_close(fd);
}

/* The link first and the process only on a match: most processes are somewhere else. */
static void look_at_cwd(struct procscan *s, int proc, int unused, const char *name)
{
    char link[24];
    size_t n = strnlen(name, sizeof(link) - 5);
    (void)unused;
    if (number(name) <= 0)
        return;
    memcpy(link, name, n);
    memcpy(link + n, "/cwd", 5);
    if (!matches(s, proc, link))
        return;
    int process = sys_openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (process < 0)
        return;
    add_holder(s, process, number(name), -1, STORE_BY_CWD);
    sys_close(process);
}

static void look_at_process(struct procscan *s, int proc, int unused, const char *name)
{
    int pid = number(name);
    (void)unused;
    if (pid <= 0 || (s->others_only && pid == sys_getpid()))
        return;
    int process = sys_openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (process < 0)
        return;
    unsigned before = s->holders->count;
    if (s->maps_only) {
        look_at_maps(s, process, pid);
        sys_close(process);
        return;
    }
    if (s->watches != NULL) {
        int all = sys_openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        if (all >= 0) {
            list(s, all, pid, look_at_watches);
            sys_close(all);
        }
        sys_close(process);
        return;
    }
    if (matches(s, process, "cwd"))
        add_holder(s, process, pid, -1, STORE_BY_CWD);
    if (matches(s, process, "root"))
        add_holder(s, process, pid, -1, STORE_BY_ROOT);
    if (matches(s, process, "exe"))
        add_holder(s, process, pid, -1, STORE_BY_PROGRAM);
    int fds = sys_openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    /* Where we may not look into a process, each of its descriptors would say so. */
    char link[2];
    if (fds >= 0 && sys_readlinkat(process, "cwd", link, sizeof(link)) == -EACCES) {
        sys_close(fds);
        fds = -1;
    }
    if (fds >= 0) {
        list(s, fds, pid, look_at_descriptor);
        sys_close(fds);
    }
    if (s->holders->count == before)
        look_at_maps(s, process, pid);
    sys_close(process);
}

bool procscan_near(const struct procscan *s)
{
    struct stat st;
    char info[SYS_FD_INFO];
    for (int fd = s->own_fd - 1; fd >= 0 && fd >= s->own_fd - PROCSCAN_NEAR; fd--)
        if (sys_fstat(fd, &st) == 0 && st.st_ino == s->ino && st.st_dev == s->dev &&
            !is_probe(s, AT_FDCWD, own_info(fd, info)))
            return true;
    return false;
}

static void look_at_first(struct procscan *s, int proc, int pid)
{
    char name[12];
    sys_decimal((unsigned)pid, name);
    look_at_process(s, proc, 0, name);
}

bool procscan(struct procscan *s)
{
    unsigned before = s->holders->count;
    int proc = sys_openat(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (proc < 0)
        return false;
    /* Who most often has it: whose call it is, or our parent, that it was inherited from. */
    bool soon = s->holders->room == 0 && !s->cwds_only;
    const int asker = s->holders->asker;
    if (soon && !s->others_only)
        look_at_first(s, proc, asker != 0 ? asker : sys_getpid());
    if ((s->others_only || (soon && asker == 0)) && s->holders->count == before)
        look_at_first(s, proc, (int)SYS0(SYS_getppid));
    if (s->holders->count == before)
        list(s, proc, 0, s->cwds_only ? look_at_cwd : look_at_process);
    sys_close(proc);
    return s->holders->count > before;
}
