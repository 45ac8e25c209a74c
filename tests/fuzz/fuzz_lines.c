/* SPDX-License-Identifier: MIT */
/* The kernel's mount tables with the mounts of a run in them: whatever they say, nothing is lost.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mounts/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
    if (!condition)
        abort();
}

static struct lines_work work;
static char records[4][512] __attribute__((aligned(8)));

static void add(const char *source, const char *point, const char *alias, const char *options,
                unsigned form)
{
    struct lx_mount like = {.uid = 5, .file_mask = 022, .number = (uint32_t)work.count + 1};
    const struct lx_mount_texts texts = {.source = source,
                                         .target = point,
                                         .backing = point,
                                         .bind_alias = alias,
                                         .options = options};
    struct lx_mount *m = (struct lx_mount *)(void *)records[work.count];
    like.rules[LX_RULE_MOUNT_LINE] = (uint8_t)form;
    check(lx_mount_put(m, sizeof(records[0]), &like, &texts) > 0);
    work.drive[work.count++] = (struct lines_drive){.mount = m, .point = point};
}

static size_t lines_in(const char *text, size_t n)
{
    size_t lines = 0;
    for (size_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    return lines;
}

/* One table in one of the forms: which, the input's length says. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum lx_value forms[] = {LX_DRVFS, LX_DRVFS_PLAIN, LX_DRVFS_ROOT,
                                          LX_PLAN9, LX_PLAN9_MMAP,  LX_VIRTIOFS};
    static char text[1 << 20];
    const size_t files = LINES_MOUNTSTATS + 1;
    const enum lines_file file = (enum lines_file)(size % files);
    const enum lx_value form = forms[size / files % (sizeof(forms) / sizeof(forms[0]))];
    const struct sys_span table = {(const char *)data, size};
    struct lines_out out = {.at = text, .room = sizeof(text)};
    work.count = 0;
    add("C:", "/mnt/c", "/srv/c", NULL, form);
    add("D:\\x y", "/mnt/c/d", NULL, ",,ro,metadata", LX_DRVFS);
    add("//s/t", "/nowhere", NULL, "case=force", form);
    add("none", "/mnt/c", "/srv/d", NULL, LX_NATIVE);
    lines_write(&work, file, table, &out);
    /* Two of ours have none of the kernel's, and what goes on with one may go with it. */
    check(!out.failed && out.n > 0);
    check(file == LINES_MOUNTSTATS ||
          lines_in(text, out.n) >= lines_in((const char *)data, size) + 2);
    return 0;
}
