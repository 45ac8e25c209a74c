/* SPDX-License-Identifier: MIT */
/*
 * Checks of names that end a process, and that wait for one: what it has changed is seen by the
 * next call. A directory that both looked at has become a symlink out of the tree, to a file of
 * another mode.
 */
#include <sched.h>
#include <sys/resource.h>

#include "probe.h"

static char far[PATH_MAX];

static void prepare_turn(void)
{
    snprintf(far, sizeof(far), "%s", outside());
    if (chdir(base()) != 0 || mkdir("turn", 0755) != 0 || make_file("turn/plain") != OK)
        _exit(1);
}

static int turn(void)
{
    return rename("turn", "turned") == 0 && symlink(far, "turn") == 0 ? 0 : 1;
}

static int mode_of_plain(void)
{
    struct stat st;
    NEED(stat("turn/plain", &st));
    return (st.st_mode & 07777) == 0640 ? OK : wrong("mode %o", (unsigned)st.st_mode & 07777);
}

static pid_t child_that_turns(void)
{
    struct stat st;
    prepare_turn();
    pid_t pid = fork();
    if (pid == 0) {
        /* Not before the other process, whose next call waits for the end of this one. */
        while (stat("go", &st) != 0)
            sched_yield();
        _exit(turn());
    }
    if (pid < 0 || stat("turn/plain", &st) != 0 || make_file("go") != OK)
        return -1;
    return pid;
}

static int after_waiting(pid_t expected, pid_t waited, int status)
{
    if (expected < 0 || waited != expected || status != 0)
        return wrong("waited for %d: %d with status %x", expected, waited, (unsigned)status);
    return mode_of_plain();
}

static int wait_any(void)
{
    int status = -1;
    pid_t pid = child_that_turns();
    pid_t waited = SYMBOL(wait)(&status);
    return after_waiting(pid, waited, status);
}

static int wait_pid(void)
{
    int status = -1;
    pid_t pid = child_that_turns();
    pid_t waited = SYMBOL(waitpid)(pid, &status, 0);
    return after_waiting(pid, waited, status);
}

static int wait_id(void)
{
    siginfo_t info = {.si_status = -1};
    pid_t pid = child_that_turns();
    TRY(SYMBOL(waitid)(P_PID, (id_t)pid, &info, WEXITED));
    return after_waiting(pid, info.si_pid, info.si_status);
}

static int wait_3(void)
{
    int status = -1;
    struct rusage usage;
    pid_t pid = child_that_turns();
    pid_t waited = SYMBOL(wait3)(&status, 0, &usage);
    return after_waiting(pid, waited, status);
}

static int wait_4(void)
{
    int status = -1;
    struct rusage usage;
    pid_t pid = child_that_turns();
    pid_t waited = SYMBOL(wait4)(pid, &status, 0, &usage);
    return after_waiting(pid, waited, status);
}

static int close_pipe(void)
{
    struct stat st;
    char command[2 * PATH_MAX];
    prepare_turn();
    snprintf(command, sizeof(command), "mv turn turned && ln -s '%s' turn", far);
    FILE *stream = popen(command, "w");
    NEED(stream != NULL ? 0 : -1);
    stat("turn/plain", &st);
    int status = SYMBOL(pclose)(stream);
    return status == 0 ? mode_of_plain() : wrong("status %x", (unsigned)status);
}

/* The end of a process: with the status that it says, and of what only it had open. */
static int end_process(void)
{
    int status = -1;
    void (*call)(int) = SYMBOL(void(int));
    NEED(chdir(base()));
    pid_t pid = fork();
    if (pid == 0) {
        if (open("f:ile", O_RDONLY) < 0 || unlink("f:ile") != 0)
            call(1);
        call(7);
    }
    TRY(pid);
    NEED(waitpid(pid, &status, 0));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 7)
        return wrong("status %x", (unsigned)status);
    return gone("f:ile");
}

const struct check probe_waits[] = {
    {"wait", wait_any},
    {"__wait", wait_any},
    {"waitpid", wait_pid},
    {"__waitpid", wait_pid},
    {"waitid", wait_id},
    {"wait3", wait_3},
    {"wait4", wait_4},
#ifdef __i386__
    {"__wait3_time64", wait_3},
    {"__wait4_time64", wait_4},
#endif
    {"pclose", close_pipe},
    {"_exit", end_process},
    {"_Exit", end_process},
    {"quick_exit", end_process},
    {NULL, NULL},
};
