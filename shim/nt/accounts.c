/* SPDX-License-Identifier: MIT */
#include "nt/accounts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *domain;
    const char *name;
    const char *sid;
} accounts[] = {
#define ACCOUNT(domain, name, sid) {domain, name, sid},
#include "nt/accounts.def"
#undef ACCOUNT
};

#define COUNT (sizeof(accounts) / sizeof(accounts[0]))

/* A SID in text; its size, or 0 for what is none. */
static size_t parse(const char *text, uint8_t sid[NT_SID_MAX])
{
    size_t subs = 0;
    char *end;
    if (strncasecmp(text, "S-1-", 4) != 0)
        return 0;
    uint64_t authority = strtoull(text + 4, &end, 0);
    if (end == text + 4 || authority >> 48 != 0)
        return 0;
    sid[0] = 1;
    for (unsigned i = 0; i < 6; i++)
        sid[2 + i] = (uint8_t)(authority >> (8 * (5 - i)));
    while (*end == '-' && subs < 15) {
        const char *at = end + 1;
        uint64_t sub = strtoull(at, &end, 10);
        if (end == at || sub > UINT32_MAX)
            return 0;
        nt_put32(sid + 8 + 4 * subs++, (uint32_t)sub);
    }
    sid[1] = (uint8_t)subs;
    return *end == '\0' && subs > 0 ? nt_sid_size(sid) : 0;
}

static void print(struct nt_bytes sid, char out[NT_ACCOUNT_NAME])
{
    uint64_t authority = 0;
    for (unsigned i = 0; i < 6; i++)
        authority = authority << 8 | sid.at[2 + i];
    int n = snprintf(out, NT_ACCOUNT_NAME, "S-1-%" PRIu64, authority);
    for (size_t i = 0; i < sid.at[1] && n > 0 && n < (int)NT_ACCOUNT_NAME; i++)
        n += snprintf(out + n, NT_ACCOUNT_NAME - (size_t)n, "-%" PRIu32,
                      nt_get32(sid.at + 8 + 4 * i));
}

void nt_account_name(struct nt_bytes sid, char out[NT_ACCOUNT_NAME])
{
    out[0] = '\0';
    if (sid.n == 0)
        return;
    print(sid, out);
    for (size_t i = 0; i < COUNT; i++)
        if (strcmp(out, accounts[i].sid) == 0) {
            (void)snprintf(out, NT_ACCOUNT_NAME, "%s%s%s", accounts[i].domain,
                           accounts[i].domain[0] == '\0' ? "" : "\\", accounts[i].name);
            return;
        }
}

size_t nt_account_find(const char *name, size_t n, uint8_t sid[NT_SID_MAX])
{
    char text[NT_ACCOUNT_NAME];
    char full[NT_ACCOUNT_NAME];
    if (n >= sizeof(text))
        return 0;
    memcpy(text, name, n);
    text[n] = '\0';
    if (text[0] == '*')
        return parse(text + 1, sid);
    for (size_t i = 0; i < COUNT; i++) {
        (void)snprintf(full, sizeof(full), "%s\\%s", accounts[i].domain, accounts[i].name);
        if (strcasecmp(text, accounts[i].name) == 0 || strcasecmp(text, full) == 0)
            return parse(accounts[i].sid, sid);
    }
    return 0;
}
