/* SPDX-License-Identifier: MIT */
/*
 * probe: calls libc's names one by one on a tree of its own, to see which of them answer as on
 * Linux. Each check runs in a process of its own and in a directory of its own,
 *
 *   BASE            DIR/t:NAME      every name has a character that DrvFs stores escaped, so that
 *   BASE/f:ile      "hello\n"       a call which does not pass through the shim misses it even
 *   BASE/d:ir       a directory     where the mount is in place
 *   BASE/d:ir/in:ner  "hello\n"
 *   BASE/l:ink      -> f:ile
 *   BASE/dl:ink     -> d:ir
 */
#ifndef TESTS_PROBE_H
#define TESTS_PROBE_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* A check answers OK, an errno, or one of these with the words in the report. */
#define OK     0
#define WRONG  (-1) /* it said success, and did something else */
#define ABSENT (-2) /* not to be had on this machine, natively either */

typedef void any_fn(void);

struct check {
    const char *name; /* of libc's symbol; "syscall:X" for syscall(SYS_X); "subject:what" else */
    int (*run)(void);
};

extern const struct check probe_files[];
extern const struct check probe_attributes[];
extern const struct check probe_entries[];
extern const struct check probe_trees[];
extern const struct check probe_processes[];
extern const struct check probe_descriptors[];
extern const struct check probe_sockets[];
extern const struct check probe_views[];
extern const struct check probe_errors[];
extern const struct check probe_syscalls[];
extern const struct check probe_waits[];

/* Say what was seen instead and return. */
int wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
int absent(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * The function under test: the exported symbol of exactly the check's name, or one of the same
 * shape that makes the system call by number.
 */
any_fn *symbol_under_test(void);
any_fn *by_number(const char *system_call);
#define SYMBOL(type) ((__typeof__(type) *)symbol_under_test())

/* Paths: of the check's own directory, of something in it, of this program and of its DIR. */
const char *base(void);
const char *in(const char *name);
const char *self(void);
const char *top(void);
const char *check_name(void);

/*
 * A directory outside DIR with files "o:ut" and "plain" ("hello\n") in it, the latter of mode 0640;
 * removed when the check is over.
 */
const char *outside(void);
const char *in_outside(const char *name);

/* Helpers that answer like a check. Those that cannot go on end it. */
int base_fd(void);                  /* BASE opened; ends the check if it cannot be */
int reads(int fd);                  /* fd >= 0 and "hello\n" comes out; closes it */
int is_file(const struct stat *st); /* a regular file of 6 bytes */
int exists(const char *name);       /* BASE/name, symlinks not followed */
int gone(const char *name);         /* it does not */
int same_text(const char *seen, const char *expected);
int make_file(const char *path); /* with "hello\n" in it */
int copy_file(const char *from, const char *to, mode_t mode);
int copy_self(const char *name); /* this program as BASE/name */

/* Runs fn in a child and answers what became of it: what fn returned, or the exec'd program. */
int in_child(int (*fn)(void));
int child_result(pid_t pid);
/* What a failed exec leaves for child_result. */
void note(int result);

/* The first part of main in a child that a check started: probe --child WHAT ARGS. */
int run_as_child(int argc, char **argv);

#define TRY(call)             \
    do {                      \
        if ((long)(call) < 0) \
            return errno;     \
    } while (0)

/* For what comes before the call under test. */
#define NEED(call)                                                         \
    do {                                                                   \
        if ((long)(call) < 0)                                              \
            return wrong("before: %s: %s", #call, strerrorname_np(errno)); \
    } while (0)

/* For what must be true after it; passes on any other answer than OK. */
#define SEE(answer)           \
    do {                      \
        int seen_ = (answer); \
        if (seen_ != OK)      \
            return seen_;     \
    } while (0)

#endif
