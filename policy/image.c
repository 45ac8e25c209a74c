/* SPDX-License-Identifier: MIT */
#include "policy/image.h"

#include <errno.h>
#include <string.h>

static int string_ok(const struct lx_image *image, uint32_t offset)
{
    if (offset == 0)
        return 1;
    if (offset < sizeof(*image) || offset >= image->size)
        return 0;
    return memchr((const char *)image + offset, '\0', image->size - offset) != NULL;
}

static int table_ok(const struct lx_image *image, uint32_t offset, uint32_t count, size_t each)
{
    if (count == 0)
        return 1;
    return offset >= sizeof(*image) && offset % 8 == 0 && offset <= image->size &&
           count <= (image->size - offset) / each;
}

static int mount_ok(const struct lx_image *image, const struct lx_image_mount *mount)
{
    if (mount->source == 0 || mount->target == 0 || mount->backing == 0)
        return 0;
    if (!string_ok(image, mount->source) || !string_ok(image, mount->target) ||
        !string_ok(image, mount->backing) || !string_ok(image, mount->label) ||
        !string_ok(image, mount->symlinkroot))
        return 0;
    if (lx_image_string(image, mount->target)[0] != '/' ||
        lx_image_string(image, mount->backing)[0] != '/')
        return 0;
    if (mount->type != LX_MOUNT_DRVFS || mount->filesystem > LX_SMB)
        return 0;
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        if (mount->rules[i] >= LX_VALUE_COUNT || !(lx_rules[i].values >> mount->rules[i] & 1))
            return 0;
    return 1;
}

int lx_image_check(const struct lx_image *image, size_t size)
{
    if (size < sizeof(*image) || image->magic != LX_IMAGE_MAGIC ||
        image->version != LX_IMAGE_VERSION || image->size != size)
        return -EINVAL;
    if (!string_ok(image, image->profile) || !string_ok(image, image->trace) ||
        !string_ok(image, image->stats))
        return -EINVAL;
    if (image->mount_count > LX_MOUNT_MAX ||
        !table_ok(image, image->mounts, image->mount_count, sizeof(struct lx_image_mount)) ||
        !table_ok(image, image->overrides, image->override_count, sizeof(struct lx_image_override)))
        return -EINVAL;
    for (uint32_t i = 0; i < image->mount_count; i++)
        if (!mount_ok(image, &lx_image_mounts(image)[i]))
            return -EINVAL;
    for (uint32_t i = 0; i < image->override_count; i++) {
        const struct lx_image_override *o = &lx_image_overrides(image)[i];
        if (!string_ok(image, o->path) || !string_ok(image, o->note) ||
            o->counter >= image->override_count || o->action > LX_OVERRIDE_ALLOW)
            return -EINVAL;
    }
    return 0;
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

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

long lx_base64_decode(const char *text, void *out, size_t room)
{
    unsigned char *bytes = out;
    size_t length = 0;
    uint32_t v = 0;
    int bits = 0;
    for (; *text != '\0'; text++) {
        int d = digit(*text);
        if (d < 0)
            return -EINVAL;
        v = v << 6 | (uint32_t)d;
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
