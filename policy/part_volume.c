/* SPDX-License-Identifier: MIT */
/* Volumes and shares in a policy, and the sources that lead to them. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "policy/nearest.h"
#include "policy/part.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define LABEL_MAX 32 /* characters, of NTFS */

/* Characters that no name of Windows' has; slashes are the caller's affair. */
static const char *bad_character(const char *text)
{
    for (; *text != '\0'; text++)
        if (strchr("\"*:<>?|", *text) != NULL || (unsigned char)*text < ' ')
            return text;
    return NULL;
}

/* What follows "\\host\share"; NULL where that is not all there. */
static const char *behind_share(const char *source)
{
    size_t host = strcspn(source + 2, "/\\");
    const char *share = source + 2 + host;
    share += *share != '\0';
    size_t n = strcspn(share, "/\\");
    return host > 0 && n > 0 ? share + n : NULL;
}

int lx_check_source(struct lx_load *load, struct lx_place place, const char *source)
{
    static const char expected[] =
        "expected a drive such as C:, a directory such as C:\\dir, a share "
        "such as \\\\host\\share, or a volume's name";
    const char *name = source;
    if (source[0] == '\0')
        return lx_refuse(load, place, "an empty source, %s", expected);
    if (lx_source_is_network(source)) {
        if (behind_share(source) == NULL)
            return lx_refuse(load, place, "source \"%s\" has no host and share, %s", source,
                             expected);
    } else if (source[0] == '/' || source[0] == '\\') {
        return lx_refuse(load, place, "source \"%s\" is no name of Windows', %s", source, expected);
    } else if (isalpha((unsigned char)source[0]) && source[1] == ':') {
        name += 2;
        if (*name != '\0' && *name != '\\' && *name != '/')
            return lx_refuse(load, place, "source \"%s\" has no slash after the drive, %s", source,
                             expected);
    }
    if (bad_character(name) != NULL)
        return lx_refuse(load, place, "source \"%s\" has a character no Windows name has, %s",
                         source, expected);
    return 0;
}

/* "ntfs, fat or smb" */
static const char *expected_kinds(struct lx_load *load)
{
    const char *list = lx_filesystem_word(0);
    for (unsigned i = 1; i < LX_FILESYSTEMS; i++)
        list = lx_arena_format(load->arena, "%s%s%s", list, i + 1 < LX_FILESYSTEMS ? ", " : " or ",
                               lx_filesystem_word((enum lx_filesystem)i));
    return list;
}

int lx_refuse_filesystem(struct lx_load *load, struct lx_place place, const char *word)
{
    struct lx_nearest nearest;
    lx_nearest_start(&nearest, word);
    for (unsigned i = 0; i < LX_FILESYSTEMS; i++)
        lx_nearest_try(&nearest, lx_filesystem_word((enum lx_filesystem)i));
    return lx_refuse_word(load, place, lx_nearest_found(&nearest),
                          "unknown file system \"%s\", expected %s", word, expected_kinds(load));
}

static int read_filesystem(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_volume_facts *volume = out;
    const char *word = lx_read_string(load, node, expected_kinds(load));
    if (word == NULL)
        return -EINVAL;
    volume->filesystem = lx_filesystem_find(word);
    return volume->filesystem != LX_FILESYSTEMS
               ? 0
               : lx_refuse_filesystem(load, lx_place_of(node), word);
}

static int read_label(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_volume_facts *volume = out;
    size_t characters = 0;
    volume->label = lx_read_string(load, node, "a volume label");
    if (volume->label == NULL)
        return -EINVAL;
    for (const char *p = volume->label; *p != '\0'; p++)
        characters += (*p & 0xC0) != 0x80;
    return characters <= LABEL_MAX
               ? 0
               : lx_refuse(load, lx_place_of(node),
                           "a volume label of %zu characters, expected at most %d", characters,
                           LABEL_MAX);
}

static int read_serial(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_volume_facts *volume = out;
    const char *text = lx_read_string(load, node, "a serial number such as \"E033-CB3E\"");
    if (text == NULL)
        return -EINVAL;
    volume->serial = 0;
    for (size_t i = 0; i < 9; i++) {
        char c = text[i];
        if (i == 4 ? c != '-' : !isxdigit((unsigned char)c))
            return lx_refuse(load, lx_place_of(node),
                             "serial number \"%s\", expected one such as \"E033-CB3E\"", text);
        if (i != 4)
            volume->serial =
                volume->serial << 4 |
                (uint32_t)(isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return text[9] == '\0'
               ? 0
               : lx_refuse(load, lx_place_of(node),
                           "serial number \"%s\", expected one such as \"E033-CB3E\"", text);
}

int lx_read_volume_facts(struct lx_load *load, const struct lx_node *node,
                         struct lx_volume_facts *out)
{
    static const struct lx_key keys[] = {
        {"filesystem", read_filesystem}, {"label", read_label}, {"serial", read_serial}};
    return lx_read_object(load, node, "\"volume\"", keys, SIZE(keys), out);
}

static int read_backing(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_volume_part *volume = out;
    volume->backing_place = lx_place_of(node);
    volume->backing = lx_read_string(load, node, "the directory that holds the volume's files");
    return volume->backing != NULL ? 0 : -EINVAL;
}

/* A folder of Windows', by the letter of the volume that it is on. */
static int read_folder(struct lx_load *load, const struct lx_node *node, struct lx_folder_part *out)
{
    static const char expected[] = "a folder such as C:\\dir";
    char rest[PATH_MAX];
    out->place = lx_place_of(node);
    out->source = lx_read_string(load, node, expected);
    if (out->source == NULL)
        return -EINVAL;
    if (!lx_source_has_letter(out->source) || bad_character(out->source + 2) != NULL ||
        lx_source_spell(out->source + 2, rest) < 0 || rest[0] == '\0')
        return lx_refuse(load, out->place, "folder \"%s\", expected %s", out->source, expected);
    return 0;
}

static int read_folders(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_volume_part *volume = out;
    size_t n = json_array_size(node->value);
    if (!json_is_array(node->value))
        return lx_refuse_type(load, node, "an array of folders such as C:\\dir");
    if (n > LX_FOLDER_MAX)
        return lx_refuse(load, lx_place_of(node), "%zu folders, expected at most %d", n,
                         LX_FOLDER_MAX);
    volume->folders = lx_arena_alloc(load->arena, n * sizeof(volume->folders[0]));
    for (; volume->folder_count < n; volume->folder_count++) {
        struct lx_node item = {.document = node->document,
                               .up = node,
                               .index = volume->folder_count,
                               .value = json_array_get(node->value, volume->folder_count)};
        int r = read_folder(load, &item, &volume->folders[volume->folder_count]);
        if (r < 0)
            return r;
    }
    return 0;
}

/* A letter with its colon, or a name that can be told from a path. */
static bool is_volume_name(const char *name)
{
    if (isalpha((unsigned char)name[0]) && name[1] == ':')
        return name[2] == '\0';
    return name[0] != '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           strpbrk(name, "/\\") == NULL && bad_character(name) == NULL;
}

static int read_one_volume(struct lx_load *load, const struct lx_node *node,
                           struct lx_volume_part *out)
{
    static const struct lx_key keys[] = {{"backing", read_backing},
                                         {"filesystem", read_filesystem},
                                         {"folders", read_folders},
                                         {"label", read_label},
                                         {"serial", read_serial}};
    out->name = lx_arena_string(load->arena, node->key, strlen(node->key));
    out->place = lx_place_of_key(node);
    out->facts.filesystem = LX_NTFS;
    if (!is_volume_name(node->key))
        return lx_refuse(load, out->place,
                         "volume \"%s\", expected a letter such as C:, or a name without slashes "
                         "and colons",
                         node->key);
    int r = lx_read_object(load, node, "a volume", keys, SIZE(keys), out);
    if (r == 0 && out->backing == NULL)
        r = lx_refuse(
            load, out->place,
            "volume \"%s\" has no \"backing\", expected the directory that holds its files",
            node->key);
    return r;
}

/* The members of an object of names that are no comments. */
static size_t count_names(const struct lx_node *node)
{
    return json_object_size(node->value) - (json_object_get(node->value, "//") != NULL);
}

int lx_read_volumes(struct lx_load *load, const struct lx_node *node, struct lx_part *out)
{
    const char *key;
    json_t *value;
    if (!json_is_object(node->value))
        return lx_refuse_type(load, node, "an object of volumes");
    size_t n = count_names(node);
    if (n > LX_VOLUME_MAX)
        return lx_refuse(load, lx_place_of(node), "%zu volumes, expected at most %d", n,
                         LX_VOLUME_MAX);
    out->has_volumes = true;
    out->volumes = lx_arena_alloc(load->arena, n * sizeof(out->volumes[0]));
    json_object_foreach(node->value, key, value)
    {
        struct lx_node member = {
            .document = node->document, .up = node, .key = key, .value = value};
        if (strcmp(key, "//") == 0)
            continue;
        int r = read_one_volume(load, &member, &out->volumes[out->volume_count++]);
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_one_share(struct lx_load *load, const struct lx_node *node,
                          struct lx_share_part *out)
{
    out->name = lx_arena_string(load->arena, node->key, strlen(node->key));
    out->place = lx_place_of_key(node);
    out->volume_place = lx_place_of(node);
    const char *behind = lx_source_is_network(node->key) ? behind_share(node->key) : NULL;
    if (behind == NULL || *behind != '\0' || bad_character(node->key) != NULL)
        return lx_refuse(load, out->place, "share \"%s\", expected \\\\host\\share", node->key);
    out->volume = lx_read_string(load, node, "the name of a volume");
    return out->volume != NULL ? 0 : -EINVAL;
}

int lx_read_shares(struct lx_load *load, const struct lx_node *node, struct lx_part *out)
{
    const char *key;
    json_t *value;
    if (!json_is_object(node->value))
        return lx_refuse_type(load, node, "an object of shares, each with a volume's name");
    size_t n = count_names(node);
    if (n > LX_SHARE_MAX)
        return lx_refuse(load, lx_place_of(node), "%zu shares, expected at most %d", n,
                         LX_SHARE_MAX);
    out->has_shares = true;
    out->shares = lx_arena_alloc(load->arena, n * sizeof(out->shares[0]));
    json_object_foreach(node->value, key, value)
    {
        struct lx_node member = {
            .document = node->document, .up = node, .key = key, .value = value};
        if (strcmp(key, "//") == 0)
            continue;
        int r = read_one_share(load, &member, &out->shares[out->share_count++]);
        if (r < 0)
            return r;
    }
    return 0;
}
