/* SPDX-License-Identifier: MIT */
/* icacls: security descriptors, shown and changed. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "nt/accounts.h"
#include "win/command.h"
#include "win/security.h"

/* --- rights in letters ---------------------------------------------------------------------- */

struct right {
    const char *letters;
    uint32_t mask;
};

/* What is said in one word, the most first. */
static const struct right simple[] = {
    {"F", NT_FILE_ALL},
    {"M", NT_FILE_READ | NT_FILE_WRITE | NT_FILE_EXECUTE | NT_DELETE},
    {"RX", NT_FILE_READ | NT_FILE_EXECUTE},
    {"R", NT_FILE_READ},
    {"W", NT_FILE_WRITE & ~NT_READ_CONTROL},
    {"D", NT_DELETE | NT_SYNCHRONIZE},
};

/* In the order in which icacls shows them. (recalled) */
static const struct right specific[] = {
    {"DE", NT_DELETE},        {"Rc", NT_READ_CONTROL},    {"WDAC", NT_WRITE_DAC},
    {"WO", NT_WRITE_OWNER},   {"S", NT_SYNCHRONIZE},      {"GR", NT_GENERIC_READ},
    {"GW", NT_GENERIC_WRITE}, {"GE", NT_GENERIC_EXECUTE}, {"GA", NT_GENERIC_ALL},
    {"RD", NT_READ_DATA},     {"WD", NT_WRITE_DATA},      {"AD", NT_APPEND_DATA},
    {"REA", NT_READ_EA},      {"WEA", NT_WRITE_EA},       {"X", NT_EXECUTE},
    {"DC", NT_DELETE_CHILD},  {"RA", NT_READ_ATTRIBUTES}, {"WA", NT_WRITE_ATTRIBUTES},
};

static const struct right flags[] = {
    {"I", NT_ACE_INHERITED},     {"OI", NT_ACE_OBJECT_INHERIT}, {"CI", NT_ACE_CONTAINER_INHERIT},
    {"IO", NT_ACE_INHERIT_ONLY}, {"NP", NT_ACE_NO_PROPAGATE},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Who is denied something may still wait for it: icacls leaves that right alone. (recalled) */
static uint32_t denied(uint32_t mask)
{
    return mask == NT_FILE_ALL ? mask : mask & ~NT_SYNCHRONIZE;
}

static bool find(const struct right *list, size_t count, const char *word, size_t n, uint32_t *out)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i].letters) == n && strncasecmp(list[i].letters, word, n) == 0) {
            *out |= list[i].mask;
            return true;
        }
    return false;
}

/* "(OI)(CI)(RX)", "F", "(R,W)" as an entry's flags and mask; false for what says neither. */
static bool read_rights(const char *text, bool deny, struct nt_ace *out)
{
    uint32_t inherit = 0;
    uint32_t mask = 0;
    while (*text != '\0') {
        bool grouped = *text == '(';
        text += grouped;
        size_t n = strcspn(text, grouped ? ")" : "(");
        const char *end = text + n;
        while (text < end) {
            size_t word = strcspn(text, ",)(");
            word = word < (size_t)(end - text) ? word : (size_t)(end - text);
            uint32_t right = 0;
            if (find(simple, COUNT(simple), text, word, &right))
                mask |= deny ? denied(right) : right;
            else if (!find(specific, COUNT(specific), text, word, &mask) &&
                     !find(flags + 1, COUNT(flags) - 1, text, word, &inherit) &&
                     !(word == 1 && (*text | 0x20) == 'n'))
                return false;
            text += word + (text[word] == ',');
        }
        text = end + (grouped && *end == ')');
    }
    out->flags = (uint8_t)inherit;
    out->mask = mask;
    return mask != 0;
}

static void print_list(uint32_t mask, FILE *out)
{
    const char *before = "";
    for (size_t i = 0; i < COUNT(specific); i++)
        if ((mask & specific[i].mask) != 0) {
            fprintf(out, "%s%s", before, specific[i].letters);
            before = ",";
        }
    if (before[0] == '\0')
        fputs("N", out);
}

static void print_entry(const struct nt_ace *ace, FILE *out)
{
    char name[NT_ACCOUNT_NAME];
    bool deny = ace->type == NT_ACE_DENY;
    nt_account_name(ace->sid, name);
    fprintf(out, "%s:", name);
    for (size_t i = 0; i < COUNT(flags); i++)
        if ((ace->flags & flags[i].mask) != 0)
            fprintf(out, "(%s)", flags[i].letters);
    fputs(deny ? "(DENY)(" : "(", out);
    for (size_t i = 0; i < COUNT(simple); i++)
        if (ace->mask == (deny ? denied(simple[i].mask) : simple[i].mask)) {
            fprintf(out, "%s)\n", simple[i].letters);
            return;
        }
    if (!deny && ace->mask == (NT_FILE_READ | NT_FILE_WRITE))
        fputs("R,W", out);
    else if (!deny && ace->mask == (NT_FILE_READ | NT_FILE_EXECUTE | NT_FILE_WRITE))
        fputs("RX,W", out);
    else
        print_list(ace->mask, out);
    fputs(")\n", out);
}

/* --- icacls --------------------------------------------------------------------------------- */

#define CHANGES 32

enum change_kind { GRANT, GRANT_ALONE, DENY, REMOVE, REMOVE_GRANTED, REMOVE_DENIED };

struct change {
    enum change_kind kind;
    struct nt_ace ace;
    uint8_t sid[NT_SID_MAX];
};

struct icacls {
    struct win *win;
    const char *name;
    struct change changes[CHANGES];
    size_t count;
    char inheritance; /* "e", "d" or "r", or none */
    bool reset;
    bool tree;
    bool goes_on;
    bool quiet;
    bool sets_owner;
    uint8_t owner[NT_SID_MAX];
    unsigned done;
    unsigned failed;
};

static bool matches(const struct nt_ace *a, struct nt_bytes sid, uint8_t type)
{
    return (a->flags & NT_ACE_INHERITED) == 0 && a->type == type && nt_sid_equal(a->sid, sid);
}

static void remove_entries(struct win_security *s, struct nt_bytes sid, uint8_t type)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++)
        if (!matches(&s->aces[i], sid, type))
            s->aces[kept++] = s->aces[i];
    s->count = kept;
}

/* Adds to what is granted or denied already by an entry of the same kind, or makes one. */
static nt_status add_entry(struct win_security *s, const struct nt_ace *ace)
{
    for (size_t i = 0; i < s->count; i++)
        if (matches(&s->aces[i], ace->sid, ace->type) && s->aces[i].flags == ace->flags) {
            s->aces[i].mask |= ace->mask;
            return NT_SUCCESS;
        }
    if (s->count == WIN_ACE_MAX)
        return NT_INVALID_SECURITY_DESCR;
    s->aces[s->count++] = *ace;
    return NT_SUCCESS;
}

static nt_status apply_change(struct win_security *s, struct change *c)
{
    struct nt_ace ace = c->ace;
    ace.sid = (struct nt_bytes){c->sid, nt_sid_size(c->sid)};
    if (!s->directory)
        ace.flags = 0;
    if (c->kind == GRANT_ALONE || c->kind == REMOVE || c->kind == REMOVE_GRANTED)
        remove_entries(s, ace.sid, NT_ACE_ALLOW);
    if (c->kind == REMOVE || c->kind == REMOVE_DENIED)
        remove_entries(s, ace.sid, NT_ACE_DENY);
    return c->kind <= DENY ? add_entry(s, &ace) : NT_SUCCESS;
}

static nt_status apply_inheritance(struct icacls *a, const char *native, struct win_security *s)
{
    if (a->inheritance == 'e') {
        s->guarded = false;
        return win_security_inherit(native, s);
    }
    if (a->inheritance == 'r')
        win_security_drop(s, true);
    for (size_t i = 0; i < s->count; i++)
        s->aces[i].flags &= (uint8_t)~NT_ACE_INHERITED;
    s->guarded = true;
    return NT_SUCCESS;
}

static nt_status change(struct icacls *a, const char *native, struct win_security *s)
{
    nt_status status = NT_SUCCESS;
    if (a->sets_owner)
        s->owner = (struct nt_bytes){a->owner, nt_sid_size(a->owner)};
    if (a->reset) {
        s->count = 0;
        s->guarded = false;
        status = win_security_inherit(native, s);
    }
    if (status == NT_SUCCESS && a->inheritance != '\0')
        status = apply_inheritance(a, native, s);
    for (size_t i = 0; status == NT_SUCCESS && i < a->count; i++)
        status = apply_change(s, &a->changes[i]);
    return status == NT_SUCCESS ? win_security_put(native, s) : status;
}

static void show(struct icacls *a, const char *name, const struct win_security *s)
{
    fputs(name, a->win->out);
    for (size_t i = 0; i < s->count; i++) {
        if (i > 0)
            fprintf(a->win->out, "%*s", (int)strlen(name), "");
        fputc(' ', a->win->out);
        print_entry(&s->aces[i], a->win->out);
    }
    fputs(s->count == 0 ? "\n\n" : "\n", a->win->out);
}

/* An administrator may take the ownership of everything, as icacls has it done by a privilege. */
static nt_status may_change(const struct icacls *a, const char *native)
{
    bool changes = a->count > 0 || a->reset || a->inheritance != '\0';
    uint32_t want = changes ? NT_WRITE_DAC : a->sets_owner ? 0 : NT_READ_CONTROL;
    if (a->sets_owner && !a->win->elevated)
        want |= NT_WRITE_OWNER;
    nt_status status = win_may(a->win, native, want);
    /* What cannot be read says nothing of who may mend it. */
    return status == NT_INVALID_SECURITY_DESCR && a->reset ? NT_SUCCESS : status;
}

static nt_status visit_one(struct icacls *a, const char *name, const char *native)
{
    static struct win_security s; /* large; one thread, one at a time */
    bool shows = a->count == 0 && !a->reset && a->inheritance == '\0' && !a->sets_owner;
    nt_status status = may_change(a, native);
    if (status != NT_SUCCESS)
        return status;
    status = win_security_get(native, &s);
    if (status == NT_INVALID_SECURITY_DESCR && a->reset)
        status = NT_SUCCESS; /* it is as good as none, but for its owner */
    if (status != NT_SUCCESS)
        return status;
    if (shows)
        show(a, name, &s);
    else
        status = change(a, native, &s);
    win_security_free(&s);
    if (!shows && status == NT_SUCCESS && !a->quiet)
        fprintf(a->win->out, "processed file: %s\n", name);
    return status;
}

static void count_one(struct icacls *a, const char *name, nt_status status)
{
    if (status == NT_SUCCESS) {
        a->done++;
        return;
    }
    a->failed++;
    win_error(a->win, "%s: %s", name, nt_status_message(status));
}

static void visit_tree(struct icacls *a, const char *name, const char *native)
{
    struct win_listing entries;
    char full[WIN_PATH];
    char below[WIN_PATH];
    struct win_file file;
    count_one(a, name, visit_one(a, name, native));
    if (!a->tree || win_file_stat(native, &file) != NT_SUCCESS || !win_is_directory(&file) ||
        win_is_reparse(&file) || win_list(native, &entries) != NT_SUCCESS)
        return;
    for (size_t i = 0; i < entries.count && (a->goes_on || a->failed == 0); i++)
        if (win_print_path(full, "%s\\%s", name, entries.list[i].name) &&
            win_print_path(below, "%s/%s", native, entries.list[i].native) &&
            !(win_file_stat(below, &file) == NT_SUCCESS && file.mounted))
            visit_tree(a, full, below);
    win_list_free(&entries);
}

/* The words behind a switch; their number, or -1 for one that says nothing. */
static int read_change(struct icacls *a, enum change_kind kind, const char *word)
{
    struct change *c = &a->changes[a->count];
    const char *colon = strrchr(word, ':');
    size_t n = kind >= REMOVE || colon == NULL ? strlen(word) : (size_t)(colon - word);
    if (a->count == CHANGES || (kind < REMOVE && colon == NULL) ||
        nt_account_find(word, n, c->sid) == 0)
        return -1;
    c->kind = kind;
    c->ace = (struct nt_ace){.type = kind == DENY ? NT_ACE_DENY : NT_ACE_ALLOW};
    if (kind < REMOVE && !read_rights(colon + 1, kind == DENY, &c->ace))
        return -1;
    a->count++;
    return 0;
}

static const struct {
    const char *name;
    enum change_kind kind;
} kinds[] = {
    {"/grant", GRANT},   {"/grant:r", GRANT_ALONE},     {"/deny", DENY},
    {"/remove", REMOVE}, {"/remove:g", REMOVE_GRANTED}, {"/remove:d", REMOVE_DENIED},
};

/* One switch of those that have nothing behind them. */
static bool read_switch(struct icacls *a, const char *word)
{
    static const char inheritance[] = "/inheritance:";
    if (strcasecmp(word, "/reset") == 0)
        a->reset = true;
    else if (strcasecmp(word, "/t") == 0)
        a->tree = true;
    else if (strcasecmp(word, "/c") == 0)
        a->goes_on = true;
    else if (strcasecmp(word, "/q") == 0)
        a->quiet = true;
    else if (strncasecmp(word, inheritance, sizeof(inheritance) - 1) == 0 &&
             strlen(word) == sizeof(inheritance) && strchr("edrEDR", word[13]) != NULL)
        a->inheritance = (char)(word[13] | 0x20);
    else
        return false;
    return true;
}

static bool read_owner(struct icacls *a, const char *word)
{
    a->sets_owner = nt_account_find(word, strlen(word), a->owner) > 0;
    return a->sets_owner;
}

/* "Invalid parameter "x"", as icacls says of each. (recalled) */
static bool read_words(struct icacls *a, const struct win_words *words)
{
    size_t kind = COUNT(kinds);
    for (int i = 0; i < words->count; i++) {
        const char *word = words->word[i];
        bool is_switch = word[0] == '/';
        bool good = true;
        if (is_switch) {
            for (kind = 0; kind < COUNT(kinds) && strcasecmp(word, kinds[kind].name) != 0;)
                kind++;
            if (kind == COUNT(kinds) && strcasecmp(word, "/setowner") == 0 && i + 1 < words->count)
                good = read_owner(a, words->word[++i]);
            else if (kind == COUNT(kinds))
                good = read_switch(a, word);
        } else if (kind < COUNT(kinds)) {
            good = read_change(a, kinds[kind].kind, word) == 0;
        } else {
            good = a->name == NULL;
            a->name = word;
        }
        if (!good) {
            win_error(a->win, "Invalid parameter \"%s\"", words->word[i]);
            return false;
        }
    }
    return a->name != NULL;
}

int win_icacls(struct win *win, const struct win_words *words)
{
    static struct icacls a;
    struct win_expansion e;
    char native[WIN_PATH];
    char name[WIN_PATH];
    a = (struct icacls){.win = win};
    if (!read_words(&a, words))
        return a.name == NULL ? win_syntax(win) : 1;
    nt_status status = win_expand(win, a.name, &e);
    if (status == NT_SUCCESS && e.entries.count == 0 && win_is_volume_root(e.path.name)) {
        visit_tree(&a, a.name, e.path.native);
    } else if (status == NT_SUCCESS && e.entries.count == 0) {
        count_one(&a, a.name, NT_OBJECT_NAME_NOT_FOUND);
    }
    for (size_t i = 0; status == NT_SUCCESS && i < e.entries.count; i++)
        if (win_print_path(native, "%s/%s", e.native, e.entries.list[i].native) &&
            (!e.wild || win_print_path(name, "%s", e.entries.list[i].name)))
            visit_tree(&a, e.wild ? name : a.name, native);
    if (status != NT_SUCCESS)
        count_one(&a, a.name, status);
    else
        win_list_free(&e.entries);
    fprintf(win->out, "Successfully processed %u files; Failed processing %u files\n", a.done,
            a.failed);
    return a.failed > 0;
}
