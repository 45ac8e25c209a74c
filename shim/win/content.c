/* SPDX-License-Identifier: MIT */
/* What is in files and streams: read whole, written so that a failure leaves what was there. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/holders.h"
#include "store/scratch.h"
#include "store/shares.h"
#include "store/sidecar.h"
#include "sys/say.h"
#include "sys/sys.h"
#include "win/ea.h"
#include "win/ntcreate.h"
#include "win/volfs.h"

#define PIECE 65536

/* What is to be written: bytes, or all that is in a file that is open. */
struct content {
    const void *data;
    size_t size;
    int from; /* or -1 */
};

static long write_all(int fd, const char *data, size_t size, off_t at)
{
    long n = 0;
    for (; n >= 0 && size > 0; at += n, data += n, size -= (size_t)n) {
        n = SYS4(SYS_pwrite64, fd, data, size, at);
        if (n == -EINTR)
            n = 0;
    }
    return n < 0 ? n : 0;
}

/* Writes a content from the beginning. Returns its size, or -errno. */
static long put(int fd, const struct content *what)
{
    static char piece[PIECE]; /* one thread */
    off_t at = 0;
    long n;
    if (what->from < 0) {
        n = write_all(fd, what->data, what->size, 0);
        return n < 0 ? n : (long)what->size;
    }
    while ((n = sys_pread(what->from, piece, sizeof(piece), at)) > 0) {
        long r = write_all(fd, piece, (size_t)n, at);
        if (r < 0)
            return r;
        at += n;
    }
    return n < 0 ? n : (long)at;
}

/* --- overwriting ---------------------------------------------------------------------------- */

/* Copies what is kept with a file to another one: attributes, owner, mode, facts beside it. */
static long carry(const struct win_handle *handle, int to)
{
    static char names[PIECE]; /* one thread */
    static char value[PIECE];
    const char *root = handle->path.drive->root;
    const struct store_object old = {root, handle->fd, ""};
    const struct store_object new = {root, to, ""};
    struct stat st;
    long r = sys_fstat(handle->fd, &st);
    if (r < 0)
        return r;
    (void)sys_fchown(to, st.st_uid, st.st_gid); /* may be root's alone to do, and then is ours */
    r = sys_fchmod(to, st.st_mode & 07777);
    long n = SYS3(SYS_flistxattr, handle->fd, names, sizeof(names));
    n = n < 0 ? 0 : n;
    long beside = store_sidecar_list(&old, names + n, sizeof(names) - (size_t)n);
    n += beside < 0 ? 0 : beside;
    for (long at = 0; r == 0 && at < n; at += (long)strlen(names + at) + 1) {
        long size = store_attr_get(&old, true, names + at, value, sizeof(value));
        if (size >= 0 && strncmp(names + at, "user.", 5) == 0)
            r = store_attr_set(&new, names + at, value, (size_t)size);
    }
    return r;
}

/* True where the file has no other name, and nobody but this handle has it open. */
static bool is_alone(const struct win_handle *handle)
{
    struct stat st;
    return S_ISREG(handle->file.mode) && sys_fstat(handle->fd, &st) == 0 && st.st_nlink == 1 &&
           store_is_only_descriptor(handle->fd);
}

/*
 * Writes the content out of sight, and puts it in the place of the file: -EXDEV where there is no
 * such place, and nothing has happened.
 */
static long replace(struct win_handle *handle, const struct content *what)
{
    char name[STORE_SCRATCH_NAME];
    char key[STORE_SIDECAR_KEY];
    const char *root = handle->path.drive->root;
    const struct store_object old = {root, AT_FDCWD, handle->path.native};
    int fd = store_scratch_make(root, name);
    if (fd < 0)
        return -EXDEV;
    long r = put(fd, what);
    if (r >= 0)
        r = carry(handle, fd);
    if (r == 0)
        r = win_lose_eas(&(struct store_object){root, fd, ""});
    struct win_volfs_old known;
    win_volfs_before(handle->path.native, &known);
    bool beside = store_sidecar_about(&old, key);
    if (r == 0)
        r = store_scratch_place(root, name, handle->path.native);
    if (r == 0)
        r = win_volfs_overwritten(handle->path.native, &known);
    if (r < 0) {
        store_scratch_drop(root, name);
        sys_close(fd);
        return r;
    }
    if (beside)
        store_sidecar_drop(root, key);
    (void)store_share_mark(fd, handle->shares);
    sys_close(handle->fd);
    handle->fd = fd;
    return 0;
}

/* Whether there is room for a content in a file that is open. A limit on a file's size ends who
 * writes behind it, in the middle of what he writes. */
static long take_room(int fd, const struct content *what)
{
    const int keep_size = 1; /* FALLOC_FL_KEEP_SIZE */
    struct stat st = {.st_size = (off_t)what->size};
    long r = what->from < 0 ? 0 : sys_fstat(what->from, &st);
    if (r < 0 || st.st_size == 0)
        return r;
    if (!sys_may_fill((size_t)st.st_size))
        return -EFBIG;
    r = sys_fallocate(fd, keep_size, 0, st.st_size);
    return r == -EOPNOTSUPP ? 0 : r;
}

/* Writes all of a content, and what a file has behind it goes. */
static long put_whole(int fd, const struct content *what)
{
    long n = put(fd, what);
    return n < 0 ? n : sys_ftruncate(fd, n);
}

/*
 * Writes a content over what a file has, which is written again where that fails: to take room does
 * not help where a file system never writes in place, and what is read may end early. Who may make
 * no file in the drive's root goes without.
 */
static long put_over(const struct win_handle *handle, const struct content *what)
{
    char name[STORE_SCRATCH_NAME];
    const char *root = handle->path.drive->root;
    int spare = store_scratch_make(root, name);
    if (spare == -ENOSPC || spare == -EDQUOT)
        return spare;
    long r = spare < 0 ? 0 : put(spare, &(struct content){NULL, 0, handle->fd});
    if (r >= 0) {
        r = put_whole(handle->fd, what);
        if (r < 0 && spare >= 0)
            (void)put_whole(handle->fd, &(struct content){NULL, 0, spare});
    }
    if (spare >= 0) {
        store_scratch_drop(root, name);
        sys_close(spare);
    }
    return r;
}

/*
 * Overwrites a file that others have open, or that has several names: it stays the same file. Room
 * for the content is taken before anything of the old one is lost.
 */
static long overwrite_in_place(const struct win_handle *handle, const struct content *what)
{
    long r = take_room(handle->fd, what);
    if (r == 0)
        r = put_over(handle, what);
    if (r < 0 || !handle->keeps)
        return r;
    const struct store_object o = {handle->path.drive->root, handle->fd, ""};
    struct win_volfs_old known;
    win_volfs_before(handle->path.native, &known);
    r = win_lose_eas(&o);
    return r == 0 ? win_volfs_overwritten(handle->path.native, &known) : r;
}

static nt_status overwrite(struct win_handle *handle, const struct content *what)
{
    long r = -EXDEV;
    if (handle->keeps && is_alone(handle))
        r = replace(handle, what);
    if (r == -EXDEV)
        r = overwrite_in_place(handle, what);
    return nt_status_of(r);
}

/* --- writing and reading -------------------------------------------------------------------- */

/* Writes at the end, or nothing. */
static long append_all(int fd, const void *data, size_t size)
{
    struct stat st;
    long r = sys_fstat(fd, &st);
    if (r == 0)
        r = write_all(fd, data, size, st.st_size);
    if (r < 0)
        (void)sys_ftruncate(fd, st.st_size);
    return r;
}

nt_status win_write(struct win_handle *handle, const void *data, size_t size, bool append)
{
    const struct content what = {data, size, -1};
    if (handle->path.stream[0] != '\0')
        return win_stream_set(handle->path.native, handle->path.stream, data, size);
    return append ? nt_status_of(append_all(handle->fd, data, size)) : overwrite(handle, &what);
}

/* A link of lxfs' is a file with its text. */
static uint8_t *read_link(const struct win_handle *handle, size_t *size, nt_status *status)
{
    uint8_t *data = malloc(WIN_PATH);
    long n = data == NULL ? -ENOMEM
                          : sys_readlinkat(AT_FDCWD, handle->path.native, (char *)data, WIN_PATH);
    *size = n < 0 ? 0 : (size_t)n;
    *status = nt_status_of(n < 0 ? n : 0);
    return data;
}

uint8_t *win_read(const struct win_handle *handle, size_t *size, nt_status *status)
{
    uint8_t *data = NULL;
    size_t used = 0;
    long n = 1;
    if (handle->path.stream[0] != '\0')
        return win_stream_get(handle->path.native, handle->path.stream, size, status);
    if (handle->fd < 0 && S_ISLNK(handle->file.mode))
        return read_link(handle, size, status);
    while (n > 0) {
        uint8_t *more = realloc(data, used + 65536);
        if (more == NULL) {
            n = -ENOMEM;
            break;
        }
        data = more;
        n = sys_pread(handle->fd, data + used, 65536, (off_t)used);
        used += n > 0 ? (size_t)n : 0;
    }
    *size = used;
    *status = nt_status_of(n < 0 ? n : 0);
    if (n < 0) {
        free(data);
        data = NULL;
    }
    return data;
}

nt_status win_copy_data(const struct win_handle *from, struct win_handle *to)
{
    nt_status status;
    size_t size = 0;
    if (from->path.stream[0] != '\0' || to->path.stream[0] != '\0') {
        uint8_t *data = win_read(from, &size, &status);
        if (data != NULL || (status == NT_SUCCESS && size == 0))
            status = win_write(to, data, size, false);
        free(data);
        return status;
    }
    const struct content what = {NULL, 0, from->fd};
    return overwrite(to, &what);
}
