/* SPDX-License-Identifier: MIT */
#include "win/ntwords.h"

#include <stdlib.h>
#include <string.h>

const struct win_word win_access_words[] = {
    {"read", NT_GENERIC_READ},
    {"write", NT_GENERIC_WRITE},
    {"execute", NT_GENERIC_EXECUTE},
    {"all", NT_GENERIC_ALL},
    {"delete", NT_DELETE},
    {"attributes", NT_READ_ATTRIBUTES},
    {"synchronize", NT_SYNCHRONIZE},
    {"read-data", NT_READ_DATA},
    {"write-data", NT_WRITE_DATA},
    {"append-data", NT_APPEND_DATA},
    {"read-ea", NT_READ_EA},
    {"write-ea", NT_WRITE_EA},
    {"write-attributes", NT_WRITE_ATTRIBUTES},
    {.name = NULL},
};

const struct win_word win_share_words[] = {
    {"none", 0},
    {"read", WIN_SHARE_READ},
    {"write", WIN_SHARE_WRITE},
    {"delete", WIN_SHARE_DELETE},
    {"all", WIN_SHARE_ALL},
    {.name = NULL},
};

const struct win_word win_disposition_words[] = {
    {"supersede", WIN_SUPERSEDE},
    {"open", WIN_OPEN},
    {"create", WIN_CREATE},
    {"open-if", WIN_OPEN_IF},
    {"overwrite", WIN_OVERWRITE},
    {"overwrite-if", WIN_OVERWRITE_IF},
    {.name = NULL},
};

const struct win_word win_option_words[] = {
    {"none", 0},
    {"directory-file", WIN_DIRECTORY_FILE},
    {"synchronous-io-nonalert", WIN_SYNCHRONOUS},
    {"non-directory-file", WIN_NON_DIRECTORY_FILE},
    {"backup-intent", WIN_BACKUP_INTENT},
    {"open-reparse-point", WIN_OPEN_REPARSE_POINT},
    {"delete-on-close", WIN_DELETE_ON_CLOSE},
    {.name = NULL},
};

const struct win_word win_dispose_words[] = {
    {"keep", 0},
    {"delete", WIN_DISPOSE_DELETE},
    {"posix", WIN_DISPOSE_POSIX},
    {"on-close", WIN_DISPOSE_ON_CLOSE},
    {"ignore-readonly", WIN_DISPOSE_IGNORE_READONLY},
    {.name = NULL},
};

bool win_flags(const char *text, const struct win_word *words, uint32_t *out)
{
    char *end;
    unsigned long number = strtoul(text, &end, 16);
    *out = (uint32_t)number;
    if (end != text && *end == '\0')
        return true;
    *out = 0;
    while (*text != '\0') {
        size_t n = strcspn(text, "+,|");
        const struct win_word *w = words;
        while (w->name != NULL && (strncmp(w->name, text, n) != 0 || w->name[n] != '\0'))
            w++;
        if (w->name == NULL)
            return false;
        *out |= w->value;
        text += n + (text[n] != '\0');
    }
    return true;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
    return at == NULL ? -1 : (int)(at - digits);
}

long win_read_bytes(const char *text, uint8_t *out, size_t room)
{
    size_t n = strlen(text);
    if (n % 2 != 0 || n / 2 > room)
        return -1;
    for (size_t i = 0; i < n / 2; i++) {
        int high = hex_digit(text[2 * i]);
        int low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return -1;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return (long)(n / 2);
}
