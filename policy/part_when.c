/* SPDX-License-Identifier: MIT */
/* Which calls an override is about. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "policy/condition.h"
#include "policy/errnames.h"
#include "policy/glob.h"
#include "policy/nearest.h"
#include "policy/part.h"
#include "policy/part_when.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define COMM_MAX 15 /* bytes of a name, as the kernel keeps it */

static int add_op(struct lx_load *load, const struct lx_node *node, uint64_t *set)
{
    struct lx_nearest nearest;
    const char *word = lx_read_string(load, node, "the word of an operation, or \"*\" for all");
    if (word == NULL)
        return -EINVAL;
    if (strcmp(word, "*") == 0) {
        *set |= lx_op_all();
        return 0;
    }
    lx_nearest_start(&nearest, word);
    for (size_t i = 0; lx_op_word(i) != NULL; i++) {
        if (strcmp(lx_op_word(i), word) == 0) {
            *set |= UINT64_C(1) << i;
            return 0;
        }
        lx_nearest_try(&nearest, lx_op_word(i));
    }
    return lx_refuse_word(load, lx_place_of(node), lx_nearest_found(&nearest),
                          "unknown operation \"%s\", expected one such as open, unlink or rename, "
                          "or \"*\" for all",
                          word);
}

static int read_op(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_effective_override *o = out;
    if (!json_is_array(node->value))
        return add_op(load, node, &o->image.ops);
    if (json_array_size(node->value) == 0)
        return lx_refuse(load, lx_place_of(node), "no operations, expected at least one");
    for (size_t i = 0; i < json_array_size(node->value); i++) {
        struct lx_node item = {.document = node->document,
                               .up = node,
                               .index = i,
                               .value = json_array_get(node->value, i)};
        int r = add_op(load, &item, &o->image.ops);
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_path(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_effective_override *o = out;
    o->path = lx_read_string(load, node, "a glob over paths in the mount");
    if (o->path == NULL)
        return -EINVAL;
    const char *wrong = lx_glob_error(o->path);
    return wrong == NULL
               ? 0
               : lx_refuse(load, lx_place_of(node), "bad glob \"%s\": %s", o->path, wrong);
}

int lx_read_errno(struct lx_load *load, const struct lx_node *node, int32_t *out)
{
    static const char *const names[] = {
#define NAME(symbol) #symbol,
#include "policy/errnames.def"
#undef NAME
    };
    struct lx_nearest nearest;
    const char *name = lx_read_string(load, node, "the name of an errno, \"EACCES\"");
    if (name == NULL)
        return -EINVAL;
    *out = lx_errno_find(name);
    if (*out != 0)
        return 0;
    lx_nearest_start(&nearest, name);
    for (size_t i = 0; i < SIZE(names); i++)
        lx_nearest_try(&nearest, names[i]);
    return lx_refuse_word(load, lx_place_of(node), lx_nearest_found(&nearest),
                          "unknown errno \"%s\", expected a name such as EACCES", name);
}

static int read_when_errno(struct lx_load *load, const struct lx_node *node, void *out)
{
    return lx_read_errno(load, node, &((struct lx_effective_override *)out)->image.when_errno);
}

static int read_comm(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_effective_override *o = out;
    o->conditional = true;
    o->comm = lx_read_string(load, node, "a glob over names of programs");
    if (o->comm == NULL)
        return -EINVAL;
    const char *wrong = lx_glob_error(o->comm);
    if (wrong != NULL)
        return lx_refuse(load, lx_place_of(node), "bad glob \"%s\": %s", o->comm, wrong);
    if (strpbrk(o->comm, "*?[\\") == NULL && strlen(o->comm) > COMM_MAX)
        return lx_refuse_word(load, lx_place_of(node),
                              lx_arena_format(load->arena, "%.*s", COMM_MAX, o->comm),
                              "no program is called \"%s\", expected at most %d bytes: the kernel "
                              "keeps no more of a name",
                              o->comm, COMM_MAX);
    return 0;
}

static int read_bound(struct lx_load *load, const struct lx_node *node, long long most,
                      uint64_t *out)
{
    if (!json_is_integer(node->value) || json_integer_value(node->value) < 0 ||
        json_integer_value(node->value) > most)
        return lx_refuse(load, lx_place_of(node),
                         "\"%s\" has no such number, expected a whole one from 0 to %lld, or "
                         "[FROM, TO]",
                         node->key != NULL ? node->key : node->up->key, most);
    *out = (uint64_t)json_integer_value(node->value);
    return 0;
}

/* A number, or an array of the first and the last. */
static int read_range(struct lx_load *load, const struct lx_node *node, long long most,
                      struct lx_image_range *out)
{
    if (!json_is_array(node->value)) {
        int r = read_bound(load, node, most, &out->least);
        out->most = out->least;
        return r;
    }
    if (json_array_size(node->value) != 2)
        return lx_refuse(load, lx_place_of(node), "\"%s\" is an array of %zu, expected [FROM, TO]",
                         node->key, json_array_size(node->value));
    for (size_t i = 0; i < 2; i++) {
        struct lx_node item = {.document = node->document,
                               .up = node,
                               .index = i,
                               .value = json_array_get(node->value, i)};
        int r = read_bound(load, &item, most, i == 0 ? &out->least : &out->most);
        if (r < 0)
            return r;
    }
    if (out->least > out->most)
        return lx_refuse(load, lx_place_of(node),
                         "\"%s\" ends before it begins, expected [FROM, TO]", node->key);
    return 0;
}

#define RANGE(name, most)                                                               \
    static int read_##name(struct lx_load *load, const struct lx_node *node, void *out) \
    {                                                                                   \
        struct lx_effective_override *o = out;                                          \
        o->conditional = true;                                                          \
        return read_range(load, node, most, &o->condition.name);                        \
    }
RANGE(uid, UINT32_MAX)
RANGE(fd, INT32_MAX)
RANGE(size, INT64_MAX)
RANGE(offset, INT64_MAX)

/* The flags there are, in the order of the file. */
static const struct flag {
    const char *word;
    int32_t flag;
    int32_t mask;
} flags[] = {
#define FLAG(symbol, mask) {#symbol, symbol, mask},
#include "policy/openflags.def"
#undef FLAG
};

/* "O_CREAT", or "!O_CREAT" for a call without it. */
static int add_flag(struct lx_load *load, const struct lx_node *node,
                    struct lx_effective_override *o)
{
    struct lx_image_condition *out = &o->condition;
    struct lx_nearest nearest;
    const char *word = lx_read_string(load, node, "the name of an open flag, \"O_CREAT\"");
    if (word == NULL)
        return -EINVAL;
    bool without = word[0] == '!';
    size_t i = 0;
    lx_nearest_start(&nearest, word + without);
    while (i < SIZE(flags) && strcmp(flags[i].word, word + without) != 0)
        lx_nearest_try(&nearest, flags[i++].word);
    if (i == SIZE(flags))
        return lx_refuse_word(load, lx_place_of(node), lx_nearest_found(&nearest),
                              "unknown flag \"%s\", expected a name such as O_CREAT, or !O_CREAT",
                              word);
    int32_t mask = without ? flags[i].flag : flags[i].mask;
    if (without && flags[i].mask == O_ACCMODE)
        return lx_refuse(load, lx_place_of(node),
                         "\"%s\" is two of three, expected O_RDONLY, O_WRONLY or O_RDWR", word);
    if ((out->flags_mask & mask) != 0)
        return lx_refuse(load, lx_place_of(node),
                         "\"%s\" says something else than a flag before it, expected one of them",
                         word);
    out->flags_mask |= mask;
    out->flags |= without ? 0 : flags[i].flag;
    o->flags[o->flag_count++] = word;
    return 0;
}

static int read_flags(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_effective_override *o = out;
    o->conditional = true;
    if (!json_is_array(node->value))
        return add_flag(load, node, o);
    if (json_array_size(node->value) == 0)
        return lx_refuse(load, lx_place_of(node), "no flags, expected at least one");
    for (size_t i = 0; i < json_array_size(node->value); i++) {
        struct lx_node item = {.document = node->document,
                               .up = node,
                               .index = i,
                               .value = json_array_get(node->value, i)};
        int r = add_flag(load, &item, o);
        if (r < 0)
            return r;
    }
    return 0;
}

uint64_t lx_ops_by_words(const char *words)
{
    uint64_t set = 0;
    for (size_t i = 0; lx_op_word(i) != NULL; i++) {
        const char *at = strstr(words, lx_op_word(i));
        size_t n = strlen(lx_op_word(i));
        for (; at != NULL; at = strstr(at + 1, lx_op_word(i)))
            if ((at == words || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' '))
                set |= UINT64_C(1) << i;
    }
    return set;
}

int lx_only_ops(struct lx_load *load, const struct lx_node *node, const char *key,
                const struct lx_effective_override *o, const char *words)
{
    uint64_t others = o->image.ops & ~lx_ops_by_words(words);
    if (others == 0)
        return 0;
    return lx_refuse(load, lx_place_of(node),
                     "\"%s\" says nothing of \"%s\", expected an \"op\" of these alone: %s", key,
                     lx_op_word((size_t)__builtin_ctzll(others)), words);
}

/* What is asked of every call it is about has to be something that they have. */
static int check_when(struct lx_load *load, const struct lx_node *node,
                      const struct lx_effective_override *o)
{
    const struct lx_image_condition *w = &o->condition;
    int r = 0;
    if (w->flags_mask != 0)
        r = lx_only_ops(load, node, "flags", o, "open");
    if (r == 0 && lx_range_says(&w->size))
        r = lx_only_ops(load, node, "size", o, "read write truncate fallocate setxattr");
    if (r == 0 && lx_range_says(&w->offset))
        r = lx_only_ops(load, node, "offset", o, "read write");
    return r;
}

int lx_read_when(struct lx_load *load, const struct lx_node *node, void *out)
{
    static const struct lx_key keys[] = {
        {"op", read_op},       {"path", read_path}, {"errno", read_when_errno},
        {"comm", read_comm},   {"uid", read_uid},   {"fd", read_fd},
        {"flags", read_flags}, {"size", read_size}, {"offset", read_offset}};
    struct lx_effective_override *o = out;
    int r = lx_read_object(load, node, "\"when\"", keys, SIZE(keys), o);
    if (r == 0 && o->image.ops == 0 && o->path == NULL && o->comm == NULL &&
        !lx_range_says(&o->condition.uid) && !lx_range_says(&o->condition.fd))
        r = lx_refuse(load, lx_place_of(node),
                      "\"when\" matches every call, expected \"op\" or \"path\" at least");
    if (o->image.ops == 0)
        o->image.ops = lx_op_all();
    return r < 0 ? r : check_when(load, node, o);
}
