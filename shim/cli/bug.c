/* SPDX-License-Identifier: MIT */
#include "cli/bug.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "trial/copy.h"

#define TEXT_MAX ((size_t)1 << 20) /* of a file, or of what a script prints */

const char *bug_gallery(struct lx_arena *arena)
{
    char program[PATH_MAX];
    /* Beside the program in a build, and where it is installed. */
    const char *const places[] = {"gallery", "../share/lxshim/gallery"};
    if (cli_program(program, sizeof(program)) == 0)
        for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
            const char *path = lx_arena_format(
                arena, "%.*s/%s", (int)(strrchr(program, '/') - program), program, places[i]);
            if (access(path, R_OK | X_OK) == 0)
                return path;
        }
    return access(LXSHIM_DATADIR "/lxshim/gallery", R_OK | X_OK) == 0 ? LXSHIM_DATADIR
               "/lxshim/gallery"
                                                                      : NULL;
}

static const char *text_of(int fd, struct lx_arena *arena)
{
    char *text = fd < 0 ? NULL : malloc(TEXT_MAX);
    const char *kept = NULL;
    size_t have = 0;
    ssize_t n = 0;
    while (text != NULL && (n = pread(fd, text + have, TEXT_MAX - have, (off_t)have)) > 0)
        have += (size_t)n;
    if (text != NULL && n == 0)
        kept = lx_arena_string(arena, text, have);
    free(text);
    return kept;
}

const char *bug_text(const struct bug *bug, const char *name, struct lx_arena *arena)
{
    const char *path = lx_arena_format(arena, "%s/%s", bug->directory, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    const char *text = text_of(fd, arena);
    if (fd >= 0)
        close(fd);
    return text;
}

/* The rest of a line behind "# word: ", or NULL. */
static const char *said(const char *line, size_t n, const char *word, struct lx_arena *arena)
{
    size_t length = strlen(word);
    if (n < length + 4 || strncmp(line + 2, word, length) != 0 || line[2 + length] != ':')
        return NULL;
    size_t from = 3 + length + strspn(line + 3 + length, " ");
    return lx_arena_string(arena, line + from, n - from);
}

/* Reads the comments that a script begins with. Returns what is behind them. */
static const char *read_head(const char *text, struct bug *out, const char **title,
                             struct lx_arena *arena)
{
    while (text[0] == '#') {
        size_t n = strcspn(text, "\n");
        const char *found;
        if ((found = said(text, n, "reported", arena)) != NULL)
            out->reported = found;
        else if ((found = said(text, n, "needs", arena)) != NULL)
            out->needs = found;
        else if ((found = said(text, n, "user", arena)) != NULL)
            out->user = found;
        else if (n > 2 && text[1] == ' ' && strncmp(text, "# SPDX", 6) != 0)
            *title = *title == NULL
                         ? lx_arena_string(arena, text + 2, n - 2)
                         : lx_arena_format(arena, "%s %.*s", *title, (int)n - 2, text + 2);
        text += n + (text[n] == '\n');
    }
    return text + strspn(text, "\n");
}

static bool read_bug(struct bug *bug, struct lx_arena *arena)
{
    const char *text = bug_text(bug, "bug.sh", arena);
    const char *policy = bug_text(bug, "policy.json", arena);
    const char *fix = bug_text(bug, "fix.sh", arena);
    json_t *root = policy == NULL ? NULL : json_loads(policy, 0, NULL);
    const char *profile = json_string_value(json_object_get(root, "profile"));
    bug->profile = lx_arena_format(arena, "%s", profile != NULL ? profile : "drvfs");
    json_decref(root);
    bug->reported = bug->needs = bug->user = "";
    if (text == NULL || policy == NULL)
        return false;
    bug->steps = read_head(text, bug, &bug->title, arena);
    if (fix != NULL)
        bug->fix_steps = read_head(fix, bug, &bug->fix, arena);
    return bug->title != NULL;
}

static int is_no_dot(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

size_t bug_all(const char *gallery, struct lx_arena *arena, struct bug **out)
{
    struct dirent **names = NULL;
    size_t count = 0;
    int n = scandir(gallery, &names, is_no_dot, alphasort);
    *out = lx_arena_alloc(arena, (size_t)(n > 0 ? n : 1) * sizeof(**out));
    for (int i = 0; i < n; i++) {
        struct bug bug = {.id = lx_arena_format(arena, "%s", names[i]->d_name),
                          .directory = lx_arena_format(arena, "%s/%s", gallery, names[i]->d_name)};
        if (read_bug(&bug, arena))
            (*out)[count++] = bug;
        free(names[i]);
    }
    free(names);
    return count;
}

/* True where a bug's policy says more than its profile, and has the drive that any policy has. */
static bool is_of_builds(const struct bug *bug, struct lx_arena *arena)
{
    const char *text = bug_text(bug, "policy.json", arena);
    json_t *root = text == NULL ? NULL : json_loads(text, 0, NULL);
    bool is = (json_array_size(json_object_get(root, "overrides")) > 0 ||
               json_object_size(json_object_get(root, "rules")) > 0) &&
              json_object_get(root, "mounts") == NULL;
    json_decref(root);
    return is;
}

const char *bug_builds(const char *command, struct lx_arena *arena)
{
    const char *gallery = bug_gallery(arena);
    const char *lines = NULL;
    struct bug *bugs = NULL;
    size_t count = gallery == NULL ? 0 : bug_all(gallery, arena, &bugs);
    for (size_t i = 0; i < count; i++)
        if (is_of_builds(&bugs[i], arena))
            lines = lx_arena_format(
                arena, "%s  lxshim bisect --policy %s/policy.json -- %s\n      %s\n",
                lines == NULL ? "" : lines, bugs[i].directory, command, bugs[i].title);
    return lines;
}

/* True where a command is found as a shell finds it. */
static bool is_there(const char *command, size_t n, struct lx_arena *arena)
{
    const char *const sh[] = {"sh", "-c", "command -v \"$0\"", lx_arena_string(arena, command, n),
                              NULL};
    return copy_run(sh, NULL, -1) == 0;
}

const char *bug_lacks(const struct bug *bug, struct lx_arena *arena)
{
    if (strcmp(bug->user, "root") == 0 && geteuid() != 0)
        return "only root can do this";
    if (strcmp(bug->user, "ordinary") == 0 && geteuid() == 0)
        return "root may do this: run it as another user";
    const char *word = bug->needs;
    while (*word != '\0') {
        size_t n = strcspn(word, ", ");
        if (n > 0 && !is_there(word, n, arena))
            return lx_arena_format(arena, "no %.*s here", (int)n, word);
        word += n + strspn(word + n, ", ");
    }
    return NULL;
}

/*
 * A policy's mounts name no owner, who is whoever runs it: they get one here. The policy of a bug
 * that is about another owner says so.
 */
static bool write_policy(const struct bug *bug, const char *path, struct lx_arena *arena)
{
    const char *text = bug_text(bug, "policy.json", arena);
    json_t *root = text == NULL ? NULL : json_loads(text, 0, NULL);
    json_t *mount;
    size_t i;
    json_array_foreach(json_object_get(root, "mounts"), i, mount)
    {
        const char *options = json_string_value(json_object_get(mount, "options"));
        if (options != NULL && strstr(options, "uid=") != NULL)
            continue;
        json_object_set_new(mount, "options",
                            json_sprintf("%s%suid=%u,gid=%u", options == NULL ? "" : options,
                                         options == NULL ? "" : ",", getuid(), getgid()));
    }
    int r = root == NULL ? -1 : json_dump_file(root, path, JSON_INDENT(2));
    json_decref(root);
    return r == 0;
}

/* Makes an empty directory for a run, with a copy of the bug beside it. NULL with `why`. */
static const char *make_place(const struct bug *bug, struct lx_arena *arena, const char **why)
{
    const char *temporary = getenv("TMPDIR");
    const char *where = temporary != NULL && temporary[0] == '/' ? temporary : "/tmp";
    char *made = copy_place_in(where, "gallery", why);
    if (made == NULL) {
        *why = lx_arena_format(arena, "cannot make a directory in %s: %s", where, *why);
        return NULL;
    }
    const char *place = lx_arena_string(arena, made, strlen(made));
    free(made);
    const char *const cp[] = {"cp", "-RL", lx_arena_format(arena, "%s/.", bug->directory), place,
                              NULL};
    if (copy_run(cp, NULL, -1) == 0 && chmod(place, 0755) == 0 &&
        mkdir(lx_arena_format(arena, "%s/drive", place), 0755) == 0 &&
        write_policy(bug, lx_arena_format(arena, "%s/policy.json", place), arena))
        return place;
    *why = lx_arena_format(
        arena, "cannot copy it to %s: is there room? TMPDIR chooses another place", place);
    copy_discard(place);
    return NULL;
}

/* The words of a run, with a NULL behind them. */
static void words_of(const char *script, bool native, const char *lane, const char *program,
                     struct lx_arena *arena, const char **argv)
{
    size_t n = 0;
    if (!native) {
        argv[n++] = program;
        argv[n++] = "run";
        argv[n++] = "-q";
        argv[n++] = "--policy=../policy.json";
        if (lane != NULL)
            argv[n++] = lx_arena_format(arena, "--lane=%s", lane);
        argv[n++] = "--";
    }
    argv[n++] = "bash";
    argv[n++] = lx_arena_format(arena, "../%s", script);
    argv[n] = NULL;
}

/* The environment that scripts have, beside the caller's. */
static void set_environment(const char *place, const char *program)
{
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("HOME", place, 1);
    setenv("LXSHIM", program, 1);
    unsetenv("LXSHIM_POLICY");
    unsetenv("LXSHIM_TRACE");
    unsetenv("XDG_CONFIG_HOME"); /* git's configuration is part of what it answers */
}

const char *bug_run(const struct bug *bug, const char *script, bool native, const char *lane,
                    struct lx_arena *arena, const char **why)
{
    const char *argv[10];
    char program[PATH_MAX];
    const char *place = make_place(bug, arena, why);
    if (place == NULL)
        return NULL;
    const char *printed = NULL;
    int out = open(lx_arena_format(arena, "%s/printed", place),
                   O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (out >= 0 && cli_program(program, sizeof(program)) == 0) {
        set_environment(place, program);
        words_of(script, native, lane, program, arena, argv);
        int status = copy_run(argv, lx_arena_format(arena, "%s/drive", place), out);
        printed = text_of(out, arena);
        if (printed != NULL && status != 0)
            printed = lx_arena_format(arena, "%s[exit status %d]\n", printed, status);
    }
    if (printed == NULL)
        *why = "what it prints cannot be kept";
    if (out >= 0)
        close(out);
    copy_discard(place);
    return printed;
}
