/* SPDX-License-Identifier: MIT */
/* What is typed at a Windows prompt: names, patterns, 8.3 names. */
#include <stdlib.h>
#include <string.h>

#include "nt/shortname.h"
#include "nt/win32names.h"
#include "win/win.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
    if (!condition)
        abort();
}

/* A full name is one: a drive, backslashes, nothing left to be done. */
static void full_name(const struct win *win, const char *typed, unsigned how)
{
    char name[WIN_PATH];
    char again[WIN_PATH];
    char raw[WIN_PATH + 4];
    char stream[WIN_STREAM];
    if (win_full_name(win, typed, how, name, stream) != NT_SUCCESS)
        return;
    check(strlen(name) >= 3 && strlen(name) < WIN_PATH && name[1] == ':' && name[2] == '\\');
    check(strchr(name + 2, '/') == NULL && strchr(name + 2, ':') == NULL);
    check(strlen(stream) < WIN_STREAM);
    /* What a raw name spells may mean something else when it is typed; raw, it is the same. */
    (void)snprintf(raw, sizeof(raw), "\\\\?\\%s", name);
    check(win_full_name(win, raw, how, again, stream) == NT_SUCCESS && strcmp(name, again) == 0);
    check(win_leaf(name) > name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct win win;
    char short_name[NT_SHORT_NAME];
    char *text = malloc(size + 1);
    check(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    strcpy(win.directory, size % 2 == 0 ? "C:\\" : "C:\\testing\\sub");
    full_name(&win, text, WIN_FOLLOW);
    full_name(&win, text, WIN_WILD);

    size_t n = strlen(text);
    check(nt_win32_strip(text, n) <= n);
    nt_win32_reserved(text, n);
    nt_win32_legal(text, n);
    check(nt_wild_match("*", text) && nt_wild_match("*.*", text));
    char *half = text + n / 2;
    char *copy = strdup(half);
    check(copy != NULL);
    *half = '\0';
    nt_wild_match(text, copy);
    nt_wild_match(copy, text);
    free(copy);
    for (unsigned count = 0; count < 100; count += 7)
        check(nt_short_name(text, strlen(text), count, short_name) < NT_SHORT_NAME);
    free(text);
    return 0;
}
