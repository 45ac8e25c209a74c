/* SPDX-License-Identifier: MIT */
/* md and mklink */
#include <string.h>
#include <strings.h>

#include "nt/utf16.h"
#include "sys/sys.h"
#include "win/command.h"
#include "win/security.h"

/* --- md ------------------------------------------------------------------------------------- */

static nt_status make_directory(const struct win *win, const char *name)
{
    struct win_handle handle;
    static const struct win_request request = {.access = NT_READ_ATTRIBUTES,
                                               .share = WIN_SHARE_ALL,
                                               .disposition = WIN_CREATE,
                                               .options = WIN_DIRECTORY_FILE};
    nt_status status = win_create(win, name, &request, &handle);
    if (status == NT_SUCCESS)
        win_close(&handle);
    return status;
}

/* Those above first, as command extensions have it. */
static nt_status make_all(const struct win *win, const char *typed)
{
    char name[WIN_PATH];
    char above[WIN_PATH];
    char stream[WIN_STREAM];
    const int raw = (int)(win_plain(typed) - typed);
    nt_status status = make_directory(win, typed);
    if (status != NT_OBJECT_PATH_NOT_FOUND)
        return status;
    nt_status named = win_full_name(win, typed, WIN_FOLLOW, name, stream);
    const struct win_drive *drive = win_drive_of(win, name);
    if (named != NT_SUCCESS || drive == NULL)
        return named != NT_SUCCESS ? named : status;
    for (char *at = name + strlen(drive->source); (at = strchr(at + 1, '\\')) != NULL;) {
        *at = '\0';
        status = win_print_path(above, "%.*s%s", raw, typed, name) ? make_directory(win, above)
                                                                   : NT_NAME_TOO_LONG;
        *at = '\\';
        if (status != NT_SUCCESS && status != NT_OBJECT_NAME_COLLISION)
            return status;
    }
    return make_directory(win, typed);
}

int win_md(struct win *win, const struct win_words *words)
{
    int result = 0;
    if (words->count == 0)
        return win_syntax(win);
    for (int i = 0; i < words->count; i++) {
        nt_status status = make_all(win, words->word[i]);
        if (status == NT_OBJECT_NAME_COLLISION)
            result = win_error(win, "A subdirectory or file %s already exists.", words->word[i]);
        else if (status != NT_SUCCESS)
            result = win_fail(win, status);
    }
    return result;
}

/* --- mklink --------------------------------------------------------------------------------- */

static int usage(struct win *win)
{
    win_syntax(win);
    fputs("Creates a symbolic link.\n\n"
          "MKLINK [[/D] | [/H] | [/J]] Link Target\n\n"
          "        /D      Creates a directory symbolic link.  Default is a file\n"
          "                symbolic link.\n"
          "        /H      Creates a hard link instead of a symbolic link.\n"
          "        /J      Creates a Directory Junction.\n"
          "        Link    Specifies the new symbolic link name.\n"
          "        Target  Specifies the path (relative or absolute) that the new link\n"
          "                refers to.\n",
          win->out);
    return 1;
}

/* Text of a link, in UTF-16. */
struct name16 {
    uint8_t text[WIN_PATH * 2];
    struct nt_bytes bytes;
};

static bool put_name(struct name16 *out, const char *text)
{
    long n = nt_utf8_to_utf16le(text, strlen(text), out->text, sizeof(out->text));
    out->bytes = (struct nt_bytes){out->text, n > 0 ? (size_t)n : 0};
    return n > 0;
}

/* "C:\x", "\x" with its drive, and so on: what CreateSymbolicLink takes for relative. */
static bool is_relative(const char *target)
{
    return target[0] != '\\' && !(target[0] != '\0' && target[1] == ':');
}

/* A volume by its own name: there is no path to be looked up. */
#define WIN32_NAMES "\\\\?\\"
#define VOLUME      WIN32_NAMES "Volume{"

/* What the link says, as mklink writes it: NT's name of an absolute target, and what was typed. */
static nt_status link_buffer(const struct win *win, const char *typed, bool junction,
                             uint8_t buffer[NT_REPARSE_MAX], long *size)
{
    static struct name16 print; /* one thread */
    static struct name16 substitute;
    char target[WIN_PATH];
    char full[WIN_PATH];
    char nt[WIN_PATH];
    char stream[WIN_STREAM];
    (void)win_print_path(target, "%s", typed);
    for (char *c = target; *c != '\0'; c++)
        if (*c == '/')
            *c = '\\';
    bool relative = !junction && is_relative(target);
    bool rooted = !junction && target[0] == '\\' && target[1] != '\\'; /* recalled: kept as it is */
    if (junction && strncasecmp(target, VOLUME, sizeof(VOLUME) - 1) == 0) {
        memcpy(full, target, strlen(target) + 1);
        if (!win_print_path(nt, "\\??\\%s", target + sizeof(WIN32_NAMES) - 1))
            return NT_NAME_TOO_LONG;
    } else if (!junction && target[0] == '\\' && target[1] == '\\') {
        /* Another machine's: a symlink says so, whether it is there or not. */
        memcpy(full, target, strlen(target) + 1);
        if (!win_print_path(nt, "\\??\\UNC%s", target + 1))
            return NT_NAME_TOO_LONG;
    } else if (!relative && !rooted) {
        nt_status status = win_full_name(win, target, WIN_FOLLOW, full, stream);
        if (status != NT_SUCCESS)
            return status;
        if (!win_print_path(nt, "\\??\\%s", full))
            return NT_NAME_TOO_LONG;
    }
    bool as_typed = relative || rooted;
    if (!put_name(&substitute, as_typed ? target : nt) || !put_name(&print, as_typed   ? target
                                                                            : junction ? full
                                                                                       : target))
        return NT_OBJECT_NAME_INVALID;
    struct nt_reparse r = {.tag = junction ? NT_TAG_MOUNT_POINT : NT_TAG_SYMLINK,
                           .substitute = substitute.bytes,
                           .print = print.bytes,
                           .relative = as_typed};
    *size = nt_reparse_encode(&r, buffer, NT_REPARSE_MAX);
    return *size < 0 ? NT_IO_REPARSE_DATA_INVALID : NT_SUCCESS;
}

static nt_status make_link(const struct win *win, const char *link, const char *target,
                           bool directory, bool junction)
{
    static uint8_t buffer[NT_REPARSE_MAX];
    struct win_handle handle;
    struct win_request request = {.access = NT_GENERIC_WRITE,
                                  .share = 0,
                                  .disposition = WIN_CREATE,
                                  .options = WIN_OPEN_REPARSE_POINT};
    long size;
    nt_status status = link_buffer(win, target, junction, buffer, &size);
    if (status != NT_SUCCESS)
        return status;
    if (directory || junction)
        request.options |= WIN_DIRECTORY_FILE;
    status = win_create(win, link, &request, &handle);
    if (status != NT_SUCCESS)
        return status;
    status = win_reparse_set(handle.path.native, buffer, (size_t)size);
    if (status != NT_SUCCESS) /* no link, and nothing that looks like one */
        win_unlink(handle.path.native,
                   (request.options & WIN_DIRECTORY_FILE) != 0 ? AT_REMOVEDIR : 0);
    win_close(&handle);
    return status;
}

static nt_status make_hard_link(const struct win *win, const char *link, const char *target)
{
    struct win_path to;
    struct win_path from;
    struct win_file file;
    nt_status status = win_resolve(win, target, WIN_NO_FOLLOW, &to);
    if (status == NT_SUCCESS && !to.exists)
        status = NT_OBJECT_NAME_NOT_FOUND;
    if (status == NT_SUCCESS)
        status = win_file_stat(to.native, &file);
    if (status == NT_SUCCESS && win_is_directory(&file))
        status = NT_ACCESS_DENIED;
    if (status == NT_SUCCESS)
        status = win_resolve(win, link, WIN_NO_FOLLOW, &from);
    if (status != NT_SUCCESS)
        return status;
    if (from.exists)
        return NT_OBJECT_NAME_COLLISION;
    if (from.drive->readonly)
        return NT_MEDIA_WRITE_PROTECTED;
    status = win_may(win, to.native, NT_WRITE_ATTRIBUTES);
    if (status == NT_SUCCESS)
        status = win_may_add(win, from.native, false);
    if (status != NT_SUCCESS)
        return status;
    return nt_status_of_errno(-sys_linkat(AT_FDCWD, to.native, AT_FDCWD, from.native, 0));
}

int win_mklink(struct win *win, const struct win_words *words)
{
    bool junction = win_switch(words, "j") != NULL;
    bool hard = win_switch(words, "h") != NULL;
    if (words->count != 2 || !win_switches_known(win, words, "djh", ""))
        return usage(win);
    if (!junction && !hard && !win->may_link)
        return win_error(win, "You do not have sufficient privilege to perform this operation.");
    const char *link = words->word[0];
    const char *target = words->word[1];
    nt_status status = hard
                           ? make_hard_link(win, link, target)
                           : make_link(win, link, target, win_switch(words, "d") != NULL, junction);
    if (status != NT_SUCCESS)
        return win_fail(win, status);
    const char *what = hard ? "Hardlink" : junction ? "Junction" : "symbolic link";
    fprintf(win->out, "%s created for %s <<===>> %s\n", what, link, target);
    return 0;
}
