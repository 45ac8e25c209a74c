/* SPDX-License-Identifier: MIT */
/*
 * strict: asks for seccomp's strict mode, by prctl and by seccomp, and says what it is in it. Each
 * time a child writes a line and exits, and another one opens a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long by_prctl(void)
{
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
}

static long by_seccomp(void)
{
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL);
}

static void in_child(long (*enter)(void), int opens)
{
    static const char words[] = "still writing\n";
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (enter() < 0) {
            printf("refused: %s\n", strerror(errno));
            fflush(stdout);
            _exit(2);
        }
        ssize_t n = write(1, words, sizeof(words) - 1);
        if (opens && n > 0)
            n = open("f", O_WRONLY | O_CREAT, 0666);
        syscall(SYS_exit, n < 0 ? 3 : 0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        printf("killed by %d\n", WTERMSIG(status));
    else
        printf("exit %d\n", WEXITSTATUS(status));
}

int main(void)
{
    in_child(by_prctl, 0);
    in_child(by_prctl, 1);
    in_child(by_seccomp, 0);
    in_child(by_seccomp, 1);
    printf("%s\n", access("f", F_OK) == 0 ? "made" : "not made");
    return 0;
}
