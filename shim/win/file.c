/* SPDX-License-Identifier: MIT */
#include "win/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "nt/bytes.h"
#include "nt/dosattrib.h"
#include "nt/fold.h"
#include "nt/names.h"
#include "nt/times.h"
#include "store/hidden.h"
#include "store/metadata.h"
#include "store/pending.h"
#include "store/sidecar.h"
#include "sys/dirents.h"
#include "sys/mountid.h"
#include "sys/sys.h"
#include "win/special.h"

#define XATTR_MAX 65536
#define SETTABLE                                                                       \
    (NT_HIDDEN | NT_SYSTEM | NT_ARCHIVE | NT_OFFLINE | NT_NOT_INDEXED | NT_TEMPORARY | \
     NT_NO_SCRUB | NT_PINNED | NT_UNPINNED)

/* What a Linux object is for Windows when nothing more is said of it. */
static const struct {
    mode_t type;
    uint32_t tag;
} types[] = {
    {S_IFLNK, NT_TAG_LX_SYMLINK}, {S_IFIFO, NT_TAG_LX_FIFO}, {S_IFSOCK, NT_TAG_AF_UNIX},
    {S_IFCHR, NT_TAG_LX_CHR},     {S_IFBLK, NT_TAG_LX_BLK},
};

static uint32_t tag_of_type(mode_t mode)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if ((mode & S_IFMT) == types[i].type)
            return types[i].tag;
    return 0;
}

static struct store_object object(const char *native)
{
    return (struct store_object){win_root_of(native), AT_FDCWD, native};
}

/* Whoever looks for Windows can afford to look beside the file, marked or not. */
static long get_fact(const char *native, const char *name, void *value, size_t room)
{
    const struct store_object o = object(native);
    return store_attr_get(&o, true, name, value, room);
}

bool win_marked(const char *native)
{
    const struct store_object o = object(native);
    struct stat st;
    return store_object_stat(&o, &st) < 0 || store_marked(&st);
}

int win_unstick(const char *native, bool marked)
{
    const struct store_object o = object(native);
    struct store_tree tree;
    return marked || !win_tree_of(native, &tree) ? 0 : store_volfs_hide_mark(&o, &tree);
}

static long set_fact(const char *native, const char *name, const void *value, size_t size)
{
    const struct store_object o = object(native);
    bool marked = win_marked(native);
    long r = store_attr_change(&o, name, value, size);
    return r < 0 ? r : win_unstick(native, marked);
}

nt_status win_status_of_ea(long r)
{
    if (r == -EOPNOTSUPP || r == -EPERM)
        return NT_EAS_NOT_SUPPORTED;
    return r == -ENOSPC || r == -E2BIG ? NT_EA_TOO_LARGE : nt_status_of(r);
}

static bool read_dosattrib(const char *native, struct nt_dosattrib *out)
{
    uint8_t value[256];
    long n = get_fact(native, STORE_DOSATTRIB, value, sizeof(value));
    return n > 0 && nt_dosattrib_decode(value, (size_t)n, out) == 0;
}

static nt_status write_dosattrib(const char *native, uint32_t attributes, struct timespec created)
{
    uint8_t value[NT_DOSATTRIB_SIZE];
    struct nt_dosattrib d = {.valid = NT_HAS_ATTRIBUTES | NT_HAS_CREATION,
                             .attributes = attributes,
                             .creation = nt_filetime(created.tv_sec, created.tv_nsec)};
    return win_status_of_ea(
        set_fact(native, STORE_DOSATTRIB, value, nt_dosattrib_encode(&d, value)));
}

static struct timespec time_of(const struct statx_timestamp *t)
{
    return (struct timespec){.tv_sec = t->tv_sec, .tv_nsec = t->tv_nsec};
}

/* What user.DOSATTRIB adds to what Linux knows. */
static void add_dosattrib(const char *native, struct win_file *out)
{
    struct nt_dosattrib d;
    if (!read_dosattrib(native, &d)) {
        if (!win_is_directory(out))
            out->attributes |= NT_ARCHIVE; /* as a new file has it */
        return;
    }
    /* Linux' own to say, whatever was written once; of a directory its modes say nothing of it. */
    const uint32_t of_linux = NT_DIRECTORY | NT_REPARSE_POINT | NT_NORMAL |
                              (win_is_directory(out) ? 0u : (uint32_t)NT_READONLY);
    if ((d.valid & NT_HAS_ATTRIBUTES) != 0)
        out->attributes |= d.attributes & ~of_linux;
    /* Wine writes a text of these two alone, and takes every file for changed. */
    if (d.version == 0 && (d.attributes & ~(uint32_t)(NT_HIDDEN | NT_SYSTEM)) == 0 &&
        !win_is_directory(out))
        out->attributes |= NT_ARCHIVE;
    if ((d.valid & NT_HAS_CREATION) != 0 && d.creation != 0) {
        out->times[WIN_CREATION].tv_sec = nt_filetime_seconds(d.creation);
        out->times[WIN_CREATION].tv_nsec = (long)(d.creation % NT_FILETIME_SECOND) * 100;
    }
    /* The buffer counts where the attribute says so, as for Samba. */
    if ((d.attributes & NT_REPARSE_POINT) != 0) {
        static uint8_t buffer[NT_REPARSE_MAX]; /* one thread */
        long n = get_fact(native, STORE_REPARSE, buffer, sizeof(buffer));
        if (n >= 8) {
            out->tag = nt_get32(buffer);
            out->attributes |= NT_REPARSE_POINT;
        }
    }
}

bool win_tree_of(const char *native, struct store_tree *out)
{
    const char *root = win_root_of(native);
    return root != NULL && store_tree_of(root, native, out);
}

static bool is_lxfs(const char *native)
{
    struct store_tree tree;
    return win_tree_of(native, &tree) && tree.format == STORE_LXFS;
}

nt_status win_file_stat(const char *native, struct win_file *out)
{
    struct statx st;
    *out = (struct win_file){.attributes = 0};
    int r = sys_statx(AT_FDCWD, native, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &st);
    if (r < 0)
        return nt_status_of(r);
    *out = (struct win_file){.mode = st.stx_mode,
                             .links = st.stx_nlink,
                             .mounted = (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0,
                             .device = makedev(st.stx_dev_major, st.stx_dev_minor),
                             .inode = st.stx_ino};
    out->times[WIN_CREATION] =
        time_of((st.stx_mask & STATX_BTIME) != 0 ? &st.stx_btime : &st.stx_mtime);
    out->times[WIN_ACCESS] = time_of(&st.stx_atime);
    out->times[WIN_WRITE] = time_of(&st.stx_mtime);
    /* A file reference is a sequence number and 48 bits of record; the inode has no sequence. */
    out->id = UINT64_C(1) << 48 | (st.stx_ino & UINT64_C(0xFFFFFFFFFFFF));
    if (S_ISDIR(out->mode))
        out->attributes |= NT_DIRECTORY;
    out->tag = tag_of_type(out->mode);
    if (out->tag != 0) {
        out->attributes |= NT_ARCHIVE;
        if (is_lxfs(
                native)) { /* where a special file is one by its mode, and a link's text its data */
            out->tag = 0;
            out->size = S_ISLNK(out->mode) ? st.stx_size : 0;
        } else {
            out->attributes |= NT_REPARSE_POINT;
        }
        return NT_SUCCESS; /* Linux keeps no attributes on these */
    }
    /* chmod gives no directory the attribute. [openvmm lxutil fs.rs chmod; WSL#3411] */
    if (!S_ISDIR(out->mode) && (out->mode & 0222) == 0)
        out->attributes |= NT_READONLY;
    add_dosattrib(native, out);
    if (S_ISREG(out->mode)) {
        /* The two bytes of an AppExecLink are for programs of Linux. */
        out->size = out->tag == NT_TAG_APPEXECLINK ? 0 : st.stx_size;
        out->allocation = st.stx_blocks * 512u;
    }
    return NT_SUCCESS;
}

/* --- reparse points ------------------------------------------------------------------------- */

size_t win_reparse_get(const char *native, const struct win_file *file,
                       uint8_t buffer[NT_REPARSE_MAX], nt_status *status)
{
    char target[WIN_PATH];
    struct nt_reparse r = {.tag = file->tag, .version = 2};
    long n;
    *status = NT_SUCCESS;
    if (!win_is_reparse(file)) {
        *status = NT_NOT_A_REPARSE_POINT;
        return 0;
    }
    if (tag_of_type(file->mode) == 0) {
        n = get_fact(native, STORE_REPARSE, buffer, NT_REPARSE_MAX);
    } else {
        if (S_ISLNK(file->mode)) {
            n = sys_readlinkat(AT_FDCWD, native, target, sizeof(target));
            r.target = (struct nt_bytes){(const uint8_t *)target, n > 0 ? (size_t)n : 0};
        }
        n = nt_reparse_encode(&r, buffer, NT_REPARSE_MAX);
    }
    if (n < 0)
        *status = nt_status_of(n);
    return n < 0 ? 0 : (size_t)n;
}

static bool is_empty(const char *native, const struct win_file *file)
{
    struct win_listing entries;
    if (!win_is_directory(file))
        return file->size == 0;
    bool empty = win_list(native, &entries) == NT_SUCCESS && entries.count == 0;
    win_list_free(&entries);
    return empty;
}

/*
 * True for tags of what has content of its own: of files all but links, of directories those that
 * say so. [FSCC 2.1.2.1; of files recalled]
 */
static bool may_be_full(uint32_t tag, const struct win_file *file)
{
    const uint32_t directory = 0x10000000;
    return win_is_directory(file) ? (tag & directory) != 0 : !nt_tag_surrogate(tag);
}

/* An alias that says nothing of its program, which Windows does not read to keep it. [vendor's
 * suite of DrvFs, CreateAppExecLink] */
static bool is_bare_alias(const struct nt_reparse *r)
{
    return r->tag == NT_TAG_APPEXECLINK && r->data.at != NULL && r->data.n == 0;
}

static nt_status mark(const char *native, mode_t mode)
{
    int r = sys_fchmodat(AT_FDCWD, native, (mode & 07777) | STORE_MARK);
    return nt_status_of(r < 0 ? r : win_unstick(native, (mode & STORE_MARK) != 0));
}

nt_status win_reparse_set(const char *native, const uint8_t *buffer, size_t size)
{
    struct nt_reparse r;
    struct win_file file;
    int refused = nt_reparse_decode(buffer, size, &r);
    if (refused < 0 && !is_bare_alias(&r))
        return refused == -EPERM ? NT_IO_REPARSE_TAG_INVALID : NT_IO_REPARSE_DATA_INVALID;
    nt_status status = win_file_stat(native, &file);
    if (status == NT_SUCCESS && win_is_reparse(&file) && file.tag != r.tag)
        status = NT_IO_REPARSE_TAG_MISMATCH;
    if (status == NT_SUCCESS && !may_be_full(r.tag, &file) && !is_empty(native, &file))
        status = win_is_directory(&file) ? NT_DIRECTORY_NOT_EMPTY : NT_IO_REPARSE_DATA_INVALID;
    struct store_tree tree; /* in which the tag is a device's type */
    long special = status == NT_SUCCESS ? win_become_special(native, r.tag, WIN_NEW_MODE,
                                                             !win_tree_of(native, &tree))
                                        : 0;
    if (special != 0)
        return special < 0 ? nt_status_of(special) : NT_SUCCESS;
    if (status == NT_SUCCESS)
        status = win_status_of_ea(set_fact(native, STORE_REPARSE, buffer, size));
    if (status == NT_SUCCESS)
        status =
            write_dosattrib(native, file.attributes | NT_REPARSE_POINT, file.times[WIN_CREATION]);
    /* By the sticky bit the library knows that a second look is due, at no cost to other files. */
    if (status == NT_SUCCESS)
        status = mark(native, file.mode);
    if (status == NT_SUCCESS)
        store_note_link(AT_FDCWD, native);
    return status;
}

nt_status win_set_kept(const char *native, const struct win_file *file, uint32_t which, uint32_t to)
{
    nt_status status = write_dosattrib(native, (file->attributes & ~which) | (to & which),
                                       file->times[WIN_CREATION]);
    /* What marks it otherwise is not asked for: a mark too many is a look too many. */
    if (status == NT_SUCCESS && (to & which) != 0)
        status = mark(native, file->mode);
    return status;
}

nt_status win_reparse_delete(const char *native)
{
    struct win_file file;
    nt_status status = win_file_stat(native, &file);
    if (status == NT_SUCCESS && !win_is_reparse(&file))
        status = NT_NOT_A_REPARSE_POINT;
    if (status != NT_SUCCESS)
        return status;
    if (tag_of_type(file.mode) != 0)
        return nt_status_of(
            win_put_empty(native, WIN_NEW_MODE)); /* the object was the reparse point */
    status = write_dosattrib(native, file.attributes & ~(uint32_t)NT_REPARSE_POINT,
                             file.times[WIN_CREATION]);
    const struct store_object o = object(native);
    if (status == NT_SUCCESS)
        status = nt_status_of(store_attr_remove(&o, STORE_REPARSE));
    if (status == NT_SUCCESS && get_fact(native, STORE_SECURITY, NULL, 0) <= 0 &&
        !store_has_holes(&o))
        status = nt_status_of(sys_fchmodat(AT_FDCWD, native, file.mode & 06777));
    return status;
}

int win_lose_metadata(const struct store_object *o)
{
    struct stat st;
    struct store_metadata m = {.has = 0};
    int r = store_object_stat(o, &st);
    if (r == 0)
        r = store_metadata_get(o, &st, &m);
    if (r < 0 || (m.has | m.lx.has) == 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
        return r;
    r = store_metadata_drop(o, NT_LX_ALL);
    bool had_mode = (m.has & NT_LX_MODE) != 0;
    return r < 0 || !had_mode ? r : store_object_chmod(o, WIN_NEW_MODE | (st.st_mode & STORE_MARK));
}

nt_status win_set_attributes(const char *native, const struct win_file *file, uint32_t attributes)
{
    mode_t mode = file->mode & 07777;
    uint32_t kept = (file->attributes & ~(uint32_t)SETTABLE) | (attributes & SETTABLE);
    nt_status status = NT_SUCCESS;
    const struct store_object o = object(native);
    if (tag_of_type(file->mode) != 0)
        return (attributes & SETTABLE) == NT_ARCHIVE ? NT_SUCCESS : NT_EAS_NOT_SUPPORTED;
    bool readonly_changes = ((attributes ^ file->attributes) & NT_READONLY) != 0;
    if (kept != file->attributes || (readonly_changes && win_is_directory(file)))
        status =
            write_dosattrib(native, (kept & ~(uint32_t)NT_READONLY) | (attributes & NT_READONLY),
                            file->times[WIN_CREATION]);
    /* Of a directory it keeps nobody from anything, which its write bits would. */
    if (status != NT_SUCCESS || !readonly_changes || win_is_directory(file))
        return status;
    /* As chmod of the read-only attribute does: whom the bits had not let write, they do not now.
     */
    mode = (attributes & NT_READONLY) != 0 ? mode & ~(mode_t)0222 : mode | 0200;
    int r = store_metadata_keep_mode(&o);
    return r < 0 ? win_status_of_ea(r) : nt_status_of(sys_fchmodat(AT_FDCWD, native, mode));
}

nt_status win_set_times(const char *native, const struct win_file *file,
                        const struct timespec times[WIN_TIMES])
{
    const struct timespec of_linux[] = {times[WIN_ACCESS], times[WIN_WRITE]};
    nt_status status = NT_SUCCESS;
    if (times[WIN_CREATION].tv_nsec != UTIME_OMIT)
        status = write_dosattrib(native, file->attributes, times[WIN_CREATION]);
    if (status != NT_SUCCESS)
        return status;
    return nt_status_of(sys_utimensat(AT_FDCWD, native, of_linux, AT_SYMLINK_NOFOLLOW));
}

int win_unlink(const char *native, int flags)
{
    const struct store_object o = object(native);
    char key[STORE_SIDECAR_KEY];
    bool beside = o.root != NULL && store_sidecar_about(&o, key);
    int r = sys_unlinkat(AT_FDCWD, native, flags);
    if (r == 0 && beside)
        store_sidecar_drop(o.root, key);
    return r;
}

/* --- streams -------------------------------------------------------------------------------- */

static bool stream_xattr(const char *stream, char out[NT_NAME_BYTES + 1])
{
    int n =
        snprintf(out, NT_NAME_BYTES + 1, "%s%s%s", WIN_STREAM_PREFIX, stream, WIN_STREAM_SUFFIX);
    return n > 0 && n <= NT_NAME_BYTES;
}

/* True in a tree of VolFs' where a file's capabilities are a stream to Windows. */
static bool has_capabilities(const char *native)
{
    struct store_tree tree;
    return win_tree_of(native, &tree) && tree.streams;
}

/* True for that stream: its attribute is Linux', and as long as the stream. */
static bool is_capabilities(const char *native, const char *stream)
{
    return strcasecmp(stream, STORE_CAPABILITY_STREAM) == 0 && has_capabilities(native);
}

/* The attribute that a stream is in; `pad`: the bytes that it is longer. */
static bool find_stream(const char *native, const char *stream, char out[NT_NAME_BYTES + 1],
                        size_t *pad)
{
    const bool linux_own = is_capabilities(native, stream);
    *pad = linux_own ? 0 : 1; /* Samba's byte at the end */
    if (linux_own)
        memcpy(out, STORE_CAPABILITY, sizeof(STORE_CAPABILITY));
    return linux_own || stream_xattr(stream, out);
}

uint8_t *win_stream_get(const char *native, const char *stream, size_t *size, nt_status *status)
{
    char name[NT_NAME_BYTES + 1];
    size_t pad;
    uint8_t *value = NULL;
    long n =
        find_stream(native, stream, name, &pad) ? get_fact(native, name, NULL, 0) : -ENAMETOOLONG;
    /* Until it is read as it is: it may grow meanwhile. */
    for (long room = n, again = -ERANGE; room >= 0 && again == -ERANGE; n = again) {
        room = room < XATTR_MAX ? XATTR_MAX : room * 2;
        free(value);
        value = malloc((size_t)room);
        again = value == NULL ? -ENOMEM : get_fact(native, name, value, (size_t)room);
    }
    *status = n == -ENODATA ? NT_OBJECT_NAME_NOT_FOUND : win_status_of_ea(n);
    if (n < 0) {
        free(value);
        return NULL;
    }
    *size = n > 0 ? (size_t)n - pad : 0;
    return value;
}

nt_status win_stream_set(const char *native, const char *stream, const void *data, size_t size)
{
    char name[NT_NAME_BYTES + 1];
    size_t pad;
    char *value = calloc(1, size + 1);
    if (value == NULL || !find_stream(native, stream, name, &pad)) {
        free(value);
        return NT_OBJECT_NAME_INVALID;
    }
    if (size > 0)
        memcpy(value, data, size);
    /* No capabilities are none: what is to be filled is there when it is. */
    long r = set_fact(native, name, size + pad == 0 ? NULL : value, size + pad);
    nt_status status = size + pad == 0 && r == -ENODATA ? NT_SUCCESS : win_status_of_ea(r);
    free(value);
    return status;
}

nt_status win_stream_remove(const char *native, const char *stream)
{
    char name[NT_NAME_BYTES + 1];
    size_t pad;
    if (!find_stream(native, stream, name, &pad))
        return NT_OBJECT_NAME_INVALID;
    long r = set_fact(native, name, NULL, 0);
    return r == -ENODATA ? NT_OBJECT_NAME_NOT_FOUND : win_status_of_ea(r);
}

static int by_stream(const void *a, const void *b)
{
    return strcmp(((const struct win_stream *)a)->name, ((const struct win_stream *)b)->name);
}

/* Adds one to a list. False where there is no memory. */
static bool add_stream(struct win_stream **list, size_t *count, const char *name, size_t n,
                       uint64_t size)
{
    struct win_stream *more = realloc(*list, (*count + 1) * sizeof(**list));
    if (more == NULL)
        return false;
    *list = more;
    (void)snprintf(more[*count].name, WIN_STREAM, "%.*s", (int)n, name);
    more[(*count)++].size = size;
    return true;
}

size_t win_streams(const char *native, struct win_stream **list)
{
    static const size_t prefix = sizeof(WIN_STREAM_PREFIX) - 1;
    static const size_t suffix = sizeof(WIN_STREAM_SUFFIX) - 1;
    char *names = malloc(XATTR_MAX + XATTR_MAX);
    size_t count = 0;
    const struct store_object o = object(native);
    long n = names != NULL ? SYS3(SYS_llistxattr, native, names, XATTR_MAX) : 0;
    n = n < 0 ? 0 : n;
    long beside = names != NULL ? store_sidecar_list(&o, names + n, XATTR_MAX) : 0;
    n += beside < 0 ? 0 : beside;
    *list = NULL;
    for (long at = 0; at < n; at += (long)strlen(names + at) + 1) {
        const char *name = names + at;
        size_t length = strlen(name);
        if (strncmp(name, WIN_STREAM_PREFIX, prefix) != 0 || length <= prefix + suffix ||
            strcmp(name + length - suffix, WIN_STREAM_SUFFIX) != 0)
            continue;
        long size = get_fact(native, name, NULL, 0);
        if (!add_stream(list, &count, name + prefix, length - prefix - suffix,
                        size > 0 ? (uint64_t)size - 1 : 0))
            break;
    }
    long size = has_capabilities(native) ? get_fact(native, STORE_CAPABILITY, NULL, 0) : 0;
    if (size > 0)
        (void)add_stream(list, &count, STORE_CAPABILITY_STREAM, sizeof(STORE_CAPABILITY_STREAM) - 1,
                         (uint64_t)size);
    free(names);
    if (count > 1)
        qsort(*list, count, sizeof(**list), by_stream);
    return count;
}

/* --- directories ---------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    const char *x = ((const struct win_entry *)a)->name;
    const char *y = ((const struct win_entry *)b)->name;
    int r = nt_fold_compare(x, strlen(x), y, strlen(y));
    return r != 0 ? r : strcmp(x, y);
}

/* `pending`: it is listed until the last handle goes, under its own name. */
static bool add_entry(struct win_listing *l, const char *native, bool pending)
{
    char name[NT_NAME_BYTES * 3 + 1];
    size_t n = strlen(native) - (pending ? NT_PENDING_SUFFIX_LENGTH : 0);
    struct win_entry *more = realloc(l->list, (l->count + 1) * sizeof(*more));
    if (more == NULL)
        return false;
    l->list = more;
    if (nt_name_escape(native, n, name, sizeof(name)) < 0)
        return true;
    more[l->count] = (struct win_entry){strdup(name), strdup(native)};
    l->count++;
    return more[l->count - 1].name != NULL && more[l->count - 1].native != NULL;
}

/* Adds what Windows sees of an entry; a deletion that nobody keeps up any more is finished. */
static bool list_entry(struct win_listing *l, const char *root, bool is_root, int fd,
                       const char *name)
{
    const struct store_object o = {root, fd, name};
    if (root == NULL)
        return add_entry(l, name, false);
    if (is_root && store_hidden_is(root, fd, name))
        return true;
    enum store_pending state =
        nt_name_pending(name, strlen(name)) ? store_pending_look(&o) : STORE_NOT_PENDING;
    return state == STORE_PENDING_GONE || add_entry(l, name, state == STORE_PENDING_HELD);
}

nt_status win_list(const char *native, struct win_listing *out)
{
    char buf[8192] __attribute__((aligned(8)));
    bool ok = true;
    long n;
    *out = (struct win_listing){.list = NULL};
    const char *root = win_root_of(native);
    bool is_root = root != NULL && strcmp(native, root) == 0;
    int fd = sys_openat(AT_FDCWD, native, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0)
        return nt_status_of(fd);
    while (ok && (n = sys_getdents64(fd, buf, sizeof(buf))) > 0) {
        for (long at = 0; ok && at < n; at += sys_dirent_at(buf, at)->length) {
            const struct sys_dirent *e = sys_dirent_at(buf, at);
            ok = sys_dirent_is_dots(e) || list_entry(out, root, is_root, fd, e->name);
        }
    }
    sys_close(fd);
    if (out->count > 1)
        qsort(out->list, out->count, sizeof(*out->list), by_name);
    return ok ? NT_SUCCESS : NT_NO_MEMORY;
}

void win_list_free(struct win_listing *listing)
{
    for (size_t i = 0; i < listing->count; i++) {
        free(listing->list[i].name);
        free(listing->list[i].native);
    }
    free(listing->list);
    *listing = (struct win_listing){.list = NULL};
}
