/* SPDX-License-Identifier: MIT */
#include "cli/wslconf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/cli.h"
#include "nt/utf16.h"
#include "policy/nearest.h"
#include "policy/whole.h"

/* Of ASCII alone, as WSL's init has no locale. */
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
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

/*
 * As C has them: 022 is octal, 0x12 and 12 are not, 08 is none. Of any number the kernel takes nine
 * bits. [W:configfile.cpp ParseImpl, init.cpp: umask(Config.Umask)]
 */
static bool read_umask(const char *value, int *out)
{
    char *end = NULL;
    errno = 0;
    long number = strtol(value, &end, 0);
    bool whole =
        end != value && *end == '\0' && errno == 0 && number >= INT_MIN && number <= INT_MAX;
    if (whole)
        *out = (int)(number & 0777);
    return whole;
}

/* One prefix of all drives: a slash is appended where there is none. [W:WslDistributionConfig.cpp]
 */
static bool read_root(const char *value, char *out, size_t room)
{
    size_t n = strlen(value);
    if (n + 1 >= room || !read_text(value, out, room))
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

/*
 * A host's name of what is left of a text without what no such name has: other characters than
 * letters, digits, one dot and hyphens that stand between these; beyond 64 of them. Of nothing it
 * is "localhost". [W:src/shared/inc/stringshared.h CleanHostname]
 */
static void read_host(const char *value, char *out, size_t room)
{
    static const char none[] = "localhost";
    size_t n = 0;
    bool dot = false;
    char last = '-';
    for (; *value != '\0' && n < room - 1; value++) {
        const bool is_dot = *value == '.';
        const bool is_kept = is_dot          ? !dot && last != '-'
                             : *value == '-' ? last != '-' && last != '.'
                                             : is_word(*value);
        if (!is_kept)
            continue;
        last = *value;
        dot |= is_dot;
        out[n++] = *value;
    }
    while (n > 0 && (out[n - 1] == '.' || out[n - 1] == '-'))
        n--;
    out[n] = '\0';
    if (n == 0)
        memcpy(out, none, sizeof(none));
}

enum kind { BOOL, TEXT, ROOT, UMASK, VERSION, HOST };

static const struct key {
    const char *name;
    enum kind kind;
    size_t offset; /* in struct wslconf */
    size_t room;
} keys[WSLCONF_KEYS] = {
#define KEY(symbol, name, kind, field)                                 \
    [WSLCONF_##symbol] = {name, kind, offsetof(struct wslconf, field), \
                          sizeof(((struct wslconf *)0)->field)}
    KEY(AUTOMOUNT, "automount.enabled", BOOL, automount),
    KEY(FSTAB, "automount.mountFsTab", BOOL, fstab),
    KEY(ROOT, "automount.root", ROOT, root),
    KEY(OPTIONS, "automount.options", TEXT, options),
    KEY(INTEROP, "interop.enabled", BOOL, interop),
    KEY(PATH, "interop.appendWindowsPath", BOOL, append_path),
    KEY(HOSTS, "network.generateHosts", BOOL, hosts),
    KEY(RESOLVER, "network.generateResolvConf", BOOL, resolver),
    KEY(HOSTNAME, "network.hostname", HOST, hostname),
    KEY(USER, "user.default", TEXT, user),
    KEY(BOOT, "boot.command", TEXT, boot),
    KEY(SYSTEMD, "boot.systemd", BOOL, systemd),
    KEY(CGROUPS, "automount.cgroups", VERSION, first_cgroups),
    KEY(MASK, "filesystem.umask", UMASK, mask),
    KEY(VIRTIOFS, "wsl2.virtiofs", BOOL, virtiofs),
    KEY(KERNEL, "wsl2.kernelCommandLine", TEXT, kernel),
#undef KEY
};

/* True for a key of the virtual machine's, which Windows' own file has. */
static bool is_windows(const char *whole)
{
    return strncasecmp(whole, "wsl2.", 5) == 0 || strncasecmp(whole, "experimental.", 13) == 0;
}

/* Of wsl.conf's those that a session has no use for. [W:WslDistributionConfig.cpp] */
static const char *const unused_keys[] = {"automount.ldconfig",
                                          "automount.crossDistro",
                                          "boot.initTimeout",
                                          "boot.protectBinfmt",
                                          "gpu.enabled",
                                          "gpu.appendLibPath",
                                          "time.useWindowsTimezone",
                                          "fileServer.enabled",
                                          "fileServer.logFile",
                                          "fileServer.logLevel",
                                          "fileServer.logTruncate",
                                          "general.guiApplications"};

#define UNUSED (sizeof(unused_keys) / sizeof(unused_keys[0]))

/* The same of .wslconfig's, which are sections of many. [W:WslCoreConfig.cpp] */
static bool is_other(const char *whole, bool windows)
{
    bool is = windows && (is_windows(whole) || strncasecmp(whole, "general.", 8) == 0);
    for (size_t i = 0; i < UNUSED && !windows; i++)
        is |= strcasecmp(whole, unused_keys[i]) == 0;
    return is;
}

/* The key of wsl.conf that was meant by one that is none: by two letters at most. Or NULL. */
static const char *meant(const char *whole)
{
    struct lx_nearest nearest;
    lx_nearest_start(&nearest, whole);
    for (size_t i = 0; i < WSLCONF_KEYS; i++)
        if (!is_windows(keys[i].name))
            lx_nearest_try(&nearest, keys[i].name);
    for (size_t i = 0; i < UNUSED; i++)
        lx_nearest_try(&nearest, unused_keys[i]);
    return nearest.distance <= 2 ? lx_nearest_found(&nearest) : NULL;
}

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
        out->decimal = value[0] >= '1' && value[0] <= '9';
        return read_umask(value, (int *)(void *)field);
    case VERSION:
        return read_version(value, (bool *)(void *)field);
    case HOST:
        read_host(value, field, key->room);
        out->renamed = strcmp(value, field) != 0;
        return true;
    case TEXT:
        break;
    }
    return read_text(value, field, key->room);
}

/* A file that is read: of Windows' or of /etc, which WSL reads by different means. */
struct reader {
    const char *file;
    const char *at;
    const char *end;
    char *value;     /* with room for the longest one */
    size_t length;   /* of a section's name in `whole` */
    char whole[128]; /* "section.key" */
    unsigned line;
    bool windows;
};

static char next(const struct reader *r)
{
    if (r->at == r->end)
        return '\n';
    return *r->at;
}

/* Says what is wrong with a line, in WSL's words [W:Resources.resw MessageConfig*], and passes it.
 */
static __attribute__((format(printf, 2, 3))) void skip(struct reader *r, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    cli_error("%s:%u: %s; the line is skipped", r->file, r->line, text);
    while (next(r) != '\n')
        r->at++;
}

static void pass_blanks(struct reader *r)
{
    while (next(r) == ' ' || next(r) == '\t')
        r->at++;
}

/* Puts a name behind the first n bytes of `whole`: as much of it as there is room for. */
static size_t read_name(struct reader *r, size_t n)
{
    for (; is_word(next(r)); r->at++)
        if (n < sizeof(r->whole) - 1)
            r->whole[n++] = *r->at;
    r->whole[n] = '\0';
    return n;
}

static void read_section(struct reader *r)
{
    r->at++;
    r->length = 0;
    if (!is_letter(next(r))) {
        skip(r, "Invalid section name");
        return;
    }
    const size_t n = read_name(r, 0);
    if (next(r) != ']') {
        skip(r, "Expected ']'");
        return;
    }
    r->at++;
    pass_blanks(r);
    if (strchr("\r\n#", next(r)) == NULL || next(r) == '\0')
        skip(r, "Expected ' ' or '\\n'");
    else
        r->length = n < sizeof(r->whole) / 2 ? n : sizeof(r->whole) / 2;
}

/*
 * What is behind a backslash. False for what nothing may be; a line's end is passed over, and with
 * what is before it so is that of Windows' in a file of /etc, which ends the value all the same.
 */
static bool read_escape(struct reader *r, size_t *n)
{
    static const char from[] = "\\\"bnt";
    static const char to[] = "\\\"\b\n\t";
    r->at++;
    if (r->at == r->end)
        return false;
    const char *is = *r->at == '\0' ? NULL : strchr(from, *r->at);
    if (is != NULL)
        r->value[(*n)++] = to[is - from];
    r->line += *r->at == '\n';
    return is != NULL || *r->at == '\n' || *r->at == '\r';
}

/* Reads a value to its end, a comment or the line's. False after saying what is wrong with it. */
static bool read_value(struct reader *r)
{
    size_t n = 0;
    size_t whole = 0; /* of it, what is not to be trimmed */
    bool quoted = false;
    for (; next(r) != '\n' && next(r) != '\r' && (quoted || *r->at != '#'); r->at++) {
        const char c = *r->at;
        if (c == '\\' && !read_escape(r, &n)) {
            skip(r, "Invalid escaped character: '%.*s'", r->at < r->end, r->at);
            return false;
        }
        quoted ^= c == '"';
        if (c != '\\' && c != '"')
            r->value[n++] = c;
        if (c != ' ' && c != '\t')
            whole = n;
    }
    r->value[whole] = '\0';
    if (quoted)
        skip(r, "Expected \"");
    return !quoted;
}

/* Says that a value is none of its key's. */
static void refuse(struct reader *r, const struct key *key)
{
    const char *value = r->value;
    if (key->kind == BOOL)
        skip(r, "Invalid boolean value '%.64s' for key '%s'", value, r->whole);
    else if (key->kind == UMASK)
        skip(r, "Invalid integer value '%.64s' for key '%s'", value, r->whole);
    else
        skip(r, "Invalid value '%.64s' for config key '%s'%s", value, r->whole,
             key->kind == VERSION ? " (Valid values: v1, v2)" : "");
}

/* Passes a key that is none of the file's, unless it is one that nothing is done by. */
static void refuse_key(struct reader *r)
{
    const char *word = r->windows ? NULL : meant(r->whole);
    if (is_other(r->whole, r->windows))
        return;
    if (!r->windows && is_windows(r->whole))
        skip(r, "Unknown key '%s', which is one of .wslconfig", r->whole);
    else if (word != NULL)
        skip(r, "Unknown key '%s', perhaps '%s'", r->whole, word);
    else
        skip(r, "Unknown key '%s'", r->whole);
}

static void read_key(struct reader *r, struct wslconf *out)
{
    size_t n = r->length;
    size_t i = 0;
    if (!is_letter(next(r))) {
        skip(r, "Invalid key name");
        return;
    }
    r->whole[n] = '.';
    (void)read_name(r, n == 0 ? 0 : n + 1);
    pass_blanks(r);
    if (next(r) != '=') {
        skip(r, "Expected '='");
        return;
    }
    r->at++;
    pass_blanks(r);
    if (!read_value(r))
        return;
    while (i < WSLCONF_KEYS &&
           (strcasecmp(keys[i].name, r->whole) != 0 || is_windows(keys[i].name) != r->windows))
        i++;
    if (i == WSLCONF_KEYS)
        refuse_key(r);
    else if (out->lines[i] != 0)
        skip(r, "Duplicated config key '%s' (line %u has it)", r->whole, out->lines[i]);
    else {
        out->lines[i] = r->line;
        if (!take(out, &keys[i], r->value))
            refuse(r, &keys[i]);
    }
}

static void read_lines(struct reader *r, struct wslconf *out)
{
    while (r->at < r->end) {
        pass_blanks(r);
        const char c = next(r);
        if (c == '#')
            while (next(r) != '\n')
                r->at++;
        else if (c == '[')
            read_section(r);
        else if (c != '\n' && c != '\r')
            read_key(r, out);
        if (next(r) == '\r')
            r->at++;
        else if (next(r) == '\n') {
            r->at++;
            r->line++;
        }
    }
}

/* True for a text that begins so; *mark is how long that is. */
static bool begins(const char *text, size_t size, const char *with, size_t *mark)
{
    *mark = strlen(with);
    return size >= *mark && memcmp(text, with, *mark) == 0;
}

static bool is_utf16(const char *text, size_t size)
{
    size_t mark;
    return begins(text, size, "\xff\xfe", &mark) || begins(text, size, "\xfe\xff", &mark);
}

/*
 * Makes of Windows' text, in place of *text, what its libc gives to who opens it as UTF-8: without
 * the mark, from UTF-16 by it, with line ends of one character. False where it is none.
 */
static bool from_windows(char **text, size_t *size)
{
    size_t mark;
    size_t n = 0;
    char *out = malloc(*size * 2 + 1); /* a unit of two bytes is three at most */
    if (out == NULL)
        return false;
    if (begins(*text, *size, "\xff\xfe", &mark)) {
        long r =
            nt_utf16le_to_utf8((const uint8_t *)*text + mark, *size - mark, out, *size * 2 + 1);
        n = r < 0 ? 0 : (size_t)r;
        if (r < 0) {
            free(out);
            return false;
        }
    } else {
        mark = begins(*text, *size, "\xef\xbb\xbf", &mark) ? mark : 0;
        n = *size - mark;
        if (n > 0)
            memcpy(out, *text + mark, n);
    }
    free(*text);
    *text = out;
    *size = 0;
    for (size_t i = 0; i < n; i++)
        if (out[i] != '\r' || i + 1 == n || out[i + 1] != '\n')
            out[(*size)++] = out[i];
    return true;
}

/* Reads a file whole; `windows` as what Windows' own programs read. */
static void read_file(const char *file, bool windows, struct wslconf *out)
{
    struct reader r = {.file = file, .line = 1, .windows = windows};
    char *text = NULL;
    size_t size = 0;
    const char *why;
    int fd = cli_open_plain(file, &why);
    if (fd < 0) {
        if (why != NULL)
            cli_error("%s: %s; it is not read", file, why);
        return;
    }
    int error = lx_read_whole(fd, CLI_PLAIN_MAX, &text, &size);
    close(fd);
    if (error == 0 && size > CLI_PLAIN_MAX)
        error = -EFBIG;
    if (error == 0 && (windows ? !from_windows(&text, &size) : is_utf16(text, size))) {
        cli_error("%s: %s; it is not read", file,
                  windows ? "no text of Windows'" : "UTF-16, which WSL does not read there");
    } else if (error == 0 && (r.value = malloc(size + 1)) != NULL) {
        r.at = text;
        r.end = text + size;
        read_lines(&r, out);
    } else {
        cli_error("%s: %s; it is not read", file, strerror(error == 0 ? ENOMEM : -error));
    }
    free(r.value);
    free(text);
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
    read_file(file, false, out);
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
        if (e->d_name[0] != '.' && (access(path, F_OK) == 0 || errno == ELOOP)) {
            memcpy(file, path, strlen(path) + 1);
            count++;
        }
    }
    if (dir != NULL)
        closedir(dir);
    if (count == 1)
        read_file(file, true, out);
}
