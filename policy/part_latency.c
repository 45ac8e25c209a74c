/* SPDX-License-Identifier: MIT */
/* As long as on which client calls take: the policy's "latency", and --latency. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/latency.h"
#include "policy/nearest.h"
#include "policy/part.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define SEED_MAX 1000000000

static const char *words(struct lx_load *load)
{
    const char *list = lx_latency_word(1);
    for (unsigned i = 2; lx_latency_word(i) != NULL; i++)
        list = lx_arena_format(load->arena, "%s, %s", list, lx_latency_word(i));
    return lx_arena_format(load->arena, "%s or off", list);
}

static int find(struct lx_load *load, struct lx_place place, const char *word, struct lx_part *out)
{
    struct lx_nearest nearest;
    lx_nearest_start(&nearest, word);
    for (unsigned i = 1; lx_latency_word(i) != NULL; i++)
        lx_nearest_try(&nearest, lx_latency_word(i));
    lx_nearest_try(&nearest, "off");
    out->latency = lx_latency_find(word);
    out->latency_off = strcmp(word, "off") == 0;
    if (out->latency != 0 || out->latency_off)
        return 0;
    return lx_refuse_word(load, place, lx_nearest_found(&nearest),
                          "unknown client \"%s\", expected %s", word, words(load));
}

static int read_client(struct lx_load *load, const struct lx_node *node, void *out)
{
    const char *word = lx_read_string(load, node, words(load));
    return word == NULL ? -EINVAL : find(load, lx_place_of(node), word, out);
}

static int read_seed(struct lx_load *load, const struct lx_node *node, void *out)
{
    long long seed = 0;
    int r = lx_read_number(load, node, 0, SEED_MAX, &seed);
    ((struct lx_part *)out)->latency_seed = (uint32_t)seed;
    return r;
}

static int read_wait(struct lx_load *load, const struct lx_node *node, void *out)
{
    if (!json_is_boolean(node->value))
        return lx_refuse_type(load, node, "true or false");
    ((struct lx_part *)out)->latency_counted = !json_is_true(node->value);
    return 0;
}

int lx_read_latency(struct lx_load *load, const struct lx_node *node, struct lx_part *out)
{
    static const struct lx_key keys[] = {
        {"client", read_client}, {"seed", read_seed}, {"wait", read_wait}};
    out->latency_line = lx_place_of(node).line;
    if (!json_is_object(node->value))
        return read_client(load, node, out);
    int r = lx_read_object(load, node, "\"latency\"", keys, SIZE(keys), out);
    if (r == 0 && out->latency == 0 && !out->latency_off)
        r = lx_refuse(load, lx_place_of(node), "\"latency\" without \"client\", expected %s",
                      words(load));
    return r;
}

/* [count:]CLIENT[:SEED] */
int lx_read_latency_flag(struct lx_load *load, const char *flag, struct lx_part *out)
{
    const struct lx_place place = {.file = "--latency"};
    const char *word = flag;
    char *end;
    if (strncmp(word, "count:", 6) == 0) {
        out->latency_counted = true;
        word += 6;
    }
    size_t n = strcspn(word, ":");
    if (word[n] == ':') {
        unsigned long seed = strtoul(word + n + 1, &end, 10);
        if (word[n + 1] < '0' || word[n + 1] > '9' || *end != '\0' || seed > SEED_MAX)
            return lx_refuse(load, place,
                             "the seed is \"%s\", expected a whole number from 0 to %d",
                             word + n + 1, SEED_MAX);
        out->latency_seed = (uint32_t)seed;
    }
    return find(load, place, lx_arena_string(load->arena, word, n), out);
}
