/* SPDX-License-Identifier: MIT */
#include "trial/gaps.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A number of a descriptor. One program sets it, and reads it: no version of another. */
#define VARIABLE "LXSHIM_GAPS"

bool trial_gaps_any(const struct trial_gaps *gaps)
{
    return (gaps->programs | gaps->calls | gaps->lines | gaps->failed) != 0;
}

void trial_gaps_add(struct trial_gaps *to, const struct trial_gaps *more)
{
    to->programs += more->programs;
    to->calls += more->calls;
    to->lines += more->lines;
    to->failed += more->failed;
}

/* Adds what there is of one kind; `left`: of how many kinds with it there is something. */
static void add_words(char *out, unsigned left, uint64_t count, const char *what, const char *one,
                      const char *more)
{
    size_t n = strlen(out);
    const char *between = n == 0 ? "" : left > 1 ? ", " : " and ";
    snprintf(out + n, TRIAL_GAPS_ROOM - n, "%s%" PRIu64 " %s%s %s", between, count, what,
             count == 1 ? "" : "s", count == 1 ? one : more);
}

void trial_gaps_words(const struct trial_gaps *gaps, char out[TRIAL_GAPS_ROOM])
{
    const struct {
        uint64_t count;
        const char *what;
        const char *one;
        const char *more;
    } all[] = {
        {gaps->programs, "program", "was not counted", "were not counted"},
        {gaps->calls, "call", "from another mount namespace went by no rule",
         "from other mount namespaces went by no rule"},
        {gaps->lines, "line", "of the trace is missing", "of the trace are missing"},
        {gaps->failed, "call", "failed as a process of the supervisor's died",
         "failed as processes of the supervisor's died"},
    };
    const unsigned kinds = sizeof(all) / sizeof(all[0]);
    unsigned left = 0;
    out[0] = '\0';
    for (unsigned i = 0; i < kinds; i++)
        left += all[i].count > 0;
    for (unsigned i = 0; i < kinds; i++)
        if (all[i].count > 0)
            add_words(out, left--, all[i].count, all[i].what, all[i].one, all[i].more);
}

int trial_gaps_ask(int pipe)
{
    char number[16];
    snprintf(number, sizeof(number), "%d", pipe);
    return fcntl(pipe, F_SETFD, 0) < 0 || setenv(VARIABLE, number, 1) < 0 ? -errno : 0;
}

int trial_gaps_asked(void)
{
    struct stat st;
    char *end;
    const char *number = getenv(VARIABLE);
    long fd = number == NULL || *number < '0' || *number > '9' ? -1 : strtol(number, &end, 10);
    /* An old word of somebody's may name what is something else by now. */
    bool ours = fd > STDERR_FILENO && *end == '\0' && fstat((int)fd, &st) == 0 &&
                S_ISFIFO(st.st_mode) && fcntl((int)fd, F_SETFD, FD_CLOEXEC) == 0;
    unsetenv(VARIABLE);
    return ours ? (int)fd : -1;
}

void trial_gaps_tell(int pipe, const struct trial_gaps *gaps)
{
    if (pipe < 0)
        return;
    (void)!write(pipe, gaps, sizeof(*gaps));
    close(pipe);
}

void trial_gaps_hear(int pipe, struct trial_gaps *gaps)
{
    struct trial_gaps told;
    if (fcntl(pipe, F_SETFL, O_NONBLOCK) == 0 &&
        read(pipe, &told, sizeof(told)) == (ssize_t)sizeof(told))
        trial_gaps_add(gaps, &told);
}
