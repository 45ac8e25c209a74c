/* SPDX-License-Identifier: MIT */
/* Where the library is, and how ld.so is told of it. */
#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

#define NAME "liblxshim.so"

/*
 * Beside the library: for each meaning that $LIB has somewhere a directory with the library of that
 * word size, or with an empty one where it was not built. See the Makefile.
 */
#define BY_LIB "liblxshim"

/* Where it was brought to, or NULL. */
static const char *moved;

void cli_library_move(const char *directory)
{
    moved = directory;
}

bool cli_library(char *out, size_t room)
{
    static const char name[] = NAME;
    char program[PATH_MAX];
    int length = 0;
    if (moved != NULL) {
        snprintf(out, room, "%s/%s", moved, name);
        return access(out, R_OK) == 0;
    }
    if (cli_program(program, sizeof(program)) == 0)
        length = (int)(strrchr(program, '/') - program);
    if (length > 0) {
        snprintf(out, room, "%.*s/%s", length, program, name);
        if (access(out, R_OK) == 0)
            return true;
    }
    snprintf(out, room, "%.*s/../lib/%s", length, program, name);
    if (length > 0 && access(out, R_OK) == 0)
        return true;
    snprintf(out, room, "%s/%s", LXSHIM_LIBDIR, name);
    if (access(out, R_OK) == 0)
        return true;
    if (length == 0)
        snprintf(out, room, "no %s in %s, and /proc does not say where lxshim is", name,
                 LXSHIM_LIBDIR);
    else
        snprintf(out, room,
                 "no %s in %.*s, ../lib from there, nor in %s: build it with make, or make install",
                 name, length, program, LXSHIM_LIBDIR);
    return false;
}

bool cli_library_ready(char *out, size_t room)
{
    if (!cli_library(out, room)) {
        cli_error("%s", out);
        return false;
    }
    if (strpbrk(out, ": ") == NULL)
        return true;
    cli_error("%s cannot be preloaded: ld.so takes spaces and colons for separators; move it, "
              "or install it with make install",
              out);
    return false;
}

/* Ways to / through a directory that glibc's ld.so expands. */
static const char *const ways[][2] = {
    {"/usr/$LIB/libc.so.6", "/usr/$LIB/../../../../../.."},
    {"/$LIB/libc.so.6", "/$LIB/../../../../../.."},
};

/*
 * The way that leads to where our own libc is: it is there, and $LIB means that. Writes what $LIB
 * means ("lib/x86_64-linux-gnu") to out, "" where there is no way. Returns the way, or "".
 */
static const char *way_of_glibc(char *out, size_t room)
{
    out[0] = '\0';
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct link_map *map = NULL;
        void *libc = dlopen(ways[i][0], RTLD_LAZY | RTLD_NOLOAD);
        if (libc == NULL)
            continue;
        if (dlinfo(libc, RTLD_DI_LINKMAP, &map) == 0) {
            const char *name = map->l_name + (strncmp(map->l_name, "/usr/", 5) == 0 ? 5 : 1);
            const char *slash = strrchr(map->l_name, '/');
            if (slash != NULL && slash > name)
                snprintf(out, room, "%.*s", (int)(slash - name), name);
        }
        dlclose(libc);
        return ways[i][1];
    }
    return "";
}

/* The length of a path up to its last slash, which is there. */
static int directory_length(const char *path)
{
    return (int)(strrchr(path, '/') - path);
}

/* True where there is a library in a directory of that name. */
static bool has_library(const char *kind)
{
    char library[PATH_MAX * 2];
    char path[CLI_SPELLED_MAX];
    if (!cli_library(library, sizeof(library)))
        return false;
    snprintf(path, sizeof(path), "%.*s/" BY_LIB "/%s/" NAME, directory_length(library), library,
             kind);
    return access(path, R_OK) == 0;
}

void cli_library_spelled(const char *library, char *out, size_t room)
{
    char lib[PATH_MAX];
    struct stat ours;
    struct stat there;
    const char *way = way_of_glibc(lib, sizeof(lib));
    int n = directory_length(library);
    snprintf(out, room, "%.*s/" BY_LIB "/%s/" NAME, n, library, lib);
    bool leads = stat(library, &ours) == 0 && stat(out, &there) == 0 &&
                 ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
    /* Where there is no glibc to ask, musl's own library is what $LIB is for. */
    if (lib[0] != '\0' ? leads : has_library("$LIB"))
        snprintf(out, room, "%.*s/" BY_LIB "/$LIB/" NAME, n, library);
    else
        snprintf(out, room, "%s%s", way, library);
}

bool cli_library_i386(void)
{
    return has_library("i386");
}

bool cli_library_musl(void)
{
    return has_library("$LIB");
}

const char *cli_wsl_programs(void)
{
    static char path[PATH_MAX * 2 + sizeof("/" BY_LIB "/wsl")]; /* the program has one thread */
    char library[PATH_MAX * 2];
    if (path[0] == '\0' && cli_library(library, sizeof(library)))
        snprintf(path, sizeof(path), "%.*s/" BY_LIB "/wsl", directory_length(library), library);
    return path[0] == '/' && access(path, X_OK) == 0 ? path : NULL;
}
