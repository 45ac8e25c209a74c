/* SPDX-License-Identifier: MIT */
#include "policy/part.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/nearest.h"
#include "policy/profile.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* What the readers of a policy's keys share. */
struct reading {
    struct lx_part *part;
    const struct lx_node *extends; /* points into the reader's own copy, once seen */
    struct lx_node extends_node;
    struct lx_node root;
};

static int read_schema(struct lx_load *load, const struct lx_node *node, void *out)
{
    (void)out; /* for editors */
    return lx_read_string(load, node, "a string, where an editor finds the schema") != NULL
               ? 0
               : -EINVAL;
}

static int read_version(struct lx_load *load, const struct lx_node *node, void *out)
{
    (void)out;
    if (!json_is_integer(node->value))
        return lx_refuse_type(load, node, "the number 1");
    if (json_integer_value(node->value) == 1)
        return 0;
    return lx_refuse(load, lx_place_of(node), "policy version %lld, expected 1",
                     (long long)json_integer_value(node->value));
}

static int read_profile(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct reading *r = out;
    struct lx_place place = lx_place_of(node);
    const char *name = lx_read_string(load, node, "the name of a built-in profile");
    if (name == NULL)
        return -EINVAL;
    if (lx_profile_find(name) == NULL)
        return lx_refuse_word(load, place, lx_profile_nearest(name),
                              "unknown profile \"%s\", expected one that \"lxshim policy "
                              "profiles\" lists",
                              name);
    r->part->profile = name;
    r->part->profile_line = place.line;
    return 0;
}

static int read_extends(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct reading *r = out;
    if (lx_read_string(load, node, "the path of another policy") == NULL)
        return -EINVAL;
    r->extends_node = *node;
    r->extends_node.up = &r->root;
    r->extends = &r->extends_node;
    return 0;
}

static int read_mounts(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_part *part = ((struct reading *)out)->part;
    size_t n = json_array_size(node->value);
    if (!json_is_array(node->value))
        return lx_refuse_type(load, node, "an array of mounts");
    if (n > LX_MOUNT_MAX)
        return lx_refuse(load, lx_place_of(node), "%zu mounts, expected at most %d", n,
                         LX_MOUNT_MAX);
    part->has_mounts = true;
    part->mounts = lx_arena_alloc(load->arena, n * sizeof(part->mounts[0]));
    for (part->mount_count = 0; part->mount_count < n; part->mount_count++) {
        size_t i = part->mount_count;
        struct lx_node item = {.document = node->document,
                               .up = node,
                               .index = i,
                               .value = json_array_get(node->value, i)};
        int r = lx_read_mount(load, &item, &part->mounts[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_volumes(struct lx_load *load, const struct lx_node *node, void *out)
{
    return lx_read_volumes(load, node, ((struct reading *)out)->part);
}

static int read_shares(struct lx_load *load, const struct lx_node *node, void *out)
{
    return lx_read_shares(load, node, ((struct reading *)out)->part);
}

static int read_rules(struct lx_load *load, const struct lx_node *node, void *out)
{
    return lx_read_rules(load, node, &((struct reading *)out)->part->rules);
}

static int read_override_list(struct lx_load *load, const struct lx_node *node,
                              struct lx_part *part)
{
    size_t n = json_array_size(node->value);
    if (!json_is_array(node->value))
        return lx_refuse_type(load, node, "an array of overrides");
    if (n > LX_OVERRIDE_MAX)
        return lx_refuse(load, lx_place_of(node), "%zu overrides, expected at most %d", n,
                         LX_OVERRIDE_MAX);
    part->overrides = lx_arena_alloc(load->arena, n * sizeof(part->overrides[0]));
    struct lx_node item = {.document = node->document, .up = node};
    size_t at = lx_offset_of(&item);
    unsigned line = lx_place_of(&item).line;
    for (part->override_count = 0; part->override_count < n; part->override_count++) {
        struct lx_effective_override *o = &part->overrides[part->override_count];
        item.index = part->override_count;
        item.value = json_array_get(node->value, item.index);
        o->origin = lx_from_file(node->document->name, line);
        int r = lx_read_override(load, &item, o);
        if (r < 0)
            return r;
        at = lx_position_next(node->document->text, at, &line);
    }
    return 0;
}

static int read_overrides(struct lx_load *load, const struct lx_node *node, void *out)
{
    return read_override_list(load, node, ((struct reading *)out)->part);
}

int lx_read_overrides_file(struct lx_load *load, struct lx_document *document, struct lx_part *part)
{
    const struct lx_node root = {.document = document, .value = document->root};
    part->document = document;
    return read_override_list(load, &root, part);
}

/* The index of a string among a few words, or -EINVAL and refused. */
static int read_word(struct lx_load *load, const struct lx_node *node, const char *expected,
                     const char *const *words, size_t count)
{
    struct lx_nearest nearest;
    const char *word = lx_read_string(load, node, expected);
    if (word == NULL)
        return -EINVAL;
    lx_nearest_start(&nearest, word);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], word) == 0)
            return (int)i;
        lx_nearest_try(&nearest, words[i]);
    }
    return lx_refuse_word(load, lx_place_of(node), lx_nearest_found(&nearest),
                          "\"%s\" is \"%s\", expected %s", node->key, word, expected);
}

static int read_enforce(struct lx_load *load, const struct lx_node *node, void *out)
{
    return lx_read_enforced(load, node, &((struct lx_part *)out)->silent);
}

/* {"enforce": [RULE, ...]}: the other rules observe. */
static int read_mode_object(struct lx_load *load, const struct lx_node *node, struct lx_part *part)
{
    static const struct lx_key keys[] = {{"enforce", read_enforce}};
    if (json_object_get(node->value, keys[0].word) == NULL)
        return lx_refuse(load, lx_place_of(node), "\"mode\" without \"enforce\", expected rules");
    part->has_mode = true;
    part->mode_line = lx_place_of(node).line;
    return lx_read_object(load, node, "\"mode\"", keys, SIZE(keys), part);
}

static int read_mode(struct lx_load *load, const struct lx_node *node, void *out)
{
    static const char *const words[] = {"enforce", "observe"};
    struct lx_part *part = ((struct reading *)out)->part;
    if (json_is_object(node->value))
        return read_mode_object(load, node, part);
    int r = read_word(load, node, "\"enforce\" or \"observe\"", words, SIZE(words));
    if (r < 0)
        return r;
    part->has_mode = true;
    part->observe = r == 1;
    part->mode_line = lx_place_of(node).line;
    return 0;
}

static int read_trace_file(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_part *part = out;
    part->trace = lx_read_string(load, node, "the path of a file");
    part->trace_place = lx_place_of(node);
    return part->trace != NULL ? 0 : -EINVAL;
}

static int read_trace_calls(struct lx_load *load, const struct lx_node *node, void *out)
{
    static const char *const words[] = {"changed", "all"};
    int r = read_word(load, node, "\"changed\" or \"all\"", words, SIZE(words));
    ((struct lx_part *)out)->trace_all = r == 1;
    return r < 0 ? r : 0;
}

static int read_trace(struct lx_load *load, const struct lx_node *node, void *out)
{
    static const struct lx_key keys[] = {{"file", read_trace_file}, {"calls", read_trace_calls}};
    struct lx_part *part = ((struct reading *)out)->part;
    if (!json_is_object(node->value)) {
        if (json_is_string(node->value))
            return read_trace_file(load, node, part);
        return lx_refuse_type(load, node, "the path of a file, or an object with it");
    }
    int r = lx_read_object(load, node, "\"trace\"", keys, SIZE(keys), part);
    if (r == 0 && part->trace == NULL)
        r = lx_refuse(load, lx_place_of(node), "\"trace\" without \"file\", expected a path");
    return r;
}

static int read_latency(struct lx_load *load, const struct lx_node *node, void *out)
{
    return lx_read_latency(load, node, ((struct reading *)out)->part);
}

static int read_fact(struct lx_load *load, const struct lx_node *node, struct lx_part *part,
                     enum lx_windows_fact fact)
{
    if (!json_is_boolean(node->value))
        return lx_refuse_type(load, node, "true or false");
    part->windows[fact].stated = true;
    part->windows[fact].value = json_is_true(node->value);
    part->windows[fact].line = lx_place_of(node).line;
    return 0;
}

static int read_developer_mode(struct lx_load *load, const struct lx_node *node, void *out)
{
    return read_fact(load, node, out, LX_DEVELOPER_MODE);
}

static int read_elevated(struct lx_load *load, const struct lx_node *node, void *out)
{
    return read_fact(load, node, out, LX_ELEVATED);
}

static int read_windows(struct lx_load *load, const struct lx_node *node, void *out)
{
    static const struct lx_key keys[] = {{"developer_mode", read_developer_mode},
                                         {"elevated", read_elevated}};
    return lx_read_object(load, node, "\"windows\"", keys, SIZE(keys),
                          ((struct reading *)out)->part);
}

static int read_interop(struct lx_load *load, const struct lx_node *node, void *out)
{
    return lx_read_interop(load, node, &((struct reading *)out)->part->interop);
}

static int read_scanner(struct lx_load *load, const struct lx_node *node, void *out)
{
    return lx_read_scanner(load, node, &((struct reading *)out)->part->scanner);
}

static const struct lx_key keys[] = {
    {"$schema", read_schema},  {"version", read_version}, {"profile", read_profile},
    {"extends", read_extends}, {"volumes", read_volumes}, {"shares", read_shares},
    {"mounts", read_mounts},   {"rules", read_rules},     {"overrides", read_overrides},
    {"scanner", read_scanner}, {"mode", read_mode},       {"trace", read_trace},
    {"windows", read_windows}, {"interop", read_interop}, {"latency", read_latency},
};

/* The version first: a later one's keys are not ours to judge. */
static int check_version(struct lx_load *load, const struct lx_node *root)
{
    struct lx_node node = {.document = root->document, .up = root, .key = "version"};
    if (!json_is_object(root->value))
        return lx_refuse_type(load, root, "an object, a policy");
    node.value = json_object_get(root->value, "version");
    if (node.value == NULL)
        return lx_refuse(load, lx_place_of(root), "no \"version\", expected \"version\": 1");
    return read_version(load, &node, NULL);
}

static int refuse_cycle(struct lx_load *load, const struct lx_node *extends,
                        const struct lx_document *again)
{
    const char *members = again->name;
    for (const struct lx_document *d = load->documents; d != NULL; d = d->before) {
        members = lx_arena_format(load->arena, "%s -> %s", d->name, members);
        if (d == again)
            break;
    }
    return lx_refuse(load, lx_place_of(extends), "\"extends\" makes a cycle: %s", members);
}

/* The document of this load that is the same file, or NULL. */
static const struct lx_document *seen(const struct lx_document *d, const struct stat *st)
{
    while (d != NULL && (d->dev != st->st_dev || d->ino != st->st_ino))
        d = d->before;
    return d;
}

static struct lx_document *open_base(struct lx_load *load, const struct lx_node *extends,
                                     size_t depth)
{
    const struct lx_document *from = extends->document;
    const char *path = json_string_value(extends->value);
    const char *slash = strrchr(from->name, '/');
    struct stat st;
    if (depth >= LX_EXTENDS_MAX) {
        lx_refuse(load, lx_place_of(extends), "a chain of more than %d policies", LX_EXTENDS_MAX);
        return NULL;
    }
    /* Shown the way the user named the first: "sub/base.json", not an absolute path. */
    const char *name =
        path[0] == '/' || slash == NULL
            ? path
            : lx_arena_format(load->arena, "%.*s/%s", (int)(slash - from->name), from->name, path);
    const char *native =
        path[0] == '/' ? path : lx_arena_format(load->arena, "%s/%s", from->directory, path);
    const struct lx_document *again = stat(native, &st) == 0 ? seen(load->documents, &st) : NULL;
    if (again != NULL) {
        refuse_cycle(load, extends, again);
        return NULL;
    }
    struct lx_place place = lx_place_of(extends);
    return lx_document_read(load, "policy", native, name, &place);
}

static int read_part(struct lx_load *load, struct lx_document *d, struct reading *r)
{
    r->part = lx_arena_alloc(load->arena, sizeof(*r->part));
    r->part->document = d;
    r->root = (struct lx_node){.document = d, .value = d->root};
    lx_rule_set_clear(&r->part->rules);
    int error = check_version(load, &r->root);
    return error < 0 ? error : lx_read_object(load, &r->root, "a policy", keys, SIZE(keys), r);
}

struct lx_part *lx_part_read(struct lx_load *load, struct lx_document *document, bool alone)
{
    struct lx_part *first = NULL;
    const struct lx_part **link = NULL;
    for (size_t depth = 1; document != NULL; depth++) {
        struct reading r = {0};
        if (read_part(load, document, &r) < 0)
            return NULL;
        if (link == NULL)
            first = r.part;
        else
            *link = r.part;
        link = &r.part->base;
        if (r.extends == NULL)
            return first;
        if (alone) {
            lx_refuse(load, lx_place_of(r.extends), "\"extends\" in a policy that is not a file");
            return NULL;
        }
        document = open_base(load, r.extends, depth);
    }
    return NULL;
}
