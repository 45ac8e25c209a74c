/* SPDX-License-Identifier: MIT */
/* From what was typed to a full name: text alone, no file is looked at. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "nt/names.h"
#include "nt/utf.h"
#include "nt/utf16.h"
#include "nt/win32names.h"
#include "win/win.h"

/* What is before a name that Win32's rules are not for. */
#define RAW      "\\\\?\\"
#define NT_NAMES "\\??\\"

bool win_print_path(char out[WIN_PATH], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(out, WIN_PATH, format, args);
    va_end(args);
    return n >= 0 && n < WIN_PATH;
}

const char *win_plain(const char *name)
{
    return strncmp(name, RAW, sizeof(RAW) - 1) == 0 || strncmp(name, NT_NAMES, 4) == 0 ? name + 4
                                                                                       : name;
}

bool win_is_volume_root(const char *name)
{
    name = win_plain(name);
    return name[0] != '\0' && name[1] == ':' &&
           (name[2] == '\0' || (name[2] == '\\' && name[3] == '\0'));
}

const char *win_leaf(const char *name)
{
    const char *slash = strrchr(name, '\\');
    return slash != NULL ? slash + 1 : name;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_separator(char c, bool raw)
{
    return c == '\\' || (c == '/' && !raw);
}

/* "file:stream:$DATA", ":$DATA" or ":stream"; the type may be left out. [FSCC 2.1.5] */
static nt_status split_stream(char *component, char *stream)
{
    char *colon = strchr(component, ':');
    if (colon == NULL)
        return NT_SUCCESS;
    char *type = strchr(colon + 1, ':');
    if (type != NULL && strcasecmp(type, ":$DATA") != 0)
        return NT_OBJECT_NAME_INVALID;
    size_t n = type != NULL ? (size_t)(type - colon - 1) : strlen(colon + 1);
    if ((type == NULL && n == 0) || n >= WIN_STREAM)
        return NT_OBJECT_NAME_INVALID;
    memcpy(stream, colon + 1, n);
    stream[n] = '\0';
    *colon = '\0';
    return NT_SUCCESS;
}

/*
 * Takes trailing dots and spaces off a component. A pattern that ends in "*." keeps its dot, by
 * which it is one of names without an extension. (recalled of FindFirstFile)
 */
static size_t strip(char *component, bool wild)
{
    size_t n = strlen(component);
    size_t kept = nt_win32_strip(component, n);
    if (wild && kept > 0 && component[kept - 1] == '*' && component[n - 1] == '.')
        component[kept++] = '.';
    component[kept] = '\0';
    return kept;
}

/* Where a typed name starts from, with what is left of it to be added. */
static nt_status begin_name(const struct win *win, const char **typed, bool raw, char *name)
{
    const char *s = *typed;
    char drive = win->directory[0];
    if (is_letter(s[0]) && s[1] == ':') {
        drive = s[0];
        *typed = s + 2;
        s += 2;
    } else if (raw) {
        return NT_OBJECT_PATH_NOT_FOUND;
    }
    if (is_separator(s[0], raw) && is_separator(s[1], raw))
        return NT_OBJECT_PATH_NOT_FOUND; /* another machine's */
    if (is_separator(s[0], raw) || ((drive ^ win->directory[0]) & ~0x20) != 0) {
        (void)snprintf(name, WIN_PATH, "%c:", drive);
        return NT_SUCCESS;
    }
    if (raw)
        return NT_OBJECT_NAME_INVALID;
    (void)snprintf(name, WIN_PATH, "%s", win->directory);
    size_t n = strlen(name);
    if (n == 3)
        name[2] = '\0';
    return NT_SUCCESS;
}

void win_drop_leaf(char *name)
{
    char *slash = strrchr(name, '\\');
    if (slash != NULL)
        *slash = '\0';
}

/* Adds one component; "" where it came to nothing. */
static nt_status add_component(char *name, char *component, bool last, unsigned how, bool raw,
                               char *stream)
{
    nt_status status = NT_SUCCESS;
    if (!raw && strcmp(component, "..") == 0) {
        win_drop_leaf(name);
        return NT_SUCCESS;
    }
    if (!raw && strcmp(component, ".") == 0)
        return NT_SUCCESS;
    if (last)
        status = split_stream(component, stream);
    size_t n = raw ? strlen(component) : strip(component, last && (how & WIN_WILD) != 0);
    if (status != NT_SUCCESS || (n == 0 && stream[0] == '\0'))
        return status;
    if (n == 0) /* ":stream" of a directory */
        return NT_SUCCESS;
    if (!raw && nt_win32_reserved(component, n))
        return NT_OBJECT_NAME_INVALID; /* a device, and no file of ours (inference) */
    /* Nobody makes "." and ".." of a raw name a way, and a slash is no character of one. */
    if (strcmp(component, ".") == 0 || strcmp(component, "..") == 0 ||
        strchr(component, '/') != NULL)
        return NT_OBJECT_NAME_INVALID;
    for (const char *c = component; *c != '\0'; c++)
        if (nt_char_illegal((unsigned char)*c) &&
            !(last && (how & WIN_WILD) != 0 && (*c == '*' || *c == '?')))
            return NT_OBJECT_NAME_INVALID;
    long units = nt_utf16_length(component, n);
    if (units < 0)
        return NT_OBJECT_NAME_INVALID;
    if (units > NT_NAME_UNITS || strlen(name) + n + 2 > WIN_PATH)
        return NT_OBJECT_NAME_INVALID;
    strcat(name, "\\");
    strcat(name, component);
    return NT_SUCCESS;
}

nt_status win_full_name(const struct win *win, const char *typed, unsigned how, char *name,
                        char *stream)
{
    char component[WIN_PATH];
    bool raw = win_plain(typed) != typed;
    stream[0] = '\0';
    typed = win_plain(typed);
    if (typed[0] == '\0')
        return NT_OBJECT_PATH_NOT_FOUND;
    nt_status status = begin_name(win, &typed, raw, name);
    while (status == NT_SUCCESS && *typed != '\0') {
        while (is_separator(*typed, raw))
            typed++;
        size_t n = 0;
        while (typed[n] != '\0' && !is_separator(typed[n], raw))
            n++;
        if (n == 0)
            break;
        if (n >= sizeof(component))
            return NT_NAME_TOO_LONG;
        memcpy(component, typed, n);
        component[n] = '\0';
        typed += n;
        status = add_component(name, component, *typed == '\0', how, raw, stream);
    }
    if (strlen(name) == 2) /* dropping components may end at the volume */
        strcat(name, "\\");
    return status;
}
