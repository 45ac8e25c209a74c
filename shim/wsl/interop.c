/* SPDX-License-Identifier: MIT */
/*
 * What a program of Windows' is run by, as WSL's is by /init: interop HANDLER RECORD FILE
 * [ARGUMENT...]. HANDLER runs it; where that is empty, it does nothing. RECORD gets a line that
 * says how it was called; it may be empty, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "sys/likedir.h"
#include "sys/own.h"
#include "wsl/environment.h"
#include "wsl/json.h"
#include "wsl/table.h"

enum { CANNOT_EXECUTE = 126, NOT_FOUND = 127 };

struct called {
    const char *file; /* as Linux has it */
    char **arguments; /* without its name */
    struct wsl_text windows;
    struct wsl_text directory; /* Windows' name of the current one; empty where it has none */
    struct wsl_environment environment;
};

static void put_time(struct json *out)
{
    char text[32] = "";
    struct timespec now;
    struct tm tm;
    if (clock_gettime(CLOCK_REALTIME, &now) == 0 && gmtime_r(&now.tv_sec, &tm) != NULL)
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
    json_text(out, text);
}

/* Windows' programs see the name of their file in place of how they were called. */
static void put_arguments(struct json *out, const struct called *c)
{
    const char *slash = strrchr(c->windows.at, '\\');
    json_raw(out, "[");
    json_text(out, slash == NULL ? c->windows.at : slash + 1);
    for (char **one = c->arguments; *one != NULL; one++) {
        json_raw(out, ",");
        json_text(out, *one);
    }
    json_raw(out, "]");
}

static void put_environment(struct json *out, const struct wsl_environment *e)
{
    json_raw(out, "{");
    for (size_t i = 0; i < e->count; i++) {
        json_raw(out, i > 0 ? "," : "");
        json_text(out, e->variables[i].name);
        json_raw(out, ":");
        json_text(out, e->variables[i].value);
    }
    json_raw(out, "}");
}

/* One line in one write, so that several at once do not mix. Returns 0 or an errno. */
static int record(const char *file, const struct called *c)
{
    struct json line = {.text = NULL};
    json_raw(&line, "{\"time\":");
    put_time(&line);
    json_raw(&line, ",\"file\":");
    json_text(&line, c->windows.at);
    json_raw(&line, ",\"argv\":");
    put_arguments(&line, c);
    json_raw(&line, ",\"directory\":");
    json_text(&line, c->directory.at);
    json_raw(&line, ",\"environment\":");
    put_environment(&line, &c->environment);
    json_raw(&line, "}\n");
    if (line.text == NULL)
        return ENOMEM;
    int fd = sys_open_own(file, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_CLOEXEC, 0644);
    ssize_t n = fd < 0 ? -1 : write(fd, line.text, line.length);
    int error = fd < 0 ? -fd : n < 0 ? errno : n == (ssize_t)line.length ? 0 : ENOSPC;
    if (fd >= 0)
        close(fd);
    free(line.text);
    return error;
}

/* clip.exe takes what it is given; whoever writes to it is not to find nobody there. */
static int stub(const struct called *c)
{
    char block[4096];
    const char *slash = strrchr(c->file, '/');
    if (strcasecmp(slash == NULL ? c->file : slash + 1, "clip.exe") == 0)
        while (read(STDIN_FILENO, block, sizeof(block)) > 0)
            ;
    return EXIT_SUCCESS;
}

/* Becomes the handler, which gets the file by Linux' name: HANDLER FILE [ARGUMENT...]. */
static int handle(const char *handler, char **words, const struct called *c)
{
    int r = wsl_environment_set(&c->environment);
    if (r == 0 && (setenv("LXSHIM_INTEROP_FILE", c->windows.at, 1) < 0 ||
                   setenv("LXSHIM_INTEROP_DIRECTORY", c->directory.at, 1) < 0))
        r = errno;
    if (r == 0) {
        execvp(handler, words);
        r = errno;
    }
    fprintf(stderr, "lxshim: interop: %s: %s\n", handler, strerror(r));
    return r == ENOENT ? NOT_FOUND : CANNOT_EXECUTE;
}

/*
 * Windows' name of the current directory. Whoever has entered one that stubs are in is in an empty
 * one of the kernel's (vfs/interop.c), by either of the names that it has: that of the file is
 * meant.
 */
static void find_directory(struct called *c, const struct wsl_view *view)
{
    const char *cwd = view->cwd == NULL ? "" : view->cwd;
    const char *slash = strrchr(c->windows.at, '\\');
    wsl_clear(&c->directory);
    if (slash != NULL && (strcmp(cwd, LX_LIKE_DIRECTORY) == 0 || strcmp(cwd, "/run/WSL") == 0))
        wsl_add(&c->directory, c->windows.at, (size_t)(slash - c->windows.at));
    else if (cwd[0] == '\0' || wsl_to_windows(view, cwd, cwd, true, &c->directory) != 0)
        wsl_clear(&c->directory);
}

static int run(char **argv, struct wsl_view *view)
{
    static struct called c; /* large */
    char *real = realpath(argv[3], NULL);
    c.file = argv[3];
    c.arguments = argv + 4;
    /* As WSL's: silent where the file is of nowhere, and from no directory where that is. */
    int error = wsl_to_windows(view, c.file, real, true, &c.windows);
    free(real);
    if (error != 0)
        return EXIT_FAILURE;
    find_directory(&c, view);
    if (wsl_environment_read(view, &c.environment) != 0) {
        fprintf(stderr, "lxshim: interop: %s\n", strerror(ENOMEM));
        return CANNOT_EXECUTE;
    }
    error = argv[2][0] == '\0' ? 0 : record(argv[2], &c);
    if (error != 0)
        fprintf(stderr, "lxshim: interop: %s: %s\n", argv[2], strerror(error));
    const char *handler = argv[1];
    argv[2] = argv[1]; /* HANDLER FILE [ARGUMENT...] */
    return handler[0] == '\0' ? stub(&c) : handle(handler, argv + 2, &c);
}

int main(int argc, char **argv)
{
    struct wsl_view view = {.distro = getenv("WSL_DISTRO_NAME")};
    if (argc < 4) {
        fputs("usage: interop HANDLER RECORD FILE [ARGUMENT...]\n", stderr);
        return EXIT_FAILURE;
    }
    int error = wsl_table_read(&view.table);
    if (error != 0) {
        fprintf(stderr, "lxshim: interop: /proc/self/mountinfo: %s\n", strerror(error));
        return EXIT_FAILURE;
    }
    view.cwd = getcwd(NULL, 0);
    return run(argv, &view);
}
