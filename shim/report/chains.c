/* SPDX-License-Identifier: MIT */
#include "report/chains.h"

#include <string.h>

#include "report/index.h"

/* Processes that are remembered at once, and different chains; both bounded, as a report is. */
#define PROCESSES 8192u
#define CHAINS    512u

struct report_chains {
    struct {
        long pid;
        uint32_t chain; /* its place and one */
        uint32_t kind;  /* and of the kind that it was refused last, and one */
    } process[PROCESSES];
    const char *chain[CHAINS];
    uint32_t count;
};

/* The place of a chain and one, 0 where there is no room. */
static uint32_t place_of(struct report *r, const char *text)
{
    struct report_chains *c = r->chains;
    for (uint32_t i = 0; i < c->count; i++)
        if (strcmp(c->chain[i], text) == 0)
            return i + 1;
    if (c->count == CHAINS)
        return 0;
    c->chain[c->count] = lx_arena_string(&r->arena, text, strlen(text));
    return ++c->count;
}

void chains_learn(struct report *report, long pid, const json_t *parents)
{
    char text[512] = "";
    size_t n = 0;
    if (!json_is_array(parents))
        return;
    if (report->chains == NULL)
        report->chains = lx_arena_alloc(&report->arena, sizeof(*report->chains));
    for (size_t i = json_array_size(parents); i-- > 0 && n + 64 < sizeof(text);) {
        const char *comm = json_string_value(json_array_get(parents, i));
        if (comm != NULL)
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.32s", n > 0 ? " > " : "", comm);
    }
    unsigned long place = (unsigned long)pid % PROCESSES;
    report->chains->process[place].pid = pid;
    report->chains->process[place].chain = place_of(report, text);
    report->chains->process[place].kind = 0;
}

void chains_refused(struct report *report, long pid, uint32_t kind)
{
    struct report_chains *c = report->chains;
    unsigned long place = (unsigned long)pid % PROCESSES;
    if (c != NULL && c->process[place].pid == pid)
        c->process[place].kind = kind + 1;
}

uint32_t chains_last(const struct report *report, long pid)
{
    const struct report_chains *c = report->chains;
    unsigned long place = (unsigned long)pid % PROCESSES;
    if (c == NULL || c->process[place].pid != pid || c->process[place].kind == 0)
        return REPORT_OTHER;
    return c->process[place].kind - 1;
}

const char *chains_of(const struct report *report, long pid)
{
    const struct report_chains *c = report->chains;
    unsigned long place = (unsigned long)pid % PROCESSES;
    if (c == NULL || c->process[place].pid != pid || c->process[place].chain == 0)
        return "";
    return c->chain[c->process[place].chain - 1];
}
