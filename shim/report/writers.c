/* SPDX-License-Identifier: MIT */
#include "report/writers.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define ALTERED 5 /* rules that are named, */
#define FRAMES  6 /* and frames */

const char *report_level_word(enum report_level level)
{
    static const char *const words[REPORT_LEVELS] = {"error", "warning", "note"};
    return words[level];
}

size_t report_count_level(const struct report *report, enum report_level level)
{
    size_t n = 0;
    for (size_t i = 0; i < report->count; i++)
        n += report->kinds[i].level == level;
    return n;
}

const char *report_headline(struct report *report)
{
    bool observed = report->count > 0 && report->kinds[0].outcome == REPORT_OBSERVED;
    if (report->refused == 0)
        return "no call was refused";
    return lx_arena_format(&report->arena, "%" PRIu64 " call%s %s, of %zu kind%s", report->refused,
                           report->refused == 1 ? "" : "s",
                           observed               ? "would have been refused"
                           : report->refused == 1 ? "was refused"
                                                  : "were refused",
                           report->count, report->count == 1 ? "" : "s");
}

/* The rules that altered most answers, the first of them; "" for none. */
static const char *most_altered(struct report *report)
{
    const char *text = "";
    bool named[LX_RULE_COUNT] = {false};
    for (unsigned n = 0; n < ALTERED; n++) {
        unsigned most = LX_RULE_COUNT;
        for (unsigned i = 0; i < LX_RULE_COUNT; i++)
            if (!named[i] && report->altered[i] > 0 &&
                (most == LX_RULE_COUNT || report->altered[i] > report->altered[most]))
                most = i;
        if (most == LX_RULE_COUNT)
            break;
        named[most] = true;
        text = lx_arena_format(&report->arena, "%s%s%s (%" PRIu64 ")", text, n > 0 ? ", " : "",
                               lx_rules[most].id, report->altered[most]);
    }
    return text;
}

const char *report_altered(struct report *report)
{
    if (report->about.status <= 0 || report_count_level(report, REPORT_ERROR) > 0)
        return "";
    const char *rules = most_altered(report);
    return rules[0] == '\0' ? ""
                            : lx_arena_format(&report->arena,
                                              "The command failed, though nothing was refused that "
                                              "programs do not expect: answers were altered by %s. "
                                              "\"lxshim bisect\" finds the rule that it fails "
                                              "over. ",
                                              rules);
}

const char *report_remarks(struct report *report)
{
    const char *text = report_altered(report);
    if (report->damaged > 0)
        text = lx_arena_format(&report->arena,
                               "%s%" PRIu64 " of the trace's %" PRIu64
                               " lines could not be read: a run that was killed leaves such. ",
                               text, report->damaged, report->lines);
    if (report->left_out > 0)
        text = lx_arena_format(&report->arena,
                               "%s%" PRIu64 " calls of further kinds are left out: %d kinds are "
                               "kept. ",
                               text, report->left_out, REPORT_KINDS);
    return text;
}

const char *report_sentence_at(struct report *report, const struct report_kind *kind)
{
    const char *said = report_sentence(report, kind);
    const char *stack = report_stack(report, kind, FRAMES);
    return stack == NULL ? said : lx_arena_format(&report->arena, "%s, at %s", said, stack);
}

const char *report_place(const struct report *report, const struct report_kind *kind,
                         unsigned *line)
{
    const struct report_frame *frame = report_own_frame(kind);
    *line = 1;
    if (frame != NULL) {
        *line = frame->line > 0 ? frame->line : 1;
        return frame->file;
    }
    if (report->about.place != NULL) {
        *line = report->about.line > 0 ? report->about.line : 1;
        return report->about.place;
    }
    for (int i = 1; i >= 0; i--)
        if (kind->paths[i] != NULL && kind->paths[i][0] != '/' && kind->paths[i][0] != '\0' &&
            strncmp(kind->paths[i], "../", 3) != 0 &&
            strncmp(kind->paths[i], "descriptor ", 11) != 0)
            return kind->paths[i];
    return ".lxshim.json";
}

/* True for U+FFFE and U+FFFF, of which XML 1.0 has neither; the text is UTF-8. */
static bool is_no_character(const char *text)
{
    return strncmp(text, "\xEF\xBF\xBE", 3) == 0 || strncmp(text, "\xEF\xBF\xBF", 3) == 0;
}

void report_put_xml(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            if (is_no_character(text)) {
                text += 2;
                fputc('?', out);
                break;
            }
            /* XML 1.0 has no other control characters than these, not even by number. */
            fputc((unsigned char)*text < ' ' && *text != '\n' && *text != '\t' ? '?' : *text, out);
        }
    }
}

void report_put_attribute(FILE *out, const char *name, const char *value)
{
    fprintf(out, " %s=\"", name);
    report_put_xml(out, value);
    fputc('"', out);
}

/* True for a letter, a digit, or part of a character that is not ASCII. */
static bool is_word(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/*
 * True where a character would be taken for more than itself: by what is beside it, where that
 * tells, so that people can read the source as well. Emphasis by "_" is none within a word; without
 * "[" there is no link, and "](" is nothing; lists, quotes and headings begin a text.
 */
static bool is_markup(const char *text, const char *at)
{
    const char *before = at > text ? at - 1 : " ";
    switch (*at) {
    case '\\':
    case '`':
    case '*':
    case '[':
    case ']':
    case '|':
    case '~':
        return true;
    case '_':
        return !is_word(*before) || !is_word(at[1]);
    case '<':
        return at[1] != ' ' && at[1] != '\0';
    case '&':
    case '@':
        return is_word(at[1]) || at[1] == '#';
    case '#':
    case '+':
    case '-':
    case '>':
        return at == text;
    default:
        return false;
    }
}

void report_put_markdown(FILE *out, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (is_markup(text, at))
            fputc('\\', out);
        fputc((unsigned char)*at < ' ' ? '?' : *at, out);
    }
}

void report_put_markdown_code(FILE *out, const char *text)
{
    size_t longest = 0;
    for (const char *p = text; *p != '\0'; p++) {
        size_t n = strspn(p, "`");
        longest = n > longest ? n : longest;
        p += n > 0 ? n - 1 : 0;
    }
    /* A fence is longer than any within, and of a space at each end one is taken away. */
    const char *space = longest > 0 || text[0] == ' ' ? " " : "";
    for (size_t i = 0; i <= longest; i++)
        fputc('`', out);
    fputs(space, out);
    for (; *text != '\0'; text++)
        fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
    fputs(space, out);
    for (size_t i = 0; i <= longest; i++)
        fputc('`', out);
}
