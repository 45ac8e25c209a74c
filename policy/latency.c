/* SPDX-License-Identifier: MIT */
#include "policy/latency.h"

#include <string.h>

enum protocol { PROTOCOL_9P, PROTOCOL_VIRTIOFS, PROTOCOL_WSL1, PROTOCOLS };

static const struct client {
    const char *word;
    enum protocol protocol;
    uint32_t us;
    const char *evidence;
} clients[] = {
#define CLIENT(symbol, word, protocol, us, evidence) {word, PROTOCOL_##protocol, us, evidence},
#define COST(protocol, class, each, more, us)
#include "policy/latency.def"
#undef CLIENT
#undef COST
};

#define CLIENTS (sizeof(clients) / sizeof(clients[0]))

static const struct messages {
    int8_t each;
    int8_t more;
    uint16_t us;
} costs[PROTOCOLS][LX_COSTS] = {
#define CLIENT(symbol, word, protocol, us, evidence)
#define COST(protocol, class, each, more, us) \
    [PROTOCOL_##protocol][LX_COST_##class] = {each, more, us},
#include "policy/latency.def"
#undef CLIENT
#undef COST
};

/* Log-normal, sigma 0.3: the middles of 64 parts that are equally likely, in 1/1024 of the mean. */
#define PARTS 64u
static const uint16_t parts[PARTS] = {
    474,  540,  578,  606,  630,  650,  669,  686,  702,  717,  731,  744,  757,  770,  782,  794,
    806,  818,  829,  841,  852,  863,  874,  885,  896,  907,  918,  929,  940,  951,  963,  974,
    986,  997,  1009, 1021, 1033, 1046, 1059, 1072, 1085, 1099, 1113, 1127, 1142, 1158, 1174, 1191,
    1209, 1227, 1247, 1268, 1290, 1314, 1340, 1368, 1400, 1435, 1476, 1525, 1584, 1662, 1779, 2024,
};

unsigned lx_latency_find(const char *word)
{
    for (unsigned i = 0; i < CLIENTS; i++)
        if (strcmp(clients[i].word, word) == 0)
            return i + 1;
    return 0;
}

const char *lx_latency_word(unsigned client)
{
    return client == 0 || client > CLIENTS ? NULL : clients[client - 1].word;
}

const char *lx_latency_evidence(unsigned client)
{
    return client == 0 || client > CLIENTS ? NULL : clients[client - 1].evidence;
}

const char *lx_cost_word(enum lx_cost cost)
{
    static const char *const words[LX_COSTS] = {"stat",   "stat of a missing name",
                                                "open",   "open for writing",
                                                "create", "unlink",
                                                "rename", "mkdir",
                                                "list",   "change"};
    return words[cost];
}

uint64_t lx_latency_mean(unsigned client, enum lx_cost cost, unsigned depth)
{
    const struct client *c = &clients[client - 1];
    const struct messages *m = &costs[c->protocol][cost];
    int64_t messages = (int64_t)m->each * depth + m->more;
    if (messages < 1)
        messages = c->protocol == PROTOCOL_WSL1 ? 0 : 1;
    return ((uint64_t)messages * c->us + m->us) * 1000;
}

uint64_t lx_latency(unsigned client, enum lx_cost cost, unsigned depth, uint64_t luck)
{
    return lx_latency_mean(client, cost, depth) * parts[luck % PARTS] / 1024;
}

uint64_t lx_cost_distinct(unsigned bits)
{
    /* m * ln(m / zeros), as the sum of what each bit has taken: no library of mathematics. */
    double sum = 0;
    for (unsigned i = 0; i < bits && i < LX_COST_BITS; i++)
        sum += (double)LX_COST_BITS / (LX_COST_BITS - i);
    return (uint64_t)(sum + 0.5);
}
