/* SPDX-License-Identifier: MIT */
/*
 * refuse ERRNO[@CALL] PROGRAM...: runs it where seccomp(), or another call (unshare, socket,
 * pidfd_getfd, fchmodat2, listxattrat), is answered by that errno, as kernels and containers
 * without it do. CALL "killable" is seccomp() with that flag, which Linux before 5.19 does not
 * know. Root is left its privileges.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#ifndef SYS_listxattrat
#define SYS_listxattrat 465
#endif

#define KILLABLE (1U << 5) /* SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, not in every header */

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        unsigned number;
    } errors[] = {{"EPERM", EPERM}, {"ENOSYS", ENOSYS}, {"EBUSY", EBUSY}, {"EINVAL", EINVAL}};
    const char *call = argc > 2 ? strchr(argv[1], '@') : NULL;
    size_t length = argc > 2 ? strcspn(argv[1], "@") : 0;
    unsigned refused = call == NULL                        ? SYS_seccomp
                       : strcmp(call, "@unshare") == 0     ? SYS_unshare
                       : strcmp(call, "@socket") == 0      ? SYS_socket
                       : strcmp(call, "@pidfd_getfd") == 0 ? SYS_pidfd_getfd
                       : strcmp(call, "@fchmodat2") == 0   ? SYS_fchmodat2
                       : strcmp(call, "@listxattrat") == 0 ? SYS_listxattrat
                       : strcmp(call, "@killable") == 0    ? SYS_seccomp
                                                           : 0;
    unsigned flag = call != NULL && strcmp(call, "@killable") == 0 ? KILLABLE : 0;
    unsigned error = 0;
    for (size_t i = 0; argc > 2 && i < sizeof(errors) / sizeof(errors[0]); i++)
        if (strlen(errors[i].name) == length && strncmp(argv[1], errors[i].name, length) == 0)
            error = errors[i].number;
    if (error == 0 || refused == 0)
        return 2;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, flag),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, flag, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};
    if ((geteuid() != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0) {
        perror("refuse");
        return 3;
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 126;
}
