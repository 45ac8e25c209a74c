/* SPDX-License-Identifier: MIT */
#include "matrix/outcome.h"

const struct report_format outcome_formats[] = {
    {"text", "a table", "\nlxshim matrix: ", outcome_text},
    {"json", "everything, for programs and for lxshim matrix merge", "\"tool\": \"lxshim\"",
     outcome_json},
    {"markdown", "a table of a page, as of a pull request", "<!-- lxshim matrix -->",
     outcome_markdown},
    {"junit", "test reports of Jenkins, GitLab and others", "<testsuites name=\"lxshim\"",
     outcome_junit},
    {NULL, NULL, NULL, NULL}};
