/* SPDX-License-Identifier: MIT */
/*
 * The thread that writes a trace's lines ends wherever the run's end finds it: it is held after
 * each instruction between the last look of its at that and its word that it waits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policy/image.h"
#include "supervisor/scribe.h"

#define LIMIT_S 60

static struct lx_image image = {.flags = LX_IMAGE_LINES};
static struct lx_policy policy = {.image = &image};
static struct lx_trace_lines *lines; /* shared with the process that has the thread */

static void ring(int sig)
{
    (void)sig; /* to end a wait */
}

/* Has a thread and ends it, as lxshim run does. It stands still where it begins to end it. */
static _Noreturn void have_a_thread(void)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
        _exit(2);
    raise(SIGSTOP);
    scribe_start(&policy);
    raise(SIGSTOP);
    scribe_end(&policy);
    _exit(0);
}

/* Lets a stopped thread go on, and waits until it stops. Its status. */
static int go(enum __ptrace_request how, pid_t tid)
{
    int status = 0;
    assert_int_equal(ptrace(how, tid, NULL, NULL), 0);
    assert_int_equal(waitpid(tid, &status, __WALL), tid);
    assert_true(WIFSTOPPED(status));
    return status;
}

/* Goes on to the thread's next futex call: what it asks for. */
static struct __ptrace_syscall_info next_futex(pid_t tid)
{
    struct __ptrace_syscall_info info;
    do {
        go(PTRACE_SYSCALL, tid);
        assert_true(ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) > 0);
    } while (info.op != PTRACE_SYSCALL_INFO_ENTRY || info.entry.nr != SYS_futex);
    return info;
}

/* Starts the process, up to where it ends the thread. Sets that, which has not run yet. */
static pid_t start(pid_t *thread)
{
    unsigned long made = 0;
    int status;
    atomic_store(&lines->waits, 0);
    pid_t process = fork();
    if (process == 0)
        have_a_thread();
    assert_int_equal(waitpid(process, &status, 0), process);
    if (WIFEXITED(status))
        return -1;
    assert_int_equal(ptrace(PTRACE_SETOPTIONS, process, NULL,
                            PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE),
                     0);
    do
        status = go(PTRACE_CONT, process);
    while (status >> 16 != PTRACE_EVENT_CLONE);
    assert_int_equal(ptrace(PTRACE_GETEVENTMSG, process, NULL, &made), 0);
    *thread = (pid_t)made;
    assert_int_equal(waitpid(*thread, &status, __WALL), *thread);
    do
        status = go(PTRACE_CONT, process);
    while (status >> 16 != 0 || WSTOPSIG(status) != SIGSTOP);
    return process;
}

/* Has the thread wait for a line, and then for a while, which runs out. */
static void come_round(pid_t thread)
{
    struct __ptrace_syscall_info info;
    do {
        info = next_futex(thread);
        if (info.entry.args[0] == (uintptr_t)&lines->waits)
            atomic_store(&lines->waits, 0); /* as by who leaves a line: the wait is over at once */
    } while (info.entry.args[3] == 0);
    go(PTRACE_SYSCALL, thread);
}

/* Goes on by so many instructions. False where that has come to the word that it waits. */
static bool step(pid_t thread, unsigned steps)
{
    while (steps-- > 0 && atomic_load(&lines->waits) == 0)
        go(PTRACE_SINGLESTEP, thread);
    return atomic_load(&lines->waits) == 0;
}

/* The process does all that ends the thread, up to where it waits for that. */
static void come_to_the_end(pid_t process)
{
    struct __ptrace_syscall_info info;
    int operation;
    do {
        info = next_futex(process);
        operation = (int)info.entry.args[1] & FUTEX_CMD_MASK;
    } while (operation != FUTEX_WAIT && operation != FUTEX_WAIT_BITSET);
}

/* False where the process does not end. */
static bool ends(pid_t process)
{
    int status = 0;
    alarm(LIMIT_S);
    pid_t done = waitpid(process, &status, 0);
    alarm(0);
    if (done == process)
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    kill(process, SIGKILL);
    waitpid(process, &status, 0);
    return false;
}

static void the_end_comes_after_each_instruction(void **state)
{
    bool before = true;
    (void)state;
    for (unsigned steps = 0; before; steps++) {
        pid_t thread;
        pid_t process = start(&thread);
        if (process < 0)
            skip(); /* a container that forbids ptrace */
        come_round(thread);
        before = step(thread, steps);
        come_to_the_end(process);
        assert_int_equal(ptrace(PTRACE_DETACH, thread, NULL, NULL), 0);
        assert_int_equal(ptrace(PTRACE_DETACH, process, NULL, NULL), 0);
        if (!ends(process))
            fail_msg("held after %u instructions, it does not end", steps);
    }
}

static int set_up(void **state)
{
    const struct sigaction action = {.sa_handler = ring};
    const size_t room = lx_stats_room(0, false, true);
    (void)state;
    void *at = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return -1;
    policy.stats = at;
    lines = lx_trace_lines(&policy);
    return sigaction(SIGALRM, &action, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_comes_after_each_instruction),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
