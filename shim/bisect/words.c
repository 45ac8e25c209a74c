/* SPDX-License-Identifier: MIT */
#include "bisect/words.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "bisect/examples.h"
#include "policy/presets.h"
#include "policy/shown.h"
#include "report/report.h"
#include "trial/copy.h"

/* Occurrences that are named; the policy has them all. */
#define NAMED 4

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

/* Text of a file's name, fit for a terminal. */
static const char *shown(struct session *s, const char *text)
{
    return lx_shown(lx_arena_string(&s->arena, text, strlen(text)), false);
}

/* How likely a set that fails is seen to, by the share of runs that fail: 1 - (1 - share)^runs. */
static double confidence(const struct session *s, const struct plan_result *result)
{
    double share = result->full.runs == 0 ? 1 : (double)result->full.failed / result->full.runs;
    double unseen = 1;
    for (unsigned i = 0; i < s->options->runs; i++)
        unseen *= 1 - share;
    return 1 - unseen;
}

/* Where the copy was in which a trace was made: some bisect's, which may have been interrupted. */
static void find_copy(const struct session *s, FILE *trace, char out[PATH_MAX])
{
    char *line = NULL;
    size_t room = 0;
    snprintf(out, PATH_MAX, "%s", s->options->directory);
    while (getline(&line, &room, trace) > 0)
        if (copy_named(s->options, line, out))
            break;
    free(line);
    rewind(trace);
}

/* What the rules of a cause refused, from its trace; the report is to be freed. */
static void read_report(struct session *s, const struct plan_cause *cause, struct report *report)
{
    char directory[PATH_MAX] = "";
    FILE *trace = cause->trace == NULL ? NULL : fopen(cause->trace, "re");
    if (trace != NULL)
        find_copy(s, trace, directory);
    const struct report_about about = {
        .directory = lx_arena_string(&s->arena, directory, strlen(directory)), .status = 1};
    report_start(report, &about);
    if (trace != NULL) {
        (void)report_read(report, trace);
        fclose(trace);
    }
    report_settle(report);
}

/* The values that a rule has here: of several drives each may have another. */
static const char *values_of(struct session *s, const struct bisect_about *about, enum lx_rule rule)
{
    const char *text = "";
    bool said[LX_VALUE_COUNT] = {false};
    for (size_t i = 0; i < about->policy->mount_count; i++) {
        const enum lx_value value = about->policy->mounts[i].rules[rule].value;
        if (!said[value])
            text = lx_arena_format(&s->arena, "%s%s%s", text, text[0] != '\0' ? ", " : "",
                                   lx_value_word(value));
        said[value] = true;
    }
    return text[0] != '\0' ? text : lx_value_word(about->policy->rules[rule].value);
}

static void print_rule(struct session *s, struct report *report, enum lx_rule rule,
                       const struct bisect_about *about, FILE *out)
{
    size_t said = 0;
    fprintf(out, "\n%s\n  %s\n  here: %s\n", lx_rules[rule].id, lx_rules[rule].summary,
            values_of(s, about, rule));
    for (size_t i = 0; i < report->count; i++) {
        const struct report_kind *k = &report->kinds[i];
        if (k->number != rule || said++ >= NAMED)
            continue;
        fprintf(out, "  %s\n", shown(s, report_sentence(report, k)));
        const char *holders = report_holders(report, k);
        if (holders != NULL)
            fprintf(out, "  open in: %s\n", shown(s, holders));
    }
    if (said > NAMED)
        fprintf(out, "  and %zu more like these\n", said - NAMED);
    if (report_cure(rule) != NULL)
        fprintf(out, "  what usually helps: %s\n", report_cure(rule));
    fprintf(out, "  evidence: %s\n", lx_rules[rule].evidence);
}

static void print_call(struct session *s, const struct call_choice *c, FILE *out)
{
    fprintf(out, "  %s %s", c->op, c->path[0] == '\0' ? "." : shown(s, c->path));
    if (c->generic)
        fprintf(out, " (the name differs from run to run)");
    for (size_t i = 0; c->at != NULL && i < c->count && i < NAMED; i++)
        fprintf(out, "%s%u", i == 0 ? ", number " : ", ", c->at[i] + 1);
    if (c->at != NULL)
        fprintf(out, "%s of %zu", c->count > NAMED ? " ..." : "", c->matches);
    putc('\n', out);
}

/* What else there was than rules: a scanner with what brought it, calls that took long. */
static void print_beside(struct session *s, const struct plan_cause *cause, FILE *out)
{
    const struct beside *beside = &s->beside;
    const json_t *events = cause->beside.events;
    const char *preset = json_string_value(json_object_get(beside->scanner, "preset"));
    if (cause->beside.scanner) {
        const struct lx_preset *known = preset == NULL ? NULL : lx_preset_find(preset);
        fprintf(out, "\nscanner %s\n", preset == NULL ? "" : preset);
        if (known != NULL)
            fprintf(out, "  %s\n", known->summary);
    }
    for (size_t i = 0; i < json_array_size(events) && i < NAMED; i++)
        fprintf(out, "  it came after %s\n",
                shown(s, json_string_value(json_array_get(events, i))));
    if (json_array_size(events) > NAMED)
        fprintf(out, "  and %zu more like these\n", json_array_size(events) - NAMED);
    if (cause->no_events != NULL)
        fprintf(out, "  all that it came for together, as %s\n", cause->no_events);
    if (cause->beside.latency)
        fprintf(out,
                "\nlatency %s\n  calls take as long as on that client; which take the time, "
                "lxshim run --latency count:%s says\n",
                beside->latency, beside->latency);
}

static void print_own_overrides(const struct session *s, const struct plan_cause *cause, FILE *out)
{
    for (size_t i = 0; i < cause->override_count; i++) {
        if (!cause->overrides[i])
            continue;
        fprintf(out, "\noverride %zu of the policy\n  ", i + 1);
        json_dumpf(json_array_get(s->overrides, i), out, JSON_ENCODE_ANY);
        putc('\n', out);
    }
}

static void print_example(const struct bisect_about *about, size_t number,
                          const struct plan_cause *cause, FILE *out)
{
    const char *lines = about->examples[number];
    unsigned rule = lx_ruleset_next(&cause->rules, 0);
    if (lines == NULL)
        return;
    fprintf(out,
            "\nthe same rule in an empty directory (tried: it fails; from sh on, without lxshim, "
            "it works)\n"
            "  lxshim run -q --profile %s --enforce %s -- ",
            about->profile, lx_rules[rule].id);
    example_put(out, "  ", lines);
    putc('\n', out);
}

static void print_no_calls(const struct plan_cause *c, FILE *out)
{
    if (c->spoke == 0)
        fprintf(out, "\ncalls: none that a trace could name, as %s\n", c->no_calls);
    else
        fprintf(out, "\ncalls (of %zu on which these rules spoke): all together, as %s\n", c->spoke,
                c->no_calls);
}

static void print_cause(struct session *s, const struct plan_result *result, size_t number,
                        const struct bisect_about *about, FILE *out)
{
    const struct plan_cause *c = &result->causes[number];
    struct report report;
    if (result->cause_count > 1)
        fprintf(out, "%scause %zu of %zu, which suffices alone\n", number > 0 ? "\n" : "",
                number + 1, result->cause_count);
    read_report(s, c, &report);
    for (unsigned i = 0; (i = lx_ruleset_next(&c->rules, i)) < LX_RULE_COUNT; i++)
        print_rule(s, &report, (enum lx_rule)i, about, out);
    report_free(&report);
    print_beside(s, c, out);
    print_own_overrides(s, c, out);
    if (c->call_count > 0)
        fprintf(out, "\ncalls (of %zu on which these rules spoke)\n", c->spoke);
    for (size_t i = 0; i < c->call_count; i++)
        print_call(s, &c->calls[i], out);
    if (c->no_calls != NULL)
        print_no_calls(c, out);
    fprintf(out, "\ntested: with only these it fails, without just these%s it %s\n",
            number > 0 ? " and those of the causes before" : "",
            c->passes_without ? "passes" : "fails as well");
    print_example(about, number, c, out);
    const char *file = number == 0 ? about->output : NULL;
    fprintf(out, "\npolicy, for lxshim run %s--policy %s -- %s\n", about->options,
            file != NULL ? file : "FILE", shown(s, about->command));
    if (file != NULL)
        return;
    json_t *policy = minimal_policy(c, about);
    minimal_print(policy, out);
    json_decref(policy);
}

static void print_fired(const struct plan_result *result, FILE *out)
{
    const char *before = "rules that spoke:";
    for (unsigned i = 0; (i = lx_ruleset_next(&result->fired, i)) < LX_RULE_COUNT; i++) {
        fprintf(out, "%s %s", before, lx_rules[i].id);
        before = ",";
    }
    if (*before == ',')
        fprintf(out, " (on %zu call%s)\n", result->calls, plural(result->calls));
}

/* What is left to be tried where a command passes. */
static void print_elsewhere(struct session *s, const struct bisect_about *about, FILE *out)
{
    fprintf(out,
            "\nit may fail elsewhere\n"
            "  lxshim matrix --volumes all -- %s\n"
            "      in some other era of WSL, or on another kind of volume\n"
            "  lxshim explain EACCES\n"
            "      or what else the error is, or the call: rules that have other values, for "
            "--set RULE=VALUE\n",
            shown(s, about->command));
    if (about->elsewhere != NULL)
        fprintf(out,
                "\nor over what no era does, but single builds of Windows, or other programs "
                "there\n%s",
                about->elsewhere);
    putc('\n', out);
}

/* Where a command that behaves otherwise than its user knows it may have been. */
static void print_where(const struct session *s, FILE *out)
{
    if (s->options->fresh != TRIAL_IN_PLACE)
        fputs("runs are in fresh copies of this directory alone: a command that uses what is "
              "beside it, "
              "or names it by its absolute path, is out of them (start further up, or --fresh "
              "none)\n",
              out);
}

static void print_said(const struct trial_outcome *o, FILE *out)
{
    session_put_said(o, "at its end it has printed\n", out);
}

/* What the shell's word for it is, where there is one. */
static const char *status_word(int status)
{
    return status == 127 ? ": command not found" : status == 126 ? ": it cannot be run" : "";
}

static void print_native(const struct plan_result *result, FILE *out)
{
    const struct trial_outcome *o = &result->native;
    const char *word = status_word(o->status);
    if (o->answer == TRIAL_SKIP)
        fprintf(out, "natively, without lxshim, the command can neither pass nor fail: exit %d%s\n",
                o->status, word);
    else if (o->timed_out)
        fprintf(out, "the failure is not lxshim's: natively the command is over the time limit\n");
    else if (o->failed < o->runs)
        fprintf(out,
                "the failure is not lxshim's alone: natively the command fails in %u of %u runs "
                "(exit %d%s)\n",
                o->failed, o->runs, o->status, word);
    else
        fprintf(out, "the failure is not lxshim's: natively the command fails, too (exit %d%s)\n",
                o->status, word);
    print_said(o, out);
}

/* What the verdict cannot be sure of. */
static void print_gaps(const struct session *s, FILE *out)
{
    struct trial_gaps gaps;
    char words[TRIAL_GAPS_ROOM];
    const size_t count = log_gaps(&s->log, &gaps);
    trial_gaps_words(&gaps, words);
    if (count > 0)
        fprintf(out,
                "\nthis is not sure: %zu of %zu test%s could not be seen whole: %s; see \"lxshim "
                "help coverage\"\n",
                count, s->log.count, plural(s->log.count), words);
}

static void print_end(const struct session *s, const struct plan_result *result,
                      const struct bisect_about *about, FILE *out)
{
    fprintf(out, "\n%u run%s, %.1f s", s->runs, plural(s->runs), about->seconds);
    if (s->log.known > 0)
        fprintf(out, ", and %zu test%s of an earlier bisect", s->log.known, plural(s->log.known));
    putc('\n', out);
    if (s->options->runs > 1 && result->full.runs > 0)
        fprintf(out,
                "%u of %u runs failed with all rules: a set that fails is seen to in %u runs "
                "with a confidence of %.4g %%\n",
                result->full.failed, result->full.runs, s->options->runs,
                100 * confidence(s, result));
}

void words_text(struct session *s, const struct plan_result *result,
                const struct bisect_about *about, FILE *out)
{
    switch (result->verdict) {
    case PLAN_NATIVE:
        print_native(result, out);
        print_where(s, out);
        break;
    case PLAN_PASSES:
        fprintf(out, "nothing to find: the command passes natively and under the profile %s\n",
                about->profile);
        print_said(&result->full, out);
        print_fired(result, out);
        print_elsewhere(s, about, out);
        print_where(s, out);
        break;
    case PLAN_UNTESTABLE:
        fprintf(out, "under the profile %s the command can neither pass nor fail: exit %d%s\n",
                about->profile, result->full.status, status_word(result->full.status));
        print_said(&result->full, out);
        break;
    case PLAN_UNTRACED:
        fprintf(out,
                "the command fails under the profile %s, but passes where it is traced: it "
                "depends on time, and --runs may help\n",
                about->profile);
        print_said(&result->full, out);
        break;
    case PLAN_FICKLE:
        fprintf(out, "the command changes its mind: with the same rules it has failed and passed; "
                     "--runs N tests each set N times\n");
        print_said(&result->full, out);
        print_where(s, out);
        break;
    case PLAN_NO_RULE:
        fprintf(out, "the command fails though no rule speaks: by what a drive is beside the rules "
                     "that a trace shows, such as names that ignore case\n");
        print_said(&result->full, out);
        print_fired(result, out);
        break;
    case PLAN_FOUND:
        for (size_t i = 0; i < result->cause_count; i++)
            print_cause(s, result, i, about, out);
        fprintf(out, "\nwith all rules it ends with %d%s\n", result->full.status,
                status_word(result->full.status));
        print_said(&result->full, out);
        break;
    case PLAN_STOPPED:
        return;
    }
    print_gaps(s, out);
    print_end(s, result, about, out);
}

static json_t *calls_json(const struct plan_cause *c)
{
    json_t *calls = json_array();
    for (size_t i = 0; i < c->call_count; i++) {
        const struct call_choice *choice = &c->calls[i];
        json_t *at = json_array();
        for (size_t k = 0; choice->at != NULL && k < choice->count; k++)
            json_array_append_new(at, json_integer(choice->at[k] + 1));
        json_array_append_new(calls,
                              json_pack("{s:s, s:s, s:s, s:b, s:o, s:I}", "op", choice->op, "path",
                                        choice->path, "glob", choice->glob, "varies",
                                        choice->generic, "occurrences",
                                        choice->at != NULL ? at : (json_decref(at), json_null()),
                                        "of", (json_int_t)choice->matches));
    }
    return calls;
}

static json_t *cause_json(struct session *s, const struct plan_cause *c,
                          const struct bisect_about *about, const char *example)
{
    struct report report;
    json_t *rules = json_array();
    json_t *sentences = json_array();
    json_t *own = json_array();
    for (unsigned i = 0; (i = lx_ruleset_next(&c->rules, i)) < LX_RULE_COUNT; i++)
        json_array_append_new(rules, json_pack("{s:s, s:s, s:s, s:s, s:s?}", "id", lx_rules[i].id,
                                               "summary", lx_rules[i].summary, "value",
                                               values_of(s, about, (enum lx_rule)i), "evidence",
                                               lx_rules[i].evidence, "cure",
                                               report_cure((enum lx_rule)i)));
    read_report(s, c, &report);
    for (size_t i = 0; i < report.count; i++)
        if (report.kinds[i].number != LX_RULE_NONE)
            json_array_append_new(sentences,
                                  json_string(report_sentence(&report, &report.kinds[i])));
    report_free(&report);
    for (size_t i = 0; i < c->override_count; i++)
        if (c->overrides[i])
            json_array_append_new(own, json_integer((json_int_t)i));
    json_t *scanner =
        c->beside.scanner ? beside_scanner(&s->beside, c->beside.events) : json_null();
    return json_pack("{s:o, s:o, s:o, s:s?, s:s?, s:o, s:I, s:s?, s:o, s:b, s:o, s:s?}", "rules",
                     rules, "overrides", own, "scanner", scanner, "no_events", c->no_events,
                     "latency", c->beside.latency ? s->beside.latency : NULL, "calls",
                     calls_json(c), "spoke", (json_int_t)c->spoke, "no_calls", c->no_calls,
                     "sentences", sentences, "passes_without", c->passes_without, "policy",
                     minimal_policy(c, about), "example", example);
}

static json_t *outcome_json(const struct trial_outcome *o)
{
    static const char *const words[] = {"pass", "fail", "skip", "none"};
    return json_pack("{s:s, s:i, s:i, s:i, s:b, s:s}", "answer", words[o->answer], "status",
                     o->status, "runs", (int)o->runs, "failed", (int)o->failed, "timed_out",
                     o->timed_out, "said", o->said);
}

/* What lxshim run did not know of tests; null where all is known. */
static json_t *gaps_json(const struct session *s)
{
    struct trial_gaps gaps;
    const size_t count = log_gaps(&s->log, &gaps);
    return count == 0
               ? json_null()
               : json_pack("{s:I, s:I, s:I, s:I, s:I}", "tests", (json_int_t)count, "programs",
                           (json_int_t)gaps.programs, "calls", (json_int_t)gaps.calls, "lines",
                           (json_int_t)gaps.lines, "failed", (json_int_t)gaps.failed);
}

void words_json(struct session *s, const struct plan_result *result,
                const struct bisect_about *about, FILE *out)
{
    static const char *const verdicts[] = {"found",    "native", "passes",  "untestable",
                                           "untraced", "fickle", "no-rule", "stopped"};
    json_t *causes = json_array();
    json_t *fired = json_array();
    for (size_t i = 0; i < result->cause_count; i++)
        json_array_append_new(causes, cause_json(s, &result->causes[i], about, about->examples[i]));
    for (unsigned i = 0; (i = lx_ruleset_next(&result->fired, i)) < LX_RULE_COUNT; i++)
        json_array_append_new(fired, json_string(lx_rules[i].id));
    json_t *all = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:I, s:i, s:f, s:f, s:o, s:o}", "tool", "lxshim",
        "version", LXSHIM_VERSION, "verdict", verdicts[result->verdict], "command",
        shown(s, about->command), "profile", about->profile, "native",
        outcome_json(&result->native), "full", outcome_json(&result->full), "fired", fired, "calls",
        (json_int_t)result->calls, "runs", (int)s->runs, "seconds", about->seconds, "confidence",
        confidence(s, result), "gaps", gaps_json(s), "causes", causes);
    json_dumpf(all, out, JSON_INDENT(2));
    putc('\n', out);
    json_decref(all);
}

/* Adds the ids of rules to a text, as many as there is room for beside how many are left out. */
static void add_rules(char *text, size_t room, const struct lx_ruleset *rules)
{
    unsigned left = 0;
    for (unsigned i = 0; (i = lx_ruleset_next(rules, i)) < LX_RULE_COUNT; i++) {
        const size_t n = strlen(text);
        if (n + strlen(lx_rules[i].id) + 32 < room)
            snprintf(text + n, room - n, "%s%s", text[0] == '\0' ? "" : ", ", lx_rules[i].id);
        else
            left++;
    }
    if (left > 0)
        snprintf(text + strlen(text), room - strlen(text), " and %u more", left);
}

void words_interrupted(const struct session *s, const struct plan_result *result, char *out,
                       size_t room)
{
    char rules[400] = "";
    char runs[64];
    snprintf(runs, sizeof(runs), "interrupted after %u run%s", s->runs, s->runs == 1 ? "" : "s");
    for (size_t i = 0; i < result->cause_count; i++)
        add_rules(rules, sizeof(rules), &result->causes[i].rules);
    if (result->cause_count > 0)
        snprintf(out, room, "%s: it fails by %s, and is looked at for more", runs, rules);
    else if (result->full_known) {
        add_rules(rules, sizeof(rules), &result->fired);
        snprintf(out, room, "%s: with all rules it fails, and natively not; suspected %s", runs,
                 rules[0] == '\0' ? "are all of them" : rules);
    } else if (result->native_known)
        snprintf(out, room, "%s: natively it passes, of the rules nothing is known", runs);
    else
        snprintf(out, room, "%s: nothing is known", runs);
}
