/* SPDX-License-Identifier: MIT */
/* What a bisect has found, for people and for programs. */
#ifndef LXSHIM_BISECT_WORDS_H
#define LXSHIM_BISECT_WORDS_H

#include "bisect/minimal.h"

/* Prints a result as text, or as one object in JSON. */
void words_text(struct session *session, const struct plan_result *result,
                const struct bisect_about *about, FILE *out);
void words_json(struct session *session, const struct plan_result *result,
                const struct bisect_about *about, FILE *out);

/* What is known where a signal has ended it, in one line: from how many runs, and what of them. */
void words_interrupted(const struct session *session, const struct plan_result *result, char *out,
                       size_t room);

#endif
