/* SPDX-License-Identifier: MIT */
/*
 * Feeds bytes to the loader as a policy, and to what comes after it where they are one. With
 * -fsanitize=fuzzer it is a fuzz target; the folders of tests/policy are its first corpus.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/emit.h"
#include "policy/load.h"
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct lx_request request = {
        .directory = "/",
        .file = "p.json",
        .text = (const char *)data,
        .size = size,
        .alone = true,
    };
    struct lx_effective policy;
    struct lx_policy attached;
    void *image = NULL;
    if (data == NULL)
        return 0;
    int r = lx_effective_load(&policy, &request);
    /* It is taken, or there is one line that says why not. */
    if ((r == 0) != (policy.problem == NULL) ||
        (policy.problem != NULL && strpbrk(policy.problem, "\n\r") != NULL))
        abort();
    if (r == 0) {
        long n = lx_emit_image(&policy, &(struct lx_emit_files){NULL}, &image);
        if (n >= 0 && lx_policy_attach(&attached, image, (size_t)n) != 0)
            abort();
    }
    free(image);
    lx_effective_free(&policy);
    return 0;
}
