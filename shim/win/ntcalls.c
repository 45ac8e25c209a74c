/* SPDX-License-Identifier: MIT */
#include "win/ntcalls.h"

#include <string.h>
#include <sys/stat.h>

#include "nt/names.h"
#include "store/pending.h"
#include "sys/sys.h"

static bool may(const struct win_open *open, uint32_t access)
{
    return (open->handle.access & access) == access;
}

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

void win_nt_close(struct win_open *open)
{
    struct win_handle *handle = &open->handle;
    bool there = locate(handle);
    if (open->deletes && there && handle->fd < 0)
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
    if (!may(open, WIN_READ_ATTRIBUTES))
        return NT_ACCESS_DENIED;
    bool there = locate(handle);
    struct win_file file = handle->file;
    nt_status status = there ? win_file_stat(handle->path.native, &file) : NT_SUCCESS;
    bool pending = !there || is_pending(handle) || (handle->fd < 0 && open->deletes);
    /* A name that waits to go is no link any more, and no directory has two. [MS-FSA 2.1.5.11.27]
     */
    uint32_t links = !there ? 0 : win_is_directory(&file) ? 1 : file.links;
    *out = (struct win_nt_facts){.attributes = file.attributes,
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
    if (!S_ISDIR(file.mode))
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
    if (!may(open, WIN_DELETE))
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
    if (handle->fd < 0) {
        open->deletes = wanted;
        return NT_SUCCESS;
    }
    const struct store_object o = {handle->path.drive->root, AT_FDCWD, handle->path.native};
    if (is_pending(handle) == wanted)
        return NT_SUCCESS;
    return nt_status_of(wanted ? store_pending_mark(&o) : store_pending_revive(&o));
}

/* --- naming --------------------------------------------------------------------------------- */

nt_status win_nt_rename(const struct win *win, struct win_open *open, const char *name,
                        bool replace)
{
    struct win_handle *handle = &open->handle;
    if (!may(open, WIN_DELETE) || !locate(handle) || is_pending(handle))
        return NT_ACCESS_DENIED;
    return win_rename(win, handle, name, replace);
}
