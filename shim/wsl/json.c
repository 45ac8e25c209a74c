/* SPDX-License-Identifier: MIT */
#include "wsl/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct json *out, const char *text, size_t n)
{
    if (!out->failed && out->length + n > out->room) {
        size_t room = (out->length + n) * 2;
        char *larger = realloc(out->text, room);
        if (larger == NULL) {
            free(out->text);
            out->text = NULL;
            out->failed = true;
        } else {
            out->text = larger;
            out->room = room;
        }
    }
    if (out->failed)
        return;
    memcpy(out->text + out->length, text, n);
    out->length += n;
}

void json_raw(struct json *out, const char *text)
{
    add(out, text, strlen(text));
}

void json_text(struct json *out, const char *text)
{
    char escape[8];
    add(out, "\"", 1);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            add(out, "\\", 1);
        if ((unsigned char)*text >= ' ') {
            add(out, text, 1);
            continue;
        }
        snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)(unsigned char)*text);
        add(out, escape, 6);
    }
    add(out, "\"", 1);
}
