/* SPDX-License-Identifier: MIT */
/* Mount tables from outside: taken apart, and asked for drives by wslpath. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wsl/translate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
    if (!condition)
        abort();
}

static long tag(const char *name, char *out, size_t room)
{
    size_t n = strlen(name);
    check(n <= NAME_MAX && room > 3);
    memcpy(out, "C:\\", 4);
    return n % 2 == 0 ? 3 : -1;
}

/* Every part lies in its line, in the line's order. */
static void check_parts(const struct sys_mount_line *line, struct sys_span whole)
{
    const struct sys_span parts[] = {line->id,     line->parent,  line->device,   line->root,
                                     line->point,  line->options, line->optional, line->type,
                                     line->source, line->super};
    const char *at = whole.at;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        check(parts[i].at >= at && parts[i].at + parts[i].n <= whole.at + whole.n);
        at = parts[i].at + parts[i].n;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {"/",     "/mnt/c/x:y", "C:\\x",  "\\\\?\\D:\\",
                                        "..\\x", "\\x",        "x/../.", "\\\\server\\share\\x"};
    static struct wsl_text out;
    struct wsl_view view = {.table = {{(const char *)data, size}, tag}, .cwd = "/mnt/c/a"};
    struct sys_span text = view.table.text;
    struct sys_span whole;
    struct sys_mount_line line;
    char part[64];
    while (sys_mount_next(&text, &line, &whole)) {
        check_parts(&line, whole);
        long n = sys_mount_unescape(line.point, part, sizeof(part));
        check(n < 0 || (size_t)n == strlen(part));
    }
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        view.distro = i % 2 == 0 ? "Debian" : NULL;
        if (wsl_to_linux(&view, paths[i], i % 3 == 0, &out) == 0)
            check(out.n > 0 && out.n == strlen(out.at));
        if (wsl_to_windows(&view, paths[i], NULL, i % 3 == 0, &out) == 0)
            check(out.n > 0 && out.n == strlen(out.at));
    }
    return 0;
}
