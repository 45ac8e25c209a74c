/* SPDX-License-Identifier: MIT */
#include "matrix/cells.h"

#include <stdio.h>
#include <string.h>

#include "policy/nearest.h"
#include "policy/profile.h"

#define PROFILES_MAX 64

/* The word of the client by which an era's drives are seen: what statfs tells of them. */
static const char *client_of(const struct lx_profile *p)
{
    switch (p->rules[LX_RULE_STATFS_TYPE]) {
    case LX_PLAN9:
        return "9p";
    case LX_FUSE:
        return "virtiofs";
    default:
        return "drvfs";
    }
}

/* How a word takes one of a list: by its name, by the beginning of it, or with all. */
static bool takes(const char *word, size_t n, const char *name, bool in_all)
{
    if (n == 3 && strncmp(word, "all", n) == 0)
        return in_all;
    return strncmp(word, name, n) == 0 && (name[n] == '\0' || name[n] == '-');
}

/* Names from which lists choose: at a place, and whether "all" has them. NULL after the last. */
typedef const char *names_at(size_t i, bool *in_all);

static const char *era_at(size_t i, bool *in_all)
{
    *in_all = true;
    if (i == 0)
        return CELL_NATIVE;
    const struct lx_profile *p = lx_profile_at(i - 1);
    if (p == NULL)
        return NULL;
    *in_all = strcmp(p->name, LX_DEFAULT_PROFILE) != 0; /* which is no era */
    return p->name;
}

static const char *filesystem_at(size_t i, bool *in_all)
{
    *in_all = true;
    return i < LX_FILESYSTEMS ? lx_filesystem_word((enum lx_filesystem)i) : NULL;
}

static const char *client_at(size_t i, bool *in_all)
{
    static const char *const clients[] = {"drvfs", "9p", "virtiofs", NULL};
    *in_all = true;
    return clients[i];
}

/* Which of the names a list chooses. False where one of its words chooses none. */
static bool choose(const char *list, const char *what, names_at *at, bool chosen[PROFILES_MAX],
                   struct cells_problem *problem)
{
    struct lx_nearest nearest;
    bool in_all;
    const char *name;
    for (const char *word = list;; word++) {
        size_t n = strcspn(word, ",");
        bool any = false;
        snprintf(problem->word, sizeof(problem->word), "%.*s", (int)n, word);
        lx_nearest_start(&nearest, problem->word);
        for (size_t i = 0; i < PROFILES_MAX && (name = at(i, &in_all)) != NULL; i++) {
            lx_nearest_try(&nearest, name);
            if (n == 0 || !takes(word, n, name, in_all))
                continue;
            chosen[i] = true;
            any = true;
        }
        if (!any) {
            problem->what = what;
            problem->nearest = lx_nearest_found(&nearest);
            return false;
        }
        word += n;
        if (*word == '\0')
            return true;
    }
}

static void add(struct lx_arena *arena, struct cells *out, const char *era, const char *filesystem)
{
    out->list[out->count++] = (struct cell){
        .name = filesystem == NULL ? era : lx_arena_format(arena, "%s/%s", era, filesystem),
        .era = era,
        .filesystem = filesystem};
}

bool cells_make(struct lx_arena *arena, const char *eras, const char *filesystems,
                const char *clients, struct cells *out, struct cells_problem *problem)
{
    bool era[PROFILES_MAX] = {false};
    bool filesystem[PROFILES_MAX] = {false};
    bool client[PROFILES_MAX] = {false};
    bool in_all;
    const char *name;
    *out = (struct cells){.count = 0};
    *problem = (struct cells_problem){.what = NULL};
    if (!choose(eras, "era", era_at, era, problem) ||
        (filesystems != NULL &&
         !choose(filesystems, "kind of volume", filesystem_at, filesystem, problem)) ||
        !choose(clients != NULL ? clients : "all", "client", client_at, client, problem))
        return false;
    out->list = lx_arena_alloc(arena, sizeof(out->list[0]) * PROFILES_MAX * LX_FILESYSTEMS);
    for (size_t i = 0; i < PROFILES_MAX && (name = era_at(i, &in_all)) != NULL; i++) {
        bool seen = i == 0; /* natively there is no client */
        for (size_t k = 0; !seen && client_at(k, &in_all) != NULL; k++)
            seen = client[k] && strcmp(client_at(k, &in_all), client_of(lx_profile_at(i - 1))) == 0;
        if (!era[i] || !seen)
            continue;
        if (i == 0 || filesystems == NULL)
            add(arena, out, name, NULL);
        for (unsigned f = 0; i > 0 && f < LX_FILESYSTEMS; f++)
            if (filesystem[f])
                add(arena, out, name, lx_filesystem_word((enum lx_filesystem)f));
    }
    return out->count > 0;
}
