/* SPDX-License-Identifier: MIT */
/* lxshim doctor: tries what the shim needs instead of guessing it from version numbers. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/finding.h"
#include "cli/program.h"
#include "supervisor/supervisor.h"

static void check_kernel(void)
{
    struct utsname name;
    if (uname(&name) == 0)
        doctor_say(DOCTOR_OK, "kernel", "%s %s, %s", name.sysname, name.release, name.machine);
}

static void check_library(void)
{
    char library[PATH_MAX * 2];
    if (!cli_library(library, sizeof(library)))
        doctor_say(DOCTOR_BAD, "library", "%s", library);
    else if (strpbrk(library, ": ") != NULL)
        doctor_say(DOCTOR_BAD, "library",
                   "%s: ld.so cannot preload a path with a space or colon; move it", library);
    else
        doctor_say(DOCTOR_OK, "library", "%s", library);
}

/* One that cannot be loaded stops every run, and has said why on standard error by then. */
static void check_policy(void)
{
    struct lx_effective policy;
    struct lx_request request = {0};
    cli_default_policy(&request);
    if (request.file == NULL) {
        char where[PATH_MAX + 256];
        if (getcwd(where, sizeof(where)) != NULL && strcmp(where, "/") == 0) {
            doctor_say(DOCTOR_BAD, "policy",
                       "/ cannot be a Windows drive: start in the directory "
                       "that shall be one, or name mounts in a policy");
            return;
        }
        cli_no_policy(where, sizeof(where));
        doctor_say(DOCTOR_OK, "policy", "%s", where);
        return;
    }
    fflush(stdout);
    if (!cli_load(&request, &policy))
        doctor_say(DOCTOR_BAD, "policy", "%s cannot be used", request.file);
    else if (policy.others != NULL)
        doctor_say(DOCTOR_NOTE, "policy",
                   "%s, found in this directory: %s, so that it chooses rules, and no places",
                   request.file, policy.others);
    else if (policy.list_problem != NULL)
        doctor_say(DOCTOR_NOTE, "policy", "%s, found in this directory; %s", request.file,
                   policy.list_problem);
    else
        doctor_say(DOCTOR_OK, "policy", "%s%s", request.file,
                   policy.standing == LX_NAMED     ? ""
                   : policy.standing == LX_TRUSTED ? ", found in this directory, which is trusted"
                                                   : ", found in this directory: a guest");
    lx_effective_free(&policy);
}

/* Counts processes whose descriptors may not be listed. */
static void check_proc(void)
{
    DIR *dir = opendir("/proc");
    unsigned seen = 0;
    unsigned closed = 0;
    char name[64];
    if (dir == NULL || access("/proc/self/fd", R_OK | X_OK) != 0) {
        doctor_say(DOCTOR_BAD, "/proc",
                   "cannot be read: names, and who has a file open, come from there");
        if (dir != NULL)
            closedir(dir);
        return;
    }
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] < '0' || e->d_name[0] > '9')
            continue;
        seen++;
        snprintf(name, sizeof(name), "/proc/%.20s/fd", e->d_name);
        closed += access(name, R_OK) != 0 && errno != ENOENT;
    }
    closedir(dir);
    if (closed == 0)
        doctor_say(DOCTOR_OK, "/proc", "shows what all %u processes have open", seen);
    else
        doctor_say(DOCTOR_NOTE, "/proc",
                   "hides what %u of %u processes have open, other users' perhaps: traces cannot "
                   "name them, and their current directories do not count",
                   closed, seen);
}

/* True where a lease is to be had although a program has the file mapped, and no descriptor any
 * more. */
static bool overlooks_mappings(int fd, const char *name)
{
    int other = open(name, O_RDONLY | O_CLOEXEC);
    void *map = other < 0 ? MAP_FAILED : mmap(NULL, 1, PROT_READ, MAP_SHARED, other, 0);
    if (other >= 0)
        close(other);
    bool granted = map != MAP_FAILED && fcntl(fd, F_SETLEASE, F_WRLCK) == 0;
    if (map != MAP_FAILED)
        munmap(map, 1);
    return granted;
}

static void check_lease(int fd, const char *name)
{
    if (fcntl(fd, F_SETLEASE, F_WRLCK) < 0) {
        doctor_say(DOCTOR_NOTE, "write leases",
                   "not on this directory (%s): whether a file is open is looked up in /proc, "
                   "slower, and without other users' processes",
                   strerror(errno));
        return;
    }
    fcntl(fd, F_SETLEASE, F_UNLCK);
    if (overlooks_mappings(fd, name))
        doctor_say(DOCTOR_NOTE, "write leases",
                   "tell on this directory whether a file is open, but not of one that is only "
                   "mapped, as a loaded library: so it is on overlayfs");
    else
        doctor_say(DOCTOR_OK, "write leases", "tell on this directory whether a file is open");
    fcntl(fd, F_SETLEASE, F_UNLCK);
}

static void check_marks(void)
{
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 1};
    int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && fcntl(fd, F_OFD_SETLK, &lock) == 0)
        doctor_say(DOCTOR_OK, "directory marks", "tell whether a directory is open");
    else
        doctor_say(DOCTOR_NOTE, "directory marks",
                   "not on this directory (%s): an open directory can be removed and renamed",
                   strerror(errno));
    if (fd >= 0)
        close(fd);
}

static void check_xattr(int fd)
{
    if (fsetxattr(fd, "user.lxshim.doctor", "1", 1, 0) == 0)
        doctor_say(DOCTOR_OK, "user xattrs", "can be kept in this directory");
    else
        doctor_say(DOCTOR_NOTE, "user xattrs",
                   "not in this directory (%s): what Windows keeps of a file goes to a hidden "
                   "directory in the drive's root",
                   strerror(errno));
}

static void check_renameat2(const char *name)
{
    char to[PATH_MAX];
    snprintf(to, sizeof(to), "%s-2", name);
    if (renameat2(AT_FDCWD, name, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
        doctor_say(DOCTOR_OK, "renameat2", "with RENAME_NOREPLACE works in this directory");
        rename(to, name);
    } else {
        doctor_say(DOCTOR_NOTE, "renameat2",
                   "without RENAME_NOREPLACE here (%s), which is needed only where rename.flags "
                   "is native",
                   strerror(errno));
    }
}

/* What needs a file of our own in the current directory. */
static void check_directory(void)
{
    char name[] = ".lxshim-doctor-XXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0) {
        doctor_say(DOCTOR_NOTE, "directory", "cannot be written to (%s): not tried",
                   strerror(errno));
        check_marks();
        return;
    }
    check_lease(fd, name);
    check_marks();
    check_xattr(fd);
    check_renameat2(name);
    close(fd);
    unlink(name);
}

static void check_openat2(void)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};
    long fd = syscall(SYS_openat2, AT_FDCWD, ".", &how, sizeof(how));
    if (fd >= 0) {
        close((int)fd);
        doctor_say(DOCTOR_OK, "openat2", "works");
    } else {
        doctor_say(DOCTOR_NOTE, "openat2", "missing (%s): paths are looked up more slowly",
                   strerror(errno));
    }
}

static void check_namespaces(void)
{
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        _exit(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 ? 0 : errno);
    if (child > 0)
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
    if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        doctor_say(DOCTOR_OK, "namespaces",
                   "for users and mounts can be made, for lxshim run --bind");
    else
        doctor_say(DOCTOR_NOTE, "namespaces",
                   "for users and mounts cannot be made (%s): lxshim run translates paths where a "
                   "backing is elsewhere",
                   child > 0 && WIFEXITED(status) ? strerror(WEXITSTATUS(status)) : "no child");
}

static void check_seccomp(void)
{
    struct seccomp_notif_sizes sizes;
    int mode = prctl(PR_GET_SECCOMP, 0, 0, 0, 0);
    bool notify = syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) == 0;
    doctor_say(mode > 0 ? DOCTOR_NOTE : DOCTOR_OK, "seccomp", "%s; user notification is %s",
               mode > 0    ? "a filter is active here: what it forbids is not tried"
               : mode == 0 ? "no filter is active"
                           : "not in this kernel",
               notify ? "there" : "missing, which the preloaded library does not need");
}

static void check_supervisor(void)
{
    int r = doctor_supervisor();
    if (r < 0)
        doctor_say(DOCTOR_NOTE, "supervisor", "%s; " SUPERVISE_UNCOVERED, supervise_reason(r));
    else
        doctor_say(DOCTOR_OK, "supervisor",
                   "can be had: lxshim run sees system calls that the "
                   "preloaded library does not");
}

int cli_doctor(const struct cli_arguments *arguments)
{
    if (getenv("LXSHIM_STATE") != NULL)
        doctor_say(DOCTOR_NOTE, "lxshim", "is active here already: the answers below may be its");
    check_kernel();
    check_library();
    check_policy();
    check_proc();
    check_directory();
    check_openat2();
    check_namespaces();
    check_seccomp();
    check_supervisor();
    if (arguments->count > 0) {
        putchar('\n');
        doctor_program(arguments->rest[0]);
    }
    return doctor_found_bad() ? CLI_NO : CLI_OK;
}
