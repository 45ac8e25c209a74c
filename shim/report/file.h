/* SPDX-License-Identifier: MIT */
/* Files that reports are written to. */
#ifndef LXSHIM_REPORT_FILE_H
#define LXSHIM_REPORT_FILE_H

#include "report/formats.h"

/* FORMAT or FORMAT:FILE, as it was asked for. */
struct report_order {
    const struct report_format *format;
    const char *file; /* NULL for standard output */
};

/* Reads one, of a table of formats. False where there is no such format. */
bool report_order_read(const struct report_format *formats, const char *text,
                       struct report_order *out);

/*
 * 0 where a report may be written to a file: it is not there, is empty, or is one that we have
 * written in that form. -EEXIST where it is somebody else's; or -errno.
 */
int report_file_check(const struct report_order *order);

/*
 * Writes a settled report: beside the file first, so that there is a whole one at any time. Returns
 * 0 or -errno.
 */
int report_file_write(const struct report_order *order, struct report *report);

#endif
