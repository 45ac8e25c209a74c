/* SPDX-License-Identifier: MIT */
/*
 * Each job has a process of its own, which is the reaper of all that its command leaves: what the
 * command has started ends with it, whatever group or session it went to.
 */
#include "bisect/runner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bisect/copy.h"
#include "policy/stamp.h"

static const int endings[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define ENDINGS (sizeof(endings) / sizeof(endings[0]))

static void waited_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGCHLD);
    for (size_t i = 0; i < ENDINGS; i++)
        sigaddset(set, endings[i]);
}

int runner_begin(struct runner *runner, const struct bisect_options *options, const char **why)
{
    sigset_t set;
    *runner = (struct runner){.options = options};
    waited_signals(&set);
    sigprocmask(SIG_BLOCK, &set, &runner->before);
    /* Whoever started us may ignore it: children would be gone before anybody asks for them. */
    signal(SIGCHLD, SIG_DFL);
    runner->place = copy_place(options->directory, why);
    return runner->place == NULL ? -ENOENT : 0;
}

void runner_end(struct runner *runner)
{
    if (runner->place != NULL)
        copy_discard(runner->place);
    free(runner->place);
    runner->place = NULL;
    sigprocmask(SIG_SETMASK, &runner->before, NULL);
}

/* What a job's process knows. */
struct job {
    const struct bisect_options *options;
    const struct bisect_test *test;
    const char *trace;
    const sigset_t *before;
    char directory[PATH_MAX];
    char overrides[PATH_MAX + 32]; /* a file in it */
    struct bisect_outcome *outcome;
};

/* Kills every process that is ours to reap, again as those below them come to us. */
static void kill_all(void)
{
    char name[64];
    for (;;) {
        DIR *proc = opendir("/proc");
        struct dirent *e;
        while (proc != NULL && (e = readdir(proc)) != NULL) {
            int parent = 0;
            char *end;
            long pid = strtol(e->d_name, &end, 10);
            if (pid <= 0 || *end != '\0')
                continue;
            snprintf(name, sizeof(name), "/proc/%ld/stat", pid);
            FILE *f = fopen(name, "re");
            char line[512];
            size_t n = f == NULL ? 0 : fread(line, 1, sizeof(line) - 1, f);
            if (f != NULL)
                fclose(f);
            line[n] = '\0';
            const char *at = strrchr(line, ')'); /* a name may have anything in it */
            if (at != NULL && sscanf(at, ") %*c %d", &parent) == 1 && parent == getpid())
                kill((pid_t)pid, SIGKILL);
        }
        if (proc != NULL)
            closedir(proc);
        int status;
        if (waitpid(-1, &status, 0) < 0 && errno == ECHILD)
            return;
        while (waitpid(-1, &status, WNOHANG) > 0)
            ;
    }
}

/* The words of a run: the command, or our own program with what the test says. */
static const char **words_of(const struct job *job, char *trace, size_t room)
{
    const struct bisect_options *o = job->options;
    size_t count = 0;
    size_t n = 0;
    while (o->command[count] != NULL)
        count++;
    const char **argv = calloc(count + o->run_count + 16, sizeof(argv[0]));
    if (argv == NULL)
        return NULL;
    if (!job->test->native) {
        argv[n++] = o->program;
        argv[n++] = "run";
        argv[n++] = "-q";
        for (size_t i = 0; i < o->run_count; i++)
            argv[n++] = o->run[i];
        if (job->test->enforce != NULL) {
            argv[n++] = "--enforce";
            argv[n++] = job->test->enforce;
        }
        if (job->test->overrides != NULL) {
            argv[n++] = "--overrides";
            argv[n++] = job->overrides;
        }
        if (job->trace != NULL) {
            snprintf(trace, room, "all:%s", job->trace);
            argv[n++] = "--trace";
            argv[n++] = trace;
        }
        argv[n++] = "--";
    }
    for (size_t i = 0; i < count; i++)
        argv[n++] = o->command[i];
    return argv;
}

/* Becomes argv, in a directory, with nothing to read and its output in a file. */
static void become(const struct job *job, const char *const *argv, const char *where)
{
    char output[PATH_MAX + 16];
    snprintf(output, sizeof(output), "%s/output", job->directory);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int out = open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    setpgid(0, 0);
    if (null < 0 || out < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 ||
        chdir(where) < 0)
        _exit(126);
    setenv("PWD", where, 1);
    unsetenv("LXSHIM_TRACE"); /* it would get the lines of all runs */
    sigprocmask(SIG_SETMASK, job->before, NULL);
    if (argv[0] != NULL)
        execvp(argv[0], (char *const *)(uintptr_t)argv);
    _exit(errno == ENOENT ? 127 : 126);
}

static struct timespec left_until(const struct timespec *end)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct timespec left = {end->tv_sec - now.tv_sec, end->tv_nsec - now.tv_nsec};
    if (left.tv_nsec < 0) {
        left.tv_sec--;
        left.tv_nsec += 1000000000;
    }
    return left.tv_sec < 0 ? (struct timespec){0, 0} : left;
}

/* Removes a job, and ends its process, as whoever started it wants. */
static void give_up(const struct job *job)
{
    kill_all();
    copy_remove(job->options, job->directory);
    _exit(0);
}

/*
 * Waits until a child has ended. Returns its status as a shell has it; -ETIME where it was stopped
 * for its time.
 */
static int wait_for(const struct job *job, pid_t child)
{
    struct timespec end;
    sigset_t set;
    int status;
    waited_signals(&set);
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += job->options->time_limit;
    for (;;) {
        pid_t done;
        while ((done = waitpid(-1, &status, WNOHANG)) > 0)
            if (done == child)
                return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        struct timespec left = left_until(&end);
        if (job->options->time_limit != 0 && left.tv_sec == 0 && left.tv_nsec == 0)
            return -ETIME;
        int sig = job->options->time_limit != 0 ? sigtimedwait(&set, NULL, &left)
                                                : sigwaitinfo(&set, NULL);
        if (sig > 0 && sig != SIGCHLD)
            give_up(job);
    }
}

/* Starts a program in a copy and waits for it. Its status, or -errno. */
static int start(const struct job *job, const char *const *argv, const char *where)
{
    pid_t child = fork();
    if (child < 0)
        return -errno;
    if (child == 0)
        become(job, argv, where);
    int status = wait_for(job, child);
    kill_all();
    return status;
}

/* The end of what a command has printed, for an error. */
static void last_words(const struct job *job, char *out, size_t room)
{
    char path[PATH_MAX + 16];
    char text[400];
    snprintf(path, sizeof(path), "%s/output", job->directory);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    off_t from = size > (off_t)sizeof(text) - 1 ? size - (off_t)sizeof(text) + 1 : 0;
    ssize_t n = fd < 0 ? 0 : pread(fd, text, sizeof(text) - 1, from);
    if (fd >= 0)
        close(fd);
    while (n > 0 && text[n - 1] == '\n')
        n--;
    text[n > 0 ? n : 0] = '\0';
    snprintf(out, room, "%s%s", text[0] != '\0' ? ": " : "", text);
}

static bool set_up(const struct job *job, const char *where)
{
    const char *const sh[] = {"sh", "-c", job->options->setup, NULL};
    char said[400];
    if (job->options->setup == NULL)
        return true;
    int status = start(job, sh, where);
    if (status == 0)
        return true;
    last_words(job, said, sizeof(said));
    snprintf(job->outcome->problem, sizeof(job->outcome->problem),
             "--setup ends with %d in a fresh copy%s", status, said);
    return false;
}

static bool write_overrides(struct job *job)
{
    snprintf(job->overrides, sizeof(job->overrides), "%s/overrides.json", job->directory);
    if (job->test->overrides == NULL)
        return true;
    FILE *f = fopen(job->overrides, "we");
    bool ok = f != NULL && fputs(job->test->overrides, f) >= 0;
    return f != NULL && fclose(f) == 0 && ok;
}

/* Takes one run into account. */
static void judge(struct job *job, int status)
{
    struct bisect_outcome *o = job->outcome;
    enum bisect_answer answer =
        status < 0 ? BISECT_FAIL : (enum bisect_answer)job->options->answer[status & 255];
    o->runs++;
    o->failed += answer == BISECT_FAIL;
    /* A run that fails decides; one that can be tested decides over one that cannot. */
    if (o->runs > 1 && answer != BISECT_FAIL && (o->answer == BISECT_FAIL || answer == BISECT_SKIP))
        return;
    o->answer = answer;
    o->status = status < 0 ? 124 : status;
    o->timed_out = status < 0;
    if (answer == BISECT_SKIP)
        last_words(job, o->problem, sizeof(o->problem));
    else
        o->problem[0] = '\0';
}

/* One run, in a fresh copy. False where there is no way to make one. */
static bool run_once(struct job *job)
{
    struct bisect_outcome *o = job->outcome;
    char trace[PATH_MAX + 8];
    const char **argv = words_of(job, trace, sizeof(trace));
    char *where = NULL;
    bool ran = false;
    if (argv == NULL || mkdir(job->directory, 0700) < 0 || !write_overrides(job))
        snprintf(o->problem, sizeof(o->problem), "cannot write to a fresh copy: %s",
                 strerror(errno));
    else
        where = copy_make(job->options, job->directory, o->problem, sizeof(o->problem));
    if (where != NULL && set_up(job, where)) {
        if (job->trace != NULL)
            unlink(job->trace);
        int status = start(job, argv, where);
        ran = status >= 0 || status == -ETIME;
        if (ran)
            judge(job, status);
        else
            snprintf(o->problem, sizeof(o->problem), "cannot start a run: %s", strerror(-status));
    }
    free(where);
    free(argv);
    copy_remove(job->options, job->directory);
    return ran;
}

static void work(struct job *job, pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(0);
    struct bisect_outcome *o = job->outcome;
    for (unsigned i = 0; i < job->options->runs; i++) {
        if (!run_once(job)) {
            o->answer = BISECT_STOP;
            break;
        }
        if (o->answer == BISECT_FAIL && !job->test->every)
            break;
    }
    _exit(0);
}

/* Tells all of them to end. */
static void stop_all(const pid_t *pids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pids[i] > 0)
            kill(pids[i], SIGTERM);
}

/* Waits for all. A second signal tells them again, and no more: they have copies to remove. */
static void wait_for_all(struct runner *runner, pid_t *pids, size_t count, size_t running)
{
    sigset_t set;
    waited_signals(&set);
    while (running > 0) {
        pid_t done;
        int status;
        while ((done = waitpid(-1, &status, WNOHANG)) > 0)
            for (size_t i = 0; i < count; i++)
                if (pids[i] == done) {
                    pids[i] = 0;
                    running--;
                }
        if (running == 0)
            return;
        int sig = sigwaitinfo(&set, NULL);
        if (sig <= 0 || sig == SIGCHLD)
            continue;
        runner->interrupted = sig;
        stop_all(pids, count);
    }
}

int runner_round(struct runner *runner, struct runner_job *jobs, size_t count)
{
    const size_t size = count * sizeof(struct bisect_outcome);
    pid_t pids[RUNNER_JOBS_MAX] = {0};
    pid_t self = getpid();
    size_t running = 0;
    struct bisect_outcome *outcomes =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (outcomes == MAP_FAILED)
        return -errno;
    fflush(NULL);
    for (size_t i = 0; i < count; i++) {
        struct job job = {.options = runner->options,
                          .test = jobs[i].test,
                          .trace = jobs[i].trace,
                          .before = &runner->before,
                          .outcome = &outcomes[i]};
        snprintf(job.directory, sizeof(job.directory), "%s/%u", runner->place, runner->number++);
        outcomes[i].answer = BISECT_STOP;
        snprintf(outcomes[i].problem, sizeof(outcomes[i].problem), "a run was killed");
        pids[i] = fork();
        if (pids[i] == 0) {
            outcomes[i] = (struct bisect_outcome){.answer = BISECT_STOP};
            work(&job, self);
        }
        if (pids[i] < 0)
            snprintf(outcomes[i].problem, sizeof(outcomes[i].problem), "cannot start a run: %s",
                     strerror(errno));
        running += pids[i] > 0;
    }
    wait_for_all(runner, pids, count, running);
    for (size_t i = 0; i < count; i++)
        jobs[i].outcome = outcomes[i];
    munmap(outcomes, size);
    return runner->interrupted != 0 ? -EINTR : 0;
}
