/* SPDX-License-Identifier: MIT */
#include "report/index.h"

#include <string.h>

/* Twice as many as kinds, so that a search is short; a power of two. */
#define SLOTS 16384u
_Static_assert(SLOTS > 2 * REPORT_KINDS, "the index is too full");

/* Lines that are remembered. Those beyond are looked at again. */
#define LINES 65536u

struct line {
    uint64_t hash;
    uint32_t length; /* 0: an empty slot */
    uint32_t kind;
};

struct report_index {
    uint32_t slot[SLOTS]; /* a kind's place plus one */
    struct line line[LINES];
};

uint64_t index_hash(uint64_t hash, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return hash;
}

void index_start(struct report *report)
{
    report->index = lx_arena_alloc(&report->arena, sizeof(*report->index));
    report->kinds = lx_arena_alloc(&report->arena, REPORT_KINDS * sizeof(report->kinds[0]));
    report->moments = lx_arena_alloc(&report->arena, REPORT_MOMENTS * sizeof(report->moments[0]));
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    return text == NULL ? hash * 31 : index_hash(hash, text, strlen(text) + 1);
}

static uint64_t hash_kind(const struct report_kind *kind)
{
    uint64_t hash = INDEX_HASH + kind->outcome;
    const char *const texts[] = {kind->rule,   kind->call, kind->paths[0], kind->paths[1],
                                 kind->result, kind->comm, kind->note};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        hash = hash_text(hash, texts[i]);
    return hash;
}

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_kind(const struct report_kind *a, const struct report_kind *b)
{
    return a->outcome == b->outcome && same(a->rule, b->rule) && same(a->call, b->call) &&
           same(a->paths[0], b->paths[0]) && same(a->paths[1], b->paths[1]) &&
           same(a->result, b->result) && same(a->comm, b->comm) && same(a->note, b->note);
}

/* The slot of a kind, or the empty one where it would be. */
static uint32_t *slot_of(const struct report *report, const struct report_kind *kind)
{
    uint32_t *slots = report->index->slot;
    uint32_t i = (uint32_t)hash_kind(kind) % SLOTS;
    while (slots[i] != 0 && !same_kind(&report->kinds[slots[i] - 1], kind))
        i = (i + 1) % SLOTS;
    return &slots[i];
}

uint32_t index_find(const struct report *report, const struct report_kind *kind)
{
    uint32_t slot = *slot_of(report, kind);
    return slot == 0 ? REPORT_OTHER : slot - 1;
}

uint32_t index_put(struct report *report, const struct report_kind *kind)
{
    uint32_t *slot = slot_of(report, kind);
    if (*slot != 0)
        return *slot - 1;
    if (report->count == REPORT_KINDS)
        return REPORT_OTHER;
    report->kinds[report->count] = *kind;
    *slot = (uint32_t)++report->count;
    return *slot - 1;
}

/* A number of a line's words, by eight of its bytes at a time: nobody sees it. */
static uint64_t hash_line(const char *words, size_t n)
{
    const uint64_t by = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t hash = n;
    uint64_t word;
    for (; n >= sizeof(word); n -= sizeof(word), words += sizeof(word)) {
        memcpy(&word, words, sizeof(word));
        hash = (hash ^ word) * by;
        hash ^= hash >> 29;
    }
    word = 0;
    memcpy(&word, words, n);
    hash = (hash ^ word) * by;
    return hash ^ hash >> 32;
}

bool index_known(const struct report *report, const char *words, size_t n, uint32_t *place)
{
    uint64_t hash = hash_line(words, n);
    const struct line *line = &report->index->line[hash % LINES];
    *place = line->kind;
    return line->length == n && line->hash == hash;
}

void index_learn(struct report *report, const char *words, size_t n, uint32_t place)
{
    uint64_t hash = hash_line(words, n);
    report->index->line[hash % LINES] = (struct line){hash, (uint32_t)n, place};
}
