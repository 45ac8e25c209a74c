/* SPDX-License-Identifier: MIT */
#include "win/ntcreate.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/holders.h"
#include "store/metadata.h"
#include "store/pending.h"
#include "store/shares.h"
#include "store/sidecar.h"
#include "sys/sys.h"
#include "win/ea.h"
#include "win/security.h"
#include "win/volfs.h"

/* --- sharing -------------------------------------------------------------------------------- */

/* What a request means to others. One that asks for attributes alone does not mind sharing. */
static unsigned shares_of(uint32_t access, uint32_t share)
{
    unsigned bits = STORE_OPEN;
    if ((access & (NT_READ_DATA | NT_EXECUTE)) != 0)
        bits |= STORE_READS;
    if ((access & (NT_WRITE_DATA | NT_APPEND_DATA)) != 0)
        bits |= STORE_WRITES;
    if ((access & NT_DELETE) != 0)
        bits |= STORE_DELETES;
    if (bits == STORE_OPEN)
        return bits;
    if ((share & WIN_SHARE_READ) == 0)
        bits |= STORE_NO_SHARE_READ;
    if ((share & WIN_SHARE_WRITE) == 0)
        bits |= STORE_NO_SHARE_WRITE;
    if ((share & WIN_SHARE_DELETE) == 0)
        bits |= STORE_NO_SHARE_DELETE;
    return bits;
}

/* Opens the file itself, for writing too where that was asked, and marks what it is open for. */
static int open_marked(const struct win_handle *handle, unsigned ours)
{
    bool writing =
        (ours & STORE_WRITES) != 0 && S_ISREG(handle->file.mode) && handle->path.stream[0] == '\0';
    int fd = sys_openat(
        AT_FDCWD, handle->path.native,
        (writing ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0);
    if (fd >= 0)
        (void)store_share_mark(fd, ours);
    return fd;
}

/*
 * True where somebody has the file open who has not said for what: a program of Linux. It counts as
 * one that reads and shares reading and writing, but not deleting, as most programs of Windows do.
 * Nobody can come between the question and the mark: the claim has it before it lets others in.
 */
static bool held_by_linux(struct win_handle *handle, unsigned ours)
{
    struct store_holders nobody = {.list = NULL, .room = 0};
    struct stat st;
    if (win_is_directory(&handle->file))
        return sys_fstat(handle->fd, &st) == 0 && store_directory_held(handle->fd, &st, &nobody);
    sys_close(handle->fd); /* it would count */
    int claim = store_claim_file(AT_FDCWD, handle->path.native, &nobody);
    if (claim >= 0) {
        (void)store_share_mark(claim, ours);
        sys_fcntl(claim, F_SETLEASE, F_UNLCK);
    }
    handle->fd = open_marked(handle, ours);
    if (claim >= 0)
        sys_close(claim);
    return claim == -EBUSY;
}

/*
 * Opens the file behind a handle, says what for, and asks then what others have it open for: of two
 * who come at once, neither overlooks the other.
 */
static nt_status share(struct win_handle *handle, unsigned ours)
{
    handle->shares = ours;
    handle->fd = open_marked(handle, ours);
    if (handle->fd == -ELOOP || handle->fd == -ENXIO) /* a symlink, a socket: nothing to be open */
        return NT_SUCCESS;
    if (handle->fd < 0)
        return nt_status_of(handle->fd);
    unsigned theirs = store_shares(handle->fd);
    bool held = theirs == 0 && (ours & (STORE_DELETES | STORE_NO_SHARE_READ)) != 0 &&
                held_by_linux(handle, ours);
    if (handle->fd < 0)
        return nt_status_of(handle->fd);
    if (held) /* unless it is another one of Windows, who came meanwhile */
        theirs = store_shares(handle->fd);
    if (!store_shares_conflict(theirs, ours) && !(held && theirs == 0))
        return NT_SUCCESS;
    win_close(handle);
    return NT_SHARING_VIOLATION;
}

/* --- opening -------------------------------------------------------------------------------- */

static bool may_create(uint32_t disposition)
{
    return disposition != WIN_OPEN && disposition != WIN_OVERWRITE;
}

static bool overwrites(uint32_t disposition)
{
    return disposition == WIN_SUPERSEDE || disposition >= WIN_OVERWRITE;
}

/* A file that is to go with its handle, and would be read-only. [MS-FSA 2.1.5.1.1] */
static bool makes_undeletable(const struct win_request *request)
{
    return (request->options & WIN_DELETE_ON_CLOSE) != 0 &&
           (request->attributes & NT_READONLY) != 0;
}

static nt_status make(const struct win *win, struct win_handle *handle,
                      const struct win_request *request)
{
    const char *native = handle->path.native;
    long r;
    if (!may_create(request->disposition))
        return NT_OBJECT_NAME_NOT_FOUND;
    if (handle->path.directory_wanted && (request->options & WIN_DIRECTORY_FILE) == 0)
        return NT_OBJECT_NAME_INVALID;
    if (makes_undeletable(request))
        return NT_CANNOT_DELETE;
    if (handle->path.drive->readonly)
        return NT_MEDIA_WRITE_PROTECTED;
    nt_status status = win_may_add(win, native, (request->options & WIN_DIRECTORY_FILE) != 0);
    if (status != NT_SUCCESS)
        return status;
    if ((request->options & WIN_DIRECTORY_FILE) != 0) {
        r = sys_mkdirat(AT_FDCWD, native, WIN_NEW_MODE);
    } else {
        r = sys_openat(AT_FDCWD, native, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, WIN_NEW_MODE);
        if (r >= 0)
            sys_close((int)r);
    }
    if (r >= 0) /* no umask of ours holds on Windows */
        sys_fchmodat(AT_FDCWD, native, WIN_NEW_MODE);
    handle->information = WIN_FILE_CREATED;
    if (r < 0)
        return nt_status_of(r);
    status = win_security_made(native);
    if (status == NT_SUCCESS)
        status = win_status_of_ea(win_volfs_made(native));
    if (status != NT_SUCCESS)
        win_unlink(native, (request->options & WIN_DIRECTORY_FILE) != 0 ? AT_REMOVEDIR : 0);
    return status;
}

/* What no file could answer. [MS-FSA 2.1.5.1, the checks of parameters] */
static nt_status check_request(const struct win_request *request, uint32_t access)
{
    bool directory = (request->options & WIN_DIRECTORY_FILE) != 0;
    if (directory &&
        ((request->options & WIN_NON_DIRECTORY_FILE) != 0 || overwrites(request->disposition)))
        return NT_INVALID_PARAMETER;
    if ((request->options & WIN_DELETE_ON_CLOSE) != 0 && (access & NT_DELETE) == 0)
        return NT_INVALID_PARAMETER;
    return NT_SUCCESS;
}

/* What an existing file refuses before anybody is asked who has it open. */
static nt_status check_existing(const struct win_handle *handle, const struct win_request *request,
                                uint32_t access)
{
    const struct win_file *file = &handle->file;
    bool writes =
        (access & (NT_WRITE_DATA | NT_APPEND_DATA)) != 0 || overwrites(request->disposition);
    if (request->disposition == WIN_CREATE && handle->path.stream[0] == '\0')
        return NT_OBJECT_NAME_COLLISION;
    if ((request->options & WIN_DIRECTORY_FILE) != 0 && !win_is_directory(file))
        return NT_NOT_A_DIRECTORY;
    if ((request->options & WIN_NON_DIRECTORY_FILE) != 0 && win_is_directory(file))
        return NT_FILE_IS_A_DIRECTORY;
    if (handle->path.directory_wanted && !win_is_directory(file))
        return NT_OBJECT_NAME_INVALID;
    if (writes && handle->path.drive->readonly)
        return NT_MEDIA_WRITE_PROTECTED;
    if (win_is_directory(file) && overwrites(request->disposition) &&
        handle->path.stream[0] == '\0')
        return NT_OBJECT_NAME_COLLISION;
    if (writes && !win_is_directory(file) && (file->attributes & NT_READONLY) != 0)
        return NT_ACCESS_DENIED;
    if ((request->options & WIN_DELETE_ON_CLOSE) != 0 && (file->attributes & NT_READONLY) != 0)
        return NT_CANNOT_DELETE;
    if (overwrites(request->disposition) && makes_undeletable(request))
        return NT_CANNOT_DELETE;
    /* Who writes over a hidden or system file has to name these attributes; no command does. */
    if (overwrites(request->disposition) &&
        (file->attributes & ~request->attributes & (NT_HIDDEN | NT_SYSTEM)) != 0)
        return NT_ACCESS_DENIED;
    return NT_SUCCESS;
}

/* Of a stream the disposition is about itself: its file may have been there or not. */
static nt_status check_stream(struct win_handle *handle, const struct win_request *request)
{
    size_t size;
    nt_status status;
    uint8_t *data = win_stream_get(handle->path.native, handle->path.stream, &size, &status);
    free(data);
    if (data != NULL)
        return request->disposition == WIN_CREATE ? NT_OBJECT_NAME_COLLISION : status;
    if (status != NT_OBJECT_NAME_NOT_FOUND || !may_create(request->disposition))
        return status;
    handle->information = WIN_FILE_CREATED;
    return handle->path.drive->readonly ? NT_MEDIA_WRITE_PROTECTED : NT_SUCCESS;
}

/* Whoever overwrites need not have asked to write: the descriptor may be one for reading. */
static int empty_file(const struct win_handle *handle)
{
    if ((handle->shares & STORE_WRITES) != 0)
        return sys_ftruncate(handle->fd, 0);
    int fd = sys_openat(AT_FDCWD, handle->path.native,
                        O_WRONLY | O_TRUNC | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd >= 0)
        sys_close(fd);
    return fd < 0 ? fd : 0;
}

static nt_status truncate_to_nothing(struct win_handle *handle, const struct win_request *request)
{
    handle->information =
        request->disposition == WIN_SUPERSEDE ? WIN_FILE_SUPERSEDED : WIN_FILE_OVERWRITTEN;
    if (handle->path.stream[0] == '\0' && (win_is_reparse(&handle->file) || handle->fd < 0))
        return NT_ACCESS_DENIED;
    handle->keeps = (request->options & WIN_KEEP_OLD) != 0;
    if (handle->keeps)
        return NT_SUCCESS;
    if (handle->path.stream[0] != '\0')
        return win_stream_set(handle->path.native, handle->path.stream, "", 0);
    const struct store_object o = {handle->path.drive->root, handle->fd, ""};
    struct win_volfs_old old;
    win_volfs_before(handle->path.native, &old);
    nt_status status = nt_status_of(empty_file(handle));
    if (status == NT_SUCCESS)
        status = win_status_of_ea(win_lose_eas(&o));
    if (status == NT_SUCCESS)
        status = win_status_of_ea(win_volfs_overwritten(handle->path.native, &old));
    return status;
}

/*
 * What is made, or overwritten, has the attributes of the request, and a file is to be archived.
 * The handle's own rights stay what they are. [MS-FSA 2.1.5.1.1, 2.1.5.1.2.1]
 */
static nt_status give_attributes(struct win_handle *handle, uint32_t attributes)
{
    nt_status status;
    attributes = (attributes & (NT_READONLY | NT_HIDDEN | NT_SYSTEM)) |
                 (win_is_directory(&handle->file) ? 0 : NT_ARCHIVE);
    if (win_is_reparse(&handle->file) || handle->path.stream[0] != '\0' ||
        ((attributes ^ handle->file.attributes) & ~(uint32_t)NT_DIRECTORY) == 0)
        return NT_SUCCESS;
    status = win_set_attributes(handle->path.native, &handle->file, attributes);
    return status == NT_SUCCESS ? win_file_stat(handle->path.native, &handle->file) : status;
}

/* A link, or an object with facts beside it: that is asked of the object itself, not of its name.
 */
static bool mark_is_meant(const struct win_handle *handle)
{
    const struct store_object o = {handle->path.drive->root, handle->fd, ""};
    return store_mark_is_meant(&o) || store_attr_get(&o, true, STORE_METADATA_STICKY, NULL, 0) > 0;
}

void win_unmark(const struct win_handle *handle)
{
    if (handle->fd < 0 || mark_is_meant(handle))
        return;
    store_share_withdraw(handle->fd, false);
    if (mark_is_meant(handle)) /* who came meanwhile looked at the mark before, or after this */
        (void)store_share_announce(handle->fd);
}

int win_announce(const struct win_handle *handle)
{
    if (handle->fd < 0)
        return 0;
    if (win_is_directory(&handle->file))
        store_mark_directory(handle->fd);
    return store_share_announce(handle->fd);
}

void win_withdraw(const struct win_handle *handle)
{
    /* A directory may have had the mark before, for reasons of its own. */
    if ((handle->file.mode & STORE_MARK) == 0 || !win_is_directory(&handle->file))
        win_unmark(handle);
}

nt_status win_create(const struct win *win, const char *name, const struct win_request *request,
                     struct win_handle *handle)
{
    uint32_t access = nt_access_map(request->access);
    bool raw = (request->options & WIN_OPEN_REPARSE_POINT) != 0;
    handle->fd = -1;
    handle->file = (struct win_file){.attributes = 0};
    handle->access = access;
    handle->information = WIN_FILE_OPENED;
    handle->keeps = false;
    nt_status status = check_request(request, access);
    if (status == NT_SUCCESS)
        status = win_resolve(win, name, raw ? WIN_NO_FOLLOW : WIN_FOLLOW, &handle->path);
    if (status != NT_SUCCESS)
        return status;
    if (handle->path.stream[0] != '\0' && (request->options & WIN_DIRECTORY_FILE) != 0)
        return NT_NOT_A_DIRECTORY; /* [MS-FSA 2.1.5.1] */
    bool made = !handle->path.exists;
    if (made)
        status = make(win, handle, request);
    if (status == NT_SUCCESS)
        status = win_file_stat(handle->path.native, &handle->file);
    if (status == NT_SUCCESS && !made)
        status = check_existing(handle, request, access);
    if (status == NT_SUCCESS && !made)
        status = win_may(win, handle->path.native,
                         access | (overwrites(request->disposition) ? NT_WRITE_DATA : 0));
    if (status == NT_SUCCESS && handle->path.stream[0] != '\0')
        status = check_stream(handle, request);
    if (status == NT_SUCCESS)
        status = share(handle, shares_of(access, request->share));
    bool created = handle->information == WIN_FILE_CREATED;
    if (status == NT_SUCCESS && created && handle->path.stream[0] != '\0')
        status = win_stream_set(handle->path.native, handle->path.stream, "", 0);
    if (status == NT_SUCCESS && !created && overwrites(request->disposition))
        status = truncate_to_nothing(handle, request);
    if (status == NT_SUCCESS && !handle->keeps && (made || overwrites(request->disposition)))
        status = give_attributes(handle, request->attributes);
    if (status != NT_SUCCESS)
        win_close(handle);
    /* Directories have the bit for reasons of their own: who waits to be deleted, for one. */
    else if (!made && S_ISREG(handle->file.mode) && (handle->file.mode & STORE_MARK) != 0)
        win_unmark(handle);
    return status;
}

void win_close(struct win_handle *handle)
{
    if (handle->fd < 0)
        return;
    sys_close(handle->fd);
    handle->fd = -1;
    /* It may have been removed meanwhile, and this the last handle. */
    (void)store_pending_settle(handle->path.drive->root, false);
}

/* --- changing ------------------------------------------------------------------------------- */

nt_status win_delete(const struct win_handle *handle)
{
    const struct win_file *file = &handle->file;
    if (handle->path.drive->readonly)
        return NT_MEDIA_WRITE_PROTECTED;
    if ((file->attributes & NT_READONLY) != 0)
        return NT_CANNOT_DELETE;
    if (handle->path.stream[0] != '\0')
        return win_stream_remove(handle->path.native, handle->path.stream);
    if (win_is_volume_root(handle->path.name) ||
        strcmp(handle->path.native, handle->path.drive->root) == 0)
        return NT_ACCESS_DENIED; /* a mount's root, which is no file of the drive */
    return nt_status_of(win_unlink(handle->path.native, S_ISDIR(file->mode) ? AT_REMOVEDIR : 0));
}

nt_status win_remove(const struct win *win, const char *name, uint32_t options)
{
    struct win_handle handle;
    struct win_request request = {.access = NT_DELETE | NT_READ_ATTRIBUTES,
                                  .share = WIN_SHARE_ALL,
                                  .disposition = WIN_OPEN,
                                  .options = options | WIN_OPEN_REPARSE_POINT};
    nt_status status = win_create(win, name, &request, &handle);
    if (status != NT_SUCCESS)
        return status;
    status = win_delete(&handle);
    win_close(&handle);
    return status;
}

/* True where both names are one file: its name is only written otherwise. */
static bool same_file(const struct win_file *a, const struct win_file *b)
{
    return a->device == b->device && a->inode == b->inode;
}

nt_status win_check_target(const struct win_handle *handle, const struct win_path *to, bool replace)
{
    struct store_holders nobody = {.list = NULL, .room = 0};
    struct win_file there;
    nt_status status = win_file_stat(to->native, &there);
    if (status != NT_SUCCESS || same_file(&there, &handle->file))
        return status;
    if (!replace)
        return NT_OBJECT_NAME_COLLISION;
    if (win_is_directory(&there) || (there.attributes & NT_READONLY) != 0)
        return NT_ACCESS_DENIED;
    int claim = store_claim_file(AT_FDCWD, to->native, &nobody);
    if (claim >= 0)
        sys_close(claim);
    return claim == -EBUSY ? NT_ACCESS_DENIED : NT_SUCCESS;
}

/* True where anybody has something open below a directory, whichever name they know it by. */
static bool descendant_held(const struct win_path *path)
{
    struct store_holders nobody = {.list = NULL, .room = 0};
    char also[WIN_PATH];
    const struct win_drive *drive = path->drive;
    bool known = win_print_path(also, "%s%s", drive->target, path->native + strlen(drive->root));
    return store_descendant_held(AT_FDCWD, path->native, path->native, known ? also : NULL,
                                 &nobody);
}

/*
 * Renames to a name that has somebody's file. NT takes that away for a directory, too, and Linux
 * does not: they change places, and the file goes by the other name.
 */
static int rename_over(const struct win_handle *handle, const char *to)
{
    const char *from = handle->path.native;
    int r = sys_renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
    if (r != -ENOTDIR || !S_ISDIR(handle->file.mode))
        return r;
    r = sys_renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE);
    return r < 0 ? r : sys_unlinkat(AT_FDCWD, from, 0);
}

/* Renames to a name that nobody has, and takes it from nobody who has come to have it meanwhile. */
static int rename_to_free(const char *from, const char *to)
{
    struct win_file a;
    struct win_file b;
    int r = sys_renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
    bool unknown = r == -EINVAL || r == -ENOSYS; /* a file system that cannot say so */
    /* One that ignores case itself has the file by both names. */
    bool itself = r == -EEXIST && win_file_stat(from, &a) == NT_SUCCESS &&
                  win_file_stat(to, &b) == NT_SUCCESS && same_file(&a, &b) &&
                  strcasecmp(from, to) == 0;
    return unknown || itself ? sys_renameat2(AT_FDCWD, from, AT_FDCWD, to, 0) : r;
}

/* True where a file that is none of WSL's gets a name in a tree of VolFs'. */
static bool comes_into_a_tree(const char *from, const char *to)
{
    struct store_tree tree;
    return !win_tree_of(from, &tree) && win_tree_of(to, &tree);
}

nt_status win_rename(const struct win *win, const struct win_handle *handle, const char *name,
                     bool replace)
{
    struct win_path to;
    char directory[WIN_PATH];
    char typed[WIN_PATH];
    nt_status status = win_resolve(win, name, WIN_NO_FOLLOW, &to);
    if (status != NT_SUCCESS)
        return status;
    if (handle->path.drive->readonly || to.drive->readonly)
        return NT_MEDIA_WRITE_PROTECTED;
    /* A stream gets another name by ":name" alone, and a file none of a stream's. [MS-FSA
     * 2.1.5.15.11] */
    if (handle->path.stream[0] != '\0')
        return NT_INVALID_PARAMETER;
    if (to.stream[0] != '\0' || (to.directory_wanted && !win_is_directory(&handle->file)))
        return NT_OBJECT_NAME_INVALID;
    if (to.exists)
        status = win_check_target(handle, &to, replace);
    if (status == NT_SUCCESS && to.exists)
        status = win_may(win, to.native, NT_DELETE);
    if (status == NT_SUCCESS)
        status = win_may_add(win, to.native, S_ISDIR(handle->file.mode));
    if (status != NT_SUCCESS)
        return status;
    if (S_ISDIR(handle->file.mode) && !win_is_reparse(&handle->file)) {
        if (descendant_held(&handle->path))
            return NT_ACCESS_DENIED;
        /* What waits below goes first: its note says where it was. */
        (void)store_pending_settle(handle->path.drive->root, false);
    }
    char *leaf = strrchr(memcpy(directory, to.native, strlen(to.native) + 1), '/');
    if (leaf != NULL)
        *leaf = '\0';
    if (leaf == NULL || !win_print_path(typed, "%s/%s", directory, win_leaf(to.name)))
        return NT_NAME_TOO_LONG;
    const struct store_object there = {to.drive->root, AT_FDCWD, to.native};
    char key[STORE_SIDECAR_KEY];
    bool other = to.exists && strcmp(handle->path.native, to.native) != 0;
    bool beside = other && store_sidecar_about(&there, key);
    struct win_volfs_old old = {.known = false};
    if (other)
        win_volfs_before(to.native, &old);
    bool comes = comes_into_a_tree(handle->path.native, to.native);
    /* In place of what is there, by the name that has; then the file has its name as it was typed.
     */
    const char *from = handle->path.native;
    long r = 0;
    if (other) {
        r = rename_over(handle, to.native);
        from = to.native;
    }
    if (r == 0 && strcmp(from, typed) != 0)
        r = rename_to_free(from, typed);
    if (r == 0 && beside)
        store_sidecar_drop(to.drive->root, key);
    if (r == 0 && win_is_reparse(&handle->file))
        store_note_link(AT_FDCWD, typed);
    if (r == 0 && comes)
        r = win_volfs_made(typed);
    if (r == 0)
        r = win_volfs_replaced(typed, &old);
    return r == -EINVAL ? NT_SHARING_VIOLATION : nt_status_of(r); /* below itself (recalled) */
}
