/* SPDX-License-Identifier: MIT */
#include "policy/image.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "policy/latency.h"
#include "policy/mount_check.h"

#define ERRNO_MAX 4095 /* the kernel's: what is below -4095 is a result */

int lx_state_parse(const char *value, struct lx_state *out)
{
    size_t length = strlen(value);
    const char *kind = value + LX_STATE_PREFIX - 1;
    *out = (struct lx_state){0};
    if (length < LX_STATE_PREFIX || length >= LX_STATE_INLINE_MAX || value[0] != LX_STATE_VERSION ||
        (value[1] != LX_STATE_PLAIN && value[1] != LX_STATE_CONFINED))
        return -EINVAL;
    out->seccomp_confined = value[1] == LX_STATE_CONFINED;
    if (kind[0] == LX_STATE_GIVER) {
        if (strspn(kind + 1, "0123456789abcdef") != LX_GIVER_LENGTH)
            return -EINVAL;
        out->giver = kind + 1;
        kind += 1 + LX_GIVER_LENGTH;
    }
    if (kind[0] == LX_STATE_INLINE)
        out->image = kind + 1;
    else if (kind[0] == LX_STATE_FILE && kind[1] == '/')
        out->file = kind + 1;
    return out->image != NULL || out->file != NULL ? 0 : -EINVAL;
}

/* The image ends with a NUL, so that what begins inside it ends there. */
static int string_ok(const struct lx_image *image, uint32_t offset)
{
    return offset == 0 || (offset >= sizeof(*image) && offset < image->size);
}

/* A file's absolute path, or none. */
static int file_ok(const struct lx_image *image, uint32_t offset)
{
    if (offset == 0)
        return 1;
    return string_ok(image, offset) && lx_image_string(image, offset)[0] == '/' &&
           strnlen(lx_image_string(image, offset), PATH_MAX) < PATH_MAX;
}

static int table_ok(const struct lx_image *image, uint32_t offset, uint32_t count, size_t each)
{
    if (count == 0)
        return 1;
    return offset >= sizeof(*image) && offset % 8 == 0 && offset <= image->size &&
           count <= (image->size - offset) / each;
}

static int mounts_ok(const struct lx_image *image)
{
    const struct lx_mounts *mounted = lx_image_mounted(image);
    if (image->mount_count > LX_IMAGE_MOUNT_MAX ||
        !table_ok(image, image->mounts, image->mount_count, sizeof(struct lx_mount)) ||
        !table_ok(image, image->mounted,
                  image->mount_count + (uint32_t)(sizeof(struct lx_mounts) / sizeof(int32_t)),
                  sizeof(int32_t)) ||
        mounted->count != image->mount_count)
        return 0;
    uint32_t translated = 0;
    uint32_t masked = 0;
    for (uint32_t i = 0; i < image->mount_count; i++) {
        const struct lx_mount *mount = &lx_image_mounts(image)[i];
        if (!lx_mount_check(image, image->size, mount) || mount->place != i + 1 ||
            mount->number != i + 1 || lx_mounts_at(mounted, i + 1) != mount)
            return 0;
        translated += !lx_in_place(mount);
        masked += lx_masked_mode(mount);
    }
    return mounted->translated == translated && mounted->masked == masked;
}

static int axes_ok(const struct lx_image *image)
{
    return image->axes == 0 || (table_ok(image, image->axes, 1, sizeof(struct lx_axes)) &&
                                lx_axes_check(lx_image_axes(image)));
}

static int volumes_ok(const struct lx_image *image)
{
    return image->volumes == 0 ||
           (table_ok(image, image->volumes, 1, sizeof(struct lx_volumes)) &&
            lx_volumes_check(lx_image_volumes(image), image->size - image->volumes));
}

static int scanner_ok(const struct lx_image *image)
{
    const struct lx_image_scanner *s = lx_image_scanner(image);
    if (s == NULL)
        return 1;
    if (!table_ok(image, image->scanner, 1, sizeof(*s)) ||
        !table_ok(image, s->globs, s->glob_count, sizeof(uint32_t)) ||
        s->event_count > UINT32_MAX - s->left_out ||
        !table_ok(image, s->events, s->event_count + s->left_out, sizeof(uint64_t)) ||
        s->least_ms > s->most_ms || s->triggers >> LX_SCAN_TRIGGERS != 0 || s->shares > 7)
        return 0;
    const uint32_t *globs = (const void *)((const char *)image + s->globs);
    for (uint32_t i = 0; i < s->glob_count; i++)
        if (globs[i] == 0 || !string_ok(image, globs[i]))
            return 0;
    return 1;
}

int lx_image_check(const struct lx_image *image, size_t size)
{
    if (size < sizeof(*image) || image->magic != LX_IMAGE_MAGIC ||
        image->version != LX_IMAGE_VERSION || image->size != size ||
        image->rule_count != LX_RULE_COUNT || (image->flags & ~(unsigned)LX_IMAGE_FLAGS) != 0 ||
        ((const char *)image)[size - 1] != '\0')
        return -EINVAL;
    if (!string_ok(image, image->profile) || !file_ok(image, image->trace) ||
        !file_ok(image, image->stats) || !file_ok(image, image->table) ||
        !file_ok(image, image->table_file) || !file_ok(image, image->programs) ||
        !string_ok(image, image->handler) || !file_ok(image, image->record))
        return -EINVAL;
    if (!mounts_ok(image) || !axes_ok(image) || !volumes_ok(image) ||
        !table_ok(image, image->overrides, image->override_count, sizeof(struct lx_image_override)))
        return -EINVAL;
    if (!scanner_ok(image))
        return -EINVAL;
    if (image->latency != 0 &&
        (lx_latency_word(image->latency) == NULL || image->counters < LX_COST_ALL ||
         image->costs > image->counters - LX_COST_ALL))
        return -EINVAL;
    if (image->occurrences != 0 &&
        (image->counters < LX_OCCURRENCES || image->occurrences > image->counters - LX_OCCURRENCES))
        return -EINVAL;
    if (image->override_count > 0 &&
        (image->bucket_count == 0 || (image->bucket_count & (image->bucket_count - 1)) != 0 ||
         !table_ok(image, image->buckets, image->bucket_count, sizeof(uint32_t))))
        return -EINVAL;
    return 0;
}

void lx_rules_work_out(const struct lx_image *image, enum lx_mount_type type,
                       enum lx_filesystem filesystem, bool metadata, uint8_t rules[LX_RULE_COUNT])
{
    const struct lx_axes *said = lx_image_axes(image);
    struct lx_axes defaults;
    if (said == NULL) {
        lx_axes_defaults(&defaults);
        said = &defaults;
    }
    lx_axes_work_out(said, type, filesystem, metadata, rules);
}

static bool condition_ok(const struct lx_image *image, const struct lx_image_override *o)
{
    const struct lx_image_condition *w = lx_image_condition(image, o);
    if (w == NULL)
        return !o->late || o->action == LX_OVERRIDE_ERRNO;
    return table_ok(image, o->condition, 1, sizeof(*w)) && string_ok(image, w->comm) &&
           (w->after_bytes == 0 || o->counter + 1 < image->counters) &&
           (w->chance == 0 || image->occurrences != 0);
}

const struct lx_image_override *lx_image_override(const struct lx_image *image, uint32_t number)
{
    if (number == 0 || number > image->override_count)
        return NULL;
    const struct lx_image_override *o = &lx_image_overrides(image)[number - 1];
    if (!string_ok(image, o->path) || !string_ok(image, o->note) || o->counter >= image->counters ||
        !condition_ok(image, o) || o->action > LX_OVERRIDE_KEEP || o->error < 0 ||
        o->error > ERRNO_MAX || o->when_errno < 0 || o->when_errno > ERRNO_MAX ||
        (o->next != 0 && o->next <= number))
        return NULL;
    return o;
}

struct lx_image_look lx_image_look(const struct lx_image *image, const char *path)
{
    return (struct lx_image_look){lx_image_buckets(image)[lx_image_bucket(image, path)],
                                  image->wild};
}

uint32_t lx_image_look_on(const struct lx_image *image, struct lx_image_look *look,
                          const struct lx_image_override **found)
{
    bool plain = look->plain != 0 && (look->wild == 0 || look->plain < look->wild);
    uint32_t *chain = plain ? &look->plain : &look->wild;
    uint32_t number = *chain;
    *found = lx_image_override(image, number);
    if (*found == NULL)
        return 0;
    *chain = (*found)->next;
    return number;
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

long lx_base64_encode(const void *data, size_t size, char *out, size_t room)
{
    const unsigned char *in = data;
    size_t length = 0;
    if (room < (size + 2) / 3 * 4 + 1)
        return -ENOSPC;
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t v = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
                     (left > 2 ? (uint32_t)in[i + 2] : 0);
        out[length++] = alphabet[v >> 18];
        out[length++] = alphabet[v >> 12 & 63];
        if (left > 1)
            out[length++] = alphabet[v >> 6 & 63];
        if (left > 2)
            out[length++] = alphabet[v & 63];
    }
    out[length] = '\0';
    return (long)length;
}

/* What a character stands for, + 64; 0 for a foreign one. */
static const uint8_t digits[256] = {
    ['A'] = 64,  ['B'] = 65,  ['C'] = 66,  ['D'] = 67,  ['E'] = 68,  ['F'] = 69,  ['G'] = 70,
    ['H'] = 71,  ['I'] = 72,  ['J'] = 73,  ['K'] = 74,  ['L'] = 75,  ['M'] = 76,  ['N'] = 77,
    ['O'] = 78,  ['P'] = 79,  ['Q'] = 80,  ['R'] = 81,  ['S'] = 82,  ['T'] = 83,  ['U'] = 84,
    ['V'] = 85,  ['W'] = 86,  ['X'] = 87,  ['Y'] = 88,  ['Z'] = 89,  ['a'] = 90,  ['b'] = 91,
    ['c'] = 92,  ['d'] = 93,  ['e'] = 94,  ['f'] = 95,  ['g'] = 96,  ['h'] = 97,  ['i'] = 98,
    ['j'] = 99,  ['k'] = 100, ['l'] = 101, ['m'] = 102, ['n'] = 103, ['o'] = 104, ['p'] = 105,
    ['q'] = 106, ['r'] = 107, ['s'] = 108, ['t'] = 109, ['u'] = 110, ['v'] = 111, ['w'] = 112,
    ['x'] = 113, ['y'] = 114, ['z'] = 115, ['0'] = 116, ['1'] = 117, ['2'] = 118, ['3'] = 119,
    ['4'] = 120, ['5'] = 121, ['6'] = 122, ['7'] = 123, ['8'] = 124, ['9'] = 125, ['-'] = 126,
    ['_'] = 127,
};

long lx_base64_decode(const char *text, void *out, size_t room)
{
    const unsigned char *in = (const unsigned char *)text;
    const unsigned char *end = in + strlen(text);
    unsigned char *bytes = out;
    size_t length = 0;
    uint32_t v = 0;
    int bits = 0;
    for (; end - in >= 4 && length + 3 <= room; in += 4) {
        unsigned a = digits[in[0]];
        unsigned b = digits[in[1]];
        unsigned c = digits[in[2]];
        unsigned d = digits[in[3]];
        if ((a & b & c & d) == 0)
            return -EINVAL;
        v = (a & 63) << 18 | (b & 63) << 12 | (c & 63) << 6 | (d & 63);
        bytes[length++] = (unsigned char)(v >> 16);
        bytes[length++] = (unsigned char)(v >> 8);
        bytes[length++] = (unsigned char)v;
    }
    for (; in < end; in++) {
        unsigned d = digits[*in];
        if (d == 0)
            return -EINVAL;
        v = v << 6 | (d & 63);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            if (length == room)
                return -ENOSPC;
            bytes[length++] = (unsigned char)(v >> bits);
        }
    }
    return (long)length;
}
