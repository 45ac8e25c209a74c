/* SPDX-License-Identifier: MIT */
/* Everything, for programs. */
#include "report/dump.h"
#include "report/formats.h"
#include "report/writers.h"

static json_t *stack_of(const struct report_kind *kind)
{
    json_t *stack = json_array();
    for (unsigned i = 0; i < kind->frame_count; i++) {
        const struct report_frame *f = &kind->frames[i];
        json_t *frame = json_pack("{s:s, s:s}", "function", f->function, "in", f->in);
        if (f->file != NULL) {
            json_object_set_new(frame, "file", json_string(f->file));
            json_object_set_new(frame, "line", json_integer(f->line));
        }
        json_array_append_new(stack, frame);
    }
    return stack;
}

static json_t *kind_of(struct report *r, const struct report_kind *kind)
{
    static const char *const outcomes[] = {"denied", "overridden", "observed"};
    const char *cure = kind->number == LX_RULE_NONE ? NULL : report_cure(kind->number);
    json_t *paths = json_array();
    json_t *holders = json_array();
    for (unsigned i = 0; i < 2; i++)
        if (kind->paths[i] != NULL)
            json_array_append_new(paths, json_string(kind->paths[i]));
    for (unsigned i = 0; i < kind->holder_count; i++)
        json_array_append_new(holders,
                              json_pack("{s:s, s:i, s:s, s:s*}", "comm", kind->holders[i].comm,
                                        "pid", kind->holders[i].pid, "by", kind->holders[i].by,
                                        "event", kind->holders[i].event));
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:s, s:s?, s:s, s:s, s:s, s:s?, s:s, s:o, s:I, s:o, s:s, "
        "s:s, s:s}",
        "rule", kind->rule, "outcome", outcomes[kind->outcome], "level",
        report_level_word(kind->level), "call", kind->call, "paths", paths, "result", kind->result,
        "note", kind->note, "program", kind->comm, "chain", kind->chain, "sentence",
        report_sentence(r, kind), "cure", cure, "evidence", kind->evidence, "holders", holders,
        "times", (json_int_t)kind->count, "stack", stack_of(kind), "first", kind->first, "last",
        kind->last, "fingerprint", kind->fingerprint);
}

void report_json(struct report *r, FILE *out)
{
    const struct report_about *about = &r->about;
    json_t *altered = json_object();
    const char *before = "\n  ";
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        if (r->altered[i] > 0)
            json_object_set_new(altered, lx_rules[i].id, json_integer((json_int_t)r->altered[i]));
    fputs("{\"tool\": \"lxshim\", \"version\": \"" LXSHIM_VERSION "\"", out);
    report_put_json(out, ", \"command\": ", json_pack("s?", about->command));
    report_put_json(
        out, ", \"status\": ", about->status < 0 ? json_null() : json_integer(about->status));
    report_put_json(out, ", \"profile\": ", json_pack("s?", about->profile));
    report_put_json(out, ",\n \"trace\": ",
                    json_pack("{s:I, s:I, s:I}", "lines", (json_int_t)r->lines, "damaged",
                              (json_int_t)r->damaged, "left_out", (json_int_t)r->left_out));
    report_put_json(out, ",\n \"altered\": ", altered);
    report_put_json(out, ",\n \"remarks\": ", json_string(report_remarks(r)));
    report_put_json(
        out, ",\n \"cost\": ", r->costs.client == 0 ? json_null() : report_costs_json(&r->costs));
    report_put_json(out, ",\n \"refused\": ", json_integer((json_int_t)r->refused));
    fputs(",\n \"kinds\": [", out);
    for (size_t i = 0; i < r->count; i++) {
        report_put_json(out, before, kind_of(r, &r->kinds[i]));
        before = ",\n  ";
    }
    fputs("]}\n", out);
}
