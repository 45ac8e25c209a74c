/* SPDX-License-Identifier: MIT */
/* What the commands of lxshim share: their table, their options, errors and output. */
#ifndef LXSHIM_CLI_CLI_H
#define LXSHIM_CLI_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "policy/cgroups.h"
#include "policy/load.h"

enum cli_status {
    CLI_OK = 0,
    CLI_NO = 1,    /* the answer is no: invalid, missing, not covered, or not to be written */
    CLI_USAGE = 2, /* the command line was not understood */
    CLI_CANNOT_EXECUTE = 126,
    CLI_NOT_FOUND = 127,
    CLI_FAILED = 125 /* `run` itself failed, not its command */
};

/* The options a command takes, one bit each. */
typedef uint64_t cli_option;
#define CLI_OPTION(n)    ((cli_option)1 << (n))
#define CLI_POLICY       CLI_OPTION(0)
#define CLI_PROFILE      CLI_OPTION(1)
#define CLI_MOUNT        CLI_OPTION(2)
#define CLI_SET          CLI_OPTION(3)
#define CLI_TRACE        CLI_OPTION(4)
#define CLI_OBSERVE      CLI_OPTION(5)
#define CLI_QUIET        CLI_OPTION(6)
#define CLI_JSON         CLI_OPTION(7)
#define CLI_LANE         CLI_OPTION(8)
#define CLI_COMPLETE     CLI_OPTION(9)
#define CLI_BIND         CLI_OPTION(10)
#define CLI_VERBOSE      CLI_OPTION(11)
#define CLI_LIST         CLI_OPTION(12)
#define CLI_REMOVE       CLI_OPTION(13)
#define CLI_REPORT       CLI_OPTION(14)
#define CLI_FAIL_ON      CLI_OPTION(15)
#define CLI_ELEVATED     CLI_OPTION(16)
#define CLI_ENFORCE      CLI_OPTION(17)
#define CLI_OVERRIDES    CLI_OPTION(18)
#define CLI_RUNS         CLI_OPTION(19)
#define CLI_GOOD         CLI_OPTION(20)
#define CLI_BAD          CLI_OPTION(21)
#define CLI_SKIP         CLI_OPTION(22)
#define CLI_TIME_LIMIT   CLI_OPTION(23)
#define CLI_JOBS         CLI_OPTION(24)
#define CLI_FRESH        CLI_OPTION(25)
#define CLI_SETUP        CLI_OPTION(26)
#define CLI_RESTART      CLI_OPTION(27)
#define CLI_OUTPUT       CLI_OPTION(28)
#define CLI_ERA          CLI_OPTION(29)
#define CLI_DISTRIBUTION CLI_OPTION(30)
#define CLI_USER         CLI_OPTION(31)
#define CLI_CD           CLI_OPTION(32)
#define CLI_ETC          CLI_OPTION(33)
#define CLI_FILESYSTEM   CLI_OPTION(40)
#define CLI_ERAS         CLI_OPTION(41)
#define CLI_VOLUMES      CLI_OPTION(42)
#define CLI_CLIENTS      CLI_OPTION(43)
#define CLI_SHARD        CLI_OPTION(44)
#define CLI_EMIT         CLI_OPTION(45)
#define CLI_BLAME        CLI_OPTION(46)
#define CLI_YES          CLI_OPTION(47)
#define CLI_DRY_RUN      CLI_OPTION(48)
#define CLI_ROOT         CLI_OPTION(49)
#define CLI_SAID         CLI_OPTION(53)
#define CLI_BUGS         CLI_OPTION(34)
#define CLI_FROM         CLI_OPTION(35)
#define CLI_SCANNER      CLI_OPTION(50)
#define CLI_STACKS       CLI_OPTION(51)
#define CLI_LATENCY      CLI_OPTION(52)
#define CLI_EACH         CLI_OPTION(54)
#define CLI_IN_ERA       CLI_OPTION(36) /* of a rule: where its value is asked for */
#define CLI_IN_VOLUME    CLI_OPTION(37)
#define CLI_IN_CLIENT    CLI_OPTION(38)
#define CLI_IN_METADATA  CLI_OPTION(39)

/* An option, for its reader, --help and completions. */
struct cli_option_info {
    cli_option bit;
    char letter; /* its short form, or 0 */
    const char *name;
    const char *argument; /* or NULL */
    const char *help;
    const char *const *words; /* what its argument may be, ending with NULL; or NULL */
};

/* All there are; ends with name NULL. */
extern const struct cli_option_info cli_options[];

/* What --lane and --bind take, as cli_options has it: the place of a word counts. */
extern const char *const cli_lanes[];
extern const char *const cli_binds[];
extern const char *const cli_clients[];
extern const char *const cli_fresh[];
extern const char *const cli_filesystems[];

struct cli_arguments {
    struct lx_request request; /* what --policy, --profile, --mount ... ask for */
    bool quiet;
    bool json;
    bool verbose;
    bool complete; /* --require-complete */
    bool stacks;
    bool list;
    bool remove;
    bool elevated;
    const char *distribution; /* --distribution and those of `wsl` after it, or NULL */
    const char *user;
    const char *directory; /* --cd */
    const char *etc;
    const char *root;
    struct lx_cgroups_said groups; /* what a session's configuration says of them */
    const char *from;              /* --from, or NULL */
    const char *bind;              /* --bind, or NULL */
    const char *lane;              /* --lane, or NULL */
    char **reports;                /* --report */
    size_t report_count;
    const char *fail_on; /* --fail-on, or NULL */
    /* Of a bisect, as they were given, or NULL. */
    const char *runs;
    const char *good;
    const char *bad;
    const char *skip;
    const char *time_limit;
    const char *jobs;
    const char *fresh;
    const char *setup;
    const char *output;
    bool restart;
    /* Of a matrix, as they were given, or NULL. */
    const char *eras;
    const char *volumes;
    const char *clients;
    bool metadata;
    const char *shard;
    const char *emit;
    bool blame;
    bool each;
    bool yes;
    bool dry_run;
    int count; /* of what is left after the options */
    char **rest;
};

struct cli_command {
    const char *name;
    const char *usage;   /* what follows the name: "[--json] [FILE]" */
    const char *summary; /* a line for --help; NULL: not listed there */
    const char *help;    /* the paragraphs of COMMAND --help */
    cli_option options;  /* a set of them */
    int least;           /* arguments besides the options, at least and at most; -1: any number */
    int most;
    int misused; /* the exit status of a command line that is not understood; 0: CLI_USAGE */
    int (*run)(const struct cli_arguments *arguments);
    const struct cli_command *commands; /* below this one, whose first words are theirs; or NULL */
};

/* The tables end with name NULL. */
extern const struct cli_command cli_commands[];
extern const struct cli_command cli_policy_commands[];
extern const struct cli_command cli_matrix_commands[];

/*
 * Runs the command of a table that argv[0] names; `path` is how it was reached ("lxshim policy").
 * Returns the exit status. argv is reordered.
 */
int cli_dispatch(const struct cli_command *table, const char *path, int argc, char **argv);

/*
 * Reads a command's options and arguments. Returns true to go on; false with *status to exit with
 * (--help has been answered, or a mistake reported). Its lists of mounts and sets are to be freed.
 */
bool cli_parse(const struct cli_command *command, const char *path, int argc, char **argv,
               struct cli_arguments *out, int *status);

/* Prints a command's usage, help and options. */
void cli_print_help(const struct cli_command *command, const char *path);

/* One line on stderr: "lxshim: ...". */
void cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "unknown command "polcy"; did you mean "policy"? See lxshim --help"; nearest may be NULL. */
void cli_unknown(const char *what, const char *word, const char *nearest, const char *cure);

/* Prints text in lines of 80 columns, each after `indent` spaces; "\n" starts a new line. */
void cli_wrap(unsigned indent, const char *text);
void cli_wrap_to(FILE *out, unsigned indent, const char *text);

/* Prints text as one paragraph of lines of 80 columns: its own newlines are blanks. */
void cli_fill(const char *text);

/* True where what is written goes to a terminal that knows escape codes: not a "dumb" one. */
bool cli_terminal(FILE *out);

/*
 * Writes the heading of a part, and `rest` behind it: bold on a terminal that is not "dumb", and
 * nowhere while NO_COLOR is set to something (no-color.org).
 */
void cli_heading(FILE *out, const char *text, const char *rest);

/*
 * The policy that a command is about which was given no name of one: $LXSHIM_POLICY, else
 * .lxshim.json of the current directory, which is then found and not named, else none for the
 * built-in default.
 */
void cli_default_policy(struct lx_request *request);

/* The place of an option's word among the three there are; -1 after naming those. */
int cli_choose(const char *what, const char *word, const char *const *words);

/*
 * The lane of what this command starts by lxshim run again and again: that of --lane, or "preload"
 * where that would go on without its supervisor. Says so itself, once: a run that says it has it
 * among its command's words. lane: NULL where none was named.
 */
const char *cli_lane_of_runs(const char *lane, bool complete);

/* The policy that a command is about: FILE, its only argument, else --policy, else the default. */
void cli_choose_policy(const struct cli_arguments *arguments, struct lx_request *request);

/* Says on stderr which policy has been taken, and from where. */
void cli_say_policy(const struct lx_request *request, const struct lx_effective *policy);

/*
 * Says on stderr what is to be known of a policy that was only found: who else may have written it,
 * and that a list of trusted directories is ignored.
 */
void cli_say_doubts(const struct lx_effective *policy);

/* Where that was looked for in vain, in words; names one further up, which is none. */
void cli_no_policy(char *out, size_t room);

/*
 * Loads what was asked for; says what is wrong on stderr and returns false. Give the policy back
 * with lx_effective_free in either case.
 */
bool cli_load(const struct lx_request *request, struct lx_effective *policy);

/* The same without a word: 0, or -EINVAL with policy->problem set. */
int cli_load_quietly(const struct lx_request *request, struct lx_effective *policy);

/* True where a policy was not loaded because an option's value makes no sense. */
bool cli_mistyped(const struct lx_effective *policy);

#define CLI_PLAIN_MAX ((size_t)16 << 20)

/*
 * Opens a file that others may have made, to read it: nobody waits for the writer of a FIFO, a
 * device is left alone but for /dev/null, and what has more than CLI_PLAIN_MAX bytes is none of
 * those that are meant. A descriptor, or -1 with *why, in words: NULL where there is none of that
 * name.
 */
int cli_open_plain(const char *file, const char **why);

/* True where there is no trace or it can be written to; says on stderr what is wrong if not. */
bool cli_can_trace(const struct lx_effective *policy);

/* Says why lx_emit_image or lx_emit_state failed. */
void cli_refuse_image(long error);

/* The commands: each returns an exit status. */
int cli_policy_show(const struct cli_arguments *arguments);
int cli_policy_trust(const struct cli_arguments *arguments);

int cli_run(const struct cli_arguments *arguments);
int cli_bisect(const struct cli_arguments *arguments);
int cli_matrix(const struct cli_arguments *arguments);
int cli_init(const struct cli_arguments *arguments);
int cli_wsl(const struct cli_arguments *arguments);
int cli_report(const struct cli_arguments *arguments);
int cli_gallery(const struct cli_arguments *arguments);
int cli_explain(const struct cli_arguments *arguments);
int cli_doctor(const struct cli_arguments *arguments);
int cli_win(const struct cli_arguments *arguments);
int cli_help(const struct cli_arguments *arguments);

/* An override as a policy has it, and where it is "from". */
json_t *cli_override_json(const struct lx_effective_override *override);

bool cli_is_topic(const char *word);

/* The text of a topic: paragraphs, and lines with two blanks in them that stand as they are. NULL
 * where there is none. */
const char *cli_topic_text(const char *word);

/* The topic at a place of the list that `lxshim help` prints; NULL after the last. */
const char *cli_topic(size_t index);

/* The id of the rule with that id or unique prefix, or LX_RULE_NONE after saying why on stderr. */
enum lx_rule cli_find_rule(const char *word);

/* "default", "profile wsl1-1809", "policy.json:3": where a value came from. Valid until the next
 * call. */
const char *cli_origin(const struct lx_origin *origin);

/*
 * The liblxshim.so that belongs to this program: beside it, or where it was installed. Returns
 * false after describing in `out` where it was looked for. room: at least PATH_MAX * 2.
 */
bool cli_library(char *out, size_t room);

/* The same for what preloads it: false, too, where ld.so cannot; says on stderr what is wrong. */
bool cli_library_ready(char *out, size_t room);

/* The library is in another directory from here on, since the root is another. Called once. */
void cli_library_move(const char *directory);

/*
 * Spells the library's path for LD_PRELOAD, so that glibc's ld.so finds it and musl's does not:
 * what musl does not find it passes over. Where it can be, that is a path by which 32-bit programs
 * and those of musl find what is theirs: musl takes for a directory's name what glibc expands.
 */
#define CLI_SPELLED_MAX (PATH_MAX * 2 + 64)
void cli_library_spelled(const char *library, char *out, size_t room);

/* True where there is a library for 32-bit programs of x86, too; or for programs of musl. */
bool cli_library_i386(void);
bool cli_library_musl(void);

/*
 * The directory of our programs that stand in for WSL's, beside that library; NULL where they are
 * not there. Valid as long as the program runs.
 */
const char *cli_wsl_programs(void);

/* This program's own path, absolute. Returns 0 or -errno. */
int cli_program(char *out, size_t room);

#endif
