/* SPDX-License-Identifier: MIT */
#include "win/script.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "nt/ntstatus.h"
#include "policy/nearest.h"

#define WORDS 24

static const struct win_word attribute_words[] = {
    {"normal", 0x80}, {"readonly", 0x1}, {"hidden", 0x2},
    {"system", 0x4},  {"archive", 0x20}, {.name = NULL},
};

static const struct win_word plain_dispose_words[] = {
    {"keep", 0}, {"delete", WIN_DISPOSE_DELETE}, {.name = NULL}};

static const struct win_word rename_words[] = {
    {"none", 0}, {"replace", WIN_SCRIPT_REPLACE}, {.name = NULL}};

static const struct win_word lock_words[] = {
    {"shared", 0}, {"exclusive", WIN_SCRIPT_EXCLUSIVE}, {.name = NULL}};

/* WORD=VALUE, by the letters of a verb's `keys`; without words it is a number of 64 bits. */
static const struct key {
    char letter;
    const char *name;
    const struct win_word *words;
    size_t field;
} keys[] = {
    {'a', "access", win_access_words, offsetof(struct win_nt_call, access)},
    {'s', "share", win_share_words, offsetof(struct win_nt_call, share)},
    {'d', "disposition", win_disposition_words, offsetof(struct win_nt_call, disposition)},
    {'o', "options", win_option_words, offsetof(struct win_nt_call, options)},
    {'A', "attributes", attribute_words, offsetof(struct win_nt_call, attributes)},
    {'r', "flags", rename_words, offsetof(struct win_nt_call, flags)},
    {'l', "flags", lock_words, offsetof(struct win_nt_call, flags)},
    {'1', "creation-time", NULL, offsetof(struct win_nt_call, creation)},
    {'2', "access-time", NULL, offsetof(struct win_nt_call, access_time)},
    {'3', "write-time", NULL, offsetof(struct win_nt_call, write_time)},
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

/*
 * What follows a verb: h a handle, n a file's name, N any other, d words of a plain disposition, D
 * of FileDispositionInformationEx, o an offset, l a length, v a value: text, or 0x and bytes. After
 * ? they may be left out.
 */
static const struct verb {
    const char *name;
    enum win_nt_verb verb;
    const char *operands;
    const char *keys;
    const char *usage;
} verbs[] = {
    {"open", WIN_NT_OPEN, "hn", "asdoA",
     "HANDLE NAME [access=A] [share=S] [disposition=D] [options=O] [attributes=T]"},
    {"close", WIN_NT_CLOSE, "h", "", "HANDLE"},
    {"query", WIN_NT_QUERY, "h", "", "HANDLE"},
    {"disposition", WIN_NT_DISPOSITION, "hd", "", "HANDLE delete|keep"},
    {"disposition-ex", WIN_NT_DISPOSITION_EX, "hD", "",
     "HANDLE keep|delete[,posix][,on-close][,ignore-readonly]"},
    {"rename", WIN_NT_RENAME, "hn", "r", "HANDLE NAME [flags=replace]"},
    {"link", WIN_NT_LINK, "hn", "r", "HANDLE NAME [flags=replace]"},
    {"basic", WIN_NT_BASIC, "h", "A123",
     "HANDLE [attributes=T] [creation-time=N] [access-time=N] [write-time=N]"},
    {"eof", WIN_NT_EOF, "ho", "", "HANDLE SIZE"},
    {"list", WIN_NT_LIST, "h?N", "", "HANDLE [PATTERN]"},
    {"read", WIN_NT_READ, "hol", "", "HANDLE OFFSET LENGTH"},
    {"write", WIN_NT_WRITE, "hov", "", "HANDLE OFFSET VALUE"},
    {"lock", WIN_NT_LOCK, "hol", "l", "HANDLE OFFSET LENGTH [flags=exclusive]"},
    {"unlock", WIN_NT_UNLOCK, "hol", "", "HANDLE OFFSET LENGTH"},
    {"ea-query", WIN_NT_EA_QUERY, "h", "", "HANDLE"},
    {"ea-set", WIN_NT_EA_SET, "hN?v", "", "HANDLE EA [VALUE]"},
    {"reparse-get", WIN_NT_REPARSE_GET, "h", "", "HANDLE"},
    {"reparse-set", WIN_NT_REPARSE_SET, "hv", "", "HANDLE 0xBYTES"},
    {"reparse-delete", WIN_NT_REPARSE_DELETE, "ho", "", "HANDLE TAG"},
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

/* Where complaints go. */
struct reader {
    const struct verb *verb;
    struct win_nt_call *call;
    char *why;
    size_t room;
};

static bool complain(const struct reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool complain(const struct reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(r->why, r->room, format, args);
    va_end(args);
    return false;
}

/* Takes a line apart at blanks, in place; a part in quotes may have some. -1: a quote is open. */
static int split(char *line, char *words[WORDS + 1])
{
    int count = 0;
    char *s = line;
    for (;;) {
        s += strspn(s, " \t\r\n");
        if (*s == '\0' || count > WORDS)
            return count;
        char *out = s;
        bool quoted = false;
        words[count++] = out;
        while (*s != '\0' && (quoted || strchr(" \t\r\n", *s) == NULL)) {
            if (*s == '"')
                quoted = !quoted;
            else
                *out++ = *s;
            s++;
        }
        if (quoted)
            return -1;
        s += *s != '\0';
        *out = '\0';
    }
}

/* The words of a list, as a complaint has them. */
static const char *join(const struct win_word *words, char *out, size_t room)
{
    size_t used = 0;
    out[0] = '\0';
    for (; words->name != NULL && used < room; words++)
        used +=
            (size_t)snprintf(out + used, room - used, "%s%s", used > 0 ? ", " : "", words->name);
    return out;
}

static bool read_flags(const struct reader *r, const char *text, const struct win_word *words,
                       uint32_t *out)
{
    char list[512];
    if (text[0] != '\0' && win_flags(text, words, out))
        return true;
    return complain(r, "%s: \"%.64s\" is not understood: it takes a number in hexadecimal, or %s",
                    r->verb->name, text, join(words, list, sizeof(list)));
}

static bool read_handle(const struct reader *r, const char *text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t n = strlen(text);
    if (n == 0 || n >= WIN_SCRIPT_HANDLE || strspn(text, allowed) != n)
        return complain(r, "%s: \"%.64s\" names no handle: up to %d letters and digits do",
                        r->verb->name, text, WIN_SCRIPT_HANDLE - 1);
    memcpy(r->call->handle, text, n + 1);
    return true;
}

static bool read_name(const struct reader *r, const char *text)
{
    size_t n = strlen(text);
    bool letter = (text[0] >= 'A' && text[0] <= 'Z') || (text[0] >= 'a' && text[0] <= 'z');
    if (!letter || text[1] != ':' || text[2] != '\\')
        return complain(r, "%s: \"%.64s\": a name is written in full: C:\\DIR\\FILE", r->verb->name,
                        text);
    if (n >= WIN_SCRIPT_NAME)
        return complain(r, "%s: the name is longer than %d bytes", r->verb->name,
                        WIN_SCRIPT_NAME - 1);
    memcpy(r->call->name, text, n + 1);
    return true;
}

/* Decimal, or hexadecimal after 0x. */
static bool read_number(const struct reader *r, const char *text, uint64_t *out)
{
    char *end;
    *out = strtoull(text, &end, 0);
    bool is_digit = text[0] >= '0' && text[0] <= '9';
    return (is_digit && *end == '\0') ||
           complain(r, "%s: \"%.64s\" is no number: 10, 0x10", r->verb->name, text);
}

static bool read_value(const struct reader *r, const char *text)
{
    size_t n = strlen(text);
    bool hex = strncmp(text, "0x", 2) == 0;
    long size = hex                    ? win_read_bytes(text + 2, r->call->data, WIN_SCRIPT_DATA)
                : n <= WIN_SCRIPT_DATA ? (long)n
                                       : -1;
    if (size < 0)
        return complain(r, "%s: a value is text, or 0x and two digits for each byte, %d at most",
                        r->verb->name, WIN_SCRIPT_DATA);
    if (!hex)
        memcpy(r->call->data, text, n);
    r->call->size = (size_t)size;
    return true;
}

static bool read_other_name(const struct reader *r, const char *text)
{
    size_t n = strlen(text);
    if (n == 0 || n > 255)
        return complain(r, "%s: a name has 1 to 255 bytes", r->verb->name);
    memcpy(r->call->name, text, n + 1);
    return true;
}

static bool read_operand(const struct reader *r, char kind, const char *text)
{
    switch (kind) {
    case 'h':
        return read_handle(r, text);
    case 'n':
        return read_name(r, text);
    case 'N':
        return read_other_name(r, text);
    case 'o':
        return read_number(r, text, &r->call->offset);
    case 'l':
        return read_number(r, text, &r->call->length);
    case 'v':
        return read_value(r, text);
    case 'd':
        return read_flags(r, text, plain_dispose_words, &r->call->flags);
    default:
        return read_flags(r, text, win_dispose_words, &r->call->flags);
    }
}

static bool read_key(const struct reader *r, const char *text)
{
    size_t n = strcspn(text, "=");
    for (size_t i = 0; text[n] == '=' && i < KEYS; i++) {
        uint32_t number;
        uint64_t wide;
        if (strchr(r->verb->keys, keys[i].letter) == NULL || strlen(keys[i].name) != n ||
            strncmp(keys[i].name, text, n) != 0)
            continue;
        if (keys[i].words == NULL) {
            if (!read_number(r, text + n + 1, &wide))
                return false;
            memcpy((char *)r->call + keys[i].field, &wide, sizeof(wide));
            return true;
        }
        if (!read_flags(r, text + n + 1, keys[i].words, &number))
            return false;
        memcpy((char *)r->call + keys[i].field, &number, sizeof(number));
        return true;
    }
    return complain(r, "%s: \"%.64s\" does not belong there: %s %s", r->verb->name, text,
                    r->verb->name, r->verb->usage);
}

static bool find_verb(struct reader *r, const char *word)
{
    struct lx_nearest nearest;
    lx_nearest_start(&nearest, word);
    for (size_t i = 0; i < VERBS; i++) {
        if (strcmp(verbs[i].name, word) == 0) {
            r->verb = &verbs[i];
            return true;
        }
        lx_nearest_try(&nearest, verbs[i].name);
    }
    const char *near = lx_nearest_found(&nearest);
    return near != NULL
               ? complain(r, "there is no call \"%.64s\": did you mean \"%s\"?", word, near)
               : complain(r, "there is no call \"%.64s\": \"lxshim win nt --help\" lists them",
                          word);
}

static bool read_words(struct reader *r, int count, char *const *words)
{
    int at = 1;
    *r->call = (struct win_nt_call){
        .access = NT_GENERIC_READ, .share = WIN_SHARE_ALL, .disposition = WIN_OPEN};
    if (!find_verb(r, words[0]))
        return false;
    r->call->verb = r->verb->verb;
    r->call->word = r->verb->name;
    bool optional = false;
    for (const char *kind = r->verb->operands; *kind != '\0'; kind++) {
        optional |= *kind == '?';
        if (*kind == '?' || (optional && at >= count))
            continue;
        if (at >= count)
            return complain(r, "%s: something is missing: %s %s", r->verb->name, r->verb->name,
                            r->verb->usage);
        if (!read_operand(r, *kind, words[at++]))
            return false;
    }
    for (; at < count; at++)
        if (!read_key(r, words[at]))
            return false;
    return r->call->disposition <= WIN_OVERWRITE_IF ||
           complain(r, "%s: there is no disposition %x: 0 to 5 are", r->verb->name,
                    r->call->disposition);
}

enum win_script win_script_read(const char *line, struct win_nt_call *out, char *why, size_t room)
{
    char copy[WIN_SCRIPT_LINE];
    char *words[WORDS + 1];
    struct reader r = {.call = out, .why = why, .room = room};
    size_t n = strlen(line);
    if (n >= sizeof(copy)) {
        complain(&r, "the line is longer than %d bytes", WIN_SCRIPT_LINE - 1);
        return WIN_SCRIPT_BAD;
    }
    memcpy(copy, line, n + 1);
    int count = split(copy, words);
    if (count < 0)
        complain(&r, "a quote is opened and not closed: a name with blanks is \"C:\\like this\"");
    else if (count > WORDS)
        complain(&r, "the line has more than %d words", WORDS);
    else if (count == 0 || words[0][0] == '#')
        return WIN_SCRIPT_NOTHING;
    else if (read_words(&r, count, words))
        return WIN_SCRIPT_CALL;
    return WIN_SCRIPT_BAD;
}

void win_script_answer(FILE *out, unsigned line, const struct win_nt_call *call, uint32_t status,
                       unsigned win32)
{
    const char *name = nt_status_name((nt_status)status);
    fprintf(out, "%u %s %s 0x%08X %s win32=%u", line, call->word, call->handle, status,
            name != NULL ? name : "-", win32);
}

void win_script_information(FILE *out, unsigned long information)
{
    static const char *const names[] = {"SUPERSEDED",  "OPENED", "CREATED",
                                        "OVERWRITTEN", "EXISTS", "DOES_NOT_EXIST"};
    if (information < sizeof(names) / sizeof(names[0]))
        fprintf(out, " information=%s", names[information]);
    else
        fprintf(out, " information=%lu", information);
}

void win_script_bytes(FILE *out, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++)
        fprintf(out, "%02x", at[i]);
}
