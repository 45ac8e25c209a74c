/* SPDX-License-Identifier: MIT */
/*
 * damage WHAT HEAD STEP LIBRARY PROGRAM [ARG]...: runs a program under the preloaded library again
 * and again, with WHAT, a variable of the environment or a file by its path, damaged in one place
 * each time: cut short, one bit another, one byte another; at each of the first HEAD bytes, and at
 * every STEPth after them. Prints each run that a signal ended, and each refusal that is not one
 * line; then how many were refused, and how many ran. What waits is cut off, and counts as having
 * run: an override may wait for weeks.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT 700000 /* us: whoever waits longer, waits for an override */

static const char *what;
static const char *library;
static char **program;
static unsigned refused;
static unsigned ran;
static unsigned wrong;

static void die(const char *why)
{
    perror(why);
    exit(2);
}

/* Puts the damaged text where it belongs: a new file, as whoever has the old one mapped keeps it.
 */
static void put(const char *text, size_t n)
{
    if (what[0] != '/') {
        if (setenv(what, text, 1) < 0)
            die("setenv");
        return;
    }
    unlink(what);
    int fd = open(what, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, n) != (ssize_t)n || close(fd) < 0)
        die(what);
}

/* Runs the program. Returns its wait status with what it said on standard error in `said`. */
static int run(char *said, size_t room)
{
    const struct itimerval limit = {.it_value.tv_usec = WAIT};
    int ends[2];
    int status;
    size_t have = 0;
    if (pipe2(ends, O_CLOEXEC) < 0)
        die("pipe");
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child == 0) {
        int none = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(none, 1);
        dup2(ends[1], 2);
        signal(SIGALRM, SIG_DFL); /* somebody above may ignore it */
        setitimer(ITIMER_REAL, &limit, NULL);
        setenv("LD_PRELOAD", library, 1);
        execvp(program[0], program);
        _exit(126);
    }
    close(ends[1]);
    for (ssize_t n = 1; n > 0 && have + 1 < room; have += (size_t)n) {
        n = read(ends[0], said + have, room - 1 - have);
        if (n < 0)
            n = 0;
    }
    close(ends[0]);
    said[have] = '\0';
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static void attempt(const char *how, size_t at, const char *text, size_t n)
{
    char said[8192];
    put(text, n);
    int status = run(said, sizeof(said));
    const char *newline = strchr(said, '\n');
    bool one_line = strncmp(said, "lxshim: ", 8) == 0 && newline != NULL && newline[1] == '\0';
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGALRM) {
        printf("%s at %zu: signal %d\n", how, at, WTERMSIG(status));
        wrong++;
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == 126) {
        die(program[0]);
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 125) {
        ran++;
    } else if (one_line) {
        refused++;
    } else {
        printf("%s at %zu: said: %s\n", how, at, said);
        wrong++;
    }
}

/* Reads WHAT as it is, with a NUL behind it. */
static char *whole(size_t *n)
{
    struct stat st;
    if (what[0] != '/') {
        const char *value = getenv(what);
        if (value == NULL)
            die(what);
        *n = strlen(value);
        return strdup(value);
    }
    int fd = open(what, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        die(what);
    char *text = calloc(1, (size_t)st.st_size + 1);
    if (text == NULL || read(fd, text, (size_t)st.st_size) != st.st_size)
        die(what);
    close(fd);
    *n = (size_t)st.st_size;
    return text;
}

int main(int argc, char **argv)
{
    size_t n;
    if (argc < 6)
        return 2;
    what = argv[1];
    size_t head = strtoul(argv[2], NULL, 10);
    size_t step = strtoul(argv[3], NULL, 10);
    library = argv[4];
    program = argv + 5;
    char *text = whole(&n);
    char *work = malloc(n + 1);
    if (text == NULL || work == NULL)
        die("malloc");
    size_t place = 0;
    for (size_t at = 0; at < n; at += at < head ? 1 : step, place++) {
        memcpy(work, text, n + 1);
        work[at] = (char)(text[at] ^ (1 << at % 7));
        attempt("a bit", at, work, n);
        work[at] = (char)(text[at] + 1 == '\0' ? 1 : text[at] + 1);
        if (place % 2 == 0)
            attempt("a byte", at, work, n);
        work[at] = '\0';
        if (place % 3 == 0)
            attempt("cut", at, work, at);
    }
    put(text, n);
    printf("%u refused, %u ran, %u wrong\n", refused, ran, wrong);
    free(text);
    free(work);
    return wrong > 0;
}
