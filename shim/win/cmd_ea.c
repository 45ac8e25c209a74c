/* SPDX-License-Identifier: MIT */
/* ea: extended attributes, which no command of cmd.exe shows. */
#include <stdlib.h>
#include <string.h>

#include "nt/bytes.h"
#include "win/command.h"
#include "win/ea.h"

/* The file of a name, which has to be there; a link itself. */
static nt_status find(const struct win *win, const char *typed, struct win_path *path)
{
    nt_status status = win_resolve(win, typed, WIN_NO_FOLLOW, path);
    return status == NT_SUCCESS && !path->exists ? NT_OBJECT_NAME_NOT_FOUND : status;
}

static bool read_only(const struct win_path *path)
{
    return path->drive->readonly;
}

/* --- showing -------------------------------------------------------------------------------- */

/* What the value of one of WSL's says, where it has its size. */
static void print_meaning(FILE *out, const struct nt_ea *ea)
{
    unsigned field = nt_lx_field_of(ea->name, ea->name_length);
    if (field == 0 || ea->size != nt_lx_size((enum nt_lx_field)field))
        return;
    uint32_t number = nt_get32(ea->value);
    if (field == NT_LX_DEVICE)
        fprintf(out, "  %u:%u", number, nt_get32(ea->value + 4));
    else
        fprintf(out, field == NT_LX_MODE ? "  0%o" : "  %u", number);
}

static void print_bytes(FILE *out, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%02x", bytes[i]);
}

static int show(struct win *win, const char *typed, bool raw)
{
    static uint8_t chain[WIN_EA_ROOM]; /* one thread */
    struct win_path path;
    struct nt_ea ea;
    size_t size = 0;
    size_t at = 0;
    nt_status status = find(win, typed, &path);
    if (status == NT_SUCCESS)
        status = win_ea_query(path.native, chain, &size);
    if (status != NT_SUCCESS)
        return win_fail(win, status);
    if (raw) {
        print_bytes(win->out, chain, size);
        fputc('\n', win->out);
    }
    while (!raw && nt_ea_next(chain, size, &at, &ea) > 0) {
        fprintf(win->out, "%.*s  %zu  ", (int)ea.name_length, ea.name, ea.size);
        print_bytes(win->out, ea.value, ea.size);
        print_meaning(win->out, &ea);
        fputc('\n', win->out);
    }
    return 0;
}

/* --- changing ------------------------------------------------------------------------------- */

static bool read_number(const char *text, char end, const char **after, uint32_t *out)
{
    char *stop;
    unsigned long n = strtoul(text, &stop, 0);
    *after = stop;
    *out = (uint32_t)n;
    return stop != text && *stop == end && n <= UINT32_MAX && text[0] != '-';
}

/* The value of a field as it is typed; its size, or -1. */
static long read_field(unsigned field, const char *text, uint8_t out[NT_LX_SIZE_MAX])
{
    uint32_t first;
    uint32_t second = 0;
    const char *after;
    bool device = field == NT_LX_DEVICE;
    if (!read_number(text, device ? ':' : '\0', &after, &first) ||
        (device && !read_number(after + 1, '\0', &after, &second)))
        return -1;
    nt_put32(out, first);
    nt_put32(out + 4, second);
    return (long)nt_lx_size((enum nt_lx_field)field);
}

/* What is typed for a value: "0x..." byte for byte; a number where one is meant; else text. */
static long read_value(const char *name, const char *text, uint8_t *out, size_t room)
{
    unsigned field = nt_lx_field_of(name, strlen(name));
    if (strncmp(text, "0x", 2) == 0)
        return win_read_bytes(text + 2, out, room);
    if (field != 0)
        return read_field(field, text, out);
    size_t n = strlen(text);
    if (n > room)
        return -1;
    memcpy(out, text, n);
    return (long)n;
}

static int change(struct win *win, const char *typed, const char *name, const char *text)
{
    static uint8_t value[WIN_EA_ROOM]; /* one thread */
    struct win_path path;
    long size = text == NULL ? 0 : read_value(name, text, value, sizeof(value));
    nt_status status = size < 0 || (text != NULL && size == 0) ? NT_INVALID_PARAMETER : NT_SUCCESS;
    if (status == NT_SUCCESS)
        status = find(win, typed, &path);
    if (status == NT_SUCCESS && read_only(&path))
        status = NT_MEDIA_WRITE_PROTECTED;
    const struct nt_ea ea = {
        .name = name, .name_length = strlen(name), .value = value, .size = (size_t)size};
    if (status == NT_SUCCESS)
        status = win_ea_set(path.native, &ea);
    return status == NT_SUCCESS ? 0 : win_fail(win, status);
}

static int write_chain(struct win *win, const char *typed, const char *text)
{
    static uint8_t chain[WIN_EA_ROOM]; /* one thread */
    struct win_path path;
    long size = win_read_bytes(text, chain, sizeof(chain));
    nt_status status = size < 0 ? NT_INVALID_PARAMETER : find(win, typed, &path);
    if (status == NT_SUCCESS && read_only(&path))
        status = NT_MEDIA_WRITE_PROTECTED;
    if (status == NT_SUCCESS)
        status = win_ea_set_all(path.native, chain, (size_t)size);
    return status == NT_SUCCESS ? 0 : win_fail(win, status);
}

int win_ea(struct win *win, const struct win_words *words)
{
    const char *const *w = words->word;
    if (words->count == 1)
        return show(win, w[0], false);
    if (words->count == 2 && strcasecmp(w[0], "list") == 0)
        return show(win, w[1], false);
    if (words->count == 2 && strcasecmp(w[0], "read") == 0)
        return show(win, w[1], true);
    if (words->count == 3 && strcasecmp(w[0], "delete") == 0)
        return change(win, w[1], w[2], NULL);
    if (words->count == 3 && strcasecmp(w[0], "write") == 0)
        return write_chain(win, w[1], w[2]);
    if (words->count == 4 && strcasecmp(w[0], "set") == 0)
        return change(win, w[1], w[2], w[3]);
    return win_syntax(win);
}
