/* SPDX-License-Identifier: MIT */
#include "win/ntcalls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "nt/names.h"
#include "nt/times.h"
#include "nt/win32names.h"
#include "store/pending.h"
#include "store/scratch.h"
#include "store/sidecar.h"
#include "sys/sys.h"
#include "win/ea.h"

/* Finds what the handle is on: by the name it has by now. False where it has none any more. */
static bool locate(struct win_handle *handle)
{
    char path[PATH_MAX];
    struct stat st;
    const struct store_object o = {handle->path.drive->root, handle->fd, ""};
    if (handle->fd < 0) /* a symlink, a socket: nothing that could be held */
        return true;
    if (sys_fstat(handle->fd, &st) < 0 || st.st_nlink == 0)
        return false;
    size_t root = strlen(o.root);
    /* Elsewhere in another mount namespace it has no path of ours, and keeps the one it had. */
    if (store_object_path(&o, path) > 0 && strncmp(path, o.root, root) == 0)
        memcpy(handle->path.native, path, strlen(path) + 1);
    struct win_file file;
    return win_file_stat(handle->path.native, &file) == NT_SUCCESS &&
           file.inode == handle->file.inode;
}

/* True where the name that a handle was opened by waits to be deleted. */
static bool is_pending(const struct win_handle *handle)
{
    const char *native = handle->path.native;
    const struct store_object o = {handle->path.drive->root, AT_FDCWD, native};
    return nt_name_pending(native, strlen(native)) && store_pending_proved(&o);
}

/* --- opening and closing -------------------------------------------------------------------- */

nt_status win_nt_open(const struct win *win, const char *name, const struct win_request *request,
                      struct win_open *out)
{
    *out = (struct win_open){.deletes = (request->options & WIN_DELETE_ON_CLOSE) != 0};
    nt_status status = win_create(win, name, request, &out->handle);
    if (status == NT_SUCCESS)
        (void)win_announce(&out->handle);
    return status;
}

/* True for what has no name to wait under: what no descriptor is open on, and a stream. */
static bool goes_at_close(const struct win_handle *handle)
{
    return handle->fd < 0 || handle->path.stream[0] != '\0';
}

void win_nt_close(struct win_open *open)
{
    struct win_handle *handle = &open->handle;
    win_nt_unlock_all(open);
    bool there = locate(handle);
    if (open->deletes && there && goes_at_close(handle))
        (void)win_delete(handle);
    else if (open->deletes && there && !is_pending(handle))
        (void)win_nt_dispose(open, WIN_DISPOSE_DELETE);
    there = there && locate(handle);
    bool waits = there && is_pending(handle);
    if (waits && open->posix)
        (void)win_unlink(handle->path.native, S_ISDIR(handle->file.mode) ? AT_REMOVEDIR : 0);
    else if (!waits) /* by its mark programs see that it does */
        win_withdraw(handle);
    win_close(handle);
}

/* --- asking --------------------------------------------------------------------------------- */

nt_status win_nt_query(struct win_open *open, struct win_nt_facts *out)
{
    struct win_handle *handle = &open->handle;
    if (!win_nt_may(open, NT_READ_ATTRIBUTES))
        return NT_ACCESS_DENIED;
    bool there = locate(handle);
    struct win_file file = handle->file;
    nt_status status = there ? win_file_stat(handle->path.native, &file) : NT_SUCCESS;
    bool pending = !there || is_pending(handle) || (goes_at_close(handle) && open->deletes);
    /* A name that waits to go is no link any more, and no directory has two. [MS-FSA 2.1.5.11.27]
     */
    uint32_t links = !there ? 0 : win_is_directory(&file) ? 1 : file.links;
    *out = (struct win_nt_facts){.attributes = file.attributes != 0 ? file.attributes : NT_NORMAL,
                                 .links = links > 0 && pending ? links - 1 : links,
                                 .size = win_is_directory(&file) ? 0 : file.size,
                                 .pending = pending,
                                 .directory = win_is_directory(&file)};
    return status;
}

/* --- deleting ------------------------------------------------------------------------------- */

/* [MS-FSA 2.1.5.15.3] */
static nt_status check_delete(const struct win_handle *handle, uint32_t flags)
{
    struct win_listing entries;
    struct win_file file;
    const char *native = handle->path.native;
    if (handle->path.drive->readonly)
        return NT_MEDIA_WRITE_PROTECTED;
    nt_status status = win_file_stat(native, &file);
    if (status != NT_SUCCESS)
        return status;
    if ((file.attributes & NT_READONLY) != 0 && (flags & WIN_DISPOSE_IGNORE_READONLY) == 0)
        return NT_CANNOT_DELETE;
    if (strcmp(native, handle->path.drive->root) == 0)
        return NT_CANNOT_DELETE;
    if (!S_ISDIR(file.mode) || handle->path.stream[0] != '\0')
        return NT_SUCCESS;
    status = win_list(native, &entries);
    bool empty = entries.count == 0;
    win_list_free(&entries);
    return status == NT_SUCCESS && !empty ? NT_DIRECTORY_NOT_EMPTY : status;
}

nt_status win_nt_dispose(struct win_open *open, uint32_t flags)
{
    struct win_handle *handle = &open->handle;
    bool wanted = (flags & WIN_DISPOSE_DELETE) != 0;
    if (!win_nt_may(open, NT_DELETE))
        return NT_ACCESS_DENIED;
    if ((flags & WIN_DISPOSE_ON_CLOSE) != 0) {
        open->deletes = wanted;
        return NT_SUCCESS;
    }
    if (!locate(handle))
        return NT_SUCCESS; /* it is gone already */
    nt_status status = wanted ? check_delete(handle, flags) : NT_SUCCESS;
    if (status != NT_SUCCESS)
        return status;
    open->posix = wanted && (flags & WIN_DISPOSE_POSIX) != 0;
    if (goes_at_close(handle)) {
        open->deletes = wanted;
        return NT_SUCCESS;
    }
    const struct store_object o = {handle->path.drive->root, AT_FDCWD, handle->path.native};
    if (is_pending(handle) == wanted)
        return NT_SUCCESS;
    return nt_status_of(wanted ? store_pending_mark(&o, false) : store_pending_revive(&o));
}

/* --- naming --------------------------------------------------------------------------------- */

nt_status win_nt_rename(const struct win *win, struct win_open *open, const char *name,
                        bool replace)
{
    struct win_handle *handle = &open->handle;
    struct win_path to;
    if (!win_nt_may(open, NT_DELETE))
        return NT_ACCESS_DENIED;
    /* NT looks for the new name's directory before it asks the file system anything. (recalled) */
    nt_status status = win_resolve(win, name, WIN_NO_FOLLOW, &to);
    if (status != NT_SUCCESS && status != NT_DELETE_PENDING)
        return status;
    if (!locate(handle) || is_pending(handle))
        return NT_ACCESS_DENIED;
    return win_rename(win, handle, name, replace);
}

/* Gives the file the name as another link; `there`: in place of what has it. */
static long add_link(const struct win_handle *handle, const struct win_path *to)
{
    char name[STORE_SCRATCH_NAME];
    char key[STORE_SIDECAR_KEY];
    const char *root = to->drive->root;
    const struct store_object old = {root, AT_FDCWD, to->native};
    if (!to->exists)
        return sys_linkat(AT_FDCWD, handle->path.native, AT_FDCWD, to->native, 0);
    bool beside = store_sidecar_about(&old, key);
    long r = store_scratch_link(root, handle->path.native, name);
    if (r < 0)
        return r;
    r = store_scratch_place(root, name, to->native);
    if (r < 0)
        store_scratch_drop(root, name);
    else if (beside)
        store_sidecar_drop(root, key);
    return r;
}

/* [MS-FSA 2.1.5.15.6] */
nt_status win_nt_link(const struct win *win, struct win_open *open, const char *name, bool replace)
{
    struct win_handle *handle = &open->handle;
    struct win_path to;
    struct win_file there;
    nt_status status = win_resolve(win, name, WIN_NO_FOLLOW, &to); /* first: see win_nt_rename */
    if (status != NT_SUCCESS && status != NT_DELETE_PENDING)
        return status;
    if (win_is_directory(&handle->file))
        return NT_FILE_IS_A_DIRECTORY;
    if (!locate(handle) || is_pending(handle))
        return NT_ACCESS_DENIED;
    if (status != NT_SUCCESS)
        return status;
    if (to.stream[0] != '\0')
        return NT_OBJECT_NAME_INVALID;
    if (to.exists && !replace)
        return NT_OBJECT_NAME_COLLISION;
    if (handle->path.drive->readonly || to.drive->readonly)
        return NT_MEDIA_WRITE_PROTECTED;
    if (to.exists)
        status = win_check_target(handle, &to, replace);
    if (status == NT_SUCCESS && to.exists)
        status = win_file_stat(to.native, &there);
    if (status != NT_SUCCESS)
        return status;
    if (to.exists && there.inode == handle->file.inode && there.device == handle->file.device)
        return NT_SUCCESS; /* it has the name already */
    return nt_status_of(add_link(handle, &to));
}

/* --- changing ------------------------------------------------------------------------------- */

/* The facts of what a handle with these rights is on. */
static nt_status look(struct win_open *open, uint32_t access, bool changes, struct win_file *file)
{
    struct win_handle *handle = &open->handle;
    if (!win_nt_may(open, access))
        return NT_ACCESS_DENIED;
    if (changes && handle->path.drive->readonly)
        return NT_MEDIA_WRITE_PROTECTED;
    return locate(handle) ? win_file_stat(handle->path.native, file) : NT_FILE_DELETED;
}

static struct timespec time_of(uint64_t filetime)
{
    if (filetime == 0)
        return (struct timespec){.tv_nsec = UTIME_OMIT};
    return (struct timespec){.tv_sec = nt_filetime_seconds(filetime),
                             .tv_nsec = (long)(filetime % NT_FILETIME_SECOND) * 100};
}

/* [MS-FSA 2.1.5.15.2] */
nt_status win_nt_set_basic(struct win_open *open, const struct win_nt_basic *basic)
{
    struct win_file file;
    struct timespec times[WIN_TIMES];
    bool any = false;
    nt_status status = look(open, NT_WRITE_ATTRIBUTES, true, &file);
    if (status != NT_SUCCESS)
        return status;
    for (size_t i = 0; i < WIN_TIMES; i++) {
        times[i] = time_of(basic->times[i]);
        any |= basic->times[i] != 0;
    }
    const char *native = open->handle.path.native;
    if (basic->attributes != 0)
        status = win_set_attributes(native, &file, basic->attributes);
    if (status == NT_SUCCESS && any)
        status = win_file_stat(native, &file);
    return status == NT_SUCCESS && any ? win_set_times(native, &file, times) : status;
}

/* [MS-FSA 2.1.5.15.4] */
nt_status win_nt_set_size(struct win_open *open, uint64_t size)
{
    if (!win_nt_may(open, NT_WRITE_DATA))
        return NT_ACCESS_DENIED;
    if (win_is_directory(&open->handle.file) || size > INT64_MAX)
        return NT_INVALID_PARAMETER;
    if (open->handle.path.stream[0] != '\0')
        return NT_NOT_SUPPORTED; /* streams are written whole */
    return nt_status_of(sys_ftruncate(open->handle.fd, (off_t)size));
}

/* --- directories ---------------------------------------------------------------------------- */

/* Takes a scan's pattern, or leaves the one of the scan before. True of a handle's first. */
static bool begin_scan(struct win_open *open, const char *pattern)
{
    bool first = !open->listed;
    if (pattern[0] != '\0')
        (void)snprintf(open->pattern, sizeof(open->pattern), "%s", pattern);
    open->listed = true;
    return first;
}

nt_status win_nt_list(struct win_open *open, struct win_listing *out, const char *pattern)
{
    struct win_listing all;
    struct win_file file;
    *out = (struct win_listing){.list = NULL};
    nt_status status = look(open, NT_READ_DATA, false, &file);
    if (status == NT_SUCCESS && !win_is_directory(&file))
        status = NT_INVALID_PARAMETER;
    if (status == NT_SUCCESS && strlen(pattern) >= sizeof(open->pattern))
        status = NT_OBJECT_NAME_INVALID;
    if (status == NT_SUCCESS)
        status = win_list(open->handle.path.native, &all);
    if (status != NT_SUCCESS)
        return status;
    bool first = begin_scan(open, pattern);
    out->list = calloc(all.count + 2, sizeof(*out->list));
    for (size_t i = 0; out->list != NULL && i < all.count + 2; i++) {
        static char dots[] = "..";
        struct win_entry dot = {i == 0 ? dots + 1 : dots, NULL};
        const struct win_entry *e = i < 2 ? &dot : &all.list[i - 2];
        if (open->pattern[0] == '\0' || nt_wild_match(open->pattern, e->name))
            out->list[out->count++] = (struct win_entry){strdup(e->name), NULL};
    }
    win_list_free(&all);
    if (out->list == NULL)
        return NT_NO_MEMORY;
    if (out->count > 0)
        return NT_SUCCESS;
    win_list_free(out);
    return first ? NT_NO_SUCH_FILE : NT_NO_MORE_FILES;
}

/* --- extended attributes, reparse points ---------------------------------------------------- */

nt_status win_nt_query_eas(struct win_open *open, uint8_t *chain, size_t *size)
{
    struct win_file file;
    nt_status status = look(open, NT_READ_EA, false, &file);
    if (status == NT_SUCCESS)
        status = win_ea_query(open->handle.path.native, chain, size);
    return status == NT_SUCCESS && *size == 0 ? NT_NO_EAS_ON_FILE : status;
}

nt_status win_nt_set_ea(struct win_open *open, const struct nt_ea *ea)
{
    struct win_file file;
    nt_status status = look(open, NT_WRITE_EA, true, &file);
    return status == NT_SUCCESS ? win_ea_set(open->handle.path.native, ea) : status;
}

nt_status win_nt_get_reparse(struct win_open *open, uint8_t buffer[NT_REPARSE_MAX], size_t *size)
{
    struct win_file file;
    nt_status status = look(open, 0, false, &file);
    if (status == NT_SUCCESS)
        *size = win_reparse_get(open->handle.path.native, &file, buffer, &status);
    return status;
}

/* Either right will do. [MS-FSA 2.1.5.10.37] */
static uint32_t reparse_right(const struct win_open *open)
{
    return win_nt_may(open, NT_WRITE_DATA) ? NT_WRITE_DATA : NT_WRITE_ATTRIBUTES;
}

nt_status win_nt_set_reparse(struct win_open *open, const uint8_t *buffer, size_t size)
{
    struct win_file file;
    struct win_handle *handle = &open->handle;
    nt_status status = look(open, reparse_right(open), true, &file);
    if (status == NT_SUCCESS)
        status = win_reparse_set(handle->path.native, buffer, size);
    /* What is a FIFO or a socket to Linux now is another inode, by which nothing is held. */
    if (status == NT_SUCCESS && S_ISREG(file.mode) && handle->fd >= 0 &&
        win_file_stat(handle->path.native, &file) == NT_SUCCESS && !S_ISREG(file.mode)) {
        sys_close(handle->fd);
        handle->fd = -1;
    }
    return status;
}

nt_status win_nt_delete_reparse(struct win_open *open, uint32_t tag)
{
    struct win_file file;
    nt_status status = look(open, reparse_right(open), true, &file);
    if (status == NT_SUCCESS && win_is_reparse(&file) && file.tag != tag)
        status = NT_IO_REPARSE_TAG_MISMATCH;
    return status == NT_SUCCESS ? win_reparse_delete(open->handle.path.native) : status;
}
