/* SPDX-License-Identifier: MIT */
#include "bisect/beside.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct beside_part beside_all(const struct beside *beside)
{
    return (struct beside_part){.scanner = beside->scanner != NULL && !beside->no_scanner,
                                .latency = beside->latency != NULL && !beside->no_latency};
}

json_t *beside_scanner(const struct beside *beside, const json_t *events)
{
    json_t *scanner = json_deep_copy(beside->scanner);
    if (events != NULL)
        json_object_set(scanner, "only", (json_t *)(uintptr_t)events);
    return scanner;
}

/* Those of the policy's own, and those that are known. */
static void leave_out_past(const struct beside *beside, json_t *scanner)
{
    json_t *except = json_object_get(scanner, "except");
    if (beside->past == NULL)
        return;
    if (except == NULL) {
        except = json_array();
        json_object_set_new(scanner, "except", except);
    }
    json_array_extend(except, beside->past);
}

void beside_put(const struct beside *beside, const struct beside_part *part, struct lx_arena *arena,
                struct trial *test)
{
    bool comes = part->scanner && (part->events == NULL || json_array_size(part->events) > 0);
    if (beside->latency != NULL)
        test->latency = part->latency ? beside->latency : "off";
    if (beside->scanner == NULL)
        return;
    test->scanner = "off";
    if (!comes)
        return;
    json_t *scanner = beside_scanner(beside, part->events);
    leave_out_past(beside, scanner);
    char *text = json_dumps(scanner, JSON_COMPACT);
    if (text != NULL)
        test->scanner = lx_arena_string(arena, text, strlen(text));
    free(text);
    json_decref(scanner);
}

void beside_leave_out(struct beside *beside, const struct beside_part *part)
{
    if (part->scanner && part->events != NULL) {
        if (beside->past == NULL)
            beside->past = json_array();
        json_array_extend(beside->past, (json_t *)(uintptr_t)part->events);
    }
    beside->no_scanner |= part->scanner && part->events == NULL;
    beside->no_latency |= part->latency;
}
