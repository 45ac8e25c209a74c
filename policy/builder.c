/* SPDX-License-Identifier: MIT */
#include "policy/builder.h"

#include <errno.h>
#include <string.h>

static size_t aligned(size_t n)
{
    return (n + 7) & ~(size_t)7;
}

struct lx_image *lx_builder_start(struct lx_builder *b, void *buf, size_t room,
                                  uint32_t mount_count, uint32_t override_count)
{
    size_t mounts = aligned(sizeof(struct lx_image));
    size_t mounted = aligned(mounts + mount_count * sizeof(struct lx_mount));
    size_t overrides = aligned(mounted + sizeof(struct lx_mounts) + mount_count * sizeof(int32_t));
    size_t buckets = aligned(overrides + override_count * sizeof(struct lx_image_override));
    uint32_t bucket_count = override_count == 0 ? 0 : 1;
    while (bucket_count < override_count)
        bucket_count *= 2;
    size_t size = aligned(buckets + bucket_count * sizeof(uint32_t));
    *b = (struct lx_builder){.buf = buf, .room = room, .size = size};
    if (size > room) {
        b->error = -ENOSPC;
        return NULL;
    }
    memset(buf, 0, size);
    struct lx_image *image = buf;
    image->magic = LX_IMAGE_MAGIC;
    image->version = LX_IMAGE_VERSION;
    image->rule_count = LX_RULE_COUNT;
    image->mounts = (uint32_t)mounts;
    image->mounted = (uint32_t)mounted;
    image->mount_count = mount_count;
    image->overrides = (uint32_t)overrides;
    image->override_count = override_count;
    image->counters = override_count;
    image->buckets = (uint32_t)buckets;
    image->bucket_count = bucket_count;
    return image;
}

/* The chain a glob belongs to: of its path, or of all that have wildcards. */
static uint32_t *chain_of(struct lx_image *image, const char *glob)
{
    if (glob == NULL || glob[strcspn(glob, "*?[\\")] != '\0')
        return &image->wild;
    return (uint32_t *)(uintptr_t)&lx_image_buckets(image)[lx_image_bucket(image, glob)];
}

void lx_builder_overrides(struct lx_builder *b)
{
    struct lx_image *image = (void *)b->buf;
    struct lx_image_override *overrides =
        (struct lx_image_override *)(uintptr_t)lx_image_overrides(image);
    if (b->error != 0)
        return;
    /* From the last, so that a chain has the first before it. */
    for (uint32_t i = image->override_count; i-- > 0;) {
        uint32_t *chain = chain_of(image, lx_image_string(image, overrides[i].path));
        overrides[i].next = *chain;
        *chain = i + 1;
        image->override_ops |= overrides[i].ops;
    }
}

uint32_t lx_builder_string(struct lx_builder *b, const char *s)
{
    if (s == NULL)
        return 0;
    size_t n = strlen(s) + 1;
    if (b->error != 0 || n > b->room - b->size || b->size > UINT32_MAX / 2) {
        b->error = -ENOSPC;
        return 0;
    }
    memcpy(b->buf + b->size, s, n);
    b->size += n;
    return (uint32_t)(b->size - n);
}

uint32_t lx_builder_block(struct lx_builder *b, const void *data, size_t size)
{
    size_t at = aligned(b->size);
    if (b->error != 0 || at > b->room || size > b->room - at || at > UINT32_MAX / 2) {
        b->error = -ENOSPC;
        return 0;
    }
    memset(b->buf + b->size, 0, at - b->size);
    memcpy(b->buf + at, data, size);
    b->size = at + size;
    return (uint32_t)at;
}

/* "C:", "C:\" and "C:/" are a whole volume; "C:\dir" is not. */
static int is_volume_root(const char *source)
{
    return lx_source_has_letter(source) && source[2 + strspn(source + 2, "/\\")] == '\0';
}

uint32_t lx_builder_text(struct lx_builder *b, const struct lx_mount *mount, const char *s)
{
    uint32_t offset = lx_builder_string(b, s);
    return offset == 0 ? 0 : offset - (uint32_t)((const char *)mount - b->buf);
}

void lx_builder_mount(struct lx_builder *b, struct lx_mount *mount, const char *source,
                      const char *target, const char *backing)
{
    *mount = lx_mount_blank(LX_MOUNT_DRVFS);
    mount->source = lx_builder_text(b, mount, source);
    mount->target = lx_builder_text(b, mount, target);
    mount->backing = lx_builder_text(b, mount, backing);
    mount->flags = is_volume_root(source) ? LX_MOUNT_VOLUME_ROOT : 0;
}

/* Says of every mount what follows from the rest of it, and where it is. */
static void settle_mounts(struct lx_image *image)
{
    struct lx_mount *mounts = (struct lx_mount *)(uintptr_t)lx_image_mounts(image);
    struct lx_mounts *mounted = (struct lx_mounts *)(uintptr_t)lx_image_mounted(image);
    mounted->count = image->mount_count;
    mounted->translated = 0;
    mounted->masked = 0;
    for (uint32_t i = 0; i < image->mount_count; i++) {
        mounts[i].place = (uint8_t)(i + 1);
        mounts[i].number = i + 1;
        mounts[i].device = lx_mount_minor(i + 1);
        /* By both its names it is one mount. */
        if (i > 0 && mounts[i].bind_alias != 0 &&
            strcmp(lx_bind_alias(&mounts[i]), lx_backing(&mounts[i - 1])) == 0) {
            mounts[i].device = mounts[i - 1].device;
            mounts[i].flags |= LX_MOUNT_OWN_NAME;
        }
        lx_mount_settle(&mounts[i]);
        mounted->translated += !lx_in_place(&mounts[i]);
        mounted->masked += lx_masked_mode(&mounts[i]);
        mounted->at[i] = (int32_t)((const char *)&mounts[i] - (const char *)mounted);
    }
}

long lx_builder_end(struct lx_builder *b)
{
    lx_builder_string(b, ""); /* the last byte is a NUL */
    if (b->error != 0)
        return b->error;
    ((struct lx_image *)(void *)b->buf)->size = (uint32_t)b->size;
    settle_mounts((void *)b->buf);
    return (long)b->size;
}

void lx_builtin_source(const char *directory, char *out, size_t room)
{
    size_t n = 2;
    out[0] = 'C';
    out[1] = ':';
    for (; *directory != '\0' && n + 1 < room; directory++)
        out[n++] = (char)(*directory == '/' ? '\\' : *directory);
    out[n] = '\0';
}

long lx_builtin_image(void *buf, size_t room, const char *directory, uid_t uid, gid_t gid,
                      const char *trace, int trace_all, const char *programs)
{
    struct lx_builder b;
    char source[4096 + 8];
    struct lx_image *image = lx_builder_start(&b, buf, room, 1, 0);
    if (image == NULL)
        return b.error;
    struct lx_mount *mount = (struct lx_mount *)(uintptr_t)lx_image_mounts(image);
    lx_builtin_source(directory, source, sizeof(source));
    lx_builder_mount(&b, mount, source, directory, directory);
    mount->uid = uid;
    mount->gid = gid;
    mount->flags |= LX_MOUNT_NOATIME;
    mount->label = lx_builder_text(&b, mount, LX_BUILTIN_LABEL);
    mount->serial = LX_BUILTIN_SERIAL;
    image->profile = lx_builder_string(&b, "drvfs");
    image->trace = lx_builder_string(&b, trace);
    image->programs = lx_builder_string(&b, programs);
    if (trace_all)
        image->flags |= LX_IMAGE_TRACE_ALL;
    return lx_builder_end(&b);
}
