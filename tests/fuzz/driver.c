/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target without a fuzzer: on every file of a corpus, and on mutations of them that are
 * the same each time. What finds new bugs is `make fuzz`; this keeps the old ones found.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX 65536
#define MUTATIONS 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state = 1;

static uint32_t next_random(void)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33);
}

/* Runs a copy of exactly the size, so that a read beyond its end is seen. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL)
        abort();
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static size_t mutate(uint8_t *data, size_t size)
{
    for (uint32_t n = next_random() % 4 + 1; n > 0 && size > 0; n--) {
        size_t at = next_random() % size;
        switch (next_random() % 4) {
        case 0:
            data[at] = (uint8_t)next_random();
            break;
        case 1:
            data[at] ^= (uint8_t)(1u << next_random() % 8);
            break;
        case 2: /* cut */
            size = at;
            break;
        default: /* repeat a part */
            if (size + (size - at) <= INPUT_MAX) {
                memmove(data + size, data + at, size - at);
                size += size - at;
            }
            break;
        }
    }
    return size;
}

static void run_file(const char *path)
{
    static uint8_t data[INPUT_MAX];
    static uint8_t work[INPUT_MAX];
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        perror(path);
        exit(1);
    }
    size_t size = fread(data, 1, sizeof(data), f);
    fclose(f);
    run(data, size);
    for (int i = 0; i < MUTATIONS; i++) {
        memcpy(work, data, size);
        run(work, mutate(work, size));
    }
}

int main(int argc, char **argv)
{
    unsigned files = 0;
    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        if (dir == NULL) {
            perror(argv[i]);
            return 1;
        }
        for (struct dirent *e; (e = readdir(dir)) != NULL;) {
            char path[4096];
            if (e->d_name[0] == '.')
                continue;
            snprintf(path, sizeof(path), "%s/%s", argv[i], e->d_name);
            run_file(path);
            files++;
        }
        closedir(dir);
    }
    if (files == 0) {
        fputs("no corpus\n", stderr);
        return 1;
    }
    return 0;
}
