/* SPDX-License-Identifier: MIT */
/* What is in the files of /proc that CgroupFs answers for. */
#include <string.h>

#include "fs/cgroupfs/members.h"
#include "fs/procfs/pages.h"
#include "sys/fdpath.h"

static void put(struct page *p, const char *text)
{
    page_put(p, text, strlen(text));
}

/* The kernel's rows, none of which is mounted anywhere but in the one hierarchy of version 2. */
static void put_given(struct page *p)
{
    for (size_t at = 0; at < p->given_length;) {
        const char *line = p->given + at;
        const char *end = memchr(line, '\n', p->given_length - at);
        size_t n = end == NULL ? p->given_length - at : (size_t)(end - line) + 1;
        const char *tab = memchr(line, '\t', n);
        const char *next = tab == NULL ? NULL : memchr(tab + 1, '\t', n - (size_t)(tab + 1 - line));
        if (line[0] == '#' || next == NULL) {
            page_put(p, line, n);
        } else {
            page_put(p, line, (size_t)(tab - line));
            put(p, "\t0");
            page_put(p, next, n - (size_t)(next - line));
        }
        at += n;
    }
}

/* /proc/cgroups. WSL1 has one controller. [vendor test CgroupTestProcfs] */
void page_controllers(struct page *p)
{
    char count[12];
    if (kernel_is_wsl2(p->kernel)) {
        put_given(p);
        return;
    }
    sys_decimal(members_groups(p->policy), count);
    put(p, "#subsys_name\thierarchy\tnum_cgroups\tenabled\ndevices\t1\t");
    put(p, count);
    put(p, "\t1\n");
}

/* The number in "/proc/PID/...", which the kernel's name of such a file has. */
static int pid_of(const char *name)
{
    static const char proc[] = "/proc/";
    int pid = 0;
    if (strncmp(name, proc, sizeof(proc) - 1) != 0)
        return 0;
    for (const char *at = name + sizeof(proc) - 1; *at >= '0' && *at <= '9'; at++)
        pid = pid * 10 + (*at - '0');
    return pid;
}

/* /proc/PID/cgroup: the group that it is in. */
void page_groups(struct page *p)
{
    char path[PATH_MAX];
    struct members *look = members_look(p->policy);
    uint64_t group = look == NULL ? MEMBERS_ROOT : members_of(look, pid_of(p->name));
    members_end(look);
    members_path(p->policy, group, path);
    put(p, kernel_is_wsl2(p->kernel) ? "0::" : "1:devices:");
    put(p, path);
    put(p, "\n");
}
