/* SPDX-License-Identifier: MIT */
/*
 * Feeds bytes to the reader of traces, and writes a report of what it has found in one of the
 * forms: with -fsanitize=fuzzer it is a fuzz target.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/formats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * A form, which the input's length chooses, is of some length, whatever is in the trace. github is
 * left out: it appends to a file.
 */
static void write_one(struct report *report, size_t which)
{
    char *text = NULL;
    size_t forms = 0;
    size_t n = 0;
    while (report_formats[forms].word != NULL)
        forms++;
    const struct report_format *f = &report_formats[which % forms];
    FILE *out = f->write == report_github ? NULL : open_memstream(&text, &n);
    if (out == NULL)
        return;
    f->write(report, out);
    if (fclose(out) != 0 || n == 0)
        abort();
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct report_about about = {.directory = "/project", .status = size % 2 == 0 ? -1 : 1};
    struct report report;
    if (data == NULL || size == 0)
        return 0;
    FILE *in = fmemopen((void *)(uintptr_t)data, size, "r");
    if (in == NULL)
        return 0;
    report_start(&report, &about);
    if (report_read(&report, in) != 0 || report.damaged > report.lines ||
        report.left_out > report.refused)
        abort();
    report_settle(&report);
    write_one(&report, size / 2);
    report_free(&report);
    fclose(in);
    return 0;
}
