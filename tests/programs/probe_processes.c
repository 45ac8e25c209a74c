/* SPDX-License-Identifier: MIT */
/* Checks of names that start programs, and of what those programs see. */
#include <sched.h>
#include <spawn.h>

#include "probe.h"

extern char **environ;

/* The other side: probe --child WHAT ARGS, run by a check. 0 for what is right, 1 for what is not.
 */

static int child_sees(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 6 ? 0 : 1;
}

static int child_is_in(const char *path)
{
    char cwd[PATH_MAX];
    return getcwd(cwd, sizeof(cwd)) != NULL && strcmp(cwd, path) == 0 && child_sees("in:ner") == 0
               ? 0
               : 1;
}

static int child_is_run_as(const char *path)
{
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    if (n < 0)
        return 1;
    exe[n] = '\0';
    return strcmp(exe, path) == 0 ? 0 : 1;
}

int run_as_child(int argc, char **argv)
{
    const char *what = argv[0];
    const char *path = argc > 1 ? argv[1] : "";
    if (strcmp(what, "sees") == 0)
        return child_sees(path);
    if (strcmp(what, "in") == 0)
        return child_is_in(path);
    if (strcmp(what, "exe") == 0)
        return child_is_run_as(path);
    if (strcmp(what, "reads") == 0)
        return reads(0) == OK ? 0 : 1;
    return 2;
}

/* This side */

static char program[PATH_MAX]; /* a copy of this program inside the tree, where one is made */
static char seen[PATH_MAX];
static char word_child[] = "--child";
static char word_sees[] = "sees";
static char word_in[] = "in";
static char word_exe[] = "exe";
static char word_reads[] = "reads";
static char *arguments[] = {program, word_child, word_sees, seen, NULL};
static char *no_environment[] = {NULL};

/* The child will be PROGRAM --child sees BASE/f:ile. */
static int prepare(void)
{
    snprintf(program, sizeof(program), "%s", in("d:ir/p:robe"));
    snprintf(seen, sizeof(seen), "%s", in("f:ile"));
    return copy_self("d:ir/p:robe");
}

/* The program from outside, where only what it sees is in question. */
static void prepare_outside(void)
{
    snprintf(program, sizeof(program), "%s", self());
    snprintf(seen, sizeof(seen), "%s", in("f:ile"));
}

static int call_execve(void)
{
    SYMBOL(int(const char *, char *const *, char *const *))(program, arguments, no_environment);
    return errno;
}

static int call_execv(void)
{
    SYMBOL(int(const char *, char *const *))(program, arguments);
    return errno;
}

static int call_execvp(void)
{
    SYMBOL(int(const char *, char *const *))("probe", arguments);
    return errno;
}

static int call_execvpe(void)
{
    SYMBOL(int(const char *, char *const *, char *const *))("probe", arguments, no_environment);
    return errno;
}

static int call_execl(void)
{
    SYMBOL(int(const char *, const char *, ...))
    (program, program, word_child, word_sees, seen, (char *)NULL);
    return errno;
}

static int call_execlp(void)
{
    SYMBOL(int(const char *, const char *, ...))
    ("probe", program, word_child, word_sees, seen, (char *)NULL);
    return errno;
}

static int call_execle(void)
{
    SYMBOL(int(const char *, const char *, ...))
    (program, program, word_child, word_sees, seen, (char *)NULL, no_environment);
    return errno;
}

static int call_execveat(void)
{
    typedef int fn(int, const char *, char *const *, char *const *, int);
    SYMBOL(fn)(base_fd(), "d:ir/p:robe", arguments, no_environment, 0);
    return errno;
}

static int call_fexecve(void)
{
    int fd = open(program, O_RDONLY | O_CLOEXEC);
    NEED(fd);
    SYMBOL(int(int, char *const *, char *const *))(fd, arguments, no_environment);
    return errno;
}

static int exec_path(int (*call)(void))
{
    SEE(prepare());
    return in_child(call);
}

static int exec_e(void)
{
    return exec_path(call_execve);
}

static int exec_v(void)
{
    return exec_path(call_execv);
}

static int exec_l(void)
{
    return exec_path(call_execl);
}

static int exec_le(void)
{
    return exec_path(call_execle);
}

static int exec_at(void)
{
    return exec_path(call_execveat);
}

static int exec_fd(void)
{
    return exec_path(call_fexecve);
}

/*
 * A directory of PATH cannot have a ':' in its name, and the program then neither: TOP/bin.NAME is
 * beside BASE, and only a mount that has no directory of that name natively tells the difference.
 */
static int prepare_search(void)
{
    char dir[PATH_MAX - 8];
    if (snprintf(dir, sizeof(dir), "%s/bin.%s", top(), check_name()) >= (int)sizeof(dir))
        return wrong("before: DIR is too long");
    NEED(mkdir(dir, 0755));
    snprintf(program, sizeof(program), "%s/probe", dir);
    snprintf(seen, sizeof(seen), "%s", in("f:ile"));
    SEE(copy_file(self(), program, 0755));
    setenv("PATH", dir, 1);
    return OK;
}

static int exec_search(int (*call)(void))
{
    SEE(prepare_search());
    return in_child(call);
}

static int exec_vp(void)
{
    return exec_search(call_execvp);
}

static int exec_vpe(void)
{
    return exec_search(call_execvpe);
}

static int exec_lp(void)
{
    return exec_search(call_execlp);
}

/* posix_spawn */

typedef int spawn_fn(pid_t *, const char *, const posix_spawn_file_actions_t *,
                     const posix_spawnattr_t *, char *const *, char *const *);

static int spawned(spawn_fn *call, const char *name, const posix_spawn_file_actions_t *actions)
{
    pid_t pid;
    int error = call(&pid, name, actions, NULL, arguments, no_environment);
    return error != 0 ? error : child_result(pid);
}

static int spawn_path(void)
{
    SEE(prepare());
    return spawned(SYMBOL(spawn_fn), program, NULL);
}

static int spawn_search(void)
{
    SEE(prepare_search());
    return spawned(SYMBOL(spawn_fn), "probe", NULL);
}

typedef posix_spawn_file_actions_t actions_t;

/* Standard input is a file of the tree, or what an action made of descriptor 9. */
static int spawn_reading(actions_t *actions)
{
    prepare_outside();
    arguments[2] = word_reads;
    return spawned(posix_spawn, program, actions);
}

static int actions_init(void)
{
    actions_t actions;
    int r = SYMBOL(int(actions_t *))(&actions);
    if (r != 0)
        return r;
    posix_spawn_file_actions_addopen(&actions, 0, in("f:ile"), O_RDONLY, 0);
    return spawn_reading(&actions);
}

static int actions_destroy(void)
{
    actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, in("f:ile"), O_RDONLY, 0);
    return SYMBOL(int(actions_t *))(&actions);
}

static int actions_open(void)
{
    actions_t actions;
    typedef int fn(actions_t *, int, const char *, int, mode_t);
    posix_spawn_file_actions_init(&actions);
    int r = SYMBOL(fn)(&actions, 0, in("l:ink"), O_RDONLY, 0);
    return r != 0 ? r : spawn_reading(&actions);
}

static int actions_dup2(void)
{
    actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 9, in("f:ile"), O_RDONLY, 0);
    int r = SYMBOL(int(actions_t *, int, int))(&actions, 9, 0);
    return r != 0 ? r : spawn_reading(&actions);
}

/* What is closed cannot be duplicated any more: the spawn fails. */
static int closes_nine(actions_t *actions)
{
    posix_spawn_file_actions_adddup2(actions, 9, 0);
    int fd = open(in("f:ile"), O_RDONLY);
    NEED(fd);
    NEED(dup2(fd, 9));
    int r = spawn_reading(actions);
    return r == EBADF ? OK : wrong("the spawn ends with %d", r);
}

static int actions_close(void)
{
    actions_t actions;
    posix_spawn_file_actions_init(&actions);
    int r = SYMBOL(int(actions_t *, int))(&actions, 9);
    return r != 0 ? r : closes_nine(&actions);
}

static int spawn_in_directory(actions_t *actions)
{
    prepare_outside();
    arguments[2] = word_in;
    snprintf(seen, sizeof(seen), "%s", in("d:ir"));
    return spawned(posix_spawn, program, actions);
}

static int actions_chdir(void)
{
    actions_t actions;
    posix_spawn_file_actions_init(&actions);
    int r = SYMBOL(int(actions_t *, const char *))(&actions, in("dl:ink"));
    return r != 0 ? r : spawn_in_directory(&actions);
}

static int actions_fchdir(void)
{
    actions_t actions;
    int fd = open(in("d:ir"), O_RDONLY | O_DIRECTORY);
    NEED(fd);
    posix_spawn_file_actions_init(&actions);
    int r = SYMBOL(int(actions_t *, int))(&actions, fd);
    return r != 0 ? r : spawn_in_directory(&actions);
}

/* Without a terminal it fails, and with none at 9 for certain. */
static int actions_tcsetpgrp(void)
{
    actions_t actions;
    posix_spawn_file_actions_init(&actions);
    int r = SYMBOL(int(actions_t *, int))(&actions, 9);
    if (r != 0)
        return r;
    prepare_outside();
    r = spawned(posix_spawn, program, &actions);
    return r == EBADF ? OK : wrong("the spawn ends with %d", r);
}

/* fork and its relatives: the child loses its environment, and sees the tree all the same. */

static _Noreturn void become_child(void)
{
    execve(program, arguments, no_environment);
    note(errno);
    _exit(1);
}

static int fork_child(void)
{
    prepare_outside();
    pid_t pid = SYMBOL(pid_t(void))();
    TRY(pid);
    if (pid == 0)
        become_child();
    return child_result(pid);
}

/* Its own frame, which nothing returns from before the child is another program. */
static __attribute__((noinline)) pid_t start_vfork(pid_t (*call)(void))
{
    pid_t pid = call();
    if (pid == 0)
        become_child();
    return pid;
}

/*
 * A child on our memory that goes elsewhere before it ends, as those of subprocess.run(cwd=) do:
 * what it learns of its directory is not so of ours.
 */
static __attribute__((noinline)) pid_t start_elsewhere(pid_t (*call)(void), const char *elsewhere)
{
    struct stat st;
    pid_t pid = call();
    if (pid == 0)
        _exit(chdir(elsewhere) == 0 && stat("plain", &st) == 0 ? 0 : 1);
    return pid;
}

static int vfork_child(void)
{
    struct stat here;
    struct stat there;
    pid_t (*call)(void) = SYMBOL(pid_t(void));
    prepare_outside();
    pid_t pid = start_vfork(call);
    TRY(pid);
    SEE(child_result(pid));
    const char *elsewhere = outside();
    SEE(make_file(in("d:ir/plain")));
    NEED(chdir(in("d:ir")));
    pid = start_elsewhere(call, elsewhere);
    TRY(pid);
    TRY(stat("plain", &here));
    SEE(child_result(pid));
    NEED(stat(in("d:ir/plain"), &there));
    return here.st_mode == there.st_mode ? OK
                                         : wrong("mode %o for %o", here.st_mode, there.st_mode);
}

static int clone_main(void *unused)
{
    (void)unused;
    become_child();
}

static int clone_child(void)
{
    static char stack[1 << 18] __attribute__((aligned(16)));
    typedef int fn(int (*)(void *), void *, int, void *, ...);
    prepare_outside();
    int pid = SYMBOL(fn)(clone_main, stack + sizeof(stack), SIGCHLD, NULL);
    TRY(pid);
    return child_result(pid);
}

/* Shells, and programs that lose their environment before */

static int shell_status(int status)
{
    TRY(status);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0
               ? OK
               : wrong("the shell ends with %x", (unsigned)status);
}

static const char *test_command(void)
{
    static char command[2 * PATH_MAX];
    snprintf(command, sizeof(command), "test -f '%s' && test ! -e '%s'", in("f:ile"), in("no:ne"));
    return command;
}

/* With our variables, and without any. */
static int run_command(void)
{
    typedef int fn(const char *);
    const char *command = test_command();
    SEE(shell_status(SYMBOL(fn)(command)));
    clearenv();
    return shell_status(SYMBOL(fn)(command));
}

static int pipe_status(FILE *stream)
{
    if (stream == NULL)
        return errno;
    return shell_status(pclose(stream));
}

static int open_pipe(void)
{
    char line[16] = "";
    char command[2 * PATH_MAX];
    typedef FILE *fn(const char *, const char *);
    snprintf(command, sizeof(command), "cat '%s'", in("f:ile"));
    FILE *stream = SYMBOL(fn)(command, "r");
    if (stream == NULL)
        return errno;
    if (fgets(line, sizeof(line), stream) == NULL || strcmp(line, "hello\n") != 0)
        return wrong("the shell writes '%s'", line);
    SEE(pipe_status(stream));
    environ = no_environment;
    return pipe_status(SYMBOL(fn)(test_command(), "r"));
}

/* A program that has thrown the variables away starts a child with what is left. */
static int exec_after(void)
{
    prepare_outside();
    execv(program, arguments);
    return errno;
}

static int set_variable(void)
{
    typedef int fn(const char *, const char *, int);
    SYMBOL(fn)("LD_PRELOAD", "", 1);
    SYMBOL(fn)("LXSHIM_STATE", "", 1);
    return in_child(exec_after);
}

static int unset_variable(void)
{
    SYMBOL(int(const char *))("LD_PRELOAD");
    SYMBOL(int(const char *))("LXSHIM_STATE");
    return in_child(exec_after);
}

static int put_variable(void)
{
    static char preload[] = "LD_PRELOAD=";
    SYMBOL(int(char *))(preload);
    return in_child(exec_after);
}

static int clear_variables(void)
{
    SYMBOL(int(void))();
    return in_child(exec_after);
}

static int spawn_bare(void)
{
    prepare_outside();
    return spawned(posix_spawn, program, NULL);
}

static int exec_kept(void)
{
    execve(program, arguments, environ);
    return errno;
}

static int keep_environment(void)
{
    prepare_outside();
    return in_child(exec_kept);
}

/* A grandchild, by way of a shell that is told to drop everything. */
static int shell_env(void)
{
    char command[4 * PATH_MAX];
    prepare_outside();
    snprintf(command, sizeof(command), "env -i '%s' --child sees '%s'", program, seen);
    return shell_status(system(command));
}

/* The name a program finds itself under. */
static int exe_name(void)
{
    SEE(prepare());
    arguments[2] = word_exe;
    snprintf(seen, sizeof(seen), "%s", program);
    return in_child(exec_kept);
}

/* #! with an interpreter inside DIR: it gets the script's name as the program spelled it. */
static char script[PATH_MAX];
static char *script_arguments[] = {script, script, NULL};

static int exec_script(void)
{
    execve(script, script_arguments, no_environment);
    return errno;
}

static int write_script(void)
{
    char text[PATH_MAX + 32];
    int n = snprintf(text, sizeof(text), "#! %s \n", program);
    /* What the kernel reads of a first line. */
    if (n > 255)
        return absent("DIR is too long for a #! line");
    int fd = open(script, O_WRONLY | O_CREAT | O_EXCL, 0755);
    NEED(fd);
    NEED(write(fd, text, (size_t)n));
    close(fd);
    return OK;
}

/* The interpreter is a shell of the machine under a name inside DIR. */
static int interpreter(void)
{
    snprintf(program, sizeof(program), "%s", in("s:h"));
    snprintf(script, sizeof(script), "%s", in("s:cript"));
    NEED(symlink("/bin/sh", program));
    SEE(write_script());
    int fd = open(script, O_WRONLY | O_APPEND);
    NEED(fd);
    static const char body[] = "test \"$0\" = \"$1\" && test -f \"$0\"\n";
    NEED(write(fd, body, sizeof(body) - 1));
    close(fd);
    return in_child(exec_script);
}

static int interpreter_copy(void)
{
    char body[3 * PATH_MAX];
    snprintf(program, sizeof(program), "%s", in("s:h"));
    snprintf(script, sizeof(script), "%s", in("s:cript"));
    SEE(copy_file("/bin/sh", program, 0755));
    SEE(write_script());
    int fd = open(script, O_WRONLY | O_APPEND);
    NEED(fd);
    int n =
        snprintf(body, sizeof(body),
                 "test \"$0\" = \"$1\" && read line <'%s' && test $line = hello\n", in("f:ile"));
    NEED(write(fd, body, (size_t)n));
    close(fd);
    return in_child(exec_script);
}

const struct check probe_processes[] = {
    {"execve", exec_e},
    {"execv", exec_v},
    {"execl", exec_l},
    {"execle", exec_le},
    {"execvp", exec_vp},
    {"execvpe", exec_vpe},
    {"execlp", exec_lp},
    {"execveat", exec_at},
    {"fexecve", exec_fd},
    {"posix_spawn", spawn_path},
    {"posix_spawnp", spawn_search},
    {"posix_spawn_file_actions_init", actions_init},
    {"posix_spawn_file_actions_destroy", actions_destroy},
    {"posix_spawn_file_actions_addopen", actions_open},
    {"posix_spawn_file_actions_adddup2", actions_dup2},
    {"posix_spawn_file_actions_addclose", actions_close},
    {"posix_spawn_file_actions_addclosefrom_np", actions_close},
    {"posix_spawn_file_actions_addchdir_np", actions_chdir},
    {"posix_spawn_file_actions_addfchdir_np", actions_fchdir},
    {"posix_spawn_file_actions_addtcsetpgrp_np", actions_tcsetpgrp},
    {"fork", fork_child},
    {"_Fork", fork_child},
    {"vfork", vfork_child},
    {"__vfork", vfork_child},
    {"clone", clone_child},
    {"system", run_command},
    {"popen", open_pipe},
    {"_IO_popen", open_pipe},
    {"setenv", set_variable},
    {"unsetenv", unset_variable},
    {"putenv", put_variable},
    {"clearenv", clear_variables},
    {"child:environment-kept", keep_environment},
    {"child:posix_spawn-empty-environment", spawn_bare},
    {"child:shell-env-i", shell_env},
    {"child:proc-self-exe", exe_name},
    {"child:interpreter-inside", interpreter_copy},
    {"child:interpreter-link-inside", interpreter},
    {"syscall:execve", exec_e},
    {"syscall:execveat", exec_at},
    {NULL, NULL},
};
