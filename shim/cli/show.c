/* SPDX-License-Identifier: MIT */
/* lxshim policy show: the effective policy with where each value came from. */
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/show.h"
#include "policy/condition.h"
#include "policy/errnames.h"
#include "policy/latency.h"
#include "policy/shown.h"

/* Where text is put together before it is shown: written by show_text. The program has one thread.
 */
static FILE *out;

static void show_facts(const struct lx_volume_facts *facts)
{
    fprintf(out, "%s%s%s", lx_filesystem_word(facts->filesystem),
            facts->label != NULL ? ", label " : "", facts->label != NULL ? facts->label : "");
    if (facts->serial != 0)
        fprintf(out, ", serial %04X-%04X", facts->serial >> 16, facts->serial & 0xFFFF);
    fputc('\n', out);
}

static void show_mount(const struct lx_effective_mount *m, size_t number)
{
    const struct lx_mount_options *o = &m->options;
    bool in_place = strcmp(m->target, m->backing) == 0;
    fprintf(out, "\nmount %zu     %s on %s  (%s)\n", number, m->source, m->target,
            cli_origin(&m->origin));
    fprintf(out, "  backing   %s\n", in_place ? "in place" : m->backing);
    fprintf(out, "  owner     uid=%u,gid=%u\n", o->uid, o->gid);
    fprintf(out, "  masks     umask=%03o,fmask=%03o,dmask=%03o\n", o->umask, o->fmask, o->dmask);
    fprintf(out, "  options   %s%s%s%s\n", o->readonly ? "ro" : "rw", o->noatime ? ",noatime" : "",
            o->metadata ? ",metadata" : "",
            o->metadata && !lx_keeps_metadata(m) ? " (dropped: the volume has no room for it)"
                                                 : "");
    if (o->case_option != LX_VALUE_COUNT)
        fprintf(out, "  case      %s, instead of case.directories\n",
                lx_value_word(o->case_option));
    fprintf(out, "  volume    ");
    show_facts(&m->volume);
}

/* What the policy says itself: what comes with a mount is shown there. */
static void show_volumes(const struct lx_effective *policy)
{
    for (size_t i = 0; i < policy->volume_count; i++) {
        const struct lx_effective_volume *v = &policy->volumes[i];
        if (v->implied)
            continue;
        fprintf(out, "\nvolume      %s  (%s)\n", v->name, cli_origin(&v->origin));
        fprintf(out, "  backing   %s\n", v->backing);
        fprintf(out, "  kind      ");
        show_facts(&v->facts);
        for (size_t k = 0; k < policy->folder_count; k++)
            if (policy->folders[k].volume == i)
                fprintf(out, "  folder    %s\n", policy->folders[k].source);
        for (size_t k = 0; k < policy->share_count; k++)
            if (policy->shares[k].volume == i)
                fprintf(out, "  share     %s  (%s)\n", policy->shares[k].name,
                        cli_origin(&policy->shares[k].origin));
    }
}

static bool same_everywhere(const struct lx_effective *policy, size_t rule)
{
    for (size_t i = 1; i < policy->mount_count; i++)
        if (policy->mounts[i].rules[rule].value != policy->mounts[0].rules[rule].value)
            return false;
    return true;
}

static void show_rules(const struct lx_effective *policy)
{
    const struct lx_setting *first =
        policy->mount_count > 0 ? policy->mounts[0].rules : policy->rules;
    fprintf(out, "\n%-24s %-12s %s\n", "rule", "value", "from");
    for (size_t i = 0; i < LX_RULE_COUNT; i++) {
        const struct lx_setting *s = &first[i];
        if (same_everywhere(policy, i)) {
            fprintf(out, "%-24s %-12s %s\n", lx_rules[i].id, lx_value_word(s->value),
                    cli_origin(&s->origin));
            continue;
        }
        for (size_t m = 0; m < policy->mount_count; m++) {
            s = &policy->mounts[m].rules[i];
            fprintf(out, "%-24s %-12s %s (mount %zu)\n", m == 0 ? lx_rules[i].id : "",
                    lx_value_word(s->value), cli_origin(&s->origin), m + 1);
        }
    }
}

/* The operations of a set, " *" where it has all that this stands for. */
static void print_ops(uint64_t set)
{
    uint64_t all = lx_op_all();
    if ((set & all) == all) {
        fprintf(out, " *");
        set &= ~all;
    }
    for (size_t i = 0; lx_op_word(i) != NULL; i++)
        if ((set >> i & 1) != 0)
            fprintf(out, " %s", lx_op_word(i));
}

static void show_range(const char *what, const struct lx_image_range *r)
{
    if (!lx_range_says(r))
        return;
    fprintf(out, ", %s %llu", what, (unsigned long long)r->least);
    if (r->most != r->least)
        fprintf(out, " to %llu", (unsigned long long)r->most);
}

/* What it asks of a call beside operation and path. */
static void show_condition(const struct lx_effective_override *o)
{
    const struct lx_image_condition *w = &o->condition;
    if (o->comm != NULL)
        fprintf(out, ", by %s", o->comm);
    show_range("uid", &w->uid);
    show_range("fd", &w->fd);
    for (size_t i = 0; i < o->flag_count; i++)
        fprintf(out, "%s%s", i == 0 ? ", with " : " ", o->flags[i]);
    show_range("size", &w->size);
    show_range("offset", &w->offset);
}

static void show_override(const struct lx_effective_override *o, size_t number)
{
    const struct lx_image_override *image = &o->image;
    fprintf(out, "  %zu  when", number);
    print_ops(image->ops);
    if (o->path != NULL)
        fprintf(out, " %s", o->path);
    show_condition(o);
    if (image->when_errno != 0)
        fprintf(out, " answers %s", lx_errno_name(image->when_errno));
    fprintf(out, ", then");
    if (image->late)
        fprintf(out, " make it and answer");
    if (o->condition.bytes != 0)
        fprintf(out, " move %u bytes at most", o->condition.bytes);
    if (image->delay_ms != 0)
        fprintf(out, " wait %u ms", image->delay_ms);
    if (image->error != 0)
        fprintf(out, " %s", lx_errno_name(image->error));
    if (image->action == LX_OVERRIDE_ALLOW)
        fprintf(out, " allow");
    if (image->action == LX_OVERRIDE_KEEP)
        fprintf(out, " let the rules speak");
    if (image->after != 0)
        fprintf(out, ", after %u", image->after);
    if (o->condition.after_bytes != 0)
        fprintf(out, ", after %llu bytes", (unsigned long long)o->condition.after_bytes);
    if (image->every > 1)
        fprintf(out, ", every %u", image->every);
    if (image->times != 0)
        fprintf(out, ", %u time%s", image->times, image->times == 1 ? "" : "s");
    if (o->chance > 0)
        fprintf(out, ", chance %g by seed %lld", o->chance, o->seed);
    fprintf(out, "  (%s)\n", cli_origin(&o->origin));
    if (o->note != NULL)
        fprintf(out, "     %s\n", o->note);
}

static void put_text(const struct lx_effective *policy, const char *file)
{
    if (file == NULL) {
        char where[PATH_MAX + 256];
        cli_no_policy(where, sizeof(where));
        fprintf(out, "policy      %s\n", where);
    } else if (policy->standing == LX_TRUSTED) {
        fprintf(out, "policy      %s, found in this directory, which %s trusts\n", file,
                policy->list);
    } else if (policy->standing == LX_GUEST) {
        fprintf(out, "policy      %s, found in this directory: a guest\n", file);
    }
    fprintf(out, "profile     %s  (%s)\n", policy->profile, cli_origin(&policy->profile_origin));
    fprintf(out, "mode        %s", policy->observe ? "observe" : "enforce");
    for (unsigned i = 0, n = 0; lx_ruleset_any(&policy->silent) && i < LX_RULE_COUNT; i++)
        if (!lx_ruleset_has(&policy->silent, i))
            fprintf(out, "%s%s", n++ == 0 ? " only " : ", ", lx_rules[i].id);
    fprintf(out, "  (%s)\n", cli_origin(&policy->mode_origin));
    if (policy->trace != NULL)
        fprintf(out, "trace       %s, %s calls  (%s)\n", policy->trace,
                policy->trace_all ? "all" : "changed", cli_origin(&policy->trace_origin));
    if (policy->interop_origin.kind != LX_ORIGIN_DEFAULT)
        fprintf(out, "interop     %s%s%s%s  (%s)\n",
                policy->handler != NULL ? policy->handler : "no handler",
                policy->stubs ? ", stubs" : "", policy->record != NULL ? ", told to " : "",
                policy->record != NULL ? policy->record : "", cli_origin(&policy->interop_origin));
    if (policy->latency != 0)
        fprintf(out, "latency     %s, seed %u%s  (%s)\n", lx_latency_word(policy->latency),
                policy->latency_seed, policy->latency_counted ? ", counted and not waited for" : "",
                cli_origin(&policy->latency_origin));
    for (unsigned i = 0; i < LX_WINDOWS_FACTS; i++)
        if (policy->windows[i].origin.kind != LX_ORIGIN_DEFAULT)
            fprintf(out, "windows     %s %s  (%s)\n", lx_windows_word(i),
                    policy->windows[i].value ? "true" : "false",
                    cli_origin(&policy->windows[i].origin));
    show_volumes(policy);
    if (policy->mount_count == 0)
        fprintf(out, "\nmounts      none at the start\n");
    for (size_t i = 0; i < policy->mount_count; i++)
        show_mount(&policy->mounts[i], i + 1);
    show_rules(policy);
    if (policy->override_count > 0)
        fprintf(out, "\noverrides\n");
    for (size_t i = 0; i < policy->override_count; i++)
        show_override(&policy->overrides[i], i + 1);
    show_scanner(out, &policy->scanner);
}

/* A policy's words may be those of whoever it came from. */
static void show_text(const struct lx_effective *policy, const char *file)
{
    char *text = NULL;
    size_t size;
    out = open_memstream(&text, &size);
    if (out == NULL)
        return;
    put_text(policy, file);
    if (fclose(out) == 0)
        fputs(lx_shown(text, true), stdout);
    free(text);
}

static json_t *origin_json(const struct lx_origin *origin)
{
    static const char *const kinds[] = {"default", "profile", "file", "axis", "flag"};
    json_t *from = json_object();
    json_object_set_new(from, "kind", json_string(kinds[origin->kind]));
    if (origin->name != NULL)
        json_object_set_new(from, "name", json_string(origin->name));
    if (origin->axis != NULL)
        json_object_set_new(from, "axis", json_string(origin->axis));
    if (origin->line != 0)
        json_object_set_new(from, "line", json_integer(origin->line));
    return from;
}

static json_t *valued(json_t *value, const struct lx_origin *origin)
{
    return json_pack("{s:o, s:o}", "value", value, "from", origin_json(origin));
}

static json_t *octal(uint32_t mask)
{
    char text[16];
    snprintf(text, sizeof(text), "%03o", mask);
    return json_string(text);
}

static json_t *options_json(const struct lx_effective_mount *m)
{
    const struct lx_mount_options *o = &m->options;
    json_t *options = json_object();
    json_object_set_new(options, "metadata", json_boolean(lx_keeps_metadata(m)));
    json_object_set_new(options, "readonly", json_boolean(o->readonly));
    json_object_set_new(options, "noatime", json_boolean(o->noatime));
    json_object_set_new(options, "uid", json_integer(o->uid));
    json_object_set_new(options, "gid", json_integer(o->gid));
    json_object_set_new(options, "umask", octal(o->umask));
    json_object_set_new(options, "fmask", octal(o->fmask));
    json_object_set_new(options, "dmask", octal(o->dmask));
    if (o->case_option != LX_VALUE_COUNT)
        json_object_set_new(options, "case", json_string(lx_value_word(o->case_option)));
    if (o->symlinkroot != NULL)
        json_object_set_new(options, "symlinkroot",
                            json_stringn(o->symlinkroot, o->symlinkroot_length));
    return options;
}

static json_t *volume_json(const struct lx_volume_facts *volume)
{
    json_t *v = json_pack("{s:s}", "filesystem", lx_filesystem_word(volume->filesystem));
    char text[16];
    if (volume->label != NULL)
        json_object_set_new(v, "label", json_string(volume->label));
    if (volume->serial != 0) {
        snprintf(text, sizeof(text), "%04X-%04X", volume->serial >> 16, volume->serial & 0xFFFF);
        json_object_set_new(v, "serial", json_string(text));
    }
    return v;
}

static json_t *rules_json(const struct lx_setting rules[LX_RULE_COUNT])
{
    json_t *all = json_object();
    for (size_t i = 0; i < LX_RULE_COUNT; i++)
        json_object_set_new(all, lx_rules[i].id,
                            valued(json_string(lx_value_word(rules[i].value)), &rules[i].origin));
    return all;
}

/* The volumes that the policy says itself. */
static json_t *volumes_json(const struct lx_effective *policy)
{
    json_t *all = json_object();
    for (size_t i = 0; i < policy->volume_count; i++) {
        const struct lx_effective_volume *v = &policy->volumes[i];
        if (v->implied)
            continue;
        json_t *volume = volume_json(&v->facts);
        json_t *folders = json_array();
        for (size_t k = 0; k < policy->folder_count; k++)
            if (policy->folders[k].volume == i)
                json_array_append_new(folders, json_string(policy->folders[k].source));
        json_object_set_new(volume, "backing", json_string(v->backing));
        json_object_set_new(volume, "folders", folders);
        json_object_set_new(volume, "from", origin_json(&v->origin));
        json_object_set_new(all, v->name, volume);
    }
    return all;
}

static json_t *shares_json(const struct lx_effective *policy)
{
    json_t *all = json_object();
    for (size_t i = 0; i < policy->share_count; i++)
        json_object_set_new(all, policy->shares[i].name,
                            valued(json_string(policy->volumes[policy->shares[i].volume].name),
                                   &policy->shares[i].origin));
    return all;
}

static json_t *mount_json(const struct lx_effective_mount *m)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "type",
                     lx_mount_type_word(m->type), "source", m->source, "target", m->target,
                     "backing", m->backing, "from", origin_json(&m->origin), "options",
                     options_json(m), "volume", volume_json(&m->volume), "rules",
                     rules_json(m->rules));
}

static void put_range(json_t *when, const char *key, const struct lx_image_range *r)
{
    if (lx_range_says(r))
        json_object_set_new(when, key,
                            json_pack("[I, I]", (json_int_t)r->least, (json_int_t)r->most));
}

/* Keys of "when" beside operation and path. */
static void put_condition(const struct lx_effective_override *o, json_t *when)
{
    json_t *flags = json_array();
    if (o->comm != NULL)
        json_object_set_new(when, "comm", json_string(o->comm));
    put_range(when, "uid", &o->condition.uid);
    put_range(when, "fd", &o->condition.fd);
    put_range(when, "size", &o->condition.size);
    put_range(when, "offset", &o->condition.offset);
    for (size_t i = 0; i < o->flag_count; i++)
        json_array_append_new(flags, json_string(o->flags[i]));
    if (o->flag_count > 0)
        json_object_set(when, "flags", flags);
    json_decref(flags);
}

json_t *cli_override_json(const struct lx_effective_override *o)
{
    const struct lx_image_override *image = &o->image;
    json_t *when = json_object();
    json_t *then = json_object();
    json_t *words = json_array();
    for (size_t i = 0; lx_op_word(i) != NULL; i++)
        if ((image->ops >> i & 1) != 0)
            json_array_append_new(words, json_string(lx_op_word(i)));
    json_object_set_new(when, "op", words);
    if (o->path != NULL)
        json_object_set_new(when, "path", json_string(o->path));
    if (image->when_errno != 0)
        json_object_set_new(when, "errno", json_string(lx_errno_name(image->when_errno)));
    put_condition(o, when);
    if (image->late)
        json_object_set_new(then, "after", json_true());
    if (o->condition.bytes != 0)
        json_object_set_new(then, "bytes", json_integer(o->condition.bytes));
    if (image->error != 0)
        json_object_set_new(then, "errno", json_string(lx_errno_name(image->error)));
    if (image->delay_ms != 0)
        json_object_set_new(then, "delay", json_integer(image->delay_ms));
    if (image->action >= LX_OVERRIDE_ALLOW)
        json_object_set_new(then, "allow", json_boolean(image->action == LX_OVERRIDE_ALLOW));
    json_t *all = json_pack("{s:o, s:o, s:i, s:i, s:i, s:o}", "when", when, "then", then, "times",
                            (int)image->times, "every", (int)image->every, "after",
                            (int)image->after, "from", origin_json(&o->origin));
    if (o->condition.after_bytes != 0)
        json_object_set_new(all, "after_bytes", json_integer((json_int_t)o->condition.after_bytes));
    if (o->chance > 0) {
        json_object_set_new(all, "chance", json_real(o->chance));
        json_object_set_new(all, "seed", json_integer(o->seed));
    }
    if (o->note != NULL)
        json_object_set_new(all, "note", json_string(o->note));
    return all;
}

static json_t *mode_json(const struct lx_effective *policy)
{
    json_t *mode =
        valued(json_string(policy->observe ? "observe" : "enforce"), &policy->mode_origin);
    json_t *rules = json_array();
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        if (!lx_ruleset_has(&policy->silent, i))
            json_array_append_new(rules, json_string(lx_rules[i].id));
    if (lx_ruleset_any(&policy->silent))
        json_object_set(mode, "rules", rules);
    json_decref(rules);
    return mode;
}

static json_t *interop_json(const struct lx_effective *policy)
{
    return json_pack("{s:s*, s:b, s:s*, s:o}", "handler", policy->handler, "stubs", policy->stubs,
                     "record", policy->record, "from", origin_json(&policy->interop_origin));
}

static void show_json(const struct lx_effective *policy)
{
    json_t *mounts = json_array();
    json_t *overrides = json_array();
    for (size_t i = 0; i < policy->mount_count; i++)
        json_array_append_new(mounts, mount_json(&policy->mounts[i]));
    for (size_t i = 0; i < policy->override_count; i++)
        json_array_append_new(overrides, cli_override_json(&policy->overrides[i]));
    json_t *all =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "profile",
                  valued(json_string(policy->profile), &policy->profile_origin), "mode",
                  mode_json(policy), "volumes", volumes_json(policy), "shares", shares_json(policy),
                  "mounts", mounts, "rules", rules_json(policy->rules), "overrides", overrides);
    if (policy->scanner.preset != NULL) {
        json_t *scanner = scanner_json(&policy->scanner);
        json_object_set_new(scanner, "from", origin_json(&policy->scanner.origin));
        json_object_set_new(all, "scanner", scanner);
    }
    if (policy->trace != NULL) {
        json_t *trace = valued(json_string(policy->trace), &policy->trace_origin);
        json_object_set_new(trace, "calls", json_string(policy->trace_all ? "all" : "changed"));
        json_object_set_new(all, "trace", trace);
    }
    if (policy->interop_origin.kind != LX_ORIGIN_DEFAULT)
        json_object_set_new(all, "interop", interop_json(policy));
    if (policy->latency != 0) {
        json_t *latency =
            valued(json_string(lx_latency_word(policy->latency)), &policy->latency_origin);
        json_object_set_new(latency, "seed", json_integer(policy->latency_seed));
        json_object_set_new(latency, "wait", json_boolean(!policy->latency_counted));
        json_object_set_new(all, "latency", latency);
    }
    json_t *windows = json_object();
    for (unsigned i = 0; i < LX_WINDOWS_FACTS; i++)
        json_object_set_new(
            windows, lx_windows_word(i),
            valued(json_boolean(policy->windows[i].value), &policy->windows[i].origin));
    json_object_set_new(all, "windows", windows);
    json_dumpf(all, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(all);
}

int cli_policy_show(const struct cli_arguments *arguments)
{
    struct lx_request request = arguments->request;
    struct lx_effective policy;
    int status = CLI_NO;
    cli_choose_policy(arguments, &request);
    if (cli_load(&request, &policy)) {
        cli_say_doubts(&policy);
        if (arguments->json)
            show_json(&policy);
        else
            show_text(&policy, request.file);
        status = CLI_OK;
    } else if (cli_mistyped(&policy)) {
        status = CLI_USAGE;
    }
    lx_effective_free(&policy);
    return status;
}
