/* SPDX-License-Identifier: MIT */
#include "cli/wslconf.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/cli.h"

#define LINE_MAX_ 4096

/* Cuts blanks off both ends, in place. */
static char *trim(char *text)
{
    text += strspn(text, " \t\r\n");
    size_t n = strlen(text);
    while (n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL)
        n--;
    text[n] = '\0';
    return text;
}

/*
 * A value as git's files have them: in quotes or not, with escapes, up to a comment. In place; NULL
 * where a quote does not end.
 */
static char *value_of(char *text)
{
    char *start = trim(text);
    char *to = start;
    char *end = start; /* of what is not to be trimmed */
    bool quoted = false;
    for (const char *p = start; *p != '\0'; p++) {
        if (*p == '"') {
            quoted = !quoted;
            end = to;
            continue;
        }
        if (*p == '#' && !quoted)
            break;
        bool escaped = *p == '\\' && p[1] != '\0';
        if (escaped)
            p++;
        *to = *p;
        if (escaped && (*p == 'n' || *p == 't'))
            *to = *p == 'n' ? '\n' : '\t';
        to++;
        if (quoted || escaped || !isspace((unsigned char)*p))
            end = to;
    }
    *end = '\0';
    return quoted ? NULL : start;
}

static bool read_bool(const char *value, bool *out)
{
    bool yes = strcmp(value, "1") == 0 || strcasecmp(value, "true") == 0;
    bool no = strcmp(value, "0") == 0 || strcasecmp(value, "false") == 0;
    if (yes || no)
        *out = yes;
    return yes || no;
}

static bool read_text(const char *value, char *out, size_t room)
{
    size_t n = strlen(value);
    if (n >= room)
        return false;
    memcpy(out, value, n + 1);
    return true;
}

/* As C has them: 022 is octal, 0x12 is not. */
static bool read_umask(const char *value, int *out)
{
    char *end = NULL;
    long number = strtol(value, &end, 0);
    bool whole = end != value && *end == '\0' && number >= 0 && number <= 0777;
    if (whole)
        *out = (int)number;
    return whole;
}

/* One prefix of all drives: a slash is appended where there is none. */
static bool read_root(const char *value, char *out, size_t room)
{
    size_t n = strlen(value);
    if ((n > 0 && value[0] != '/') || n + 1 >= room || !read_text(value, out, room))
        return false;
    if (n == 0 || out[n - 1] != '/')
        memcpy(out + n, "/", 2);
    return true;
}

/* True is version 1. */
static bool read_version(const char *value, bool *out)
{
    bool known = strcasecmp(value, "v1") == 0 || strcasecmp(value, "v2") == 0;
    if (known)
        *out = value[1] == '1';
    return known;
}

enum kind { BOOL, TEXT, ROOT, UMASK, VERSION };

static const struct key {
    const char *name;
    enum kind kind;
    size_t offset; /* in struct wslconf */
    size_t room;
} keys[] = {
#define KEY(name, kind, field)                                                            \
    {                                                                                     \
        name, kind, offsetof(struct wslconf, field), sizeof(((struct wslconf *)0)->field) \
    }
    KEY("automount.enabled", BOOL, automount),
    KEY("automount.mountFsTab", BOOL, fstab),
    KEY("automount.root", ROOT, root),
    KEY("automount.options", TEXT, options),
    KEY("interop.enabled", BOOL, interop),
    KEY("interop.appendWindowsPath", BOOL, append_path),
    KEY("network.generateHosts", BOOL, hosts),
    KEY("network.generateResolvConf", BOOL, resolver),
    KEY("network.hostname", TEXT, hostname),
    KEY("user.default", TEXT, user),
    KEY("boot.command", TEXT, boot),
    KEY("automount.cgroups", VERSION, first_cgroups),
    KEY("filesystem.umask", UMASK, mask),
    KEY("wsl2.virtiofs", BOOL, virtiofs),
    KEY("wsl2.kernelCommandLine", TEXT, kernel),
#undef KEY
};

/* Of those that WSL has and a session has no use for: whole sections, or one key. */
static const char *const unused_keys[] = {"automount.ldconfig",
                                          "automount.crossDistro",
                                          "boot.systemd",
                                          "boot.initTimeout",
                                          "boot.protectBinfmt",
                                          "gpu.",
                                          "time.useWindowsTimezone",
                                          "fileServer.",
                                          "general.guiApplications",
                                          "wsl2.",
                                          "experimental."};

static bool is_other(const char *section, const char *name)
{
    char whole[128];
    bool is = false;
    snprintf(whole, sizeof(whole), "%s.%s", section, name);
    for (size_t i = 0; i < sizeof(unused_keys) / sizeof(unused_keys[0]); i++) {
        size_t n = strlen(unused_keys[i]);
        is |= strncasecmp(whole, unused_keys[i], n) == 0 &&
              (unused_keys[i][n - 1] == '.' || whole[n] == '\0');
    }
    return is;
}

#define KEYS (sizeof(keys) / sizeof(keys[0]))

/* Takes a value over. False where it is none of its key's. */
static bool take(struct wslconf *out, const struct key *key, const char *value)
{
    char *field = (char *)out + key->offset;
    switch (key->kind) {
    case BOOL:
        return read_bool(value, (bool *)(void *)field);
    case ROOT:
        return read_root(value, field, key->room);
    case UMASK:
        return read_umask(value, (int *)(void *)field);
    case VERSION:
        return read_version(value, (bool *)(void *)field);
    case TEXT:
        break;
    }
    return read_text(value, field, key->room);
}

/* The key of that section and name; KEYS for one that says nothing of a session. */
static unsigned find(const char *section, const char *name)
{
    char whole[128];
    snprintf(whole, sizeof(whole), "%s.%s", section, name);
    unsigned i = 0;
    while (i < KEYS && strcasecmp(keys[i].name, whole) != 0)
        i++;
    return i;
}

/* What is wrong with a line of a section, or NULL. */
static const char *read_key(struct wslconf *out, const char *section, char *line, unsigned *said)
{
    char *equals = strchr(line, '=');
    if (equals == NULL)
        return "no '='";
    *equals = '\0';
    const char *name = trim(line);
    char *value = value_of(equals + 1);
    if (!isalpha((unsigned char)name[0]))
        return "no key";
    if (value == NULL)
        return "a quote that does not end";
    unsigned key = find(section, name);
    if (key == KEYS)
        return is_other(section, name) ? NULL : "no key of WSL's";
    if ((*said >> key & 1) != 0)
        return "the key was said before";
    *said |= 1u << key;
    return take(out, &keys[key], value) ? NULL : "no value of its key";
}

/* [section]: in place; NULL where it is none. */
static const char *section_of(char *line)
{
    size_t n = strcspn(line, "]");
    if (line[n] == '\0' || !isalpha((unsigned char)line[1]))
        return NULL;
    line[n] = '\0';
    return line + 1;
}

/*
 * Reads a line into *text, and those that it goes on in, whose ends are behind a backslash; *number
 * counts them. False at the end.
 */
static bool next_line(FILE *stream, char **text, size_t *room, unsigned *number)
{
    char *more = NULL;
    size_t more_room = 0;
    ssize_t n = getline(text, room, stream);
    if (n <= 0)
        return false;
    (*number)++;
    for (;;) {
        while (n > 0 && strchr("\r\n", (*text)[n - 1]) != NULL)
            (*text)[--n] = '\0';
        size_t slashes = 0;
        while ((ssize_t)slashes < n && (*text)[n - 1 - (ssize_t)slashes] == '\\')
            slashes++;
        ssize_t got = slashes % 2 == 0 ? 0 : getline(&more, &more_room, stream);
        char *whole = got <= 0 ? NULL : realloc(*text, (size_t)(n + got) + 1);
        if (whole == NULL)
            break;
        (*number)++;
        memcpy(whole + n - 1, more, (size_t)got + 1);
        *text = whole;
        *room = (size_t)(n + got) + 1;
        n += got - 1;
    }
    free(more);
    return true;
}

static void read_file(const char *file, struct wslconf *out)
{
    char *text = NULL;
    size_t room = 0;
    char section[64] = "";
    unsigned said = 0;
    unsigned number = 0;
    FILE *stream = fopen(file, "re");
    if (stream == NULL && errno != ENOENT)
        cli_error("%s: %s; it is not read", file, strerror(errno));
    while (stream != NULL && next_line(stream, &text, &room, &number)) {
        char *line = trim(text);
        const char *wrong = NULL;
        if (line[0] == '[') {
            const char *name = section_of(line);
            snprintf(section, sizeof(section), "%s", name == NULL ? "" : name);
            wrong = name == NULL ? "a section without an end" : NULL;
        } else if (line[0] != '\0' && line[0] != '#') {
            wrong = read_key(out, section, line, &said);
        }
        if (wrong != NULL)
            cli_error("%s:%u: %s; the line is skipped", file, number, wrong);
    }
    free(text);
    if (stream != NULL)
        fclose(stream);
}

void wslconf_read(const char *file, struct wslconf *out)
{
    *out = (struct wslconf){.automount = true,
                            .fstab = true,
                            .interop = true,
                            .append_path = true,
                            .hosts = true,
                            .resolver = true,
                            .mask = -1,
                            .root = "/mnt/"};
    read_file(file, out);
}

void wslconf_read_windows(const char *directory, struct wslconf *out)
{
    char users[PATH_MAX];
    char path[PATH_MAX + sizeof(((struct dirent *)0)->d_name) + 16];
    char file[sizeof(path)] = "";
    unsigned count = 0;
    *out = (struct wslconf){.virtiofs = false};
    snprintf(users, sizeof(users), "%s/Users", directory);
    DIR *dir = opendir(users);
    const struct dirent *e;
    while (dir != NULL && (e = readdir(dir)) != NULL) {
        snprintf(path, sizeof(path), "%s/%s/.wslconfig", users, e->d_name);
        if (e->d_name[0] != '.' && access(path, F_OK) == 0) {
            memcpy(file, path, strlen(path) + 1);
            count++;
        }
    }
    if (dir != NULL)
        closedir(dir);
    if (count == 1)
        read_file(file, out);
}

/* Octal escapes of fstab's (\040), in place. */
static char *unescape(char *text)
{
    char *to = text;
    for (const char *p = text; *p != '\0'; p++) {
        unsigned value = 0;
        if (p[0] == '\\' && strspn(p + 1, "01234567") >= 3 && sscanf(p + 1, "%3o", &value) == 1 &&
            value > 0 && value < 256) {
            *to++ = (char)value;
            p += 3;
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
    return text;
}

/* Drops what is mount(8)'s own of a list of options, in place. False for a drive not to be mounted
 * at the start. */
static bool keep_options(char *list)
{
    static const char *const others[] = {"defaults", "auto", "nofail", "_netdev", "user",
                                         "users",    "rw",   "exec",   "suid",    "dev"};
    char kept[LINE_MAX_] = "";
    bool automatic = true;
    char *rest = NULL;
    for (char *word = strtok_r(list, ",", &rest); word != NULL; word = strtok_r(NULL, ",", &rest)) {
        bool other = strncmp(word, "x-", 2) == 0;
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
            other |= strcmp(word, others[i]) == 0;
        automatic &= strcmp(word, "noauto") != 0;
        size_t n = strlen(kept);
        if (!other)
            snprintf(kept + n, sizeof(kept) - n, "%s%s", n > 0 ? "," : "", word);
    }
    memcpy(list, kept, strlen(kept) + 1);
    return automatic;
}

/* True, and the rest of the line is passed over, where there was no room for all of it. */
static bool is_cut(FILE *stream, const char *text)
{
    int c = '\n';
    if (strchr(text, '\n') != NULL || feof(stream))
        return false;
    do
        c = getc(stream);
    while (c != EOF && c != '\n');
    return true;
}

bool wslconf_next(void *stream, const char *file, struct wslconf_mount *out)
{
    static char text[LINE_MAX_]; /* the program has one thread */
    while (fgets(text, sizeof(text), stream) != NULL) {
        char *rest = NULL;
        out->line++;
        const bool cut = is_cut(stream, text);
        if (trim(text)[0] == '#')
            continue;
        if (cut) {
            cli_error("%s:%u: longer than %d bytes; the line is skipped", file, out->line,
                      LINE_MAX_ - 2);
            continue;
        }
        out->source = strtok_r(text, " \t\r\n", &rest);
        out->target = strtok_r(NULL, " \t\r\n", &rest);
        const char *type = strtok_r(NULL, " \t\r\n", &rest);
        out->options = strtok_r(NULL, " \t\r\n", &rest);
        if (out->source == NULL)
            continue;
        if (type == NULL)
            cli_error("%s:%u: no three fields; the line is skipped", file, out->line);
        if (type == NULL || strcmp(type, "drvfs") != 0)
            continue;
        static char none[1];
        none[0] = '\0';
        if (out->options == NULL)
            out->options = none;
        unescape(out->source);
        unescape(out->target);
        if (keep_options(out->options))
            return true;
    }
    return false;
}
