/* SPDX-License-Identifier: MIT */
#include "policy/trusted.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/whole.h"
#include "policy/writers.h"

/* Where settings are, as the XDG Base Directory Specification has it; NULL where that is nowhere.
 */
static const char *settings(struct lx_arena *arena)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    /* A relative one is to be ignored, as if it were not there. */
    if (config != NULL && config[0] == '/')
        return config;
    return home != NULL && home[0] == '/' ? lx_arena_format(arena, "%s/.config", home) : NULL;
}

/* Takes the text of an open list that nobody else may write. Returns why not, or NULL. */
static const char *take(struct lx_arena *arena, int fd, struct lx_trusted *out)
{
    const char *others = lx_other_writers(arena, fd, out->file);
    struct stat st;
    char *text = NULL;
    size_t size = 0;
    if (others != NULL)
        return others;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return "it is no file";
    int r = lx_read_whole(fd, LX_TRUSTED_MAX, &text, &size);
    if (r < 0)
        return strerror(-r);
    if (size <= LX_TRUSTED_MAX) {
        out->text = lx_arena_string(arena, text, size);
        out->size = size;
    }
    free(text);
    return size <= LX_TRUSTED_MAX ? NULL : "it is larger than 1 MiB";
}

void lx_trusted_read(struct lx_arena *arena, struct lx_trusted *out)
{
    const char *where = settings(arena);
    const char *why = NULL;
    *out = (struct lx_trusted){.text = ""};
    if (where == NULL)
        return;
    out->directory = lx_arena_format(arena, "%s/lxshim", where);
    out->file = lx_arena_format(arena, "%s/trusted", out->directory);
    int dir = open(out->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    /* Nobody waits for the writer of a FIFO. */
    int fd = dir < 0 ? -1 : openat(dir, "trusted", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0) {
        why = lx_other_writers(arena, dir, out->directory);
        if (why == NULL)
            why = take(arena, fd, out);
    } else if (dir >= 0 && errno != ENOENT) { /* a directory that we cannot come to has none */
        why = strerror(errno);
    }
    if (why != NULL)
        out->problem = lx_arena_format(arena, "%s is ignored: %s", out->file, why);
    if (fd >= 0)
        close(fd);
    if (dir >= 0)
        close(dir);
}

bool lx_trusted_next(const struct lx_trusted *list, const char **at, struct lx_trusted_line *line)
{
    size_t left = list->size - (size_t)(*at - list->text);
    if (left == 0)
        return false;
    const char *end = memchr(*at, '\n', left);
    line->at = *at;
    line->length = end == NULL ? left : (size_t)(end - *at);
    line->n = line->at[0] == '/' ? line->length : 0;
    while (line->n > 1 && line->at[line->n - 1] == '/')
        line->n--;
    *at += line->length + (end != NULL);
    return true;
}

bool lx_trusted_has(const struct lx_trusted *list, const char *directory)
{
    struct lx_trusted_line line;
    for (const char *at = list->text; lx_trusted_next(list, &at, &line);)
        if (line.n == strlen(directory) && memcmp(line.at, directory, line.n) == 0)
            return true;
    return false;
}
