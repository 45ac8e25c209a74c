/* SPDX-License-Identifier: MIT */
/* The state of a process, as a hostile environment could bring it: base64, then an image. */
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As a call does that overrides may be about. */
static void look_through(const struct lx_image *image, size_t length)
{
    const struct lx_image_override *o;
    if (image->override_count == 0)
        return;
    struct lx_image_look look = lx_image_look(image, "a/b");
    for (uint32_t n = 0; lx_image_look_on(image, &look, &o) != 0; n++) {
        const char *path = lx_image_string(image, o->path);
        if (n > 2 * image->override_count || (path != NULL && strlen(path) > length))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct lx_policy policy;
    char *text = malloc(size + 1);
    char *image = aligned_alloc(8, (size + 8) / 8 * 8);
    if (text == NULL || image == NULL)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    long n = lx_base64_decode(text, image, size);
    /* Most inputs are no base64: try the bytes themselves as an image as well. */
    for (int round = 0; round < 2; round++) {
        size_t length = n < 0 ? size : (size_t)n;
        if (n < 0 || round == 1) {
            memcpy(image, data, size);
            length = size;
        }
        if (length >= sizeof(struct lx_image) &&
            lx_policy_attach(&policy, (const struct lx_image *)(const void *)image, length) == 0) {
            for (unsigned i = 0; i < policy.mount_count; i++)
                if (strlen(policy.mounts[i].target) + strlen(policy.mounts[i].source) > 2 * length)
                    abort();
            look_through(policy.image, length);
        }
    }
    free(text);
    free(image);
    return 0;
}
