/* SPDX-License-Identifier: MIT */
/* lxshim policy check, profiles, rules, schema and state. */
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/leftovers.h"
#include "cli/program.h"
#include "policy/embedded.h"
#include "policy/emit.h"
#include "policy/image.h"
#include "policy/profile.h"

/*
 * Says that programs of Windows' would not start. The policy is right all the same: PATH, and the
 * root of lxshim wsl --root, are others where it is used.
 */
static void say_handler(const struct lx_effective *policy)
{
    char path[PATH_MAX];
    const char *handler = policy->handler;
    if (handler == NULL)
        return;
    bool is_there = program_find(handler, path);
    if (!is_there || access(path, X_OK) < 0)
        cli_error("%s: handler \"%s\" %s here, so that no program of Windows' starts: install it, "
                  "or name another",
                  cli_origin(&policy->handler_origin), handler,
                  is_there                       ? "is no program"
                  : strchr(handler, '/') != NULL ? "does not exist"
                                                 : "is not in PATH");
}

/* Says of a volume whose name is a letter that this is not the drive of that letter. */
static void say_letters(const struct lx_effective *policy)
{
    for (size_t i = 0; i < policy->volume_count; i++) {
        const struct lx_effective_volume *v = &policy->volumes[i];
        if (!v->implied && isalpha((unsigned char)v->name[0]) && v->name[1] == '\0')
            cli_error("%s: volume \"%s\" has a name and is no drive: its letter would be \"%s:\"",
                      cli_origin(&v->origin), v->name, v->name);
    }
}

static int policy_check(const struct cli_arguments *arguments)
{
    struct lx_request request = arguments->request;
    struct lx_effective policy;
    int status = CLI_NO;
    cli_choose_policy(arguments, &request);
    if (cli_load(&request, &policy)) {
        cli_say_doubts(&policy);
        say_handler(&policy);
        say_letters(&policy);
        printf("%s: ok, %zu mount%s, profile %s\n",
               request.file != NULL ? request.file : "built-in policy", policy.mount_count,
               policy.mount_count == 1 ? "" : "s", policy.profile);
        status = CLI_OK;
    }
    lx_effective_free(&policy);
    return status;
}

/* What a profile says on each axis, over its rules. */
static json_t *axes_of(const struct lx_profile *p)
{
    json_t *on = json_object();
    for (unsigned a = 0; a < LX_AXES; a++) {
        json_t *rules = json_object();
        for (unsigned r = 0; r < LX_RULE_COUNT; r++)
            if (p->on[a][r] != LX_UNSAID)
                json_object_set_new(rules, lx_rules[r].id,
                                    json_string(lx_value_word((enum lx_value)p->on[a][r])));
        json_object_set_new(on, lx_axis_word((enum lx_axis)a), rules);
    }
    return on;
}

static int policy_profiles(const struct cli_arguments *arguments)
{
    json_t *list = json_array();
    const struct lx_profile *p;
    for (size_t i = 0; (p = lx_profile_at(i)) != NULL; i++) {
        if (!arguments->json) {
            printf("%-14s %s\n", p->name, p->summary);
            continue;
        }
        json_t *rules = json_object();
        for (unsigned r = 0; r < LX_RULE_COUNT; r++)
            json_object_set_new(rules, lx_rules[r].id, json_string(lx_value_word(p->rules[r])));
        json_array_append_new(list, json_pack("{s:s, s:s, s:s?, s:o, s:o}", "name", p->name,
                                              "summary", p->summary, "extends", p->extends, "rules",
                                              rules, "on", axes_of(p)));
    }
    if (arguments->json) {
        json_dumpf(list, stdout, JSON_INDENT(2));
        putchar('\n');
    }
    json_decref(list);
    return CLI_OK;
}

static json_t *values_of(const struct lx_rule_info *rule)
{
    json_t *values = json_array();
    for (unsigned v = 0; v < LX_VALUE_COUNT; v++)
        if ((rule->values >> v & 1) != 0)
            json_array_append_new(values, json_string(lx_value_word((enum lx_value)v)));
    return values;
}

/* The file systems whose mounts carry a rule. */
static json_t *types_of(enum lx_rule rule)
{
    json_t *types = json_array();
    for (unsigned t = 0; t < LX_MOUNT_HOST; t++)
        if (lx_rule_belongs(rule, (enum lx_mount_type)t))
            json_array_append_new(types, json_string(lx_mount_type_word((enum lx_mount_type)t)));
    return types;
}

static json_t *rule_json(enum lx_rule rule)
{
    const struct lx_rule_info *info = &lx_rules[rule];
    return json_pack("{s:s, s:o, s:o, s:s, s:s, s:s, s:s}", "id", info->id, "types", types_of(rule),
                     "values", values_of(info), "default", lx_value_word(info->fallback), "summary",
                     info->summary, "grade", lx_grade_word(info->grade), "evidence",
                     info->evidence);
}

static int policy_rules(const struct cli_arguments *arguments)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < LX_RULE_COUNT; i++) {
        const struct lx_rule_info *rule = &lx_rules[i];
        const char *fallback = lx_value_word(rule->fallback);
        if (arguments->json) {
            json_array_append_new(list, rule_json((enum lx_rule)i));
            continue;
        }
        json_t *values = values_of(rule);
        size_t index;
        json_t *value;
        printf("%s%s\n    values:", i > 0 ? "\n" : "", rule->id);
        json_array_foreach(values, index, value)
        {
            const char *word = json_string_value(value);
            printf(" %s%s", word, strcmp(word, fallback) == 0 ? " (default)" : "");
        }
        json_decref(values);
        putchar('\n');
        cli_wrap(4, rule->summary);
        printf("    evidence, %s:\n", lx_grade_word(rule->grade));
        cli_wrap(6, rule->evidence);
    }
    if (arguments->json) {
        json_dumpf(list, stdout, JSON_INDENT(2));
        putchar('\n');
    }
    json_decref(list);
    return CLI_OK;
}

static int policy_schema(const struct cli_arguments *arguments)
{
    (void)arguments;
    fputs(lx_embedded_schema.text, stdout);
    return CLI_OK;
}

/* The files that a state leads to; NULL for one that it does without. */
struct state_files {
    char *stats;
    char *table;
};

/* True where what happens to a mount is to be seen by all processes of a run: by its table. */
static bool has_table(const struct lx_effective *policy)
{
    bool has = policy->has_volumes;
    for (size_t i = 0; i < policy->mount_count; i++)
        has |= lx_value_errno(policy->mounts[i].rules[LX_RULE_DIRECTORY_RENAMED].value) != 0;
    return has;
}

/* Makes those that a policy needs, for `owner`. Returns 0 or -errno. */
static int make_files(const struct lx_effective *policy, const struct lx_stamp *owner,
                      struct state_files *files)
{
    int r = lx_emit_counts(policy) ? lx_emit_stats_file(policy, owner, &files->stats) : 0;
    return r == 0 && has_table(policy) ? lx_emit_table_file(owner, false, &files->table) : r;
}

static void drop_files(const struct state_files *files)
{
    if (files->stats != NULL)
        unlink(files->stats);
    if (files->table != NULL)
        unlink(files->table);
}

/* What the library asks for in the first process: see liblxshim(7). */
static int policy_state(const struct cli_arguments *arguments)
{
    struct lx_request request = arguments->request;
    struct lx_effective policy;
    struct state_files files = {NULL, NULL};
    void *image = NULL;
    char *value = NULL;
    cli_choose_policy(arguments, &request);
    if (!cli_load(&request, &policy) || !cli_can_trace(&policy)) {
        lx_effective_free(&policy);
        return CLI_FAILED;
    }
    policy.programs = cli_wsl_programs();
    /* For the process that the library is in and that asks, or for a user, who removes it. */
    const struct lx_stamp owner =
        getenv(LX_FIRST_VARIABLE) != NULL ? lx_stamp_of(getppid()) : (struct lx_stamp){0};
    long r = make_files(&policy, &owner, &files);
    const struct lx_emit_files names = {.stats = files.stats, .table = files.table};
    if (r == 0)
        r = lx_emit_image(&policy, &names, &image);
    if (r >= 0)
        r = lx_emit_state(image, (size_t)r, &owner, NULL, &value);
    if (r == 0) {
        puts(value);
        if (files.stats != NULL || files.table != NULL || value[2] == LX_STATE_FILE)
            leftovers_remove(NULL, true);
    } else {
        cli_refuse_image(r);
        drop_files(&files);
    }
    free(image);
    free(files.stats);
    free(files.table);
    free(value);
    lx_effective_free(&policy);
    return r == 0 ? CLI_OK : CLI_FAILED;
}

const struct cli_command cli_policy_commands[] = {
    {
        .name = "check",
        .usage = "[FILE]",
        .summary = "check a policy",
        .help = "Checks a policy: the file, else $LXSHIM_POLICY, else ./.lxshim.json. Exits 1 with "
                "the\nfirst mistake as FILE:LINE:COLUMN (lines and columns from 1, columns in "
                "bytes).\nA handler of interop that is not found here, and a volume whose name is "
                "a letter\nwithout its colon, are said, and no mistake.\n",
        .most = 1,
        .run = policy_check,
    },
    {
        .name = "show",
        .usage = "[OPTION]... [FILE]",
        .summary = "show the effective policy, and where each value comes from",
        .help =
            "Shows what a policy comes to with its profile, its bases and the options: every "
            "value,\nand whether it is the default or comes from a profile, what that says of a "
            "kind of\nvolume or of metadata, a line of a file, or an option.\n",
        .options = CLI_POLICY | CLI_PROFILE | CLI_FILESYSTEM | CLI_MOUNT | CLI_SET | CLI_TRACE |
                   CLI_OBSERVE | CLI_ENFORCE | CLI_OVERRIDES | CLI_SCANNER | CLI_LATENCY | CLI_JSON,
        .most = 1,
        .run = cli_policy_show,
    },
    {
        .name = "profiles",
        .usage = "[--json]",
        .summary = "list the built-in profiles",
        .help = "Lists the built-in profiles: the eras of WSL, and the default.\n",
        .options = CLI_JSON,
        .run = policy_profiles,
    },
    {
        .name = "rules",
        .usage = "[--json]",
        .summary = "list all rules with their values and evidence",
        .help = "Lists every rule: its id, its values, what it does, and the evidence for it\n"
                "with its grade.\n",
        .options = CLI_JSON,
        .run = policy_rules,
    },
    {
        .name = "schema",
        .usage = "",
        .summary = "print the JSON Schema of policies",
        .help = "Prints the JSON Schema (draft 2020-12) of policies, for editors and checkers.\n",
        .run = policy_schema,
    },
    {
        .name = "trust",
        .usage = "[--list | --remove] [DIRECTORY]",
        .summary = "let a directory's .lxshim.json say all that a named policy may",
        .help = "Adds a directory, the current one if none is given, to the list of those whose "
                ".lxshim.json\ncounts as named: it may then write, cover and redirect what is not "
                "below it. The list is\n$XDG_CONFIG_HOME/lxshim/trusted, else "
                "~/.config/lxshim/trusted, a directory a line.\n",
        .options = CLI_LIST | CLI_REMOVE,
        .most = 1,
        .run = cli_policy_trust,
    },
    {
        .name = "state",
        .usage = "[FILE]",
        .help = "Prints the LXSHIM_STATE of a policy. The library runs this in a tree's first "
                "process.\n",
        .most = 1,
        .run = policy_state,
    },
    {.name = NULL},
};
