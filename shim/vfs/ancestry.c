/* SPDX-License-Identifier: MIT */
#include "vfs/ancestry.h"

#include <stdatomic.h>
#include <string.h>

#include "sys/sys.h"
#include "vfs/caller.h"

/* So many are told; those further up are shells and terminals. */
#define GENERATIONS 8

#define PROGRAM "lxshim"

/*
 * Of which processes it was told: of ourselves, and of those that we act for, by their numbers. Any
 * thread writes it, and a vfork child has its parent's: then a line tells it once more.
 */
#define TOLD 64
static _Atomic int told[TOLD];

struct process {
    int parent;
    char comm[16];
};

/* What /proc/PID/stat begins with: "PID (COMM) STATE PARENT"; a name may have parentheses. */
static bool look_at(int pid, struct process *out)
{
    char path[32];
    char buf[256];
    struct text name = {path, 0, sizeof(path) - 1};
    text_put(&name, "/proc/");
    text_number(&name, pid);
    text_put(&name, "/stat");
    path[name.length] = '\0';
    int fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    long n = fd < 0 ? fd : sys_read(fd, buf, sizeof(buf) - 1);
    if (fd >= 0)
        sys_close(fd);
    if (n <= 0)
        return false;
    buf[n] = '\0';
    const char *begin = strchr(buf, '(');
    const char *end = strrchr(buf, ')');
    if (begin == NULL || end == NULL || end <= begin || strlen(end) < 5)
        return false;
    size_t length = (size_t)(end - begin - 1);
    length = length < sizeof(out->comm) - 1 ? length : sizeof(out->comm) - 1;
    memcpy(out->comm, begin + 1, length);
    out->comm[length] = '\0';
    out->parent = 0;
    for (const char *p = end + 4; *p >= '0' && *p <= '9'; p++)
        out->parent = out->parent * 10 + (*p - '0');
    return true;
}

/* Nothing is asked of a process that somebody has asked about before. */
static bool is_told(int pid)
{
    return atomic_exchange_explicit(&told[(unsigned)pid % TOLD], pid, memory_order_relaxed) == pid;
}

void vfs_put_parents(struct text *t, const struct lx_task *task)
{
    struct process p;
    int pid = vfs_pid_of(task);
    const char *between = ",\"parents\":[";
    if (is_told(pid))
        return;
    if (task->pid == 0)
        p.parent = (int)SYS0(SYS_getppid);
    else if (!look_at(pid, &p))
        return;
    for (unsigned i = 0; i < GENERATIONS && p.parent > 1 && look_at(p.parent, &p); i++) {
        if (strcmp(p.comm, PROGRAM) == 0)
            break;
        text_put(t, between);
        text_json(t, p.comm, sizeof(p.comm));
        between = ",";
    }
    text_put(t, between[1] == '\0' ? "]" : ",\"parents\":[]");
}
