/* SPDX-License-Identifier: MIT */
#include "policy/options.h"

#include <errno.h>
#include <string.h>

#include "policy/nearest.h"

/* -1 as an owner means "leave it" to chown, so nobody has it. */
#define OWNER_MAX (UINT32_MAX - 1)

enum option {
    METADATA,
    UID,
    GID,
    UMASK,
    FMASK,
    DMASK,
    CASE,
    SYMLINKROOT,
    FALLBACK,
    DRIVE_COUNT, /* those before it are a drive's alone */
    RO = DRIVE_COUNT,
    RW,
    NOATIME,
    OPTION_COUNT
};

/* After the first OPTION_COUNT: what mount(8) and the kernel take for every file system. */
const struct lx_option_info lx_option_list[] = {
    [METADATA] = {"metadata", "mode, owner and special files are kept per file", ""},
    [UID] = {"uid=", "owner of files without metadata; 0 if not given", "a decimal number"},
    [GID] = {"gid=", "group of files without metadata; 0 if not given", "a decimal number"},
    [UMASK] = {"umask=", "permissions taken from files and directories", "an octal number"},
    [FMASK] = {"fmask=", "permissions taken from files", "an octal number"},
    [DMASK] = {"dmask=", "permissions taken from directories", "an octal number"},
    [CASE] = {"case=", "which directories ignore case", "off, dir or force"},
    [SYMLINKROOT] = {"symlinkroot=", "where absolute Windows links lead", "an absolute path"},
    [FALLBACK] = {"fallback=", "a test knob of WSL1; without effect", "0, 1 or 2"},
    [RO] = {"ro", "read-only", ""},
    [RW] = {"rw", "writable; the default", ""},
    [NOATIME] = {"noatime", "shown by statfs and the mount table", ""},
#define GENERIC(word)                        \
    {                                        \
        word, "accepted, without effect", "" \
    }
    GENERIC("defaults"),
    GENERIC("atime"),
    GENERIC("relatime"),
    GENERIC("norelatime"),
    GENERIC("strictatime"),
    GENERIC("nostrictatime"),
    GENERIC("diratime"),
    GENERIC("nodiratime"),
    GENERIC("lazytime"),
    GENERIC("nolazytime"),
    GENERIC("dev"),
    GENERIC("nodev"),
    GENERIC("suid"),
    GENERIC("nosuid"),
    GENERIC("exec"),
    GENERIC("noexec"),
    GENERIC("sync"),
    GENERIC("async"),
    GENERIC("dirsync"),
    GENERIC("mand"),
    GENERIC("nomand"),
    GENERIC("iversion"),
    GENERIC("noiversion"),
    GENERIC("silent"),
    GENERIC("loud"),
    GENERIC("auto"),
    GENERIC("noauto"),
    GENERIC("user"),
    GENERIC("nouser"),
    GENERIC("users"),
    GENERIC("owner"),
    GENERIC("group"),
    GENERIC("nofail"),
    GENERIC("_netdev"),
#undef GENERIC
    {"", "", ""},
};

/* One option of a list: its word with the '=', and its value without. */
struct item {
    const char *text;
    size_t length;
    size_t word; /* length of the word */
};

static const char *value_of(const struct item *item)
{
    return item->text + item->word;
}

/* Digits of a base, all of the value, at most `most`. */
static bool number(const struct item *item, uint32_t base, uint32_t most, uint32_t *out)
{
    uint64_t value = 0;
    if (item->word == item->length)
        return false;
    for (size_t i = item->word; i < item->length; i++) {
        uint32_t digit = (uint32_t)(unsigned char)item->text[i] - '0';
        if (digit >= base)
            return false;
        value = value * base + digit;
        if (value > most)
            return false;
    }
    *out = (uint32_t)value;
    return true;
}

static bool value_is(const struct item *item, const char *word)
{
    size_t n = item->length - item->word;
    return strlen(word) == n && memcmp(value_of(item), word, n) == 0;
}

static bool read_case(const struct item *item, enum lx_value *out)
{
    static const enum lx_value values[] = {LX_OFF, LX_DIR, LX_FORCE};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        if (value_is(item, lx_value_word(values[i]))) {
            *out = values[i];
            return true;
        }
    return false;
}

/* Applies one option; false for a value it does not take. */
static bool apply(size_t option, const struct item *item, struct lx_mount_options *out)
{
    uint32_t ignored;
    switch (option) {
    case METADATA:
        out->metadata = true;
        return true;
    case UID:
        return number(item, 10, OWNER_MAX, &out->uid);
    case GID:
        return number(item, 10, OWNER_MAX, &out->gid);
    case UMASK:
        return number(item, 8, LX_MASK_MAX, &out->umask);
    case FMASK:
        return number(item, 8, LX_MASK_MAX, &out->fmask);
    case DMASK:
        return number(item, 8, LX_MASK_MAX, &out->dmask);
    case CASE:
        return read_case(item, &out->case_option);
    case SYMLINKROOT:
        out->symlinkroot = value_of(item);
        out->symlinkroot_length = item->length - item->word;
        return out->symlinkroot_length > 0 && out->symlinkroot[0] == '/';
    case FALLBACK:
        return number(item, 10, 2, &ignored);
    case RO:
    case RW:
        out->readonly = option == RO;
        return true;
    case NOATIME:
        out->noatime = true;
        return true;
    default:
        return true;
    }
}

/* The options that mounts of a type have. */
static const struct lx_option_info *options_of(enum lx_mount_type type)
{
    return lx_option_list + (lx_mount_type_has(type, LX_TYPE_DRIVE) ? 0 : (size_t)DRIVE_COUNT);
}

static void suggest(enum lx_mount_type type, const struct item *item, struct lx_option_error *error)
{
    char word[32];
    struct lx_nearest nearest;
    if (item->word >= sizeof(word))
        return;
    memcpy(word, item->text, item->word);
    word[item->word] = '\0';
    lx_nearest_start(&nearest, word);
    for (const struct lx_option_info *o = options_of(type); o->word[0] != '\0'; o++)
        lx_nearest_try(&nearest, o->word);
    error->suggestion = lx_nearest_found(&nearest);
}

static int parse_item(enum lx_mount_type type, const struct item *item,
                      struct lx_mount_options *out, struct lx_option_error *error)
{
    for (const struct lx_option_info *o = options_of(type); o->word[0] != '\0'; o++) {
        if (strlen(o->word) != item->word || memcmp(o->word, item->text, item->word) != 0)
            continue;
        if (apply((size_t)(o - lx_option_list), item, out))
            return 0;
        error->word = "bad value in the mount option";
        error->expected = o->value[0] != '\0' ? o->value : NULL;
        return -EINVAL;
    }
    error->word = item->length == 0 ? "an empty mount option" : "unknown mount option";
    error->expected =
        memchr(item->text, ' ', item->length) != NULL ? "options with commas between them"
        : lx_mount_type_has(type, LX_TYPE_DRIVE)      ? "an option of DrvFs or a flag of mount"
                                                      : "a flag of mount";
    suggest(type, item, error);
    return -EINVAL;
}

int lx_options_parse(enum lx_mount_type type, const char *text, struct lx_mount_options *out,
                     struct lx_option_error *error)
{
    *out = (struct lx_mount_options){.case_option = LX_VALUE_COUNT};
    *error = (struct lx_option_error){0};
    for (const char *at = text;; at++) {
        struct item item = {.text = at, .length = strcspn(at, ",")};
        const char *equals = memchr(at, '=', item.length);
        item.word = equals == NULL ? item.length : (size_t)(equals - at) + 1;
        int r = parse_item(type, &item, out, error);
        if (r < 0) {
            error->offset = (size_t)(at - text);
            error->length = item.length;
            return r;
        }
        at += item.length;
        if (*at == '\0')
            return 0;
    }
}
