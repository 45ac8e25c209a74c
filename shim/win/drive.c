/* SPDX-License-Identifier: MIT */
/* Drives: the policy's volumes and mounts, and which of them a name or the current directory is on.
 */
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

/* Where a session is, as far as is known. */
struct start {
    char here[WIN_PATH]; /* the current directory; "" where there is none */
    size_t best;         /* the length of the name by which a drive has it */
};

/* Adds a drive. The directory may be there under either name; the innermost drive has it. */
static void add_drive(struct win *win, struct start *start, const char *source,
                      const struct win_drive *like)
{
    if (win->drive_count == sizeof(win->drives) / sizeof(win->drives[0]))
        return;
    struct win_drive *drive = &win->drives[win->drive_count++];
    *drive = *like;
    normalise_source(source, drive->source);
    if (win->drive_count == 1)
        (void)find_directory(win, drive, "");
    const char *roots[] = {drive->root, drive->target};
    for (size_t k = 0; k < 2; k++) {
        const char *rest = inside(start->here, roots[k]);
        if (rest != NULL && strlen(roots[k]) > start->best && find_directory(win, drive, rest))
            start->best = strlen(roots[k]);
    }
}

/* A volume as a drive, by a letter or a folder. It is where one of the mounts has it, if any. */
static void add_volume(struct win *win, struct start *start, const struct lx_effective *policy,
                       const char *source, const struct lx_effective_volume *volume)
{
    struct win_drive drive = {.root = volume->backing,
                              .target = volume->backing,
                              .label = volume->facts.label,
                              .serial = volume->facts.serial};
    for (size_t i = 0; i < policy->mount_count; i++)
        if (strcmp(policy->mounts[i].backing, volume->backing) == 0) {
            drive.target = policy->mounts[i].target;
            drive.readonly = policy->mounts[i].options.readonly;
        }
    add_drive(win, start, source, &drive);
}

/* The volumes that a policy says, and the mounts that have one of their own. */
static void add_drives(struct win *win, struct start *start, const struct lx_effective *policy)
{
    for (size_t i = 0; i < policy->mount_count; i++) {
        const struct lx_effective_mount *m = &policy->mounts[i];
        const struct win_drive drive = {.root = m->backing,
                                        .target = m->target,
                                        .label = m->volume.label,
                                        .serial = m->volume.serial,
                                        .readonly = m->options.readonly};
        if (m->implied && lx_source_has_letter(m->source))
            add_drive(win, start, m->source, &drive);
    }
    for (size_t i = 0; i < policy->volume_count; i++)
        if (!policy->volumes[i].implied && lx_source_has_letter(policy->volumes[i].name))
            add_volume(win, start, policy, policy->volumes[i].name, &policy->volumes[i]);
    for (size_t i = 0; i < policy->folder_count; i++) {
        const struct lx_effective_folder *f = &policy->folders[i];
        add_volume(win, start, policy, f->source, &policy->volumes[f->volume]);
    }
}

bool win_start(struct win *win, const struct lx_effective *policy,
               const struct win_command *commands)
{
    struct start start = {.best = 0};
    const struct lx_effective_fact *elevated = &policy->windows[LX_ELEVATED];
    if (sys_getcwd(start.here, sizeof(start.here)) < 0)
        start.here[0] = '\0';
    *win = (struct win){.commands = commands, .out = stdout};
    session = win;
    /* The prompt is an administrator's, as in the post, unless the policy says that it is not. */
    win->elevated = elevated->value || elevated->origin.kind == LX_ORIGIN_DEFAULT;
    win->may_link = win->elevated || policy->windows[LX_DEVELOPER_MODE].value;
    add_drives(win, &start, policy);
    size_t length = strlen(win->directory);
    if (length == 2) /* a volume's root is named with its separator */
        memcpy(win->directory + 2, "\\", 2);
    return start.best > 0;
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
