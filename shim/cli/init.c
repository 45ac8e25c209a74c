/* SPDX-License-Identifier: MIT */
/*
 * lxshim init: a policy, a workflow for CI and a line for git, each where nothing is yet. What is
 * there, whatever it is, stays as it is, and is said.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bisect/examples.h"
#include "cli/cli.h"
#include "policy/found.h"
#include "policy/profile.h"
#include "policy/whole.h"

#define WORKFLOW ".github/workflows/lxshim.yml"

/* What the hidden directory is called, and no .lxshim.json. */
#define IGNORED "/.lxshim[!.]*"

/* The client that WSL has today where nobody says another. */
#define ERA "wsl2-9p"

struct init {
    const struct cli_arguments *arguments;
    struct lx_arena arena;
    const char *era;
    const char *eras;
    const char *command; /* as a shell takes it */
    size_t left;         /* files that were there */
};

/* How a project is tested that has a file. */
static const struct {
    const char *file;
    const char *command;
} guesses[] = {
    {"package.json", "npm test"},
    {"Cargo.toml", "cargo test"},
    {"go.mod", "go test ./..."},
    {"pyproject.toml", "python3 -m pytest"},
    {"setup.py", "python3 -m pytest"},
    {"Makefile", "make check"},
    {"makefile", "make check"},
    {"CMakeLists.txt", "cmake -B build && ctest --test-dir build"},
};

/* True where a makefile has a rule for a target at the beginning of a line. */
static bool has_target(const char *makefile, const char *target)
{
    FILE *f = lx_stream_plain(makefile);
    char *line = NULL;
    size_t room = 0;
    size_t n = strlen(target);
    bool found = false;
    while (f != NULL && !found && getline(&line, &room, f) >= 0)
        found = strncmp(line, target, n) == 0 && line[n + strspn(line + n, " \t")] == ':';
    free(line);
    if (f != NULL)
        fclose(f);
    return found;
}

static const char *guess(void)
{
    for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
        if (access(guesses[i].file, F_OK) != 0)
            continue;
        /* Where none is seen, an included file may have it. */
        return strcmp(guesses[i].command, "make check") == 0 &&
                       !has_target(guesses[i].file, "check") && has_target(guesses[i].file, "test")
                   ? "make test"
                   : guesses[i].command;
    }
    return "make check";
}

/* A line from the terminal, or what stands for an empty one; NULL at the end of input. */
static const char *ask(struct init *o, const char *question, const char *otherwise)
{
    char *line = NULL;
    size_t room = 0;
    printf("%s [%s] ", question, otherwise);
    fflush(stdout);
    ssize_t n = getline(&line, &room, stdin);
    if (n > 0 && line[n - 1] == '\n')
        line[--n] = '\0';
    const char *answer = n < 0    ? NULL
                         : n == 0 ? otherwise
                                  : lx_arena_string(&o->arena, line, (size_t)n);
    free(line);
    return answer;
}

static char *policy_text(const struct init *o)
{
    char *text = NULL;
    return asprintf(
               &text,
               "{\n  \"//\": \"Which WSL this project is tried on: lxshim policy profiles, lxshim "
               "help policy\",\n  \"version\": 1,\n  \"profile\": \"%s\"\n}\n",
               o->era) < 0
               ? NULL
               : text;
}

static char *workflow_text(const struct init *o)
{
    char *text = NULL;
    json_t *line = json_sprintf("lxshim matrix -j 2 --eras %s --report text --report markdown:"
                                "lxshim.md -- %s",
                                o->eras, o->command);
    char *quoted = json_dumps(line, JSON_ENCODE_ANY); /* which YAML reads as well */
    json_decref(line);
    if (quoted == NULL ||
        asprintf(&text,
                 "# Made by lxshim init, and yours from here on.\n"
                 "name: lxshim\n"
                 "\n"
                 "on:\n"
                 "  push:\n"
                 "  pull_request:\n"
                 "\n"
                 "permissions:\n"
                 "  contents: read\n"
                 "\n"
                 "jobs:\n"
                 "  wsl:\n"
                 "    runs-on: ubuntu-latest\n"
                 "    steps:\n"
                 "      - uses: actions/checkout@v4\n"
                 "      # The repository with the source of lxshim is a variable of yours; unset,\n"
                 "      # the next step would take this project again, and install that.\n"
                 "      - name: the variable LXSHIM_REPOSITORY\n"
                 "        env:\n"
                 "          NAME: ${{ vars.LXSHIM_REPOSITORY }}\n"
                 "        run: |\n"
                 "          test -n \"$NAME\" || echo \"::error::LXSHIM_REPOSITORY is not set\"\n"
                 "          test -n \"$NAME\"\n"
                 "      - uses: actions/checkout@v4\n"
                 "        with:\n"
                 "          repository: ${{ vars.LXSHIM_REPOSITORY }}\n"
                 "          path: .lxshim-source\n"
                 "      - name: install lxshim\n"
                 "        run: |\n"
                 "          mv .lxshim-source \"$RUNNER_TEMP/lxshim\"\n"
                 "          sudo apt-get update\n"
                 "          sudo apt-get install -y libjansson-dev libseccomp-dev\n"
                 "          make -C \"$RUNNER_TEMP/lxshim\"\n"
                 "          sudo make -C \"$RUNNER_TEMP/lxshim\" install\n"
                 "      - name: every era of WSL\n"
                 "        run: %s\n"
                 "      - name: the table, on the page of the run\n"
                 "        if: always()\n"
                 "        run: cat lxshim.md >>\"$GITHUB_STEP_SUMMARY\"\n",
                 quoted) < 0)
        text = NULL;
    free(quoted);
    return text;
}

static char *ignored_text(const struct init *o)
{
    (void)o;
    return strdup("# What lxshim keeps of files that have no place for it.\n" IGNORED "\n");
}

static const struct target {
    const char *file;
    const char *what;
    char *(*text)(const struct init *o);
} targets[] = {
    {LX_FOUND_NAME, "the policy", policy_text},
    {WORKFLOW,
     "a workflow for GitHub, whose variable LXSHIM_REPOSITORY has to name lxshim's source",
     workflow_text},
    {".gitignore", "what git shall not see", ignored_text},
};
#define TARGETS (sizeof(targets) / sizeof(targets[0]))

/* A link that leads nowhere is there as well. */
static bool is_there(const char *file)
{
    return faccessat(AT_FDCWD, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* True where a file has a line. */
static bool has_line(const char *file, const char *line)
{
    char *text = NULL;
    size_t room = 0;
    bool has = false;
    FILE *in = lx_stream_plain(file);
    while (in != NULL && !has && getline(&text, &room, in) > 0) {
        text[strcspn(text, "\r\n")] = '\0';
        has = strcmp(text, line) == 0;
    }
    free(text);
    if (in != NULL)
        fclose(in);
    return has;
}

/* Makes the directories that a file needs; those that are there are taken as they are. */
static int make_directories(const char *file)
{
    char path[64];
    for (const char *slash = strchr(file, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        snprintf(path, sizeof(path), "%.*s", (int)(slash - file), file);
        if (mkdir(path, 0777) < 0 && errno != EEXIST)
            return -errno;
    }
    return 0;
}

/* Writes a file that is not there. Returns 0 or -errno; there is a whole one, or none of ours. */
static int write_new(const char *file, const char *text)
{
    int r = make_directories(file);
    int fd = r < 0 ? -1 : open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return r < 0 ? r : -errno;
    FILE *out = fdopen(fd, "w");
    bool failed = out == NULL || fputs(text, out) < 0;
    r = failed ? -errno : 0;
    if (out != NULL && fclose(out) != 0 && r == 0)
        r = -errno;
    if (r < 0)
        unlink(file);
    return r;
}

/* Says that a file stays as it is, and what it may lack. */
static void leave(struct init *o, const struct target *t)
{
    o->left++;
    printf("left:  %s, which is there", t->file);
    if (t->text == ignored_text)
        printf(has_line(t->file, IGNORED) ? ", with %s" : "; %s in it would hide what lxshim keeps",
               IGNORED);
    putchar('\n');
}

/* Writes what is not there, or says that it would. Returns the exit status. */
static int write_all(struct init *o)
{
    int status = CLI_OK;
    for (size_t i = 0; i < TARGETS; i++) {
        const struct target *t = &targets[i];
        if (is_there(t->file)) {
            leave(o, t);
            continue;
        }
        char *text = t->text(o);
        int r = text == NULL ? -ENOMEM : o->arguments->dry_run ? 0 : write_new(t->file, text);
        if (r == -EEXIST)
            leave(o, t); /* somebody was faster */
        else if (r == 0)
            printf("%s %s, %s\n", o->arguments->dry_run ? "would write:" : "wrote:", t->file,
                   t->what);
        else
            cli_error("cannot write %s: %s", t->file, strerror(-r));
        if (r == 0 && o->arguments->dry_run)
            fputs(text, stdout);
        status = r < 0 && r != -EEXIST ? CLI_NO : status;
        free(text);
    }
    return status;
}

/* Asks what options have not said. False where the answer is that nothing shall be written. */
static bool settle(struct init *o)
{
    const struct cli_arguments *a = o->arguments;
    const char *command = NULL;
    o->era = a->request.profile != NULL ? a->request.profile : ERA;
    if (!a->yes && !a->dry_run) {
        if (a->request.profile == NULL)
            o->era = ask(o, "Which WSL do you want to work on? (lxshim policy profiles)", ERA);
        if (a->count == 0 && o->era != NULL)
            command = ask(o, "Which command tests the project?", guess());
        if (o->era == NULL || (a->count == 0 && command == NULL))
            return false;
    }
    if (lx_profile_find(o->era) == NULL) {
        cli_unknown("profile", o->era, lx_profile_nearest(o->era), "lxshim policy profiles");
        return false;
    }
    o->eras = a->eras != NULL ? a->eras : "all";
    o->command = command != NULL ? command : a->count == 0 ? guess() : "";
    for (int i = 0; i < a->count; i++)
        o->command = lx_arena_format(&o->arena, "%s%s%s", o->command, i > 0 ? " " : "",
                                     example_quote(&o->arena, a->rest[i]));
    /* What is a line for a shell has to be one word for us. */
    if (a->count == 0 && strpbrk(o->command, "&|;<>()$`\\\"'*?#~") != NULL)
        o->command = lx_arena_format(&o->arena, "sh -c %s", example_quote(&o->arena, o->command));
    if (a->yes || a->dry_run)
        return true;
    const char *answer = ask(o,
                             "Write " LX_FOUND_NAME ", " WORKFLOW " and .gitignore, where they "
                             "are not there?",
                             "yes");
    return answer != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

int cli_init(const struct cli_arguments *arguments)
{
    struct init o = {.arguments = arguments};
    int status = CLI_NO;
    if (!arguments->yes && !arguments->dry_run && isatty(0) == 0) {
        cli_error("there is no terminal to ask on: --yes asks nothing, --dry-run writes nothing");
        return CLI_USAGE;
    }
    if (settle(&o))
        status = write_all(&o);
    else
        printf("nothing was written\n");
    lx_arena_free(&o.arena);
    return status;
}
