/* SPDX-License-Identifier: MIT */
#include "supervisor/views.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/mountinfo.h"
#include "vfs/mounts.h"
#include "vfs/placement.h"

/*
 * A worker's own, which has one thread: the drives as objects, by their places in the table of what
 * is mounted, and the policy made of them.
 */
static struct drive {
    char device[24];      /* of the file system, "8:1" */
    char inner[PATH_MAX]; /* its place in that */
    struct stat st;
} drives[LX_PLACE_MAX];
static struct lx_policy made;

/* What is mounted by what was found out: its places, and their records one after the other. */
static struct {
    int32_t mounted[sizeof(struct lx_mounts) / sizeof(int32_t) + LX_PLACE_MAX];
    char records[1 << 19] __attribute__((aligned(8)));
    size_t used;
} view;

static struct lx_mounts *made_mounts(void)
{
    return (struct lx_mounts *)(void *)view.mounted;
}

/* A line of mountinfo, as far as it concerns us. */
struct line {
    char device[24];
    char inner[PATH_MAX];
    char point[PATH_MAX];
};

static bool next_line(FILE *f, struct line *line)
{
    static char *text;
    static size_t room;
    struct sys_mount_line parts;
    for (ssize_t n; (n = getline(&text, &room, f)) > 0;) {
        size_t length = (size_t)n - (text[n - 1] == '\n');
        if (sys_mount_line(text, length, &parts) &&
            sys_mount_unescape(parts.device, line->device, sizeof(line->device)) > 0 &&
            sys_mount_unescape(parts.root, line->inner, sizeof(line->inner)) > 0 &&
            sys_mount_unescape(parts.point, line->point, sizeof(line->point)) > 0)
            return true;
    }
    return false;
}

/* What is left of a path inside a directory, "" or "/x"; NULL where it is not inside. */
static const char *below(const char *path, const char *dir)
{
    size_t n = strcmp(dir, "/") == 0 ? 0 : strlen(dir);
    return strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0') ? path + n : NULL;
}

static bool join(char out[PATH_MAX], const char *dir, const char *rest)
{
    int n =
        snprintf(out, PATH_MAX, "%s%s", strcmp(dir, "/") == 0 && rest[0] != '\0' ? "" : dir, rest);
    return n > 0 && n < PATH_MAX;
}

/* Where in which file system each drive is: in the mount that is nearest above it, the last one. */
static void learn(const struct lx_policy *policy, FILE *f)
{
    struct line line;
    size_t best[LX_PLACE_MAX] = {0};
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;) {
        drives[i - 1].device[0] = '\0';
        if (stat(lx_backing(m), &drives[i - 1].st) < 0)
            drives[i - 1].st.st_ino = 0;
    }
    while (next_line(f, &line)) {
        for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;) {
            struct drive *drive = &drives[i - 1];
            const char *rest = below(lx_backing(m), line.point);
            if (rest == NULL || strlen(line.point) < best[i - 1] ||
                !join(drive->inner, line.inner, rest))
                continue;
            best[i - 1] = strlen(line.point);
            memcpy(drive->device, line.device, sizeof(line.device));
        }
    }
}

/* True where a path is a directory of drive i, `rest` below its root. */
static bool is_there(unsigned i, const struct lx_mount *mount, const char *path, const char *rest)
{
    char own[PATH_MAX];
    struct stat st;
    struct stat same;
    if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
        return false;
    if (rest[0] == '\0')
        return st.st_dev == drives[i].st.st_dev && st.st_ino == drives[i].st.st_ino;
    /* Where its own name is to be seen, it is compared; else the kernel's word is enough. */
    return !join(own, lx_backing(mount), rest) || stat(own, &same) < 0 ||
           (st.st_dev == same.st_dev && st.st_ino == same.st_ino);
}

/* Puts a mount at a place, by a name. */
static void put(unsigned place, const struct lx_mount *like, const char *name)
{
    struct lx_mount *record = (struct lx_mount *)(void *)(view.records + view.used);
    struct lx_mount_texts texts = lx_mount_texts(like);
    if (name != NULL)
        texts.target = texts.backing = name;
    long n = lx_mount_put(record, sizeof(view.records) - view.used, like, &texts);
    if (n < 0)
        return;
    record->place = (uint8_t)place;
    view.used += (size_t)n;
    made_mounts()->translated += !lx_in_place(record);
    made_mounts()->masked += lx_masked_mode(record);
    made_mounts()->at[place - 1] = (int32_t)((const char *)record - (const char *)&view);
    if (place > made_mounts()->count)
        made_mounts()->count = place;
}

/* A name of a mount's more, or, where it has lost its own, instead. */
static void add(const struct lx_mount *mount, const char *path)
{
    bool lost = lx_mounts_at(made_mounts(), mount->place) == NULL;
    unsigned place = lost ? mount->place : made_mounts()->count + 1;
    if (place <= LX_PLACE_MAX && mounts_classify(&made, path, strlen(path)).mount == 0)
        put(place, mount, path);
}

/* The mounts that are there by their own names; the places of the others are empty. */
static void begin(const struct lx_mounts *mounts)
{
    const struct lx_mount *m;
    memset(view.mounted, 0, sizeof(view.mounted));
    view.used = 0;
    made_mounts()->count = mounts->count;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;)
        if (drives[i - 1].st.st_ino == 0 || is_there(i - 1, m, lx_backing(m), ""))
            put(i, m, NULL);
}

static void make(const struct lx_policy *policy, FILE *f)
{
    char path[PATH_MAX];
    struct line line;
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *m;
    made = *policy;
    made.fixed = made_mounts();
    made.table = NULL;
    made.run = policy;
    begin(mounts);
    while (next_line(f, &line)) {
        for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;) {
            const struct drive *drive = &drives[i - 1];
            const char *above = below(drive->inner, line.inner);
            const char *part = below(line.inner, drive->inner);
            if (strcmp(line.device, drive->device) != 0 || (above == NULL && part == NULL) ||
                !join(path, line.point, above != NULL ? above : ""))
                continue;
            if (is_there(i - 1, m, path, above != NULL ? "" : part))
                add(m, path);
        }
    }
}

bool views_mount_point(const char *path)
{
    struct line line;
    bool found = false;
    FILE *f = fopen("/proc/self/mountinfo", "re");
    while (f != NULL && !found && next_line(f, &line))
        found = strcmp(line.point, path) == 0;
    if (f != NULL)
        fclose(f);
    return found;
}

const struct lx_policy *views_policy(const struct lx_policy *policy, bool entered)
{
    static int changes = -1; /* tells when anything is mounted in the namespace we are at home in */
    static uint32_t known;   /* how often anything was mounted in the run by then */
    uint32_t now = policy->table == NULL ? 0 : atomic_load(&policy->table->generation);
    if (!entered && changes >= 0 && known == now) {
        struct pollfd event = {.fd = changes, .events = POLLPRI};
        if (poll(&event, 1, 0) == 0)
            return &made;
    }
    known = now;
    FILE *f = fopen("/proc/self/mountinfo", "re");
    if (f == NULL)
        return policy;
    if (changes < 0)
        changes = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    static bool learned; /* where the drives lie, while they could be seen */
    /* In a namespace with mounts of its own, drives lie where those say. */
    bool own = policy->table != NULL && lx_policy_view(policy) != 0;
    if (!entered || !learned || own) {
        learned = true;
        learn(policy, f);
        rewind(f);
    }
    make(policy, f);
    fclose(f);
    placement_forget_all();
    return &made;
}
