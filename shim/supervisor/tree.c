/* SPDX-License-Identifier: MIT */
#include "supervisor/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "policy/image.h"
#include "supervisor/proc.h"

/* Each finds children of those that the last one has stopped; and some take time to be gone. */
#define LOOKS_MOST 100

struct process {
    pid_t pid;
    pid_t parent;
    uint64_t start;
    char state;
    bool ours;
};

/* Reads what /proc/PID/stat has of a process. False where it is gone. */
static bool read_process(pid_t pid, struct process *p)
{
    char line[512];
    int parent;
    unsigned long long start;
    size_t n = proc_read(pid, "stat", line, sizeof(line) - 1);
    line[n] = '\0';
    const char *after = strrchr(line, ')'); /* comm may hold anything */
    if (after == NULL ||
        sscanf(after,
               ") %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
               &p->state, &parent, &start) != 3)
        return false;
    *p = (struct process){.pid = pid, .parent = parent, .start = start, .state = p->state};
    return true;
}

static bool is_dead(const struct process *p)
{
    return p->state == 'Z' || p->state == 'X';
}

struct tree tree_of(pid_t root)
{
    struct process p;
    return (struct tree){root, read_process(root, &p) ? p.start : 0};
}

/* True where the environment a process was started with has `mark`, a variable with its value. */
static bool has_mark(pid_t pid, const char *mark)
{
    size_t n = strlen(mark) + 1;
    size_t room = 1 << 16;
    char *text = NULL;
    size_t have = room;
    while (have == room) { /* there may be more */
        char *more = realloc(text, room *= 2);
        if (more == NULL)
            break;
        text = more;
        have = proc_read(pid, "environ", text, room);
    }
    bool found = false;
    for (const char *p = text; p != NULL && (size_t)(p - text) + n <= have && !found;) {
        found = memcmp(p, mark, n) == 0;
        p = memchr(p, '\0', have - (size_t)(p - text));
        p = p == NULL ? NULL : p + 1;
    }
    free(text);
    return found;
}

static bool is_filtered(pid_t pid)
{
    char text[PROC_STATUS_ROOM];
    const char *mode = proc_status(pid, "\nSeccomp:\t", text);
    return mode != NULL && *mode == '2';
}

/* All processes there are that live, to be freed. */
static struct process *list(size_t *count)
{
    struct process *all = NULL;
    size_t room = 0;
    DIR *proc = opendir("/proc");
    *count = 0;
    for (struct dirent *e; proc != NULL && (e = readdir(proc)) != NULL;) {
        pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);
        struct process p;
        if (pid <= 0 || !read_process(pid, &p) || is_dead(&p))
            continue;
        if (*count == room) {
            room = 2 * room + 64;
            struct process *more = realloc(all, room * sizeof(*all));
            if (more == NULL)
                break;
            all = more;
        }
        all[(*count)++] = p;
    }
    if (proc != NULL)
        closedir(proc);
    return all;
}

/* Marks those that belong to the tree. A child need not have the greater number. */
static void mark(struct process *all, size_t count, const struct tree *tree, const char *by)
{
    bool more = true;
    for (size_t i = 0; i < count; i++) {
        struct process *p = &all[i];
        p->ours = p->pid == tree->root && p->start == tree->start;
        if (!p->ours && p->start >= tree->start && by != NULL && p->pid != getpid())
            p->ours = is_filtered(p->pid) && has_mark(p->pid, by);
    }
    while (more) {
        more = false;
        for (size_t i = 0; i < count; i++)
            for (size_t p = 0; p < count && !all[i].ours; p++)
                if (all[p].ours && all[p].pid == all[i].parent)
                    more = all[i].ours = true;
    }
}

/* A signal to that process, and nobody who has got its number since. */
static void send(const struct process *p, int sig)
{
    struct process found = {.state = 0};
    int fd = (int)syscall(SYS_pidfd_open, p->pid, 0);
    if (fd >= 0 && read_process(p->pid, &found) && found.start == p->start)
        (void)syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0);
    if (fd >= 0)
        close(fd);
}

/* True for one that may be starting another: neither stopped nor in a call that waits for us. */
static bool is_running(const struct process *p)
{
    return strchr("TtD", p->state) == NULL;
}

/* Sends a signal to each of the tree. Returns how many those were, or were running. */
static size_t send_all(const struct tree *tree, const char *by, int sig)
{
    size_t count;
    size_t some = 0;
    struct process *all = list(&count);
    mark(all, count, tree, by);
    for (size_t i = 0; i < count; i++) {
        if (!all[i].ours)
            continue;
        some += sig == SIGKILL || is_running(&all[i]);
        send(&all[i], sig);
    }
    free(all);
    return some;
}

void tree_kill(const struct tree *tree)
{
    const char *state = getenv(LX_STATE_VARIABLE);
    char *by = NULL;
    if (state != NULL && asprintf(&by, LX_STATE_VARIABLE "=%s", state) < 0)
        by = NULL;
    /* Stopped first: none starts another meanwhile. */
    for (unsigned i = 0; i < LOOKS_MOST && send_all(tree, by, SIGSTOP) > 0; i++)
        ;
    for (unsigned i = 0; i < LOOKS_MOST && send_all(tree, by, SIGKILL) > 0; i++)
        ;
    free(by);
}
