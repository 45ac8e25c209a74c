/* SPDX-License-Identifier: MIT */
/* A text of JSON that grows. What does not fit into memory makes it NULL, for good. */
#ifndef LXSHIM_WSL_JSON_H
#define LXSHIM_WSL_JSON_H

#include <stdbool.h>
#include <stddef.h>

struct json {
    char *text; /* to be freed */
    size_t length;
    size_t room;
    bool failed;
};

/* Adds what is JSON already. */
void json_raw(struct json *out, const char *text);

/* Adds a string, in its quotes. What is no UTF-8 goes as it is. */
void json_text(struct json *out, const char *text);

#endif
