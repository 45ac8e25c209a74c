/* SPDX-License-Identifier: MIT */
/*
 * Each job has a process of its own, which is the reaper of all that its command leaves: what the
 * command has started ends with it, whatever group or session it went to.
 */
#include "trial/runner.h"

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

#include "policy/shown.h"
#include "policy/stamp.h"
#include "trial/copy.h"

static const int endings[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define ENDINGS (sizeof(endings) / sizeof(endings[0]))

static void waited_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGCHLD);
    for (size_t i = 0; i < ENDINGS; i++)
        sigaddset(set, endings[i]);
}

int runner_begin(struct runner *runner, const struct trial_options *options, const char **why)
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
    const struct trial_options *options;
    const struct trial *test;
    const char *trace;
    const sigset_t *before;
    char directory[PATH_MAX];
    char overrides[PATH_MAX + 32]; /* a file in it */
    int told[2]; /* a pipe by which lxshim run tells what it does not know; -1: none */
    struct trial_outcome *outcome;
};

/* Whether a process is a child of ours; not where /proc hides it from its own user. */
static bool is_child(long pid)
{
    char name[64];
    char line[512];
    int parent = 0;
    snprintf(name, sizeof(name), "/proc/%ld/stat", pid);
    FILE *f = fopen(name, "re");
    size_t n = f == NULL ? 0 : fread(line, 1, sizeof(line) - 1, f);
    if (f != NULL)
        fclose(f);
    line[n] = '\0';
    const char *at = strrchr(line, ')'); /* a name may have anything in it */
    return at != NULL && sscanf(at, ") %*c %d", &parent) == 1 && parent == getpid();
}

/* Kills our children. False where there was none that can be killed. */
static bool kill_children(void)
{
    DIR *proc = opendir("/proc");
    struct dirent *e;
    bool any = false;
    while (proc != NULL && (e = readdir(proc)) != NULL) {
        char *end;
        long pid = strtol(e->d_name, &end, 10);
        if (pid > 0 && *end == '\0' && is_child(pid))
            any |= kill((pid_t)pid, SIGKILL) == 0;
    }
    if (proc != NULL)
        closedir(proc);
    return any;
}

/*
 * Kills every process that is ours to reap, again as those below them come to us. Who cannot be
 * killed, as what sudo has started, is not waited for: it may never end.
 */
static void kill_all(void)
{
    for (;;) {
        bool ends = kill_children();
        pid_t done = waitpid(-1, NULL, ends ? 0 : WNOHANG);
        if (done == 0 || (done < 0 && errno == ECHILD))
            return;
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}

/* The words of a run: the command, or our own program with what the test says. */
static const char **words_of(const struct job *job, char *trace, size_t room)
{
    const struct trial_options *o = job->options;
    size_t count = 0;
    size_t n = 0;
    while (o->command[count] != NULL)
        count++;
    const char **argv = calloc(count + o->run_count + 26, sizeof(argv[0]));
    if (argv == NULL)
        return NULL;
    if (!job->test->native) {
        argv[n++] = o->program;
        argv[n++] = "run";
        argv[n++] = "-q";
        for (size_t i = 0; i < o->run_count; i++)
            argv[n++] = o->run[i];
        const struct trial *t = job->test;
        const char *const pairs[][2] = {
            {"--lane", o->lane},
            {"--profile", t->profile},
            {"--filesystem", t->filesystem},
            {"--enforce", t->enforce},
            {"--scanner", t->scanner},
            {"--latency", t->latency},
            {"--overrides", t->overrides != NULL ? job->overrides : NULL},
            {"--trace", job->trace != NULL ? trace : NULL},
        };
        if (job->trace != NULL)
            snprintf(trace, room, "%s%s", t->changed ? "" : "all:", job->trace);
        for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
            if (pairs[i][1] != NULL) {
                argv[n++] = pairs[i][0];
                argv[n++] = pairs[i][1];
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
    if (job->told[1] >= 0 && trial_gaps_ask(job->told[1]) < 0)
        _exit(126);
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

/* The end of what a command has printed, fit for a terminal; whole lines where there are several.
 */
static void last_words(const struct job *job, char *out, size_t room)
{
    char path[PATH_MAX + 16];
    snprintf(path, sizeof(path), "%s/output", job->directory);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    off_t from = size > (off_t)room - 1 ? size - (off_t)room + 1 : 0;
    ssize_t n = fd < 0 ? 0 : pread(fd, out, room - 1, from);
    if (fd >= 0)
        close(fd);
    while (n > 0 && out[n - 1] == '\n')
        n--;
    out[n > 0 ? n : 0] = '\0';
    char *line = from > 0 ? strchr(out, '\n') : NULL;
    if (line != NULL)
        memmove(out, line + 1, strlen(line + 1) + 1);
    lx_shown(out, true);
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
             "--setup ends with %d in a fresh copy%s%s", status, said[0] != '\0' ? ": " : "", said);
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

/* Makes the run of a test. Its status, or -errno. */
static int run(struct job *job, const char *const *argv, const char *where)
{
    if (job->test->native)
        return start(job, argv, where);
    if (pipe2(job->told, O_CLOEXEC) < 0)
        return -errno;
    int status = start(job, argv, where);
    trial_gaps_hear(job->told[0], &job->outcome->gaps);
    for (unsigned i = 0; i < 2; i++) {
        close(job->told[i]);
        job->told[i] = -1;
    }
    return status;
}

/* Takes one run into account. */
static void judge(struct job *job, int status)
{
    struct trial_outcome *o = job->outcome;
    enum trial_answer answer =
        status < 0 ? TRIAL_FAIL : (enum trial_answer)job->options->answer[status & 255];
    o->runs++;
    o->failed += answer == TRIAL_FAIL;
    /* A run that fails decides; one that can be tested decides over one that cannot. */
    if (o->runs > 1 && answer != TRIAL_FAIL && (o->answer == TRIAL_FAIL || answer == TRIAL_SKIP))
        return;
    o->answer = answer;
    o->status = status < 0 ? 124 : status;
    o->timed_out = status < 0;
    last_words(job, o->said, sizeof(o->said));
}

/* One run, in a fresh copy. False where there is no way to make one. */
static bool run_once(struct job *job)
{
    struct trial_outcome *o = job->outcome;
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
        int status = run(job, argv, where);
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
    struct trial_outcome *o = job->outcome;
    for (unsigned i = 0; i < job->options->runs; i++) {
        if (!run_once(job)) {
            o->answer = TRIAL_STOP;
            break;
        }
        if (o->answer == TRIAL_FAIL && !job->test->every)
            break;
    }
    _exit(0);
}

/* Jobs of which some run at once. */
struct round {
    struct runner *runner;
    struct runner_job *jobs;
    struct trial_outcome *outcomes; /* which the jobs' processes write */
    pid_t *pids;                    /* 0 for one that has ended, or has not begun */
    size_t count;
    size_t begun;
    size_t running;
};

/* Tells all of them to end. */
static void stop_all(const struct round *r)
{
    for (size_t i = 0; i < r->begun; i++)
        if (r->pids[i] > 0)
            kill(r->pids[i], SIGTERM);
}

static void end_one(struct round *r, size_t i)
{
    r->jobs[i].outcome = r->outcomes[i];
    if (r->runner->ended != NULL && r->runner->interrupted == 0)
        r->runner->ended(r->runner->context, &r->jobs[i]);
}

static void begin_one(struct round *r)
{
    const size_t i = r->begun++;
    struct runner *runner = r->runner;
    struct job job = {.options = runner->options,
                      .test = r->jobs[i].test,
                      .trace = r->jobs[i].trace,
                      .before = &runner->before,
                      .told = {-1, -1},
                      .outcome = &r->outcomes[i]};
    const pid_t self = getpid();
    r->jobs[i].number = runner->number++;
    runner_directory(runner, &r->jobs[i], job.directory);
    r->outcomes[i].answer = TRIAL_STOP;
    snprintf(r->outcomes[i].problem, sizeof(r->outcomes[i].problem), "a run was killed");
    fflush(NULL);
    r->pids[i] = fork();
    if (r->pids[i] == 0) {
        r->outcomes[i] = (struct trial_outcome){.answer = TRIAL_STOP};
        work(&job, self);
    }
    if (r->pids[i] > 0) {
        r->running++;
        return;
    }
    snprintf(r->outcomes[i].problem, sizeof(r->outcomes[i].problem), "cannot start a run: %s",
             strerror(errno));
    r->pids[i] = 0;
    end_one(r, i);
}

static void reap(struct round *r)
{
    pid_t done;
    int status;
    while ((done = waitpid(-1, &status, WNOHANG)) > 0)
        for (size_t i = 0; i < r->begun; i++)
            if (r->pids[i] == done) {
                r->pids[i] = 0;
                r->running--;
                end_one(r, i);
            }
}

/*
 * Begins jobs as others end, and waits for all. After a signal none is begun any more; a second one
 * tells those that run again, and no more: they have copies to remove.
 */
static void go_through(struct round *r, size_t at_once)
{
    sigset_t set;
    waited_signals(&set);
    for (;;) {
        reap(r);
        while (r->begun < r->count && r->running < at_once && r->runner->interrupted == 0)
            begin_one(r);
        if (r->running == 0)
            return;
        int sig = sigwaitinfo(&set, NULL);
        if (sig <= 0 || sig == SIGCHLD)
            continue;
        r->runner->interrupted = sig;
        stop_all(r);
    }
}

void runner_directory(const struct runner *runner, const struct runner_job *job, char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s/%u", runner->place, job->number);
}

int runner_round(struct runner *runner, struct runner_job *jobs, size_t count)
{
    const size_t size = count * sizeof(struct trial_outcome);
    struct round r = {.runner = runner, .jobs = jobs, .count = count};
    if (count == 0)
        return 0;
    r.pids = calloc(count, sizeof(r.pids[0]));
    r.outcomes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (r.outcomes == MAP_FAILED || r.pids == NULL) {
        free(r.pids);
        return -ENOMEM;
    }
    go_through(&r, runner->options->jobs);
    munmap(r.outcomes, size);
    free(r.pids);
    return runner->interrupted != 0 ? -EINTR : 0;
}
