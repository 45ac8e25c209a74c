/* SPDX-License-Identifier: MIT */
/* Whom a scanner comes to, as an image says it. */
#ifndef LXSHIM_POLICY_SCANNER_H
#define LXSHIM_POLICY_SCANNER_H

#include "policy/image.h"

/* True for a path in a mount that the scanner looks at. */
bool lx_scan_wants(const struct lx_image *image, const struct lx_image_scanner *scanner,
                   const char *path);

/* True for an event that it has chosen: by chance, which the seed decides, or by name;
 * never one that is left out by name. */
bool lx_scan_chooses(const struct lx_image *image, const struct lx_image_scanner *scanner,
                     uint64_t event);

#endif
