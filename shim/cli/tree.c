/* SPDX-License-Identifier: MIT */
#include "cli/tree.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct process {
    pid_t pid;
    pid_t parent;
    bool ours;
};

/* Its parent, -1 where it is gone, 0 where it is dead already. */
static pid_t parent_of(pid_t pid)
{
    char name[32];
    char line[512];
    char state;
    int parent;
    snprintf(name, sizeof(name), "/proc/%d/stat", (int)pid);
    FILE *f = fopen(name, "re");
    if (f == NULL)
        return -1;
    size_t n = fread(line, 1, sizeof(line) - 1, f);
    fclose(f);
    line[n] = '\0';
    const char *after = strrchr(line, ')'); /* comm may hold anything */
    if (after == NULL || sscanf(after, ") %c %d", &state, &parent) != 2)
        return -1;
    return state == 'Z' ? 0 : parent;
}

/* All processes there are, to be freed. */
static struct process *list(size_t *count)
{
    struct process *all = NULL;
    size_t room = 0;
    DIR *proc = opendir("/proc");
    *count = 0;
    for (struct dirent *e; proc != NULL && (e = readdir(proc)) != NULL;) {
        pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);
        if (pid <= 0)
            continue;
        if (*count == room) {
            room = 2 * room + 64;
            struct process *more = realloc(all, room * sizeof(*all));
            if (more == NULL)
                break;
            all = more;
        }
        all[(*count)++] = (struct process){.pid = pid, .parent = parent_of(pid)};
    }
    if (proc != NULL)
        closedir(proc);
    return all;
}

/* Marks the descendants of root. A child need not have the greater number. */
static void mark(struct process *all, size_t count, pid_t root)
{
    bool more = true;
    for (size_t i = 0; i < count; i++)
        all[i].ours = all[i].pid == root;
    while (more) {
        more = false;
        for (size_t i = 0; i < count; i++)
            for (size_t p = 0; p < count && !all[i].ours; p++)
                if (all[p].ours && all[p].pid == all[i].parent)
                    more = all[i].ours = true;
    }
}

void tree_kill(pid_t root)
{
    size_t count;
    struct process *all = list(&count);
    mark(all, count, root);
    /* Stopped first: none starts another meanwhile. */
    for (size_t i = 0; i < count; i++)
        if (all[i].ours)
            kill(all[i].pid, SIGSTOP);
    free(all);
    all = list(&count);
    mark(all, count, root);
    for (size_t i = 0; i < count; i++)
        if (all[i].ours)
            kill(all[i].pid, SIGKILL);
    kill(root, SIGKILL);
    free(all);
}
