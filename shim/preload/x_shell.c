/* SPDX-License-Identifier: MIT */
/*
 * system and popen start the shell with the process's own environment, inside libc. Where that has
 * lost what a child needs, the command is wrapped in a shell that gets it back; it is the program's
 * own shell then that runs shimmed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preload/environment.h"
#include "preload/next.h"
#include "preload/shim.h"

/* Writes s in single quotes; returns what comes after it. */
static char *quote(char *to, const char *s)
{
    *to++ = '\'';
    for (; *s != '\0'; s++) {
        if (*s == '\'') {
            memcpy(to, "'\\''", 4);
            to += 4;
        } else {
            *to++ = *s;
        }
    }
    *to++ = '\'';
    return to;
}

static char *put(char *to, const char *s)
{
    size_t n = strlen(s);
    memcpy(to, s, n);
    return to + n;
}

/* LD_PRELOAD='..' LXSHIM_STATE='..' exec /bin/sh -c '..', to be freed; NULL for want of memory. */
static char *wrap(const char *command)
{
    const char *before = getenv("LD_PRELOAD");
    const char *state = lx_state_value();
    size_t room = lx_preload_room(before);
    char *list = malloc(room);
    char *line = malloc(4 * (room + strlen(state) + strlen(command)) + 96);
    if (list == NULL || line == NULL) {
        free(list);
        free(line);
        return NULL;
    }
    lx_preload_list(before, list);
    char *to = put(line, "LD_PRELOAD=");
    to = quote(to, list);
    to = put(to, " LXSHIM_STATE=");
    to = quote(to, state);
    to = put(to, " exec /bin/sh -c ");
    to = quote(to, command);
    *to = '\0';
    free(list);
    return line;
}

LX_EXPORT int system(const char *command)
{
    char *line = command == NULL || !lx_environment_lost() ? NULL : wrap(command);
    int r = NEXT(system)(line != NULL ? line : command);
    int error = errno;
    free(line);
    lx_after_child(true);
    errno = error;
    return r;
}

LX_EXPORT FILE *popen(const char *command, const char *mode)
{
    char *line = lx_environment_lost() ? wrap(command) : NULL;
    FILE *stream = NEXT(popen)(line != NULL ? line : command, mode);
    int error = errno;
    free(line);
    errno = error;
    return stream;
}
LX_ALIAS(_IO_popen, popen);

LX_EXPORT int pclose(FILE *stream)
{
    int r = NEXT(pclose)(stream);
    int error = errno;
    lx_after_child(true);
    errno = error;
    return r;
}
