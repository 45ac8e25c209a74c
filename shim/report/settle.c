/* SPDX-License-Identifier: MIT */
/* The order of a report's kinds, and the fingerprints by which viewers know them again. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "report/index.h"
#include "report/report.h"

static enum report_level level_of(const struct report *r, const struct report_kind *kind)
{
    if (report_is_probed(kind->number))
        return REPORT_NOTE;
    if (r->about.status < 0)
        return REPORT_WARNING;
    return r->about.status == 0 ? REPORT_NOTE : REPORT_ERROR;
}

static int descending(uint64_t a, uint64_t b)
{
    return a == b ? 0 : a > b ? -1 : 1;
}

/* The order of kinds: what matters first, then what is frequent, then by words, for a stable text.
 */
static int compare(const void *one, const void *other)
{
    const struct report_kind *a = one;
    const struct report_kind *b = other;
    int order = a->level == b->level ? 0 : a->level < b->level ? -1 : 1;
    if (order == 0)
        order = descending(a->count, b->count);
    if (order == 0)
        order = strcmp(a->rule, b->rule);
    if (order == 0)
        order = strcmp(a->call, b->call);
    for (unsigned i = 0; i < 2 && order == 0; i++)
        order =
            strcmp(a->paths[i] == NULL ? "" : a->paths[i], b->paths[i] == NULL ? "" : b->paths[i]);
    return order != 0 ? order : strcmp(a->comm, b->comm);
}

/*
 * A path without the digits that differ from run to run, as in names of temporary files: a
 * fingerprint is to be the same tomorrow.
 */
static uint64_t hash_path(uint64_t hash, const char *path)
{
    for (const char *p = path; *p != '\0'; p++)
        if (!isdigit((unsigned char)*p) || p == path || !isdigit((unsigned char)p[-1]))
            hash = index_hash(hash, isdigit((unsigned char)*p) ? "#" : p, 1);
    return index_hash(hash, "", 1);
}

static uint64_t identity_of(const struct report *r, const struct report_kind *kind)
{
    uint64_t hash = index_hash(INDEX_HASH, kind->rule, strlen(kind->rule) + 1);
    hash = index_hash(hash, kind->call, strlen(kind->call) + 1);
    for (unsigned i = 0; i < 2; i++)
        if (kind->paths[i] != NULL)
            hash = hash_path(hash, kind->paths[i]);
    return hash_path(hash, r->about.command == NULL ? kind->comm : r->about.command);
}

/* A kind and its fingerprint, before those that are equal are told apart. */
struct print {
    uint64_t hash;
    size_t kind;
};

static int compare_prints(const void *one, const void *other)
{
    const struct print *a = one;
    const struct print *b = other;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return a->kind < b->kind ? -1 : 1;
}

/* Readers take what has one fingerprint for one: those of equal ones are numbered. */
static void give_fingerprints(struct report *r)
{
    struct print *prints = lx_arena_alloc(&r->arena, (r->count + 1) * sizeof(prints[0]));
    uint64_t nth = 0;
    for (size_t i = 0; i < r->count; i++)
        prints[i] = (struct print){identity_of(r, &r->kinds[i]), i};
    qsort(prints, r->count, sizeof(prints[0]), compare_prints);
    for (size_t i = 0; i < r->count; i++) {
        struct report_kind *kind = &r->kinds[prints[i].kind];
        nth = i > 0 && prints[i].hash == prints[i - 1].hash ? nth + 1 : 0;
        uint64_t hash = index_hash(prints[i].hash, (const char *)&nth, nth == 0 ? 0 : sizeof(nth));
        snprintf(kind->fingerprint, sizeof(kind->fingerprint), "%016llx", (unsigned long long)hash);
    }
}

void report_settle(struct report *report)
{
    uint32_t *place = lx_arena_alloc(&report->arena, (report->count + 1) * sizeof(place[0]));
    uint32_t was;
    /* Where each kind was is kept in its fingerprint's room while they are put in order. */
    for (uint32_t i = 0; i < report->count; i++) {
        report->kinds[i].level = level_of(report, &report->kinds[i]);
        memcpy(report->kinds[i].fingerprint, &i, sizeof(i));
    }
    qsort(report->kinds, report->count, sizeof(report->kinds[0]), compare);
    for (uint32_t i = 0; i < report->count; i++) {
        memcpy(&was, report->kinds[i].fingerprint, sizeof(was));
        place[was] = i;
    }
    for (size_t i = 0; i < report->moment_count; i++)
        report->moments[i].kind = place[report->moments[i].kind];
    give_fingerprints(report);
}
