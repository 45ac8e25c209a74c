/* SPDX-License-Identifier: MIT */
/* lxshim policy trust: the list of directories whose policies count as named. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "policy/trusted.h"
#include "policy/writers.h"
#include "sys/sys.h"

/* A change of the list under way. */
struct change {
    struct lx_arena arena;
    struct lx_trusted list;
    int dir; /* that the list is in, locked; or -1 */
};

/* Makes a directory and those it lies in, for the user alone, as settings are. */
static bool make_directories(struct lx_arena *arena, const char *directory)
{
    char *path = lx_arena_string(arena, directory, strlen(directory));
    for (char *slash = path; slash != NULL; *slash = '/') {
        slash = strchr(slash + 1, '/');
        if (slash != NULL)
            *slash = '\0';
        if (mkdir(path, 0700) < 0 && errno != EEXIST) {
            cli_error("cannot make %s: %s", path, strerror(errno));
            return false;
        }
        if (slash == NULL)
            break;
    }
    return true;
}

/* Reads the list, with its directory locked where it is to be changed. False after saying why not.
 */
static bool begin(struct change *c, bool changes)
{
    const struct lx_trusted *list = &c->list;
    lx_trusted_read(&c->arena, &c->list);
    const char *config = getenv("XDG_CONFIG_HOME");
    if (config != NULL && config[0] != '\0' && config[0] != '/')
        cli_error("XDG_CONFIG_HOME is no absolute path, and is not looked at");
    if (list->file == NULL) {
        cli_error(
            "there is no place for a list: neither XDG_CONFIG_HOME nor HOME is an absolute path");
        return false;
    }
    if (changes) {
        if (!make_directories(&c->arena, list->directory))
            return false;
        c->dir = open(list->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const char *others =
            c->dir < 0 ? strerror(errno) : lx_other_writers(&c->arena, c->dir, list->directory);
        if (others != NULL || flock(c->dir, LOCK_EX) < 0) {
            cli_error("%s cannot be used: %s", list->file,
                      others != NULL ? others : strerror(errno));
            return false;
        }
        lx_trusted_read(&c->arena, &c->list);
    }
    if (list->problem != NULL)
        cli_error("%s", list->problem);
    return list->problem == NULL;
}

static void end(struct change *c)
{
    if (c->dir >= 0)
        close(c->dir);
    lx_arena_free(&c->arena);
}

/* Replaces the list by a text, at once. Returns 0 or -errno. */
static int replace(const struct change *c, const char *text, size_t size)
{
    char name[64];
    struct stat st;
    int r = 0;
    /* Somebody has put it elsewhere, where he looks after it. */
    if (fstatat(c->dir, "trusted", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
        return -ELOOP;
    snprintf(name, sizeof(name), "trusted.%d", (int)getpid());
    int fd = openat(c->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    for (size_t done = 0; r == 0 && done < size;) {
        ssize_t n = write(fd, text + done, size - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            r = -errno;
    }
    if (r == 0 && fsync(fd) < 0)
        r = -errno;
    close(fd);
    if (r == 0 && renameat(c->dir, name, c->dir, "trusted") < 0)
        r = -errno;
    if (r < 0)
        unlinkat(c->dir, name, 0);
    return r;
}

/* The directory that an argument means, canonical; one that is gone in the words it was given. */
static const char *directory_of(struct change *c, const struct cli_arguments *arguments)
{
    const char *given = arguments->count > 0 ? arguments->rest[0] : ".";
    char *real = realpath(given, NULL);
    const char *directory = real != NULL ? real : given;
    struct stat st;
    if (real == NULL && (!arguments->remove || given[0] != '/'))
        cli_error("%s: %s", given, strerror(errno));
    else if (real != NULL && (stat(real, &st) < 0 || !S_ISDIR(st.st_mode)))
        cli_error("%s is no directory", given);
    else if (strchr(directory, '\n') != NULL)
        cli_error("a list of lines cannot name a directory with a newline in its name");
    else {
        directory = lx_arena_string(&c->arena, directory, strlen(directory));
        free(real);
        return directory;
    }
    free(real);
    return NULL;
}

/* False after saying why a directory is not to be trusted: everybody could put a policy there. */
static bool is_fit(const char *directory)
{
    struct stat st = {0};
    int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int r = fd < 0 ? -errno : sys_fstat(fd, &st); /* not what a drive around us shows */
    if (fd >= 0)
        close(fd);
    if (r < 0)
        cli_error("%s: %s", directory, strerror(-r));
    else if ((st.st_mode & S_IWOTH) != 0)
        cli_error("everybody may write %s: whoever puts a policy there would be trusted",
                  directory);
    return r == 0 && (st.st_mode & S_IWOTH) == 0;
}

static bool put(const struct change *c, const char *text, size_t size)
{
    int r = replace(c, text, size);
    if (r == -ELOOP)
        cli_error("%s is a symlink, edit what it leads to", c->list.file);
    else if (r < 0)
        cli_error("cannot write %s: %s", c->list.file, strerror(-r));
    return r == 0;
}

static bool add(struct change *c, const char *directory)
{
    const struct lx_trusted *list = &c->list;
    bool cut = list->size > 0 && list->text[list->size - 1] != '\n';
    if (!lx_trusted_has(list, directory)) {
        const char *line = lx_arena_format(&c->arena, "%s%s\n", cut ? "\n" : "", directory);
        size_t n = strlen(line);
        char *text = lx_arena_alloc(&c->arena, list->size + n);
        memcpy(text, list->text, list->size);
        memcpy(text + list->size, line, n);
        if (!put(c, text, list->size + n))
            return false;
    }
    printf("%s is trusted, says %s\n", directory, list->file);
    return true;
}

static bool take_away(struct change *c, const char *directory)
{
    const struct lx_trusted *list = &c->list;
    char *text = lx_arena_alloc(&c->arena, list->size + 1);
    size_t size = 0;
    struct lx_trusted_line line;
    for (const char *at = list->text; lx_trusted_next(list, &at, &line);) {
        if (line.n == strlen(directory) && memcmp(line.at, directory, line.n) == 0)
            continue;
        memcpy(text + size, line.at, line.length);
        size += line.length;
        text[size++] = '\n';
    }
    if (!lx_trusted_has(list, directory)) {
        cli_error("%s is not in %s", directory, list->file);
        return false;
    }
    if (!put(c, text, size))
        return false;
    printf("%s is trusted no longer\n", directory);
    return true;
}

static void print_list(const struct lx_trusted *list)
{
    struct lx_trusted_line line;
    for (const char *at = list->text; lx_trusted_next(list, &at, &line);)
        if (line.n > 0)
            printf("%.*s\n", (int)line.n, line.at);
}

int cli_policy_trust(const struct cli_arguments *arguments)
{
    struct change c = {.dir = -1};
    const char *directory = NULL;
    if (arguments->list && (arguments->remove || arguments->count > 0)) {
        cli_error("--list takes no directory, and nothing from the list");
        return CLI_USAGE;
    }
    /* Nothing is made for what is refused. */
    bool done = arguments->list || ((directory = directory_of(&c, arguments)) != NULL &&
                                    (arguments->remove || is_fit(directory)));
    done = done && begin(&c, !arguments->list);
    if (done && arguments->list)
        print_list(&c.list);
    else if (done)
        done = arguments->remove ? take_away(&c, directory) : add(&c, directory);
    end(&c);
    return done ? CLI_OK : CLI_NO;
}
