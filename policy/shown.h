/* SPDX-License-Identifier: MIT */
/* Text of somebody else's, made fit for a terminal. */
#ifndef LXSHIM_POLICY_SHOWN_H
#define LXSHIM_POLICY_SHOWN_H

#include <stdbool.h>

/*
 * Puts "?" for what would move a terminal's cursor, or turn its words around: control characters
 * (U+0000 to U+001F, U+007F to U+009F), separators of lines, marks of the direction of writing
 * (Unicode's Bidi_Control), and bytes that are no UTF-8, which a terminal of another encoding takes
 * for such. `lines`: but for the ends of lines. In place; returns the text.
 */
char *lx_shown(char *text, bool lines);

#endif
