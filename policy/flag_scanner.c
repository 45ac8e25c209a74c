/* SPDX-License-Identifier: MIT */
/*
 * --scanner: a preset, keys of the policy's scanner, and events out of a trace, in one word; or the
 * object of a policy as it stands. It becomes the document that a policy would have, so that both
 * are read, and refused, by one reader.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/part.h"
#include "policy/whole.h"

#define NAME "--scanner"

#define LONGEST 65536 /* bytes of a line of a trace that are looked at */

/* An object with lists of strings: what is in the flag more than once, or between plus signs. */
static void add(json_t *object, const char *key, const char *text, size_t n)
{
    json_t *list = json_object_get(object, key);
    if (list == NULL) {
        list = json_array();
        json_object_set_new(object, key, list);
    }
    json_array_append_new(list, json_stringn(text, n));
}

/* The events that a scanner refused calls for, in the order of a trace. Returns how many, or -1. */
static int add_events(json_t *object, const char *file)
{
    static const char mark[] = "\"by\":\"scanner\",\"event\":\"";
    FILE *in = lx_stream_plain(file);
    char *line = in == NULL ? NULL : malloc(LONGEST);
    int count = line == NULL ? -1 : 0;
    while (line != NULL && fgets(line, LONGEST, in) != NULL) {
        const char *begin = strstr(line, mark);
        const char *text = begin == NULL ? NULL : begin + sizeof(mark) - 1;
        const char *end = text == NULL ? NULL : text;
        while (end != NULL && *end != '"' && *end != '\0')
            end += end[0] == '\\' && end[1] != '\0' ? 2 : 1;
        if (end == NULL || *end != '"')
            continue;
        /* Its words are JSON's: they are taken back by its reader. */
        json_t *word = json_loadb(text - 1, (size_t)(end - text) + 2, JSON_DECODE_ANY, NULL);
        if (json_is_string(word)) {
            add(object, "only", json_string_value(word), json_string_length(word));
            count++;
        }
        json_decref(word);
    }
    free(line);
    if (in != NULL)
        fclose(in);
    return count;
}

static int replay(struct lx_load *load, struct lx_place place, const char *directory,
                  const char *file, json_t *object)
{
    const char *path =
        file[0] == '/' ? file : lx_arena_format(load->arena, "%s/%s", directory, file);
    int count = add_events(object, path);
    if (count < 0)
        return lx_refuse(load, place, "cannot read the trace %s: %s", file, lx_plain_word(errno));
    if (count == 0)
        return lx_refuse(load, place,
                         "%s has no call that a scanner was in the way of, expected a trace of a "
                         "run with --scanner",
                         file);
    return 0;
}

/* One that counts, or chooses by chance, is a number; all that is not one is refused by its key. */
static json_t *number_of(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    return value != NULL ? value : json_string(text);
}

static void set_value(json_t *object, const char *key, const char *value)
{
    bool is_list = strcmp(key, "on") == 0 || strcmp(key, "share") == 0;
    if (strcmp(key, "paths") == 0 || strcmp(key, "only") == 0 || strcmp(key, "except") == 0) {
        add(object, key, value, strlen(value));
    } else if (strcmp(key, "ms") == 0 && strchr(value, '-') != NULL) {
        const char *dash = strchr(value, '-');
        char *first = strndup(value, (size_t)(dash - value));
        json_object_set_new(object, key,
                            json_pack("[o, o]", number_of(first), number_of(dash + 1)));
        free(first);
    } else if (is_list) {
        if (json_object_get(object, key) == NULL)
            json_object_set_new(object, key, json_array());
        for (size_t n; strcmp(value, "none") != 0; value += n + 1) {
            n = strcspn(value, "+");
            add(object, key, value, n);
            if (value[n] == '\0')
                break;
        }
    } else {
        json_object_set_new(object, key, number_of(value));
    }
}

static int read_word(struct lx_load *load, struct lx_place place, const char *directory, char *word,
                     json_t *object)
{
    char *equals = strchr(word, '=');
    if (strncmp(word, "replay:", 7) == 0)
        return replay(load, place, directory, word + 7, object);
    if (equals == NULL) {
        json_object_set_new(object, "preset", json_string(word));
        return 0;
    }
    *equals = '\0';
    set_value(object, word, equals + 1);
    return 0;
}

/* The flag's words as an object, in text to be freed; NULL with *r where one is refused. */
static char *text_of(struct lx_load *load, const char *flag, const char *directory, int *r)
{
    json_t *object = json_object();
    while (*r == 0 && *flag != '\0') {
        size_t n = strcspn(flag, ",");
        char *word = lx_arena_string(load->arena, flag, n);
        *r = read_word(load, (struct lx_place){.file = NAME}, directory, word, object);
        flag += n;
        flag += *flag == ',';
    }
    char *text = *r == 0 ? json_dumps(object, 0) : NULL;
    json_decref(object);
    return text;
}

int lx_read_scanner_flag(struct lx_load *load, const char *flag, const char *directory,
                         struct lx_scanner_part *out)
{
    int r = 0;
    char *text = flag[0] == '{' ? strdup(flag) : text_of(load, flag, directory, &r);
    struct lx_document *d =
        text == NULL ? NULL : lx_document_parse(load, "/", NAME, text, strlen(text));
    free(text);
    if (d == NULL && flag[0] == '{')
        return -EINVAL; /* which has been said */
    if (d == NULL)
        return r < 0 ? r : lx_refuse(load, (struct lx_place){.file = NAME}, "not UTF-8");
    d->flag = true;
    return lx_read_scanner(load, &(struct lx_node){.document = d, .value = d->root}, out);
}
