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

#include "vfs/mounts.h"
#include "vfs/placement.h"

/* A worker's own, which has one thread: the drives as objects, and the policy made of them. */
static struct drive {
    char device[24];      /* of the file system, "8:1" */
    char inner[PATH_MAX]; /* its place in that */
    struct stat st;
} drives[LX_IMAGE_MOUNT_MAX];
static unsigned drive_count;
static struct lx_policy made;
static char names[LX_IMAGE_MOUNT_MAX][PATH_MAX];

/* A line of mountinfo, as far as it concerns us. */
struct line {
    char device[24];
    char inner[PATH_MAX];
    char point[PATH_MAX];
};

/* "\040" is a space. In place. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *p = text; *p != '\0'; p++) {
        bool octal = p[0] == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] != '\0' && p[3] != '\0';
        int code = octal ? (p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0') : *p;
        *to++ = (char)code;
        p += octal ? 3 : 0;
    }
    *to = '\0';
}

static bool next_line(FILE *f, struct line *line)
{
    char text[2 * PATH_MAX + 512];
    while (fgets(text, sizeof(text), f) != NULL) {
        if (sscanf(text, "%*s %*s %23s %4095s %4095s", line->device, line->inner, line->point) != 3)
            continue;
        unescape(line->inner);
        unescape(line->point);
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
    size_t best[LX_IMAGE_MOUNT_MAX] = {0};
    drive_count = policy->mount_count;
    for (unsigned i = 0; i < drive_count; i++) {
        drives[i].device[0] = '\0';
        if (stat(policy->mounts[i].backing, &drives[i].st) < 0)
            drives[i].st.st_ino = 0;
    }
    while (next_line(f, &line)) {
        for (unsigned i = 0; i < drive_count; i++) {
            const char *rest = below(policy->mounts[i].backing, line.point);
            if (rest == NULL || strlen(line.point) < best[i] ||
                !join(drives[i].inner, line.inner, rest))
                continue;
            best[i] = strlen(line.point);
            memcpy(drives[i].device, line.device, sizeof(line.device));
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
    return !join(own, mount->backing, rest) || stat(own, &same) < 0 ||
           (st.st_dev == same.st_dev && st.st_ino == same.st_ino);
}

/* A name of a mount's more, or, where it has lost its own, instead. */
static void add(unsigned i, const char *path)
{
    bool lost = strcmp(made.mounts[i].backing, "//") == 0;
    unsigned at = lost ? i : made.mount_count;
    if (at >= LX_IMAGE_MOUNT_MAX || mounts_classify(&made, path, strlen(path)).mount != 0)
        return;
    snprintf(names[at], PATH_MAX, "%s", path);
    struct lx_mount *m = &made.mounts[at];
    *m = made.mounts[i];
    m->target = names[at];
    m->backing = names[at];
    m->target_length = strlen(path);
    m->backing_length = m->target_length;
    m->in_place = true;
    if (!lost)
        made.mount_count++;
}

static void make(const struct lx_policy *policy, FILE *f)
{
    static const char nowhere[] = "//"; /* no name that the kernel gives */
    char path[PATH_MAX];
    struct line line;
    made = *policy;
    for (unsigned i = 0; i < drive_count; i++) {
        if (drives[i].st.st_ino == 0 ||
            is_there(i, &policy->mounts[i], policy->mounts[i].backing, ""))
            continue;
        made.mounts[i].backing = nowhere;
        made.mounts[i].target = nowhere;
        made.mounts[i].backing_length = made.mounts[i].target_length = sizeof(nowhere) - 1;
    }
    while (next_line(f, &line)) {
        for (unsigned i = 0; i < drive_count; i++) {
            const char *above = below(drives[i].inner, line.inner);
            const char *part = below(line.inner, drives[i].inner);
            if (strcmp(line.device, drives[i].device) != 0 || (above == NULL && part == NULL) ||
                !join(path, line.point, above != NULL ? above : ""))
                continue;
            if (is_there(i, &policy->mounts[i], path, above != NULL ? "" : part))
                add(i, path);
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
    if (!entered && changes >= 0) {
        struct pollfd event = {.fd = changes, .events = POLLPRI};
        if (poll(&event, 1, 0) == 0)
            return &made;
    }
    FILE *f = fopen("/proc/self/mountinfo", "re");
    if (f == NULL)
        return policy;
    if (changes < 0) {
        changes = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
        learn(policy, f);
        rewind(f);
    }
    make(policy, f);
    fclose(f);
    placement_forget_all();
    return &made;
}
