/* SPDX-License-Identifier: MIT */
#include "wsl/environment.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* A path as wslpath -w has it, or "". */
static const char *translate_path(const struct wsl_view *view, const char *path)
{
    static struct wsl_text windows; /* large; the program has one thread */
    char *real = path[0] == '\0' ? NULL : realpath(path, NULL);
    int error = path[0] == '\0' ? EINVAL : wsl_to_windows(view, path, real, false, &windows);
    free(real);
    return error == 0 ? windows.at : "";
}

/* "/mnt/c/a:/mnt/d" as "C:\a;D:\"; what cannot be translated is left out. */
static char *translate_list(const struct wsl_view *view, const char *list)
{
    char *copy = strdup(list);
    char *out = strdup("");
    char *rest = NULL;
    for (char *word = copy == NULL ? NULL : strtok_r(copy, ":", &rest); word != NULL && out != NULL;
         word = strtok_r(NULL, ":", &rest)) {
        const char *windows = translate_path(view, word);
        char *longer = NULL;
        if (windows[0] == '\0')
            continue;
        if (asprintf(&longer, "%s%s%s", out, out[0] != '\0' ? ";" : "", windows) < 0)
            longer = NULL;
        free(out);
        out = longer;
    }
    if (copy == NULL) {
        free(out);
        return NULL;
    }
    free(copy);
    return out;
}

/*
 * Adds the variable that a word of WSLENV names, if it goes to Windows. Returns 0 or ENOMEM. [the
 * vendor's UtilParseWslEnv]
 */
static int add(const struct wsl_view *view, char *word, struct wsl_environment *out)
{
    char *flags = strchr(word, '/');
    if (flags != NULL)
        *flags++ = '\0';
    else
        flags = word + strlen(word);
    const char *value = getenv(word);
    if (word[0] == '\0' || strchr(word, '=') != NULL || flags[strspn(flags, "plw")] != '\0')
        return 0;
    if (value == NULL)
        value = "";
    else if (flags[strcspn(flags, "pl")] != '\0') { /* a list by either, and none if it is empty */
        char *list = translate_list(view, value);
        if (list == NULL || list[0] == '\0') {
            free(list);
            return list == NULL ? ENOMEM : 0;
        }
        value = list;
    }
    out->variables[out->count++] = (struct wsl_variable){word, value};
    return 0;
}

int wsl_environment_read(const struct wsl_view *view, struct wsl_environment *out)
{
    const char *names = getenv("WSLENV");
    char *list = strdup(names == NULL ? "" : names);
    char *rest = NULL;
    *out = (struct wsl_environment){.list = list};
    if (list == NULL)
        return ENOMEM;
    for (size_t n = strlen(list); n > 0 && isspace((unsigned char)list[n - 1]); n--)
        list[n - 1] = '\0';
    out->variables = calloc(strlen(list) + 1, sizeof(out->variables[0]));
    int error = out->variables == NULL ? ENOMEM : 0;
    for (char *word = strtok_r(list, ":", &rest); word != NULL && error == 0;
         word = strtok_r(NULL, ":", &rest))
        error = add(view, word, out);
    return error;
}

int wsl_environment_set(const struct wsl_environment *environment)
{
    for (size_t i = 0; i < environment->count; i++)
        if (setenv(environment->variables[i].name, environment->variables[i].value, 1) < 0)
            return ENOMEM;
    return 0;
}
