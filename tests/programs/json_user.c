/* SPDX-License-Identifier: MIT */
/*
 * A program with a JSON library of its own: names such as json_loads and json_object_get exist in
 * jansson and in json-c with different meanings. Ours must be the ones that answer.
 */
#include <stdio.h>

const char *json_loads(const char *text, size_t flags, void *error);
const char *json_object_get(const char *object, const char *key);
void *json_object(void);

const char *json_loads(const char *text, size_t flags, void *error)
{
    (void)flags;
    (void)error;
    return text;
}

const char *json_object_get(const char *object, const char *key)
{
    (void)key;
    return object;
}

void *json_object(void)
{
    return NULL;
}

int main(int argc, char **argv)
{
    FILE *f = fopen(argc > 1 ? argv[1] : "own:json", "w");
    if (f == NULL)
        return 1;
    fputs(json_object_get(json_loads("mine", 0, json_object()), "key"), f);
    return fclose(f) == 0 ? 0 : 1;
}
