/* SPDX-License-Identifier: MIT */
/*
 * vforked READY GO COMMAND ARGUMENT...: runs a command, and holds it where the first program that
 * it has started by vfork has begun: the program runs, and who started it has not seen that yet.
 * Writes the command's process id to READY then, and lets it go once there is a line in GO. Ends as
 * the command does; 128 and the signal's number, where that has ended it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static int failed(const char *what)
{
    fprintf(stderr, "vforked: %s: %s\n", what, strerror(errno));
    return 2;
}

/* In the child: waits to be traced, and becomes the command. */
static int become(char **argv)
{
    raise(SIGSTOP);
    execvp(argv[0], argv);
    return failed(argv[0]);
}

/* Says where it is, and waits for the word to go on. */
static int hold(pid_t pid, const char *ready, const char *go)
{
    char line[32];
    int n = snprintf(line, sizeof(line), "%d\n", (int)pid);
    int out = open(ready, O_WRONLY | O_CLOEXEC);
    if (out < 0 || write(out, line, (size_t)n) != n || close(out) < 0)
        return failed(ready);
    int in = open(go, O_RDONLY | O_CLOEXEC);
    if (in < 0 || read(in, line, sizeof(line)) <= 0 || close(in) < 0)
        return failed(go);
    return 0;
}

/* Goes on until it is at the end of its first vfork. Its signals are its own. */
static int follow(pid_t pid)
{
    int status;
    for (;;) {
        if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
            return failed("it has ended");
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_VFORK_DONE << 8))
            return 0;
        const long sig = status >> 16 != 0 || WSTOPSIG(status) == SIGSTOP ? 0 : WSTOPSIG(status);
        if (ptrace(PTRACE_CONT, pid, NULL, sig) < 0)
            return failed("PTRACE_CONT");
    }
}

int main(int argc, char **argv)
{
    int status;
    if (argc < 4)
        return 2;
    pid_t pid = fork();
    if (pid == 0)
        return become(argv + 3);
    if (pid < 0 || waitpid(pid, &status, WUNTRACED) != pid ||
        ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACEVFORKDONE) < 0 || kill(pid, SIGCONT) < 0)
        return failed("PTRACE_SEIZE");
    int r = follow(pid);
    if (r == 0)
        r = hold(pid, argv[1], argv[2]);
    if (r == 0 && ptrace(PTRACE_DETACH, pid, NULL, NULL) < 0)
        r = failed("PTRACE_DETACH");
    if (r != 0)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
        ;
    return r != 0 ? r : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
