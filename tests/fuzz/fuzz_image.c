/* SPDX-License-Identifier: MIT */
/*
 * The state of a process, as a hostile environment could bring it: a value of LXSHIM_STATE, the
 * bytes of an image, and an image that has been one.
 */
#include "tests/fuzz/states.h"

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

/* An image of exactly that size, so that a read beyond its end is seen. */
static void take(const char *bytes, size_t size)
{
    static struct lx_policy policy;
    char *image = malloc(size > 0 ? size : 1);
    if (image == NULL)
        abort();
    memcpy(image, bytes, size);
    if (lx_policy_attach(&policy, (const struct lx_image *)(const void *)image, size) == 0) {
        look_through(policy.image, size);
        states_use(&policy, image);
    }
    free(image);
}

/* A value, where the input is one. */
static void take_value(const uint8_t *data, size_t size)
{
    struct lx_state state;
    char *text = calloc(1, size + 1);
    char *image = calloc(1, size + 1);
    if (text == NULL || image == NULL)
        abort();
    memcpy(text, data, size);
    if (lx_state_parse(text, &state) == 0 && state.image != NULL) {
        long n = lx_base64_decode(state.image, image, size);
        if (n >= 0)
            take(image, (size_t)n);
    } else if (state.file != NULL && state.file[0] != '/') {
        abort();
    }
    free(text);
    free(image);
}

/* The sample with other bytes, three of the input for each: where, and which. */
static void take_sample(const uint8_t *data, size_t size)
{
    static char sample[8192] __attribute__((aligned(8)));
    size_t n = states_sample(sample, sizeof(sample));
    for (size_t i = 0; i + 2 < size; i += 3)
        sample[((size_t)data[i] << 8 | data[i + 1]) % n] = (char)data[i + 2];
    take(sample, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    take_value(data, size);
    take((const char *)data, size);
    take_sample(data, size);
    return 0;
}
