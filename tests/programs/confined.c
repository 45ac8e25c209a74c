/* SPDX-License-Identifier: MIT */
/*
 * confined KIND DIR: confines itself, then makes one call of each sort in the tree below DIR that
 * tests/bats/confined.bats has made, and prints what each answers. What a worker may do for such a
 * program is no more and no less than the kernel lets it do itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#define OTHER 65534

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "confined: %s: %s\n", what, strerror(errno));
    exit(77);
}

static void must(long r, const char *what)
{
    if (r < 0)
        fail(what);
}

static void capabilities(uint64_t effective, uint64_t permitted)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {
        {(uint32_t)effective, (uint32_t)permitted, 0},
        {(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), 0}};
    must(syscall(SYS_capset, &header, data), "capset");
}

static uint64_t permitted(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    must(syscall(SYS_capget, &header, data), "capget");
    return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

#define CAP(name) (UINT64_C(1) << (name))

static void put(const char *file, const char *text)
{
    int fd = open(file, O_WRONLY);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        fail(file);
    close(fd);
}

static void users(bool mapped)
{
    char own[64];
    char group[64];
    snprintf(own, sizeof(own), "0 %u 1", (unsigned)geteuid());
    snprintf(group, sizeof(group), "0 %u 1", (unsigned)getegid());
    must(unshare(CLONE_NEWUSER), "unshare");
    if (!mapped)
        return;
    put("/proc/self/setgroups", "deny");
    put("/proc/self/uid_map", own);
    put("/proc/self/gid_map", group);
}

/* Landlock's own numbers: headers may be older than the kernel. */
static void landlock(const char *allowed)
{
    struct {
        uint64_t handled;
    } rules = {0x1fff};
    struct __attribute__((packed)) {
        uint64_t access;
        int32_t parent;
    } beneath = {0x1fff, open(allowed, O_PATH | O_DIRECTORY)};
    int set = (int)syscall(444, &rules, sizeof(rules), 0);
    must(set, "landlock_create_ruleset");
    must(beneath.parent, allowed);
    must(syscall(445, set, 1, &beneath, 0), "landlock_add_rule");
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
    must(syscall(446, set, 0), "landlock_restrict_self");
    close(set);
    close(beneath.parent);
}

static void many_groups(void)
{
    gid_t groups[200];
    for (size_t i = 0; i < 200; i++)
        groups[i] = 5000 + (gid_t)i;
    groups[150] = 4321;
    must(setgroups(200, groups), "setgroups");
}

static void another(void)
{
    must(setresgid(OTHER, OTHER, OTHER), "setresgid");
    must(setresuid(OTHER, OTHER, OTHER), "setresuid");
}

static void confine(const char *kind)
{
    if (strcmp(kind, "none") == 0)
        return;
    if (strcmp(kind, "user") == 0) {
        must(setgroups(0, NULL), "setgroups");
        another();
    } else if (strcmp(kind, "groups") == 0) {
        many_groups();
        another();
    } else if (strcmp(kind, "fsuid") == 0) {
        setfsgid(OTHER);
        setfsuid(OTHER);
    } else if (strcmp(kind, "real") == 0) { /* whom access() asks for */
        must(setresgid(OTHER, 0, 0), "setresgid");
        must(setresuid(OTHER, 0, 0), "setresuid");
    } else if (strcmp(kind, "bare") == 0) { /* root without capabilities */
        capabilities(0, 0);
    } else if (strcmp(kind, "asleep") == 0) { /* permitted, and not in effect */
        capabilities(0, permitted());
    } else if (strcmp(kind, "override") == 0) { /* somebody else with one of them */
        must(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "keepcaps");
        another();
        capabilities(CAP(CAP_DAC_OVERRIDE), CAP(CAP_DAC_OVERRIDE));
    } else if (strcmp(kind, "users") == 0) {
        users(false);
    } else if (strcmp(kind, "mapped") == 0) {
        users(true);
    } else if (strcmp(kind, "landlock") == 0) {
        landlock("wide");
    } else if (strcmp(kind, "hidden") == 0) { /* nobody may look into it but root */
        another();
        must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "dumpable");
    } else {
        errno = EINVAL;
        fail(kind);
    }
}

static void tell(const char *call, const char *where, long result)
{
    printf("%s %s: %s\n", call, where, result < 0 ? strerrorname_np(errno) : "ok");
}

/* `where` holds what tests/bats/confined.bats puts there. By system calls, whatever libc makes. */
static void go_through(const char *where)
{
    char a[256];
    char b[256];
    struct stat st;
    int fd;
#define IN(to, name) (snprintf(to, sizeof(to), "%s/" name, where), to)
    tell("stat", where, stat(IN(a, "file"), &st));
    tell("access", where, access(IN(a, "file"), R_OK));
    tell("open for reading", where, fd = open(IN(a, "file"), O_RDONLY));
    close(fd);
    tell("open for writing", where, fd = open(IN(a, "file"), O_WRONLY));
    close(fd);
    tell("open of what is private", where, fd = open(IN(a, "private"), O_RDONLY));
    close(fd);
    tell("creat", where, fd = open(IN(a, "made"), O_WRONLY | O_CREAT | O_EXCL, 0666));
    close(fd);
    tell("list", where, fd = open(IN(a, "."), O_RDONLY | O_DIRECTORY));
    close(fd);
    tell("mkdir", where, mkdir(IN(a, "dir:2"), 0777));
    tell("mknod", where, mknod(IN(a, "node"), S_IFREG | 0666, 0));
    tell("symlink", where, symlink("target", IN(a, "sym")));
    tell("readlink", where, readlink(IN(a, "link"), b, sizeof(b)));
    tell("truncate", where, truncate(IN(a, "file"), 7));
    tell("link", where, link(IN(a, "file"), IN(b, "second")));
    tell("rename", where, rename(IN(a, "old"), IN(b, "ne:w")));
    tell("rename out", where, rename(IN(a, "out"), "wide/came"));
    tell("unlink", where, unlink(IN(a, "gone")));
    tell("rmdir", where, rmdir(IN(a, "empty")));
    tell("setxattr", where, setxattr(IN(a, "file"), "user.confined", "x", 1, 0));
#undef IN
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    must(chdir(argv[2]), argv[2]);
    umask(022);
    confine(argv[1]);
    go_through("shut");
    go_through("wide");
    go_through("group");
    return 0;
}
