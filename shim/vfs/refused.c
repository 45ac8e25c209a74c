/* SPDX-License-Identifier: MIT */
#include "vfs/refused.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#include "mounts/attach.h"
#include "mounts/source.h"
#include "policy/nearest.h"
#include "policy/options.h"
#include "vfs/explain.h"

#define SHOWN 240

/* A text that is put together: a reason, before it becomes a string of JSON. */
static void quote(struct text *why, const char *word, size_t n)
{
    text_put(why, "\"");
    text_raw(why, word, n < SHOWN ? n : SHOWN);
    text_put(why, "\"");
}

static void suggest(struct text *why, const char *word)
{
    if (word == NULL)
        return;
    text_put(why, "; did you mean ");
    quote(why, word, strlen(word));
    text_put(why, "?");
}

/* True where an option is to blame. */
static bool blame_options(const struct lx_task *t, const struct mounts_request *request,
                          enum lx_mount_type type, struct text *why)
{
    struct lx_mount_options unused;
    struct lx_option_error error;
    const char *options = request->options;
    if (options == NULL || options[0] == '\0')
        return false;
    if (lx_options_parse(type, options, &unused, &error) == 0) {
        if (mounts_client_takes(t->policy, lx_mount_type_word(type), options))
            return false;
        text_put(why, "this era of WSL takes no such option: ");
        quote(why, options, strlen(options));
        return true;
    }
    text_put(why, error.word);
    text_put(why, " ");
    quote(why, options + error.offset, error.length);
    text_put(why, ": expected ");
    text_put(why, error.expected);
    suggest(why, error.suggestion);
    return true;
}

/* The name of a volume or share that is nearest to what was asked for. */
static const char *nearest_source(const struct lx_volumes *volumes, const char *source)
{
    struct lx_nearest nearest;
    lx_nearest_start(&nearest, source);
    for (uint32_t i = 0; i < volumes->count; i++)
        if ((lx_volumes_list(volumes)[i].flags & LX_VOLUME_DIRECTORY) == 0)
            lx_nearest_try(&nearest, lx_volumes_text(volumes, lx_volumes_list(volumes)[i].name));
    for (uint32_t i = 0; i < volumes->share_count; i++)
        lx_nearest_try(&nearest, lx_volumes_text(volumes, lx_volumes_shares(volumes)[i].name));
    return lx_nearest_found(&nearest);
}

/* A volume is there by its name, and its directory is not, or is none. */
static void blame_directory(const struct lx_volumes *volumes, const struct lx_source_found *found,
                            const char *source, struct text *why)
{
    struct stat st;
    const char *backing = lx_volumes_text(volumes, found->volume->backing);
    bool there = sys_fstatat(AT_FDCWD, backing, &st, 0) == 0 && S_ISDIR(st.st_mode);
    text_put(why, there ? "no such directory in the volume: " : "the volume's backing ");
    if (there)
        quote(why, source, strlen(source));
    else
        quote(why, backing, strlen(backing));
    if (!there)
        text_put(why, " is gone");
}

/* True where the source is to blame. */
static bool blame_source(const struct lx_task *t, const struct mounts_request *request,
                         struct text *why)
{
    const struct lx_volumes *volumes = lx_image_volumes(t->policy->image);
    const char *source = request->source;
    struct lx_source_found found;
    if (source == NULL || source[0] == '\0') {
        text_put(why, "no source");
        return true;
    }
    if (request->directory != NULL || mounts_source(t->policy, source, &found) == 0)
        return false;
    if (volumes != NULL && lx_volumes_find(volumes, source, &found) == 0) {
        blame_directory(volumes, &found, source, why);
        return true;
    }
    text_put(why, source[0] == '/' ? "no such directory, and no share or volume of the policy: "
                                   : "no volume or share of the policy: ");
    quote(why, source, strlen(source));
    if (volumes != NULL)
        suggest(why, nearest_source(volumes, source));
    return true;
}

/* True where what is to be mounted on is to blame. */
static bool blame_target(const struct mounts_request *request, struct text *why)
{
    struct stat st;
    const char *native = request->native;
    bool there = native != NULL && sys_fstatat(AT_FDCWD, native, &st, 0) == 0;
    if (there && S_ISDIR(st.st_mode))
        return false;
    text_put(why, there ? "the target is no directory: " : "the target is not there: ");
    quote(why, request->target, strlen(request->target));
    return true;
}

/* What an errno says by itself. */
static const char *by_errno(const struct lx_task *t, const struct mounts_request *request,
                            long result)
{
    if (t->policy->table == NULL)
        return "the run's table of mounts cannot be had: it is another version's or another "
               "user's, "
               "or the run has ended";
    switch (-result) {
    case EPERM:
        return sys_geteuid() == 0 ? "the run's table of mounts cannot be written from here"
                                  : "only root mounts";
    case EBUSY:
        if (request->type != NULL &&
            lx_mount_type_has(lx_mount_type_find(request->type), LX_TYPE_MADE_UP))
            return "it is mounted there already";
        return request->type == NULL ? "something of it is in use, or mounted in it"
                                     : "another mount is under way for too long";
    case ENOSPC:
        return "the run's table of mounts is full: 255 at a time, in 1,024 mount namespaces";
    case ENOSYS:
        return "the run's table of mounts is another version's, or the run has ended";
    case ENOMEM:
        return "no memory is left for the run's table of mounts";
    case ENAMETOOLONG:
        return "a path is too long";
    default:
        return "the kernel has refused it";
    }
}

static void find_reason(const struct lx_task *t, const struct mounts_request *request, long result,
                        struct text *why)
{
    const struct lx_mount *m = NULL;
    bool again = (request->flags & MS_REMOUNT) != 0;
    bool ours = request->type != NULL && !again;
    if (again && request->native != NULL)
        m = mounts_at(t->policy, request->native, request->target);
    enum lx_mount_type type = m != NULL ? (enum lx_mount_type)m->type
                              : ours    ? lx_mount_type_find(request->type)
                                        : LX_MOUNT_HOST;
    if (result == -EINVAL && type != LX_MOUNT_HOST && blame_options(t, request, type, why))
        return;
    bool found = result == -ENOENT || result == -ENOTDIR || result == -EINVAL;
    if (found && ours && blame_source(t, request, why))
        return;
    if (found && request->target != NULL && blame_target(request, why))
        return;
    text_put(why, by_errno(t, request, result));
}

static void put_word(struct text *t, const char *before, const char *word)
{
    text_put(t, before);
    text_json(t, word == NULL ? "" : word, SHOWN);
}

__attribute__((noinline)) void vfs_mount_refused(const struct lx_task *t, const char *call,
                                                 const struct mounts_request *request, long result)
{
    char buf[VFS_LINE_ROOM];
    char reason[1024];
    struct text line = {buf, 0, sizeof(buf) - VFS_LINE_END};
    struct text why = {reason, 0, sizeof(reason) - 1};
    if (t->policy->trace == NULL || t->seccomp_confined)
        return;
    find_reason(t, request, result, &why);
    reason[why.length] = '\0';
    vfs_line_begin(&line, t);
    put_word(&line, ",\"call\":", call);
    put_word(&line, ",\"args\":[", request->source);
    put_word(&line, ",", request->target);
    put_word(&line, ",", request->type);
    put_word(&line, ",", request->options);
    text_put(&line, "],\"flags\":");
    text_number(&line, (int64_t)request->flags);
    vfs_line_result(&line, result);
    text_put(&line, ",\"outcome\":\"refused\"");
    put_word(&line, ",\"reason\":", reason);
    vfs_line_end(&line, t);
}
