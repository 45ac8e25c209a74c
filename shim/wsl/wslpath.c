/* SPDX-License-Identifier: MIT */
/* wslpath: paths of Linux and of Windows, each as the other knows them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wsl/table.h"
#include "wsl/translate.h"

static const char usage[] =
    "usage: wslpath [-a] [-u | -w | -m] PATH\n"
    "\n"
    "  -u   a Windows path to a Linux path (this is done unless told otherwise)\n"
    "  -w   a Linux path to a Windows path\n"
    "  -m   the same, with / in place of \\\n"
    "  -a   the result is absolute, whatever PATH is\n";

struct arguments {
    bool absolute;
    char form; /* u, w or m; 0: not said */
    const char *path;
};

/* Takes over the letters of one argument. Returns 0 or an exit status, having said why. */
static int read_letters(const char *argument, struct arguments *out)
{
    for (const char *p = argument + 1; *p != '\0'; p++) {
        if (*p == 'a') {
            out->absolute = true;
        } else if (strchr("uwm", *p) == NULL) {
            fprintf(stderr, "Invalid command line argument: %s\n", argument);
            return EXIT_FAILURE;
        } else if (out->form != 0) {
            fputs(usage, stderr);
            return EXIT_FAILURE;
        } else {
            out->form = *p;
        }
    }
    return 0;
}

/* Reads a command line. Returns 0 or an exit status, having said why. */
static int read_arguments(char **argv, struct arguments *out)
{
    bool options = true;
    for (; *argv != NULL; argv++) {
        const char *one = *argv;
        if (options && strcmp(one, "--") == 0) {
            options = false;
        } else if (options && strcmp(one, "--help") == 0) {
            out->path = NULL;
            break;
        } else if (options && one[0] == '-' && one[1] != '\0') {
            int status = read_letters(one, out);
            if (status != 0)
                return status;
        } else if (out->path != NULL) {
            fprintf(stderr, "Invalid command line argument: %s\n", one);
            return EXIT_FAILURE;
        } else {
            out->path = one;
        }
    }
    if (out->path != NULL)
        return 0;
    fprintf(stderr, "wslpath: %s\n", strerror(EINVAL));
    fputs(usage, stdout);
    return EXIT_FAILURE;
}

/* Translates. Returns 0 or an errno. */
static int translate(const struct arguments *a, struct wsl_text *out)
{
    struct wsl_view view = {.distro = getenv("WSL_DISTRO_NAME")};
    int error = wsl_table_read(&view.table);
    char *cwd = getcwd(NULL, 0);
    char *real = NULL;
    view.cwd = cwd;
    if (error == 0 && cwd == NULL)
        error = errno;
    if (view.distro != NULL && view.distro[0] == '\0')
        view.distro = NULL;
    if (error == 0 && a->form != 'u') {
        real = realpath(a->path, NULL);
        if (real == NULL && errno != ENOENT)
            error = errno;
    }
    if (error == 0)
        error = a->form == 'u' ? wsl_to_linux(&view, a->path, a->absolute, out)
                               : wsl_to_windows(&view, a->path, real, a->absolute, out);
    for (char *p = out->at; error == 0 && a->form == 'm' && (p = strchr(p, '\\')) != NULL;)
        *p = '/';
    free(real);
    free(cwd);
    wsl_table_free(&view.table);
    return error;
}

int main(int argc, char **argv)
{
    static struct wsl_text out; /* large */
    struct arguments a = {.path = NULL};
    int status = read_arguments(argc > 0 ? argv + 1 : argv, &a);
    if (status != 0)
        return status;
    if (a.form == 0)
        a.form = 'u';
    int error = translate(&a, &out);
    if (error != 0) {
        fprintf(stderr, "wslpath: %s: %s\n", a.path, strerror(error));
        return EXIT_FAILURE;
    }
    return puts(out.at) < 0 || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
