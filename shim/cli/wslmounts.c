/* SPDX-License-Identifier: MIT */
/* The drives of a session: fstab's, then those of all volumes. */
#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/wslenv.h"
#include "cli/wslsession.h"

int session_load(struct session *s)
{
    lx_effective_free(&s->policy);
    s->run.request.added = s->added;
    return cli_load_quietly(&s->run.request, &s->policy);
}

void session_say(const struct session *s, enum wslconf_key key, const char *format, ...)
{
    char text[PATH_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (s->conf.lines[key] != 0)
        cli_error("%s:%u: %s", s->file, s->conf.lines[key], text);
    else
        cli_error("%s", text);
}

/* WSL's init begins in "/", by which a root that is none is found. [inference: config.cpp] */
void session_find_root(struct session *s)
{
    char *rest = NULL;
    char list[sizeof(s->conf.options)];
    snprintf(s->root, sizeof(s->root), "%s%s", s->conf.root[0] == '/' ? "" : "/", s->conf.root);
    /* DrvFs passes over empty ones. [W:config.cpp ConfigMountDrvFsVolumes] */
    memcpy(list, s->conf.options, sizeof(list));
    s->options[0] = '\0';
    for (char *word = strtok_r(list, ",", &rest); word != NULL; word = strtok_r(NULL, ",", &rest)) {
        const size_t n = strlen(s->options);
        snprintf(s->options + n, sizeof(s->options) - n, "%s%s", n > 0 ? "," : "", word);
    }
    if (s->conf.automount || wslenv_is_wsl2(&s->policy)) /* [W:config.cpp ConfigInitializeCommon] */
        s->run.request.made = s->root;
}

static void drop(struct session_mount *m)
{
    free(m->source);
    free(m->target);
    free(m->options);
    free(m->said);
    free(m->options_said);
    free(m->fstab);
    *m = (struct session_mount){.source = NULL};
}

/* Takes back one of those that are mounted besides. */
static void take_back(struct session *s, size_t at)
{
    const size_t last = --s->run.request.added_count;
    drop(&s->mounts[at]);
    for (size_t i = at; i < last; i++) {
        s->mounts[i] = s->mounts[i + 1];
        s->added[i] = s->added[i + 1];
    }
    s->mounts[last] = (struct session_mount){.source = NULL};
}

/* Mounts a drive besides, whose texts it takes. What cannot be is said, and skipped. */
static void add(struct session *s, struct session_mount m)
{
    struct lx_request *request = &s->run.request;
    const size_t at = request->added_count;
    if (at == LX_MOUNT_MAX && m.said != NULL)
        cli_error("%s: there are %d already, which is as many as can be", m.said, LX_MOUNT_MAX);
    if (at == LX_MOUNT_MAX || m.source == NULL || m.target == NULL || m.options == NULL ||
        m.said == NULL || m.options_said == NULL) {
        drop(&m);
        return;
    }
    s->mounts[at] = m;
    s->added[at] = (struct lx_added){m.source, m.target, m.options, m.said, m.options_said};
    request->added_count++;
    if (session_load(s) == 0)
        return;
    cli_error("%s", s->policy.problem);
    take_back(s, at);
    (void)session_load(s);
}

/*
 * Over 9p the server is told where drives are, behind all else, as mount.drvfs tells it: Windows'
 * absolute links lead there. [the vendor's drvfs.cpp] A comma would be another option's beginning.
 */
static char *options_of(const struct session *s, const char *options)
{
    const enum lx_value line = s->policy.rules[LX_RULE_MOUNT_LINE].value;
    const bool told = (line == LX_PLAN9 || line == LX_PLAN9_MMAP) && strchr(s->root, ',') == NULL;
    char *whole = NULL;
    return asprintf(&whole, "%s%s%s%s", options, told && options[0] != '\0' ? "," : "",
                    told ? "symlinkroot=" : "", told ? s->root : "") < 0
               ? NULL
               : whole;
}

/* True for a path in the directory `target`. */
static bool is_below(const char *path, const char *target)
{
    const size_t n = strlen(target);
    return strncmp(path, target, n) == 0 && path[n] == '/';
}

/* A word of a shell's. */
static void put_quoted(FILE *to, const char *word)
{
    fputs(" '", to);
    for (; *word != '\0'; word++)
        if (*word == '\'')
            fputs("'\\''", to);
        else
            fputc(*word, to);
    fputc('\'', to);
}

/*
 * True for what fstab mounts in a drive that it has mounted before: a directory of that drive is
 * its place, which is there once the session has begun. So a shell in it mounts that.
 */
static bool mounts_inside(struct session *s, const struct wslconf_mount *m)
{
    char *whole = NULL;
    size_t size = 0;
    bool inside = false;
    for (size_t i = 0; i < s->run.request.added_count; i++)
        inside |= is_below(m->target, s->mounts[i].target);
    FILE *to = inside ? open_memstream(&whole, &size) : NULL;
    if (to == NULL)
        return false;
    fprintf(to, "%smount -t drvfs", s->inner == NULL ? "" : s->inner);
    put_quoted(to, m->source);
    put_quoted(to, m->target);
    if (m->options[0] != '\0') {
        fputs(" -o", to);
        put_quoted(to, m->options);
    }
    fputc('\n', to);
    if (fclose(to) != 0)
        return false;
    free(s->inner);
    s->inner = whole;
    return true;
}

void session_mount_fstab(struct session *s, const char *file)
{
    struct wslconf_mount m = {.line = 0};
    const char *why;
    int fd = cli_open_plain(file, &why);
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");
    if (why != NULL)
        cli_error("%s: %s; it is not read", file, why);
    while (stream != NULL && wslconf_next(stream, file, &m)) {
        char what[3 * PATH_MAX];
        char said[sizeof(what) + 32];
        if (mounts_inside(s, &m))
            continue;
        snprintf(what, sizeof(what), "%s:%u: %s", file, m.line, m.source);
        snprintf(said, sizeof(said), "%s is not mounted", what);
        add(s, (struct session_mount){strdup(m.source), strdup(m.target), options_of(s, m.options),
                                      strdup(said), strdup(said), strdup(what)});
    }
    if (stream != NULL)
        fclose(stream);
}

static bool is_mounted(const struct lx_effective *policy, char letter)
{
    for (size_t i = 0; i < policy->mount_count; i++) {
        const struct lx_effective_mount *m = &policy->mounts[i];
        if (m->whole && m->source[1] == ':' && toupper((unsigned char)m->source[0]) == letter)
            return true;
    }
    return false;
}

/* What fstab has mounted below a drive's own place is covered by the drive, which comes later. */
static void cover(struct session *s, const char *target)
{
    for (size_t i = s->run.request.added_count; i-- > 0;) {
        const struct session_mount *m = &s->mounts[i];
        if (m->fstab == NULL || !is_below(m->target, target))
            continue;
        cli_error("%s is not to be seen: %s is mounted over it, which comes after fstab", m->fstab,
                  target);
        take_back(s, i);
    }
}

/* What is said before what is wrong with a drive, by the line that says where, or how, it is. */
static char *said_of(const struct session *s, enum wslconf_key key, const char *source)
{
    char *text = NULL;
    const unsigned line = s->conf.lines[key];
    const int n = line == 0 ? asprintf(&text, "%s is not mounted", source)
                            : asprintf(&text, "%s:%u: %s is not mounted", s->file, line, source);
    return n < 0 ? NULL : text;
}

void session_mount_volumes(struct session *s)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (const char *at = letters; *at != '\0'; at++) {
        const char letter = *at;
        const char source[] = {letter, ':', '\0'};
        char target[PATH_MAX];
        char options[1024];
        bool there = false;
        for (size_t i = 0; i < s->policy.volume_count && !there; i++)
            there = !s->policy.volumes[i].directory &&
                    strcasecmp(s->policy.volumes[i].name, source) == 0;
        if (!there || is_mounted(&s->policy, letter))
            continue;
        snprintf(target, sizeof(target), "%s%c", s->root, tolower((unsigned char)letter));
        cover(s, target);
        snprintf(options, sizeof(options), "noatime,uid=%u,gid=%u%s%s", getuid(), getgid(),
                 s->options[0] != '\0' ? "," : "", s->options);
        add(s, (struct session_mount){strdup(source), strdup(target), options_of(s, options),
                                      said_of(s, WSLCONF_ROOT, source),
                                      said_of(s, WSLCONF_OPTIONS, source), NULL});
    }
}
