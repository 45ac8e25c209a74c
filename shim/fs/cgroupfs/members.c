/* SPDX-License-Identifier: MIT */
#include "fs/cgroupfs/members.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "sys/clock.h"
#include "sys/dirents.h"
#include "sys/fdpath.h"
#include "sys/sys.h"

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

#define MOVES_MAX     8192
#define PROCESSES_MAX 65536
#define TEXT_MAX      4096
#define PID_LIMIT     100000000 /* beyond it no number is a process's, whatever digits follow */

/* What the kernel tells of a start is in hundredths, and what a file was written at may be as old.
 */
#define TICK_NS 10000000ull

struct move {
    int pid;
    unsigned position; /* in its file */
    uint64_t group;
    uint64_t when;   /* since the boot, in ns */
    uint64_t opened; /* the same of its file */
};

struct process {
    int pid;
    int parent;
    uint64_t start; /* as `when` */
};

struct members {
    unsigned hierarchy;
    unsigned move_count;
    unsigned process_count;
    uint64_t boot; /* what the clock of files is ahead of the one since the boot */
    struct move moves[MOVES_MAX];
    struct process processes[PROCESSES_MAX];
    char text[TEXT_MAX];
};

/* --- the run's tree --------------------------------------------------------------------------- */

/* The mount that the tree's directory "cgroup" is shown by; NULL where the run has no groups. */
static const struct lx_mount *shown_by(const struct lx_policy *policy)
{
    const struct lx_policy *run = policy->run != NULL ? policy->run : policy;
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(run->fixed, &i)) != NULL;)
        if (m->type == LX_MOUNT_CGROUP_TOP || m->type == LX_MOUNT_CGROUP2)
            return m;
    return NULL;
}

unsigned members_hierarchy(const struct lx_policy *policy, const struct lx_mount *mount)
{
    const char *controller = lx_mount_text(mount, mount->options);
    if (mount->type != LX_MOUNT_CGROUP || controller == NULL)
        return MEMBERS_UNIFIED;
    unsigned number = 1;
    for (const struct lx_mount *m; (m = members_mount(policy, number)) != NULL; number++) {
        const char *other = lx_mount_text(m, m->options);
        if (other != NULL && strcmp(other, controller) == 0)
            return number;
    }
    return MEMBERS_UNIFIED;
}

const struct lx_mount *members_mount(const struct lx_policy *policy, unsigned hierarchy)
{
    const struct lx_policy *run = policy->run != NULL ? policy->run : policy;
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(run->fixed, &i)) != NULL;)
        if (hierarchy == MEMBERS_UNIFIED ? m->type == LX_MOUNT_CGROUP2
                                         : m->type == LX_MOUNT_CGROUP && --hierarchy == 0)
            return m;
    return NULL;
}

/* Puts the path of something in the tree into `out`. False where the run has no groups. */
static bool in_tree(const struct lx_policy *policy, const char *name, char out[PATH_MAX])
{
    static const char top[] = "/cgroup";
    const struct lx_mount *m = shown_by(policy);
    size_t n = m == NULL ? PATH_MAX : m->backing_length - (sizeof(top) - 1);
    if (n + strlen(name) >= PATH_MAX)
        return false;
    memcpy(out, lx_backing(m), n);
    memcpy(out + n, name, strlen(name) + 1);
    return true;
}

static size_t put_number(uint64_t value, char *out)
{
    char digits[24];
    size_t n = 0;
    size_t at = 0;
    do
        digits[n++] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    while (n > 0)
        out[at++] = digits[--n];
    out[at] = '\0';
    return at;
}

static uint64_t take_number(const char **at)
{
    uint64_t value = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++)
        value = value * 10 + (uint64_t)(**at - '0');
    return value;
}

/* "/moves/HIERARCHY-GROUP" or "/names/HIERARCHY-GROUP". */
static bool of_group(const struct lx_policy *policy, const char *kind, struct group group,
                     char out[PATH_MAX])
{
    if (!in_tree(policy, kind, out) || strlen(out) + 64 >= PATH_MAX)
        return false;
    size_t n = strlen(out);
    n += put_number(group.hierarchy, out + n);
    out[n] = '-';
    put_number(group.inode, out + n + 1);
    return true;
}

static uint64_t now(clockid_t clock)
{
    struct timespec t = {0, 0};
    (void)sys_clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Calls `see` with the name of each entry of a directory, until it answers false. */
static void each_entry(const char *path, bool (*see)(void *data, int dir, const char *name),
                       void *data)
{
    char block[4096] __attribute__((aligned(8)));
    bool more = true;
    int dir = sys_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (dir < 0)
        return;
    for (long n; more && (n = sys_getdents64(dir, block, sizeof(block))) > 0;)
        for (long at = 0; more && at < n;) {
            const struct sys_dirent *e = sys_dirent_at(block, at);
            if (!sys_dirent_is_dots(e))
                more = see(data, dir, e->name);
            at += e->length;
        }
    sys_close(dir);
}

static size_t read_text(int dir, const char *name, char *out, size_t room)
{
    int fd = sys_openat(dir, name, O_RDONLY | O_CLOEXEC, 0);
    long n = fd < 0 ? -1 : sys_read(fd, out, room - 1);
    if (fd >= 0)
        sys_close(fd);
    out[n > 0 ? n : 0] = '\0';
    return n > 0 ? (size_t)n : 0;
}

/* --- processes ----------------------------------------------------------------------------------
 */

/* Of "PID (NAME) STATE PARENT ...": the parent, and the start in field 22. */
static bool parse(const char *text, struct process *p)
{
    const char *at = strrchr(text, ')');
    if (at == NULL || strlen(at) < 5 || at[2] == 'Z' || at[2] == 'X')
        return false;
    at += 4;
    p->parent = (int)take_number(&at);
    for (unsigned field = 4; field < 22 && *at != '\0';)
        field += *at++ == ' ';
    p->start = take_number(&at) * TICK_NS;
    return true;
}

static bool see_process(void *data, int dir, const char *name)
{
    struct members *look = data;
    char path[48];
    size_t n = strlen(name);
    const char *at = name;
    struct process p = {.pid = (int)take_number(&at)};
    if (*at != '\0' || n > 16)
        return true;
    memcpy(path, name, n);
    memcpy(path + n, "/stat", sizeof("/stat"));
    if (read_text(dir, path, look->text, 1024) > 0 && parse(look->text, &p))
        look->processes[look->process_count++] = p;
    return look->process_count < PROCESSES_MAX;
}

/* The place of the first process whose number is not below `pid`. */
static unsigned place_of(const struct members *look, int pid)
{
    unsigned from = 0;
    unsigned to = look->process_count;
    while (from < to) {
        unsigned middle = (from + to) / 2;
        if (look->processes[middle].pid < pid)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static const struct process *find(const struct members *look, int pid)
{
    unsigned place = place_of(look, pid);
    bool there = place < look->process_count && look->processes[place].pid == pid;
    return there ? &look->processes[place] : NULL;
}

/* --- moves --------------------------------------------------------------------------------------
 */

/* True for a move of that process: since it began, as an id may be another's later. */
static bool is_of(const struct process *p, const struct move *m)
{
    return p != NULL && m->pid == p->pid && m->when + TICK_NS >= p->start;
}

/* Those of processes that are no more count for nobody, and may be many. */
static void add_move(struct members *look, struct move *move, int pid)
{
    struct move next = *move;
    next.pid = pid == 0 ? move->pid : pid;
    move->position++;
    if (look->move_count < MOVES_MAX && is_of(find(look, next.pid), &next))
        look->moves[look->move_count++] = next;
}

/* What was written, an id in each line. `move`: of who has opened it, which 0 stands for. */
static void read_moves(struct members *look, int fd, struct move *move)
{
    int pid = -1;
    for (long n; (n = sys_read(fd, look->text, sizeof(look->text))) > 0;)
        for (long i = 0; i < n; i++) {
            const char c = look->text[i];
            if (c >= '0' && c <= '9') {
                pid = pid > PID_LIMIT ? pid : (pid < 0 ? 0 : pid) * 10 + (c - '0');
            } else if (pid >= 0) {
                add_move(look, move, pid);
                pid = -1;
            }
        }
    if (pid >= 0)
        add_move(look, move, pid);
}

/* True for a name that begins with a group's number in that hierarchy, and goes on behind it. */
static bool take_group(const char **at, unsigned hierarchy, uint64_t *inode)
{
    bool same = take_number(at) == hierarchy && **at == '-';
    *at += **at == '-';
    *inode = take_number(at);
    return same;
}

/* A file of moves: "HIERARCHY-GROUP-WHEN-PID". */
static bool see_moves(void *data, int dir, const char *name)
{
    struct members *look = data;
    struct stat st;
    struct move move = {0, 0, 0, 0, 0};
    const char *at = name;
    if (!take_group(&at, look->hierarchy, &move.group) || *at != '-')
        return true;
    at++;
    move.opened = take_number(&at);
    if (*at != '-')
        return true;
    at++;
    move.pid = (int)take_number(&at);
    int fd = sys_openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return true;
    if (sys_fstat(fd, &st) == 0 && st.st_size > 0) {
        move.when =
            (uint64_t)st.st_mtim.tv_sec * 1000000000u + (uint64_t)st.st_mtim.tv_nsec - look->boot;
        read_moves(look, fd, &move);
    }
    sys_close(fd);
    return look->move_count < MOVES_MAX;
}

static bool is_later(const struct move *one, const struct move *other)
{
    if (other == NULL || one->when != other->when)
        return other == NULL || one->when > other->when;
    return one->opened != other->opened ? one->opened > other->opened
                                        : one->position > other->position;
}

/* The last move of a process up to a time. */
static const struct move *last_move(const struct members *look, const struct process *p,
                                    uint64_t until)
{
    const struct move *last = NULL;
    for (unsigned i = 0; i < look->move_count; i++) {
        const struct move *m = &look->moves[i];
        if (is_of(p, m) && m->when <= until && is_later(m, last))
            last = m;
    }
    return last;
}

uint64_t members_of(const struct members *look, int pid)
{
    const struct process *p = find(look, pid);
    uint64_t until = UINT64_MAX;
    for (unsigned depth = 0; p != NULL && depth < PROCESSES_MAX; depth++) {
        const struct move *m = last_move(look, p, until);
        if (m != NULL)
            return m->group;
        until = p->start + TICK_NS;
        p = find(look, p->parent);
    }
    return MEMBERS_ROOT;
}

int members_next(const struct members *look, uint64_t group, int pid)
{
    for (unsigned i = place_of(look, pid + 1); i < look->process_count; i++)
        if (members_of(look, look->processes[i].pid) == group)
            return look->processes[i].pid;
    return 0;
}

/* Two dashes more than what is no file of moves has. */
static bool see_moved(void *data, int dir, const char *name)
{
    struct group *group = data;
    (void)dir;
    if (take_group(&name, group->hierarchy, &group->inode) && *name == '-')
        group->hierarchy = UINT_MAX;
    return group->hierarchy != UINT_MAX;
}

bool members_moved(const struct lx_policy *policy, unsigned hierarchy)
{
    char path[PATH_MAX];
    struct group group = {hierarchy, 0};
    if (in_tree(policy, "/moves", path))
        each_entry(path, see_moved, &group);
    return group.hierarchy == UINT_MAX;
}

struct members *members_look(const struct lx_policy *policy, unsigned hierarchy)
{
    char path[PATH_MAX];
    if (!in_tree(policy, "/moves", path))
        return NULL;
    struct members *look = sys_mmap(NULL, sizeof(*look), PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (sys_mmap_failed(look))
        return NULL;
    look->hierarchy = hierarchy;
    look->boot = now(CLOCK_REALTIME) - now(CLOCK_BOOTTIME);
    each_entry("/proc", see_process, look); /* which lists them by their numbers */
    each_entry(path, see_moves, look);
    return look;
}

void members_end(struct members *look)
{
    if (look != NULL)
        sys_munmap(look, sizeof(*look));
}

/* --- what is kept of groups
 * ----------------------------------------------------------------------- */

int members_open(const struct lx_policy *policy, struct group group, int pid, int flags)
{
    char path[PATH_MAX];
    if (!of_group(policy, "/moves/", group, path))
        return -ENODEV;
    size_t n = strlen(path);
    int fd = -EEXIST;
    for (uint64_t when = now(CLOCK_BOOTTIME); fd == -EEXIST; when++) {
        path[n] = '-';
        size_t at = n + 1 + put_number(when, path + n + 1);
        path[at] = '-';
        put_number((uint64_t)pid, path + at + 1);
        fd = sys_openat(
            AT_FDCWD, path,
            O_CREAT | O_EXCL | O_APPEND | (flags & (O_ACCMODE | O_CLOEXEC | O_NONBLOCK)), 0644);
    }
    return fd;
}

int members_note(const struct lx_policy *policy, struct group group, const char *path)
{
    char name[PATH_MAX];
    return of_group(policy, "/names/", group, name) ? sys_symlinkat(path, AT_FDCWD, name) : -ENODEV;
}

static bool see_forgotten(void *data, int dir, const char *name)
{
    const struct group *group = data;
    const char *at = name;
    uint64_t inode;
    if (take_group(&at, group->hierarchy, &inode) && inode == group->inode)
        sys_unlinkat(dir, name, 0);
    return true;
}

void members_forget(const struct lx_policy *policy, struct group group)
{
    char path[PATH_MAX];
    if (in_tree(policy, "/moves", path))
        each_entry(path, see_forgotten, &group);
    if (of_group(policy, "/names/", group, path))
        sys_unlinkat(AT_FDCWD, path, 0);
    /* Last, since the next directory that is made may have its inode. */
    if (of_group(policy, "/moves/", group, path))
        sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

void members_path(const struct lx_policy *policy, struct group group, char out[PATH_MAX])
{
    char name[PATH_MAX];
    long n = group.inode != MEMBERS_ROOT && of_group(policy, "/names/", group, name)
                 ? sys_readlinkat(AT_FDCWD, name, out, PATH_MAX - 1)
                 : -ENOENT;
    memcpy(out, "/", n > 0 ? 0 : 2);
    if (n > 0)
        out[n] = '\0';
}

int members_take(const struct lx_policy *policy, struct group group)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    const struct lx_mount *m = members_mount(policy, group.hierarchy);
    if (m == NULL)
        return -ENODEV;
    members_path(policy, group, to);
    size_t n = m->backing_length;
    if (to[1] == '\0' || n + strlen(to) >= PATH_MAX)
        return -ENOENT;
    memcpy(from, lx_backing(m), n);
    memcpy(from + n, to, strlen(to) + 1);
    if (!of_group(policy, "/moves/", group, to))
        return -ENAMETOOLONG;
    int r = sys_renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
    return r == -EEXIST ? -ENOENT : r;
}

struct count {
    unsigned hierarchy;
    unsigned groups;
};

static bool see_counted(void *data, int dir, const char *name)
{
    struct count *count = data;
    uint64_t inode;
    (void)dir;
    count->groups += take_group(&name, count->hierarchy, &inode);
    return true;
}

unsigned members_groups(const struct lx_policy *policy, unsigned hierarchy)
{
    char path[PATH_MAX];
    struct count count = {hierarchy, 1};
    if (in_tree(policy, "/names", path))
        each_entry(path, see_counted, &count);
    return count.groups;
}
