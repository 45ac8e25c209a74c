/* SPDX-License-Identifier: MIT */
#include "report/plain.h"

#include <stdio.h>
#include <string.h>

/* A line that is read on, and where its words are copied to. */
struct reader {
    const char *at;
    const char *end;
    char *room;
    size_t left;
};

static bool has(const char *text, size_t n, const char *word)
{
    return memmem(text, n, word, strlen(word)) != NULL;
}

/* A line within a line: the first was cut. */
static bool is_mixed(const char *text, size_t n)
{
    return has(text, n, "{\"time\":");
}

/* Counts the ids of an array that `at` is the inside of. */
static void count_ids(struct report *r, const char *at)
{
    char id[64];
    for (; *at == '"' || *at == ','; at++) {
        if (*at == ',')
            continue;
        size_t length = strcspn(at + 1, "\"");
        snprintf(id, sizeof(id), "%.*s", (int)length, at + 1);
        enum lx_rule rule = lx_rule_find(id);
        if (rule != LX_RULE_NONE)
            r->altered[rule]++;
        at += length + 1;
    }
}

bool plain_nothing(const char *text, size_t n)
{
    return has(text, n, "\"outcome\":\"passed\"") ||
           (has(text, n, "\"outcome\":\"observed\"") && !has(text, n, "\"would\":") &&
            !is_mixed(text, n));
}

bool plain_count(struct report *r, const char *text, size_t n)
{
    static const char key[] = ",\"altered\":[";
    const char *at = memmem(text, n, key, sizeof(key) - 1);
    if (at != NULL)
        count_ids(r, at + sizeof(key) - 1);
    return at != NULL;
}

bool plain_altered(struct report *r, const char *text, size_t n)
{
    if (!has(text, n, "\"outcome\":\"altered\"") || has(text, n, "\"observed\":[") ||
        has(text, n, "\"parents\":[") || has(text, n, "\"stack\":[") || is_mixed(text, n))
        return false;
    return plain_count(r, text, n);
}

/* Goes on behind a word that is next. */
static bool next_is(struct reader *in, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(in->end - in->at) < n || memcmp(in->at, word, n) != 0)
        return false;
    in->at += n;
    return true;
}

/* Goes on behind the next such word, wherever it is. */
static bool skip_behind(struct reader *in, const char *word)
{
    size_t n = strlen(word);
    const char *found = memmem(in->at, (size_t)(in->end - in->at), word, n);
    in->at = found == NULL ? in->at : found + n;
    return found != NULL;
}

/* Copies n bytes to the room. NULL where there is none. */
static const char *copy(struct reader *in, const char *text, size_t n)
{
    char *at = in->room;
    if (n >= in->left)
        return NULL;
    memcpy(at, text, n);
    at[n] = '\0';
    in->room += n + 1;
    in->left -= n + 1;
    return at;
}

/*
 * The rest of a string whose first quote has been read: NULL for one that is not spelled as it is,
 * or has letters that would have to be looked at.
 */
static const char *rest_of_string(struct reader *in)
{
    const char *begin = in->at;
    for (; in->at < in->end && *in->at != '"'; in->at++)
        if (*in->at == '\\' || (signed char)*in->at < ' ')
            return NULL;
    return in->at == in->end ? NULL : copy(in, begin, (size_t)(in->at++ - begin));
}

/* A string or a whole number, as a text. */
static const char *value(struct reader *in)
{
    const char *begin = in->at;
    if (next_is(in, "\""))
        return rest_of_string(in);
    size_t n = strspn(begin, "-0123456789");
    in->at += n;
    return n == 0 ? NULL : copy(in, begin, n);
}

/* A path as the project knows it. */
static const char *path_in(const struct report *r, const char *path)
{
    const char *root = r->about.directory == NULL ? "" : r->about.directory;
    size_t n = strlen(root);
    if (path == NULL)
        return NULL;
    if (n > 1 && strncmp(path, root, n) == 0 && path[n] == '/')
        path += n + 1;
    while (strncmp(path, "./", 2) == 0 && path[2] != '\0')
        path += 2;
    return path;
}

/* The call and its paths: one or two names, and no descriptor. */
static bool read_call(const struct report *r, struct reader *in, struct report_kind *kind)
{
    if (!next_is(in, ",\"comm\":\"") || (kind->comm = rest_of_string(in)) == NULL ||
        !next_is(in, ",\"call\":\"") || (kind->call = rest_of_string(in)) == NULL ||
        !next_is(in, ",\"args\":[\"") || (kind->paths[0] = path_in(r, rest_of_string(in))) == NULL)
        return false;
    if (next_is(in, ",\"") && (kind->paths[1] = path_in(r, rest_of_string(in))) == NULL)
        return false;
    return next_is(in, "],\"flags\":");
}

bool plain_denied(struct report *r, const char *text, size_t n, struct report_kind *kind,
                  char room[PLAIN_ROOM])
{
    struct reader in = {text, text + n, room, PLAIN_ROOM};
    *kind = (struct report_kind){.outcome = REPORT_DENIED};
    if (!read_call(r, &in, kind) || !skip_behind(&in, ",\"result\":") ||
        (kind->result = value(&in)) == NULL ||
        !next_is(&in, ",\"outcome\":\"denied\",\"rule\":\"") ||
        (kind->rule = rest_of_string(&in)) == NULL || !next_is(&in, ",\"evidence\":\""))
        return false;
    size_t left = (size_t)(in.end - in.at);
    if (has(in.at, left, "\"observed\":[") || has(in.at, left, "\"parents\":[") ||
        has(in.at, left, "\"override\":") || has(in.at, left, "\"note\":") || is_mixed(text, n))
        return false;
    (void)plain_count(r, in.at, left);
    return true;
}
