/* SPDX-License-Identifier: MIT */
#include "wsl/options.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>
#include <sys/mount.h>

#ifndef MS_LAZYTIME
#define MS_LAZYTIME (1 << 25)
#endif

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

static bool begins(const char *text, size_t n, const char *word)
{
    size_t length = strlen(word);
    return n >= length && memcmp(text, word, length) == 0;
}

static bool is(const char *text, size_t n, const char *word)
{
    return n == strlen(word) && memcmp(text, word, n) == 0;
}

static bool is_drvfs(const char *text, size_t n)
{
    static const char *const words[] = {
        "case=", "uid=", "gid=", "umask=", "dmask=", "fmask=", "symlinkroot="};
    for (size_t i = 0; i < SIZE(words); i++)
        if (begins(text, n, words[i]))
            return true;
    return is(text, n, "metadata");
}

static void add(struct wsl_text *t, const char *separator, const char *text, size_t n)
{
    wsl_put(t, separator);
    wsl_add(t, text, n);
}

bool wsl_options_split(const char *text, struct wsl_options *out)
{
    wsl_clear(&out->drvfs);
    wsl_clear(&out->standard);
    out->drops_fallback = false;
    out->drops_force = false;
    while (*text != '\0') {
        size_t n = strcspn(text, ",");
        bool readonly = is(text, n, "ro");
        if (begins(text, n, "fallback=")) {
            out->drops_fallback = true;
        } else if (is(text, n, "case=force")) {
            out->drops_force = true;
            wsl_put(&out->drvfs, ";case=dir");
        } else if (readonly || is_drvfs(text, n)) {
            add(&out->drvfs, ";", text, n);
        }
        if (n > 0 && !begins(text, n, "fallback=") && !is_drvfs(text, n))
            add(&out->standard, out->standard.n > 0 ? "," : "", text, n);
        text += n + (text[n] == ',');
    }
    return !out->drvfs.full && !out->standard.full;
}

bool wsl_options_9p(const struct wsl_options *options, const char *source, int connection,
                    const char *root, struct wsl_text *out)
{
    char transport[96];
    snprintf(transport, sizeof(transport), "msize=65536,trans=fd,rfdno=%d,wfdno=%d,cache=mmap,",
             connection, connection);
    wsl_clear(out);
    wsl_put(out, transport);
    if (options->standard.n > 0)
        add(out, options->standard.at, ",", 1);
    wsl_put(out, "aname=drvfs;path=");
    if (strncmp(source, "//", 2) == 0 || strncmp(source, "\\\\", 2) == 0) {
        wsl_put(out, "UNC\\");
        source += 2;
    }
    wsl_put(out, source);
    wsl_put(out, options->drvfs.at);
    wsl_put(out, ";symlinkroot=");
    wsl_put(out, root);
    return !out->full;
}

/* Words that are flags: those set one, and those clear it. */
static const struct {
    const char *word;
    unsigned long set;
    unsigned long clear;
} words[] = {
    {"sync", MS_SYNCHRONOUS, 0},
    {"async", 0, MS_SYNCHRONOUS},
    {"noatime", MS_NOATIME, 0},
    {"atime", 0, MS_NOATIME},
    {"defaults", 0, 0},
    {"nodev", MS_NODEV, 0},
    {"dev", 0, MS_NODEV},
    {"nodiratime", MS_NODIRATIME, 0},
    {"diratime", 0, MS_NODIRATIME},
    {"dirsync", MS_DIRSYNC, 0},
    {"noexec", MS_NOEXEC, 0},
    {"exec", 0, MS_NOEXEC},
    {"group", MS_NODEV | MS_NOSUID, 0},
    {"nogroup", 0, 0},
    {"iversion", MS_I_VERSION, 0},
    {"noiversion", 0, MS_I_VERSION},
    {"mand", MS_MANDLOCK, 0},
    {"nomand", 0, MS_MANDLOCK},
    {"_netdev", 0, 0},
    {"nofail", 0, 0},
    {"relatime", MS_RELATIME, 0},
    {"norelatime", 0, MS_RELATIME},
    {"strictatime", MS_STRICTATIME, 0},
    {"nostrictatime", 0, MS_STRICTATIME},
    {"lazytime", MS_LAZYTIME, 0},
    {"nolazytime", 0, MS_LAZYTIME},
    {"nosuid", MS_NOSUID, 0},
    {"suid", 0, MS_NOSUID},
    {"silent", MS_SILENT, 0},
    {"loud", 0, MS_SILENT},
    {"owner", MS_NODEV | MS_NOSUID, 0},
    {"noowner", 0, 0},
    {"remount", MS_REMOUNT, 0},
    {"ro", MS_RDONLY, 0},
    {"rw", 0, MS_RDONLY},
    {"user", MS_NOEXEC | MS_NOSUID | MS_NODEV, 0},
    {"nouser", 0, 0},
    {"users", MS_NOEXEC | MS_NOSUID | MS_NODEV, 0},
    {"nousers", 0, 0},
    {"auto", 0, 0},
    {"noauto", 0, 0},
};

/* True with a word's effect on the flags. */
static bool take_flag(const char *text, size_t n, unsigned long *flags)
{
    if (begins(text, n, "user="))
        n = 4;
    for (size_t i = 0; i < SIZE(words); i++) {
        if (!is(text, n, words[i].word))
            continue;
        *flags = (*flags & ~words[i].clear) | words[i].set;
        return true;
    }
    return false;
}

bool wsl_options_flags(const struct wsl_options *options, unsigned long *flags,
                       struct wsl_text *rest)
{
    *flags = 0;
    wsl_clear(rest);
    for (const char *text = options->standard.at; *text != '\0';) {
        size_t n = strcspn(text, ",");
        if (!take_flag(text, n, flags))
            add(rest, rest->n > 0 ? "," : "", text, n);
        text += n + (text[n] == ',');
    }
    return !rest->full;
}

/* Cuts blanks off both ends. */
static const char *trim(const char *text, size_t *n)
{
    while (*n > 0 && isspace((unsigned char)*text)) {
        text++;
        (*n)--;
    }
    while (*n > 0 && isspace((unsigned char)text[*n - 1]))
        (*n)--;
    return text;
}

static bool is_word(const char *text, size_t n, const char *word)
{
    return n == strlen(word) && strncasecmp(text, word, n) == 0;
}

/* A line "key = value" with this key: its value, or NULL. */
static const char *value_of(const char *line, size_t n, const char *key, size_t *length)
{
    const char *equals = memchr(line, '=', n);
    size_t name = equals == NULL ? 0 : (size_t)(equals - line);
    const char *start = trim(line, &name);
    if (equals == NULL || !is_word(start, name, key))
        return NULL;
    *length = n - (size_t)(equals + 1 - line);
    const char *value = trim(equals + 1, length);
    if (*length >= 2 && value[0] == '"' && value[*length - 1] == '"') {
        value++;
        *length -= 2;
    }
    return value;
}

bool wsl_automount_root(const char *text, size_t n, struct wsl_text *out)
{
    bool inside = false;
    wsl_clear(out);
    wsl_put(out, "/mnt/");
    while (n > 0) {
        const char *end = memchr(text, '\n', n);
        size_t whole = end == NULL ? n : (size_t)(end - text) + 1;
        size_t length = whole;
        const char *line = trim(text, &length);
        const char *value = NULL;
        if (length > 0 && line[0] == '[')
            inside = is_word(line, length, "[automount]");
        else if (inside && length > 0 && line[0] != '#')
            value = value_of(line, length, "root", &length);
        if (value != NULL && length > 0 && value[0] == '/') {
            wsl_clear(out);
            wsl_add(out, value, length);
            if (!wsl_ends(out, '/'))
                wsl_put(out, "/");
        }
        text += whole;
        n -= whole;
    }
    return !out->full;
}
