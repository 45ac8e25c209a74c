/* SPDX-License-Identifier: MIT */
#include "report/formats.h"

#include <string.h>

const struct report_format report_formats[] = {
    {"sarif", "code scanning, version 2.1.0", "\"name\": \"lxshim\"", report_sarif},
    {"junit", "test reports of Jenkins, GitLab and others", "<testsuites name=\"lxshim\"",
     report_junit},
    {"github", "annotations of a job of GitHub's, and its step summary", "::group::lxshim",
     report_github},
    {"gitlab", "code quality of GitLab's", "\"check_name\": \"lxshim", report_gitlab},
    {"tap", "the test anything protocol, version 14", "# lxshim", report_tap},
    {"json", "everything, for programs", "\"tool\": \"lxshim\"", report_json},
    {"markdown", "a page for people, as of a pull request", "<!-- lxshim -->", report_markdown},
    {"html", "one page with a timeline, without network", "content=\"lxshim", report_html},
    {NULL, NULL, NULL, NULL}};

const struct report_format *report_format_find(const struct report_format *formats,
                                               const char *word, size_t n)
{
    for (const struct report_format *f = formats; f->word != NULL; f++)
        if (strlen(f->word) == n && strncmp(f->word, word, n) == 0)
            return f;
    return NULL;
}
