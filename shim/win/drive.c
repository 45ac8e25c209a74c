/* SPDX-License-Identifier: MIT */
/* Drives: the policy's mounts, and which of them a name or the current directory is on. */
#include <string.h>

#include "nt/fold.h"
#include "nt/names.h"
#include "sys/sys.h"
#include "win/win.h"

/* See win_root_of; only win_start writes it. */
static const struct win *session;

/* "C:/src/" as "C:\src"; "C:\" as "C:". */
static void normalise_source(const char *source, char *out)
{
    size_t n = strlen(source);
    n = n < WIN_PATH ? n : WIN_PATH - 1;
    memcpy(out, source, n);
    for (size_t i = 0; i < n; i++)
        if (out[i] == '/')
            out[i] = '\\';
    while (n > 0 && out[n - 1] == '\\')
        n--;
    out[n] = '\0';
}

/* What is left of a native path inside a directory: "" or "/x"; NULL where it is not inside. */
static const char *inside(const char *path, const char *root)
{
    size_t n = strlen(root);
    if (strncmp(path, root, n) != 0 || (path[n] != '/' && path[n] != '\0'))
        return NULL;
    return path + n;
}

static bool find_directory(struct win *win, const struct win_drive *drive, const char *rest)
{
    char below[WIN_PATH * 3];
    long n = nt_name_escape(rest, strlen(rest), below, sizeof(below));
    if (n < 0 || !win_print_path(win->directory, "%s%s", drive->source, below))
        return false;
    for (char *c = win->directory; *c != '\0'; c++)
        if (*c == '/')
            *c = '\\';
    return true;
}

bool win_start(struct win *win, const struct lx_effective *policy,
               const struct win_command *commands)
{
    char here[WIN_PATH];
    size_t best = 0;
    long n = sys_getcwd(here, sizeof(here));
    const struct lx_effective_fact *elevated = &policy->windows[LX_ELEVATED];
    *win = (struct win){.commands = commands, .out = stdout};
    session = win;
    /* The prompt is an administrator's, as in the post, unless the policy says that it is not. */
    win->may_link = elevated->value || elevated->origin.kind == LX_ORIGIN_DEFAULT ||
                    policy->windows[LX_DEVELOPER_MODE].value;
    for (size_t i = 0; i < policy->mount_count && i < LX_MOUNT_MAX; i++) {
        const struct lx_effective_mount *m = &policy->mounts[i];
        struct win_drive *drive = &win->drives[win->drive_count++];
        *drive = (struct win_drive){.root = m->backing,
                                    .target = m->target,
                                    .label = m->volume.label,
                                    .serial = m->volume.serial,
                                    .readonly = m->options.readonly};
        normalise_source(m->source, drive->source);
        if (i == 0)
            (void)find_directory(win, drive, "");
        /* The directory may be there under either name; the innermost drive has it. */
        const char *roots[] = {m->backing, m->target};
        for (size_t k = 0; k < 2 && n > 0; k++) {
            const char *rest = inside(here, roots[k]);
            if (rest != NULL && strlen(roots[k]) > best && find_directory(win, drive, rest))
                best = strlen(roots[k]);
        }
    }
    size_t length = strlen(win->directory);
    if (length == 2) /* a volume's root is named with its separator */
        memcpy(win->directory + 2, "\\", 2);
    return best > 0;
}

const struct win_drive *win_drive_of(const struct win *win, const char *name)
{
    const struct win_drive *best = NULL;
    size_t length = 0;
    for (unsigned i = 0; i < win->drive_count; i++) {
        const struct win_drive *d = &win->drives[i];
        size_t n = strlen(d->source);
        if (strlen(name) >= n && nt_fold_equal(name, n, d->source, n) &&
            (name[n] == '\0' || name[n] == '\\') && n > length) {
            best = d;
            length = n;
        }
    }
    return best;
}

const char *win_root_of(const char *native)
{
    const char *best = NULL;
    for (unsigned i = 0; session != NULL && i < session->drive_count; i++) {
        const char *root = session->drives[i].root;
        if (inside(native, root) != NULL && (best == NULL || strlen(root) > strlen(best)))
            best = root;
    }
    return best;
}
