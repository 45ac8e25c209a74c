/* SPDX-License-Identifier: MIT */
#include "report/report.h"

#include <string.h>

void report_free(struct report *report)
{
    lx_arena_free(&report->arena);
}

bool report_is_probed(enum lx_rule rule)
{
    /* mv asks not to replace, cp keeps what attributes it can, tempfile wants no name. */
    return rule == LX_RULE_RENAME_FLAGS || rule == LX_RULE_OPEN_TMPFILE ||
           rule == LX_RULE_XATTR_SYSTEM;
}

const char *report_cure(enum lx_rule rule)
{
    static const char *const cures[LX_RULE_COUNT] = {
#define CURE(symbol, text) [LX_RULE_##symbol] = (text),
#include "policy/cures.def"
#undef CURE
    };
    return rule < LX_RULE_COUNT ? cures[rule] : NULL;
}

const char *report_sentence(struct report *report, const struct report_kind *kind)
{
    const char *was = kind->outcome == REPORT_OBSERVED ? "would have been refused" : "was refused";
    const char *by = kind->outcome == REPORT_OVERRIDDEN ? "an override" : kind->rule;
    return lx_arena_format(&report->arena, "%s%s%s%s%s %s with %s by %s", kind->call,
                           kind->paths[0] != NULL ? " " : "",
                           kind->paths[0] != NULL ? kind->paths[0] : "",
                           kind->paths[1] != NULL ? " to " : "",
                           kind->paths[1] != NULL ? kind->paths[1] : "", was, kind->result, by);
}

const char *report_holders(struct report *report, const struct report_kind *kind)
{
    const char *text = NULL;
    for (unsigned i = 0; i < kind->holder_count; i++) {
        const struct report_holder *h = &kind->holders[i];
        const char *before = text == NULL ? "" : lx_arena_format(&report->arena, "%s, ", text);
        if (h->event != NULL)
            text = lx_arena_format(&report->arena, "%s%s (%s)", before, h->comm, h->event);
        else
            text = lx_arena_format(&report->arena, "%s%s (pid %d, %s)", before, h->comm, h->pid,
                                   h->by);
    }
    return text;
}

/* True where a kind is of a rule with that id, or "denied" is said and no program expects it. */
static bool fails(const struct report_kind *kind, const char *id, size_t n)
{
    if (n == 6 && strncmp(id, "denied", n) == 0)
        return !report_is_probed(kind->number);
    return strlen(kind->rule) == n && strncmp(kind->rule, id, n) == 0;
}

static bool is_known(const char *id, size_t n)
{
    char word[64];
    if (n >= sizeof(word))
        return false;
    memcpy(word, id, n);
    word[n] = '\0';
    return strcmp(word, "denied") == 0 || strcmp(word, "never") == 0 ||
           strcmp(word, "overrides") == 0 || lx_rule_find(word) != LX_RULE_NONE;
}

bool report_fails_on(const struct report *report, const char *rules, const char **unknown)
{
    bool failed = false;
    *unknown = NULL;
    while (rules != NULL && *rules != '\0') {
        size_t n = strcspn(rules, ",");
        if (!is_known(rules, n)) {
            *unknown = rules;
            return false;
        }
        for (size_t i = 0; i < report->count && !failed; i++)
            failed = fails(&report->kinds[i], rules, n);
        rules += n;
        rules += *rules == ',';
    }
    return failed;
}

const struct report_frame *report_own_frame(const struct report_kind *kind)
{
    for (unsigned i = 0; i < kind->frame_count; i++) {
        const struct report_frame *f = &kind->frames[i];
        if (f->file != NULL && f->file[0] != '/' && f->own)
            return f;
    }
    return NULL;
}

const char *report_stack(struct report *report, const struct report_kind *kind, unsigned most)
{
    const char *text = NULL;
    for (unsigned i = 0; i < kind->frame_count && i < most; i++) {
        const struct report_frame *f = &kind->frames[i];
        if (strncmp(f->function, "__libc_start", 12) == 0) /* what is below main is everybody's */
            break;
        const char *slash = strrchr(f->in, '/');
        const char *where = f->file != NULL
                                ? lx_arena_format(&report->arena, "%s:%u", f->file, f->line)
                            : slash == NULL ? f->in
                                            : slash + 1;
        text = lx_arena_format(&report->arena, "%s%s%s (%s)", text == NULL ? "" : text,
                               text == NULL ? "" : " < ", f->function, where);
    }
    return text;
}
