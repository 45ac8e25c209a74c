/* SPDX-License-Identifier: MIT */
/* Small things that several commands do. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "policy/found.h"
#include "policy/nearest.h"
#include "policy/shown.h"
#include "policy/whole.h"
#include "supervisor/supervisor.h"
#include "sys/own.h"

#define COLUMNS 80

void cli_error(const char *format, ...)
{
    va_list args;
    char *text = NULL;
    va_start(args, format);
    if (vasprintf(&text, format, args) >= 0)
        fprintf(stderr, "lxshim: %s\n", lx_shown(text, false));
    va_end(args);
    free(text);
}

void cli_unknown(const char *what, const char *word, const char *nearest, const char *cure)
{
    if (nearest != NULL)
        cli_error("unknown %s \"%s\"; did you mean \"%s\"? See %s", what, word, nearest, cure);
    else
        cli_error("unknown %s \"%s\"; see %s", what, word, cure);
}

/* Lines of at most so many columns. A new one starts at each of `ends`, of which there may be none.
 */
static void wrap(FILE *out, unsigned indent, const char *text, const char *ends)
{
    while (*text != '\0') {
        unsigned column = indent;
        fprintf(out, "%*s", (int)indent, "");
        while (*text != '\0' && strchr(ends, *text) == NULL) {
            unsigned n = (unsigned)strcspn(text, " \n");
            if (column > indent && column + 1 + n > COLUMNS)
                break;
            fprintf(out, "%s%.*s", column > indent ? " " : "", (int)n, text);
            column += n + (column > indent);
            text += n;
            text += strspn(text, ends[0] == '\n' ? " " : " \n");
        }
        text += *text == '\n';
        putc('\n', out);
    }
}

void cli_wrap_to(FILE *out, unsigned indent, const char *text)
{
    wrap(out, indent, text, "\n");
}

void cli_wrap(unsigned indent, const char *text)
{
    wrap(stdout, indent, text, "\n");
}

void cli_fill(const char *text)
{
    wrap(stdout, 0, text, "");
}

bool cli_terminal(FILE *out)
{
    const char *terminal = getenv("TERM");
    return terminal != NULL && strcmp(terminal, "dumb") != 0 && isatty(fileno(out)) != 0;
}

void cli_heading(FILE *out, const char *text, const char *rest)
{
    const char *refused = getenv("NO_COLOR");
    bool bold = (refused == NULL || refused[0] == '\0') && cli_terminal(out);
    fprintf(out, bold ? "\033[1m%s\033[m%s" : "%s%s", text, rest);
}

/* A link that leads nowhere is there as well: whoever made it wanted a policy. */
static bool is_there(const char *name)
{
    return faccessat(AT_FDCWD, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void cli_default_policy(struct lx_request *request)
{
    const char *file = getenv("LXSHIM_POLICY");
    if (file != NULL && file[0] != '\0') {
        request->file = file;
        request->file_from = "LXSHIM_POLICY";
    } else if (is_there(LX_FOUND_NAME)) {
        request->file = LX_FOUND_NAME;
        request->found = true;
    }
}

void cli_choose_policy(const struct cli_arguments *arguments, struct lx_request *request)
{
    if (arguments->count > 0)
        request->file = arguments->rest[0];
    else if (request->file == NULL)
        cli_default_policy(request);
}

void cli_say_policy(const struct lx_request *request, const struct lx_effective *policy)
{
    if (request->file == NULL)
        cli_error("policy: built-in");
    else if (policy->standing == LX_NAMED && request->file_from == NULL)
        cli_error("policy: none is named, and so there is no drive");
    else if (policy->standing == LX_NAMED)
        cli_error("policy: %s (%s)", request->file, request->file_from);
    else if (policy->standing == LX_TRUSTED)
        cli_error("policy: %s (found in this directory, which %s trusts)", request->file,
                  policy->list);
    else
        cli_error("policy: %s (found in this directory)", request->file);
    cli_say_doubts(policy);
}

void cli_say_doubts(const struct lx_effective *policy)
{
    if (policy->others != NULL)
        cli_error("%s: the policy chooses rules, and no places", policy->others);
    if (policy->list_problem != NULL)
        cli_error("%s", policy->list_problem);
}

void cli_no_policy(char *out, size_t room)
{
    char above[PATH_MAX + sizeof(LX_FOUND_NAME)];
    char *slash = getcwd(above, PATH_MAX) == NULL ? NULL : strrchr(above, '/');
    snprintf(out, room, "built-in: LXSHIM_POLICY is not set, and here is no " LX_FOUND_NAME);
    for (; slash != NULL; slash = strrchr(above, '/')) {
        strcpy(slash, "/" LX_FOUND_NAME);
        if (is_there(above)) {
            snprintf(out, room,
                     "built-in: LXSHIM_POLICY is not set, and here is no " LX_FOUND_NAME
                     "; %s is not looked for, name it with --policy",
                     above);
            return;
        }
        *slash = '\0';
    }
}

bool cli_mistyped(const struct lx_effective *policy)
{
    return policy->problem != NULL && strncmp(policy->problem, "--", 2) == 0;
}

int cli_load_quietly(const struct lx_request *request, struct lx_effective *policy)
{
    struct lx_request whole = *request;
    const char *trace = getenv("LXSHIM_TRACE");
    char *directory = getcwd(NULL, 0);

    if (directory == NULL) {
        *policy = (struct lx_effective){0};
        policy->problem = lx_arena_format(&policy->arena,
                                          "the current directory is gone or cannot be reached: %s",
                                          strerror(errno));
        return -EINVAL;
    }
    whole.directory = directory;
    whole.uid = getuid();
    whole.gid = getgid();
    if (whole.trace == NULL && trace != NULL && trace[0] != '\0') {
        whole.trace = trace;
        whole.trace_from = "LXSHIM_TRACE";
    }
    int r = lx_effective_load(policy, &whole);
    free(directory);
    return r;
}

bool cli_load(const struct lx_request *request, struct lx_effective *policy)
{
    bool loaded = cli_load_quietly(request, policy) == 0;
    for (size_t i = 0; loaded && i < policy->mount_count; i++)
        if (strcmp(policy->mounts[i].target, "/") == 0) {
            cli_refuse_image(-EXDEV);
            return false;
        }
    if (!loaded && policy->list_problem != NULL)
        cli_error("%s", policy->list_problem);
    if (!loaded)
        cli_error("%s", policy->problem);
    return loaded;
}

int cli_open_plain(const char *file, const char **why)
{
    struct stat st;
    int fd = -1;
    *why = NULL;
    if (stat(file, &st) < 0) {
        /* Who may not look into its directory knows of none. */
        *why = errno == ENOENT || errno == EACCES ? NULL : strerror(errno);
        return -1;
    }
    if (S_ISFIFO(st.st_mode)) /* also a pipe: nobody hands these files on by one */
        *why = lx_plain_word(EINVAL);
    else if (S_ISREG(st.st_mode) && (size_t)st.st_size > CLI_PLAIN_MAX)
        *why = strerror(EFBIG);
    else if ((fd = lx_open_plain(file)) < 0)
        *why = lx_plain_word(-fd);
    return fd < 0 ? -1 : fd;
}

bool cli_can_trace(const struct lx_effective *policy)
{
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    const char *file = policy->trace;
    struct stat st;
    int fd = 0;
    if (file != NULL && policy->trace_guest)
        fd = sys_open_own(file, flags, 0666);
    else if (file != NULL && (fd = open(file, flags, 0666)) < 0)
        fd = -errno;
    if (fd < 0 && fd != -ENXIO) /* a FIFO that nobody reads yet */
        cli_error("cannot write the trace to %s: %s", file, strerror(-fd));
    /* A FIFO stays open for as long as we run: its reader would take the end of each line for the
     * end of all. */
    if (file != NULL && fd >= 0 && (fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode)))
        close(fd);
    return fd >= 0 || fd == -ENXIO;
}

void cli_refuse_image(long error)
{
    if (error == -EXDEV)
        cli_error("/ cannot be a Windows drive: start in the directory that shall be one, or name "
                  "mounts in a policy");
    else
        cli_error("cannot hand the policy on by a file in /dev/shm, $XDG_RUNTIME_DIR or /tmp: %s",
                  strerror((int)-error));
}

enum lx_rule cli_find_rule(const char *word)
{
    struct lx_nearest nearest;
    enum lx_rule found = LX_RULE_NONE;
    unsigned matches = 0;
    char list[512] = "";

    lx_nearest_start(&nearest, word);
    for (unsigned i = 0; i < LX_RULE_COUNT; i++) {
        const char *id = lx_rules[i].id;
        if (strcmp(id, word) == 0)
            return (enum lx_rule)i;
        lx_nearest_try(&nearest, id);
        if (strncmp(id, word, strlen(word)) != 0)
            continue;
        found = (enum lx_rule)i;
        size_t n = strlen(list);
        snprintf(list + n, sizeof(list) - n, "%s%s", matches++ > 0 ? ", " : "", id);
    }
    if (matches == 1)
        return found;
    if (matches > 1)
        cli_error("\"%s\" is the beginning of several rules: %s", word, list);
    else {
        /* Rules are found by their errnos as well. */
        for (unsigned i = 0; i < LX_VALUE_COUNT; i++)
            if (lx_value_errno((enum lx_value)i) != 0)
                lx_nearest_try(&nearest, lx_value_word((enum lx_value)i));
        cli_unknown("rule", word, lx_nearest_found(&nearest), "lxshim policy rules");
    }
    return LX_RULE_NONE;
}

const char *cli_origin(const struct lx_origin *origin)
{
    static char text[PATH_MAX + 32]; /* the program has one thread */
    switch (origin->kind) {
    case LX_ORIGIN_DEFAULT:
        return "default";
    case LX_ORIGIN_PROFILE:
        snprintf(text, sizeof(text), "profile %s", origin->name);
        break;
    case LX_ORIGIN_FILE:
        snprintf(text, sizeof(text), "%s:%u", origin->name, origin->line);
        break;
    case LX_ORIGIN_AXIS:
        snprintf(text, sizeof(text), "profile %s on %s", origin->name, origin->axis);
        break;
    case LX_ORIGIN_FLAG:
        return origin->name;
    }
    return text;
}

const char *cli_lane_of_runs(const char *lane, bool complete)
{
    int r = complete || (lane != NULL && strcmp(lane, "both") != 0) ? 0 : supervise_try();
    if (r == 0)
        return lane;
    cli_error("no supervisor here: %s; " SUPERVISE_UNCOVERED, supervise_reason(r));
    return "preload";
}

int cli_choose(const char *what, const char *word, const char *const *words)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    cli_error("unknown %s \"%s\": %s, %s or %s", what, word, words[0], words[1], words[2]);
    return -1;
}

int cli_program(char *out, size_t room)
{
    ssize_t n = readlink("/proc/self/exe", out, room - 1);
    if (n < 0)
        return -errno;
    out[n] = '\0';
    return 0;
}
