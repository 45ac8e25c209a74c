/* SPDX-License-Identifier: MIT */
#include "report/dump.h"

#include <stdlib.h>

void report_put_json(FILE *out, const char *before, json_t *value)
{
    char *dump = json_dumps(value, JSON_ENCODE_ANY);
    fprintf(out, "%s%s", before, dump != NULL ? dump : "null");
    free(dump);
    json_decref(value);
}
