/* SPDX-License-Identifier: MIT */
#include "policy/document.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/found.h"
#include "policy/whole.h"

/* True for the start of a comment, which people try and JSON does not have. */
static bool is_comment(struct lx_text text, size_t at)
{
    return at < text.size &&
           (text.at[at] == '#' || (at + 1 < text.size && text.at[at] == '/' &&
                                   (text.at[at + 1] == '/' || text.at[at + 1] == '*')));
}

static void refuse_syntax(struct lx_load *load, const struct lx_document *d,
                          const json_error_t *error)
{
    size_t end = error->position > 0 ? (size_t)error->position : 0;
    size_t at = lx_position_token(d->text, end);
    struct lx_place place = {.file = d->name};
    const char *near = strstr(error->text, " near '");
    size_t n = near == NULL ? strlen(error->text) : (size_t)(near - error->text);

    if (json_error_code(error) == json_error_invalid_utf8) {
        lx_position_line(d->text, end, &place.line, &place.column);
        lx_refuse(load, place, "not UTF-8, expected JSON in UTF-8");
        return;
    }
    lx_position_line(d->text, at, &place.line, &place.column);
    if (json_error_code(error) == json_error_null_character)
        lx_refuse(load, place, "a NUL character in a string, expected text");
    else if (json_error_code(error) == json_error_duplicate_key && end > at)
        lx_refuse(load, place, "duplicate key %.*s, expected every key once", (int)(end - at),
                  d->text.at + at);
    else if (d->text.size >= 3 && memcmp(d->text.at, "\xEF\xBB\xBF", 3) == 0)
        lx_refuse(load, place, "a byte order mark, expected JSON in UTF-8 without one");
    else if (is_comment(d->text, at))
        lx_refuse(load, place, "not JSON: it has no comments, expected a \"//\" key instead");
    else
        lx_refuse(load, place, "not JSON: %.*s", (int)n, error->text);
}

struct lx_document *lx_document_parse(struct lx_load *load, const char *path, const char *name,
                                      const char *text, size_t size)
{
    struct lx_document *d = lx_arena_alloc(load->arena, sizeof(*d));
    const char *slash = strrchr(path, '/');
    json_error_t error;
    d->name = lx_arena_string(load->arena, name, strlen(name));
    d->directory = lx_arena_string(load->arena, path, slash > path ? (size_t)(slash - path) : 1);
    d->text = (struct lx_text){lx_arena_string(load->arena, text, size), size};
    d->before = load->documents;
    load->documents = d;
    d->root = json_loadb(d->text.at, size, JSON_REJECT_DUPLICATES, &error);
    if (d->root == NULL) {
        refuse_syntax(load, d, &error);
        return NULL;
    }
    return d;
}

static void refuse_file(struct lx_load *load, const char *name, const struct lx_place *named,
                        const char *why)
{
    if (named == NULL)
        lx_refuse(load, (struct lx_place){.file = name}, "%s", why);
    else
        lx_refuse(load, *named, "\"%s\": %s", name, why);
}

/* Opens `what`, such as a policy. Returns a descriptor, or -1 and refused. */
static int open_file(struct lx_load *load, const char *what, const char *path, const char *name,
                     const struct lx_place *named, struct stat *st)
{
    bool plain = named != NULL || load->found != NULL;
    const char *why = NULL;
    int error = 0;
    int fd = load->found != NULL ? lx_found_open(load->arena, load->found, path, &why)
                                 : lx_open_plain(path);
    if (fd < 0)
        error = load->found != NULL ? errno : -fd;
    else if (fstat(fd, st) < 0)
        error = errno;
    else if (S_ISDIR(st->st_mode) || (plain && !S_ISREG(st->st_mode)))
        error = EINVAL;
    if (why == NULL && (error == EISDIR || error == EINVAL))
        why = lx_arena_format(load->arena, "not a file, expected a %s in JSON", what);
    else if (why == NULL && error != 0)
        why = lx_arena_format(load->arena, "cannot open the %s: %s", what, strerror(error));
    else if (why == NULL && fd >= 0 && S_ISREG(st->st_mode) &&
             (size_t)st->st_size > LX_DOCUMENT_MAX)
        why = lx_arena_format(load->arena, "larger than 16 MiB, expected a %s in JSON", what);
    if (why == NULL)
        return fd;
    refuse_file(load, name, named, why);
    if (fd >= 0)
        close(fd);
    return -1;
}

struct lx_document *lx_document_read(struct lx_load *load, const char *what, const char *path,
                                     const char *name, const struct lx_place *named)
{
    struct lx_document *d = NULL;
    struct stat st;
    char *text = NULL;
    size_t size = 0;
    int fd = open_file(load, what, path, name, named, &st);
    if (fd < 0)
        return NULL;
    int r = lx_read_whole(fd, LX_DOCUMENT_MAX, &text, &size);
    close(fd);
    if (r < 0)
        refuse_file(load, name, named,
                    lx_arena_format(load->arena, "cannot read the %s: %s", what, strerror(-r)));
    else if (size > LX_DOCUMENT_MAX)
        refuse_file(
            load, name, named,
            lx_arena_format(load->arena, "larger than 16 MiB, expected a %s in JSON", what));
    else
        d = lx_document_parse(load, path, name, text, size);
    if (d != NULL) {
        d->dev = st.st_dev;
        d->ino = st.st_ino;
    }
    free(text);
    return d;
}

void lx_load_close(struct lx_load *load)
{
    for (struct lx_document *d = load->documents; d != NULL; d = d->before)
        json_decref(d->root);
    load->documents = NULL;
}
