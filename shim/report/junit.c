/* SPDX-License-Identifier: MIT */
/*
 * JUnit's XML, by the parts that Jenkins, GitLab and GitHub's actions read: the command is a test,
 * and so is each kind of refused calls, which fails unless the command coped with it. Readers keep
 * the first of tests with one name: each name has what tells its kind from the others.
 */
#include <inttypes.h>

#include "report/formats.h"
#include "report/writers.h"

static void put_command(const struct report *r, FILE *out)
{
    if (r->about.command == NULL)
        return;
    fputs("    <testcase classname=\"lxshim.command\"", out);
    report_put_attribute(out, "name", r->about.command);
    if (r->about.status <= 0) {
        fputs("/>\n", out);
        return;
    }
    fprintf(out, ">\n      <failure type=\"exit\" message=\"exit status %d\"/>\n    </testcase>\n",
            r->about.status);
}

static void put_kind(struct report *r, const struct report_kind *kind, FILE *out)
{
    unsigned line;
    const char *holders = report_holders(r, kind);
    const char *cure = kind->number == LX_RULE_NONE ? NULL : report_cure(kind->number);
    const char *element = kind->level == REPORT_NOTE ? "system-out" : "failure";
    fputs("    <testcase", out);
    report_put_attribute(out, "classname", lx_arena_format(&r->arena, "lxshim.%s", kind->rule));
    report_put_attribute(out, "name",
                         lx_arena_format(&r->arena, "%s (%s, %.8s)", report_sentence(r, kind),
                                         kind->comm, kind->fingerprint));
    report_put_attribute(out, "file", report_place(r, kind, &line));
    fprintf(out, " line=\"%u\">\n      <%s", line, element);
    if (kind->level != REPORT_NOTE) {
        report_put_attribute(out, "type", kind->rule);
        report_put_attribute(out, "message", report_sentence(r, kind));
    }
    fprintf(out, ">%" PRIu64 " time%s, first %s", kind->count, kind->count == 1 ? "" : "s",
            kind->first);
    fputs("\nby ", out);
    report_put_xml(out, kind->chain);
    if (kind->frame_count > 0) {
        fputs("\nat ", out);
        report_put_xml(out, report_stack(r, kind, REPORT_FRAMES));
    }
    if (holders != NULL) {
        fputs("\nheld by ", out);
        report_put_xml(out, holders);
    }
    if (cure != NULL) {
        fputc('\n', out);
        report_put_xml(out, cure);
    }
    fputs("\nevidence: ", out);
    report_put_xml(out, kind->evidence);
    fprintf(out, "</%s>\n    </testcase>\n", element);
}

void report_junit(struct report *r, FILE *out)
{
    const char *remarks = report_remarks(r);
    size_t failures = report_count_level(r, REPORT_ERROR) + report_count_level(r, REPORT_WARNING) +
                      (r->about.command != NULL && r->about.status > 0);
    size_t tests = r->count + (r->about.command != NULL);
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuites name=\"lxshim\" tests=\"%zu\" failures=\"%zu\">\n  <testsuite",
            tests, failures);
    report_put_attribute(out, "name",
                         lx_arena_format(&r->arena, "lxshim %s",
                                         r->about.profile != NULL ? r->about.profile : "trace"));
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\">\n", tests, failures);
    put_command(r, out);
    for (size_t i = 0; i < r->count; i++)
        put_kind(r, &r->kinds[i], out);
    if (remarks[0] != '\0') {
        fputs("    <system-err>", out);
        report_put_xml(out, remarks);
        fputs("</system-err>\n", out);
    }
    fputs("  </testsuite>\n</testsuites>\n", out);
}
