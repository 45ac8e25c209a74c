/* SPDX-License-Identifier: MIT */
#include "win/line.h"

#include <string.h>

const char *win_skip_blanks(const char *s)
{
    return s + strspn(s, " \t");
}

/* The same up to one of `ends`; "^" makes the next character an ordinary one where that is still
 * so. */
static const char *read_word(const char *s, const char *ends, bool escapes, char *out, size_t room)
{
    size_t n = 0;
    bool quoted = false;
    for (; *s != '\0' && (quoted || strchr(ends, *s) == NULL); s++) {
        if (*s == '"') {
            quoted = !quoted;
            continue;
        }
        if (escapes && *s == '^' && !quoted && s[1] != '\0')
            s++;
        if (n + 1 == room)
            return NULL;
        out[n++] = *s;
    }
    out[n] = '\0';
    return s;
}

const char *win_read_word(const char *s, char *out, size_t room)
{
    const char *after = read_word(s, " \t", false, out, room);
    if (after == NULL)
        out[room - 1] = '\0';
    return after;
}

/* The longest first. */
static const struct {
    const char *word;
    enum win_joint joint;
} joints[] = {{"&&", WIN_SUCCESS}, {"||", WIN_FAILURE}, {"&", WIN_ALWAYS}, {"|", WIN_PIPE}};

static const char *read_joint(const char *s, struct win_line *out)
{
    size_t i = 0;
    while (strncmp(s, joints[i].word, strlen(joints[i].word)) != 0)
        i++;
    out->joint = joints[i].joint;
    out->word = joints[i].word;
    return s + strlen(joints[i].word);
}

/* ">", ">>" or "<" with its file; a digit before it says of which descriptor. */
static const char *read_redirection(const char *s, struct win_line *out, size_t *n)
{
    bool in = *s == '<';
    bool numbered = *n > 0 && out->text[*n - 1] >= '0' && out->text[*n - 1] <= '9' &&
                    (*n == 1 || strchr(" \t", out->text[*n - 2]) != NULL);
    if (numbered)
        out->errors |= out->text[--*n] != (in ? '0' : '1');
    if (*++s == '>' && !in) {
        out->append = true;
        s++;
    } else if (!in) {
        out->append = false; /* of several, the last counts */
    }
    if (*s == '&') { /* 2>&1 */
        out->errors = true;
        return s + 1;
    }
    char *to = in ? out->source : out->target;
    const char *after = read_word(win_skip_blanks(s), " \t<>&|", true, to, WIN_REDIRECTION);
    if (after == NULL) {
        to[0] = '\0';
        out->joint = WIN_MISPLACED;
        out->word = "a name that is too long";
        return s + strlen(s);
    }
    s = after;
    if (to[0] == '\0') {
        out->joint = WIN_MISPLACED;
        out->word = in ? "<" : ">";
    }
    return s;
}

const char *win_take_command(const char *s, struct win_line *out)
{
    size_t n = 0;
    bool quoted = false;
    out->target[0] = out->source[0] = '\0';
    out->append = out->errors = false;
    out->joint = WIN_END;
    out->word = "";
    while (*s != '\0' && out->joint == WIN_END && n + 1 < sizeof(out->text)) {
        if (*s == '"')
            quoted = !quoted;
        if (!quoted && (*s == '&' || *s == '|')) {
            s = read_joint(s, out);
        } else if (!quoted && (*s == '>' || *s == '<')) {
            s = read_redirection(s, out, &n);
        } else {
            if (*s == '^' && !quoted && s[1] != '\0')
                s++;
            out->text[n++] = *s++;
        }
    }
    out->text[n] = '\0';
    bool empty = out->text[strspn(out->text, " \t@,;=")] == '\0';
    if (empty && out->joint != WIN_END && out->joint != WIN_MISPLACED)
        out->joint = WIN_MISPLACED;
    return s;
}
