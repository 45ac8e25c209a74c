/* SPDX-License-Identifier: MIT */
#include "vfs/tags.h"

#include <string.h>

#include "fs/filesystems.h"
#include "mounts/drive_line.h"

#define TAGS "/run/wsl/virtiofs/"

/* The tag of no mount: by its link our own programs ask what a drive is that somebody mounts. */
#define NO_TAG "00000000-0000-0000-0000-000000000000"

bool tags_is(const char *path, size_t n)
{
    return n == sizeof(TAGS) - 1 + LINES_TAG_LENGTH && memcmp(path, TAGS, sizeof(TAGS) - 1) == 0;
}

/* A link's text, as readlink gives it. */
static long give_link(const struct lx_call *c, const char *text)
{
    size_t n = strlen(text) < c->size ? strlen(text) : c->size;
    int r = lx_give(c->task, c->buf, text, n);
    return r < 0 ? r : (long)n;
}

/* How the mount table would show a drive, mounted by hand: the word of its rule, or NULL. */
static const char *drives_word(const struct lx_policy *policy)
{
    for (unsigned i = 0; i < LX_MOUNT_TYPES; i++) {
        const enum lx_mount_type type = (enum lx_mount_type)i;
        struct lx_mount m = lx_mount_blank(type);
        if (!lx_mount_type_has(type, LX_TYPE_DRIVE))
            continue;
        lx_rules_work_out(policy->image, type, (enum lx_filesystem)m.filesystem, false, m.rules);
        return lx_value_word(lx_rule(&m, LX_RULE_MOUNT_LINE));
    }
    return NULL;
}

long tags_link(struct lx_call *c)
{
    const struct lx_mounts *mounts = lx_mounts_of_run(c->task->policy);
    const struct lx_mount *m;
    char tag[LINES_TAG_LENGTH + 1];
    if (c->op != LX_OP_READLINK || !tags_is(c->path[0], c->path_length[0]))
        return -ENOENT;
    if (memcmp(c->path[0] + sizeof(TAGS) - 1, NO_TAG, LINES_TAG_LENGTH) == 0) {
        const char *word = drives_word(c->task->policy);
        return word == NULL ? -ENOENT : give_link(c, word);
    }
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;) {
        const char *source = lx_source(m);
        lines_tag(source, tag);
        if (!drive_line_shows(m) || lx_rule(m, LX_RULE_MOUNT_LINE) != LX_VIRTIOFS ||
            memcmp(tag, c->path[0] + sizeof(TAGS) - 1, sizeof(tag)) != 0)
            continue;
        return lx_alter(c, LX_RULE_MOUNT_LINE) ? give_link(c, source) : -ENOENT;
    }
    return -ENOENT;
}
