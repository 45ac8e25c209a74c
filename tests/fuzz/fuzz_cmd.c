/* SPDX-License-Identifier: MIT */
/* A line of cmd.exe's: taken apart, nothing is lost and nothing overflows. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "win/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct win_line line;
    char word[16];
    char *text = malloc(size + 1);
    check(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    const char *rest = text;
    size_t total = 0;
    do {
        const char *next = win_take_command(rest, &line);
        check(next >= rest && next <= text + strlen(text));
        size_t taken = strlen(line.text) + strlen(line.target) + strlen(line.source);
        check(taken <= (size_t)(next - rest) && strlen(line.text) < WIN_LINE);
        total += taken;
        /* Every joint takes something, so that a line comes to an end. */
        check(line.joint == WIN_END || next > rest);
        check(line.joint != WIN_END || *next == '\0' || strlen(line.text) == WIN_LINE - 1);
        rest = next;
    } while (line.joint != WIN_END && line.joint != WIN_MISPLACED);
    check(total <= size);
    for (rest = win_skip_blanks(text); *rest != '\0'; rest = win_skip_blanks(rest)) {
        const char *next = win_read_word(rest, word, sizeof(word));
        check(strlen(word) < sizeof(word) && (next == NULL || next >= rest));
        rest = next != NULL && next > rest ? next : rest + 1;
    }
    free(text);
    return 0;
}
