/* SPDX-License-Identifier: MIT */
#include "matrix/merge.h"

#include <errno.h>
#include <string.h>

#include "matrix/shard.h"
#include "policy/whole.h"

static bool is_text(const json_t *object, const char *key)
{
    return json_is_string(json_object_get(object, key));
}

/* True for what we have written ourselves, as far as anybody looks at it. */
static bool is_ours(const json_t *document)
{
    size_t i;
    json_t *e;
    const char *tool = json_string_value(json_object_get(document, "tool"));
    if (tool == NULL || strcmp(tool, "lxshim") != 0 ||
        json_integer_value(json_object_get(document, "matrix")) != 1 ||
        !is_text(document, "command") || !json_is_array(json_object_get(document, "results")))
        return false;
    json_array_foreach(json_object_get(document, "cells"), i, e)
    {
        if (!json_is_string(e))
            return false;
    }
    json_array_foreach(json_object_get(document, "results"), i, e)
    {
        size_t k;
        json_t *refused;
        if (!is_text(e, "cell") || !is_text(e, "era") || !is_text(e, "answer"))
            return false;
        json_array_foreach(json_object_get(e, "refused"), k, refused)
        {
            if (!is_text(refused, "rule") || !is_text(refused, "sentence"))
                return false;
        }
        json_array_foreach(json_object_get(e, "rules"), k, refused)
        {
            if (!json_is_string(refused))
                return false;
        }
    }
    return true;
}

json_t *merge_read(struct lx_arena *arena, const char *file, const char **why)
{
    json_error_t error;
    FILE *in = lx_stream_plain(file);
    if (in == NULL) {
        *why = lx_plain_word(errno);
        return NULL;
    }
    json_t *document = json_loadf(in, JSON_REJECT_DUPLICATES, &error);
    fclose(in);
    if (document == NULL)
        *why = lx_arena_format(arena, "line %d: %s: it is cut, or no JSON", error.line, error.text);
    else if (!is_ours(document))
        *why = "it is no result of lxshim matrix --report json";
    else
        return document;
    json_decref(document);
    return NULL;
}

bool merge_fits(const json_t *one, const json_t *other)
{
    return json_equal(json_object_get(one, "command"), json_object_get(other, "command")) != 0 &&
           json_equal(json_object_get(one, "cells"), json_object_get(other, "cells")) != 0;
}

/* How bad an answer is. */
static int badness(const json_t *result)
{
    static const char *const answers[] = {"pass", "skip", "none", "fail"};
    const char *answer = json_string_value(json_object_get(result, "answer"));
    int i = 0;
    while (i < 3 && strcmp(answers[i], answer) != 0)
        i++;
    return i;
}

/* What a cell that nobody has run is. */
static json_t *missing(const char *cell)
{
    const char *slash = strchr(cell, '/');
    return json_pack("{s:s, s:s%, s:s?, s:s}", "cell", cell, "era", cell,
                     slash == NULL ? strlen(cell) : (size_t)(slash - cell), "filesystem",
                     slash == NULL ? NULL : slash + 1, "answer", "missing");
}

/* The result of a cell, of all documents; how many have one, and whether they differ. */
static json_t *result_of(json_t *const *documents, size_t count, const char *cell, int *times,
                         bool *differ)
{
    json_t *worst = NULL;
    *times = 0;
    *differ = false;
    for (size_t d = 0; d < count; d++) {
        size_t i;
        json_t *r;
        json_array_foreach(json_object_get(documents[d], "results"), i, r)
        {
            if (strcmp(json_string_value(json_object_get(r, "cell")), cell) != 0)
                continue;
            ++*times;
            *differ |= worst != NULL && badness(worst) != badness(r);
            if (worst == NULL || badness(r) > badness(worst))
                worst = r;
        }
    }
    return worst == NULL ? missing(cell) : json_incref(worst);
}

json_t *merge_all(json_t *const *documents, size_t count)
{
    json_t *cells = json_object_get(documents[0], "cells");
    json_t *results = json_array();
    json_t *twice = json_array();
    size_t i;
    json_t *cell;
    json_array_foreach(cells, i, cell)
    {
        int times;
        bool differ;
        const char *name = json_string_value(cell);
        json_array_append_new(results, result_of(documents, count, name, &times, &differ));
        if (times > 1)
            json_array_append_new(twice, json_pack("{s:s, s:i, s:b}", "cell", name, "times", times,
                                                   "differ", differ));
    }
    return json_pack("{s:s, s:s, s:i, s:O, s:O, s:o, s:o}", "tool", "lxshim", "version",
                     LXSHIM_VERSION, "matrix", 1, "command",
                     json_object_get(documents[0], "command"), "cells", cells, "results", results,
                     "twice", twice);
}
