/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into lxshim: a kernel with Yama, as far as lxshim's own calls reach it. $YAMA_SCOPE is
 * the value of kernel.yama.ptrace_scope; nobody has CAP_SYS_PTRACE. With 1 a process may look into
 * its descendants only, with more into none.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* A number behind a key in a file of /proc, 0 where there is none. */
static int number_in(const char *file, const char *key)
{
    char line[256];
    int found = 0;
    FILE *f = fopen(file, "re");
    while (f != NULL && fgets(line, sizeof(line), f) != NULL)
        if (strncmp(line, key, strlen(key)) == 0)
            found = atoi(line + strlen(key));
    if (f != NULL)
        fclose(f);
    return found;
}

static bool may_look_into(int tid)
{
    const char *scope = getenv("YAMA_SCOPE");
    char name[64];
    snprintf(name, sizeof(name), "/proc/%d/status", tid);
    int process = number_in(name, "Tgid:");
    if (scope == NULL || scope[0] == '0' || process == getpid())
        return true;
    while (scope[0] == '1' && process > 1) {
        snprintf(name, sizeof(name), "/proc/%d/status", process);
        process = number_in(name, "PPid:");
        if (process == getpid())
            return true;
    }
    errno = EPERM;
    return false;
}

ssize_t process_vm_readv(pid_t pid, const struct iovec *here, unsigned long n,
                         const struct iovec *there, unsigned long m, unsigned long flags)
{
    return may_look_into(pid) ? NEXT(process_vm_readv)(pid, here, n, there, m, flags) : -1;
}

ssize_t process_vm_writev(pid_t pid, const struct iovec *here, unsigned long n,
                          const struct iovec *there, unsigned long m, unsigned long flags)
{
    return may_look_into(pid) ? NEXT(process_vm_writev)(pid, here, n, there, m, flags) : -1;
}

int open(const char *path, int flags, ...)
{
    int pid;
    char end;
    va_list args;
    va_start(args, flags);
    mode_t mode = va_arg(args, mode_t);
    va_end(args);
    if (strcmp(path, "/proc/sys/kernel/yama/ptrace_scope") == 0) {
        int fd = memfd_create("scope", MFD_CLOEXEC);
        (void)!write(fd, getenv("YAMA_SCOPE"), 1);
        lseek(fd, 0, SEEK_SET);
        return fd;
    }
    if (sscanf(path, "/proc/%d/me%c", &pid, &end) == 2 && !may_look_into(pid)) {
        errno = EACCES;
        return -1;
    }
    return NEXT(open)(path, flags, mode);
}

long syscall(long nr, ...)
{
    char name[64];
    long a[6];
    va_list args;
    va_start(args, nr);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(args, long);
    va_end(args);
    snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", (int)a[0]);
    if (nr == SYS_pidfd_getfd && !may_look_into(number_in(name, "Pid:")))
        return -1;
    if (nr == SYS_ptrace && !may_look_into((int)a[1]))
        return -1;
    long r = NEXT(syscall)(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (nr == SYS_capget && r == 0 && a[1] != 0)
        ((struct __user_cap_data_struct *)a[1])[0].effective &= ~(1U << CAP_SYS_PTRACE);
    return r;
}
