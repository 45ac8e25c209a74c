/* SPDX-License-Identifier: MIT */
/*
 * presses SIGNAL WHO COMMAND [ARGUMENT]...: starts a command that waits for ever on a terminal of
 * its own, once for each system call of its start, and has it get a signal before that call.
 * SIGNAL: INT or QUIT, as by the terminal's keys; HUP, as a terminal goes away; or TERM, to the
 * command's process alone. WHO makes the calls: "all", that process, from its beginning to the call
 * in which it waits; "main", from where it blocks signals on; or "fork", "vfork", the first process
 * that it starts so, until that waits or executes something. Prints how many calls these were, or
 * after which of them somebody has lived on, for as long as is waited.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT_S 60

/* It does not survive this program, and a stop at a call is told from a signal. */
#define WATCHED (PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD)

static const struct {
    const char *name;
    int sig;
} signals[] = {{"INT", SIGINT}, {"QUIT", SIGQUIT}, {"HUP", SIGHUP}, {"TERM", SIGTERM}};

static _Noreturn void fail(const char *what)
{
    perror(what);
    exit(2);
}

static int number_of(const char *name)
{
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        if (strcmp(signals[i].name, name) == 0)
            return signals[i].sig;
    exit(2);
}

/* The terminal's other end. What HUP closes is nowhere else open. */
static int master;

static void press(int sig, pid_t command)
{
    if (sig == SIGTERM)
        kill(command, sig);
    else if (sig != SIGHUP)
        (void)ioctl(master, TIOCSIG, sig);
    if (sig == SIGHUP)
        close(master);
}

static _Noreturn void become(char **command, const char *terminal)
{
    setsid();
    int slave = open(terminal, O_RDWR);
    if (slave < 0 || dup2(slave, STDIN_FILENO) < 0 || close(slave) < 0 ||
        ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
        fail(terminal);
    execvp(command[0], command);
    fail(command[0]);
}

/* Starts the command, which stands still then. */
static pid_t start(char **command, long options)
{
    char terminal[64];
    int status;
    master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0 ||
        ptsname_r(master, terminal, sizeof(terminal)) != 0)
        fail("a terminal");
    pid_t child = fork();
    if (child == 0)
        become(command, terminal);
    if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status) ||
        ptrace(PTRACE_SETOPTIONS, child, NULL, options | WATCHED) < 0)
        fail("a command");
    return child;
}

/* The command's process goes on until it has started another, which stands still then. Returns
 * that. */
static pid_t wait_started(pid_t command)
{
    unsigned long started = 0;
    int status = 0;
    while (status >> 16 == 0) {
        int sig = status == 0 ? 0 : WSTOPSIG(status);
        if (ptrace(PTRACE_CONT, command, NULL, sig) < 0 || waitpid(command, &status, 0) < 0 ||
            !WIFSTOPPED(status))
            fail("what the command starts");
    }
    if (ptrace(PTRACE_GETEVENTMSG, command, NULL, &started) < 0 ||
        waitpid((pid_t)started, &status, __WALL) < 0 ||
        ptrace(PTRACE_SETOPTIONS, started, NULL, WATCHED) < 0 ||
        ptrace(PTRACE_DETACH, command, NULL, NULL) < 0)
        fail("what the command has started");
    return (pid_t)started;
}

static bool waits_by(unsigned long long call)
{
    return call == SYS_rt_sigtimedwait || call == SYS_ppoll || call == SYS_clock_nanosleep;
}

/*
 * Has a process go on to its nth call, counted from where it blocks signals on, if it is to. True
 * where that is the last that counts.
 */
static bool go_to(pid_t process, unsigned n, bool counted)
{
    struct __ptrace_syscall_info info;
    unsigned calls = 0;
    int status = 0;
    while (calls < n) {
        int sig = status == 0 || (WSTOPSIG(status) & 0x7f) == SIGTRAP ? 0 : WSTOPSIG(status);
        if (ptrace(PTRACE_SYSCALL, process, NULL, sig) < 0 ||
            waitpid(process, &status, __WALL) < 0 || !WIFSTOPPED(status) ||
            ptrace(PTRACE_GET_SYSCALL_INFO, process, sizeof(info), &info) < 0)
            fail("a call");
        if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
            continue;
        counted |= info.entry.nr == SYS_rt_sigprocmask && info.entry.args[0] == SIG_BLOCK;
        calls += counted;
        if (waits_by(info.entry.nr) || (info.entry.nr == SYS_execve && calls > 1))
            return true;
    }
    return false;
}

static void ring(int sig)
{
    (void)sig; /* to end a wait */
}

/* Waits until nobody is left of what the command has started. False where somebody stays. */
static bool all_end(void)
{
    alarm(LIMIT_S);
    while (waitpid(-1, NULL, 0) > 0)
        ;
    bool all = errno == ECHILD;
    alarm(0);
    return all;
}

int main(int argc, char **argv)
{
    const struct sigaction action = {.sa_handler = ring};
    unsigned n = 0;
    bool last = false;
    if (argc < 4 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        return 2;
    const int sig = number_of(argv[1]);
    const char *who = argv[2];
    const bool is_other = strcmp(who, "fork") == 0 || strcmp(who, "vfork") == 0;
    const long options = who[0] == 'f' ? PTRACE_O_TRACEFORK : PTRACE_O_TRACEVFORK;
    sigaction(SIGALRM, &action, NULL);
    while (!last) {
        pid_t command = start(argv + 3, is_other ? options : 0);
        pid_t process = is_other ? wait_started(command) : command;
        last = go_to(process, ++n, is_other || strcmp(who, "all") == 0);
        press(sig, command);
        ptrace(PTRACE_DETACH, process, NULL, NULL);
        if (!all_end()) {
            printf("somebody lives on after %s before call %u of %s\n", argv[1], n, who);
            return 1;
        }
        if (sig != SIGHUP)
            close(master);
    }
    printf("%u calls\n", n);
    return 0;
}
