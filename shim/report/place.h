/* SPDX-License-Identifier: MIT */
#ifndef LXSHIM_REPORT_PLACE_H
#define LXSHIM_REPORT_PLACE_H

/*
 * Opens what a report is written to as it is, O_APPEND or O_TRUNC in flags; it is made where it is
 * missing. Nobody waits for the reader of a FIFO. A descriptor, or -errno: ENXIO for a FIFO
 * without.
 */
int report_place_open(const char *file, int flags);

/* What to say of an error of it. */
const char *report_place_word(int error);

#endif
