/* SPDX-License-Identifier: MIT */
/* The drives of /etc/fstab. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/wslconf.h"

#define LINE_MAX_ 4096

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
        if (text[strspn(text, " \t\r\n")] == '#')
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
