/* SPDX-License-Identifier: MIT */
/* fsutil: reparse points, case, file ids, hard links; sparse files are cmd_sparse.c. */
#include <stdlib.h>
#include <string.h>

#include "nt/bytes.h"
#include "nt/utf16.h"
#include "nt/win32names.h"
#include "sys/sys.h"
#include "win/command.h"
#include "win/security.h"

static int failed(struct win *win, nt_status status)
{
    return win_error(win, "Error:  %s", nt_status_message(status));
}

/* The file of a name, which has to be there. */
static nt_status find(const struct win *win, const char *typed, unsigned how, struct win_path *path,
                      struct win_file *file)
{
    nt_status status = win_resolve(win, typed, how, path);
    if (status == NT_SUCCESS && !path->exists)
        status = NT_OBJECT_NAME_NOT_FOUND;
    return status == NT_SUCCESS ? win_file_stat(path->native, file) : status;
}

/* --- reparse points ------------------------------------------------------------------------- */

static void print_hex(FILE *out, const uint8_t *data, size_t n)
{
    for (size_t at = 0; at < n; at += 16) {
        fprintf(out, "%04zx: ", at);
        for (size_t i = at; i < at + 16; i++) {
            if (i < n)
                fprintf(out, "%s%02x", i == at + 8 ? "  " : " ", data[i]);
            else
                fprintf(out, "%s  ", i == at + 8 ? "  " : " ");
        }
        fputs("  ", out);
        for (size_t i = at; i < at + 16 && i < n; i++)
            fputc(data[i] >= 0x20 && data[i] < 0x7F ? data[i] : '.', out);
        fputc('\n', out);
    }
}

static void print_guid(FILE *out, const uint8_t *g)
{
    fprintf(out, "GUID : {%08X-%04X-%04X-%02X%02X-", nt_get32(g), nt_get16(g + 4), nt_get16(g + 6),
            g[8], g[9]);
    for (size_t i = 10; i < 16; i++)
        fprintf(out, "%02X", g[i]);
    fputs("}\n", out);
}

/* The lines of a mount point; "Substitue" is Windows' own. */
static void print_mount(FILE *out, const uint8_t *data, const struct nt_reparse *r)
{
    char substitute[WIN_PATH] = "";
    char print[WIN_PATH] = "";
    (void)nt_utf16le_to_utf8(r->substitute.at, r->substitute.n, substitute, sizeof(substitute));
    (void)nt_utf16le_to_utf8(r->print.at, r->print.n, print, sizeof(print));
    fprintf(out, "Substitue Name offset: %u\n", nt_get16(data));
    fprintf(out, "Substitue Name length: %u\n", nt_get16(data + 2));
    fprintf(out, "Print Name offset:     %u\n", nt_get16(data + 4));
    fprintf(out, "Print Name Length:     %u\n", nt_get16(data + 6));
    fprintf(out, "Substitute Name:       %s\n", substitute);
    fprintf(out, "Print Name:            %s\n", print);
}

static int reparse_query(struct win *win, const struct win_words *words)
{
    static uint8_t buffer[NT_REPARSE_MAX];
    struct win_path path;
    struct win_file file;
    struct nt_reparse r;
    FILE *out = win->out;
    nt_status status = find(win, words->word[2], WIN_NO_FOLLOW, &path, &file);
    size_t n = status == NT_SUCCESS ? win_reparse_get(path.native, &file, buffer, &status) : 0;
    if (status == NT_SUCCESS && nt_reparse_decode(buffer, n, &r) < 0)
        status = NT_IO_REPARSE_DATA_INVALID;
    if (status != NT_SUCCESS)
        return failed(win, status);
    fprintf(out, "Reparse Tag Value : 0x%08x\n", r.tag);
    if (nt_tag_microsoft(r.tag))
        fputs("Tag value: Microsoft\n", out);
    if (nt_tag_surrogate(r.tag))
        fputs("Tag value: Name Surrogate\n", out);
    if (r.tag == NT_TAG_SYMLINK)
        fputs("Tag value: Symbolic Link\n", out);
    if (r.tag == NT_TAG_MOUNT_POINT) {
        fputs("Tag value: Mount Point\n", out);
        print_mount(out, r.data.at, &r);
    }
    if (!nt_tag_microsoft(r.tag))
        print_guid(out, r.guid);
    fprintf(out, "\nReparse Data Length: 0x%zx\n", r.data.n);
    if (r.data.n > 0) { /* that there is no heading without data is inference */
        fputs("Reparse Data:\n", out);
        print_hex(out, r.data.at, r.data.n);
    }
    return 0;
}

static int reparse_delete(struct win *win, const struct win_words *words)
{
    struct win_handle handle;
    static const struct win_request request = {.access = NT_GENERIC_WRITE,
                                               .share = WIN_SHARE_ALL,
                                               .disposition = WIN_OPEN,
                                               .options = WIN_OPEN_REPARSE_POINT};
    nt_status status = win_create(win, words->word[2], &request, &handle);
    if (status == NT_SUCCESS) {
        status = win_reparse_delete(handle.path.native);
        win_close(&handle);
    }
    return status == NT_SUCCESS ? 0 : failed(win, status);
}

/* --- case ----------------------------------------------------------------------------------- */

static nt_status find_directory(const struct win *win, const char *typed, struct win_path *path)
{
    struct win_file file;
    nt_status status = find(win, typed, WIN_FOLLOW, path, &file);
    return status == NT_SUCCESS && !win_is_directory(&file) ? NT_NOT_A_DIRECTORY : status;
}

static int case_query(struct win *win, const struct win_words *words)
{
    struct win_path path;
    nt_status status = find_directory(win, words->word[2], &path);
    if (status != NT_SUCCESS)
        return failed(win, status);
    fprintf(win->out, "Case sensitive attribute on directory %s is %s.\n", words->word[2],
            win_case_sensitive(path.native) ? "enabled" : "disabled");
    return 0;
}

/* [MicrosoftDocs/WSL case-sensitivity] What changing the flag takes, of its directory. */
#define FLAG_RIGHTS (NT_WRITE_ATTRIBUTES | NT_WRITE_DATA | NT_APPEND_DATA | NT_DELETE_CHILD)

/* NTFS changes the flag of an empty directory alone. */
static int case_set(struct win *win, const struct win_words *words)
{
    struct win_path path;
    struct win_listing entries = {.count = 0};
    const char *to = words->count > 3 ? words->word[3] : "enable";
    bool enable = strcasecmp(to, "enable") == 0;
    if (!enable && strcasecmp(to, "disable") != 0)
        return failed(win, NT_INVALID_PARAMETER);
    nt_status status = find_directory(win, words->word[2], &path);
    if (status == NT_SUCCESS)
        status = win_may(win, path.native, FLAG_RIGHTS);
    if (status == NT_SUCCESS)
        status = win_list(path.native, &entries);
    if (status == NT_SUCCESS && entries.count > 0 && enable != win_case_sensitive(path.native))
        status = NT_DIRECTORY_NOT_EMPTY;
    win_list_free(&entries);
    if (status == NT_SUCCESS) {
        const struct store_object o = {path.drive->root, AT_FDCWD, path.native};
        long r =
            enable ? store_attr_set(&o, STORE_CASE, "1", 1) : store_attr_remove(&o, STORE_CASE);
        if (r == -EOPNOTSUPP)
            status = NT_EAS_NOT_SUPPORTED;
        else if (r < 0 && r != -ENODATA)
            status = nt_status_of_errno((int)-r);
    }
    return status == NT_SUCCESS ? case_query(win, words) : failed(win, status);
}

/* --- ids and hard links --------------------------------------------------------------------- */

/* Looks through a drive for the names of one file. */
struct search {
    struct win *win;
    dev_t device;
    uint64_t id;
    bool all; /* every name, relative to the volume; else the first, whole */
    unsigned found;
};

static void search_directory(struct search *s, const struct win_entry *directory)
{
    struct win_listing entries;
    if (win_list(directory->native, &entries) != NT_SUCCESS)
        return;
    for (size_t i = 0; i < entries.count && (s->all || s->found == 0); i++) {
        char native[WIN_PATH];
        struct win_file file;
        if (!win_print_path(native, "%s/%s", directory->native, entries.list[i].native) ||
            win_file_stat(native, &file) != NT_SUCCESS || file.id != s->id ||
            file.device != s->device)
            continue;
        s->found++;
        if (s->all)
            fprintf(s->win->out, "%s\\%s\n", directory->name + 2, entries.list[i].name);
        else /* recalled */
            fprintf(s->win->out, "A random link name to this file is \\\\?\\%s\\%s\n",
                    directory->name, entries.list[i].name);
    }
    win_list_free(&entries);
}

static void search_drive(struct search *s, const struct win_drive *drive)
{
    struct win_listing tree;
    if (win_tree(drive->source, drive->root, &tree) == NT_SUCCESS)
        for (size_t i = 0; i < tree.count && (s->all || s->found == 0); i++)
            search_directory(s, &tree.list[i]);
    win_list_free(&tree);
}

static int link_list(struct win *win, const struct win_words *words)
{
    struct win_path path;
    struct win_file file;
    nt_status status = find(win, words->word[2], WIN_NO_FOLLOW, &path, &file);
    if (status != NT_SUCCESS)
        return failed(win, status);
    struct search s = {.win = win, .device = file.device, .id = file.id, .all = true};
    search_drive(&s, path.drive);
    return 0;
}

static int link_create(struct win *win, const struct win_words *words)
{
    struct win_words link = {.count = 2,
                             .word = {words->word[2], words->count > 3 ? words->word[3] : ""},
                             .switch_count = 1,
                             .switches = {"h"}};
    return win_mklink(win, &link);
}

static int id_query(struct win *win, const struct win_words *words)
{
    struct win_path path;
    struct win_file file;
    nt_status status = find(win, words->word[2], WIN_NO_FOLLOW, &path, &file);
    if (status != NT_SUCCESS)
        return failed(win, status);
    fprintf(win->out, "File ID is 0x%016x%016llx\n", 0, (unsigned long long)file.id); /* recalled */
    return 0;
}

static int name_by_id(struct win *win, const struct win_words *words)
{
    struct win_path path;
    struct win_file file;
    char *end;
    nt_status status = find(win, words->word[2], WIN_FOLLOW, &path, &file);
    if (status != NT_SUCCESS)
        return failed(win, status);
    const char *text = words->count > 3 ? words->word[3] : "";
    size_t n = strlen(text);
    /* An id of 128 bits has zeros in its upper half. */
    struct search s = {
        .win = win, .device = file.device, .id = strtoull(n > 16 ? text + n - 16 : text, &end, 16)};
    if (n == 0 || *end != '\0')
        return failed(win, NT_INVALID_PARAMETER);
    search_drive(&s, path.drive);
    return s.found > 0 ? 0 : failed(win, NT_INVALID_PARAMETER);
}

static const struct {
    const char *family;
    const char *name;
    int (*run)(struct win *win, const struct win_words *words);
} commands[] = {
    {"reparsepoint", "query", reparse_query},
    {"reparsepoint", "delete", reparse_delete},
    {"file", "queryCaseSensitiveInfo", case_query},
    {"file", "setCaseSensitiveInfo", case_set},
    {"file", "queryFileID", id_query},
    {"file", "queryFileNameById", name_by_id},
    {"hardlink", "list", link_list},
    {"hardlink", "create", link_create},
    {"sparse", "queryFlag", win_sparse_query},
    {"sparse", "setFlag", win_sparse_set},
    {"sparse", "setRange", win_sparse_range},
    {"sparse", "queryRange", win_sparse_ranges},
};

int win_fsutil(struct win *win, const struct win_words *words)
{
    for (size_t i = 0; words->count >= 3 && i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcasecmp(words->word[0], commands[i].family) == 0 &&
            strcasecmp(words->word[1], commands[i].name) == 0)
            return commands[i].run(win, words);
    return win_error(win, "Error:  %s", nt_win32_message(87));
}
