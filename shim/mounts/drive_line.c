/* SPDX-License-Identifier: MIT */
#include "mounts/drive_line.h"

#include <string.h>
#include <sys/mount.h>

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif

#define BLANKS " \t\n"

void lines_add(struct lines_out *out, const char *text, size_t n)
{
    while (n > 0) {
        if (out->n == out->room && out->flush != NULL)
            out->flush(out);
        if (out->n == out->room) {
            out->failed = true;
            return;
        }
        size_t some = n < out->room - out->n ? n : out->room - out->n;
        memcpy(out->at + out->n, text, some);
        out->n += some;
        text += some;
        n -= some;
    }
}

void lines_put(struct lines_out *out, const char *text)
{
    lines_add(out, text, strlen(text));
}

void lines_number(struct lines_out *out, unsigned long value)
{
    char digits[24];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    lines_add(out, digits + at, sizeof(digits) - at);
}

/* Adds n bytes with each of some characters as three octal digits. */
static void put_escaped(struct lines_out *out, const char *text, size_t n, const char *which)
{
    size_t plain = 0; /* bytes that stay as they are and wait to be added */
    for (size_t i = 0; i < n; i++) {
        unsigned c = (unsigned char)text[i];
        if (strchr(which, text[i]) == NULL) {
            plain++;
            continue;
        }
        const char octal[] = {'\\', (char)('0' + (c >> 6)), (char)('0' + (c >> 3 & 7)),
                              (char)('0' + (c & 7))};
        lines_add(out, text + i - plain, plain);
        lines_add(out, octal, sizeof(octal));
        plain = 0;
    }
    lines_add(out, text + n - plain, plain);
}

static enum lx_value form_of(const struct lx_mount *mount)
{
    return lx_rule(mount, LX_RULE_MOUNT_LINE);
}

/* True for the forms of WSL1 that show options of the file system's own. */
static bool is_drvfs(const struct lx_mount *mount)
{
    return form_of(mount) == LX_DRVFS || form_of(mount) == LX_DRVFS_ROOT;
}

static bool is_plan9(const struct lx_mount *mount)
{
    return form_of(mount) == LX_PLAN9 || form_of(mount) == LX_PLAN9_MMAP;
}

bool drive_line_shows(const struct lx_mount *mount)
{
    return mount->type != LX_MOUNT_HOST && (mount->flags & LX_MOUNT_OWN_NAME) == 0 &&
           !lx_mount_type_has((enum lx_mount_type)mount->type, LX_TYPE_UNLISTED) &&
           form_of(mount) != LX_NATIVE;
}

/* The characters that a mount's era escapes. A line feed would be a line's end in any. */
static const char *escaped_of(const struct lx_mount *mount)
{
    return form_of(mount) == LX_DRVFS_PLAIN ? "\n" : BLANKS "\\";
}

void drive_line_path(struct lines_out *out, const struct lx_mount *mount, const char *path)
{
    put_escaped(out, path, strlen(path), escaped_of(mount));
}

/*
 * The source. WSL mounts a drive by "C:\" from build 18362 on, and what somebody mounts is shown as
 * he spelled it.
 */
static const char *shown_source(const struct lx_mount *mount, char room[4])
{
    bool whole = (mount->flags & LX_MOUNT_VOLUME_ROOT) != 0;
    const char *source = lx_source(mount);
    if ((mount->flags & LX_MOUNT_TYPED) != 0 || !whole || source[0] == '\0' || source[1] != ':')
        return source;
    room[0] = source[0];
    room[1] = ':';
    room[2] = form_of(mount) == LX_DRVFS_ROOT || is_plan9(mount) ? '\\' : '\0';
    room[3] = '\0';
    return room;
}

void lines_tag(const char *source, char out[LINES_TAG_LENGTH + 1])
{
    static const char digits[] = "0123456789abcdef";
    unsigned long long hash[2] = {0xcbf29ce484222325ULL, 0x84222325cbf29ce4ULL}; /* FNV-1a */
    for (; *source != '\0'; source++)
        for (size_t i = 0; i < 2; i++)
            hash[i] = (hash[i] ^ (unsigned char)*source) * 0x100000001b3ULL;
    for (size_t i = 0, digit = 0; i < LINES_TAG_LENGTH; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            out[i] = '-';
            continue;
        }
        out[i] = digits[hash[digit / 16] >> digit % 16 * 4 & 15];
        digit++;
    }
    out[LINES_TAG_LENGTH] = '\0';
}

void drive_line_source(struct lines_out *out, const struct lx_mount *mount)
{
    char room[4];
    char tag[LINES_TAG_LENGTH + 1];
    if (form_of(mount) != LX_VIRTIOFS) {
        drive_line_path(out, mount, shown_source(mount, room));
        return;
    }
    lines_tag(lx_source(mount), tag);
    lines_put(out, tag);
}

void drive_line_type(struct lines_out *out, const struct lx_mount *mount)
{
    if (is_plan9(mount))
        lines_put(out, "9p");
    else if (form_of(mount) == LX_VIRTIOFS)
        lines_put(out, "virtiofs");
    else
        lines_put(out, lx_mount_type_word((enum lx_mount_type)mount->type));
}

static void put_access(struct lines_out *out, const struct lx_mount *mount)
{
    lines_put(out, (mount->flags & LX_MOUNT_READONLY) != 0 ? "ro" : "rw");
}

void drive_line_flags(struct lines_out *out, unsigned long flags)
{
    static const struct {
        unsigned long flag;
        const char *word;
    } words[] = {{MS_NOSUID, ",nosuid"}, {MS_NODEV, ",nodev"}, {MS_NOEXEC, ",noexec"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if ((flags & words[i].flag) != 0)
            lines_put(out, words[i].word);
    if ((flags & MS_NOATIME) != 0)
        lines_put(out, ",noatime");
    if ((flags & MS_NODIRATIME) != 0)
        lines_put(out, ",nodiratime");
    /* What the kernel does where it is told nothing. */
    if ((flags & (MS_NOATIME | MS_STRICTATIME)) == 0)
        lines_put(out, ",relatime");
    if ((flags & MS_NOSYMFOLLOW) != 0)
        lines_put(out, ",nosymfollow");
}

static void put_flags(struct lines_out *out, const struct lx_mount *mount)
{
    bool noatime = (mount->flags & LX_MOUNT_NOATIME) != 0;
    drive_line_flags(out, mount->shown | (noatime ? (unsigned long)MS_NOATIME : 0));
}

void drive_line_options(struct lines_out *out, const struct lx_mount *mount)
{
    put_access(out, mount);
    put_flags(out, mount);
}

/* Options of the file system's own: words behind a comma each, or of 9p behind a semicolon. */
struct words {
    struct lines_out *out;
    const struct lx_mount *mount;
    const char *separator;
};

static void put_word(const struct words *w, const char *word, const char *value, size_t n)
{
    lines_put(w->out, w->separator);
    lines_put(w->out, word);
    put_escaped(w->out, value, n, is_plan9(w->mount) ? BLANKS : escaped_of(w->mount));
}

static void put_id(const struct words *w, const char *word, uint32_t id)
{
    if (id == 0)
        return;
    put_word(w, word, "", 0);
    lines_number(w->out, id);
}

static void put_mask(const struct words *w, const char *word, uint32_t mask)
{
    char digits[12];
    size_t at = sizeof(digits);
    for (uint32_t left = mask; left > 0; left /= 8)
        digits[--at] = (char)('0' + left % 8);
    if (mask != 0)
        put_word(w, word, digits + at, sizeof(digits) - at);
}

static void put_metadata(const struct words *w, bool here)
{
    if (here && lx_metadata(w->mount))
        put_word(w, "metadata", "", 0);
}

/* What case= says, unless that goes without saying. [WSL#3393: nothing of a default of dir] */
static void put_case(const struct words *w)
{
    const struct lx_mount *m = w->mount;
    enum lx_value option = (enum lx_value)m->case_option;
    bool stated = option != lx_rule(m, LX_RULE_CASE_DIRECTORIES);
    const char *value = lx_value_word(option);
    if (option != LX_SENSITIVE && (stated || (option == LX_OFF && is_drvfs(m))))
        put_word(w, "case=", value, strlen(value));
}

/*
 * What options came to: of WSL1 whoever mounted and however he spelled them, with metadata behind
 * the masks [WSL#3195 of 17134; WSL#3963, WSL#3967 of 18865; WSL#4038 has it first]; of 9p where
 * nobody spelled any, with metadata first (inference).
 */
static void put_settings(const struct words *w)
{
    const struct lx_mount *m = w->mount;
    const uint32_t both = m->file_mask & m->dir_mask;
    bool first = !is_drvfs(m);
    put_metadata(w, first);
    put_id(w, "uid=", m->uid);
    put_id(w, "gid=", m->gid);
    put_mask(w, "umask=", both);
    put_mask(w, "fmask=", m->file_mask & ~both);
    put_mask(w, "dmask=", m->dir_mask & ~both);
    put_metadata(w, !first);
    put_case(w);
}

/* True where a word (n bytes) begins with another. */
static bool begins(const char *word, size_t n, const char *with)
{
    size_t length = strlen(with);
    return n >= length && memcmp(word, with, length) == 0;
}

/* True for a word that 9p's client hands on to Windows; it keeps the others to itself. */
static bool is_handed_on(const char *word, size_t n)
{
    static const char *const words[] = {
        "metadata", "case=", "uid=", "gid=", "umask=", "dmask=", "fmask=", "symlinkroot=", "ro"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (begins(word, n, words[i]) &&
            (n == strlen(words[i]) || words[i][strlen(words[i]) - 1] == '='))
            return true;
    return false;
}

/*
 * Those of 9p that were spelled, as they were, without what the volume has no room for. [WSL#4200]
 * True where there is one that begins with `wanted`.
 */
static bool put_given(const struct words *w, const char *list, const char *wanted)
{
    bool found = false;
    while (*list != '\0') {
        size_t n = strcspn(list, ",");
        bool dropped =
            n == strlen("metadata") && begins(list, n, "metadata") && !lx_metadata(w->mount);
        if (n > 0 && !dropped && is_handed_on(list, n))
            put_word(w, "", list, n);
        found = found || begins(list, n, wanted);
        list += n + (list[n] == ',');
    }
    return found;
}

/* The one option of WSL1's that comes to nothing here, as it was spelled. [vendor's suite] */
static void put_fallback(const struct words *w, const char *list)
{
    while (list != NULL && *list != '\0') {
        size_t n = strcspn(list, ",");
        if (begins(list, n, "fallback="))
            put_word(w, "", list, n);
        list += n + (list[n] == ',');
    }
}

static void put_drvfs(struct lines_out *out, const struct lx_mount *mount)
{
    const struct words w = {out, mount, ","};
    put_settings(&w);
    put_fallback(&w, lx_mount_text(mount, mount->options));
}

/* Of 9p: what the server at the other end is told. Its client does not escape backslashes. */
static void put_plan9(struct lines_out *out, const struct lx_mount *mount)
{
    const struct words w = {out, mount, ";"};
    char room[4];
    const char *source = shown_source(mount, room);
    const char *given = lx_mount_text(mount, mount->options);
    const char *root = lx_mount_text(mount, mount->symlinkroot);
    bool share = strncmp(source, "//", 2) == 0 || strncmp(source, "\\\\", 2) == 0;
    lines_put(out, share ? ",aname=drvfs;path=UNC\\" : ",aname=drvfs;path=");
    source += share ? 2 : 0;
    put_escaped(out, source, strlen(source), BLANKS);
    if (given == NULL)
        put_settings(&w);
    if (given == NULL || !put_given(&w, given, "symlinkroot=")) {
        root = root == NULL ? "/mnt/" : root;
        put_word(&w, "symlinkroot=", root, strlen(root));
    }
    lines_put(out, form_of(mount) == LX_PLAN9_MMAP ? ",mmap" : ",cache=0x5");
    lines_put(out, ",access=client,msize=65536,trans=fd,rfd=8,wfd=8");
}

/* Flags of a file system as a whole. */
static void put_super_flags(struct lines_out *out, const struct lx_mount *mount)
{
    if ((mount->shown & MS_SYNCHRONOUS) != 0)
        lines_put(out, ",sync");
    if ((mount->shown & MS_DIRSYNC) != 0 || form_of(mount) == LX_PLAN9_MMAP)
        lines_put(out, ",dirsync");
}

static void put_own(struct lines_out *out, const struct lx_mount *mount)
{
    const char *given = lx_mount_text(mount, mount->options);
    bool made_up = lx_mount_type_has((enum lx_mount_type)mount->type, LX_TYPE_MADE_UP);
    if (made_up && given != NULL) {
        lines_put(out, ",");
        lines_put(out, given);
    } else if (is_plan9(mount))
        put_plan9(out, mount);
    else if (is_drvfs(mount))
        put_drvfs(out, mount);
}

void drive_line_super(struct lines_out *out, const struct lx_mount *mount)
{
    put_access(out, mount);
    put_super_flags(out, mount);
    put_own(out, mount);
}

void drive_line_all_options(struct lines_out *out, const struct lx_mount *mount)
{
    put_access(out, mount);
    put_super_flags(out, mount);
    put_flags(out, mount);
    put_own(out, mount);
}
