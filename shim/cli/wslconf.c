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
#include "policy/whole.h"

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

/*
 * A host's name of what is left of a text without what no such name has: other characters than
 * letters, digits, one dot and hyphens that stand between these; beyond 64 of them. Of nothing it
 * is "localhost". [W:src/shared/inc/stringshared.h CleanHostname]
 */
static bool read_host(const char *value, char *out, size_t room)
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
    return true;
}

enum kind { BOOL, TEXT, ROOT, UMASK, VERSION, HOST };

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
    KEY("network.hostname", HOST, hostname),
    KEY("user.default", TEXT, user),
    KEY("boot.command", TEXT, boot),
    KEY("boot.systemd", BOOL, systemd),
    KEY("automount.cgroups", VERSION, first_cgroups),
    KEY("filesystem.umask", UMASK, mask),
    KEY("wsl2.virtiofs", BOOL, virtiofs),
    KEY("wsl2.kernelCommandLine", TEXT, kernel),
#undef KEY
};

/* Of those that WSL has and a session has no use for: whole sections, or one key. */
static const char *const unused_keys[] = {"automount.ldconfig",
                                          "automount.crossDistro",
                                          "boot.initTimeout",
                                          "boot.protectBinfmt",
                                          "gpu.",
                                          "time.useWindowsTimezone",
                                          "fileServer.",
                                          "general.guiApplications",
                                          "wsl2.",
                                          "experimental."};

static bool is_other(const char *whole)
{
    bool is = false;
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
    case HOST:
        return read_host(value, field, key->room);
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
    unsigned said[KEYS]; /* the line that has said it, or 0 */
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
    while (i < KEYS && strcasecmp(keys[i].name, r->whole) != 0)
        i++;
    if (i == KEYS) {
        if (!is_other(r->whole))
            skip(r, "Unknown key '%s'", r->whole);
        return;
    }
    if (r->said[i] != 0) {
        skip(r, "Duplicated config key '%s' (line %u has it)", r->whole, r->said[i]);
        return;
    }
    r->said[i] = r->line;
    if (!take(out, &keys[i], r->value))
        refuse(r, &keys[i]);
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

#define FILE_MAX ((size_t)16 << 20)

/* Reads a file whole; `windows` as what Windows' own programs read. */
static void read_file(const char *file, bool windows, struct wslconf *out)
{
    struct reader r = {.file = file, .line = 1};
    char *text = NULL;
    size_t size = 0;
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    int error = fd < 0 ? -errno : lx_read_whole(fd, FILE_MAX, &text, &size);
    if (fd >= 0)
        close(fd);
    if (error == 0 && size > FILE_MAX)
        error = -EFBIG;
    if (error == 0 && (windows ? !from_windows(&text, &size) : is_utf16(text, size))) {
        cli_error("%s: %s; it is not read", file,
                  windows ? "no text of Windows'" : "UTF-16, which WSL does not read there");
    } else if (error == 0 && (r.value = malloc(size + 1)) != NULL) {
        r.at = text;
        r.end = text + size;
        read_lines(&r, out);
    } else if (error != -ENOENT) {
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
        if (e->d_name[0] != '.' && access(path, F_OK) == 0) {
            memcpy(file, path, strlen(path) + 1);
            count++;
        }
    }
    if (dir != NULL)
        closedir(dir);
    if (count == 1)
        read_file(file, true, out);
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

/*
 * Reads a line without its end, at most LINE_MAX_ - 2 bytes of it. False at the end. `wrong`: why
 * it is no line of fstab's, or NULL.
 */
static bool read_line(FILE *stream, char *text, const char **wrong)
{
    size_t n = 0;
    int c = getc(stream);
    *wrong = NULL;
    if (c == EOF)
        return false;
    for (; c != EOF && c != '\n'; c = getc(stream)) {
        if (c == '\0')
            *wrong = "has a NUL in it";
        else if (n < LINE_MAX_ - 2)
            text[n++] = (char)c;
        else if (*wrong == NULL)
            *wrong = "is longer than 4094 bytes";
    }
    text[n] = '\0';
    return true;
}

bool wslconf_next(void *stream, const char *file, struct wslconf_mount *out)
{
    static char text[LINE_MAX_]; /* the program has one thread */
    const char *wrong = NULL;
    while (read_line(stream, text, &wrong)) {
        char *rest = NULL;
        out->line++;
        if (trim(text)[0] == '#')
            continue;
        if (wrong != NULL) {
            cli_error("%s:%u: it %s; the line is skipped", file, out->line, wrong);
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
    if (ferror((FILE *)stream) != 0)
        cli_error("%s: %s", file, strerror(errno));
    return false;
}
