/* SPDX-License-Identifier: MIT */
/* What is in the files of /proc that CgroupFs answers for. */
#include <string.h>

#include "fs/cgroupfs/members.h"
#include "fs/procfs/pages.h"
#include "policy/cgroups.h"
#include "sys/fdpath.h"

static void put(struct page *p, const char *text)
{
    page_put(p, text, strlen(text));
}

static void put_count(struct page *p, unsigned count)
{
    char digits[12];
    sys_decimal(count, digits);
    put(p, digits);
}

/* The number of the hierarchy that a controller is mounted in; 0, version 2's, where none of 1 is.
 */
static unsigned hierarchy_of(const struct page *p, const char *controller)
{
    const struct lx_mount *m;
    for (unsigned number = 1; (m = members_mount(p->policy, number)) != NULL; number++) {
        const char *of = lx_mount_text(m, m->options);
        if (of != NULL && strcmp(of, controller) == 0)
            return number;
    }
    return MEMBERS_UNIFIED;
}

/* LD_PRELOAD alone has none. */
static bool has_tree(const struct page *p)
{
    return members_mount(p->policy, 1) != NULL || members_mount(p->policy, MEMBERS_UNIFIED) != NULL;
}

/* /proc/cgroups: a row for each controller of the era's kernel. [vendor test CgroupTestProcfs] */
void page_controllers(struct page *p)
{
    const char *profile = p->kernel->profile;
    const char *name;
    bool first = !has_tree(p) && lx_cgroups_of(profile) == LX_CGROUPS_FIRST;
    put(p, "#subsys_name\thierarchy\tnum_cgroups\tenabled\n");
    for (unsigned n = 0; (name = lx_cgroup_controller(profile, n)) != NULL; n++) {
        unsigned hierarchy = first ? n + 1 : hierarchy_of(p, name);
        put(p, name);
        put(p, "\t");
        put_count(p, hierarchy);
        put(p, "\t");
        put_count(p, members_groups(p->policy, hierarchy));
        put(p, "\t1\n");
    }
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

/* A line of /proc/PID/cgroup: the group in one hierarchy. */
static void put_group(struct page *p, unsigned hierarchy, const char *controller)
{
    char path[PATH_MAX];
    struct group group = {hierarchy, MEMBERS_ROOT};
    struct members *look =
        members_moved(p->policy, hierarchy) ? members_look(p->policy, hierarchy) : NULL;
    if (look != NULL)
        group.inode = members_of(look, pid_of(p->name));
    members_end(look);
    members_path(p->policy, group, path);
    put_count(p, hierarchy);
    put(p, ":");
    put(p, controller);
    put(p, ":");
    put(p, path);
    put(p, "\n");
}

/* Without a tree of the run's everybody is in the root of what the era mounts. */
static unsigned count_of_era(const char *profile)
{
    unsigned count = 0;
    while (lx_cgroups_of(profile) == LX_CGROUPS_FIRST &&
           lx_cgroup_controller(profile, count) != NULL)
        count++;
    return count;
}

static unsigned count_of_run(const struct lx_policy *policy)
{
    unsigned count = 0;
    while (members_mount(policy, count + 1) != NULL)
        count++;
    return count;
}

/* /proc/PID/cgroup: the groups that it is in, what was mounted last first. */
void page_groups(struct page *p)
{
    const char *profile = p->kernel->profile;
    bool tree = has_tree(p);
    for (unsigned n = tree ? count_of_run(p->policy) : count_of_era(profile); n > 0; n--) {
        const struct lx_mount *m = members_mount(p->policy, n);
        put_group(p, n,
                  m == NULL ? lx_cgroup_controller(profile, n - 1) : lx_mount_text(m, m->options));
    }
    if (kernel_is_wsl2(p->kernel))
        put_group(p, MEMBERS_UNIFIED, "");
}
