/* SPDX-License-Identifier: MIT */
#include "cli/relay.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/giver.h"
#include "cli/sizes.h"
#include "supervisor/janitor.h"
#include "supervisor/proc.h"
#include "supervisor/scribe.h"
#include "supervisor/supervisor.h"
#include "sys/preload.h"

/* Raised by the process itself when it goes wrong: nothing to pass on. */
static const int own_faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};

/* What the terminal sends to everyone in the foreground: the command has had it already. */
static const int of_terminal[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH, SIGCONT};

static bool among(int sig, const int *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == sig)
            return true;
    return false;
}
#define AMONG(sig, list) among(sig, list, sizeof(list) / sizeof((list)[0]))

/*
 * The signals to wait for: all but faults and those that are ignored, which the command shall
 * inherit as they are.
 */
static void relayed_signals(sigset_t *set)
{
    struct sigaction now;
    sigfillset(set);
    for (int sig = 1; sig <= SIGRTMAX; sig++)
        if (AMONG(sig, own_faults) ||
            (sig != SIGCHLD && sigaction(sig, NULL, &now) == 0 && now.sa_handler == SIG_IGN))
            sigdelset(set, sig);
}

/* True where a signal came from the kernel to a whole process group, the command included. */
static bool had_already(const siginfo_t *info)
{
    if (info->si_code != SI_KERNEL)
        return false;
    /* When a terminal hangs up, the kernel tells the session's leader alone. */
    if (info->si_signo == SIGHUP)
        return getsid(0) != getpid();
    return AMONG(info->si_signo, of_terminal);
}

/*
 * The signals that a command's process took over, as a set of the kernel's. Written by it before
 * its exec, in the memory that vfork shares; then this thread's alone.
 */
static volatile uint64_t taken_over;

static void pass_on(pid_t child, const siginfo_t *info)
{
    const uint64_t bit = UINT64_C(1) << (info->si_signo - 1);
    const bool taken = (taken_over & bit) != 0; /* the one that waited here, whoever sent it */
    taken_over &= ~bit;
    if (taken || had_already(info))
        return;
    if (info->si_code == SI_QUEUE)
        sigqueue(child, info->si_signo, info->si_value);
    else
        kill(child, info->si_signo);
}

/* True where the child is stopped; assumed where /proc does not say. */
static bool is_stopped(pid_t child)
{
    char name[32];
    char line[128];
    snprintf(name, sizeof(name), "/proc/%d/stat", (int)child);
    FILE *f = fopen(name, "re");
    if (f == NULL)
        return true;
    size_t n = fread(line, 1, sizeof(line) - 1, f);
    fclose(f);
    line[n] = '\0';
    const char *state = strrchr(line, ')'); /* comm may hold anything, and is short */
    return state == NULL || strncmp(state, ") T", 3) == 0;
}

/* True where the child is in the stop that we know of, and not in one since. */
static bool still_stopped(pid_t child)
{
    siginfo_t info = {.si_pid = 0};
    return is_stopped(child) &&
           (waitid(P_PID, (id_t)child, &info, WSTOPPED | WNOHANG | WNOWAIT) < 0 ||
            info.si_pid == 0);
}

/* Stops this process as the child has stopped, and takes the child along when it goes on. */
static void stop_too(pid_t child, int sig)
{
    const struct timespec none = {0, 0};
    sigset_t set;
    if (!still_stopped(child))
        return; /* it has gone on meanwhile: a stop now would throw away our own SIGCONT */
    /* Blocked, so that it is one with what the terminal has sent us: one stop, not two. */
    raise(sig);
    sigemptyset(&set);
    sigaddset(&set, sig);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (still_stopped(child))
        kill(child, SIGCONT);
    sigemptyset(&set);
    sigaddset(&set, SIGCONT);
    while (sigtimedwait(&set, NULL, &none) > 0)
        ;
}

/*
 * The command, where nobody but this process would stop it, or 0. Written by the first thread; read
 * by the handler below, in whichever thread.
 */
static volatile sig_atomic_t alone;

/*
 * What this process has mapped was cut short, by who may do that: the run has no mounts to go on
 * by. A supervisor stops the command once this process is gone.
 */
static void end_cut(int sig, siginfo_t *info, void *unused)
{
    static const char words[] =
        "lxshim: a file of this run was cut short: the command is stopped\n";
    (void)unused;
    if (info->si_code <= 0) { /* sent by somebody, which is nothing of that */
        signal(sig, SIG_DFL);
        raise(sig);
        return;
    }
    if (alone > 0)
        kill(alone, SIGKILL);
    (void)!write(STDERR_FILENO, words, sizeof(words) - 1);
    _exit(CLI_FAILED);
}

/* Once all is started: a worker that dies so is a call that fails, and nobody's word. */
static void hear_cuts(pid_t command, bool supervised)
{
    const struct sigaction action = {.sa_sigaction = end_cut, .sa_flags = SA_SIGINFO};
    alone = supervised ? 0 : command;
    sigaction(SIGBUS, &action, NULL);
}

#define FAILED (-1)

/* The command and what it has started cannot go on without its supervisor. */
static void supervisor_failed(int leash, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == SUPERVISE_UNSERVED)
        cli_error("the supervisor cannot start: %s", strerror(EAGAIN));
    else
        cli_error("the supervisor has failed: the command is stopped");
    supervise_stop(leash);
}

/*
 * Collects children until the one that counts has ended. True with its status then. *supervisor is
 * 0, or FAILED, once that has ended: somebody else may have the number.
 */
static bool collect(pid_t child, pid_t *supervisor, int leash, int *status)
{
    pid_t pid;
    int s;
    /* Any child: as init of a container, or started with children, there are others. */
    while ((pid = waitpid(-1, &s, WNOHANG | WUNTRACED)) > 0) {
        if (pid == *supervisor && !WIFSTOPPED(s)) {
            bool ended = WIFEXITED(s) && WEXITSTATUS(s) == 0; /* nobody is left to be served */
            *supervisor = ended ? 0 : FAILED;
            if (!ended)
                supervisor_failed(leash, s);
        }
        if (pid != child)
            continue;
        if (!WIFSTOPPED(s)) {
            *status = s;
            return true;
        }
        if (*supervisor != FAILED)
            stop_too(child, WSTOPSIG(s));
    }
    return false;
}

/*
 * What the command is started by: the library's, so that rules judge that, too, or libc's; nothing
 * where this program has to be started anew.
 */
struct starter {
    int (*execvp)(const char *file, char *const argv[]);
    int (*access)(const char *path, int mode);
};

static int is_library(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    return preload_is_ours(info->dlpi_name, strlen(info->dlpi_name));
}

static bool has_library(void)
{
    return dl_iterate_phdr(is_library, NULL) != 0;
}

/*
 * Loads the library as ld.so will: ld.so itself only grumbles about one that it cannot load. Its
 * constructor takes over the policy for this process. False after saying what is wrong.
 */
static bool load_library(struct starter *by)
{
    const char *list = getenv("LD_PRELOAD"); /* ours is its last */
    const char *before = list == NULL ? NULL : strrchr(list, ':');
    void *library =
        list == NULL ? NULL : dlopen(before == NULL ? list : before + 1, RTLD_NOW | RTLD_LOCAL);
    void *execvp_there = library == NULL ? NULL : dlsym(library, "execvp");
    void *access_there = library == NULL ? NULL : dlsym(library, "access");
    if (execvp_there == NULL || access_there == NULL) {
        cli_error("the library was not loaded: %s", dlerror());
        return false;
    }
    memcpy(&by->execvp, &execvp_there, sizeof(execvp_there));
    memcpy(&by->access, &access_there, sizeof(access_there));
    return true;
}

/*
 * Puts this process under the supervisor. Where there is none it says so: as a failure if that is
 * `required`, else as what nobody has asked about, unless it is to be `silent`. `leash`: as for
 * supervise_tie, or -1 where nobody waits for this process's exec. Returns whether the command may
 * start.
 */
static bool enter_supervisor(int socket, int leash, bool required, bool silent,
                             enum supervise_filter which)
{
    if (socket < 0)
        return true;
    int listener = supervise_install(which);
    int r = listener < 0 ? listener : supervise_hand_over(socket, listener);
    if (listener >= 0)
        close(listener);
    close(socket);
    if (r == 0 && leash >= 0)
        r = supervise_tie(leash);
    if (r == 0)
        return true;
    if (listener >= 0) { /* under the filter, and nobody answers */
        cli_error("the supervisor cannot start: %s", r == -EPIPE ? "it has ended" : strerror(-r));
        return false;
    }
    if (required || !silent)
        cli_error("no supervisor here: %s; " SUPERVISE_UNCOVERED, supervise_reason(r));
    return !required;
}

/* Signals of libc's own: it handles them once there is a thread, and lets nobody set them. */
#define OWN_FIRST 32
#define OWN_COUNT 3

/* What the command inherits of signals. */
struct signals {
    sigset_t mask;
    bool chld_ignored;
    bool own_ignored[OWN_COUNT];
    pid_t parent; /* its own, which may be gone when it asks */
};

/* Of what rt_sigaction takes, the handler is the first word everywhere. */
#define ACTION_WORDS 8
#define SET_SIZE     8 /* bytes of the kernel's set of signals */

/* Before there is a thread: which of those were ignored by whoever has started us. */
static void note_own(struct signals *signals)
{
    for (int i = 0; i < OWN_COUNT; i++) {
        unsigned long action[ACTION_WORDS] = {0};
        signals->own_ignored[i] =
            syscall(SYS_rt_sigaction, OWN_FIRST + i, NULL, action, SET_SIZE) == 0 &&
            action[0] == (unsigned long)SIG_IGN;
    }
}

static void give_back(const struct signals *signals)
{
    const unsigned long ignored[ACTION_WORDS] = {(unsigned long)SIG_IGN};
    if (signals->chld_ignored)
        signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < OWN_COUNT; i++)
        if (signals->own_ignored[i])
            (void)syscall(SYS_rt_sigaction, OWN_FIRST + i, ignored, NULL, SET_SIZE);
    sizes_give_back();
    sigprocmask(SIG_SETMASK, &signals->mask, NULL);
}

/* Executes argv or says why not. Returns the exit status of a failure. */
static int become_command(char **argv, const struct starter *by)
{
    /* Libc's own call of less than six arguments may find the cookie where our last one left it,
     * and the rules would not be heard of the command itself. */
    (void)syscall(SYS_getppid, 0L, 0L, 0L, 0L, 0L, 0L);
    by->execvp(argv[0], argv);
    int error = errno;
    bool there = strchr(argv[0], '/') != NULL && by->access(argv[0], F_OK) == 0;
    if (error == ENOENT && there) {
        cli_error("%s: its interpreter is missing; \"lxshim doctor %s\" tells which", argv[0],
                  argv[0]);
        return CLI_CANNOT_EXECUTE;
    }
    cli_error("%s: %s", argv[0],
              error == ENOENT && strchr(argv[0], '/') == NULL ? "command not found"
                                                              : strerror(error));
    return error == ENOENT ? CLI_NOT_FOUND : CLI_CANNOT_EXECUTE;
}

/*
 * Where the library is in this process already, with the policy of an `lxshim run` around this one:
 * this program anew, which gets in one word what it has to know.
 */
static int start_anew(char **argv, const struct relay_lanes *lanes, int socket)
{
    char word[32];
    size_t n = 0;
    snprintf(word, sizeof(word), "%c%c%c%c%d", lanes->preload ? 'p' : '-',
             lanes->complete ? 'c' : '-', lanes->silent ? 's' : '-',
             '0' + (int)supervise_filter(lanes->policy), socket);
    while (argv[n] != NULL)
        n++;
    char **stage = calloc(n + 3, sizeof(char *));
    if (stage != NULL) {
        stage[0] = (char[]){RELAY_STAGE};
        stage[1] = word;
        memcpy(stage + 2, argv, n * sizeof(char *));
        if (socket >= 0)
            fcntl(socket, F_SETFD, 0);
        execv("/proc/self/exe", stage);
    }
    int error = errno;
    free(stage);
    cli_error("cannot start the command: %s%s", strerror(error),
              error == ENOENT ? "; inside another run / needs lxshim's ld.so" : "");
    return CLI_FAILED;
}

int relay_stage(char **argv)
{
    const struct starter here = {execvp, access};
    const char *word = *argv++;
    bool preload = word[0] == 'p';
    bool required = word[1] == 'c' || !preload;
    if (preload && !has_library()) {
        cli_error("the library was not loaded: %s", getenv("LD_PRELOAD"));
        return CLI_FAILED;
    }
    enum supervise_filter which = (enum supervise_filter)(word[3] - '0');
    return enter_supervisor(atoi(word + 4), -1, required, word[2] == 's', which)
               ? become_command(argv, &here)
               : CLI_FAILED;
}

/* By which the command's process comes to the master, and knows that it lives; or -1. */
struct ends {
    int socket;
    int leash;
};

/* Set by the child's handler, in the memory that both share until exec; read after that. */
static volatile sig_atomic_t told_to_stop;

static void note_stop(int sig)
{
    (void)sig;
    told_to_stop = 1;
}

/*
 * In the child: a stop from the terminal would leave this process waiting for the exec, where
 * nobody can make it stop or go on. The command gets it instead, as soon as it is there: exec takes
 * the handler away.
 */
static void put_off_stop(void)
{
    const struct sigaction action = {.sa_handler = note_stop, .sa_flags = SA_RESTART};
    struct sigaction now;
    if (sigaction(SIGTSTP, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
        sigaction(SIGTSTP, &action, NULL);
}

/*
 * In the child, where all signals are blocked: takes over what waits for the parent of the
 * terminal's. The key may have been pressed before there was a child to have it, and the parent,
 * who cannot tell, passes nothing of that on. Of the same signal twice the kernel keeps one. Asked
 * of /proc, since sigpending in the parent would be one moment too early.
 */
static void take_over_keys(pid_t parent)
{
    static const int keys[] = {SIGINT, SIGQUIT, SIGTSTP, SIGHUP};
    char text[PROC_STATUS_ROOM];
    const char *pending = proc_status(parent, "\nShdPnd:", text);
    unsigned long long set = pending == NULL ? 0 : strtoull(pending, NULL, 16);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const uint64_t bit = UINT64_C(1) << (keys[i] - 1);
        if ((set & bit) != 0 && kill(getpid(), keys[i]) == 0)
            taken_over |= bit;
    }
}

/*
 * In the child, which is a vfork and runs in this very memory: what it changes there, the library's
 * caches among it, is what no one looks at afterwards. Where the master is killed meanwhile, its
 * end of the socket is closed, or of the leash, and nobody waits for ever. Apart from the function
 * that vforks, which shares its registers with it.
 */
static __attribute__((noinline)) _Noreturn void
start_command(char **argv, const struct relay_lanes *lanes, const struct ends *ends,
              const struct starter *by, const struct signals *signals)
{
    bool required = lanes->complete || !lanes->preload;
    int status = CLI_FAILED;
    put_off_stop();
    take_over_keys(signals->parent);
    if (by->execvp == NULL) {
        give_back(signals);
        status = start_anew(argv, lanes, ends->socket);
    } else if (enter_supervisor(ends->socket, ends->leash, required, lanes->silent,
                                supervise_filter(lanes->policy))) {
        give_back(signals);
        status = become_command(argv, by);
    }
    _exit(status);
}

/* musl has no room for a library's thread-local variables of the fast kind once a program runs. */
#if defined(LXSHIM_MUSL)
#define CAN_LOAD false
#else
#define CAN_LOAD true
#endif

/* Finds what starts the command. False after saying why nothing does. */
static bool choose_starter(const struct relay_lanes *lanes, struct starter *by)
{
    if (has_library() || (lanes->preload && !CAN_LOAD))
        return true; /* by start_anew */
    *by = (struct starter){execvp, access};
    return !lanes->preload || load_library(by);
}

/* Two ends that are no standard streams, whichever of those somebody has closed. */
static int make_sockets(int ends[2])
{
    int low[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, low) < 0)
        return -1;
    for (int i = 0; i < 2; i++)
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 3);
    close(low[0]);
    close(low[1]);
    return ends[0] < 0 || ends[1] < 0 ? -1 : 0;
}

/* At the end of the command, whichever of the two ended first. */
static void part_from(pid_t *supervisor, int leash)
{
    int status = *supervisor > 0 ? supervise_part(leash, *supervisor) : 0;
    if (status != 0) {
        *supervisor = FAILED;
        supervisor_failed(leash, status);
    }
    if (*supervisor == FAILED)
        supervise_stop_rest();
}

/*
 * Starts the supervisor, which has the leash's other end alone from here on, and then the command.
 * Returns the command's process id, or -errno.
 */
static pid_t start_both(char **argv, const struct relay_lanes *lanes, const int leash[2],
                        const struct signals *signals, pid_t *supervisor)
{
    struct starter by = {NULL, NULL};
    int sockets[2] = {-1, -1};
    if (lanes->supervise && make_sockets(sockets) < 0)
        return -errno;
    fflush(NULL);
    if (lanes->supervise) {
        *supervisor = supervise_start(sockets[0], leash[1], lanes->policy, lanes->ended);
        close(sockets[0]);
        close(leash[1]);
        if (*supervisor < 0) {
            close(sockets[1]);
            return *supervisor;
        }
    }
    /* The master has been forked without what belongs to the command alone, and without threads. */
    giver_start(lanes->policy); /* where no /proc is, our own library is the first to ask it */
    bool can_start = choose_starter(lanes, &by);
    const struct ends ends = {sockets[1], leash[0]};
    pid_t child = vfork();
    if (child == 0) {
        if (!can_start)
            _exit(CLI_FAILED);
        start_command(argv, lanes, &ends, &by, signals);
    }
    int error = errno;
    if (child > 0 && told_to_stop)
        kill(child, SIGTSTP);
    if (lanes->supervise)
        close(sockets[1]);
    return child < 0 ? -error : child;
}

int relay_run(char **argv, const struct relay_lanes *lanes)
{
    struct sigaction chld;
    sigset_t relayed;
    struct signals given = {.parent = getpid()};
    siginfo_t info;
    int status = 0;
    int leash[2] = {-1, -1};
    pid_t supervisor = 0;

    if (lanes->supervise && make_sockets(leash) < 0)
        return -errno;
    /* Whoever ignores SIGCHLD has no child to wait for; the command may, and inherits that. */
    sigaction(SIGCHLD, NULL, &chld);
    given.chld_ignored = chld.sa_handler == SIG_IGN;
    note_own(&given);
    signal(SIGCHLD, SIG_DFL);
    relayed_signals(&relayed);
    sigprocmask(SIG_BLOCK, &relayed, &given.mask);

    pid_t child = start_both(argv, lanes, leash, &given, &supervisor);
    if (child > 0) { /* not before: a fork would have to do without the threads */
        hear_cuts(child, supervisor > 0);
        janitor_start(lanes->policy);
        scribe_start(lanes->policy);
    }
    if (child > 0 && supervisor > 0)
        supervise_started(leash[0], child);
    while (child > 0 && !collect(child, &supervisor, leash[0], &status))
        if (sigwaitinfo(&relayed, &info) > 0 && info.si_signo != SIGCHLD)
            pass_on(child, &info);
    alone = 0; /* somebody else may have the number */
    if (lanes->supervise) {
        part_from(&supervisor, leash[0]);
        close(leash[0]);
    }
    giver_end();
    if (child > 0)
        janitor_end();
    scribe_end(lanes->policy);
    while (child > 0 && sigtimedwait(&relayed, NULL, &(struct timespec){0, 0}) > 0)
        ; /* the command had it, or has ended before: we end as it has, once all is tidy */
    sigprocmask(SIG_SETMASK, &given.mask, NULL);
    if (child > 0 && supervisor == FAILED)
        status = CLI_FAILED << 8; /* whatever its own end was */
    return child < 0 ? (int)child : status;
}

int relay_end(int status)
{
    const struct rlimit none = {0, 0};
    sigset_t set;
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    int sig = WTERMSIG(status);
    /* The core, if there is one, is the command's. */
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    signal(sig, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, sig);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(sig);
    return 128 + sig; /* init of a container does not die of signals */
}
